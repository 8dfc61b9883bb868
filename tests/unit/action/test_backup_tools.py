# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against what restic, borg and pgBackRest told: right, broken, unreadable and absent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.backup_recordings import (
    _RESTIC,
    ARCHIVES,
    BORG,
    CANNOT,
    GREP,
    INFO,
    PGBACKREST,
    RESTIC,
    SIZES,
    SNAPSHOTS,
    TOOLS,
    archives,
    info,
    ran,
    snapshots,
)
from tests.unit.proving import prove, status


@pytest.mark.parametrize(("options", "line", "listing", "more"), TOOLS)
def test_the_repository_of_a_tool(options: Any, line: str, listing: Any, more: Any) -> None:
    def both(answer: Any) -> list[Status]:
        return [
            status(Backup, control, options, {line: answer, **more})
            for control in ("backup.freshness", "backup.retention")
        ]

    assert both(listing()) == [Status.PASS, Status.PASS]
    assert both(listing(7)) == [Status.PASS, Status.FAIL]
    assert both(listing(start=3)) == [Status.FAIL, Status.FAIL]
    assert both(listing(0)) == [Status.FAIL, Status.FAIL]
    for garbage in ("", "{", "[1]", '{"a": 1}', '[{"name": "main"}]'):
        assert both(ran(garbage)) == [Status.ERROR, Status.ERROR]
    for reason in CANNOT:
        assert both(CannotLook(reason, "x")) == [Status.ERROR, Status.ERROR]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Fatal: wrong password or no key found", "denied"),
        ("passphrase supplied in BORG_PASSPHRASE is incorrect.", "denied"),
        ("Fatal: open /etc/pw: permission denied", "denied"),
        ("Is there a repository at the following location?", "not_found"),
        ("Failed to create/acquire the lock /r/lock.exclusive (timeout).", "timeout"),
        ("ssh: connect to host vault port 22: Connection refused", "unreachable"),
        ("ssh: Could not resolve hostname vault", "unreachable"),
        ("something else", "malformed"),
    ],
)
def test_a_tool_that_fails_is_an_error_with_its_reason(said: str, reason: str) -> None:
    (verdict,) = prove(Backup, "backup.freshness", RESTIC, {SNAPSHOTS: ran("", 1, said)})
    assert verdict.status is Status.ERROR
    assert f"could not look ({reason})" in verdict.message


def test_an_old_restic_is_asked_for_the_sizes() -> None:
    def stats(newest: int) -> dict[str, Any]:
        sizes = {f"id{day}": newest if day == 0 else 50_000 for day in range(8)}
        return {f"{_RESTIC} stats {name}": ran(json.dumps({"total_size": size})) for name, size in sizes.items()}

    listing = {SNAPSHOTS: snapshots(sized=False)}
    assert status(Backup, "backup.freshness", RESTIC, listing | stats(50_000)) is Status.PASS
    assert status(Backup, "backup.freshness", RESTIC, listing | stats(9_000)) is Status.FAIL
    assert status(Backup, "backup.freshness", RESTIC, listing | stats(0)) is Status.FAIL
    assert status(Backup, "backup.freshness", RESTIC, listing | stats(0) | {f"{_RESTIC} stats id3": ran("[]")}) is (
        Status.ERROR
    )


def test_an_archive_of_borg_with_too_many_files_is_judged_by_its_age() -> None:
    newest = next(iter(SIZES))
    many = {ARCHIVES: archives(), **SIZES, newest: CannotLook("too_large", "1 MiB")}
    (verdict,) = prove(Backup, "backup.freshness", BORG, many)
    assert verdict.status is Status.PASS
    assert "too many files" in verdict.actual["size"]
    assert status(Backup, "backup.freshness", BORG, many | {newest: ran("")}) is Status.FAIL
    assert status(Backup, "backup.freshness", BORG, many | {newest: ran("x")}) is Status.ERROR


def test_a_backup_of_pgbackrest_needs_its_wal_and_sound_pages() -> None:
    def says(answer: Any) -> str:
        (verdict,) = prove(Backup, "backup.freshness", PGBACKREST, {INFO: answer, **GREP})
        return f"{verdict.status.value}: {verdict.message}"

    gone = "000000010000000000000000"
    later = "000000030000000000000001"
    assert "WAL that is not archived" in says(info(archive={"start": gone, "stop": gone}))
    assert "WAL that is not archived" in says(info(archive={"start": later, "stop": later}))
    assert "WAL that is not archived" in says(info(archive={"start": None, "stop": None}))
    assert "wrong checksums" in says(info(error=True))
    assert "no valid backups" in says(info(0, code=2))
    assert says(info(code=99)).startswith("error: could not look (malformed): stanza main, repository 1: [FormatError]")
    assert "there is no stanza main" in says(ran("[]"))
