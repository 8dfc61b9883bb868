# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a store knows of the time before a run: the last run, how statements stood, and how whole runs went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.golive.verify.plugins.plugin_utils.drift import history
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.store import runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Two months of nights: what a person reads in a chart.
MOST_RUNS = 59


@dataclass(frozen=True, slots=True)
class Past:
    """The time before a run. decision: that of the last run.

    points: how what is bad or unsteady stood, by uid. runs: whole runs before this one, oldest first, with how many
    items had which status. timelines: how each item stood in them, by its id.
    """

    before: Side | None = None
    decision: str = ""
    points: Mapping[str, Sequence[history.Point]] = field(default_factory=dict)
    runs: Sequence[Mapping[str, Any]] = ()
    timelines: Mapping[str, Sequence[history.Point]] = field(default_factory=dict)


def read(connection: Connection, side: Side) -> Past:
    """The time before the run of this side, which may or may not be stored already."""
    before = runs.last(connection, side.environment, side.run, side.started)
    wanted = {uid for uid, standing in side.standings.items() if not standing.proven}
    wanted |= set(runs.unsteady(connection, side.environment, history.RUNS))
    told, timelines = _whole_runs(connection, side)
    return Past(
        before=before,
        decision=runs.decision(connection, before) if before else "",
        points=runs.points(connection, side.environment, wanted, side.run),
        runs=told,
        timelines=timelines,
    )


def _whole_runs(connection: Connection, side: Side) -> tuple[list[dict[str, Any]], dict[str, list[history.Point]]]:
    import sqlalchemy as sa

    made = tables()
    earlier = runs.whole(side.environment, side.run).where(made.runs.c.started <= side.started).limit(MOST_RUNS)
    rows = connection.execute(earlier).all()[::-1]
    wanted = made.items.c
    stood = sa.select(wanted.item, wanted.status).order_by(wanted.line)
    known = {each.item for each in side.items.values()}
    counts: dict[int, Counter[str]] = {row.key: Counter() for row in rows}
    timelines: dict[str, list[history.Point]] = defaultdict(list)
    for row in rows:
        for item, status in connection.execute(stood.where(wanted.run_key == row.key)):
            counts[row.key][status] += 1
            if item in known:
                timelines[item].append((row.started, status))
    told = [
        {"run": row.run, "started": row.started, "decision": row.decision, "counts": dict(counts[row.key])}
        for row in rows
    ]
    return told, dict(timelines)
