# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of history as they are now. Every change of them is a migration too: see migrations/versions/."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table


@dataclass(frozen=True, slots=True)
class Tables:
    """runs: one row a run. items, results: how every statement stood in it, by the uid that entries.py gives it."""

    metadata: MetaData
    runs: Table
    items: Table
    results: Table


@cache
def tables() -> Tables:
    """Made when first asked for: whoever keeps no history need not have the library."""
    import sqlalchemy as sa

    metadata = sa.MetaData()

    def texts(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.Text, nullable=False) for name in names]

    runs = sa.Table(
        "golive_runs",
        metadata,
        sa.Column("key", sa.Integer, primary_key=True),
        *texts("environment", "run"),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        *texts("decision", "left_out", "checklist_sha256", "versions"),
        sa.UniqueConstraint("environment", "run", name="golive_runs_environment_run"),
        sa.Index("golive_runs_environment_started", "environment", "started"),
    )

    def of_run(name: str, *columns: sa.Column[str] | sa.Column[int]) -> sa.Table:
        key = sa.ForeignKey(runs.c.key, name=f"{name}_run_key")
        return sa.Table(
            name,
            metadata,
            sa.Column("run_key", sa.Integer, key, primary_key=True),
            sa.Column("uid", sa.String(32), primary_key=True),
            *texts("status", "severity", "item", "text", "text_hash"),
            sa.Column("line", sa.Integer, nullable=False),
            *texts("section", "control", "message"),
            *columns,
            # Rows lie where their key says, in SQLite as well: no second copy of every key.
            sqlite_with_rowid=False,
        )

    items = of_run("golive_items", sa.Column("alone", sa.Integer, nullable=False))
    seen = texts("host", "target", "vantage", "verifier", "threshold_source", "expected", "actual")
    return Tables(metadata, runs, items, of_run("golive_results", *seen))
