# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotation of logs by a real logrotate, and a journal as the real journalctl and systemd-analyze see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.backups import needs, needs_root
from tests.integration.verifiers.written_logs import DAY, add, entry, proof, sources, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path)


class Rotating:
    """A log that logrotate rotates, with five days of history; started by a timer, which no test can really have."""

    def __init__(self, place: Path, log: Path) -> None:
        self.log, self.config, self.state = log, place / "logrotate.conf", place / "status"
        self.enabled = "enabled"
        self.configure("daily\nrotate 5\n")
        for dummy in range(5):
            add(log, entry())
            self.run("--force")
        for day in range(1, 6):
            os.utime(f"{log}.{day}", (time.time() - day * DAY,) * 2)
        add(log, entry())

    def configure(self, how: str) -> None:
        self.config.write_text(f"{self.log} {{\n{how}su root root\n}}\n", encoding="utf-8")
        self.config.chmod(0o644)

    def run(self, *more: str) -> None:
        subprocess.run(["logrotate", "--state", self.state, *more, self.config], check=True, capture_output=True)

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        timer = {"name": "logrotate.timer", "unit": "logrotate.service", "next": time.time() + DAY, "last": time.time()}
        timer |= {"enabled": self.enabled, "active": "active", "result": "success", "exit": 0}
        told = {"value": {"timers": [timer]}, "at": time.time(), "ms": 1}
        answers = iter(engine.on_controller([each for each in requests if each.params["kind"] != "timers"]))
        return [told if each.params["kind"] == "timers" else next(answers) for each in requests]

    def proof(self, **options: Any) -> Verdict:
        usual = {"logrotate_config": str(self.config), "logrotate_state": str(self.state), "retention_days": 5}
        return proof("rotation", sources(self.log, **{**usual, **options}), self)


@pytest.fixture
def rotating(tmp_path: Path, log: Path) -> Rotating:
    return Rotating(tmp_path, log)


@needs("logrotate")
@needs_root
class TestRotation:
    def test_a_log_that_really_rotated_passes(self, rotating: Rotating) -> None:
        verdict = rotating.proof()
        assert verdict.status is Status.PASS, verdict.message
        assert verdict.actual[str(rotating.log)]["rotated files"] == 5

    def test_each_broken_state_fails(self, rotating: Rotating) -> None:
        assert "is kept for 5 days" in rotating.proof(retention_days=30).message
        assert "does not expire" in rotating.proof(max_retention_days=3).message
        rotating.enabled = "disabled"
        assert "not started at boot" in rotating.proof().message
        rotating.enabled = "enabled"
        add(rotating.log, "x" * 1_100_000)
        assert "has 1 megabytes" in rotating.proof(max_file_megabytes=1).message
        rotating.configure("daily\nrotate -1\n")
        assert "never removes" in rotating.proof().message
        rotating.configure("daily\nrotate 9\nmaxage 3\n")
        assert "maxage 3" in rotating.proof().message
        rotating.configure("daily\nno such directive\n")
        assert rotating.proof().status is Status.FAIL
        rotating.config.write_text("/var/log/other.log { daily\n missingok\n }\n", encoding="utf-8")
        assert "does not rotate" in rotating.proof().message

    def test_what_has_not_happened_fails_whatever_is_configured(self, rotating: Rotating) -> None:
        rotating.state.write_text(
            rotating.state.read_text(encoding="utf-8").replace(time.strftime("%Y-"), "2001-"), encoding="utf-8"
        )
        assert "days ago" in rotating.proof().message
        rotating.state.unlink()
        assert "never" in rotating.proof().message
        for each in rotating.log.parent.glob("shop.log.*"):
            each.unlink()
        assert "there is no rotated file" in rotating.proof().message

    def test_a_directory_that_anybody_may_write(self, rotating: Rotating, tmp_path: Path) -> None:
        rotating.config.write_text(f"{rotating.log} {{\ndaily\nrotate 5\n}}\n", encoding="utf-8")
        tmp_path.chmod(0o777)
        assert "logrotate skips" in rotating.proof().message

    def test_what_cannot_be_seen_is_an_error(self, rotating: Rotating) -> None:
        assert rotating.proof(logrotate_config="/nonexistent/logrotate.conf").status is not Status.PASS
        shutil.move(rotating.log, f"{rotating.log.parent}/moved")
        assert rotating.proof().status is Status.ERROR


@needs("journalctl", "systemd-analyze")
def test_a_journal_without_entries_never_passes() -> None:
    if any(Path("/var/log/journal").glob("*/*.journal")) or any(Path("/run/log/journal").glob("*/*.journal")):
        pytest.skip("this machine has a journal")
    assert proof("rotation", {"sources": [{"unit": "shop"}]}).status is Status.ERROR


WRITER = Path("/lib/systemd/systemd-journal-remote")
_MACHINE = "0123456789abcdef0123456789abcdef"
_ENTRY = """__REALTIME_TIMESTAMP={:.0f}
__MONOTONIC_TIMESTAMP={}
_BOOT_ID={}
MESSAGE=x

"""


class Journaling:
    """A journal below a directory, and its configuration, as the real journalctl and systemd-analyze see them."""

    def __init__(self, root: Path, days: float) -> None:
        self.root = root
        self.configure("etc/machine-id", "")
        os.utime(root / "etc/machine-id", (time.time() - 400 * DAY,) * 2)
        self.configure("etc/systemd/journald.conf", "[Journal]\n#Storage=auto\n")
        directory = root / "var/log/journal" / _MACHINE
        directory.mkdir(parents=True)
        moments = (time.time() - days * DAY, time.time())
        entries = root / "entries"
        entries.write_text("".join(_ENTRY.format(at * 1e6, number, _MACHINE) for number, at in enumerate(moments, 1)))
        subprocess.run(
            [WRITER, "-o", directory / "system.journal", entries], check=True, capture_output=True, timeout=30
        )

    def configure(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def proof(self) -> Verdict:
        return proof("rotation", {"sources": [{"unit": "shop"}]}, self)

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return engine.on_controller([self._here(each) for each in requests])

    def _here(self, request: Request) -> Request:
        params = dict(request.params)
        if "path" in params:
            params["path"] = f"{self.root}{params['path']}"
        if argv := params.get("argv"):
            params["argv"] = [argv[0], f"--root={self.root}", *argv[1:]]
        return replace(request, params=params)


@pytest.mark.skipif(not WRITER.exists(), reason="not installed: systemd-journal-remote")
@needs("journalctl", "systemd-analyze")
class TestAJournal:
    def test_that_is_kept(self, tmp_path: Path) -> None:
        host = Journaling(tmp_path, days=40)
        verdict = host.proof()
        assert verdict.status is Status.PASS, verdict
        host.configure("etc/systemd/journald.conf.d/own.conf", "[Journal]\nMaxRetentionSec=infinity\n")
        assert host.proof().actual["MaxRetentionSec"] == "infinity"
        (tmp_path / "etc/systemd/journald.conf").unlink()
        (tmp_path / "etc/systemd/journald.conf.d/own.conf").unlink()
        assert host.proof().status is Status.PASS  # by what it does unless told otherwise

    def test_that_is_not(self, tmp_path: Path) -> None:
        host = Journaling(tmp_path, days=6)
        assert "reaches back 6.0 days" in host.proof().message
        host.configure("etc/systemd/journald.conf.d/a.conf", "[Journal]\nStorage=volatile\n")
        # journald ignores what stands above a section, so this does not undo what was said before.
        host.configure("etc/systemd/journald.conf.d/b.conf", "Storage=persistent\n")
        verdict = host.proof()
        assert verdict.status is Status.FAIL
        assert "kept in memory only (Storage=volatile)" in verdict.message

    def test_that_cannot_be_seen(self, tmp_path: Path) -> None:
        host = Journaling(tmp_path, days=40)
        host.configure("etc/systemd/journald.conf.d/own.conf", "[Journal]\nStorage=persistent ; on disk\n")
        assert host.proof().status is Status.ERROR
        host.configure("etc/systemd/journald.conf.d/own.conf", "")
        shutil.rmtree(tmp_path / "var/log/journal" / _MACHINE)
        assert host.proof().status is Status.ERROR
