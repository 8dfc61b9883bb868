# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against real repositories of restic and borg, right and really broken."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.backups import DAY, files_of, needs, on_nas, proof, run

HELD_DAYS = 4  # Each copy of a tool costs a process.


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source")
    (path / "dump").write_bytes(os.urandom(5000))
    return path


class Restic:
    """A repository with a snapshot of each of the last days."""

    def __init__(self, root: Path, source: Path, days: int = HELD_DAYS) -> None:
        self.password = root / "password"
        self.password.write_text("secret\n")
        self.path = root / "repository"
        self.source = source
        self.restic("init")
        for day in range(days):
            self.backup(day + 0.1)
        self.options = {"repository": str(self.path), "password_file": str(self.password)}

    def restic(self, *arguments: str | Path) -> None:
        password = f"--password-file={self.password}"
        run("restic", "--no-cache", "-q", f"--repo={self.path}", password, *arguments)

    def backup(self, days: float) -> None:
        moment = datetime.fromtimestamp(time.time() - days * DAY).strftime("%Y-%m-%d %H:%M:%S")
        self.restic("backup", "--time", moment, self.source)


class Borg:
    """A repository with an archive of each of the last days."""

    def __init__(self, root: Path, source: Path, days: int = HELD_DAYS) -> None:
        self.passphrase = root / "passphrase"
        self.passphrase.write_text("secret\n")
        self.path = root / "repository"
        self.source = source
        self.borg("init", "--encryption=repokey", self.path)
        for day in range(days):
            self.backup(day + 0.1)
        self.options = {"repository": str(self.path), "passphrase_file": str(self.passphrase)}

    def borg(self, *arguments: str | Path) -> None:
        run("borg", *arguments, env={**os.environ, "BORG_PASSPHRASE": "secret"})

    def backup(self, days: float) -> None:
        moment = datetime.fromtimestamp(time.time() - days * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self.borg("create", "--timestamp", moment, f"{self.path}::a{days}", self.source)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home directory in which borg may remember the repositories that it has seen."""
    path = tmp_path_factory.mktemp("home")
    account = pwd.getpwuid(os.geteuid())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(path))
        mine = pwd.struct_passwd((*account[:5], str(path), account[6]))
        patch.setattr(pwd, "getpwuid", lambda _uid: mine)
        yield


@pytest.fixture(
    scope="module", params=[pytest.param(Restic, marks=needs("restic")), pytest.param(Borg, marks=needs("borg"))]
)
def tool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, source: Path, home: None) -> Any:
    return request.param(tmp_path_factory.mktemp("tool"), source)


def options_of(tool: Restic | Borg, **more: Any) -> dict[str, Any]:
    return {type(tool).__name__.lower(): {**tool.options, **more}}


def test_a_repository_is_read_without_writing(tool: Any) -> None:
    before = files_of(tool.path)
    for control in ("freshness", "retention"):
        verdict = proof(control, options_of(tool) | {"retention_days": HELD_DAYS})
        assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert files_of(tool.path) == before


def test_a_repository_on_this_disk_is_not_off_site(tool: Any) -> None:
    options = options_of(tool) | {"offsite": [options_of(tool)]}
    assert proof("offsite", options, on_nas).status is Status.PASS
    assert "of this host" in proof("offsite", options).message


def test_a_repository_that_keeps_too_little_fails(tool: Any) -> None:
    verdict = proof("retention", options_of(tool))
    assert verdict.status is Status.FAIL
    assert "3 days old" in verdict.message


def test_a_repository_that_cannot_be_opened_is_an_error(tool: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("no\n")
    secret = "password_file" if isinstance(tool, Restic) else "passphrase_file"
    for change, reason in (
        ({secret: str(wrong)}, "denied"),
        ({secret: "/absent"}, "not_found"),
        ({"repository": str(tmp_path / "absent")}, "not_found"),
        ({"user": "nobody"}, "denied"),
    ):
        if "user" in change and os.geteuid():
            continue
        verdict = proof("freshness", options_of(tool, **change))
        assert verdict.status is Status.ERROR
        assert reason in verdict.message


def test_a_missing_tool_is_an_error(tool: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "ansible_collections.golive.verify.plugins.module_utils.observation.commands._PATH", str(tmp_path)
    )
    for control in ("freshness", "retention"):
        verdict = proof(control, options_of(tool))
        assert verdict.status is Status.ERROR
        assert "missing_tool" in verdict.message


def test_an_empty_or_stale_archive_fails(tool: Any, tmp_path: Path) -> None:
    source = tmp_path / "empty"
    source.mkdir()
    copy = type(tool)(tmp_path, source, days=0)
    for control in ("freshness", "retention"):
        assert proof(control, options_of(copy)).status is Status.FAIL
    copy.backup(3)
    assert "72 h old" in proof("freshness", options_of(copy)).message
    copy.backup(0.1)
    assert "has only 0 bytes" in proof("freshness", options_of(copy)).message


@needs("borg")
def test_a_repository_that_a_backup_has_locked_is_read_all_the_same(home: None, tmp_path: Path, source: Path) -> None:
    tool = Borg(tmp_path, source, days=1)
    holder = subprocess.Popen(
        ["borg", "with-lock", tool.path, "sh", "-c", "echo locked; exec sleep 30"],
        env={**os.environ, "BORG_PASSPHRASE": "secret"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        assert proof("freshness", options_of(tool)).status is Status.PASS
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
