# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge budgets of Google Cloud: by what they are about, by their amount, and by who hears of them in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Budget = Mapping[str, Any]


def covers(budget: Budget, places: Collection[str]) -> bool:
    """Whether a budget is about the project, among others or alone. places: the project and all that it is in."""
    return not budget["of"] or not set(budget["of"]).isdisjoint(places)


def limit_problems(budget: Budget, amount: float | None, places: Collection[str]) -> list[str]:
    """Why a budget is not about all that the project costs in a month, or not of the declared amount."""
    problems = [] if covers(budget, places) else ["it is about other projects"]
    if budget["part"]:
        problems.append(f"it counts only a part of the costs (by {', '.join(budget['part'])})")
    if budget["period"] != "MONTH":
        problems.append(f"its period is {shown(budget['period'])}, not MONTH")
    if amount is not None and budget["amount"] != amount:
        problems.append(f"its amount is {said_amount(budget)}, not {amount:g}")
    elif budget["amount"] == 0:
        problems.append("its amount is nothing")
    return problems


def said_amount(budget: Budget) -> str:
    """The amount of a budget in words."""
    if budget["amount"] is None:
        return "that of the last month"
    return f"{budget['amount']:g} {shown(budget['currency'])}"


def threshold_problems(budget: Budget, most: float) -> list[str]:
    """Why an alert comes too late. most: percent of the budget."""
    return [] if min(budget["percents"], default=most + 1) <= most else [f"it has no alert at {most:g} % or before"]


def told_problems(by_role: Sequence[str] | None, places: Mapping[str, str]) -> list[str]:
    """Why nobody hears its alerts.

    by_role: who is told because of a role; None when nobody is to be. places: what is wrong with each.
    """
    problems = [f"{shown(name, 200)} {wrong}" for name, wrong in places.items() if wrong]
    if by_role or not all(places.values()):
        return problems
    role = "" if by_role is None else ", since nobody holds a role that alerts are sent to"
    return [*problems, f"nobody is told{role}"]
