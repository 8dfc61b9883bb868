# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an item is due: its phase as a window around the launch, and what a closed window was told by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """How an item stood in an earlier run, and what it said and needed then. at: when it began, in Unix seconds."""

    run: str
    at: float
    status: str
    text_hash: str
    reason: str = ""
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Whether an item is to be judged now: status is empty if so, else not_due, missed, or what its window told."""

    status: str = ""
    reason: str = ""


def window(phase: str, launch: float) -> tuple[float, float]:
    """When the phase opens and closes, in Unix seconds; unbounded sides are infinite."""
    entry = PHASES[phase]
    opens = float("-inf") if entry.opens is None else launch + entry.opens * _HOUR
    return opens, float("inf") if entry.closes is None else launch + entry.closes * _HOUR


def timing(item: Item, now: float, launch: float | None, earlier: Mapping[str, Earlier], asked: bool) -> Timing:
    """When the item is due. asked: the run was narrowed to its phase by hand.

    Without a date of launch whatever comes after it is not due; asking for the phase is then to say that it is.
    """
    if not item.phase or (PHASES[item.phase].opens is None and PHASES[item.phase].closes is None):
        return Timing()
    title = PHASES[item.phase].title
    if launch is None:
        if asked:
            return Timing()
        return Timing(Status.NOT_DUE, f"it belongs to {title}, and no launch is declared (golive_launch)")
    opens, closes = window(item.phase, launch)
    if now < opens:
        return Timing(Status.NOT_DUE, f"it belongs to {title}, which begins {_shown(opens)}")
    if now < closes:
        return Timing()
    seen = earlier.get(item.id)
    if not seen or not opens <= seen.at < closes:
        why = "no run looked at it then"
    elif seen.text_hash != item.text_hash or not set(item.controls) <= set(seen.controls):
        what = "its text has changed" if seen.text_hash != item.text_hash else "it was bound to more controls"
        why = f"{what} since run {seen.run} looked at it, {_shown(seen.at)}"
    else:
        said = f": {seen.reason}" if seen.reason else ""
        return Timing(seen.status, f"seen in its time by run {seen.run}, {_shown(seen.at)}{said}")
    return Timing(Status.MISSED, f"it belongs to {title}, which ended {_shown(closes)}, and {why}")


def _shown(seconds: float) -> str:
    return moments.shown(datetime.fromtimestamp(seconds, UTC))
