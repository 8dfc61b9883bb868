# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often cron runs an entry."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

_NICKNAMES = {"@hourly": 1.0, "@daily": 24.0, "@midnight": 24.0, "@weekly": 168.0, "@monthly": 744.0}
_SELDOM = {"@reboot", "@yearly", "@annually"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

# Two years with a leap day between them: every pause of a schedule that runs at least once a year occurs in them.
_FIRST, _SPAN = date(2027, 1, 1), 731


def longest_pause(schedule: str) -> float | None:
    """Hours of the longest pause between two runs; None when it is a year or longer, as for @reboot.

    schedule: five fields or a nickname of crontab(5), or "every N days", as for anacron. Anything else: ValueError.
    """
    words = schedule.lower().split()
    if words[:1] == ["every"] and words[2:] == ["days"]:
        return 24.0 * int(words[1])
    if schedule in _NICKNAMES or schedule in _SELDOM:
        return _NICKNAMES.get(schedule)
    minutes, hours_of_day, dates, months, weekdays = _fields(words)
    moments = sorted(hour * 60 + minute for hour in hours_of_day for minute in minutes)
    days = _days(words, dates, months, weekdays)
    if len(days) < 2:
        return None
    within = max((after - before for before, after in pairwise(moments)), default=0)
    between = max(after - before for before, after in pairwise(days))
    return max(within, between * 24 * 60 - moments[-1] + moments[0]) / 60


def _fields(words: list[str]) -> tuple[set[int], set[int], set[int], set[int], set[int]]:
    if len(words) != 5:
        raise ValueError(f"{' '.join(words)!r} is no schedule")
    weekdays = {day % 7 for day in _values(words[4], 0, 7, _DAYS)}
    return (
        _values(words[0], 0, 59),
        _values(words[1], 0, 23),
        _values(words[2], 1, 31),
        _values(words[3], 1, 12, _MONTHS),
        weekdays,
    )


def _days(words: list[str], dates: set[int], months: set[int], weekdays: set[int]) -> list[int]:
    """Days, counted from the first, on which it runs. Where both days are restricted either will do: crontab(5)."""
    both = not words[2].startswith("*") and not words[4].startswith("*")
    days = []
    for number in range(_SPAN):
        day = _FIRST + timedelta(number)
        dated, named = day.day in dates, day.isoweekday() % 7 in weekdays
        if day.month in months and ((dated or named) if both else (dated and named)):
            days.append(number)
    return days


def _values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if span == "*" else _number(first, low, names)
        end = _number(last, low, names) if dash else high if span == "*" or step else start
        if not low <= start <= end <= high:
            raise ValueError(f"{field!r} is out of range")
        values |= set(range(start, end + 1, int(step or 1)))
    return values


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text) + low if text in names else int(text)
