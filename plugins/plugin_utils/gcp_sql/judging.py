# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge instances of Cloud SQL and their backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_HOUR, _DAY = 3600, 86400
Run = Mapping[str, Any]


def successful(runs: Sequence[Run]) -> list[Run]:
    """Those that ended well."""
    return [run for run in runs if run["status"] == "SUCCESSFUL"]


def automated_problems(instance: Mapping[str, Any], runs: Sequence[Run], hours: float, now: float) -> list[str]:
    """Why backups do not run by themselves. runs: the newest first. hours: within which the last must have ended."""
    if not instance["backups"]:
        return ["automated backups are off"]
    own = [run for run in runs if run["automated"]]
    if not own:
        return ["no automated backup has run yet"]
    problems = [] if own[0]["status"] == "SUCCESSFUL" else [f"the last automated backup is {shown(own[0]['status'])}"]
    if now - own[0]["ended"] > hours * _HOUR:
        problems.append(f"the last automated backup ended {_hours(own[0], now)} hours ago")
    return problems


def freshness_problems(runs: Sequence[Run], hours: float, now: float) -> list[str]:
    """Why there is no recent backup that ended well, whoever began it."""
    good = successful(runs)
    if not good:
        return ["there is no backup that ended well"]
    return [f"the newest backup is {_hours(good[0], now)} hours old"] if now - good[0]["ended"] > hours * _HOUR else []


def retention_problems(instance: Mapping[str, Any], runs: Sequence[Run], days: int, now: float) -> list[str]:
    """Why not a backup of each day is kept for so many days. Of an instance that is younger, its days count."""
    problems = [] if instance["retained"] >= days else [f"{instance['retained']} backups are retained, not {days}"]
    have = {int((now - run["ended"]) // _DAY) for run in successful(runs)}
    if not have:
        return [*problems, "there is no backup that ended well"]
    # The youngest day is not over, and the oldest backup goes when a new one comes.
    wanted = range(1, min(days, int((now - instance["created"]) // _DAY)) - 1)
    missing = [day for day in wanted if not have & {day - 1, day, day + 1}]
    if missing:
        problems.append(f"{len(missing)} of the last {days} days have no backup, the first {missing[0]} days ago")
    return problems


def point_in_time_problems(instance: Mapping[str, Any], days: float) -> list[str]:
    """Why the last so many days cannot be restored to any moment."""
    if not instance["point_in_time"]:
        return ["recovery to a point in time is off"]
    return [f"logs are kept {instance['log_days']} days, not {days:g}"] if instance["log_days"] < days else []


def redundancy_problems(instance: Mapping[str, Any]) -> list[str]:
    """Why the loss of a zone is the loss of the database."""
    problems = (
        [] if instance["availability"] == "REGIONAL" else [f"it is {shown(instance['availability'])}, not REGIONAL"]
    )
    if not problems and len(set(instance["zones"])) < 2:
        problems.append("no second zone stands ready")
    if instance["state"] != "RUNNABLE":
        problems.append(f"it is {shown(instance['state'])}, not RUNNABLE")
    return problems


def _hours(run: Run, now: float) -> str:
    return f"{(now - run['ended']) / _HOUR:.0f}"
