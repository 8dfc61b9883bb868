# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Datasets, tables, personal columns and retention in BigQuery, through Google's library against its fake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.warehouse import (
    COLUMNS,
    COMMERCE,
    CONTROLS,
    COUNTS,
    DATASETS,
    DAY,
    KEY,
    ORDERS,
    PERSONAL,
    RETENTION,
    SCHEMA,
    TAXONOMY,
    answer,
    dataset,
    fill,
    listed,
    said,
    status,
    table,
    verdicts,
    write_schema,
)


@pytest.fixture
def right(gcp: FakeGcp) -> FakeGcp:
    fill(gcp)
    return gcp


@pytest.fixture
def schema(tmp_path: Path) -> str:
    return write_schema(tmp_path)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_project_as_it_should_be_passes(right, control, schema):
    found = verdicts(right, control, schema)
    assert said(right, control, schema) == ""
    assert {each.status for each in found} == {Status.PASS}
    assert found[0].subject.startswith("//bigquery.googleapis.com/projects/shop")


@pytest.mark.parametrize(
    ("path", "changed", "control", "wrong"),
    [
        (COMMERCE, None, DATASETS, "does not exist"),
        (COMMERCE, dataset(location="US"), DATASETS, "lies in US, not in EU"),
        (COMMERCE, dataset(labels={}), DATASETS, "has no label env"),
        (COMMERCE, dataset(labels={"env": "test"}), DATASETS, "the label env is test, not production"),
        (COMMERCE, dataset(defaultEncryptionConfiguration={}), DATASETS, "not encrypted with a key of ours"),
        (COMMERCE, dataset(defaultEncryptionConfiguration={"kmsKeyName": f"{KEY}2"}), DATASETS, "is encrypted with"),
        (COMMERCE, dataset(maxTimeTravelHours="168"), DATASETS, "for 168 hours, not 96"),
        (ORDERS, None, SCHEMA, "does not exist"),
        (ORDERS, table(schema={"fields": COLUMNS[1:]}), SCHEMA, "the column id is missing"),
        (
            ORDERS,
            table(schema={"fields": [*COLUMNS, {"name": "phone", "type": "STRING"}]}),
            SCHEMA,
            "the column phone is not in the definition",
        ),
        (
            ORDERS,
            table(schema={"fields": [{"name": "id", "type": "INTEGER"}, *COLUMNS[1:]]}),
            SCHEMA,
            "the column id is INTEGER NULLABLE, not STRING REQUIRED",
        ),
        (
            ORDERS,
            table(schema={"fields": [*COLUMNS[:4], {**COLUMNS[4], "fields": [{"name": "street", "type": "STRING"}]}]}),
            SCHEMA,
            "the column address.street is STRING NULLABLE, not BYTES NULLABLE",
        ),
        (ORDERS, table(labels={"schema_version": "11"}), SCHEMA, "the label schema_version is 11, not 12"),
        (ORDERS, table(timePartitioning=None), SCHEMA, "is not partitioned by created_at"),
        (ORDERS, table(timePartitioning={"type": "DAY"}), SCHEMA, "is partitioned by _PARTITIONTIME"),
        (ORDERS, table(requirePartitionFilter=False), SCHEMA, "without a filter"),
        (ORDERS, None, PERSONAL, "does not exist"),
        (ORDERS, table(encryptionConfiguration={}), PERSONAL, "not encrypted with a key of ours"),
        (
            ORDERS,
            table(schema={"fields": [*COLUMNS[:2], {"name": "birth", "type": "DATE"}, *COLUMNS[3:]]}),
            PERSONAL,
            "birth is a DATE without a policy tag",
        ),
        (
            ORDERS,
            table(schema={"fields": COLUMNS[:4]}),
            PERSONAL,
            "address.street: the table has no such column",
        ),
        (f"/v1/{TAXONOMY}", {"name": TAXONOMY}, PERSONAL, f"policy tag of {TAXONOMY}, which enforces no"),
        (COMMERCE, None, RETENTION, "does not exist"),
        (ORDERS, None, RETENTION, "does not exist"),
        (
            COMMERCE,
            dataset(defaultTableExpirationMs=str(60 * DAY)),
            RETENTION,
            "new tables: the table expires after 60 days",
        ),
        (
            f"{COMMERCE}/tables",
            listed("old", expirationTime=str(20_060 * DAY)),
            RETENTION,
            "commerce.old: the table expires after 60 days, but its rows must be kept 2557",
        ),
        (
            ORDERS,
            table(timePartitioning={"type": "DAY", "field": "created_at", "expirationMs": str(90 * DAY)}),
            RETENTION,
            "its partitions expire after 90 days",
        ),
    ],
)
def test_what_is_broken_fails(right, schema, path, changed, control, wrong):
    if isinstance(changed, dict) and changed.get("timePartitioning", "") is None:
        del changed["timePartitioning"]
    right.put(path, changed)
    assert status(right, control, schema) is Status.FAIL
    assert wrong in said(right, control, schema)


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        (None, "nothing in it ever expires, but it must be gone after 400 days"),
        (500, "its rows are kept 500 days, but must be gone after 400"),
        (400, ""),
    ],
)
def test_what_must_go_goes(right, days, wrong):
    kept = {"expirationMs": str(days * DAY)} if days else {}
    right.put(ORDERS, table(timePartitioning={"type": "DAY", "field": "created_at", **kept}))
    found = said(right, RETENTION, retention=[{"table": "commerce.orders", "max_days": 400}])
    assert (wrong in found) if wrong else found == ""


@pytest.mark.parametrize(
    "strange",
    [{"legal": True}, {"dataset": "commerce", "table": "commerce.orders", "legal": True}, {"dataset": "commerce"}],
)
def test_a_retention_that_says_too_little_is_an_error(right, strange):
    assert status(right, RETENTION, retention=[strange]) is Status.ERROR


EMAIL: dict[str, Any] = {"personal": [{"table": "commerce.orders", "columns": ["email"]}]}


@pytest.mark.parametrize(
    ("counts", "wrong", "expected"),
    [
        ([12, 3, 0, 0, 0, 0, 9], "email: 3 of 12 values hold an e-mail address", Status.FAIL),
        ([12, 0, 0, 12, 0, 0, 12], "12 of 12 values hold a card number", Status.FAIL),
        ([12, 0, 0, 0, 0, 0, 11], "1 of 12 values do not look like ciphertext", Status.FAIL),
        ([0, 0, 0, 0, 0, 0, 0], "email has no value to judge", Status.ERROR),
        ([12, 0], "2 counts for 1 columns", Status.ERROR),
    ],
)
def test_values_are_judged_by_counts(right, counts, wrong, expected):
    right.put("/bigquery/v2/projects/shop/queries", answer(*counts), "POST")
    assert status(right, PERSONAL, **EMAIL) is expected
    assert wrong in said(right, PERSONAL, **EMAIL)


def test_what_a_query_reads_is_asked_first_and_bounded(right):
    right.put("/bigquery/v2/projects/shop/queries", answer(*COUNTS[:7], would_read=2 << 30), "POST")
    assert "(too_large)" in said(right, PERSONAL, **EMAIL)
    assert right.calls["bigquery.jobs.query"] == 1
    right.put("/bigquery/v2/projects/shop/queries", answer(*COUNTS[:7]), "POST")
    assert status(right, PERSONAL, **EMAIL) is Status.PASS
    dry, real = right.bodies[-2:]
    assert (dry["dryRun"], dry["maximumBytesBilled"], real["maximumBytesBilled"]) == (True, "1073741824", "1073741824")
    assert "dryRun" not in real
    assert "INTERVAL 30 DAY" in real["query"]


def test_a_query_that_takes_its_time_is_waited_for(right):
    right.put("/bigquery/v2/projects/shop/queries", answer(complete=False), "POST")
    later = "/bigquery/v2/projects/shop/queries/job_1"
    right.put(later, [answer(complete=False), answer(*COUNTS[:7])])
    assert status(right, PERSONAL, **EMAIL) is Status.PASS


def test_values_in_lists_need_a_policy_tag(right):
    repeated = [{"name": "email", "type": "STRING", "mode": "REPEATED"}, *COLUMNS[:2]]
    right.put(ORDERS, table(schema={"fields": repeated}))
    assert "email needs a policy tag" in said(right, PERSONAL, **EMAIL)


def test_a_definition_that_cannot_be_read_is_an_error(right, schema, tmp_path):
    assert status(right, SCHEMA, "/nowhere/orders.json") is Status.ERROR
    for text in ("{", "[]", '[{"name": "id"}]', '"id"'):
        Path(schema).write_text(text, encoding="utf-8")
        assert status(right, SCHEMA, schema) is Status.ERROR
