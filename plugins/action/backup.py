# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that backups are made, recent, kept and out of harm's way, from the repositories that hold them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.backup import borg, files, pgbackrest, restic
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    Repository,
    freshness_problems,
    restorable,
    retention_problems,
    seen,
    when,
)
from ansible_collections.golive.verify.plugins.plugin_utils.backup.offsite import access_part, place_part
from ansible_collections.golive.verify.plugins.plugin_utils.backup.schedule import cron_part, one_of, timer_part
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

# Seconds for a look that reads a whole dump, unless the check says otherwise.
_PATIENCE = 60.0

_KINDS: Mapping[str, Callable[[Observer, Mapping[str, Any]], Awaitable[Repository]]] = {
    "directory": files.read,
    "restic": restic.read,
    "borg": borg.read,
    "pgbackrest": pgbackrest.read,
}


class ActionModule(Verifier):
    """Ask the schedule and the repositories themselves: a backup that is only configured is not one."""

    @proves("backup.automated")
    async def automated(self, look: Observer, want: Wanted) -> Verdict:
        """A timer or cron runs the backup often enough, after a reboot too, and its last run succeeded."""
        schedule, now = want.need("schedule"), time.time()
        kind, name = one_of(schedule)
        if kind == "timer":
            part = timer_part(look, want, name, schedule["on_failure"], now)
        else:
            part = cron_part(look, want, name, _read(look, want), now)
        return await proven(f"{kind} {name} runs every {want.max_age_hours:g} h, last run successful", part)

    @proves("backup.freshness")
    async def freshness(self, look: Observer, want: Wanted) -> Verdict:
        """The newest copy is recent, of the usual size, and whole."""
        repository, now = await _read(look, want), time.time()
        newest = repository.newest
        parts = [_known(seen(repository, now), freshness_problems(repository, want, now, want.max_age_hours))]
        if newest is not None and want.test:
            parts.append(repository.whole(Observer(look.vantage, want.timeout or _PATIENCE), newest))
        return await proven(
            f"newest backup at most {want.max_age_hours:g} h old (+{want.grace_hours:g} h), whole, and "
            f"{want.min_size_ratio:g} to {want.max_size_ratio:g} times the usual size",
            *parts,
        )

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> Verdict:
        """A restorable copy of every day is kept, as far back as wanted."""
        repository, now = await _read(look, want), time.time()
        kept = restorable(repository.copies, want)
        return judge(
            expected=f"a restorable backup of each of the last {want.retention_days} days",
            actual={
                "copies": len(repository.copies),
                "restorable": len(kept),
                "oldest": when(kept[0].at) if kept else None,
                "newest": when(kept[-1].at) if kept else None,
            },
            problems=[*repository.problems, *retention_problems(repository.copies, want, now)],
        )

    @proves("backup.offsite")
    async def offsite(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each off-site place holds a recent, encrypted copy that neither the host's loss nor its intruder takes."""
        return await together(*(_offsite(look, want, place) for place in want.need("offsite")))


async def _offsite(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Verdict:
    place = _place(options)
    return await proven(
        f"a copy at most {want.offsite_max_age_hours:g} h old (+{want.grace_hours:g} h), encrypted, on another machine",
        _copy_part(look, want, options),
        *([place_part(look, place)] if place else []),
        subject=place or f"pgBackRest repository {options['pgbackrest']['repo']}",
    )


async def _copy_part(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Part:
    source = [_read(look, want)] if _kinds(want) else []
    repository, *sources = await together(_read(look, options), *source)
    now, newest = time.time(), repository.newest
    problems = freshness_problems(repository, want, now, want.offsite_max_age_hours)
    if newest is None:
        return Part(seen(repository, now), problems)
    if not newest.encryption:
        problems.append(f"{newest.label} is not encrypted")
    patient = Observer(look.vantage, want.timeout or _PATIENCE)
    parts = [
        repository.same(patient, newest, next(iter(sources), None)),
        access_part(look, repository, want.app_user),
        *([] if _place(options) else [place_part(look, repository.place)]),
    ]
    seen_of = await together(*parts)
    actual = {"encryption": newest.encryption or None}
    for part in seen_of:
        actual |= part.actual
    return Part({**seen(repository, now), **actual}, [*problems, *(p for part in seen_of for p in part.problems)])


async def _known(actual: Mapping[str, Any], problems: list[str]) -> Part:
    return Part(actual, problems)


def _kinds(options: Mapping[str, Any]) -> list[str]:
    return [kind for kind in _KINDS if options.get(kind)]


def _read(look: Observer, options: Mapping[str, Any]) -> Awaitable[Repository]:
    """Read the one repository that the options declare."""
    kinds = _kinds(options)
    if len(kinds) != 1:
        raise NotAsked(f"it takes one of {', '.join(_KINDS)}, not {' and '.join(kinds) or 'none'}")
    return _KINDS[kinds[0]](look, options if kinds[0] == "directory" else options[kinds[0]])


def _place(options: Mapping[str, Any]) -> str:
    """Where the options say that a repository lies; empty when only its tool knows."""
    if options.get("directory"):
        return str(options["directory"])
    return str((options.get("restic") or options.get("borg") or {}).get("repository", ""))
