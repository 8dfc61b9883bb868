# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running checks: what is none is one line before any look, what breaks costs only itself, and needs take no look."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.action.service import ActionModule as Service
from ansible_collections.golive.verify.plugins.plugin_utils import reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.action.acting import HOSTS, RUN, SHOP, act, refused

WEB = {"inventory_hostname": "web1", "inventory_dir": "/inventories/shop"}
SERVICE = {"service": {"services": [{"unit": "api"}]}}
_UNIT = {"name": "api.service", "load": "loaded", "active": "active", "sub": "running", "enabled": "enabled", "pid": 77}
_RAN = {"result": "success", "exit": None, "started": 1.0, "finished": None, "fragment": "/etc/x"}
SOUND = {**_UNIT, **_RAN, "restarts": 0, "restart_policy": "always", "restart_seconds": 1.0}


class Host:
    """In the place of a host: it answers looks at the unit api, and denies all the others."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def execute(self, _module: str, arguments: Mapping[str, Any], task_vars: object) -> dict[str, Any]:
        lines = [reproduce.line(each) for each in arguments["observations"]]
        self.asked.append(lines)
        took = {"at": time.time(), "ms": 1}
        denied = {"reason": "denied", "detail": "not for you"}
        answers = [({"value": SOUND} if line == "systemctl show api" else denied) | took for line in lines]
        return {"answers_json": json.dumps(answers)}


@pytest.fixture(autouse=True)
def host(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(ActionBase, "_execute_module", (made := Host()).execute)
    return made


def statuses(told: Mapping[str, Any]) -> dict[str, str]:
    return {each["control"]: each["status"] for each in json.loads(told["checks_json"])}


def kept() -> dict[str, Any]:
    (outcome,) = RunDirectory(RUN).results()["web1"]
    return outcome


def test_every_check_of_a_host_is_proven_in_one_batch(host: Host) -> None:
    other = {"service": {"services": [{"unit": "db"}]}}
    lists = WEB | {"golive_checks_web": [other], "golive_checks_none": [], "golive_kind": "host"}
    for check in (False, True):
        told = act("checks", {"checks": [SERVICE], "from_inventory": True}, lists, check=check)
        assert (told["changed"], told["verdict"], told["round_trips"]) == (False, "error", 1)
        assert told["summary"] == {"pass": 1, "error": 1}
    assert host.asked == [["systemctl show api", "systemctl show db"]] * 2
    # The inventory's lists are run where that is asked.
    assert statuses(act("checks", {}, lists)) == {}


@pytest.mark.parametrize(
    ("checks", "lists", "said"),
    [
        ([{}], [], "checks[0] must be one verifier's name with its options, as in redis: {port: 6379}"),
        ([SERVICE, {"servce": {}}], [], "checks[1]: there is no verifier servce; did you mean service?"),
        ([{"plan": {}}], [], "checks[0]: there is no verifier plan"),
        ([{"service": "api"}], [], "checks[0] service: the options must be a mapping, not str"),
        ([{"service": {"servces": []}}], [], "checks[0]: golive.verify.service: there is no option servces; did you"),
        ([{"service": {"controls": ["redis.tls"]}}], [], "checks[0]: golive.verify.service: it does not prove redis"),
        ("service", [], "golive.verify.checks: Elements value for option 'checks' is of type"),
        ([], SERVICE, "golive_checks_web must be a list of checks, not dict"),
        ([SERVICE], None, "golive_checks_web must be a list of checks, not NoneType"),
        ([], [SERVICE, {"servce": {}}], "golive_checks_web[1]: there is no verifier servce; did you mean service?"),
    ],
)
def test_what_is_no_check_is_one_line_before_any_look(checks: Any, lists: Any, said: str, host: Host) -> None:
    assert said in refused("checks", {"checks": checks, "from_inventory": True}, WEB | {"golive_checks_web": lists})
    assert host.asked == []


def test_a_verifier_that_breaks_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_given: object) -> None:
        raise KeyError("pid")

    monkeypatch.setitem(Service.provers(), "workers.running", broken)
    told = act("checks", {"checks": [SERVICE]}, WEB)
    assert statuses(told) == {"service.restart_policy": "pass", "workers.running": "error"}
    assert "the verifier failed: KeyError: 'pid'; please report this" in told["checks_json"]


def test_what_came_of_it_is_kept_with_the_run_whatever_it_is() -> None:
    act("plan", SHOP | {"run_dir": RUN}, HOSTS)
    options = {"checks": [SERVICE], "run_dir": RUN}
    told = act("checks", options, WEB)
    assert [each["status"] for each in kept()["results"]] == list(statuses(told).values()) == ["pass"]
    assert [each["control"] for each in kept()["unasked"]] == ["workers.running"]
    with pytest.raises(AnsibleError, match="there is no verifier debug"):
        act("checks", options | {"checks": [{"debug": {}}]}, WEB)
    assert (kept()["results"], kept()["failed"].partition(";")[0]) == ([], "checks[0]: there is no verifier debug")
    assert "the run cannot be read: none/asked.json: " in refused("checks", {"run_dir": "none"}, WEB)


def test_where_only_needs_are_asked_nothing_is_looked_at(host: Host) -> None:
    act("plan", SHOP | {"run_dir": RUN, "only_needs": True}, HOSTS)
    checks = [SERVICE, {"firewall": {"allow": []}}, {"redis": {"maxmemory_policy": ["noeviction"]}}]
    told = act("checks", {"checks": checks, "run_dir": RUN}, WEB)
    assert sorted(told) == ["changed", "needs"]
    assert host.asked == []
    assert (kept()["results"], kept()["needs"]) == ([], told["needs"])
    needs = {each["control"]: each["permissions"] for each in told["needs"]}
    assert (needs["service.restart_policy"], needs["redis.maxmemory"]) == ([], ["+info"])
    assert "host.firewall" not in needs, "its options do not ask for it"
