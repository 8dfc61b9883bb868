# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_sql verifier through Google's library against a fake of its API, built from Google's own description."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_sql import ActionModule as GcpSql
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import ago, failures, needs, said
from tests.integration.verifiers.live import prove_live

AUTOMATED, FRESHNESS, RETENTION = "backup.automated", "backup.freshness", "backup.retention"
POINT_IN_TIME, REDUNDANCY, ENCRYPTION = "backup.point_in_time", "ha.redundancy", "data.encryption_at_rest"
INSTANCES = "/v1/projects/shop/instances"
RUNS = f"{INSTANCES}/main/backupRuns"
KEY = "projects/keys/locations/eu/keyRings/r/cryptoKeys/sql"
NEEDS = needs("gcp_sql")


def instance(backup: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    configuration = {
        "enabled": True,
        "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": 7,
        "backupRetentionSettings": {"retentionUnit": "COUNT", "retainedBackups": 30},
        **(backup or {}),
    }
    availability = changed.pop("availability", "REGIONAL")
    return {
        "name": "main",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "state": "RUNNABLE",
        "createTime": ago(24 * 400),
        "gceZone": "europe-west3-a",
        "secondaryGceZone": "europe-west3-b",
        "settings": {"availabilityType": availability, "backupConfiguration": configuration},
        "diskEncryptionStatus": {"kmsKeyVersionName": f"{KEY}/cryptoKeyVersions/1"},
        **changed,
    }


def run(hours: float, status: str = "SUCCESSFUL", kind: str = "AUTOMATED") -> dict[str, Any]:
    return {"status": status, "type": kind, "endTime": ago(hours)}


def daily(days: int, *newer: dict[str, Any], missing: int = -1) -> list[dict[str, Any]]:
    return [*newer, *(run(24 * day + 3) for day in range(days) if not missing <= day < missing + 3 or missing < 0)]


@pytest.fixture
def right(gcp):
    """An instance as it should be, and a replica, which does not count."""
    replica = {**instance(availability="ZONAL"), "name": "copy", "instanceType": "READ_REPLICA_INSTANCE"}
    gcp.put(INSTANCES, {"items": [replica, instance()]})
    gcp.put(RUNS, {"items": list(reversed(daily(30)))})
    return gcp


def verdicts(gcp: FakeGcp, control: str, **changed: Any) -> list[Verdict]:
    options = {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, "kms_key": KEY}
    return prove_live(GcpSql, control, options | changed)


def status(gcp: FakeGcp, control: str, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, control, **changed))


@pytest.mark.parametrize("control", NEEDS)
def test_an_instance_as_it_should_be_passes_with_the_declared_permissions(right, control):
    right.page_size = 1
    (verdict,) = verdicts(right, control)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudsql.googleapis.com/projects/shop/instances/main"
    assert right.used == set(NEEDS[control])


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (AUTOMATED, instance({"enabled": False}), "automated backups are off"),
        (RETENTION, instance({"backupRetentionSettings": {"retainedBackups": 7}}), "7 backups are retained, not 30"),
        (RETENTION, instance({"backupRetentionSettings": {}}), "7 backups are retained, not 30"),
        (POINT_IN_TIME, instance({"pointInTimeRecoveryEnabled": False}), "recovery to a point in time is off"),
        (POINT_IN_TIME, instance({"transactionLogRetentionDays": 3}), "logs are kept 3 days, not 7"),
        (REDUNDANCY, instance(availability="ZONAL"), "it is ZONAL, not REGIONAL"),
        (REDUNDANCY, instance(secondaryGceZone=""), "no second zone stands ready"),
        (REDUNDANCY, instance(state="SUSPENDED"), "it is SUSPENDED, not RUNNABLE"),
        (ENCRYPTION, instance(diskEncryptionStatus={}), "is not encrypted with a key of ours"),
        (
            ENCRYPTION,
            instance(diskEncryptionStatus={"kmsKeyVersionName": f"{KEY}2/cryptoKeyVersions/1"}),
            "is encrypted",
        ),
    ],
)
def test_an_instance_that_is_not_as_it_should_be_fails(right, control, changed, wrong):
    right.put(INSTANCES, {"items": [instance(), {**changed, "name": "other"}]})
    right.put(f"{INSTANCES}/other/backupRuns", {"items": daily(30)})
    found = verdicts(right, control)
    assert [each.status for each in found] == [Status.PASS, Status.FAIL]
    assert wrong in found[1].message


@pytest.mark.parametrize(
    ("control", "runs", "wrong"),
    [
        (AUTOMATED, [], "no automated backup has run yet"),
        (AUTOMATED, [run(1, kind="ON_DEMAND")], "no automated backup has run yet"),
        (AUTOMATED, daily(30, run(1, "FAILED")), "the last automated backup is FAILED"),
        (AUTOMATED, [{"status": "OVERDUE", "type": "AUTOMATED", "windowStartTime": ago(2)}], "is OVERDUE"),
        (AUTOMATED, [run(40)], "the last automated backup ended 40 hours ago"),
        (FRESHNESS, [], "there is no backup that ended well"),
        (FRESHNESS, [run(1, "FAILED"), run(50)], "the newest backup is 50 hours old"),
        (FRESHNESS, [run(1, "FAILED")], "there is no backup that ended well"),
        (RETENTION, daily(30, missing=10), "1 of the last 30 days have no backup, the first 11 days ago"),
        (RETENTION, daily(7), "21 of the last 30 days have no backup"),
    ],
)
def test_backups_that_are_not_as_they_should_be_fail(right, control, runs, wrong):
    right.put(RUNS, {"items": runs} if runs else {})
    assert status(right, control) is Status.FAIL
    assert wrong in said(verdicts(right, control))


def test_a_backup_by_hand_is_fresh_and_one_that_runs_is_none_yet(right):
    running = {"status": "RUNNING", "type": "AUTOMATED", "startTime": ago(0)}
    right.put(RUNS, {"items": [running, run(2, kind="ON_DEMAND")]})
    assert status(right, FRESHNESS) is Status.PASS
    assert status(right, AUTOMATED) is Status.FAIL


def test_a_young_instance_needs_no_backups_of_days_before_it(right):
    right.put(INSTANCES, {"items": [instance(createTime=ago(24 * 5))]})
    right.put(RUNS, {"items": daily(5)})
    assert status(right, RETENTION) is Status.PASS


def test_binary_logs_are_what_mysql_restores_from(right):
    mysql = {"pointInTimeRecoveryEnabled": False, "binaryLogEnabled": True}
    right.put(INSTANCES, {"items": [instance(mysql)]})
    assert status(right, POINT_IN_TIME) is Status.PASS


@pytest.mark.parametrize("control", NEEDS)
def test_what_is_not_there_never_passes(right, control):
    found = verdicts(right, control, instances=["main", "gone"])
    assert [(each.status, each.message) for each in found] == [(Status.PASS, ""), (Status.FAIL, "does not exist")]
    right.put(INSTANCES, {})
    assert status(right, control) is Status.ERROR


@pytest.mark.parametrize("control", NEEDS)
def test_what_cannot_be_read_is_an_error(right, control):
    methods = ["sql.instances.list", *(["sql.backupRuns.list"] if len(NEEDS[control]) > 1 else [])]
    for method in methods:
        for reason, way in failures(right, method):
            found = verdicts(right, control)
            assert [each.status for each in found] == [Status.ERROR], way
            assert f"({reason})" in found[0].message, way
    assert "(unreachable)" in said(verdicts(right, control, endpoint_url="http://127.0.0.1:9"))


def test_what_nobody_understands_is_an_error(right):
    for strange in (
        {**instance(), "state": None},
        instance({"backupRetentionSettings": {"retentionUnit": "RETENTION_UNIT_UNSPECIFIED"}}),
    ):
        right.put(INSTANCES, {"items": [{name: value for name, value in strange.items() if value is not None}]})
        assert status(right, REDUNDANCY) is Status.ERROR
    right.hang("sql.instances.list")
    assert "(timeout)" in said(verdicts(right, REDUNDANCY, timeout=0.4))


@pytest.mark.parametrize("permission", ["cloudsql.backupRuns.list", "cloudsql.instances.list"])
def test_a_permission_that_is_denied_costs_the_controls_that_need_it_and_no_other(right, permission):
    right.deny(permission)
    for control, needed in NEEDS.items():
        found = verdicts(right, control)
        assert {each.status for each in found} == {Status.ERROR if permission in needed else Status.PASS}, control
        assert permission not in needed or f"needs {permission}" in said(found)
