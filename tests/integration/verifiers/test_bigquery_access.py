# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let into BigQuery, through Google's library against its fake."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.warehouse import (
    ACCESS,
    ALL,
    COMMERCE,
    RETENTION,
    dataset,
    fill,
    listed,
    said,
    status,
    verdicts,
)


@pytest.fixture
def right(gcp: FakeGcp) -> FakeGcp:
    fill(gcp)
    return gcp


def entry(**entry: Any) -> dict[str, Any]:
    return dataset(access=[*dataset()["access"], entry])


@pytest.mark.parametrize(
    ("added", "wrong"),
    [
        ({"role": "READER", "specialGroup": "allAuthenticatedUsers"}, "is everybody with a Google account"),
        ({"role": "READER", "iamMember": "allUsers"}, "allUsers as READER is everybody"),
        ({"role": "READER", "domain": "example.com"}, "is everybody of example.com"),
        ({"role": "READER", "iamMember": "domain:example.com"}, "is everybody of example.com"),
        ({"role": "READER", "userByEmail": "ada@gmail.com"}, "is a private account"),
        ({"role": "OWNER", "userByEmail": "ada@example.com"}, "is a person that owns it"),
        ({"role": "roles/bigquery.dataOwner", "iamMember": "user:ada@example.com"}, "is a person that owns it"),
        ({"role": "READER", "userByEmail": "ada@example.com"}, "user:ada@example.com as READER is not declared"),
        ({"role": "WRITER", "groupByEmail": "analysts@example.com"}, "as WRITER is not declared"),
        ({"role": "WRITER", "specialGroup": "projectWriters"}, "projectWriters as WRITER is not declared"),
        ({"role": "READER", "userByEmail": "etl@other.iam.gserviceaccount.com"}, "is not declared"),
        ({"role": "READER", "iamMember": "deleted:user:a@example.com?uid=1"}, "is not declared"),
        ({"view": {"projectId": "other", "datasetId": "d", "tableId": "v"}}, "view:other.d.v is not declared"),
        ({"dataset": {"dataset": {"projectId": "other", "datasetId": "d"}}}, "dataset:other.d is not declared"),
        ({"routine": {"projectId": "o", "datasetId": "d", "routineId": "r"}}, "routine:o.d.r is not declared"),
        (
            {"role": "OWNER", "groupByEmail": "a@example.com", "condition": {"title": "for now", "expression": "x"}},
            "group:a@example.com as OWNER, if 'for now' is not declared",
        ),
    ],
)
def test_who_must_not_be_let_in_is_named(right, added, wrong):
    right.put(COMMERCE, entry(**added))
    found = verdicts(right, ACCESS)
    assert [each.status for each in found] == [Status.FAIL, Status.FAIL]
    assert found[0].message == "1 of 1 datasets let in who they must not"
    assert found[1].subject == "//bigquery.googleapis.com/projects/shop/datasets/commerce"
    assert wrong in found[1].message


@pytest.mark.parametrize("kind", ["tables/orders", "routines/mask"])
def test_one_table_or_routine_that_is_open_fails_though_its_dataset_is_not(right, kind):
    public = [{"role": "roles/bigquery.dataViewer", "members": ["allUsers"]}]
    right.put(f"{COMMERCE}/{kind}:getIamPolicy", {"etag": "x", "bindings": public}, "POST")
    assert f"datasets/commerce/{kind} allUsers" in said(right, ACCESS)


def test_a_dataset_may_have_principals_of_its_own(right):
    right.put(COMMERCE, entry(role="READER", groupByEmail="finance@example.com"))
    assert status(right, ACCESS) is Status.FAIL
    own = [{"name": "commerce", "location": "EU", "principals": {"group:finance@example.com": []}}]
    assert status(right, ACCESS, datasets=own) is Status.PASS


@pytest.mark.parametrize(
    "added",
    [{"role": "READER"}, {"role": "READER", "iamMember": "martian:x"}, {"userByEmail": "a", "domain": "b"}],
)
def test_an_entry_that_nobody_understands_is_an_error(right, added):
    right.put(COMMERCE, entry(**added))
    assert status(right, ACCESS) is Status.ERROR


def test_what_is_hidden_of_one_dataset_hides_no_failure_of_another(right):
    both = [{"datasetReference": {"datasetId": name}} for name in ("commerce", "secret")]
    right.put(ALL, {"datasets": both})
    assert [each.status for each in verdicts(right, ACCESS)] == [Status.ERROR]
    right.put(COMMERCE, entry(role="READER", iamMember="allUsers"))
    assert [each.status for each in verdicts(right, ACCESS)] == [Status.FAIL, Status.FAIL, Status.ERROR]


def test_all_pages_are_read(right):
    names = [f"t{number}" for number in range(7)]
    right.put(f"{COMMERCE}/tables", listed(*names))
    for name in names:
        right.put(f"{COMMERCE}/tables/{name}:getIamPolicy", {"etag": "ACAB"}, "POST")
    public = [{"role": "READER", "members": ["allUsers"]}]
    right.put(f"{COMMERCE}/tables/t6:getIamPolicy", {"etag": "x", "bindings": public}, "POST")
    right.page_size = 2
    assert "1 of 8 tables and routines" in said(right, ACCESS)


def test_a_project_without_datasets_proves_nothing(right):
    right.put(ALL, {})
    assert status(right, ACCESS) is Status.ERROR
    assert status(right, RETENTION, retention=[{"dataset": "none", "legal": True}]) is Status.FAIL
    right.put(f"{COMMERCE}/tables", {})
    assert status(right, RETENTION, retention=[{"dataset": "commerce", "legal": True}]) is Status.ERROR
