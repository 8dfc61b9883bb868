# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge buckets of Cloud Storage by their settings, by who is let in, and by what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import EVERYBODY
from ansible_collections.golive.verify.plugins.plugin_utils.lifecycles import Deletion, early_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY, _HOUR = 86400, 3600
_LATE = 36 * _HOUR  # a daily copy that is half a day late is still that of its day
_SETTLED = _HOUR  # what is younger may still be on its way
_IN_TWO_REGIONS = ("dual-region", "multi-region")
Bucket = Mapping[str, Any]
Object = Mapping[str, Any]


def prevention_problems(bucket: Bucket, inherited: bool) -> list[str]:
    """Why the public could be let in. inherited: whether the organization keeps it out of every bucket."""
    if bucket["prevented"] or inherited:
        return []
    problems = ["public access is prevented neither by the bucket nor by its organization"]
    if not bucket["uniform"]:
        problems.append("each object may have an access control list of its own (uniform bucket-level access is off)")
    return problems


def policy_problems(granted: Sequence[Mapping[str, str]]) -> list[str]:
    """Why the bucket's policy lets the public in; prevention only holds it back."""
    return [
        f"its policy grants {shown(each['role'])} to {EVERYBODY[each['principal']]} ({each['principal']})"
        for each in granted
        if each["principal"] in EVERYBODY
    ]


def kept_problems(bucket: Bucket, days: int) -> list[str]:
    """Why what is overwritten or deleted is lost before so many days."""
    longest = max(bucket["restorable_days"], bucket["retained_days"])
    if bucket["versions"] or longest >= days:
        return []
    return [f"keeps no versions, and what is deleted for {longest:g} days, not {days}"]


def lifecycle_problems(bucket: Bucket, days: int, now: float) -> list[str]:
    """Why rules of the lifecycle delete what is younger than so many days. All conditions of a rule have to be met."""
    if bucket["retained_days"] >= days:
        return []
    deletions = [
        Deletion("a rule of its lifecycle", "objects", max(rule["days"], default=None))
        for rule in bucket["deletes"]
        if min(rule["before"], default=now) > now - days * _DAY
    ]
    return early_problems(deletions, days)


def locked_problems(bucket: Bucket, days: int) -> list[str]:
    """Why somebody can delete what is in a bucket before so many days."""
    if bucket["retained_days"] < days:
        return [f"nothing keeps objects from being deleted for {days} days, but for {bucket['retained_days']:g}"]
    return [] if bucket["locked"] else ["its retention policy is not locked, so that it can be taken away"]


def retained_each(copies: Sequence[Object], days: int, now: float, locked: bool) -> bool:
    """Whether each copy of so many days has a retention of its own that keeps it for as long. Empty ones are none.

    locked: whether it must be one that nobody can take away. A hold is not: who may set it may release it, any time.
    """
    recent = [each for each in copies if each["size"] and each["at"] > now - days * _DAY]
    return bool(recent) and all(
        each["retained"] is not None
        and each["retained"] >= each["at"] + days * _DAY - _SETTLED  # it is set before the upload has ended
        and (each["locked"] or not locked)
        for each in recent
    )


def history_problems(copies: Sequence[Object], days: int, now: float) -> list[str]:
    """Why there is no copy of each of so many days. Empty ones are none."""
    times = sorted((each["at"] for each in copies if each["size"]), reverse=True)
    if not times:
        return ["holds no copy"]
    start = now - days * _DAY
    within = [now, *(at for at in times if at > start), start]
    gaps = [newer - older for newer, older in pairwise(within) if newer - older > _LATE]
    if not gaps:
        return []
    return [f"not each of the last {days} days has a copy: up to {max(gaps) / _DAY:.1f} days have none"]


def place_problems(bucket: Bucket, copy: Bucket | None) -> list[str]:
    """Why the loss of a region, or of a project, is the loss of all there is."""
    if copy is None:
        return (
            []
            if bucket["places"] in _IN_TWO_REGIONS
            else [f"lies in one region, {shown(bucket['location'])}, and no copy is declared"]
        )
    if (
        copy["places"] in _IN_TWO_REGIONS
        or copy["location"] != bucket["location"]
        or copy["project"] != bucket["project"]
    ):
        return []
    return [f"its copy lies in the same region, {shown(copy['location'])}, of the same project"]


def copied_problems(ours: Sequence[Object], theirs: Sequence[Object], most: int | None, now: float) -> list[str]:
    """Why what a bucket holds is not in its copy. most: where listings are cut off; nothing beyond is compared."""
    if not ours:
        return ["holds nothing"]
    sums = {each["name"]: each["sum"] for each in theirs}
    end = max(sums) if most and len(theirs) >= most else None
    settled = [each for each in ours if now - each["at"] > _SETTLED and (end is None or each["name"] <= end)]
    missing = sum(sums.get(each["name"]) != each["sum"] for each in settled)
    return [f"{missing} of {len(settled)} objects are not in its copy, or differ"] if missing else []


def fresh_problems(copies: Sequence[Object], hours: float, now: float) -> list[str]:
    """Why the newest copy is too old."""
    newest = max((each["at"] for each in copies if each["size"]), default=None)
    if newest is None:
        return ["there is no copy"]
    return (
        [f"the newest is {(now - newest) / _HOUR:.0f} hours old, not {hours:g}"] if now - newest > hours * _HOUR else []
    )
