# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a schedule of cron was last due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = dict(zip(("jan", "feb", "mar", "apr", "may", "jun"), range(1, 7), strict=True)) | dict(
    zip(("jul", "aug", "sep", "oct", "nov", "dec"), range(7, 13), strict=True)
)
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_NAMES: tuple[dict[str, int], ...] = ({}, {}, {}, _MONTHS, _DAYS)
_FURTHEST = 366 * 8 + 2  # a leap day comes at least every eight years


def due_before(schedule: str, zone: str, now: float) -> float | None:
    """The last moment at or before now at which a schedule was due; None when it never is.

    zone: its time zone; without one UTC, in which a cluster's controllers run. What is no schedule is CannotLook.
    """
    prefix, _space, rest = schedule.strip().partition(" ")
    if prefix.startswith(("TZ=", "CRON_TZ=")):
        schedule, zone = rest, prefix.partition("=")[2]
    minutes, hours, days, months, weekdays = _fields(schedule)
    starred = [part.startswith(("*", "?")) for part in _MACROS.get(schedule.strip(), schedule).split()]
    there = datetime.fromtimestamp(now, _zone(zone))
    for back in range(_FURTHEST):
        day = there.date() - timedelta(days=back)
        of_month, of_week = day.day in days, day.isoweekday() % 7 in weekdays
        # As cron does: where both days are restricted, either will do.
        on = (of_month and of_week) if starred[2] or starred[4] else (of_month or of_week)
        if day.month not in months or not on:
            continue
        for hour in sorted(hours, reverse=True):
            for minute in sorted(minutes, reverse=True):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=there.tzinfo)
                if at <= there:
                    return at.timestamp()
    return None


def _zone(name: str) -> tzinfo:
    try:
        return moments.zone(name) if name else UTC
    except ValueError as error:
        raise CannotLook("malformed", str(error)) from error


def _fields(schedule: str) -> list[frozenset[int]]:
    parts = _MACROS.get(schedule.strip(), schedule).split()
    try:
        if len(parts) != len(_RANGES):
            raise ValueError
        return [_field(part, *bounds, names) for part, bounds, names in zip(parts, _RANGES, _NAMES, strict=True)]
    except ValueError:
        raise CannotLook("malformed", f"{shown(schedule)!r} is no schedule of cron") from None


def _field(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first, names)
            end = _number(last, names) if dash else (high if slash else start)
        every = int(step) if slash else 1
        # Sunday is 7 too, in many crontabs.
        top = high + 1 if names is _DAYS else high
        if not (low <= start <= end <= top and every > 0):
            raise ValueError
        found |= {value % 7 if names is _DAYS else value for value in range(start, end + 1, every)}
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
