# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier runs say of a statement: since when it fails without a break, and how often it changed sides. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import BAD

# A statement that changed sides this often within so many runs, the last ones, has no state that one could trust. Three
# changes are a failure, a repair and a failure: less is an incident.
RUNS, FLAPS = 10, 3

Point = tuple[float, str]


def since(points: Sequence[Point], now: float) -> float:
    """When the statement was first seen to fail without a proof in between, in Unix seconds; now at the latest.

    points: (when the run began, status), in the order of time. Runs that say neither are passed over.
    """
    first = now
    for at, status in reversed(points):
        if status in PROVEN:
            break
        if status in BAD or status == "waived":
            first = min(first, at)
    return first


def flaps(points: Sequence[Point]) -> int:
    """How often the statement changed between proven and bad in the last runs."""
    sides = [status in PROVEN for dummy, status in points if status in PROVEN or status in BAD][-RUNS:]
    return sum(one is not other for one, other in pairwise(sides))
