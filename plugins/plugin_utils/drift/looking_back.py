# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a run against the accepted baseline and the last run, as far as there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.drift import baseline, document
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import rules
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.store import past
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import CannotStore, exists, opened, place


@dataclass(frozen=True, slots=True)
class Found:
    """drift: what changed, None where there is nothing to compare with. notes: what could not be looked at, and why."""

    drift: dict[str, Any] | None
    past: past.Past
    notes: Sequence[str]


def baseline_path(want: Wanted, told: Mapping[str, Any]) -> Path:
    """Where the baseline of a run is looked for."""
    checklist = Path(told["run"]["checklist"])
    return (Path(want.baseline) if want.baseline else checklist.with_name(baseline.FILE)).absolute()


def accepted(want: Wanted, told: Mapping[str, Any]) -> baseline.Baseline | None:
    """The baseline that a run is held against; None where there is none, BadBaseline where it cannot be trusted."""
    directory = Path(want.environment_dir or Path(told["run"]["checklist"]).parent).absolute()
    return baseline.read(baseline_path(want, told), directory, told["run"]["environment"], now=datetime.now(UTC))


def look_back(
    want: Wanted, told: Mapping[str, Any], found: baseline.Baseline | None, notes: Sequence[str] = ()
) -> Found:
    """Compare with a baseline and the last run. A store that is down is a note; wrong rules raise BadRules."""
    known = rules(want["values"])
    side = Side.of_report(told)
    before = past.Past()
    try:
        before = _past(want, side)
    except CannotStore as wrong:
        notes = (*notes, f"history could not be read, so that the last run was not compared: {wrong}")
    sides = {document.BASELINE: found and found.side, document.LAST_RUN: before.before}
    comparisons = {name: compare(each, side, known) for name, each in sides.items() if each}
    drift = document.contract(side, comparisons, before.points, accepted=found, notes=notes) if comparisons else None
    return Found(drift, before, notes)


def _past(want: Wanted, side: Side) -> past.Past:
    where = place(want.store, Path(want.runs_dir))
    if not exists(where):
        return past.Past()
    with opened(where) as connection:
        return past.read(connection, side)
