# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what AWS Backup keeps: whether it is made, whole, kept long enough, out of reach, and was ever restored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_DONE = ("COMPLETED", "AVAILABLE")  # what a vault calls a recovery point that is whole
Points = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a region.

    arns: by their ids. rules: by the ids too. held: the recovery points in each vault, which tell the plan that made
    them.
    """

    arns: Mapping[str, str]
    rules: Mapping[str, Detail]
    held: Mapping[str, Detail]


def runs(rules: Detail, selections: Detail) -> Seen:
    """Whether a plan does anything by itself: a rule with a schedule, and a selection of what it is for."""
    scheduled = [rule["name"] for rule in value(rules) if rule["schedule"]]
    problems = [] if scheduled else ["has no rule with a schedule"]
    if not value(selections):
        problems.append("selects no resource")
    return {"rules": scheduled, "selections": value(selections)}, problems


def keeps(resource: str, points: Detail, plans: Plans, days: int, every_rule: bool) -> Seen:
    """Whether a rule of the plans that back a resource up keeps what it makes for so many days, or for good.

    every_rule: whether all of them must, in the vaults as well to which they copy it.
    """
    known, hidden = list[tuple[str, Mapping[str, Any]]](), list[CannotLook]()
    for plan in _makers(resource, points, plans, hidden):
        known += [(plans.arns[plan], rule) for rule in _read(plans.rules[plan], hidden)]
    kept = {f"rule {rule['name']} of {plan}": rule["days"] for plan, rule in known}
    long = any(kept_for is None or kept_for >= days for kept_for in kept.values())
    problems = list(_short(known, days)) if every_rule else []
    if hidden and not problems and (every_rule or not long):
        raise hidden[0]
    if not long and not hidden:
        said = ", ".join(f"{name} {kept_for} days" for name, kept_for in kept.items())
        problems = [f"no rule keeps its backups for {days} days ({said or 'no plan made its recovery points'})"]
    return {"kept": kept}, problems


def _makers(resource: str, points: Detail, plans: Plans, hidden: list[CannotLook]) -> list[str]:
    """The plans that made the recovery points of a resource, as far as they are still there."""
    found = set[str]()
    for name in sorted({each["vault"] for each in value(points)}):
        unknown = {"reason": "not_found", "detail": f"nothing is known of vault {name}"}
        held = _read(plans.held.get(name, unknown), hidden)
        found |= {each["plan"] for each in held if each["of"] == resource}
    return sorted(found & plans.arns.keys())


def _read(detail: Detail, hidden: list[CannotLook]) -> Sequence[Mapping[str, Any]]:
    """What is known; nothing, and why in hidden, where it could not be seen."""
    try:
        return list(value(detail))
    except CannotLook as reason:
        hidden.append(reason)
        return []


def _short(rules: Iterable[tuple[str, Mapping[str, Any]]], days: int) -> Iterator[str]:
    for plan, rule in rules:
        for where, known in {"": rule["days"], **rule["copies"]}.items():
            if known is not None and known < days:
                what = f"copies in {where}" if where else "backups"
                yield f"rule {rule['name']} of {plan} keeps {what} for {known} days, not {days}"


def lately(last: float | None, max_age: float, grace: float, now: float) -> Seen:
    """Whether a resource was backed up recently."""
    problems = []
    if last is None:
        problems = ["was never backed up"]
    elif now - last > (max_age + grace) * _HOUR:
        problems = [f"was backed up {(now - last) / _HOUR:.0f} hours ago, not {max_age:g}"]
    return {"last backup": date(last)}, problems


def fresh(points: Detail, max_age: float, grace: float, now: float, encrypted: bool = False) -> Seen:
    """Whether the newest recovery point that is whole is recent, and encrypted where that is wanted."""
    known = value(points)
    whole = _whole(known)
    actual = {"recovery points": len(known), "whole": len(whole)}
    if not whole:
        return actual, ["has no recovery point that is whole"]
    newest = max(whole, key=lambda each: float(each["at"]))
    seen = lately(newest["at"], max_age, grace, now)
    problems = [f"its newest copy {problem}" for problem in seen[1]]
    if encrypted and not newest["encrypted"]:
        problems.append("its newest copy is not encrypted")
    return {**actual, "newest": date(newest["at"]), "vault": newest["vault"]}, problems


def _whole(points: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in points if each["status"] in _DONE]


def daily(points: Detail, days: int, now: float) -> Seen:
    """Whether there is a whole recovery point of each of the last days."""
    times = [each["at"] for each in _whole(value(points))]
    missing = set(range(days)) - {int((now - at) // _DAY) for at in times}
    actual = {"whole": len(times), "oldest": date(min(times, default=None))}
    return actual, [f"there is no recovery point of {len(missing)} of the last {days} days"] if missing else []


def locked(points: Detail, vaults: Mapping[str, Mapping[str, Any]], days: int, now: float) -> Seen:
    """Whether the vaults that hold a resource's recovery points are locked for good, and for so long."""
    names = sorted({each["vault"] for each in _whole(value(points))})
    problems = []
    for name in names:
        if name not in vaults:
            raise CannotLook("not_found", f"nothing is known of vault {name}")
        vault = vaults[name]
        until = vault["locked_for_good"]
        if not vault["locked"]:
            problems.append(f"vault {name} is not locked")
        elif until is None or until > now:
            problems.append(
                f"the lock of vault {name} can be lifted" + ("" if until is None else f" until {date(until)}")
            )
        elif (vault["min_days"] or 0) < days:
            problems.append(f"vault {name} is locked for {vault['min_days'] or 0} days, not {days}")
    return {"vaults": names}, problems


def restored(jobs: Points, max_age_days: float, now: float) -> Seen:
    """Whether the newest restore of a resource that was validated is recent."""
    done = [each for each in jobs if each["status"] == "COMPLETED" and each["completed"] is not None]
    proven = [each for each in done if each["validation"] == "SUCCESSFUL"]
    actual = {"restores": len(jobs), "completed": len(done), "validated": len(proven)}
    if not proven:
        return actual, ["no restore of it was validated" if done else "was never restored"]
    newest = max(proven, key=lambda each: float(each["completed"]))
    minutes = (newest["completed"] - newest["created"]) / _MINUTE
    actual_newest = {**actual, "newest": date(newest["completed"]), "minutes": round(minutes)}
    age = (now - newest["completed"]) / _DAY
    return actual_newest, [f"was restored {age:.0f} days ago, not {max_age_days:g}"] if age > max_age_days else []


def empty(kept: Detail) -> bool:
    """Whether a vault is known to hold nothing that could be judged."""
    return "value" in kept and not kept["value"]


def in_cipher(kept: Detail) -> Seen:
    """Whether all that a vault holds is encrypted."""
    found = value(kept)
    clear = [each["encrypted"] for each in found].count(False)
    actual = {"points": len(found), "in clear": clear}
    return actual, [f"{clear} of {len(found)} recovery points are not encrypted"] if clear else []
