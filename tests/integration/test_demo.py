# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: it comes out as designed, keeps its secrets, and leaves nothing behind, however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.playbook import REPOSITORY, surroundings

pytestmark = [pytest.mark.demo, pytest.mark.slow]

DEMO = REPOSITORY / "inventories" / "demo"
PORTS = yaml.safe_load((DEMO / "group_vars" / "all.yml").read_text())["demo_ports"]
DESIGNED = yaml.safe_load((DEMO / "environment" / "designed.yml").read_text())
# What a customer of the demo wrote into an order, and the shop logged.
CARD = "4111 1111 1111 1111"


class Demo:
    """run.py as a process of its own, with all that it prints."""

    def __init__(self, *arguments: object, path: str = "") -> None:
        self.output = ""
        self.process = subprocess.Popen(
            [sys.executable, str(DEMO / "environment" / "run.py"), *map(str, arguments)],
            env={**surroundings(), **({"PATH": path} if path else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.output += line

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until it has printed something."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            if found := re.search(pattern, self.output):
                return found
            assert not ended, self.output
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} was not printed:\n{self.output}")

    def end(self, number: int | None = None) -> int:
        """Send a signal, wait for the end, and give the exit status. That all output ends shows that nobody is left."""
        if number:
            self.process.send_signal(number)
        status = self.process.wait(120)
        self._reader.join(30)
        assert not self._reader.is_alive(), "somebody still holds its standard output"
        return status

    @property
    def directory(self) -> Path:
        """Where the environment keeps its files."""
        return Path(self.wait_for(r"environment in (\S+)")[1])

    def members(self) -> dict[str, int]:
        """The processes of the environment, by name."""
        mark, found = f"GOLIVE_DEMO_DIR={self.directory}".encode(), {}
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found[(path / "comm").read_text().strip()] = int(path.name)
        return found

    def assert_gone(self) -> None:
        """Nothing is left: no file, no process, no port."""
        end = time.monotonic() + 15
        while self.directory.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert not self.directory.exists()
        assert self.members() == {}
        for port in PORTS.values():
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0, port


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Demo, Path]:
    """One run to the end, and its run directory."""
    run_dir = tmp_path_factory.mktemp("demo") / "run"
    ran = Demo("--run-dir", run_dir)
    ran.end()
    return ran, run_dir


@pytest.fixture
def started(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """A demo that is stopped in the end, should the test not have done it."""
    ran = Demo(*getattr(request, "param", ()))
    yield ran
    if ran.process.poll() is None:
        ran.end(signal.SIGTERM)


def test_it_ends_as_designed_and_well(demo: tuple[Demo, Path]) -> None:
    ran, run_dir = demo
    assert ran.process.returncode == 0, ran.output
    told, path = ran.output.splitlines()[-2:]
    assert "as designed" in told
    assert Path(path) == run_dir / "report.html"
    assert Path(path).is_file()
    assert "NO-GO" in ran.output


def test_every_item_is_as_designed(demo: tuple[Demo, Path]) -> None:
    report = json.loads((demo[1] / "report.json").read_text())
    designed = {item["text"]: DESIGNED["items"].get(item["text"], DESIGNED["otherwise"]) for item in report["items"]}
    assert {item["text"]: item["status"] for item in report["items"]} == {
        text: status for text, (status, _reason) in designed.items()
    }
    assert set(DESIGNED["items"]) <= set(designed)
    for item in report["items"]:
        assert designed[item["text"]][1] in item["reason"]
    assert [target["name"] for target in report["targets"] if target["status"] != "answered"] == ["worker-2"]
    assert sorted(_seen(report, "error")) == [
        *("app-1 tls.internal", "documents docs.api", "documents docs.backup_restore", "documents docs.compliance"),
        *("documents docs.recovery_objectives", "documents docs.runbook", "files-1 backup.offsite"),
        *("worker-2 env.files", "worker-2 env.production_values", "worker-2 env.required_present"),
        *("worker-2 env.runtime_mode", "worker-2 logs.no_sensitive_data", "worker-2 logs.structured"),
        "worker-2 redis.queue_health",
    ]
    assert set(_seen(report, "fail")) >= {
        *("production-account aws.iam.credentials", "db-1 backup.offsite", "db-1 postgresql.foreign_keys"),
        *("db-1 postgresql.password_hashing", "vault-1 secrets.store_health"),
    }
    assert set(_seen(report, "pass")) >= {
        *("app-1 postgresql.connectivity", "app-1 env.required_present", "app-1 env.files", "app-1 logs.structured"),
        *("db-1 postgresql.provisioned", "db-1 postgresql.credentials", "db-1 postgresql.least_privilege"),
        *("db-1 postgresql.append_only", "db-1 postgresql.migrations", "production-account secrets.rotation"),
    }
    assert _seen(report, "waived") == ["cache-1 redis.tls"]


def _seen(report: dict[str, Any], status: str) -> list[str]:
    places = [("documents" if check["verifier"] == "document" else check["host"], check) for check in report["checks"]]
    return [f"{place} {check['control']}" for place, check in places if check["status"] == status]


def test_what_no_program_is_there_for_is_left_out_and_never_passes(tmp_path: Path) -> None:
    programs = {Path(place) / name: name for place in os.get_exec_path() for name in _names(place)}
    for path, name in reversed(programs.items()):
        if name not in DESIGNED["needs"]:
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).symlink_to(path)
    ran = Demo("--run-dir", tmp_path / "run", path=str(tmp_path))
    assert ran.end() == 0, ran.output
    assert "There is no git: what it would prove is left out" in ran.output
    assert "There is no ssh-keygen: what it would prove is left out" in ran.output
    ran.assert_gone()


def _names(place: str) -> list[str]:
    return os.listdir(place) if os.path.isdir(place) else []


def test_the_stories_in_the_readme_are_those_that_are_designed() -> None:
    told = (DEMO / "README.md").read_text()
    for text, (status, _reason) in DESIGNED["items"].items():
        if status in ("fail", "waived"):
            assert f"| {text} |" in told


def test_nothing_is_left_of_a_run(demo: tuple[Demo, Path]) -> None:
    demo[0].assert_gone()


@pytest.mark.parametrize("started", [("--keep",)], indirect=True)
def test_it_is_verified_by_hand_without_a_secret_leaving_it(started: Demo, tmp_path: Path) -> None:
    command = started.wait_for(r"\n    (\S.*)\n\nCtrl-C")[1]
    secrets = {path.name: path.read_text() for path in (started.directory / "secrets").iterdir()}
    assert {"redis-monitor", "vault-root-token", "postgres-golive", "tokens"} <= set(secrets)
    assert CARD in (started.directory / "shop.log").read_text()
    secrets["card"] = CARD
    run_dir = tmp_path / "run"
    verified = subprocess.run(
        ["env", *shlex.split(command), "-e", f"golive_run_dir={run_dir}", "-vvv"],
        cwd=REPOSITORY,
        env=surroundings(),
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert verified.returncode in (2, 4)
    assert started.end(signal.SIGINT) == 0
    started.assert_gone()
    files = [path.read_bytes() for path in run_dir.rglob("*") if path.is_file()]
    assert files
    for name, secret in secrets.items():
        for text in (verified.stdout, verified.stderr, started.output.encode(), *files):
            assert secret.encode() not in text, name


# The five checklists of real teams that the product was begun with.
SEEDS = sorted(Path(os.environ["GOLIVE_SHARED"], "seeds").glob("*.txt")) if os.environ.get("GOLIVE_SHARED") else []


@pytest.mark.skipif(not SEEDS, reason="GOLIVE_SHARED does not name the directory with the seeds")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("started", [("--keep",)], indirect=True)
def test_checklists_of_other_teams_are_bound_and_verified_against_it(started: Demo, tmp_path: Path) -> None:
    command = started.wait_for(r"\n    (\S.*)\n\nCtrl-C")[1]
    statuses: Counter[str] = Counter()
    for number, seed in enumerate(SEEDS):
        theirs = tmp_path / str(number) / "checklist.md"
        theirs.parent.mkdir()
        theirs.write_bytes(seed.read_bytes())
        _play(
            Path(sys.executable).with_name("ansible-playbook"), "playbooks/bind.yml", "-e", f"golive_checklist={theirs}"
        )
        run_dir = tmp_path / f"run{number}"
        where = {"golive_checklist": theirs, "golive_environment_dir": theirs.parent, "golive_run_dir": run_dir}
        _play("env", *shlex.split(command), *(word for name in where for word in ("-e", f"{name}={where[name]}")))
        report = json.loads((run_dir / "report.json").read_text(encoding="utf-8"))
        for item in report["items"]:
            statuses[item["status"]] += 1
            proven = {report["checks"][index]["status"] for index in item["checks"]}
            assert item["status"] != "pass" or proven == {"pass"}, item
            assert item["status"] == "pass" or item["reason"], item
    # 590 boxes, and seven rows of a table that says what is required.
    assert statuses.total() == 597
    assert statuses["pass"] > 0
    assert started.end(signal.SIGINT) == 0


def _play(*command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=REPOSITORY, env=surroundings(), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode in (0, 2, 4), done.stdout


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_nothing_is_left_when_it_is_stopped_in_the_middle(started: Demo, number: int, status: int) -> None:
    started.wait_for("Verifying it")
    assert {"redis-server", "postgres", "nats-server", "bao"} & set(started.members())
    assert started.end(number) == status
    started.assert_gone()


def test_nothing_is_left_when_it_is_stopped_while_it_starts(started: Demo) -> None:
    _first_process(started)
    assert started.end(signal.SIGINT) == 130
    started.assert_gone()


@pytest.mark.parametrize("started", [("--keep",)], indirect=True)
def test_a_server_that_dies_ends_it(started: Demo) -> None:
    started.wait_for("Ctrl-C")
    os.kill(started.members()["nats-server"], signal.SIGKILL)
    assert started.end() == 1
    assert "demo: nats ended with -9" in started.output
    started.assert_gone()


def test_a_busy_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", PORTS["redis"])):
        ran = Demo()
        assert ran.end() == 1
    (line,) = ran.output.splitlines()
    assert re.search(
        rf"port {PORTS['redis']} \(redis\) is in use .* change it in inventories/demo/group_vars/all.yml", line
    )


def _first_process(started: Demo) -> None:
    end = time.monotonic() + 30
    while not started.members() and time.monotonic() < end:
        time.sleep(0.02)
    assert started.members()
