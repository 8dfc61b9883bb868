# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive of PostgreSQL's write-ahead log: whether it is unbroken, how far back it reaches, how far it lags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import ANY_EXIT, DAY, output, when
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge

# Names as PostgreSQL gives them, and what archivers append: a digest, a compression, an encryption. Anything else is a
# file that is still being written, or the last part of a timeline that was left.
_SUFFIX = r"(?:-[0-9a-f]{40})?(?:\.(?:gz|zst|lz4|bz2|xz|lzma|br|lzo|age|gpg))*"
_SEGMENT = re.compile(rf"([0-9A-F]{{24}}){_SUFFIX}")
_HISTORY = re.compile(rf"([0-9A-F]{{8}})\.history{_SUFFIX}")
_LABEL = re.compile(rf"([0-9A-F]{{24}})\.[0-9A-F]{{8}}\.backup{_SUFFIX}")
_LISTED = r".*/[0-9A-F]{8}([0-9A-F]{16}[^/]*|\.history[^/]*)"

_FOUND = re.compile(r"(?P<at>\d{1,11}(\.\d+)?) (?P<size>\d+) (?P<name>.+)")

_LOG = 1 << 32
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Archive:
    """The segments that an archive holds, the timelines whose history it holds, and when the newest segment came.

    bases: the base backups, as the moment from which each can be restored and the first segment that it takes.
    """

    segments: frozenset[str]
    histories: frozenset[int]
    newest_at: float
    bases: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Chain:
    """The segments through which a restore gets to the newest one, and why none gets there from further back."""

    held: Mapping[int, int]
    """By number of the segment, counted from the beginning of the log, the timeline that it is taken from."""
    broken: str


async def in_directory(look: Observer, options: Mapping[str, Any]) -> Archive:
    """Read an archive that is a directory of this host, as archive_command and barman fill it."""
    command = ["find", options["directory"], "-type", "f", "-regextype", "posix-extended", "-regex", _LISTED]
    text = await present(output(look.command([*command, "-printf", r"%T@ %s %f\n"], user=options["user"], ok=ANY_EXIT)))
    return listed(text or "")


def listed(text: str) -> Archive:
    """Read lines of a file's time, its size and its name. Empty files are nothing that was archived."""
    rows = [(line, _FOUND.fullmatch(line)) for line in text.splitlines()]
    strange = [line for line, match in rows if match is None]
    if strange:
        raise CannotLook("malformed", f"not what find tells: {strange[0][:200]!r}")
    files = [(match["name"], float(match["at"])) for _line, match in rows if match and int(match["size"])]
    segments = {match[1]: at for name, at in files if (match := _SEGMENT.fullmatch(name))}
    return Archive(
        frozenset(segments),
        histories(name for name, _at in files),
        segments[max(segments)] if segments else 0.0,
        sorted((at, match[1]) for name, at in files if (match := _LABEL.fullmatch(name))),
    )


def segments(names: Iterable[str]) -> frozenset[str]:
    """The segments among the names of files."""
    return frozenset(match[1] for name in names if (match := _SEGMENT.fullmatch(name)))


def histories(names: Iterable[str]) -> frozenset[int]:
    """The timelines whose history is among the names of files."""
    return frozenset(int(match[1], 16) for name in names if (match := _HISTORY.fullmatch(name)))


def chain(archive: Archive, per_log: int) -> Chain:
    """Go back from the newest segment of the newest timeline, and at the beginning of a timeline to the one before.

    per_log: how many segments have the same middle part of their names.
    """
    timelines: dict[int, set[int]] = {}
    for name in archive.segments:
        timeline, log, segment = (int(name[at : at + 8], 16) for at in (0, 8, 16))
        timelines.setdefault(timeline, set()).add(log * per_log + segment)

    def named(timeline: int, number: int) -> str:
        return f"{timeline:08X}{number // per_log:08X}{number % per_log:08X}"

    held: dict[int, int] = {}
    end: int | None = None
    for timeline in sorted(timelines, reverse=True):
        numbers = sorted((n for n in timelines[timeline] if end is None or n < end), reverse=True)
        if end is not None and numbers and held[end] not in archive.histories:
            return Chain(held, f"{held[end]:08X}.history is missing")
        if end is not None and numbers and numbers[0] != end - 1:
            return Chain(held, f"WAL {named(timeline, numbers[0] + 1)} to {named(timeline, end - 1)} is missing")
        held |= dict.fromkeys(numbers[:1], timeline)
        for later, earlier in pairwise(numbers):
            if earlier != later - 1:
                return Chain(held, f"WAL {named(timeline, earlier + 1)} to {named(timeline, later - 1)} is missing")
            held[earlier] = timeline
        end = min(held, default=None)
    return Chain(held, "")


def judged(archive: Archive, want: Wanted, now: float) -> Verdict:
    """To which moments the database can be restored, and why that is too little."""
    expected = (
        f"every moment of the last {want.min_window_days:g} days can be restored, up to {want.max_lag:g} minutes ago"
    )
    if not archive.segments:
        return judge(expected=expected, actual={"segments": 0}, problems=["no WAL is archived at all"])
    per_log = _LOG // (want.wal_segment_size << 20)
    found = chain(archive, per_log)
    usable = [at for at, name in archive.bases if found.held.get(_number(name, per_log)) == int(name[:8], 16)]
    lag, days = (now - archive.newest_at) / _MINUTE, (now - min(usable, default=now)) / DAY
    problems = []
    if lag > want.max_lag:
        problems.append(f"the newest segment came {lag:.0f} minutes ago")
    if lag < -want.max_lag:
        problems.append(f"the newest segment is dated {-lag:.0f} minutes in the future")
    if not usable or days < want.min_window_days:
        reaches = f"only the last {days:.1f} days can be restored" if usable else "no base backup leads to now"
        problems.append(f"{reaches}: {found.broken}" if found.broken else reaches)
    return judge(
        expected=expected,
        actual={
            "segments": len(archive.segments),
            "unbroken": len(found.held),
            "recovery_point": when(archive.newest_at),
            "lag_minutes": round(lag, 1),
            "restorable_from": when(min(usable)) if usable else None,
            "base_backups": len(usable),
            "broken": found.broken or None,
        },
        problems=problems,
    )


def _number(name: str, per_log: int) -> int:
    return int(name[8:16], 16) * per_log + int(name[16:24], 16)
