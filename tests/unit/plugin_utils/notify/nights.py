# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nights: reports with the history that real comparisons of them give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import history
from ansible_collections.golive.verify.plugins.plugin_utils.drift import document
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import rules
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing
from ansible_collections.golive.verify.plugins.plugin_utils.store.past import Past
from tests.unit.plugin_utils.reports import sample

ITEMS = [
    sample.item("Redis", "Redis survives a restart", "redis.persistence", on="cache"),
    sample.item("Backups", "Copies are kept", "backup.retention", on="db"),
]
DAY = 86400.0


def night(
    number: int,
    statuses: Mapping[str, str],
    before: Mapping[str, Any] | None = None,
    *,
    narrowing: Narrowing | None = None,
    finished: bool = True,
    message: str = "appendonly is no",
    copies: int = 14,
    gone: Sequence[str] = (),
    baseline: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A run's report. statuses: of cache1 and db1, pass where nothing else is said. gone: hosts without a result."""
    answers: dict[str, list[dict[str, Any]]] = {
        "cache1": [sample.check("redis.persistence", "cache1", "pass")],
        "db1": [sample.check("backup.retention", "db1", "pass", actual={"copies": copies}, expected="14 copies")],
    }
    for host in answers:
        check = answers[host][0]
        if (status := statuses.get(host, "pass")) != "pass":
            seen = {"message": message, "expected": "appendonly yes", "actual": "appendonly no"}
            answers[host] = [sample.check(check["control"], host, status, **seen)]
        if host in gone:
            answers[host] = []
    told = sample.build(ITEMS, answers, narrowing=narrowing, finished=finished)
    told["run"] |= {"id": f"run{number}", "started": sample.STARTED + number * DAY}
    sides = {document.BASELINE: baseline, document.LAST_RUN: before}
    after = Side.of_report(told)
    comparisons = {name: compare(Side.of_report(each), after, rules()) for name, each in sides.items() if each}
    drift = document.contract(after, comparisons, {}) if comparisons else None
    if drift and baseline:
        accepted = {"person": "alice@example.com", "at": "2026-01-01T00:00:00Z", "reason": ""}
        drift["comparisons"][0]["accepted"] = accepted
    past = Past(
        before=Side.of_report(before) if before else None, decision=before["gate"]["decision"] if before else ""
    )
    told["history"] = history.contract(told, drift, past)
    return told
