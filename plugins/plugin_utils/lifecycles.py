# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge rules by which a store of objects deletes by itself: none too early, and nothing later than promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deletion:
    """What one rule deletes.

    rule: how people find it. what: in words. days: how many must have passed since it was made, or since it was
    replaced where it was; None where nothing protects what is younger.
    """

    rule: str
    what: str
    days: float | None


def early_problems(deletions: Iterable[Deletion], days: float) -> list[str]:
    """What is deleted before so many days."""
    return [
        f"{each.rule} deletes {each.what}, however young"
        if each.days is None
        else f"{each.rule} deletes {each.what} after {each.days:g} days, not {days:g}"
        for each in deletions
        if each.days is None or each.days < days
    ]


def late_problems(objects: float | None, replaced: float | None, days: float) -> list[str]:
    """Why not all is gone after so many days.

    objects: after how many days each is deleted, or becomes a replaced version. replaced: how many days versions stay
    once they are that, 0 where none are kept. None: for good.
    """
    left = {"objects": objects, "replaced versions": replaced}
    forever = [f"no rule for all objects deletes {what}" for what, known in left.items() if known is None]
    if objects is None or replaced is None or objects + replaced <= days:
        return forever
    parts = f" ({objects:g} as objects, {replaced:g} as replaced versions)" if replaced else ""
    return [f"data stays for {objects + replaced:g} days{parts}, not {days:g}"]
