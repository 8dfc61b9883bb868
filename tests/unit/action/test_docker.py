# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docker verifier against recorded answers: the engine, and projects as Compose v2 documents them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.docker import ActionModule as Docker
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker import compose, engine
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import template
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.test_service import CANNOT, path, ran
from tests.unit.proving import prove

ABSENT = CannotLook("not_found", "x")
SHA = "0" * 64


def verdict(control: str, options: Mapping[str, Any], answers: Mapping[str, Any]) -> Verdict:
    (one,) = prove(Docker, control, options, answers)
    return one


def failed(found: Verdict, says: str) -> None:
    assert found.status is Status.FAIL, found
    assert says in found.message


INFO = f"docker info --format '{template(engine._FIELDS)}'"
JSON, KEPT = "/etc/docker/daemon.json", "cat /etc/docker/daemon.json # only log-opts, hosts"
SOCKETS, MOUNTS = "ss -Hltunp", "findmnt --df"


def info(**more: Any) -> dict[str, Any]:
    usual = {"version": "29.8.0", "root": "/var/lib/docker", "live_restore": False, "log_driver": "json-file"}
    return ran(json.dumps({**usual, "security": ["name=seccomp,profile=builtin"], **more}))


def mounts(*paths: str, device: str = "/dev/sdb") -> dict[str, Any]:
    sizes = {"type": "ext4", "options": [], "size": 9, "free": 9, "inodes": 9, "inodes_free": 9}
    found = [{"device": "/dev/sda", "path": "/", **sizes}, *({"device": device, "path": p, **sizes} for p in paths)]
    return {"mounts": found, "unread": []}


def sockets(port: int = 22, process: str | None = "sshd", address: str = "0.0.0.0") -> dict[str, Any]:
    one = {"protocol": "tcp", "family": "ipv4", "address": address, "port": port, "uid": 0, "pid": 1}
    return {"sockets": [{**one, "process": process}], "owners_denied": False}


def reply(status: int = 200, **headers: str) -> dict[str, Any]:
    named = [[name.replace("_", "-"), value] for name, value in headers.items()]
    whole = {"body": "OK", "truncated": False, "redirects": [], "address": "127.0.0.1", "version": "1.1"}
    return {"url": "http://x", "status": status, "headers": named, **whole}


ENGINE = {
    INFO: info(),
    f"stat -L {JSON}": path(JSON),
    KEPT: ran('{"log-opts": {"max-size": "10m"}}'),
    SOCKETS: sockets(),
    MOUNTS: mounts("/var/lib/docker"),
}
PING = {
    "curl -sSi http://127.0.0.1:2376/_ping": reply(400),
    "curl -sSi -k https://127.0.0.1:2376/_ping": CannotLook("malformed", "certificate required"),
}


def engine_of(answers: Mapping[str, Any], **options: Any) -> Verdict:
    return verdict("docker.engine", options, {**ENGINE, **answers})


def test_an_engine_that_is_supported_bounded_and_local_passes() -> None:
    assert engine_of({}).status is Status.PASS
    assert engine_of({MOUNTS: mounts("/var")}).status is Status.PASS
    assert engine_of({MOUNTS: mounts()}, data_volume=False).status is Status.PASS
    assert engine_of({SOCKETS: sockets(2376, "dockerd"), **PING}).status is Status.PASS
    assert engine_of({f"stat -L {JSON}": ABSENT, KEPT: ABSENT, INFO: info(log_driver="local")}).status is Status.PASS
    known = {"end_of_life": {"docker 20.10": "2999-01-01"}}
    assert engine_of({INFO: info(version="20.10.24+dfsg1")}, **known).status is Status.PASS


OPEN = {SOCKETS: sockets(2375, "dockerd")}
CLEAR, TLS = "curl -sSi http://127.0.0.1:2375/_ping", "curl -sSi -k https://127.0.0.1:2375/_ping"


@pytest.mark.parametrize(
    ("answers", "options", "says"),
    [
        ({INFO: info(version="20.10.24+dfsg1")}, {}, "docker 20.10.24 gets no fixes since 2023-12-10"),
        ({INFO: info()}, {"end_of_life": {"docker 29": "2020-01-01"}}, "gets no fixes since 2020-01-01"),
        ({}, {"live_restore": True}, "live-restore is False, not True"),
        ({}, {"userns_remap": True}, "userns-remap is False"),
        ({}, {"log_driver": "journald"}, "log-driver is json-file"),
        ({}, {"log_opts": {"max-file": 3}}, "max-file is not set, not 3"),
        ({KEPT: ran("{}")}, {}, "no max-size"),
        ({f"stat -L {JSON}": ABSENT, KEPT: ABSENT}, {}, "no max-size"),
        ({MOUNTS: mounts()}, {}, "on the system disk"),
        ({MOUNTS: mounts("/var/lib/docker", device="/dev/sda")}, {}, "on the system disk"),
        ({**OPEN, CLEAR: reply(Api_Version="1.41"), TLS: ABSENT}, {}, "answers everybody on 0.0.0.0 port 2375"),
        ({**OPEN, CLEAR: reply(400), TLS: reply(Api_Version="1.41")}, {}, "answers everybody"),
        ({SOCKETS: sockets(2375, None), CLEAR: reply(Api_Version="1"), TLS: ABSENT}, {}, "answers everybody"),
    ],
)
def test_an_engine_that_is_not_as_it_should_be_fails(
    answers: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    failed(engine_of(answers, **options), says)


def test_user_namespaces_are_seen_in_both_ways() -> None:
    for option in ("name=userns", "name=rootless"):
        assert engine_of({INFO: info(security=[option])}, userns_remap=True).status is Status.PASS


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", [INFO, f"stat -L {JSON}", KEPT, SOCKETS, MOUNTS])
def test_an_engine_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    assert engine_of({line: CannotLook(reason, "x")}).status is Status.ERROR


@pytest.mark.parametrize(
    "answers",
    [
        {INFO: ran("")},
        {INFO: ran("fine")},
        {INFO: info(version="")},
        {INFO: info(version="99.1")},
        {INFO: ran("", 1)},
        {KEPT: ran("[]")},
        {KEPT: ran('{"log-opts": 1}')},
        {MOUNTS: {"mounts": [], "unread": []}},
        {**OPEN, CLEAR: CannotLook("timeout", "x"), TLS: CannotLook("timeout", "x")},
    ],
)
def test_an_engine_that_is_not_understood_is_an_error(answers: dict[str, Any]) -> None:
    assert engine_of(answers).status is Status.ERROR


FILE = "/srv/shop/compose.yml"
CONFIG = f"docker compose -f {FILE} config --format json # only {', '.join(compose._KEEP)}"
PS = f"docker ps -a --no-trunc --filter label=com.docker.compose.project --format '{template(compose._CONTAINERS)}'"
SERVICE = {"image": "ghcr.io/shop/api:1", "restart": "unless-stopped", "mem_limit": "268435456", "cpus": 0.5}


def config(**services: Any) -> dict[str, Any]:
    return ran(json.dumps({"name": "shop", "services": services or {"api": SERVICE}}))


def container(**more: Any) -> dict[str, Any]:
    usual = {"project": "shop", "service": "api", "oneoff": "False", "name": "shop-api-1", "state": "running"}
    return {**usual, "status": "Up 2 hours (healthy)", **more}


def listed(*containers: dict[str, Any]) -> dict[str, Any]:
    return ran("\n".join(map(json.dumps, containers)))


PROJECT = {
    CONFIG: config(),
    PS: listed(container(), container(project="other", state="exited", status="Exited (1)")),
    f"sha256sum {FILE}": path(FILE, sha256=SHA),
}


def project(answers: Mapping[str, Any], **options: Any) -> Verdict:
    usual = {"compose_files": [{"path": FILE, "sha256": SHA}]}
    return verdict("docker.compose", usual | options, {**PROJECT, **answers})


def test_a_project_that_is_the_reviewed_one_and_healthy_passes() -> None:
    assert project({}).status is Status.PASS
    reviewed = {"compose_files": [{"path": FILE, "reviewed": "/checkout/compose.yml"}]}
    same = {"sha256sum /checkout/compose.yml": path("/checkout/compose.yml", sha256=SHA)}
    assert project(same, **reviewed).status is Status.PASS
    deploy = {
        "replicas": 2,
        "resources": {"limits": {"memory": "64m", "cpus": "1"}},
        "restart_policy": {"condition": "any"},
    }
    two = {CONFIG: config(api={"deploy": deploy}), PS: listed(container(), container(name="shop-api-2"))}
    assert project(two).status is Status.PASS
    done = container(service="migrate", name="m", state="exited", status="Exited (0) 2 hours ago")
    job = {CONFIG: config(api=SERVICE, migrate={}), PS: listed(container(), done)}
    assert project(job, jobs=["migrate"]).status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({f"sha256sum {FILE}": path(FILE, sha256="1" * 64)}, f"{FILE} was changed"),
        ({f"sha256sum {FILE}": ABSENT}, f"there is no {FILE}"),
        ({CONFIG: config(api={**SERVICE, "mem_limit": 0})}, "api has no limit of memory"),
        ({CONFIG: config(api={**SERVICE, "cpus": None})}, "api has no limit of cpus"),
        ({CONFIG: config(api={**SERVICE, "restart": "on-failure"})}, "api has restart on-failure"),
        ({CONFIG: config(api={**SERVICE, "restart": None})}, "api has restart no"),
        ({CONFIG: config(api={**SERVICE, "deploy": {"replicas": 2}})}, "api runs 1 times, not 2"),
        ({CONFIG: config(api=SERVICE, web=SERVICE)}, "web runs 0 times"),
        ({CONFIG: ran('{"name": "shop", "services": {}}')}, "no service"),
        ({PS: listed()}, "api runs 0 times, not 1"),
        ({PS: listed(container(status="Up 2 hours"))}, "without a health check"),
        ({PS: listed(container(status="Up 2 hours (unhealthy)"))}, "(unhealthy)"),
        ({PS: listed(container(status="Up 1 second (health: starting)"))}, "starting"),
        ({PS: listed(container(), container(name="x", state="restarting"))}, "x is restarting"),
        ({PS: listed(container(), container(service="old"))}, "old still runs"),
    ],
)
def test_a_project_that_is_not_as_reviewed_or_not_well_fails(answers: dict[str, Any], says: str) -> None:
    failed(project(answers), says)


def test_jobs_must_have_ended_well() -> None:
    two = {CONFIG: config(api=SERVICE, migrate={})}
    crashed = container(service="migrate", name="m", state="exited", status="Exited (1) 2 hours ago")
    failed(project({**two, PS: listed(container(), crashed)}, jobs=["migrate"]), "m is Exited (1)")
    failed(project(two, jobs=["migrate"]), "migrate has never run")
    failed(project({}, jobs=["migrate"]), "which is no service")


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", [CONFIG, PS, f"sha256sum {FILE}"])
def test_a_project_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    assert project({line: CannotLook(reason, "x")}).status is Status.ERROR


@pytest.mark.parametrize("answers", [{CONFIG: ran("[]")}, {CONFIG: ran('{"services": {"api": 1}}')}, {PS: ran("x")}])
def test_a_project_that_is_not_understood_is_an_error(answers: dict[str, Any]) -> None:
    assert project(answers).status is Status.ERROR


def test_a_client_without_compose_is_a_missing_tool() -> None:
    said = CannotLook("malformed", "exit status 125: unknown shorthand flag: 'f' in -f")
    assert "missing_tool" in project({CONFIG: said}).message


def test_a_file_is_compared_with_something() -> None:
    for options in ({}, {"compose_files": [{"path": FILE}]}):
        with pytest.raises(NotAsked, match="compose_files"):
            prove(Docker, "docker.compose", options, {})
