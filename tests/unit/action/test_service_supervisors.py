# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service verifier against recorded answers of supervisord 4.3, PM2 7.0 and Docker 20.10."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.service import ActionModule as Service
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import template
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.service import containers, pm2, supervisor
from tests.unit.action.test_service import CANNOT, HOUR, ID, NOW, path, ran, unit
from tests.unit.proving import prove

ABSENT = CannotLook("not_found", "x")


def returns(answers: Mapping[str, Any], **entry: str) -> Verdict:
    (one,) = prove(Service, "service.restart_policy", {"services": [entry]}, answers)
    return one


def failed(found: Verdict, says: str) -> None:
    assert found.status is Status.FAIL
    assert says in found.message


STATUS = "supervisorctl status"
SETTINGS = (
    "grep -RZE '--include=*.conf' '--include=*.ini' '^[[:space:]]*(\\[|(autostart|autorestart|startretries)"
    "[[:space:]]*[=:])' /etc/supervisor"
)
RUNNING = "worker:worker_00    RUNNING   pid 77, uptime 3 days, 0:10:03\n"
CONF = "/etc/supervisor/a.conf\0[program:worker]\n/etc/supervisor/b.conf\0[program:work]\n"
SUPERVISED = {
    STATUS: ran(RUNNING, 3),
    SETTINGS: ran(CONF),
    "systemctl show supervisor.service": unit(name="supervisor.service"),
    "systemctl show supervisord.service": ABSENT,
}


def test_a_program_returns() -> None:
    assert returns(SUPERVISED, supervisor="worker").status is Status.PASS
    (status,) = supervisor.statuses(RUNNING)
    assert (status.pid, status.up) == (77, 3 * 86400 + 603)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({STATUS: ran(RUNNING.replace("3 days, 0:10", "0:00"))}, "up for 3 s"),
        ({STATUS: ran("worker:worker_00   BACKOFF   Exited too quickly\n", 3)}, "BACKOFF: Exited too quickly"),
        ({STATUS: ran("worker:worker_00   STOPPED\n", 3)}, "is STOPPED"),
        ({STATUS: ran("other   RUNNING   pid 7, uptime 0:10:00\n")}, "nothing supervises it"),
        ({STATUS: ran("")}, "nothing supervises it"),
        ({SETTINGS: ran(CONF + "/etc/supervisor/a.conf\0autorestart = FALSE ; why\n")}, "autorestart=false"),
        ({SETTINGS: ran(CONF + "/etc/supervisor/a.conf\0 autostart:no\n")}, "autostart=false"),
        ({"systemctl show supervisor.service": ABSENT}, "no unit starts supervisord"),
    ],
)
def test_a_program_that_does_not_return_fails(answers: dict[str, Any], says: str) -> None:
    failed(returns({**SUPERVISED, **answers}, supervisor="worker"), says)


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", [STATUS, SETTINGS, "systemctl show supervisor.service"])
def test_a_program_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    answers = {**SUPERVISED, line: CannotLook(reason, "x")}
    assert returns(answers, supervisor="worker").status is Status.ERROR


@pytest.mark.parametrize(
    "answers",
    [
        {STATUS: ran("unix:///var/run/supervisor.sock no such file\n", 4)},
        {STATUS: ran("worker is fine\n")},
        {STATUS: ran("worker:worker_00 RUNNING pid ?\n")},
        {SETTINGS: ran("", 1)},
        {SETTINGS: ran("[program:worker]\n")},
    ],
)
def test_answers_of_supervisord_that_are_not_understood_are_an_error(answers: dict[str, Any]) -> None:
    assert returns({**SUPERVISED, **answers}, supervisor="worker").status is Status.ERROR


PGREP = "pgrep -u shop -f 'PM2 .*God Daemon'"
HOME = "/home/shop/.pm2"
JLIST = f"PM2_HOME={HOME} runuser -u shop -- pm2 jlist # only {', '.join(pm2._KEEP)}"
SAVED = f"runuser -u shop -- cat {HOME}/dump.pm2 # only *.name"


def listed(**more: Any) -> dict[str, Any]:
    up = (NOW - HOUR) * 1000
    state = {"status": "online", "autorestart": True, "restart_time": 1, "pm_uptime": up, "restart_delay": None}
    return ran(json.dumps([{"name": "api", "pid": 77, "pm2_env": {**state, **more}}]))


KEPT = {
    PGREP: ran("41\n42\n"),
    f"cat {HOME}/pm2.pid": path(f"{HOME}/pm2.pid", content="42\n"),
    "systemctl show pm2-shop.service": unit(name="pm2-shop.service"),
    f"stat -L {HOME}/dump.pm2": path(f"{HOME}/dump.pm2"),
    SAVED: ran('[{"name": "api"}]'),
    JLIST: listed(),
    ID: ran("1000\n"),
    "cat /proc/77/status": path("/proc/77/status", content="Uid:\t1000\t1000\t1000\t1000\n"),
}
API = {"pm2": "api", "user": "shop"}


def test_an_application_of_pm2_returns() -> None:
    found = returns(KEPT, **API)
    assert found.status is Status.PASS, found.message


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({JLIST: listed(status="stopped")}, "api is stopped"),
        ({JLIST: listed(autorestart=False)}, "autorestart false"),
        ({JLIST: listed(restart_time=40)}, "restarted 40 times"),
        ({JLIST: listed(restart_delay=60000)}, "waits 60 s"),
        ({JLIST: listed(pm_uptime=NOW * 1000)}, "is up for"),
        ({JLIST: ran("[]")}, "nothing supervises it"),
        ({PGREP: ran("", 1)}, "no PM2 of user shop runs"),
        ({PGREP: ran("421\n")}, "no PM2 of user shop runs"),
        ({f"cat {HOME}/pm2.pid": ABSENT}, "no PM2 of user shop runs"),
        ({f"stat -L {HOME}/dump.pm2": ABSENT, SAVED: CannotLook("malformed", "x")}, "pm2 save"),
        ({SAVED: ran("[]")}, "not in the saved list"),
        ({"systemctl show pm2-shop.service": ABSENT}, "no unit starts PM2"),
        ({"cat /proc/77/status": path("/x", content="Uid:\t0\t0\t0\t0\n")}, "runs as user id 0"),
    ],
)
def test_an_application_of_pm2_that_does_not_return_fails(answers: dict[str, Any], says: str) -> None:
    failed(returns({**KEPT, **answers}, **API), says)


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", [PGREP, JLIST, SAVED, "systemctl show pm2-shop.service"])
def test_an_application_of_pm2_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    assert returns({**KEPT, line: CannotLook(reason, "x")}, **API).status is Status.ERROR


@pytest.mark.parametrize(
    "text", ["", "null", "[1]", "{}", '[{"name": "api", "pid": 7}]', '[{"name": "api", "pm2_env": 1}]']
)
def test_a_list_of_pm2_that_is_not_understood_is_an_error(text: str) -> None:
    assert returns({**KEPT, JLIST: ran(text)}, **API).status is Status.ERROR
    with pytest.raises(CannotLook):
        pm2.apps(text)


def test_an_application_of_pm2_needs_its_user() -> None:
    with pytest.raises(NotAsked, match="user"):
        returns(KEPT, pm2="api")


def line(client: str = "docker") -> str:
    return f"{client} container inspect --format '{template(containers._FIELDS)}' meter"


def container(**more: Any) -> dict[str, Any]:
    state = {"status": "running", "started": "2026-01-02T03:04:05.123456789Z", "health": None, "policy": "always"}
    image = {"restarts": 0, "user": "", "image": "shop/meter:1", "id": "sha256:1", "revision": "", "version": ""}
    return ran(json.dumps({**state, **image, **more}) + "\n")


DOCKER_RUNS = {
    "systemctl show docker.service": unit(name="docker.service"),
    "systemctl show snap.docker.dockerd.service": ABSENT,
}
PODMAN_RUNS = {"systemctl show podman-restart.service": unit(name="podman-restart.service")}


def contained(answer: Any, units: Mapping[str, Any] | None = None, client: str = "docker", **entry: str) -> Verdict:
    options = {"services": [{"container": "meter", **entry}], "container_client": client}
    answers = {line(client): answer, **(DOCKER_RUNS if units is None else units)}
    (one,) = prove(Service, "service.restart_policy", options, answers)
    return one


def test_a_container_returns() -> None:
    assert contained(container()).status is Status.PASS
    assert contained(container(policy="unless-stopped", health="healthy")).status is Status.PASS
    assert contained(container(), PODMAN_RUNS, "podman").status is Status.PASS
    assert contained(container(), user="root").status is Status.PASS


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (container(policy="no"), "restart policy no"),
        (container(policy=""), "restart policy no"),
        (container(policy="on-failure"), "restart policy on-failure"),
        (container(status="restarting", restarts=90), "restarted 90 times"),
        (container(status="exited"), "meter is exited"),
        (container(health="unhealthy"), "meter is unhealthy"),
        (container(health="starting"), "meter is starting"),
        (CannotLook("malformed", "Error: No such container: meter"), "there is no container meter"),
    ],
)
def test_a_container_that_does_not_return_fails(answer: Any, says: str) -> None:
    failed(contained(answer), says)


def test_what_brings_containers_back_differs() -> None:
    failed(contained(container(policy="unless-stopped"), PODMAN_RUNS, "podman"), "not always")
    failed(contained(container(user="1000:1000"), user="root"), "runs as 1000, not as root")


@pytest.mark.parametrize("reason", CANNOT)
def test_a_container_that_cannot_be_seen_is_an_error(reason: str) -> None:
    assert contained(CannotLook(reason, "x")).status is Status.ERROR
    assert contained(container(), {**DOCKER_RUNS, "systemctl show docker.service": CannotLook(reason, "x")}).status is (
        Status.ERROR
    )


@pytest.mark.parametrize("text", ["", "running", "[]", "{}\n{}", "null"])
def test_an_answer_about_a_container_that_is_not_understood_is_an_error(text: str) -> None:
    assert contained(ran(text)).status is Status.ERROR
    assert contained(container(started="soon")).status is Status.ERROR
    assert contained(container(restarts="many")).status is Status.ERROR
