# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an item is due: every phase as a window around the launch, and what a closed window was told by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES
from ansible_collections.golive.verify.plugins.plugin_utils.due import Earlier, timing, window

HOUR = 3600.0
LAUNCH = 1_800_000_000.0  # 2027-01-15T08:00:00Z
ITEM = Item("i1", "S", 1, "Errors watched", False, (Binding(("logs.quiet",)),), text_hash="h1")
SEEN = Earlier("run-7", LAUNCH + 0.5 * HOUR, "pass", "h1", "all quiet", ("logs.quiet",))


@pytest.mark.parametrize(
    ("phase", "opens", "closes"),
    [
        ("week_before", -168, 0),
        ("hour_before", -1, 0),
        ("launch_day", -12, 12),
        ("first_hour", 0, 1),
        ("first_24h", 0, 24),
        ("first_week", 0, 168),
        ("first_month", 0, 720),
    ],
)
def test_a_window_opens_on_time_and_is_over_when_it_ends(phase: str, opens: float, closes: float) -> None:
    assert window(phase, LAUNCH) == (LAUNCH + opens * HOUR, LAUNCH + closes * HOUR)
    item = replace(ITEM, phase=phase)
    for hours, status in (
        (opens - 0.001, "not_due"),
        (opens, ""),
        ((opens + closes) / 2, ""),
        (closes - 0.001, ""),
        (closes, "missed"),
        (closes + 10_000, "missed"),
    ):
        found = timing(item, LAUNCH + hours * HOUR, LAUNCH, {}, asked=False)
        assert found.status == status
        assert (PHASES[phase].title in found.reason) == bool(status)


@pytest.mark.parametrize("phase", ["", "pre_deployment"])
@pytest.mark.parametrize("launch", [None, LAUNCH])
def test_what_has_no_window_is_always_due(phase: str, launch: float | None) -> None:
    for hours in (-10_000, 0, 10_000):
        assert timing(replace(ITEM, phase=phase), LAUNCH + hours * HOUR, launch, {}, asked=False).status == ""


@pytest.mark.parametrize("phase", ["post_deployment", "ongoing"])
def test_what_has_no_end_is_never_missed(phase: str) -> None:
    item = replace(ITEM, phase=phase)
    assert timing(item, LAUNCH - 1, LAUNCH, {}, asked=False).status == "not_due"
    assert timing(item, LAUNCH, LAUNCH, {}, asked=False).status == ""
    assert timing(item, LAUNCH + 100_000 * HOUR, LAUNCH, {}, asked=False).status == ""


def test_without_a_launch_nothing_around_it_is_due_unless_it_is_asked_for() -> None:
    item = replace(ITEM, phase="first_hour")
    found = timing(item, LAUNCH, None, {}, asked=False)
    assert found.status == "not_due"
    assert found.reason == "it belongs to the first hour, and no launch is declared (golive_launch)"
    assert timing(item, LAUNCH, None, {}, asked=True).status == ""
    assert timing(item, LAUNCH - HOUR, LAUNCH, {}, asked=True).status == "not_due"
    assert timing(item, LAUNCH + 2 * HOUR, LAUNCH, {}, asked=True).status == "missed"


@pytest.mark.parametrize("status", ["pass", "fail", "error", "attested", "waived"])
def test_a_closed_window_is_told_by_what_a_run_saw_then(status: str) -> None:
    item = replace(ITEM, phase="first_hour")
    seen = replace(SEEN, status=status)
    found = timing(item, LAUNCH + 5 * HOUR, LAUNCH, {"i1": seen}, asked=False)
    assert found.status == status
    assert found.reason == "seen in its time by run run-7, 2027-01-15T08:30:00Z: all quiet"


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        (replace(SEEN, at=LAUNCH - 1), "no run looked at it then"),
        (replace(SEEN, at=LAUNCH + HOUR), "no run looked at it then"),
        (replace(SEEN, text_hash="h0"), "its text has changed since run run-7 looked at it, 2027-01-15T08:30:00Z"),
        (replace(SEEN, controls=()), "it was bound to more controls since run run-7 looked at it"),
    ],
)
def test_other_evidence_does_not_tell_a_closed_window(earlier: Earlier, why: str) -> None:
    item = replace(ITEM, phase="first_hour")
    found = timing(item, LAUNCH + 5 * HOUR, LAUNCH, {"i1": earlier}, asked=False)
    assert found.status == "missed"
    assert found.reason.startswith("it belongs to the first hour, which ended 2027-01-15T09:00:00Z, and ")
    assert why in found.reason
    assert timing(item, LAUNCH + 5 * HOUR, LAUNCH, {"i2": SEEN}, asked=False).status == "missed"


def test_while_a_window_is_open_it_is_looked_at_again() -> None:
    assert (
        timing(replace(ITEM, phase="first_hour"), LAUNCH + 0.9 * HOUR, LAUNCH, {"i1": SEEN}, asked=False).status == ""
    )


def test_a_run_at_the_very_beginning_of_a_window_is_in_time() -> None:
    item = replace(ITEM, phase="first_hour")
    at_once = replace(SEEN, at=LAUNCH)
    assert timing(item, LAUNCH + 5 * HOUR, LAUNCH, {"i1": at_once}, asked=False).status == "pass"
