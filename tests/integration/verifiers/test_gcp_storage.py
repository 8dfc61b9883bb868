# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_storage verifier through Google's library against a fake of its API, built from Google's own description."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_storage import ActionModule as GcpStorage
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import ago, failures, needs, said
from tests.integration.verifiers.live import prove_live

PUBLIC, ENCRYPTION, RETENTION = "aws.s3.public_block", "data.encryption_at_rest", "backup.retention"
OFFSITE, FILES = "backup.offsite", "backup.files"
BUCKETS = "/storage/v1/b"
MAIN, OLD, AWAY = f"{BUCKETS}/backups", f"{BUCKETS}/old", f"{BUCKETS}/away"
CONSTRAINT = "/v2/projects/shop/policies/storage.publicAccessPrevention:getEffectivePolicy"
KEY = "projects/keys/locations/eu/keyRings/r/cryptoKeys/storage"
NEEDS = needs("gcp_storage")
DAY = 86400
METHODS = {
    PUBLIC: [
        "storage.buckets.list",
        "storage.buckets.get",
        "storage.buckets.getIamPolicy",
        "orgpolicy.projects.policies.getEffectivePolicy",
    ],
    ENCRYPTION: ["storage.buckets.list"],
    RETENTION: ["storage.buckets.list", "storage.objects.list"],
    **{
        control: ["storage.buckets.list", "storage.buckets.get", "storage.objects.list"] for control in (OFFSITE, FILES)
    },
}


def bucket(name: str = "backups", prevention: str = "enforced", uniform: bool = True, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "storage#bucket",
        "name": name,
        "projectNumber": "415",
        "location": "EUROPE-WEST3",
        "locationType": "region",
        "iamConfiguration": {
            "publicAccessPrevention": prevention,
            "uniformBucketLevelAccess": {"enabled": uniform},
        },
        "encryption": {"defaultKmsKeyName": KEY},
        "versioning": {"enabled": True},
        "softDeletePolicy": {"retentionDurationSeconds": str(7 * DAY)},
        "retentionPolicy": {"retentionPeriod": str(30 * DAY), "isLocked": True},
        **changed,
    }


def entity(who: str, role: str = "READER") -> dict[str, Any]:
    return {"entity": who, "role": role}


def rule(action: str = "Delete", **condition: Any) -> dict[str, Any]:
    kept = {"retentionPolicy": {"retentionPeriod": str(DAY)}}
    return {**kept, "lifecycle": {"rule": [{"action": {"type": action}, "condition": condition}]}}


def day_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d")


def thing(hours: float, name: str = "", total: str = "AAAAAA==", size: int = 9) -> dict[str, Any]:
    return {"name": name or f"{hours:g}.age", "crc32c": total, "size": str(size), "timeCreated": ago(hours)}


def daily(days: int, without: range = range(0)) -> list[dict[str, Any]]:
    return [thing(24 * day + 3) for day in range(days) if day not in without]


def policy(*members: str, role: str = "roles/storage.objectViewer") -> dict[str, Any]:
    return {"etag": "CAE=", "bindings": [{"role": role, "members": list(members)}] if members else []}


@pytest.fixture
def right(gcp):
    """Two buckets as they should be, one of them with lists and left to its organization, and a copy elsewhere."""
    old = bucket("old", prevention="inherited", uniform=False)
    gcp.put(BUCKETS, {"kind": "storage#buckets", "items": [bucket(), old]})
    gcp.put(OLD, {**old, "acl": [entity("project-owners-415", "OWNER")], "defaultObjectAcl": []})
    gcp.put(AWAY, bucket("away", location="EUROPE-WEST1"))
    gcp.put(CONSTRAINT, {"name": "projects/415/policies/x", "spec": {"rules": [{"enforce": True}]}})
    gcp.put(f"{MAIN}/iam", policy("projectOwner:shop", role="roles/storage.legacyBucketOwner"))
    gcp.put(f"{OLD}/iam", policy())
    for path in (MAIN, AWAY):
        gcp.put(f"{path}/o", {"items": daily(31)})
    return gcp


def verdicts(gcp: FakeGcp, control: str, **changed: Any) -> list[Verdict]:
    copied = [{"bucket": "backups", "copy": "away"}]
    options = {
        "project": "shop",
        "endpoint_url": gcp.url,
        "timeout": 8,
        "kms_keys": {"*": KEY},
        "backup_buckets": ["back*"],
        "immutable": True,
        "offsite_buckets": copied,
        "upload_buckets": copied,
    }
    return prove_live(GcpStorage, control, options | changed)


def status(gcp: FakeGcp, control: str, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, control, **changed))


def put(gcp: FakeGcp, **changed: Any) -> None:
    """The bucket with backups as it is not meant to be, beside one that is."""
    gcp.put(BUCKETS, {"items": [bucket(**changed), bucket("other")]})
    gcp.put(f"{BUCKETS}/other/iam", policy())


@pytest.mark.parametrize("control", NEEDS)
def test_buckets_as_they_should_be_pass_with_the_declared_permissions(right, control):
    right.page_size = 1
    (verdict,) = verdicts(right, control)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert right.used == set(NEEDS[control])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"prevention": "inherited"}, "prevented neither by the bucket nor by its organization"),
        ({"prevention": "unspecified"}, "prevented neither by the bucket nor by its organization"),
        ({"prevention": "inherited", "uniform": False}, "uniform bucket-level access is off"),
    ],
)
def test_a_bucket_that_could_be_public_fails(right, changed, wrong):
    right.put(CONSTRAINT, {"spec": {"rules": [{"enforce": False}]}})
    right.put(MAIN, {**bucket(), "acl": [entity("user-ada@example.com")]})
    put(right, **changed)
    whole, one = verdicts(right, PUBLIC)
    assert (whole.status, whole.message) == (Status.FAIL, "1 of 2 buckets are or can be public")
    assert one.subject == "//storage.googleapis.com/projects/_/buckets/backups"
    assert wrong in one.message


@pytest.mark.parametrize("rules", [[], [{}], [{"enforce": True}, {"enforce": False, "condition": {"expression": "x"}}]])
def test_a_constraint_with_exceptions_prevents_nothing(right, rules):
    right.put(CONSTRAINT, {"spec": {"rules": rules}})
    assert status(right, PUBLIC) is Status.FAIL


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
def test_whoever_names_the_public_fails_even_if_that_is_held_back(right, member):
    right.put(f"{MAIN}/iam", policy(member))
    assert "grants roles/storage.objectViewer to everybody" in said(verdicts(right, PUBLIC))
    right.put(f"{MAIN}/iam", policy())
    for part in ("acl", "defaultObjectAcl"):
        lists = {"acl": [], "defaultObjectAcl": [], part: [entity(member)]}
        right.put(OLD, {**bucket("old", uniform=False), **lists})
        assert f"{member} READER" in said(verdicts(right, PUBLIC))
    assert status(right, PUBLIC, public_buckets=["old"]) is Status.PASS
    assert status(right, PUBLIC, public_buckets=["*"]) is Status.ERROR


def test_lists_that_are_not_told_are_denied(right):
    right.put(OLD, bucket("old", uniform=False))
    assert "needs storage.buckets.getIamPolicy" in said(verdicts(right, PUBLIC))


@pytest.mark.parametrize(
    ("encryption", "wrong"),
    [
        ({}, "is not encrypted with a key of ours"),
        ({"defaultKmsKeyName": f"{KEY}2"}, f"is encrypted with {KEY}2, not {KEY}"),
    ],
)
def test_another_key_or_none_of_ours_fails(right, encryption, wrong):
    put(right, encryption=encryption)
    assert wrong in said(verdicts(right, ENCRYPTION))
    assert status(right, ENCRYPTION, kms_keys={"other": KEY}) is Status.PASS
    assert status(right, ENCRYPTION, kms_keys={"backups": f"{KEY}2", "*": KEY}) is (
        Status.PASS if encryption else Status.FAIL
    )


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"versioning": {}, "retentionPolicy": {}}, "keeps no versions, and what is deleted for 7 days, not 30"),
        ({"versioning": {}, "retentionPolicy": {"retentionPeriod": str(29 * DAY)}}, "for 29 days, not 30"),
        ({"retentionPolicy": {"retentionPeriod": str(30 * DAY)}}, "its retention policy is not locked"),
        (
            {"retentionPolicy": {"retentionPeriod": str(DAY), "isLocked": True}},
            "from being deleted for 30 days, but for 1",
        ),
        (rule(age=29), "a rule of its lifecycle deletes objects after 29 days, not 30"),
        (rule(daysSinceNoncurrentTime=0), "a rule of its lifecycle deletes objects after 0 days"),
        (rule(isLive=False), "a rule of its lifecycle deletes objects, however young"),
        (rule(numNewerVersions=1), "a rule of its lifecycle deletes objects, however young"),
        (rule(createdBefore=day_ago(3)), "a rule of its lifecycle deletes objects, however young"),
    ],
)
def test_backups_that_can_be_lost_too_early_fail(right, changed, wrong):
    put(right, **changed)
    assert wrong in said(verdicts(right, RETENTION))


@pytest.mark.parametrize(
    "changed",
    [
        rule(age=30),
        rule(age=1, daysSinceNoncurrentTime=40),
        rule(createdBefore=day_ago(31), matchesPrefix=["x"]),
        rule("SetStorageClass", age=1),
        {"versioning": {}, "softDeletePolicy": {"retentionDurationSeconds": str(30 * DAY)}, "retentionPolicy": {}},
        {**rule(age=1), "retentionPolicy": {"retentionPeriod": str(30 * DAY)}},
    ],
)
def test_backups_that_are_kept_for_long_enough_pass(right, changed):
    put(right, **changed)
    assert status(right, RETENTION, immutable=False) is Status.PASS


@pytest.mark.parametrize(
    ("copies", "wrong"),
    [
        ([], "holds no copy"),
        ([thing(3, size=0)], "holds no copy"),
        (daily(31, range(4)), "up to 4.1 days have none"),
        (daily(31, range(10, 12)), "up to 3.0 days have none"),
        (daily(7), "have none"),
    ],
)
def test_days_without_a_copy_fail(right, copies, wrong):
    right.put(f"{MAIN}/o", {"items": copies})
    assert wrong in said(verdicts(right, RETENTION))


@pytest.mark.parametrize("control", [OFFSITE, FILES])
@pytest.mark.parametrize(
    ("copy", "wrong"),
    [
        ({}, "its copy lies in the same region, EUROPE-WEST3, of the same project"),
        ({"projectNumber": "7"}, ""),
        ({"location": "EU", "locationType": "multi-region"}, ""),
        ({"projectNumber": "7", "versioning": {}, "retentionPolicy": {}}, "keeps no versions"),
        (None, "its copy away does not exist"),
    ],
)
def test_copies_lie_elsewhere(right, control, copy, wrong):
    right.put(AWAY, None if copy is None else bucket("away", **copy))
    found = said(verdicts(right, control))
    assert wrong in found if wrong else not found


@pytest.mark.parametrize("control", [OFFSITE, FILES])
def test_what_has_not_arrived_fails(right, control):
    right.put(f"{AWAY}/o", {"items": [*daily(30)[1:], thing(3, total="BBBBBB==")]})
    assert "2 of 31 objects are not in its copy, or differ" in said(verdicts(right, control))
    right.put(f"{AWAY}/o", {})
    assert "31 of 31 objects" in said(verdicts(right, control))
    right.put(f"{MAIN}/o", {})
    assert "holds nothing" in said(verdicts(right, control))


def test_what_is_on_its_way_may_still_arrive_but_not_for_days(right):
    right.put(f"{MAIN}/o", {"items": [thing(0.5, "new"), *daily(31)]})
    assert status(right, OFFSITE) is Status.PASS
    for path in (MAIN, AWAY):
        right.put(f"{path}/o", {"items": daily(31, range(3))})
    assert "the newest is 75 hours old, not 48" in said(verdicts(right, OFFSITE))


@pytest.mark.parametrize("control", [OFFSITE, FILES])
def test_without_a_copy_a_bucket_lies_in_two_regions(right, control):
    alone = {"offsite_buckets": [{"bucket": "backups"}], "upload_buckets": [{"bucket": "backups"}]}
    assert "lies in one region, EUROPE-WEST3, and no copy" in said(verdicts(right, control, **alone))
    put(right, location="EU", locationType="multi-region")
    assert status(right, control, **alone) is Status.PASS


@pytest.mark.parametrize("control", NEEDS)
def test_what_is_not_there_never_passes(right, control):
    gone = [{"bucket": "gone", "copy": "away"}]
    options = {"buckets": ["gone*"], "kms_keys": {"gone": KEY}, "backup_buckets": ["gone"]}
    assert status(right, control, offsite_buckets=gone, upload_buckets=gone, **options) is not Status.PASS
    right.put(BUCKETS, {"kind": "storage#buckets"})
    assert status(right, control) is not Status.PASS


@pytest.mark.parametrize("control", NEEDS)
def test_what_cannot_be_read_is_an_error(right, control):
    for method in METHODS[control]:
        for reason, way in failures(right, method):
            found = verdicts(right, control)
            assert {each.status for each in found} == {Status.ERROR}, (method, way)
            assert f"({reason})" in said(found), (method, way)
        right.failures.clear()
        right.throttled.clear()
    assert "(unreachable)" in said(verdicts(right, control, endpoint_url="http://127.0.0.1:9"))


def test_what_nobody_understands_is_an_error(right):
    put(right, prevention="perhaps")
    assert "(malformed)" in said(verdicts(right, PUBLIC))
    right.put(f"{MAIN}/o", {"items": [{"name": "x"}]})
    put(right)
    assert "(malformed)" in said(verdicts(right, RETENTION))
    right.hang("storage.buckets.list")
    assert "(timeout)" in said(verdicts(right, PUBLIC, timeout=0.4))


@pytest.mark.parametrize("permission", sorted({each for several in NEEDS.values() for each in several}))
def test_a_permission_that_is_denied_costs_the_controls_that_need_it_and_no_other(right, permission):
    right.deny(permission)
    for control, needed in NEEDS.items():
        found = verdicts(right, control)
        assert {each.status for each in found} == {Status.ERROR if permission in needed else Status.PASS}, control
        assert permission not in needed or (f"needs {permission}" in said(found) or f"and {permission}" in said(found))


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        ({"retention": {"mode": "Locked", "retainUntilTime": ago(-31 * 24)}}, Status.PASS),
        ({"retention": {"mode": "Unlocked", "retainUntilTime": ago(-31 * 24)}}, Status.FAIL),
        ({"retention": {"mode": "Locked", "retainUntilTime": ago(-24)}}, Status.FAIL),
        ({"temporaryHold": True, "eventBasedHold": True}, Status.FAIL),
        ({"retention": {"mode": "Eternal", "retainUntilTime": ago(-31 * 24)}}, Status.ERROR),
        ({"retention": {"mode": "Locked"}}, Status.ERROR),
    ],
)
def test_retention_of_single_objects_is_read(right, each, expected):
    put(right, retentionPolicy={}, versioning={}, softDeletePolicy={}, objectRetention={"mode": "Enabled"})
    right.put(f"{MAIN}/o", {"items": [{**copy, **each} for copy in daily(31)]})
    assert status(right, RETENTION, backup_buckets=["backups"]) is expected
