# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service verifier against recorded units, timers and crontabs: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.service import ActionModule as Service
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import is_named
from tests.unit.proving import prove

NOW = time.time()
HOUR = 3600
COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
CANNOT = ("missing_tool", "denied", "timeout", "malformed", "unreachable")
SHOW, TIMERS = "systemctl show api", "systemctl list-timers --all"
CRON = "grep -r . /etc/crontab /etc/cron.* /var/spool/cron"
DAEMONS = {f"systemctl show {name}.service": CannotLook("not_found", "x") for name in ("cron", "crond", "cronie")}
ID, OF_PID = "id -u -- shop", {"status": "cat /proc/77/status", "cwd": "stat -L /proc/77/cwd"}


def unit(**more: Any) -> dict[str, Any]:
    usual = {"name": "api.service", "load": "loaded", "active": "active", "sub": "running", "enabled": "enabled"}
    ran = {"result": "success", "exit": None, "started": NOW - HOUR, "finished": None, "fragment": "/etc/x"}
    return {**usual, **ran, "restarts": 0, "restart_policy": "on-failure", "restart_seconds": 0.1, "pid": 77, **more}


def ran(stdout: str = "", status: int = 0) -> dict[str, Any]:
    return {"exit": status, "stdout": stdout, "stderr": ""}


def path(name: str, *, age: float = HOUR, **more: Any) -> dict[str, Any]:
    whose = {"mode": "0644", "uid": 0, "gid": 0, "owner": "root", "group": "root", "mtime": time.time() - age}
    return {"path": name, "type": "file", "size": 9, **whose, **more}


def verdict(control: str, options: dict[str, Any], answers: dict[str, Any]) -> Verdict:
    (one,) = prove(Service, control, options, answers)
    return one


def returns(answers: dict[str, Any], **entry: Any) -> Verdict:
    return verdict("service.restart_policy", {"services": [entry or {"unit": "api"}]}, answers)


def test_an_enabled_unit_that_is_restarted_returns() -> None:
    assert returns({SHOW: unit()}).status is Status.PASS
    assert returns({SHOW: unit(restart_policy="always", restarts=5)}).status is Status.PASS


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"enabled": "disabled"}, "is disabled, so it is not started at boot"),
        ({"enabled": "enabled-runtime"}, "enabled-runtime"),
        ({"enabled": "transient"}, "transient"),
        ({"enabled": None}, "not enabled"),
        ({"restart_policy": "no"}, "Restart=no"),
        ({"restart_policy": "on-success"}, "Restart=on-success"),
        ({"restart_seconds": 120}, "waits 120 s"),
        ({"restart_seconds": None}, "waits forever"),
        ({"restarts": 6}, "restarted 6 times"),
        ({"started": NOW - 5}, "s only, not 60 s"),
        ({"active": "inactive", "sub": "dead"}, "inactive (dead)"),
        ({"active": "failed", "sub": "failed", "result": "exit-code"}, "ended with exit-code"),
        ({"active": "activating", "sub": "auto-restart", "restarts": 900}, "restarted 900 times"),
        ({"sub": "exited"}, "no process of it runs"),
    ],
)
def test_a_unit_that_does_not_run_or_return_fails(more: dict[str, Any], says: str) -> None:
    found = returns({SHOW: unit(**more)})
    assert found.status is Status.FAIL
    assert says in found.message


def test_what_nothing_supervises_fails() -> None:
    absent = CannotLook("not_found", "x")
    assert "nothing supervises it" in returns({SHOW: absent}).message
    assert "nothing starts it" in returns({TIMERS: {"timers": []}}, timer="report").message


@pytest.mark.parametrize("reason", CANNOT)
def test_what_cannot_be_seen_is_an_error_of_that_service_alone(reason: str) -> None:
    options = {"services": [{"unit": "api"}, {"unit": "web"}]}
    answers = {SHOW: CannotLook(reason, "x"), "systemctl show web": unit(name="web.service")}
    verdicts = prove(Service, "service.restart_policy", options, answers)
    assert [each.status for each in verdicts] == [Status.ERROR, Status.PASS]
    assert [each.subject for each in verdicts] == ["unit api", "unit web"]
    assert returns({TIMERS: CannotLook(reason, "x")}, timer="report").status is Status.ERROR
    assert returns({CRON: CannotLook(reason, "x"), **DAEMONS}, cron="report").status is Status.ERROR


def test_restarts_that_are_not_counted_are_an_error() -> None:
    assert returns({SHOW: unit(restarts=None)}).status is Status.ERROR


def test_nothing_declared_is_not_asked() -> None:
    for options in ({}, {"services": [{"user": "shop"}]}, {"services": [{"unit": "a", "pm2": "b"}]}):
        with pytest.raises(NotAsked, match="services"):
            prove(Service, "service.restart_policy", options, {})


def owned(uid: int, **more: Any) -> Verdict:
    status = path("/proc/77/status", content=f"Name:\tapi\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n")
    answers = {SHOW: unit(), ID: ran("1000\n"), OF_PID["status"]: status}
    return returns({**answers, **more}, unit="api", user="shop")


def test_it_runs_as_the_declared_user() -> None:
    assert owned(1000).status is Status.PASS
    assert "runs as user id 0, not as shop" in owned(0).message
    assert "runs as user id 1000" in owned(1000, **{ID: ran(status=1)}).message
    assert owned(1000, **{ID: ran("?")}).status is Status.ERROR
    assert owned(1000, **{OF_PID["status"]: CannotLook("denied", "x")}).status is Status.ERROR
    assert owned(1000, **{OF_PID["status"]: path("/proc/77/status", content="?")}).status is Status.ERROR
    assert owned(1000, **{SHOW: unit(pid=None)}).status is Status.ERROR


def timer(**more: Any) -> dict[str, Any]:
    usual = {"name": "report.timer", "unit": "report.service", "next": NOW + HOUR, "last": NOW - HOUR}
    return {"timers": [{**usual, "enabled": "enabled", "active": "active", "result": "success", "exit": 0, **more}]}


def cron(**more: Any) -> dict[str, Any]:
    usual = {"source": "/etc/cron.d/report", "line": 1, "user": "shop", "schedule": "0 * * * *"}
    return {"entries": [{**usual, "command": "/srv/bin/report", "runnable": True, **more}], "denied": []}


CRON_RUNS = {**DAEMONS, "systemctl show cron.service": unit(name="cron.service")}


def test_timers_and_cron_return() -> None:
    assert returns({TIMERS: timer()}, timer="report").status is Status.PASS
    assert returns({CRON: cron(), **CRON_RUNS}, cron="bin/report").status is Status.PASS
    assert returns({CRON: cron(), **CRON_RUNS}, cron="bin/report", user="shop").status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "entry", "says"),
    [
        ({TIMERS: timer(enabled="disabled")}, {"timer": "report"}, "not started at boot"),
        ({TIMERS: timer(result="exit-code", exit=1)}, {"timer": "report"}, "failed"),
        ({CRON: cron(runnable=False), **CRON_RUNS}, {"cron": "report"}, "cron does not run"),
        ({CRON: cron(), **CRON_RUNS}, {"cron": "other"}, "no cron entry"),
        ({CRON: cron(), **DAEMONS}, {"cron": "report"}, "no cron is installed"),
        (
            {CRON: cron(), **DAEMONS, "systemctl show cron.service": unit(active="inactive", sub="dead")},
            {"cron": "report"},
            "is inactive, so cron runs nothing",
        ),
        (
            {CRON: cron(), **DAEMONS, "systemctl show cron.service": unit(enabled="disabled")},
            {"cron": "report"},
            "not started at boot",
        ),
        (
            {CRON: cron(user="root"), **CRON_RUNS},
            {"cron": "report", "user": "shop"},
            "runs as root, not as shop",
        ),
    ],
)
def test_jobs_that_would_not_run_fail(answers: dict[str, Any], entry: dict[str, str], says: str) -> None:
    found = returns(answers, **entry)
    assert found.status is Status.FAIL
    assert says in found.message


WORKER = {"unit": "api", "period": 600, "heartbeat_file": "/run/beat"}
BEAT = "stat -L /run/beat"


def works(answers: dict[str, Any], release: str | None = COMMIT[:7], **entry: Any) -> Verdict:
    right = {SHOW: unit(), BEAT: path("/run/beat", age=60), OF_PID["cwd"]: cwd(f"/srv/releases/20260101-{COMMIT}")}
    options = {"services": [{**WORKER, **entry}], **({"release": release} if release else {})}
    return verdict("workers.running", options, {**right, **answers})


def cwd(target: str) -> dict[str, Any]:
    return path("/proc/77/cwd", type="directory", link_target=target)


def test_a_worker_of_the_release_that_did_something_lately_works() -> None:
    found = works({})
    assert found.status is Status.PASS, found.message
    assert works({OF_PID["cwd"]: cwd("/srv/shop-1.4.0")}, release="1.4.0").status is Status.PASS
    assert works({SHOW: unit(enabled="disabled", restart_policy="no")}).status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({SHOW: unit(active="inactive", sub="dead")}, "inactive"),
        ({SHOW: CannotLook("not_found", "x")}, "there is no unit api"),
        ({BEAT: path("/run/beat", age=700)}, "s old, not at most 600 s"),
        ({BEAT: CannotLook("not_found", "x")}, "never did its work"),
        ({OF_PID["cwd"]: cwd("/srv/releases/0000000-old")}, "of another release"),
        ({SHOW: CannotLook("denied", "x"), BEAT: path("/run/beat", age=700)}, "s old, not at most"),
    ],
)
def test_a_worker_that_does_not_work_fails(answers: dict[str, Any], says: str) -> None:
    found = works(answers)
    assert found.status is Status.FAIL
    assert says in found.message


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", [SHOW, BEAT, OF_PID["cwd"]])
def test_a_worker_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    assert works({line: CannotLook(reason, "x")}).status is Status.ERROR


def test_a_heartbeat_of_the_future_or_no_process_to_look_at_is_an_error() -> None:
    assert works({BEAT: path("/run/beat", age=-HOUR)}).status is Status.ERROR
    assert works({SHOW: unit(pid=None)}).status is Status.ERROR


def test_a_process_older_than_the_file_of_the_release_was_not_restarted() -> None:
    def of_file(content: str, age: float) -> Verdict:
        file = path("/srv/REVISION", age=age, content=content)
        return works({"cat /srv/REVISION": file}, release_file="/srv/REVISION")

    assert of_file(COMMIT + "\n", 2 * HOUR).status is Status.PASS
    assert "was not restarted with the release" in of_file(COMMIT, 60).message
    assert "names deadbeef, not" in of_file("deadbeef", 2 * HOUR).message
    gone = works({"cat /srv/REVISION": CannotLook("not_found", "x")}, release_file="/srv/REVISION")
    assert gone.status is Status.FAIL


def test_the_last_run_of_a_timer_is_its_heartbeat() -> None:
    def last(ago: float) -> Verdict:
        options = {"services": [{"timer": "report", "period": 2 * HOUR}]}
        return verdict("workers.running", options, {TIMERS: timer(last=NOW - ago)})

    assert last(HOUR).status is Status.PASS
    assert "not at most 7200 s" in last(3 * HOUR).message


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"services": [{"unit": "api"}]}, "period"),
        ({"services": [{"unit": "api", "period": 60}], "release": COMMIT}, "heartbeat_file"),
        ({"services": [WORKER]}, "release"),
        ({"services": [{"timer": "report", "period": 60, "user": "shop"}]}, "timer has no process"),
    ],
)
def test_workers_are_declared_whole(options: dict[str, Any], says: str) -> None:
    with pytest.raises(NotAsked, match=says):
        prove(Service, "workers.running", options, {SHOW: unit(), TIMERS: timer(), BEAT: path("/run/beat")})


@pytest.mark.parametrize(
    ("release", "text", "named"),
    [
        (COMMIT, f"/srv/{COMMIT[:8]}", True),
        (COMMIT[:7], f"sha-{COMMIT}", True),
        (COMMIT[:7], "/srv/" + COMMIT[1:], False),
        (COMMIT, "/srv/3f7868", False),
        ("1.4.0", "registry.test/shop:v1.4.0", True),
        ("1.4.0", "shop:1.4.0-rc1", False),
        ("1.4.0", "shop:11.4.0", False),
        ("1.4.0", "shop:1.4.0.1", False),
        ("1.4.0", "", False),
    ],
)
def test_what_names_a_release(release: str, text: str, named: bool) -> None:
    assert is_named(release, text) is named
