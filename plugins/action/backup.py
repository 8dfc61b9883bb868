# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that backups are made, recent, kept and out of harm's way, from the repositories that hold them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.backup import kinds, pgbackrest, wal
from ansible_collections.golive.verify.plugins.plugin_utils.backup.disks import apart
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    freshness_problems,
    restorable,
    retention_problems,
    sealed,
    seen,
    when,
)
from ansible_collections.golive.verify.plugins.plugin_utils.backup.offsite import access_part, place_part
from ansible_collections.golive.verify.plugins.plugin_utils.backup.schedule import cron_part, one_of, timer_part
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


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
            part = cron_part(look, want, name, kinds.read(look, want), now)
        return await proven(f"{kind} {name} runs every {want.max_age_hours:g} h, last run successful", part)

    @proves("backup.freshness")
    async def freshness(self, look: Observer, want: Wanted) -> Verdict:
        """The newest copy is recent, of the usual size, and whole."""
        repository, now = await kinds.read(look, want), time.time()
        newest = repository.newest
        parts = [_known(seen(repository, now), freshness_problems(repository, want, now, want.max_age_hours))]
        if newest is not None and want.test:
            parts.append(repository.whole(kinds.patient(look, want.timeout), newest))
        return await proven(
            f"newest backup at most {want.max_age_hours:g} h old (+{want.grace_hours:g} h), whole, and "
            f"{want.min_size_ratio:g} to {want.max_size_ratio:g} times the usual size",
            *parts,
        )

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> Verdict:
        """A restorable copy of every day is kept, as far back as wanted."""
        repository, now = await kinds.read(look, want), time.time()
        kept = restorable(repository.copies, want)
        parts = [
            _known(
                {
                    "copies": len(repository.copies),
                    "restorable": len(kept),
                    "oldest": when(kept[0].at) if kept else None,
                    "newest": when(kept[-1].at) if kept else None,
                },
                [*repository.problems, *retention_problems(repository.copies, want, now)],
            )
        ]
        if want.data_directory:
            parts.append(apart(look, repository.place, want.data_directory))
        if want.immutable and kept:
            parts.append(repository.unchangeable(look, kept))
        return await proven(f"a restorable backup of each of the last {want.retention_days} days, protected", *parts)

    @proves("backup.point_in_time")
    async def point_in_time(self, look: Observer, want: Wanted) -> Verdict:
        """From a base backup on, WAL is archived without a gap, until a few minutes ago."""
        if want.pgbackrest and not want.wal_archive:
            archive = await pgbackrest.archive(look, want.pgbackrest)
        else:
            archive = await wal.in_directory(look, want.need("wal_archive"))
        return wal.judged(archive, want, time.time())

    @proves("backup.offsite")
    async def offsite(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each off-site place holds a recent, encrypted copy that neither the host's loss nor its intruder takes."""
        return await together(*(_offsite(look, want, place) for place in want.need("offsite")))


async def _offsite(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Verdict:
    place = kinds.place(options)
    return await proven(
        f"a copy at most {want.offsite_max_age_hours:g} h old (+{want.grace_hours:g} h), encrypted, on another machine",
        _copy_part(look, want, options),
        *([place_part(look, place)] if place else []),
        subject=kinds.subject(options),
    )


async def _copy_part(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Part:
    source = [kinds.read(look, want)] if kinds.declared(want) else []
    repository, *sources = await together(kinds.read(look, options), *source)
    now, newest = time.time(), repository.newest
    problems = freshness_problems(repository, want, now, want.offsite_max_age_hours)
    if newest is None:
        return Part(seen(repository, now), problems)
    patient = kinds.patient(look, want.timeout)
    parts = [
        sealed(look, repository, newest),
        repository.same(patient, newest, next(iter(sources), None)),
        access_part(look, repository, want.app_user),
        *([] if kinds.place(options) else [place_part(look, repository.place)]),
        *([repository.unchangeable(look, [newest])] if options["immutable"] else []),
    ]
    actual: dict[str, Any] = {}
    for part in await together(*parts):
        actual |= part.actual
        problems += part.problems
    return Part({**seen(repository, now), **actual}, problems)


async def _known(actual: Mapping[str, Any], problems: list[str]) -> Part:
    return Part(actual, problems)
