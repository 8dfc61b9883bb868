# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge how long BigQuery keeps rows: neither shorter than law demands, nor longer than was promised."""

from __future__ import annotations

from collections.abc import Mapping

Lifetime = Mapping[str, float | None]


def table_problems(lifetime: Lifetime, min_days: float | None, max_days: float | None) -> list[str]:
    """Why a table keeps its rows too short or too long. lifetime: of the table and its partitions; None for ever."""
    parts = {"the table expires": lifetime["table"], "its partitions expire": lifetime["partitions"]}
    problems = []
    if min_days is not None:
        problems += [
            f"{part} after {days:g} days, but its rows must be kept {min_days:g}"
            for part, days in parts.items()
            if days is not None and days < min_days
        ]
    if max_days is not None:
        problems += _too_long(parts, max_days)
    return problems


def _too_long(parts: Mapping[str, float | None], most: float) -> list[str]:
    """The shorter one of the table's and the partitions' lifetimes ends a row."""
    kept = [days for days in parts.values() if days is not None]
    if not kept:
        return [f"nothing in it ever expires, but it must be gone after {most:g} days"]
    return [f"its rows are kept {min(kept):g} days, but must be gone after {most:g}"] if min(kept) > most else []
