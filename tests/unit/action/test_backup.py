# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against recorded directories: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import (
    CANNOT,
    DAY,
    DIGEST,
    DUMPS,
    GZIP,
    HOUR,
    OTHER,
    PGDMP,
    directory,
    file,
    month,
    ran,
)
from tests.unit.proving import prove, status


def fresh(files: list[dict[str, Any]], more: Any = None, **options: Any) -> Verdict:
    answers = directory("/b", files) | (more or {})
    (verdict,) = prove(Backup, "backup.freshness", DUMPS | options, answers)
    return verdict


def test_a_recent_dump_of_usual_size_that_matches_its_checksum_is_fresh() -> None:
    verdict = fresh(month())
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["label"] == "d0.age"
    assert verdict.actual["sha256"] == DIGEST


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param([], "no backup at all", id="no file"),
        pytest.param([file("/b/x.age", type="directory")], "no backup at all", id="only a directory"),
        pytest.param([file("/b/x.age", link_target="y.age")], "no backup at all", id="only a link"),
        pytest.param(month()[3:], "75 h old", id="three days old"),
        pytest.param([file("/b/x.age", age=-9 * HOUR)], "in the future", id="from the future"),
        pytest.param([*month()[3:], *(file(f"/b/e{d}.age", d * DAY, 20) for d in range(3))], "20 bytes", id="20 bytes"),
        pytest.param([file("/b/x.age", size=20)], "20 bytes", id="20 bytes and no other"),
        pytest.param([*month()[1:], file("/b/x.age", size=20_000)], "0.40 times", id="less than half"),
        pytest.param([*month()[1:], file("/b/x.age", size=120_000)], "2.40 times", id="more than double"),
        pytest.param([*month()[1:], file("/b/x.age", head=PGDMP)], "begins as postgresql, not as age", id="in clear"),
        pytest.param([*month()[1:], file("/b/x.age", head="00" * 99)], "begins as zeros", id="zeros"),
        pytest.param([*month()[1:], file("/b/x.age", size=0, head="")], "is empty", id="empty"),
    ],
)
def test_a_stale_small_or_wrong_dump_is_not_fresh(files: list[dict[str, Any]], says: str) -> None:
    verdict = fresh(files, {f"pg_restore {how} /b/x.age": ran(LISTED) for how in ("-l", "-f /dev/null")})
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_a_dump_is_proven_whole_by_its_checksum_or_by_the_tool_of_its_format() -> None:
    newest = "/b/d0.age"
    assert "does not match" in fresh(month(), {f"sha256sum {newest}": month()[0] | {"sha256": OTHER}}).message
    alone = {"ls -ld /b/*.age.sha256*": {"pattern": "", "files": []}}
    assert "nothing proves that d0.age is whole" in fresh(month(), alone).message
    assert fresh(month(), alone, test=False).status is Status.PASS
    empty = {"ls -ld /b/*.age.sha256*": {"pattern": "", "files": [file(f"{newest}.sha256", head="")]}}
    assert "holds no SHA-256" in fresh(month(), empty).message
    for reason in CANNOT:
        assert fresh(month(), {f"sha256sum {newest}": CannotLook(reason, "x")}).status is Status.ERROR


LISTED = "215; 1259 16384 TABLE public t postgres\n3338; 0 16384 TABLE DATA public t postgres\n"


@pytest.mark.parametrize(
    ("answer", "checksum", "status_wanted"),
    [
        (ran(LISTED), False, Status.PASS),
        (ran(LISTED.partition("\n")[0]), False, Status.FAIL),
        (ran("", 1, "pg_restore: error: could not read from input file: end of file"), True, Status.FAIL),
        (ran("", 1, "pg_restore: error: unsupported version (1.16) in file header"), False, Status.ERROR),
        (ran("", 1, "pg_restore: error: could not open input file: Permission denied"), True, Status.ERROR),
        (CannotLook("missing_tool", "pg_restore is not installed"), False, Status.ERROR),
        (CannotLook("missing_tool", "pg_restore is not installed"), True, Status.PASS),
        (CannotLook("timeout", "60 s"), True, Status.ERROR),
    ],
)
def test_a_custom_dump_must_list_data(answer: Any, checksum: bool, status_wanted: Status) -> None:
    answers = directory("/b", month(name="d{}.dump", head=PGDMP), "*.dump")
    answers["pg_restore -l /b/d0.dump"] = answer
    answers["pg_restore -f /dev/null /b/d0.dump"] = answer
    if not checksum:
        answers["ls -ld /b/*.dump.sha256*"] = {"pattern": "", "files": []}
    assert status(Backup, "backup.freshness", {"directory": "/b", "pattern": "*.dump"}, answers) is status_wanted


@pytest.mark.parametrize("control", ["backup.freshness", "backup.retention"])
def test_a_directory_that_cannot_be_read_is_an_error_and_an_absent_one_a_failure(control: str) -> None:
    for reason in CANNOT:
        answers = directory("/b", month()) | {"ls -ld /b/*.age": CannotLook(reason, "/b")}
        assert status(Backup, control, DUMPS, answers) is Status.ERROR
    absent = directory("/b", []) | {"stat -L /b": CannotLook("not_found", "/b")}
    (verdict,) = prove(Backup, control, DUMPS, absent)
    assert verdict.status is Status.FAIL
    assert "there is no directory /b" in verdict.message


@pytest.mark.parametrize("options", [{}, {"directory": "/b", "borg": {"repository": "/r"}}])
def test_what_is_backed_up_must_be_declared_once(options: dict[str, Any]) -> None:
    with pytest.raises(NotAsked, match="it takes one of directory, restic, borg, rclone, pgbackrest, barman"):
        prove(Backup, "backup.freshness", options, {})


def kept(files: list[dict[str, Any]], **options: Any) -> Verdict:
    (verdict,) = prove(Backup, "backup.retention", DUMPS | options, directory("/b", files))
    return verdict


@pytest.mark.parametrize("days", [30, 31])
def test_a_month_of_daily_dumps_is_kept(days: int) -> None:
    assert kept(month()[:days]).status is Status.PASS
    assert kept([*month(), file("/b/e.age", 300 * DAY)]).status is Status.PASS


def test_jobs_that_start_late_or_twice_a_day_leave_no_hole() -> None:
    late = [file(f"/b/d{day}.age", age=day * DAY + (day % 3) * 4 * HOUR) for day in range(31)]
    assert kept(late).status is Status.PASS


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param([], "no restorable backup at all", id="none"),
        pytest.param(month()[:7], "oldest restorable backup is 6 days old", id="only 7 kept"),
        pytest.param(month()[:10] + month()[15:], "there is none between", id="a hole of 5 days"),
        pytest.param(month()[:10] + month()[11:], "there is none between", id="one day missing"),
        pytest.param(month()[3:], "there is none between", id="none since three days"),
        pytest.param(
            [each | ({"size": 20} if 5 < n < 9 else {}) for n, each in enumerate(month())],
            "there is none between",
            id="three of 20 bytes",
        ),
        pytest.param(
            [each | ({"head": GZIP} if n == 20 else {}) for n, each in enumerate(month())],
            "there is none between",
            id="one damaged",
        ),
    ],
)
def test_history_with_holes_is_not_kept(files: list[dict[str, Any]], says: str) -> None:
    verdict = kept(files)
    assert verdict.status is Status.FAIL
    assert says in verdict.message
