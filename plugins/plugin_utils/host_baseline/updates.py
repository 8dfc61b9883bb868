# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is judged alike whichever tool installs packages: how long a fix may have waited, and a reboot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import DAY, count, few, when


@dataclass(frozen=True, slots=True)
class Upgrades:
    """When the host last installed updates by itself with success, and when it last learned what there is.

    Unix seconds; succeeded is None where that never was, or where people do it.
    """

    succeeded: float | None
    learned: float


def pending_problems(
    packages: Collection[str], held: Collection[str], seen: Upgrades, max_days: float, now: float
) -> list[str]:
    """Why security updates that are not installed are late.

    No host records since when an update waits. One that installs updates by itself did install all that it knew of when
    it last succeeded, so what it has learned of since cannot have waited for longer. Anything else is late.
    """
    if not packages:
        return []
    said = f"{count(len(packages), 'security update')} not installed ({few(sorted(packages))})"
    if stuck := sorted(set(packages) & set(held)):
        return [f"{said}; held back on purpose: {few(stuck)}"]
    if seen.succeeded is None:
        return [f"{said}, and nothing on the host tells since when"]
    if seen.learned < seen.succeeded:
        return [f"{said}, though automatic updates ran since they are known, on {when(seen.succeeded)}"]
    if now - seen.succeeded > max_days * DAY:
        return [f"{said}, and automatic updates last succeeded on {when(seen.succeeded)}"]
    return []


def run_problems(succeeded: float | None, max_days: float, now: float) -> list[str]:
    """Why automatic updates do not work, by when they last did."""
    if succeeded is None:
        return ["automatic updates have never succeeded"]
    days = (now - succeeded) / DAY
    return [f"automatic updates last succeeded {days:.0f} days ago"] if days > max_days else []


def list_problems(name: str, dated: float, max_days: float, now: float) -> list[str]:
    """Why a list of updates says nothing of what is wanted now."""
    days = (now - dated) / DAY
    if days <= max_days:
        return []
    return [f"the list of updates of {name} is {days:.0f} days old: nobody can know what came since"]
