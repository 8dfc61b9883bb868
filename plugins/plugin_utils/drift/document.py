# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drift of a run as plain data: the contract of drift.json (schemas/drift.json describes it). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.drift import history
from ansible_collections.golive.verify.plugins.plugin_utils.drift.baseline import Baseline
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import Change, Comparison, Word
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side, Standing

VERSION = "1.0"
BASELINE, LAST_RUN = "baseline", "last_run"


# How statements stood in earlier runs, by uid, in the order of time.
Points = Mapping[str, Sequence[history.Point]]


def contract(
    side: Side,
    comparisons: Mapping[str, Comparison],
    points: Points,
    *,
    accepted: Baseline | None = None,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The drift in its own shape. comparisons: by what was compared with, BASELINE or LAST_RUN."""
    return {
        "version": VERSION,
        "run": {"id": side.run, "environment": side.environment, "started": side.started, "left_out": side.left_out},
        "regressed": any(comparison.regressed for comparison in comparisons.values()),
        "comparisons": [
            _comparison(name, comparison, points, accepted if name == BASELINE else None)
            for name, comparison in comparisons.items()
        ],
        "flapping": _flapping(side, points),
        "notes": list(notes),
    }


def _comparison(name: str, found: Comparison, points: Points, accepted: Baseline | None) -> dict[str, Any]:
    return {
        "against": name,
        "run": {"id": found.before.run, "started": found.before.started},
        "accepted": {
            "person": accepted.person,
            "at": moments.shown(accepted.accepted),
            "reason": accepted.reason,
        }
        if accepted
        else None,
        "regressed": found.regressed,
        "counts": found.counts,
        "left_out": found.left_out,
        "notes": list(found.notes),
        "changes": [_change(change, found, points) for change in found.changes],
    }


def _change(change: Change, found: Comparison, points: Points) -> dict[str, Any]:
    said = {
        "word": change.word.value,
        "worse": change.worse,
        **_where(change.standing),
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "values": [
            {
                "key": value.key,
                "before": value.before,
                "after": value.after,
                "gained": list(value.gained),
                "lost": list(value.lost),
                "words": value.words,
            }
            for value in change.values
        ],
    }
    if change.word is Word.STILL_FAILING:
        # The side compared with is a witness too: it may be older than what history still has.
        earlier = [(found.before.started, change.before), *points.get(change.standing.uid, ())]
        said["since"] = history.since(sorted(earlier), found.after.started)
    return said


def _where(standing: Standing) -> dict[str, Any]:
    return {
        "uid": standing.uid,
        "item": standing.item,
        "text": standing.text,
        "line": standing.line,
        "section": standing.section,
        "control": standing.control,
        "host": standing.host,
        "target": standing.target,
        "severity": standing.severity,
    }


def _flapping(side: Side, points: Points) -> list[dict[str, Any]]:
    found = []
    for uid, standing in side.standings.items():
        earlier = points.get(uid)
        times = history.flaps([*earlier, (side.started, standing.status)]) if earlier else 0
        if times >= history.FLAPS:
            found.append({**_where(standing), "after": standing.status, "changed": times, "of": history.RUNS})
    return found
