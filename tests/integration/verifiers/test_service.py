# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service verifier against real supervisors: supervisord, PM2 and a Docker engine. Only units are told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.service import ActionModule as Service
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.engines import Engine, Units, docker_engine, told
from tests.integration.verifiers.live import prove_live

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
AT_BOOT: Units = {"supervisor.service": {}, "pm2-root.service": {}, "docker.service": {}}
FAST = {"min_uptime_seconds": 0, "max_restarts": 2}

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="PM2 of root and containers need root")


def verdict(
    options: dict[str, Any], entry: dict[str, Any], units: Units | None = None, *, works: bool = False
) -> Verdict:
    control = "workers.running" if works else "service.restart_policy"
    (one,) = prove_live(
        Service, control, FAST | options | {"services": [entry]}, told(AT_BOOT if units is None else units)
    )
    return one


def failed(found: Verdict, says: str) -> None:
    assert found.status is Status.FAIL, found
    assert says in found.message


def waited(what: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


SUPERVISOR = """
[unix_http_server]
file={root}/socket
username=admin
password=hunter2
[supervisord]
logfile={root}/log
pidfile={root}/pid
childlogdir={root}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{root}/socket
username=admin
password=hunter2
[include]
files={root}/conf.d/*.conf
"""
PROGRAMS = """
[program:worker]
command=sleep 600
directory={root}/{commit}
process_name=%(program_name)s_%(process_num)02d
numprocs=2
startsecs=0
[program:once]
command=sleep 600
startsecs=0
autorestart = false ; by mistake
environment=TOKEN="hunter2"
[program:byhand]
command=sleep 600
autostart=false
[program:crash]
command=false
startretries=0
"""


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The options with which a supervisord is asked, whose programs are right and wrong."""
    places = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    daemon, client = (shutil.which(name, path=places) for name in ("supervisord", "supervisorctl"))
    if not daemon or not client:
        pytest.skip("needs supervisor, of PyPI or Debian")
    root = tmp_path_factory.mktemp("supervisor")
    (root / COMMIT).mkdir()
    (root / "conf.d").mkdir()
    (root / "main.conf").write_text(SUPERVISOR.format(root=root))
    (root / "conf.d" / "shop.conf").write_text(PROGRAMS.format(root=root, commit=COMMIT))
    options = {"supervisor_client": client, "supervisor_conf": f"{root}/main.conf", "supervisor_programs": [str(root)]}
    process = subprocess.Popen([daemon, "-n", "-c", f"{root}/main.conf"], stdout=subprocess.DEVNULL)

    def up() -> bool:
        argv = [client, "-c", f"{root}/main.conf", "status"]
        said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
        return said.count("RUNNING") == 3 and "FATAL" in said

    try:
        waited(up)
        yield options
    finally:
        process.terminate()
        process.wait()


def test_a_program_of_supervisord_returns(supervisor: dict[str, Any]) -> None:
    user = {} if os.geteuid() else {"user": "root"}
    for name in ("worker", "worker:*", "worker:worker_00"):
        found = verdict(supervisor, {"supervisor": name, **user})
        assert found.status is Status.PASS, found
    failed(verdict(supervisor | {"min_uptime_seconds": 60}, {"supervisor": "worker"}), "is up for")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("once", "autorestart=false"),
        ("byhand", "STOPPED"),
        ("byhand", "autostart=false"),
        ("crash", "FATAL"),
        ("crash", "startretries=0"),
        ("other", "nothing supervises it"),
    ],
)
def test_a_program_of_supervisord_that_does_not_return_fails(supervisor: dict[str, Any], name: str, says: str) -> None:
    failed(verdict(supervisor, {"supervisor": name}), says)


def test_a_supervisord_that_does_not_start_at_boot_fails(supervisor: dict[str, Any]) -> None:
    entry = {"supervisor": "worker"}
    failed(verdict(supervisor, entry, {}), "no unit starts supervisord at boot")
    failed(verdict(supervisor, entry, {"supervisor.service": {"enabled": "disabled"}}), "is disabled")


def test_a_supervisord_that_cannot_be_asked_is_an_error(supervisor: dict[str, Any], tmp_path: Path) -> None:
    entry, empty = {"supervisor": "worker"}, tmp_path / "empty.conf"
    empty.write_text("[supervisorctl]\nserverurl=unix:///nowhere\n")
    garbage = tmp_path / "supervisorctl"
    garbage.write_text("#!/bin/sh\necho worker is fine\n")
    garbage.chmod(0o755)
    for broken in (
        {"supervisor_conf": str(empty)},
        {"supervisor_client": str(garbage)},
        {"supervisor_client": str(tmp_path / "none")},
        {"supervisor_programs": [str(tmp_path / "none")]},
        {"supervisor_programs": [str(tmp_path)]},
    ):
        assert verdict(supervisor | broken, entry).status is Status.ERROR


def test_a_worker_works_on_the_release_that_it_runs(supervisor: dict[str, Any], tmp_path: Path) -> None:
    beat, revision = tmp_path / "beat", tmp_path / "REVISION"
    entry = {"supervisor": "worker", "period": 300, "heartbeat_file": str(beat)}

    def worker(release: str = COMMIT[:10], **more: Any) -> Verdict:
        return verdict(supervisor | {"release": release}, entry | more, {}, works=True)

    failed(worker(), "never did its work")
    beat.touch()
    assert worker().status is Status.PASS
    failed(worker("1.2.3"), "of another release than 1.2.3")
    revision.write_text(COMMIT)
    failed(worker(release_file=str(revision)), "was not restarted with the release")
    os.utime(revision, (1, 1))
    assert worker(release_file=str(revision)).status is Status.PASS
    os.utime(beat, (1, 1))
    failed(worker(), "not at most 300 s")


@pytest.fixture(scope="module")
def pm2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The options with which a PM2 is asked that has a right, a saved, a crashing and a stopped application."""
    client = shutil.which("pm2")
    if not client:
        pytest.skip("needs pm2, of npm")
    root = tmp_path_factory.mktemp("pm2")
    (root / "api.js").write_text("setInterval(() => {}, 1000)\n")
    (root / "crash.js").write_text("process.exit(1)\n")
    apps: list[dict[str, Any]] = [
        {"name": "api", "script": "api.js", "env": {"TOKEN": "hunter2"}},
        {"name": "slow", "script": "api.js", "restart_delay": 60000},
        {"name": "once", "script": "api.js", "autorestart": False},
        {"name": "crash", "script": "crash.js", "max_restarts": 3},
    ]
    (root / "apps.json").write_text(json.dumps([{**each, "cwd": str(root)} for each in apps]))

    def run(*arguments: str) -> str:
        argv, env = [client, *arguments], {**os.environ, "PM2_HOME": str(root / "home")}
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=True, cwd=root, timeout=30).stdout

    try:
        run("start", "apps.json")
        run("save")
        run("start", "api.js", "--name", "unsaved")
        waited(lambda: '"status":"errored"' in run("jlist"))
        yield {"pm2_client": client, "pm2_home": str(root / "home")}
    finally:
        run("kill")


@as_root
def test_an_application_of_pm2_returns(pm2: dict[str, Any]) -> None:
    found = verdict(pm2, {"pm2": "api", "user": "root"})
    assert found.status is Status.PASS, found
    assert "hunter2" not in str(found)


@as_root
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("slow", "waits 60 s"),
        ("once", "autorestart false"),
        ("crash", "crash is errored"),
        ("unsaved", "not in the saved list"),
        ("other", "nothing supervises it"),
    ],
)
def test_an_application_of_pm2_that_does_not_return_fails(pm2: dict[str, Any], name: str, says: str) -> None:
    failed(verdict(pm2, {"pm2": name, "user": "root"}), says)


@as_root
def test_a_pm2_that_does_not_return_or_run_fails_and_is_not_started_by_asking(
    pm2: dict[str, Any], tmp_path: Path
) -> None:
    entry = {"pm2": "api", "user": "root"}
    failed(verdict(pm2, entry, {}), "no unit starts PM2 at boot")
    failed(verdict(pm2 | {"pm2_home": str(tmp_path)}, entry), "no PM2 of user root runs")
    assert list(tmp_path.iterdir()) == []
    assert verdict(pm2 | {"pm2_client": "/nowhere/pm2"}, entry).status is Status.ERROR


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with docker_engine(tmp_path_factory.mktemp("docker")) as found:
        found.image("shop/worker:1.4.0", "USER 1000")
        sick = ("--health-cmd", "/bin/false", "--health-interval=1s", "--health-retries=1")
        found.run("worker", "shop/worker:1.4.0", "--restart=unless-stopped")
        found.run("once", "shop/worker:1.4.0")
        found.run("crash", "shop/worker:1.4.0", "--restart=always", program="false")
        found.run("sick", "shop/worker:1.4.0", "--restart=always", "--health-cmd", "/bin/false", *sick)
        found("create", "--name", "created", "--restart=always", "shop/worker:1.4.0", "/bin/pause")
        yield found


def contained(engine: Engine, name: str, units: Units | None = None, **more: Any) -> Verdict:
    return verdict({"container_client": str(engine.client)} | more, {"container": name, "user": "1000"}, units)


def test_a_container_returns(engine: Engine) -> None:
    found = contained(engine, "worker")
    assert found.status is Status.PASS, found


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("once", "restart policy no"),
        ("created", "created is created"),
        ("other", "there is no container other"),
        ("crash", "crash was restarted"),
    ],
)
def test_a_container_that_does_not_return_fails(engine: Engine, name: str, says: str) -> None:
    if name == "crash":
        waited(lambda: int(engine("inspect", "--format", "{{.RestartCount}}", "crash")) > 2)
    failed(contained(engine, name), says)


def test_a_container_of_another_user_or_with_a_bad_health_check_fails(engine: Engine) -> None:
    options = {"container_client": str(engine.client)}
    failed(verdict(options, {"container": "worker", "user": "root"}), "runs as 1000, not as root")
    failed(contained(engine, "sick"), "sick is ")


def test_containers_of_an_engine_that_does_not_start_at_boot_fail(engine: Engine) -> None:
    failed(contained(engine, "worker", {}), "no unit starts containers at boot")
    failed(contained(engine, "worker", {"docker.service": {"enabled": "disabled"}}), "is disabled")


def test_containers_that_cannot_be_seen_are_an_error(engine: Engine, tmp_path: Path) -> None:
    down, garbage = tmp_path / "down", tmp_path / "garbage"
    down.write_text('#!/bin/sh\nexec docker -H unix:///nowhere/socket "$@"\n')
    garbage.write_text("#!/bin/sh\necho running\n")
    for script in (down, garbage):
        script.chmod(0o755)
        found = contained(engine, "worker", container_client=str(script))
        assert found.status is Status.ERROR
    assert contained(engine, "worker", container_client="/nowhere/docker").status is Status.ERROR


def test_a_worker_in_a_container_is_of_the_release_of_its_image(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "beat").touch()
    entry = {"container": "worker", "period": 60, "heartbeat_file": str(tmp_path / "beat")}
    options = {"container_client": str(engine.client)}
    assert verdict(options | {"release": "1.4.0"}, entry, works=True).status is Status.PASS
    failed(verdict(options | {"release": "1.5.0"}, entry, works=True), "of another release")
