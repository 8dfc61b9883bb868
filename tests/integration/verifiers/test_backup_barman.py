# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against a real PostgreSQL with barman and its archive of WAL, right and really broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.backups import PG_BIN, Counting, needs_root, proof, run

PORT = 25978


class Barman:
    """A PostgreSQL cluster with one backup of barman, and the WAL since then."""

    def __init__(self, root: Path) -> None:
        self.root, self.config = root, root / "barman.conf"
        self.wals = root / "barman/main/wals"
        shutil.chown(root, "postgres")
        self.run(PG_BIN / "initdb", "-D", root / "data", "-A", "trust", "-N")
        with (root / "data/postgresql.conf").open("a") as settings:
            settings.write(
                f"port={PORT}\nlisten_addresses=''\nunix_socket_directories='{root}'\nfsync=off\narchive_mode=on\n"
                f"archive_command='cp %p {root}/barman/main/incoming/%f'\n"
            )
        connection = f"host={root} port={PORT} user=postgres"
        self.config.write_text(
            f"[barman]\nbarman_user=postgres\nbarman_home={root}/barman\nbarman_lock_directory={root}/barman\n"
            f"log_file={root}/barman.log\nlog_level=INFO\ncompression=gzip\n\n"
            f"[main]\ndescription=main\nconninfo={connection} dbname=postgres\nstreaming_conninfo={connection}\n"
            f"backup_method=postgres\narchiver=on\npath_prefix={PG_BIN}\nminimum_redundancy=1\n"
        )
        self.run("mkdir", "-p", root / "barman/main/incoming")
        self.start()

    def run(self, *argv: str | Path) -> None:
        subprocess.run(
            ["runuser", "-u", "postgres", "--", *map(str, argv)],
            check=True,
            timeout=60,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        self.run(PG_BIN / "pg_ctl", "-D", self.root / "data", "-l", self.root / "log.txt", "-w", "start")

    def stop(self) -> None:
        self.run(PG_BIN / "pg_ctl", "-D", self.root / "data", "-m", "immediate", "stop")

    def barman(self, *arguments: str) -> None:
        self.run("barman", "-c", self.config, *arguments)

    def switch(self, times: int = 1) -> None:
        for _time in range(times):
            statement = "select pg_logical_emit_message(false, 'a', 'b'), pg_switch_wal()"
            self.run(PG_BIN / "psql", "-h", self.root, "-p", str(PORT), "-c", statement, "postgres")
        self.run(PG_BIN / "psql", "-h", self.root, "-p", str(PORT), "-c", "checkpoint", "postgres")
        time.sleep(0.3)  # The archiver is another process.
        self.barman("archive-wal", "main")

    def options(self, **more: Any) -> dict[str, Any]:
        return {"barman": {"server": "main", "config": str(self.config), "user": "postgres", **more}}

    def archive(self, **more: Any) -> dict[str, Any]:
        return {"wal_archive": {"directory": str(self.wals)}, "min_window_days": 0.000001, **more}

    def segments(self) -> list[Path]:
        return sorted(path for path in self.wals.rglob("0*") if path.is_file() and len(path.name) == 24)


@pytest.fixture(scope="module")
def barman() -> Iterator[Barman]:
    if os.geteuid() or not PG_BIN.is_dir() or not shutil.which("barman"):
        pytest.skip("needs root, PostgreSQL and barman")
    with tempfile.TemporaryDirectory(prefix="golive-") as directory:
        server = Barman(Path(directory))
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def without(path: Path) -> Iterator[None]:
    """A file is gone for a while."""
    aside = path.rename(path.with_name(f"x{path.name}"))
    try:
        yield
    finally:
        aside.rename(path)


def test_barman_from_nothing_to_a_backup_that_failed(barman: Barman) -> None:
    verdict = proof("freshness", barman.options())
    assert verdict.status is Status.FAIL
    assert "no backup at all" in verdict.message
    barman.switch()
    barman.barman("backup", "main")
    barman.switch(4)

    host = Counting()
    verdict = proof("freshness", barman.options(), host)
    assert (verdict.status, verdict.message, host.calls) == (Status.PASS, "", 1)
    assert proof("retention", barman.options() | {"retention_days": 1}).status is Status.PASS

    failed = barman.root / "barman/main/base/29991231T000000"
    failed.mkdir()
    (failed / "backup.info").write_text("backup_name=None\nbegin_time=2999-12-31 00:00:00+00:00\nstatus=FAILED\n")
    assert "29991231T000000, ended as FAILED" in proof("freshness", barman.options()).message
    shutil.rmtree(failed)


def test_barman_that_cannot_be_asked_is_an_error(barman: Barman) -> None:
    for change in ({"server": "other"}, {"config": "/absent"}, {"user": "nobody"}):
        assert proof("freshness", barman.options(**change)).status is Status.ERROR


def test_an_archive_of_wal_from_a_gap_to_a_late_segment(barman: Barman) -> None:
    host = Counting()
    verdict = proof("point_in_time", barman.archive(), host)
    assert (verdict.status, verdict.message, host.calls) == (Status.PASS, "", 1)
    assert verdict.actual["unbroken"] == len(barman.segments())
    assert "only the last 0.0 days" in proof("point_in_time", barman.archive(min_window_days=7)).message

    middle = barman.segments()[-2]
    with without(middle):
        assert f"WAL {middle.name} to {middle.name} is missing" in proof("point_in_time", barman.archive()).message
    (label,) = barman.wals.rglob("*.backup")
    with without(label):
        assert "no base backup leads to now" in proof("point_in_time", barman.archive()).message
    newest = barman.segments()[-1]
    came = newest.stat().st_mtime
    os.utime(newest, (came - 7200,) * 2)
    assert "the newest segment came 12" in proof("point_in_time", barman.archive()).message
    os.utime(newest, (came,) * 2)


@needs_root
def test_an_archive_that_cannot_be_read_is_an_error_and_an_absent_one_a_failure(barman: Barman) -> None:
    barman.wals.chmod(0o700)
    closed = {"directory": str(barman.wals), "user": "nobody"}
    verdict = proof("point_in_time", barman.archive(wal_archive=closed))
    assert (verdict.status, "denied" in verdict.message) == (Status.ERROR, True)
    absent = proof("point_in_time", barman.archive(wal_archive={"directory": str(barman.root / "absent")}))
    assert absent.message == "no WAL is archived at all"


def test_a_promoted_standby_goes_on_in_the_same_archive(barman: Barman) -> None:
    """It ends the module: the cluster leaves its timeline."""
    (barman.root / "data/recovery.signal").touch()
    barman.stop()
    with (barman.root / "data/postgresql.conf").open("a") as settings:
        settings.write("restore_command='false'\n")
    barman.start()
    run(PG_BIN / "pg_isready", "-h", barman.root, "-p", str(PORT), "-t", "10")
    for _time in range(50):
        if "2" in run(
            PG_BIN / "psql", "-h", barman.root, "-p", str(PORT), "-U", "postgres", "-Atc",
            "select case when pg_is_in_recovery() then 'no' else '2' end", "postgres",
        ):  # fmt: skip
            break
        time.sleep(0.1)
    barman.switch(2)
    verdict = proof("point_in_time", barman.archive())
    assert any(path.name.startswith("00000002") for path in barman.segments())
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    (history,) = barman.wals.rglob("00000002.history")
    with without(history):
        assert "00000002.history is missing" in proof("point_in_time", barman.archive()).message
