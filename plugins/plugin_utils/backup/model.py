# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository of backups, whatever tool keeps it, and what its copies prove."""

from __future__ import annotations

import json
import statistics
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

HOUR, DAY = 3600, 86400

ANY_EXIT = range(-64, 256)
"""For commands whose failures are told apart by what they say: see output()."""

# A day without a backup leaves 48 h between its neighbours; jobs that start late, or of which the last of each day is
# kept, leave somewhat more than 24 h.
_MISSED = 1.5

# How many copies a usual size is taken from where the tool must be asked for each of them, which costs the host a lot:
# borg lists every file of an archive. The median of three others bears one that is odd.
SIZED = 4


@dataclass(frozen=True, slots=True)
class Copy:
    """One backup: when it was made (Unix seconds), its name, and its size in bytes where the repository tells it.

    problems: why it cannot be restored. encryption: what it is encrypted with, empty when it is not.
    """

    at: float
    label: str
    size: int | None = None
    problems: tuple[str, ...] = ()
    encryption: str = ""


@dataclass(frozen=True, slots=True)
class Repository:
    """The copies that a repository holds, the oldest first.

    place: the path or the address where it lies. problems: what is wrong with it as a whole. secrets: files on the host
    with which it can be written. untold: why it does not tell the size of its copies, where that is the case.
    """

    place: str
    copies: Sequence[Copy]
    problems: Sequence[str] = ()
    secrets: Sequence[str] = ()
    untold: str = ""

    @property
    def newest(self) -> Copy | None:
        """The newest copy, whole or not."""
        return self.copies[-1] if self.copies else None

    async def whole(self, look: Observer, copy: Copy) -> Part:
        """What proves that all of a copy is there. Tools that check what they store leave nothing to ask."""
        return Part({}, [])

    async def encrypted(self, look: Observer, copy: Copy) -> str:
        """What a copy is encrypted with; empty when it is not."""
        return copy.encryption

    async def unchangeable(self, look: Observer, copies: Sequence[Copy]) -> Part:
        """What proves that nobody can change or delete these copies."""
        raise NotAsked(f"nothing on this host tells whether copies in {self.place} can be deleted")

    async def same(self, look: Observer, copy: Copy, source: Repository | None) -> Part:
        """What proves that an off-site copy is that of the source, and private."""
        return Part({}, [])


async def sealed(look: Observer, repository: Repository, copy: Copy) -> Part:
    """A copy is encrypted, so that whoever finds it reads nothing."""
    encryption = await repository.encrypted(look, copy)
    return Part({"encryption": encryption or None}, [] if encryption else [f"{copy.label} is not encrypted"])


_SAID = (
    (
        (
            "wrong password",
            "passphrase supplied",
            "permission denied",
            "unencrypted repository",
            "must be root",
            "run barman as",
        ),
        "denied",
    ),
    (("is there a repository", "does not exist", "no such file", "directory not found"), "not_found"),
    (("acquire the lock", "already locked", "timed out", "timeout"), "timeout"),
    (("refused", "could not resolve", "no such host", "unreachable", "no route", "closed by remote"), "unreachable"),
)


async def output(command: Awaitable[CommandFact]) -> str:
    """What a backup tool printed; when it failed, CannotLook with the reason that it gave."""
    return printed(await command)


def printed(fact: CommandFact) -> str:
    """The same of a tool that has answered already."""
    if fact.exit == 0:
        return fact.stdout
    said = fact.stderr.strip() or fact.stdout.strip()
    for line in said.split("\n"):
        for words, reason in _SAID:
            if any(word in line.lower() for word in words):
                raise CannotLook(reason, f"exit status {fact.exit}: {line.strip()[:500]}")
    raise CannotLook("malformed", f"exit status {fact.exit}: {said[:500]}")


def parsed(text: str) -> Any:
    """The JSON that a backup tool printed."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise CannotLook("malformed", f"not JSON: {str(error)[:200]}") from error


def when(seconds: float) -> str:
    """A moment for people, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="minutes")


def seen(repository: Repository, now: float) -> dict[str, Any]:
    """What a repository shows of its copies: evidence for people."""
    newest, usual = repository.newest, usual_size(repository.copies)
    if newest is None:
        return {"copies": 0}
    return {
        "copies": len(repository.copies),
        "oldest": when(repository.copies[0].at),
        "newest": when(newest.at),
        "label": newest.label,
        "age_hours": round((now - newest.at) / HOUR, 1),
        "size": newest.size if newest.size is not None else repository.untold or None,
        "median_size": usual,
    }


def usual_size(copies: Sequence[Copy]) -> int | None:
    """The median size of all copies but the newest, in bytes; None when there is none to compare with."""
    sizes = [copy.size for copy in copies[:-1] if copy.size is not None]
    return int(statistics.median(sizes)) if sizes else None


def freshness_problems(repository: Repository, want: Wanted, now: float, max_age_hours: float) -> list[str]:
    """Why the newest copy is not one to restore from."""
    newest = repository.newest
    if newest is None:
        return [*repository.problems, f"there is no backup at all in {repository.place}"]
    problems = [*repository.problems, *(f"{newest.label} {problem}" for problem in newest.problems)]
    hours = (now - newest.at) / HOUR
    if hours > max_age_hours + want.grace_hours:
        problems.append(f"the newest, {newest.label}, is {hours:.0f} h old")
    if hours < -want.grace_hours:
        problems.append(f"the newest, {newest.label}, is dated {-hours:.0f} h in the future")
    return problems + _size_problems(newest, usual_size(repository.copies), want, repository.untold)


def _size_problems(newest: Copy, usual: int | None, want: Wanted, untold: str) -> list[str]:
    if newest.size is None:
        if not untold:
            raise CannotLook("malformed", f"the size of {newest.label} is not told")
        return []
    if newest.size < want.min_size:
        return [f"{newest.label} has only {newest.size} bytes"]
    if usual and not want.min_size_ratio <= newest.size / usual <= want.max_size_ratio:
        return [f"{newest.label} has {newest.size} bytes, {newest.size / usual:.2f} times the median of {usual}"]
    return []


def retention_problems(copies: Sequence[Copy], want: Wanted, now: float) -> list[str]:
    """Which part of the wanted history no restorable copy covers."""
    times = [copy.at for copy in restorable(copies, want)]
    if not times:
        return ["there is no restorable backup at all"]
    longest = (want.max_age_hours * _MISSED + want.grace_hours) * HOUR
    start = now - want.retention_days * DAY
    problems = []
    if times[0] > start + (want.max_age_hours + want.grace_hours) * HOUR:
        problems.append(f"the oldest restorable backup is {(now - times[0]) / DAY:.0f} days old")
    problems += [
        f"there is none between {when(before)} and {when(after)}"
        for before, after in zip(times, [*times[1:], now], strict=True)
        if after > start and after - before > longest
    ]
    return problems[:10]


def restorable(copies: Sequence[Copy], want: Wanted) -> list[Copy]:
    """The copies that nothing known speaks against: whole as far as can be told, and not suspiciously small."""
    usual = usual_size(copies) or 0
    least = max(want.min_size, usual * want.min_size_ratio)
    return [copy for copy in copies if not copy.problems and (copy.size is None or copy.size >= least)]
