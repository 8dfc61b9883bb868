# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How backups are read: schedules of cron, first bytes, file systems, places."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.cron import longest_pause
from ansible_collections.golive.verify.plugins.plugin_utils.backup.formats import header_problems
from ansible_collections.golive.verify.plugins.plugin_utils.backup.offsite import file_system
from ansible_collections.golive.verify.plugins.plugin_utils.backup.pgbackrest import place
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from tests.unit.action.backup_recordings import DF, GZIP, PGDMP, file


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("30 2 * * *", 24),
        ("*/15 * * * *", 0.25),
        ("0 */6 * * *", 6),
        ("0 2,14 * * *", 12),
        ("0 2,5 * * *", 21),
        ("0 2 * * mon-fri", 72),
        ("0 2 * * 0,7", 168),
        ("0 2 1 * *", 744),
        ("0 2 1 * 1", 168),
        ("0 2 */2 * *", 48),
        ("0 2 * jan *", (365 - 30) * 24),
        ("@daily", 24),
        ("@weekly", 168),
        ("every 3 days", 72),
        ("@reboot", None),
        ("@yearly", None),
        ("0 2 30 2 *", None),
    ],
)
def test_the_longest_pause_of_a_schedule(schedule: str, hours: float | None) -> None:
    assert longest_pause(schedule) == hours


@pytest.mark.parametrize("schedule", ["", "a b c d e", "61 * * * *", "* * *", "5-1 * * * *"])
def test_what_is_no_schedule(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        longest_pause(schedule)


@pytest.mark.parametrize(
    ("name", "head", "right"),
    [
        ("x.sql", b"--\n-- PostgreSQL database dump\n".hex(), True),
        ("x.sql", GZIP, False),
        ("x.dump", PGDMP, True),
        ("x.dump", GZIP, False),
        ("x.sql.gz", GZIP, True),
        ("x.sql.gz", "1f8c", False),
        ("x.sql.zst", "28b52ffd24", True),
        ("x.tar", "61" * 257 + b"ustar\0".hex(), True),
        ("x.gpg", "8502" + "0c03" + "ff", True),
        ("x.gpg", "845e03", True),
        ("x.gpg", "c1c04c03", True),
        ("x.gpg", "8c0d0409", True),
        ("x.gpg", b"-----BEGIN PGP MESSAGE-----\n".hex(), True),
        ("x.gpg", PGDMP, False),
        ("x.bak", "deadbeef", True),
        ("x.bak", "00" * 99, False),
    ],
)
def test_the_first_bytes_must_be_those_of_the_name(name: str, head: str, right: bool) -> None:
    assert (header_problems(name, FileFact(**file(f"/b/{name}", head=head))) == []) is right


def test_what_df_tells_is_read_strictly() -> None:
    assert file_system(DF.format("/dev/sda1", "ext4")) == ("/dev/sda1", "ext4")
    for garbage in ("", "Filesystem\n", "a\nb c\n", DF.format("a", "b") + "more\n"):
        with pytest.raises(CannotLook, match="malformed"):
            file_system(garbage)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({}, "/var/lib/pgbackrest"),
        ({"path": "/mnt/x"}, "/mnt/x"),
        ({"path": "/x", "host": "vault"}, "vault:/x"),
        ({"type": "s3", "path": "/x", "s3-bucket": "b", "s3-endpoint": "e.test"}, "s3:e.test/b/x"),
        ({"type": "gcs", "gcs-bucket": "b"}, "gcs:b/var/lib/pgbackrest"),
        ({"type": "sftp", "sftp-host": "vault", "path": "/x"}, "sftp:vault/x"),
    ],
)
def test_where_a_repository_of_pgbackrest_lies(settings: dict[str, str], where: str) -> None:
    assert place(settings) == where
