# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with their items and results."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    import sqlalchemy as sa
    from alembic import op

    def texts(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.Text, nullable=False) for name in names]

    op.create_table(
        "golive_runs",
        sa.Column("key", sa.Integer, primary_key=True),
        *texts("environment", "run"),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        *texts("decision", "left_out", "checklist_sha256", "versions"),
        sa.UniqueConstraint("environment", "run", name="golive_runs_environment_run"),
    )
    op.create_index("golive_runs_environment_started", "golive_runs", ["environment", "started"])
    own: dict[str, list[sa.Column[str]] | list[sa.Column[int]]] = {
        "golive_items": [sa.Column("alone", sa.Integer, nullable=False)],
        "golive_results": texts("host", "target", "vantage", "verifier", "threshold_source", "expected", "actual"),
    }
    for name, columns in own.items():
        key = sa.ForeignKey("golive_runs.key", name=f"{name}_run_key")
        op.create_table(
            name,
            sa.Column("run_key", sa.Integer, key, primary_key=True),
            sa.Column("uid", sa.String(32), primary_key=True),
            *texts("status", "severity", "item", "text", "text_hash"),
            sa.Column("line", sa.Integer, nullable=False),
            *texts("section", "control", "message"),
            *columns,
            sqlite_with_rowid=False,
        )
