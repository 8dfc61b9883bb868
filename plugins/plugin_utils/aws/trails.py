# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the audit trails of an AWS account: one that works is enough, and one that only exists is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge

_HOUR = 3600
ALL_EVENTS = ("read", "write")


@dataclass(frozen=True, slots=True)
class Record:
    """What a trail does: its status, and of which management events it keeps a record."""

    status: Mapping[str, Any]
    events: Sequence[str] = ALL_EVENTS


def trail_problems(trail: Mapping[str, Any], record: Record, max_age_hours: int, now: float) -> list[str]:
    """Why a trail of all regions is no record of what happens."""
    delivered, error = record.status["delivered"], record.status["error"]
    problems = [] if record.status["logging"] else ["is not logging"]
    if not trail["validated"]:
        problems.append("does not validate its log files")
    if delivered is None:
        problems.append("has never delivered")
    elif now - delivered > max_age_hours * _HOUR:
        problems.append(f"delivered last {(now - delivered) / _HOUR:.0f} hours ago")
    if error:
        problems.append(f"cannot deliver: {error}")
    left_out = [kind for kind in ALL_EVENTS if kind not in record.events]
    if left_out:
        problems.append(f"leaves out management events of {' and '.join(left_out)}")
    return problems


def trail_verdict(
    region: str, found: Sequence[tuple[Mapping[str, Any], Record | CannotLook | None]], max_age_hours: int, now: float
) -> Verdict:
    """Judge the trails that are seen from a region. None for the record of a trail of one region, which is no proof."""
    problems: list[str] = []
    unread: list[str] = []
    actual: dict[str, Any] = {}
    for trail, record in found:
        arn = trail["arn"]
        if record is None:
            wrong = [f"records only {trail['home']}"]
        elif isinstance(record, CannotLook):
            unread.append(f"could not look ({record.reason}): {record.detail}")
            continue
        else:
            wrong = trail_problems(trail, record, max_age_hours, now)
            actual[arn] = {**record.status, "delivered": date(record.status["delivered"]), "events": record.events}
        problems += [f"{arn} {each}" for each in wrong]
        if not wrong:
            problems, unread = [], []
            break
    expected = (
        "a trail of all regions that logs all management events, validates its files and delivered without error "
        f"within {max_age_hours} hours"
    )
    if unread:
        return Verdict(Status.ERROR, expected, actual, "; ".join(unread + problems), region)
    if not found:
        problems = ["there is no trail"]
    return judge(expected=expected, actual=actual, problems=problems, subject=region)
