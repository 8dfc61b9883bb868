# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one execution of a test ended: what pytest reports of its phases, as a status of ours with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PASS, FAIL, ERROR = "pass", "fail", "error"
_MESSAGE, _DETAIL = 1000, 4000


@dataclass(frozen=True, slots=True)
class Phase:
    """Setup, call or teardown of a test. broken: the name of an exception that is no failed assertion."""

    when: str
    outcome: str
    expected_failure: str | None
    broken: str
    said: str
    text: str

    @classmethod
    def of(cls, report: Any, error: BaseException | None) -> Phase:
        """What a report of pytest says. error: what was raised in this phase."""
        asserted = error is None or isinstance(error, AssertionError) or type(error).__name__ == "Failed"
        return cls(
            when=report.when,
            outcome=report.outcome,
            expected_failure=getattr(report, "wasxfail", None),
            broken="" if asserted else type(error).__name__,
            said=_said(report),
            text="" if isinstance(report.longrepr, tuple) else report.longreprtext[-_DETAIL:],
        )


def _said(report: Any) -> str:
    """The first line of an assertion or exception, or the reason of a skip."""
    found = report.longrepr
    crash = getattr(found, "reprcrash", None)
    said = str(found[2] if isinstance(found, tuple) else crash.message if crash else found or "")
    return said.strip().partition("\n")[0].removeprefix("AssertionError: ")[:_MESSAGE]


def verdict(phases: Sequence[Phase]) -> tuple[str, str, str]:
    """Status, message and detail. Only a test that ran to its end, and was meant to pass, passes."""
    judged = [_judge(phase) for phase in phases]
    for status in (FAIL, ERROR):
        for (found, message), phase in zip(judged, phases, strict=True):
            if found == status:
                return status, message, phase.text
    if not any(phase.when == "call" for phase in phases):
        return ERROR, "the test did not run", ""
    return PASS, "", ""


def _judge(phase: Phase) -> tuple[str, str]:
    if phase.expected_failure is not None:
        kept = "fails, as it is" if phase.outcome == "skipped" else "passes, although it is"
        return ERROR, f"it {kept} marked to (xfail: {phase.expected_failure or 'no reason given'})"
    if phase.outcome == "skipped":
        return ERROR, f"skipped: {phase.said.removeprefix('Skipped: ')}"
    if phase.outcome == "passed":
        return PASS, ""
    if phase.said.startswith("[XPASS(strict)]"):
        return ERROR, f"it passes, although it is marked to fail: {phase.said}"
    if phase.when != "call":
        return ERROR, f"its {phase.when} failed: {phase.said}"
    if phase.broken:
        return ERROR, f"the test broke: {phase.said}"
    return FAIL, phase.said
