# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teams assert of their data, judged from recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.sql import ActionModule as Sql
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import age_problems, old, written
from tests.unit.action.psql_recordings import GARBAGE, UNSEEN, Psql, answered
from tests.unit.proving import prove, status

DAY = 86400.0
OPTIONS: dict[str, dict[str, Any]] = {
    "biz.rules": {"rules": [{"name": "GOLD", "sql": "SELECT 1", "covers": "SELECT 2"}]},
    "biz.sync_fresh": {"syncs": [{"name": "stock", "last_success": "SELECT 1", "failed_rows": "SELECT 2"}]},
    "billing.reconciled": {"comparisons": [{"name": "ledger", "sql": "SELECT 1"}]},
    "data.retention_enforced": {
        "retention": [
            {"name": "carts", "oldest": "SELECT 1", "legal": True, "max_days": 3000, "last_purge": "SELECT 2"}
        ]
    },
    "audit.records_written": {"audit_table": "audit", "audited_actions": [{"name": "grant", "sql": "SELECT 1"}]},
}
RIGHT: dict[str, list[dict[str, Any]]] = {
    "biz.rules": [{"covered": 3, "violating": 0, "keys": []}],
    "biz.sync_fresh": [{"age": 900, "failed": 0}],
    "billing.reconciled": [{"compared": 2, "different": 0, "largest": 0, "keys": []}],
    "data.retention_enforced": [{"age": 2800 * DAY, "purged": 3600.5}],
    "audit.records_written": [
        {"age": 60.5, "judged": 1000, "empty": {"actor": 0}},
        {"done": 2, "unrecorded": 0, "delay": 0.2},
    ],
}


def judged(control: str, *rows: Any) -> tuple[Status, str]:
    (verdict,) = prove(Sql, control, OPTIONS[control] | {"database": "shop"}, Psql(answered(*rows)))
    return verdict.status, verdict.message


@pytest.mark.parametrize("control", OPTIONS)
def test_right(control: str) -> None:
    assert judged(control, *([row] for row in RIGHT[control])) == (Status.PASS, "")


@pytest.mark.parametrize(
    ("control", "change", "said", "because"),
    [
        ("biz.rules", {"violating": 2, "keys": ["7", "\x1b[2J"]}, Status.FAIL, "2 of 3 rows break the rule: 7, \\x1b["),
        ("biz.rules", {"violating": 2, "covered": 0}, Status.FAIL, "2 of 0 rows"),
        ("biz.rules", {"covered": 0}, Status.ERROR, "covers counts no row"),
        ("biz.rules", {"covered": None}, Status.ERROR, "covered: not a count but NULL"),
        ("biz.rules", {"violating": False}, Status.ERROR, "not a count"),
        ("biz.sync_fresh", {"age": 1200}, Status.PASS, ""),
        ("biz.sync_fresh", {"age": 1201}, Status.FAIL, "the last success was 20 min ago, more than 20 min"),
        ("biz.sync_fresh", {"age": -3600}, Status.FAIL, "lies 60 min ahead"),
        ("biz.sync_fresh", {"age": None}, Status.FAIL, "never happened"),
        ("biz.sync_fresh", {"age": "-Infinity"}, Status.ERROR, "not a finite number"),
        ("biz.sync_fresh", {"failed": 1}, Status.FAIL, "1 rows failed"),
        ("biz.sync_fresh", {"failed": None}, Status.ERROR, "failed: not a count but NULL"),
        ("billing.reconciled", {"different": 1, "largest": 0.5}, Status.FAIL, "the largest difference is 0.5"),
        ("billing.reconciled", {"compared": 0, "different": 1, "largest": None}, Status.FAIL, "1 amounts differ"),
        ("billing.reconciled", {"compared": 0}, Status.ERROR, "no amount but zero"),
        ("data.retention_enforced", {"age": 2556 * DAY}, Status.FAIL, "only 2556 days old, not 2557"),
        ("data.retention_enforced", {"age": 3001 * DAY}, Status.FAIL, "3001.0 days old, more than 3000"),
        ("data.retention_enforced", {"age": -DAY}, Status.FAIL, "lies 24 h ahead"),
        ("data.retention_enforced", {"age": None}, Status.ERROR, "there is no record"),
        ("data.retention_enforced", {"purged": 49 * 3600}, Status.FAIL, "the last purge was 49 h ago, more than 48 h"),
        ("data.retention_enforced", {"purged": None}, Status.FAIL, "the last purge never happened"),
        ("audit.records_written", {"age": 25 * 3600}, Status.FAIL, "the newest record was 25 h ago, more than 24 h"),
        ("audit.records_written", {"age": None, "judged": 0}, Status.ERROR, "holds no record"),
        ("audit.records_written", {"empty": {"actor": 3}}, Status.FAIL, "3 of the 1000 newest records have no actor"),
        ("audit.records_written", {"done": 0, "delay": None}, Status.ERROR, "it was not done in the last 30 days"),
        ("audit.records_written", {"unrecorded": 1}, Status.FAIL, "1 of 2 times no record was written"),
        ("audit.records_written", {"delay": 61}, Status.FAIL, "more than 60 s"),
    ],
)  # fmt: skip
def test_judging(control: str, change: dict[str, Any], said: Status, because: str) -> None:
    found, message = judged(control, *([row | {k: v for k, v in change.items() if k in row}] for row in RIGHT[control]))
    assert (found, because in message) == (said, True), message


@pytest.mark.parametrize("control", OPTIONS)
@pytest.mark.parametrize("answer", [*UNSEEN, *GARBAGE, answered([]), answered([], []), answered("42501", "42501")])
def test_nobody_could_look(control: str, answer: dict[str, Any] | CannotLook) -> None:
    assert status(Sql, control, OPTIONS[control] | {"database": "shop"}, Psql(answer)) is Status.ERROR


def test_one_statement_that_fails_costs_no_other() -> None:
    rules = [{"name": name, "sql": "SELECT 1", "covers": "SELECT 2"} for name in ("good", "denied", "bad")]
    good, bad = {"covered": 1, "violating": 0, "keys": []}, {"covered": 1, "violating": 1, "keys": []}
    said = prove(Sql, "biz.rules", {"database": "shop", "rules": rules}, Psql(answered([good], "42501", [bad])))
    assert [(each.subject, each.status) for each in said] == [
        ("rule good", Status.PASS),
        ("rule denied", Status.ERROR),
        ("rule bad", Status.FAIL),
    ]


@pytest.mark.parametrize("sql", ["SELECT 1", "  SELECT 1 ;\n", "SELECT 1;;"])
def test_a_statement_becomes_a_part(sql: str) -> None:
    assert written(sql) == "(SELECT 1\n)"
    assert written("SELECT 1 -- one") == "(SELECT 1 -- one\n)"


@pytest.mark.parametrize("sql", ["", " ; ", "SELECT '\0'"])
def test_no_statement(sql: str) -> None:
    with pytest.raises(CannotLook):
        written(sql)


def test_ages() -> None:
    assert [old(value) for value in (0, 179, 180, 10799, 10800, 259199, 259200)] == [
        *("0 s", "179 s", "3 min", "180 min", "3 h", "72 h", "3 days"),
    ]
    assert age_problems("it", -300, 1) == []
    assert age_problems("it", 1, 1) == []
