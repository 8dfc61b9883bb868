# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beginning a run: what is to be decided stands on disk before the first look, and a refusal begins none."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils import lock
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.action.acting import HOSTS, RUN, SHOP, act, content, edit, refused, verified
from tests.unit.plugin_utils import dying

pytestmark = pytest.mark.usefixtures("shop")


@pytest.mark.parametrize("check", [False, True])
def test_a_plan_is_of_the_hosts_of_the_play_and_is_kept_for_its_owner_alone(check: bool, shop: Path) -> None:
    told = act("plan", SHOP | {"run_dir": RUN}, HOSTS, check=check)
    assert (told["changed"], told["golive_run_dir"], told["golive_notes"]) == (False, str(shop / RUN), [])
    assert (told["item_count"], told["document_count"], told["target_count"], told["narrowed"]) == (1, 0, 2, "")
    assert sorted(content(shop / RUN)) == ["asked.json", "plan.json"]
    assert (shop / RUN).stat().st_mode & 0o077 == 0
    made = RunDirectory(RUN).plan()
    assert (made.environment, made.targets["web1"], made.everywhere["web"]) == (
        "shop",
        ["all", "web"],
        ["web1", "web2"],
    )
    assert set(made.versions) >= {"ansible-core", "python", "golive.verify", "catalogue"}


def test_a_slice_has_a_name_of_its_own_and_takes_no_lock() -> None:
    told = act("plan", SHOP | {"slice": "job 7/9"}, HOSTS)
    assert told["narrowed"] == "slice job 7/9"
    assert Path(told["golive_run_dir"]).name.endswith("-job-7-9")
    assert not lock.path_for(Path("runs"), "shop").exists()


def test_where_only_needs_are_asked_it_is_no_run_that_could_be_decided() -> None:
    told = act("plan", SHOP | {"only_needs": True}, HOSTS)
    assert "golive_run_dir" not in told
    assert RunDirectory(told["golive_needs_dir"]).asked().only_needs is True
    assert not lock.path_for(Path("runs"), "shop").exists()


def test_a_lock_that_another_run_holds_is_told_and_nothing_begins() -> None:
    path = lock.path_for(Path("runs"), "shop")
    path.parent.mkdir()
    path.write_text(json.dumps({"run": "r1", "since": "noon"}), encoding="utf-8")
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told = act("plan", SHOP, HOSTS)
    assert (told["failed"], told["golive_held"]) == (True, True)
    assert told["msg"].startswith("nothing was verified, as two runs over shop must not overlap: the run r1 has it")
    assert list(Path("runs").iterdir()) == [path]


def test_where_nobody_can_lock_the_run_goes_on_and_says_so() -> None:
    Path("runs").mkdir()
    lock.path_for(Path("runs"), "shop").symlink_to("checklist.md")
    ((kind, status, said),) = act("plan", SHOP, HOSTS)["golive_notes"]
    assert (kind, status) == ("lock", "error")
    assert said.startswith("nothing keeps another run over shop from starting beside this one: ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"checklist": None}, "golive.verify.plan: missing required arguments: checklist"),
        ({"checklist": "none.md"}, "none.md:1: the checklist cannot be read"),
        ({"collections": ["acme.none"]}, "there is no collection acme.none"),
        ({"gate": ["fail is nice"]}, "golive_gate: "),
        ({"launch": "tomorrow"}, "golive_launch: 'tomorrow' is neither a date"),
        ({"owners": [{"owner": "ops"}, {"ower": "ops"}]}, "golive_owners[1]: an entry has owner, and any of controls"),
        ({"resume": "none"}, "nothing was verified: resume: none/plan.json: "),
        ({"resume": "last", "environment": "new"}, "resume: there is no run in runs/new"),
        ({"resume": "last", "resume_max_hours": "few"}, "resume_max_hours"),
        ({"run_dir": RUN}, f"{RUN} exists already: a run never overwrites another"),
        ({"run_dir": "checklist.md/run"}, "the run cannot be kept: checklist.md/run"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_begins_no_run(given: dict[str, Any], said: str) -> None:
    verified()
    options = {name: value for name, value in (SHOP | given).items() if value is not None}
    assert said in refused("plan", options, HOSTS)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (edit("checklist.md", "Health", "Healthy"), "the checklist checklist.md has changed since"),
        (edit(f"{RUN}/plan.json", '"catalogue": "', '"catalogue": "f'), "catalogue was f"),
        (edit(f"{RUN}/plan.json", '"environment": "shop"', '"environment": "eu"'), "of the environment eu, and"),
    ],
    ids=["checklist", "catalogue", "environment"],
)
def test_what_does_not_fit_is_not_resumed(then: Callable[[], object], said: str) -> None:
    verified()
    then()
    refusal = refused("plan", SHOP | {"resume": "last"}, HOSTS)
    assert refusal.startswith("nothing was verified: resume: ")
    assert said in refusal


@pytest.mark.parametrize("nth", [1, 2])
def test_without_room_there_is_no_plan(nth: int) -> None:
    unkept = pytest.raises(AnsibleActionFail, match=f"the run cannot be kept: {RUN}: No space left on device")
    with unkept, dying.failing("with a whole draft", nth, dying.no_room):
        act("plan", SHOP | {"run_dir": RUN}, HOSTS)
    assert not Path(RUN, "plan.json").exists()
