# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running drills: all of them are understood before the first one begins, and none after one that does not pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.action import ActionBase

from tests.unit.action.acting import act, content, refused

HERE = {"inventory_hostname": "web1"}


def scenario(name: str, **more: Any) -> dict[str, Any]:
    """A drill that takes one step."""
    options = {"name": name, "control": "failover.chaos", "expected": "it lives", **more}
    return {"drill_scenario": {"steps": [{"name": "it stops", "argv": ["stop", name]}], **options}}


DRILLS = [scenario("cache-down"), scenario("queue-down"), scenario("disk-full")]


class Host:
    """In the place of a host: every step of a drill goes well there, but for those of the broken one."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.broken = ""

    def execute(self, _module: str, arguments: Mapping[str, Any], task_vars: object) -> dict[str, Any]:
        self.ran.append(arguments["name"])
        problem = "exit status 1" if arguments["name"] == self.broken else ""
        usual = {"at": 1.0, "ms": 1000, "tries": 1, "exit": 1 if problem else 0, "output": "", "problem": problem}
        steps = [usual | {"name": step["name"]} for step in arguments["steps"]]
        return {"outcome_json": json.dumps({"steps": steps, "aborted": problem, "undone": [], "cleaned": []})}


@pytest.fixture(autouse=True)
def host(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(ActionBase, "_execute_module", (made := Host()).execute)
    return made


@pytest.mark.parametrize(
    ("run", "broken", "ran"),
    [
        (["all"], "", ["cache-down", "queue-down", "disk-full"]),
        # In the order in which the host has them.
        (["disk-full", "cache-down"], "", ["cache-down", "disk-full"]),
        (["all"], "queue-down", ["cache-down", "queue-down"]),
        (["other"], "", []),
    ],
)
def test_those_that_are_meant_are_run_until_one_does_not_pass(
    host: Host, run: list[str], broken: str, ran: list[str]
) -> None:
    host.broken = broken
    told = act("drills", {"drills": DRILLS, "run": run}, HERE)
    assert (told["ran"], host.ran, list(told["drills"])) == (ran, ran, ran)
    assert (told["changed"], told["failed"]) == (bool(ran), bool(broken))
    assert sorted(path.stem for path in Path("drills").glob("*")) == sorted(ran)
    words = {name: "exit status 1" if name == broken else f"{name} went as it must" for name in ran}
    said = "\n".join(f"{name}: {each}" for name, each in words.items())
    assert told["msg"] == (said or "no drill of this host is meant")


def test_check_mode_shows_the_plans_and_does_nothing(host: Host) -> None:
    before = content(Path())
    told = act("drills", {"drills": DRILLS, "run": ["cache-down"]}, HERE, check=True)
    assert (told["changed"], told["failed"], told["ran"]) == (False, False, ["cache-down"])
    assert told["msg"].splitlines()[1] == "it stops: stop cache-down"
    assert (host.ran, content(Path())) == ([], before)


@pytest.mark.parametrize(
    ("drills", "said"),
    [
        (None, "golive.verify.drills: missing required arguments: drills"),
        ([{}], "drills[1] must be one drill's module with its options, as in drill_scenario: {…}"),
        ([{"drill_scenario": {}, "drill_outage": {}}], "drills[1] must be one drill's module with its options"),
        ([{"drill_scenari": {}}], "drills[1]: there is no drill drill_scenari; did you mean drill_scenario?"),
        ([{"service": {}}], "drills[1]: there is no drill service"),
        ([{"drill_scenario": None}], "drills[1]: golive.verify.drill_scenario: missing required arguments: "),
        ([scenario("disk-full", limt=3)], "there is no option limt; did you mean limit?"),
        ([scenario("cache-down")], "two drills have one name, and would overwrite each other's evidence"),
    ],
)
def test_what_is_no_drill_is_one_line_before_the_first_one(
    host: Host, drills: list[dict[str, Any]] | None, said: str
) -> None:
    given = {} if drills is None else {"drills": [scenario("cache-down"), *drills]}
    assert said in refused("drills", {"run": ["all"], **given}, HERE)
    assert host.ran == []
