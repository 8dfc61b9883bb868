# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against recorded off-site copies: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import (
    ARCHIVES,
    BORG,
    CANNOT,
    DF,
    DIGEST,
    DUMPS,
    GREP_LINE,
    GZIP,
    INFO,
    NO_CONF,
    OTHER,
    RESTIC,
    SIZES,
    SNAPSHOTS,
    TOOLS,
    archives,
    directory,
    file,
    info,
    month,
    ran,
    snapshots,
)
from tests.unit.proving import prove

NAS = ran(DF.format("nas:/export/my backups", "nfs4"))
DF_OFF = "df -P -T /off"


def offsite(entry: dict[str, Any], answers: dict[str, Any], **options: Any) -> Verdict:
    found = directory("/b", month()) | answers
    (verdict,) = prove(Backup, "backup.offsite", DUMPS | {"offsite": [entry]} | options, found)
    return verdict


OFF = {"directory": "/off", "pattern": "*.age"}


def copied(files: list[dict[str, Any]] | None = None, digest: str = DIGEST, df: Any = None) -> dict[str, Any]:
    found = month("/off") if files is None else files
    return directory("/off", found, digest=digest) | {DF_OFF: NAS if df is None else df}


def test_an_equal_encrypted_copy_on_another_machine_is_off_site() -> None:
    verdict = offsite(OFF, copied())
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["equals"] == "/b/d0.age"
    assert verdict.actual["place"] == "/off (nas:/export/my backups)"
    named_otherwise = [file("/off/2026.age")]
    assert offsite(OFF, copied(named_otherwise)).actual["sha256"] == DIGEST


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param(copied([]), "no backup at all in /off", id="nothing there"),
        pytest.param(copied(month("/off")[3:]), "75 h old", id="three days old"),
        pytest.param(copied(digest=OTHER), "/off/d0.age differs from /b/d0.age", id="differs"),
        pytest.param(copied([file("/off/2026.age")], OTHER), "does not match its checksum", id="no copy of ours"),
        pytest.param(copied(month("/off", mode="0644")), "readable by everyone", id="world-readable"),
        pytest.param(copied(month("/off", head=GZIP)), "is not encrypted", id="in clear"),
        pytest.param(copied(month("/off", size=20)), "20 bytes", id="20 bytes"),
        pytest.param(copied(df=ran(DF.format("/dev/sda1", "ext4"))), "/dev/sda1 (ext4) of this host", id="same disk"),
        pytest.param(copied(df=ran(DF.format("tmpfs", "tmpfs"))), "of this host", id="in memory"),
        pytest.param(copied(df=ran(DF.format("localhost:/x", "nfs"))), "on this host itself", id="NFS of its own"),
        pytest.param(copied(df=ran(DF.format("//127.0.0.1/x", "cifs"))), "on this host itself", id="CIFS of its own"),
    ],
)
def test_a_copy_that_would_not_help_or_could_be_stolen_fails(answers: dict[str, Any], says: str) -> None:
    verdict = offsite(OFF, answers)
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_a_foreign_copy_without_checksum_proves_nothing() -> None:
    alone = copied([file("/off/2026.age")]) | {"ls -ld /off/*.age.sha256*": {"pattern": "", "files": []}}
    assert "nothing proves that 2026.age is a whole copy" in offsite(OFF, alone).message


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("line", ["ls -ld /off/*.age", DF_OFF, "sha256sum /off/d0.age", "ls -ld /b/*.age"])
def test_an_off_site_place_that_cannot_be_seen_is_an_error(line: str, reason: str) -> None:
    assert offsite(OFF, copied() | {line: CannotLook(reason, "x")}).status is Status.ERROR
    assert offsite(OFF, copied(df=ran("garbage"))).status is Status.ERROR


def test_off_site_is_not_asked_for_without_a_place() -> None:
    with pytest.raises(NotAsked, match="offsite"):
        prove(Backup, "backup.offsite", DUMPS, {})


@pytest.mark.parametrize(("entry", "line", "listing", "more"), TOOLS[:2])
def test_a_remote_repository_is_off_site(entry: Any, line: str, listing: Any, more: Any) -> None:
    assert offsite(entry, {line: listing(), **more}).status is Status.PASS
    assert offsite(entry, {line: listing(start=3), **more}).status is Status.FAIL
    assert offsite(entry, {line: listing(0), **more}).status is Status.FAIL
    assert offsite(entry, {line: CannotLook("unreachable", "x"), **more}).status is Status.ERROR


@pytest.mark.parametrize("mode", ["none", "authenticated", "authenticated-blake2"])
def test_a_repository_of_borg_in_clear_fails(mode: str) -> None:
    assert "a0 is not encrypted" in offsite(BORG, {ARCHIVES: archives(mode=mode), **SIZES}).message


@pytest.mark.parametrize(
    ("repository", "says"),
    [("rest:http://localhost:8000/", "on this host itself"), ("s3:http://[::1]:9000/b", "on this host itself")],
)
def test_a_repository_served_by_this_host_is_not_off_site(repository: str, says: str) -> None:
    entry = {"restic": {"repository": repository, "password_file": "/etc/pw"}}
    lines = {SNAPSHOTS.replace("sftp:b@vault:/r", repository).removesuffix(" --tag=shop"): snapshots()}
    quoted = {line.replace(f"--repo={repository}", f"'--repo={repository}'"): answer for line, answer in lines.items()}
    assert says in offsite(entry, lines | quoted).message


def test_a_local_path_of_a_tool_is_looked_up() -> None:
    entry = {"restic": {"repository": "/off", "password_file": "/etc/pw"}}
    line = SNAPSHOTS.replace("sftp:b@vault:/r", "/off").removesuffix(" --tag=shop")
    assert offsite(entry, {line: snapshots(), DF_OFF: NAS}).status is Status.PASS
    assert offsite(entry, {line: snapshots(), DF_OFF: ran(DF.format("/dev/sdb1", "xfs"))}).status is Status.FAIL


def test_the_second_repository_of_pgbackrest_is_off_site_when_encrypted_elsewhere() -> None:
    entry = {"pgbackrest": {"stanza": "main", "user": "postgres", "repo": 2}}
    line = INFO.replace("--repo=1", "--repo=2")
    remote = {GREP_LINE.format(2): ran("repo2-type=s3\nrepo2-s3-bucket = b\nrepo2-s3-endpoint=s3.test\n", 2, NO_CONF)}
    local = {
        GREP_LINE.format(2): ran("", 2, NO_CONF),
        "df -P -T /var/lib/pgbackrest": ran(DF.format("/dev/sda1", "xfs")),
    }
    sealed = info(repo=2, cipher="aes-256-cbc")
    assert offsite(entry, {line: sealed, **remote}).status is Status.PASS
    assert "is not encrypted" in offsite(entry, {line: info(repo=2), **remote}).message
    assert "/dev/sda1 (xfs) of this host" in offsite(entry, {line: sealed, **local}).message
    denied = {GREP_LINE.format(2): ran("", 2, "grep: /etc/pgbackrest.conf: Permission denied")}
    assert offsite(entry, {line: sealed, **denied}).status is Status.ERROR


def test_the_application_must_not_be_able_to_destroy_the_copy() -> None:
    writes = {f"runuser -u shop -- test -w {path}": ran("", 1) for path in ("/off", "/off/d0.age")}
    assert offsite(OFF, copied() | writes, app_user="shop").status is Status.PASS
    for path in writes:
        verdict = offsite(OFF, copied() | writes | {path: ran("", 0)}, app_user="shop")
        assert f"shop may write {path.split()[-1]}" in verdict.message
    denied = dict.fromkeys(writes, CannotLook("denied", "needs root"))
    assert offsite(OFF, copied() | denied, app_user="shop").status is Status.ERROR
    reads = {SNAPSHOTS: snapshots(), "runuser -u shop -- test -r /etc/pw": ran("", 0)}
    assert "shop may read /etc/pw" in offsite(RESTIC, reads, app_user="shop").message
