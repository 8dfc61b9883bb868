# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against a real PostgreSQL with pgBackRest and pg_dump, right and really broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.backups import PG_BIN, Counting, files_of, on_nas, proof


class Cluster:
    """A PostgreSQL cluster with two repositories of pgBackRest, a full backup in the first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "pgbackrest.conf"

        self.config.write_text(
            f"[global]\nrepo1-path={root}/repo1\nrepo2-path={root}/repo2\nrepo2-cipher-type=aes-256-cbc\n"
            f"repo2-cipher-pass=secret\nlog-path={root}/log\nlock-path={root}/lock\nspool-path={root}/spool\n"
            f"start-fast=y\nrepo1-retention-full=9\nrepo2-retention-full=9\n"
            f"[lab]\npg1-path={root}/data\npg1-socket-path={root}\npg1-port=25977\n"
        )
        shutil.chown(root, "postgres")
        self.run(PG_BIN / "initdb", "-D", root / "data", "-A", "trust", "-N")
        with (root / "data/postgresql.conf").open("a") as settings:
            settings.write(
                f"port=25977\nlisten_addresses=''\nunix_socket_directories='{root}'\nfsync=off\narchive_mode=on\n"
                f"archive_command='pgbackrest --config={self.config} --stanza=lab archive-push %p'\n"
            )
        self.run(PG_BIN / "pg_ctl", "-D", root / "data", "-l", root / "log.txt", "-w", "start")
        self.psql("create table shop as select generate_series(1, 9999)")

    def run(self, *argv: str | Path) -> None:
        # Not captured: the server would hold the pipe open.
        prefix = ["nice", "runuser", "-u", "postgres", "--"]
        subprocess.run(
            [*prefix, *map(str, argv)],
            check=True,
            timeout=60,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def psql(self, statement: str) -> None:
        self.run(PG_BIN / "psql", "-h", self.root, "-p", "25977", "-c", statement, "postgres")

    def pgbackrest(self, *arguments: str) -> None:
        self.run("pgbackrest", f"--config={self.config}", "--stanza=lab", *arguments)

    def dump(self, path: Path, *options: str) -> None:
        with path.open("wb") as file:
            argv = [
                str(PG_BIN / "pg_dump"),
                "-h",
                str(self.root),
                "-p",
                "25977",
                "-U",
                "postgres",
                *options,
                "postgres",
            ]
            subprocess.run(argv, check=True, timeout=60, stdout=file)

    def options(self, repo: int = 1, **more: Any) -> dict[str, Any]:
        return {"pgbackrest": {"stanza": "lab", "config": str(self.config), "user": "postgres", "repo": repo, **more}}

    def stop(self) -> None:
        self.run(PG_BIN / "pg_ctl", "-D", self.root / "data", "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if os.geteuid() or not PG_BIN.is_dir() or not shutil.which("pgbackrest"):
        pytest.skip("needs root, PostgreSQL and pgBackRest")
    with tempfile.TemporaryDirectory(prefix="golive-") as directory:
        cluster = Cluster(Path(directory))
        try:
            yield cluster
        finally:
            cluster.stop()


def test_pgbackrest_from_nothing_to_a_backup_without_its_wal(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def both(options: dict[str, Any]) -> list[Status]:
        return [proof(control, options | {"retention_days": 1}).status for control in ("freshness", "retention")]

    assert "missing stanza path" in proof("freshness", cluster.options()).message
    assert both(cluster.options()) == [Status.FAIL, Status.FAIL]
    cluster.pgbackrest("stanza-create")
    assert "no valid backups" in proof("freshness", cluster.options()).message
    cluster.pgbackrest("--repo=1", "--type=full", "backup")

    before = files_of(cluster.root / "repo1") | files_of(cluster.root / "log")
    host = Counting()
    assert proof("freshness", cluster.options(), host).message == ""
    assert host.calls == 1
    assert both(cluster.options()) == [Status.PASS, Status.PASS]
    assert files_of(cluster.root / "repo1") | files_of(cluster.root / "log") == before
    assert both(cluster.options(2)) == [Status.FAIL, Status.FAIL]
    assert proof("freshness", cluster.options(stanza="other")).status is Status.FAIL
    assert proof("retention", cluster.options()).status is Status.FAIL

    in_clear = proof("offsite", {"offsite": [cluster.options()]}, on_nas)
    assert (in_clear.status, in_clear.message.endswith("is not encrypted")) == (Status.FAIL, True)
    assert "of this host" in proof("offsite", {"offsite": [cluster.options()]}).message

    original = cluster.config.read_text()
    cluster.config.write_text(original.replace("cipher-pass=secret", "cipher-pass=other"))
    assert both(cluster.options(2)) == [Status.ERROR, Status.ERROR]
    cluster.config.chmod(0o600)
    assert "denied" in proof("freshness", cluster.options()).message
    cluster.config.chmod(0o644)
    cluster.config.write_text(original)
    assert both(cluster.options(config="/absent")) == [Status.ERROR, Status.ERROR]

    recent = cluster.options() | {"min_window_days": 0.000001}
    host = Counting()
    verdict = proof("point_in_time", recent, host)
    assert (verdict.status, verdict.message, host.calls) == (Status.PASS, "", 2)
    assert proof("point_in_time", cluster.options(2) | {"min_window_days": 0}).status is Status.FAIL
    assert proof("point_in_time", cluster.options()).status is Status.FAIL
    for _time in range(3):
        cluster.psql("select pg_logical_emit_message(false, 'a', 'b'), pg_switch_wal()")
    cluster.pgbackrest("check")
    assert proof("point_in_time", recent).status is Status.PASS
    archived = sorted((cluster.root / "repo1/archive/lab").rglob("0000*-*"))
    archived[-2].unlink()
    assert f"WAL {archived[-2].name[:24]} to" in proof("point_in_time", recent).message
    assert proof("point_in_time", cluster.options(config="/absent")).status is Status.ERROR

    for segment in (cluster.root / "repo1/archive/lab").rglob("0000*-*"):
        segment.unlink()
    assert "WAL that is not archived" in proof("freshness", cluster.options()).message
    assert "no WAL is archived at all" in proof("point_in_time", recent).message


def test_a_custom_dump_must_list_data(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "shop.dump"
    options = {"directory": str(tmp_path), "pattern": "*.dump"}
    cluster.dump(path, "-Fc")
    assert proof("freshness", options).message == ""
    path.write_bytes(path.read_bytes()[:1500])
    assert "is damaged" in proof("freshness", options).message
    cluster.dump(path, "-Fc", "--schema-only")
    assert "lists no data" in proof("freshness", options).message


def test_a_dump_in_sql_must_have_its_last_line(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    options = {"directory": str(tmp_path), "pattern": "shop.sql*"}
    cluster.dump(path, "-Fp")
    whole = path.read_bytes()
    assert proof("freshness", options).message == ""
    path.write_bytes(whole[:-1500])
    assert "shop.sql breaks off" in proof("freshness", options).message
    path.write_bytes(b"create table shop (id int);\n" * 99)
    assert "nothing proves that shop.sql is whole" in proof("freshness", options).message
    path.unlink()
    for tool, suffix in (("gzip", "gz"), ("xz", "xz"), ("zstd", "zst"), ("bzip2", "bz2")):
        if shutil.which(tool):
            for content, says in ((whole, ""), (whole[:-1500], f"shop.sql.{suffix} breaks off")):
                packed = subprocess.run([tool, "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout
                path.with_name(f"shop.sql.{suffix}").write_bytes(packed)
                assert says in proof("freshness", options).message
                assert (proof("freshness", options).status is Status.FAIL) is bool(says)
            path.with_name(f"shop.sql.{suffix}").unlink()
