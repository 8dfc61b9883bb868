# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of BigQuery cannot be read, for want of an answer or of a permission: an error, and of what needs it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import failures
from tests.integration.verifiers.warehouse import (
    ACCESS,
    CONTROLS,
    DATASETS,
    NEEDS,
    PERSONAL,
    RETENTION,
    SCHEMA,
    fill,
    said,
    status,
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


OF = {
    ACCESS: ["cloudresourcemanager.projects.testIamPermissions", "bigquery.datasets.list", "bigquery.datasets.get"],
    DATASETS: ["bigquery.datasets.get"],
    SCHEMA: ["bigquery.tables.get"],
    PERSONAL: ["bigquery.tables.get", "bigquery.jobs.query", "datacatalog.projects.locations.taxonomies.get"],
    RETENTION: ["bigquery.datasets.get", "bigquery.tables.list", "bigquery.tables.get"],
}
OF[ACCESS] += ["bigquery.tables.list", "bigquery.routines.list", "bigquery.tables.getIamPolicy"]
CALLS = [(control, method) for control, several in OF.items() for method in several]


def test_what_cannot_be_read_is_an_error(right, schema):
    for control, method in CALLS:
        for reason, way in failures(right, method):
            found = verdicts(right, control, schema)
            assert {each.status for each in found} <= {Status.ERROR, Status.PASS}, (control, method, way)
            assert f"({reason})" in said(right, control, schema), (control, method, way)


def test_a_moment_of_too_many_requests_is_waited_out(right, schema):
    for control, method in CALLS:
        right.throttle(method, 2)
        assert status(right, control, schema) is Status.PASS, (control, method)


def test_nobody_who_answers_or_nobody_there_is_an_error(right, schema):
    right.hang("bigquery.tables.get")
    assert "(timeout)" in said(right, SCHEMA, schema, timeout=0.4)
    for control in CONTROLS:
        assert "(unreachable)" in said(right, control, schema, endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize("control", CONTROLS)
def test_exactly_the_declared_permissions_are_needed(right, schema, control):
    right.used.clear()
    assert status(right, control, schema) is Status.PASS
    assert right.used == set(NEEDS[control])


@pytest.mark.parametrize("permission", sorted({each for needed in NEEDS.values() for each in needed}))
def test_a_permission_that_is_denied_costs_the_controls_that_need_it_and_no_other(right, schema, permission):
    right.deny(permission)
    for control in CONTROLS:
        found = verdicts(right, control, schema)
        if permission in NEEDS[control]:
            assert Status.ERROR in {each.status for each in found}, control
            assert Status.PASS not in {each.status for each in found if not each.subject}, control
            assert permission in said(right, control, schema)
        else:
            assert {each.status for each in found} == {Status.PASS}, control
