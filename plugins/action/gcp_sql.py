# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that instances of Cloud SQL are backed up, survive the loss of a zone, and use the declared key."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_sql import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_LIST = "gcloud sql instances list"


class ActionModule(Verifier):
    """Ask for all instances once, and for the backups of each."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("backup.automated")
    async def automated(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Backups run by themselves, and the last one ended well and lately."""
        hours = want.max_age_hours + want.grace_hours

        def judge(found: Any, runs: Sequence[Any]) -> Part:
            problems = judging.automated_problems(found, runs, hours, time.time())
            return Part({"automated": found["backups"], "backups": len(runs)}, problems)

        return await _of_backups(look, want, f"automated backups, the last one good and within {hours:g} hours", judge)

    @proves("backup.freshness")
    async def freshness(self, look: Observer, want: Wanted) -> list[Verdict]:
        """There is a recent backup that ended well."""
        hours = want.max_age_hours + want.grace_hours

        def judge(_found: Any, runs: Sequence[Any]) -> Part:
            good = judging.successful(runs)
            return Part({"good backups": len(good)}, judging.freshness_problems(runs, hours, time.time()))

        return await _of_backups(look, want, f"a good backup at most {hours:g} hours old", judge)

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """A backup of each day is kept for long enough."""

        def judge(found: Any, runs: Sequence[Any]) -> Part:
            problems = judging.retention_problems(found, runs, want.retention_days, time.time())
            return Part({"retained": found["retained"], "good backups": len(judging.successful(runs))}, problems)

        return await _of_backups(look, want, f"a backup of each of the last {want.retention_days} days", judge)

    @proves("backup.point_in_time")
    async def point_in_time(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The database can be restored to any moment of the last days."""

        def judge(found: Any) -> Part:
            problems = judging.point_in_time_problems(found, want.min_window_days)
            return Part({"point in time": found["point_in_time"], "days of logs": found["log_days"]}, problems)

        return await _of_each(look, want, f"logs of the last {want.min_window_days:g} days", judge)

    @proves("ha.redundancy")
    async def redundancy(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Another zone stands ready."""

        def judge(found: Any) -> Part:
            shown = {"availability": found["availability"], "zones": found["zones"], "state": found["state"]}
            return Part(shown, judging.redundancy_problems(found))

        return await _of_each(look, want, "a regional instance that runs, with a second zone ready", judge)

    @proves("data.encryption_at_rest")
    async def encryption_at_rest(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The declared key is the one in use; that Google encrypts everything is no proof of anything."""
        key = want.need("kms_key")

        def judge(found: Any) -> Part:
            return Part({"key": found["key"] or "Google's own"}, key_problems(key, found["key"]))

        return await _of_each(look, want, f"encrypted with {key}", judge)


async def _of_each(look: Observer, want: Wanted, expected: str, judge: Callable[[Any], Part]) -> list[Verdict]:
    """A verdict on each instance, by what it is."""
    asked = ask(look, want)
    found = await asked.of(_LIST, reading.instances)

    async def part(name: str) -> Part:
        return judge(found[name]) if name in found else Part({"exists": False}, ["does not exist"])

    return await _alone(want, expected, _names(want, found), part)


async def _of_backups(
    look: Observer, want: Wanted, expected: str, judge: Callable[[Any, Sequence[Any]], Part]
) -> list[Verdict]:
    """A verdict on each instance, by what it is and by its backups."""
    asked = ask(look, want)
    found = await asked.of(_LIST, reading.instances)
    names = _names(want, found)
    runs = await _runs(asked, [name for name in names if name in found])

    async def part(name: str) -> Part:
        if name not in found:
            return Part({"exists": False}, ["does not exist"])
        return judge(found[name], value(runs[name]))

    return await _alone(want, expected, names, part)


def _names(want: Wanted, found: Any) -> list[str]:
    """The instances to judge: those that are declared, or all; none at all prove nothing."""
    names = list(want.instances) or sorted(found)
    if not names:
        raise CannotLook("not_found", "there is no primary instance in the project")
    return names


def _runs(asked: Asked, names: Sequence[str]) -> Awaitable[dict[str, dict[str, Any]]]:
    command = f"for each in {' '.join(names)}; do gcloud sql backups list --instance=$each; done"
    return asked.of(command, reading.runs, names)


async def _alone(
    want: Wanted, expected: str, names: Sequence[str], part: Callable[[str], Awaitable[Part]]
) -> list[Verdict]:
    verdicts: list[Verdict] = await together(
        *(alone(expected, part(name), subject=reading.resource(want.project, name)) for name in names)
    )
    return verdicts
