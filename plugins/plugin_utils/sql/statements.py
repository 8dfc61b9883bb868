# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that a user wrote, made part of ours; and what they answered, taken for nothing but what it must be."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Row

# Seconds by which clocks may differ: a moment that lies further ahead speaks of a wrong clock or time zone.
SKEW = 300
_UNITS = ((86400, "days"), (3600, "h"), (60, "min"))


def written(sql: str) -> str:
    """A user's SELECT in parentheses. A comment at its end ends with its line, and its semicolon is left out.

    As a value, the database itself demands that it gives one row of one column.
    """
    text = sql.strip().rstrip(";").rstrip()
    if not text or "\0" in text:
        raise CannotLook("malformed", "a statement that is empty or holds a zero byte")
    return f"({text}\n)"


def age(sql: str) -> str:
    """The seconds since a moment that a user's SELECT gives. What has no time zone is taken for UTC."""
    return f"(extract(epoch FROM clock_timestamp()) - extract(epoch FROM {written(sql)}))::float8"


def number(row: Row, name: str) -> float | None:
    """An age in seconds; None where there is no moment to count from."""
    value = row[name]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CannotLook("malformed", f"{name}: not a finite number")
    return float(value)


def count(row: Row, name: str) -> int:
    """A count; NULL is none, as sum() gives it over no rows."""
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise CannotLook("malformed", f"{name}: not a count" + (" but NULL" if value is None else ""))
    return value


def old(value: float) -> str:
    """An age for people."""
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(value) >= 3 * size), (1, "s"))
    return f"{value / size:.0f} {unit}"


def age_problems(what: str, value: float | None, most: float) -> list[str]:
    """Why something did not happen lately. what: as in "the last run". most: seconds."""
    if value is None:
        return [f"{what} never happened"]
    if value < -SKEW:
        return [f"{what} lies {old(-value)} ahead: a clock or a time zone is wrong"]
    return [f"{what} was {old(value)} ago, more than {old(most)}"] if value > most else []
