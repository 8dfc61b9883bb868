# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the certificates that a cloud keeps will last, and how bad it is that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict

_DAY = 86400


def days_problems(ends: float | None, min_days: int, now: float) -> list[str]:
    """Why what ends then does not last long enough."""
    if ends is None:
        return ["nothing says when it ends"]
    left = (ends - now) / _DAY
    if left < 0:
        return [f"it expired {-left:.0f} days ago"]
    return [f"it has {left:.0f} days left, less than {min_days}"] if left < min_days else []


def severity(ends: float | None, critical_days: int, now: float) -> Severity:
    """How bad a failure is: as long as people have time, less so. ends: None for what is no certificate yet."""
    return Severity.CRITICAL if ends is None or (ends - now) / _DAY < critical_days else Severity.HIGH


def as_bad_as_the_worst(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The failure of the whole, which is the first, is critical where one of the others is."""
    first, *others = verdicts
    if first.status is not Status.FAIL or any(each.severity is Severity.CRITICAL for each in others):
        return [first, *others]
    return [replace(first, severity=Severity.HIGH), *others]
