# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against recorded archives of WAL: unbroken, broken, lagging, unreadable and absent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import CANNOT, DAY, INFO, NOW, PGBACKREST, info, ran
from tests.unit.proving import prove

FIND = (
    "find /wal -type f -regextype posix-extended -regex '.*/[0-9A-F]{8}([0-9A-F]{16}[^/]*|\\.history[^/]*)'"
    " -printf '%T@ %s %f\\n'"
)
BASE = "00000028.backup"


def segment(number: int, timeline: int = 1, per_log: int = 256) -> str:
    return f"{timeline:08X}{number // per_log:08X}{number % per_log:08X}"


def listing(
    timelines: dict[int, range], bases: tuple[tuple[int, int, float], ...] = ((1, 250, 8),), *more: str, **how: Any
) -> dict[str, Any]:
    """Lines of find: a segment an hour by timeline; base backups as timeline, number of segment, days ago."""
    lag, suffix, per_log = how.get("lag", 60), how.get("suffix", ""), how.get("per_log", 256)
    without, size = how.get("without", ()), how.get("size", 1 << 24)
    newest = max(max(numbers) for numbers in timelines.values())
    lines = [
        f"{NOW - lag - (newest - number) * 3600:.3f} {size} {segment(number, timeline, per_log)}{suffix}"
        for timeline, numbers in timelines.items()
        for number in numbers
        if (timeline, number) not in without
    ]
    lines += [f"{NOW - ago * DAY} 300 {segment(number, timeline)}.{BASE}" for timeline, number, ago in bases]
    return ran("\n".join([*lines, *more]) + "\n")


def restorable(answer: Any, **options: Any) -> Verdict:
    given = {"wal_archive": {"directory": "/wal"}, **options}
    (verdict,) = prove(Backup, "backup.point_in_time", given, {FIND: answer})
    return verdict


HISTORY = f"{NOW} 40 00000002.history"
WHOLE = listing({1: range(240, 500)})


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(WHOLE, id="plain"),
        pytest.param(listing({1: range(240, 500)}, suffix=".zst.age"), id="compressed and encrypted"),
        pytest.param(listing({1: range(240, 500)}, suffix="-" + "a" * 40 + ".gz"), id="as pgBackRest names them"),
        pytest.param(listing({1: range(240, 400), 2: range(400, 500)}, ((1, 250, 8),), HISTORY), id="failover"),
        pytest.param(
            listing({1: range(240, 420), 2: range(400, 500)}, ((1, 250, 8),), HISTORY), id="the old primary went on"
        ),
        pytest.param(listing({1: range(240, 500)}, without={(1, 245)}), id="a gap before the oldest backup"),
        pytest.param(
            listing(
                {1: range(240, 500)}, ((1, 250, 8),), f"{NOW} 9 {segment(500)}.partial", f"{NOW} 9 {segment(501)}.tmp"
            ),
            id="one being written",
        ),
    ],
)
def test_an_unbroken_archive_gives_every_moment_of_the_week(answer: Any) -> None:
    verdict = restorable(answer)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["lag_minutes"] <= 15


def test_large_segments_are_counted_as_such() -> None:
    big = listing({1: range(60, 300)}, ((1, 70, 8),), per_log=64)
    name = f"{NOW - 8 * DAY} 300 {segment(70, per_log=64)}.{BASE}\n"
    assert restorable({**big, "stdout": big["stdout"] + name}, wal_segment_size=64).status is Status.PASS
    assert restorable({**big, "stdout": big["stdout"] + name}).status is Status.FAIL


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(ran(""), "no WAL is archived at all", id="empty"),
        pytest.param(ran("", 1, "find: '/wal': No such file or directory"), "no WAL is archived at all", id="absent"),
        pytest.param(
            listing({1: range(240, 500)}, without={(1, 300)}),
            "no base backup leads to now: WAL 00000001000000010000002C to 00000001000000010000002C is missing",
            id="one missing",
        ),
        pytest.param(
            listing({1: range(240, 500)}, ((1, 250, 8), (1, 400, 3)), without={(1, 300)}),
            "only the last 3.0 days can be restored: WAL",
            id="one missing before the last backup",
        ),
        pytest.param(listing({1: range(240, 500)}, size=0), "no WAL is archived at all", id="empty files"),
        pytest.param(
            listing({1: range(240, 400), 2: range(402, 500)}, ((1, 250, 8),), HISTORY),
            "is missing",
            id="lost at failover",
        ),
        pytest.param(
            listing({1: range(240, 420), 2: range(400, 500)}, ((1, 250, 8),), HISTORY, without={(2, 410)}),
            "WAL 00000002000000010000009A to 00000002000000010000009A",
            id="missing on the new timeline only",
        ),
        pytest.param(listing({1: range(240, 400), 2: range(400, 500)}), "00000002.history is missing", id="no history"),
        pytest.param(listing({1: range(240, 500)}, ()), "no base backup leads to now", id="no base backup"),
        pytest.param(listing({1: range(240, 500)}, ((1, 400, 2),)), "only the last 2.0 days", id="young base backup"),
        pytest.param(listing({1: range(240, 500)}, lag=3600), "the newest segment came 60 minutes ago", id="lags"),
        pytest.param(listing({1: range(240, 500)}, lag=-3600), "in the future", id="future"),
    ],
)
def test_a_broken_or_lagging_archive_fails(answer: Any, says: str) -> None:
    verdict = restorable(answer)
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_no_window_is_short_enough_for_no_base_backup() -> None:
    assert restorable(listing({1: range(240, 500)}, ()), min_window_days=0).status is Status.FAIL


def test_an_archive_that_cannot_be_read_is_an_error() -> None:
    for reason in CANNOT:
        assert restorable(CannotLook(reason, "x")).status is Status.ERROR
    for answer in (
        ran("garbage\n"),
        ran("1 x 000000010000000000000001\n"),
        ran("nan 9 000000010000000000000001\n"),
        ran(WHOLE["stdout"], 1, "find: '/wal/x': Permission denied"),
    ):
        assert restorable(answer).status is Status.ERROR
    with pytest.raises(NotAsked, match="wal_archive"):
        prove(Backup, "backup.point_in_time", {"directory": "/b"}, {})


LS = (
    "runuser -u postgres -- pgbackrest repo-ls --log-level-console=off --log-level-stderr=warn"
    " --repo=1{} archive/main{}"
)
NAMES, TIMES = LS.format(" --recurse", ""), LS.format(" --output=json", "/16-2/0000000100000000")


def archived(numbers: range = range(0x60, 0x96), lag: float = 60, more: dict[str, Any] | None = None) -> dict[str, Any]:
    names = [f"16-2/0000000100000000/00000001000000000000{number:04X}-{'a' * 40}.gz" for number in numbers]
    times = {name.rpartition("/")[2]: {"type": "file", "size": 9, "time": NOW - lag} for name in names}
    listed = "\n".join(["9.6-1/0000000100000000/" + segment(1), "16-2/archive.info", *names])
    return {INFO: info(), NAMES: ran(listed), TIMES: ran(json.dumps(times)), **(more or {})}


def by_pgbackrest(answers: dict[str, Any]) -> Verdict:
    (verdict,) = prove(Backup, "backup.point_in_time", PGBACKREST, answers)
    return verdict


def test_pgbackrest_tells_of_its_archive() -> None:
    assert by_pgbackrest(archived()).message == ""
    assert by_pgbackrest(archived()).status is Status.PASS
    assert "no base backup leads to now" in by_pgbackrest(archived(range(0x91, 0x96))).message
    assert "60 minutes ago" in by_pgbackrest(archived(lag=3600)).message
    assert by_pgbackrest(archived(more={NAMES: ran("")})).message == "no WAL is archived at all"


def test_what_pgbackrest_does_not_tell_is_an_error() -> None:
    for line in (INFO, NAMES, TIMES):
        for reason in CANNOT:
            assert by_pgbackrest(archived(more={line: CannotLook(reason, "x")})).status is Status.ERROR
    assert by_pgbackrest(archived(more={INFO: info(archive={"start": "1", "stop": "1"})})).status is Status.ERROR
    for line in (INFO, TIMES):
        for garbage in ("", "[1]", "{}", '{"a": 1}'):
            assert by_pgbackrest(archived(more={line: ran(garbage)})).status is Status.ERROR
