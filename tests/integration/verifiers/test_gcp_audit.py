# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_audit verifier through Google's library against a fake of its APIs, built from Google's own descriptions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_audit import ActionModule as GcpAudit
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import needs, place_project, said, unread
from tests.integration.verifiers.live import prove_live

CONTROL = "cloud.audit_trail"
SCOPES = ("projects/shop", "folders/12", "organizations/3")
SINKS = {scope: f"/v2/{scope}/sinks" for scope in SCOPES}
LOG_BUCKETS = "projects/shop/locations/global/buckets"
REQUIRED, DEFAULT, ARCHIVE = f"{LOG_BUCKETS}/_Required", f"{LOG_BUCKETS}/_Default", "/storage/v1/b/audit"
CENTRAL = "projects/logs/locations/eu/buckets/audit"
# As Google makes them in every project.
OWN = 'LOG_ID("cloudaudit.googleapis.com/activity") OR LOG_ID("cloudaudit.googleapis.com/system_event")'
REST = 'NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("cloudaudit.googleapis.com/system_event")'
READS = 'log_id("cloudaudit.googleapis.com/data_access")'
AUDIT = 'logName:"cloudaudit.googleapis.com"'
NEEDS = needs("gcp_audit")[CONTROL]
METHODS = [
    "cloudresourcemanager.projects.get",
    "cloudresourcemanager.projects.getAncestry",
    "cloudresourcemanager.projects.getIamPolicy",
    "cloudresourcemanager.folders.getIamPolicy",
    "cloudresourcemanager.organizations.getIamPolicy",
    "logging.projects.sinks.list",
    "logging.folders.sinks.list",
    "logging.organizations.sinks.list",
    "logging.projects.locations.buckets.get",
    "storage.buckets.get",
    "storage.objects.list",
]
DAY = 86400


def policy(*audited: tuple[str, str], **exempted: list[str]) -> dict[str, Any]:
    """A policy that records types of access to services; exempted: by type of access."""
    configs = [
        {"service": service, "auditLogConfigs": [{"logType": kind, "exemptedMembers": exempted.get(kind, [])}]}
        for service, kind in audited
    ]
    return {"etag": "BwX", "auditConfigs": configs}


def sink(name: str, to: str, text: str = "", **changed: Any) -> dict[str, Any]:
    return {"name": name, "destination": to, "filter": text, **changed}


def default(**changed: Any) -> dict[str, Any]:
    return {"name": DEFAULT, "retentionDays": 400, "locked": True, "lifecycleState": "ACTIVE", **changed}


def put_sinks(gcp: FakeGcp, *others: dict[str, Any]) -> None:
    """Those that Google makes, and others."""
    made = [
        sink("_Required", f"logging.googleapis.com/{REQUIRED}", OWN),
        sink("_Default", f"logging.googleapis.com/{DEFAULT}", REST),
    ]
    gcp.put(SINKS["projects/shop"], {"sinks": [*made, *others]})


@pytest.fixture
def right(gcp):
    """A project whose folder and organization record what it does not, with a locked archive."""
    place_project(gcp)
    gcp.put("/v3/projects/shop:getIamPolicy", policy(("allServices", "ADMIN_READ")), "POST")
    gcp.put(
        "/v3/folders/12:getIamPolicy", policy(("allServices", "DATA_READ"), ("x.googleapis.com", "DATA_READ")), "POST"
    )
    gcp.put("/v3/organizations/3:getIamPolicy", policy(("allServices", "DATA_WRITE")), "POST")
    put_sinks(gcp, sink("archive", "storage.googleapis.com/audit", READS))
    gcp.put(SINKS["folders/12"], {})
    gcp.put(SINKS["organizations/3"], {"sinks": [sink("own", f"logging.googleapis.com/{CENTRAL}")]})
    gcp.put(f"/v2/{REQUIRED}", {"retentionDays": 400, "locked": True, "lifecycleState": "ACTIVE"})
    gcp.put(f"/v2/{DEFAULT}", default(retentionDays=30, locked=False))
    gcp.put(f"/v2/{CENTRAL}", {"retentionDays": 730, "lifecycleState": "ACTIVE"})
    gcp.put(ARCHIVE, {"name": "audit", "retentionPolicy": {"retentionPeriod": str(400 * DAY), "isLocked": True}})
    put_delivered(gcp)
    return gcp


def put_delivered(gcp: FakeGcp, days: float = 0, log: str = "data_access") -> None:
    """The last thing that the archive has received."""
    day = datetime.now(UTC) - timedelta(days=days)
    gcp.put(
        f"{ARCHIVE}/o",
        {"items": [{"name": f"cloudaudit.googleapis.com/{log}/{day:%Y/%m/%d}/09:00:00_09:59:59_S0.json"}]},
    )


def verdicts(gcp: FakeGcp, **changed: Any) -> list[Verdict]:
    return prove_live(GcpAudit, CONTROL, {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, **changed})


def status(gcp: FakeGcp, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, **changed))


def test_a_project_as_it_should_be_passes_and_each_thing_is_read_once(right):
    (verdict,) = verdicts(right)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == {"services": 1, "logs": 2}
    lists = METHODS[:8]
    assert {method: right.calls[method] for method in lists} == dict.fromkeys(lists, 1)
    assert right.used == set(NEEDS)


def test_what_is_not_recorded_fails(right):
    right.put("/v3/organizations/3:getIamPolicy", {"etag": "BwX"}, "POST")
    assert "audit configuration of allServices DATA_WRITE is not recorded" in said(verdicts(right))
    assert status(right, log_types=["ADMIN_READ", "DATA_READ"]) is Status.PASS
    right.put("/v3/projects/shop:getIamPolicy", policy(("storage.googleapis.com", "DATA_WRITE")), "POST")
    assert "ADMIN_READ, DATA_WRITE are not recorded" in said(verdicts(right))
    services = {"services": ["storage.googleapis.com", "run.googleapis.com"], "log_types": ["DATA_READ", "DATA_WRITE"]}
    assert said(verdicts(right, **services)).endswith(
        "audit configuration of run.googleapis.com DATA_WRITE is not recorded"
    )


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("service", ["allServices", "x.googleapis.com"])
def test_whoever_is_exempted_is_named_wherever_it_comes_from(right, scope, service):
    whole = [("allServices", kind) for kind in ("ADMIN_READ", "DATA_READ", "DATA_WRITE")]
    for each in SCOPES:
        right.put(f"/v3/{each}:getIamPolicy", policy(*whole), "POST")
    exempting = {
        "auditConfigs": [
            *policy(*whole)["auditConfigs"],
            *policy((service, "DATA_READ"), DATA_READ=["user:eve@example.com"])["auditConfigs"],
        ]
    }
    right.put(f"/v3/{scope}:getIamPolicy", {"etag": "BwX", **exempting}, "POST")
    assert f"user:eve@example.com is exempted from DATA_READ of {service} by {scope}" in said(verdicts(right))
    other = status(right, services=["run.googleapis.com"])
    assert other is (Status.FAIL if service == "allServices" else Status.PASS)


@pytest.mark.parametrize(
    ("archive", "wrong"),
    [
        ({"retentionPeriod": str(90 * DAY), "isLocked": True}, "which keeps it for 90 days, not 365"),
        ({"retentionPeriod": str(400 * DAY)}, "storage.googleapis.com/audit, which is not locked"),
        ({}, "which keeps it for 0 days, not 365 and is not locked"),
    ],
)
def test_an_archive_that_can_be_emptied_fails(right, archive, wrong):
    right.put(ARCHIVE, {"name": "audit", "retentionPolicy": archive})
    whole, one = verdicts(right)
    assert (whole.message, one.subject) == ("1 of 2 logs are not kept as wanted", "data_access")
    assert wrong in one.message
    assert "_Default, which keeps it for 30 days, not 365 and is not locked" in one.message
    right.put(f"/v2/{DEFAULT}", default())
    assert status(right) is Status.PASS
    right.put(f"/v2/{DEFAULT}", default(lifecycleState="DELETE_REQUESTED"))
    assert status(right) is Status.FAIL


def test_an_archive_that_receives_nothing_fails(right):
    for log in ("activity", "data_access"):
        put_delivered(right, 1, log)
        assert status(right) is Status.PASS
    put_delivered(right, 3)
    assert "storage.googleapis.com/audit, which has received nothing since yesterday" in said(verdicts(right))
    right.put(f"{ARCHIVE}/o", {})
    assert status(right) is Status.FAIL


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (
            sink("x", "bigquery.googleapis.com/projects/shop/datasets/d", AUDIT),
            "datasets/d, which promises to keep nothing",
        ),
        (sink("x", "storage.googleapis.com/audit", AUDIT, disabled=True), "_Default, which keeps"),
        (sink("x", "storage.googleapis.com/audit", 'log_id("cloudaudit.googleapis.com/activity")'), "_Default, which"),
        (sink("x", "storage.googleapis.com/audit", f"NOT {AUDIT}"), "_Default, which"),
        (sink("x", "storage.googleapis.com/audit", exclusions=[{"filter": AUDIT}]), "_Default, which"),
        (sink("x", "storage.googleapis.com/audit", exclusions=[{"filter": AUDIT, "disabled": True}]), ""),
        (sink("x", "storage.googleapis.com/audit"), ""),
        (sink("x", f"logging.googleapis.com/{CENTRAL}", AUDIT), ""),
    ],
)
def test_some_sink_takes_it_to_where_it_stays(right, found, wrong):
    put_sinks(right, found)
    if wrong:
        assert wrong in said(verdicts(right))
    else:
        assert status(right) is Status.PASS


@pytest.mark.parametrize(
    "changed",
    [
        {"filter": f'{AUDIT} AND severity>="NOTICE"'},
        {"filter": f"({AUDIT})"},
        {"filter": f'{AUDIT} OR log_id("x") AND log_id("y")'},
        {"exclusions": [{"filter": 'resource.type="k8s_container"'}]},
    ],
)
def test_a_sink_that_is_not_understood_is_no_proof_of_anything(right, changed):
    put_sinks(right, {**sink("x", "storage.googleapis.com/audit"), **changed})
    assert [each.status for each in verdicts(right)] == [Status.ERROR]
    assert "(malformed): what projects/shop/sinks/x takes is not understood" in said(verdicts(right))


@pytest.mark.parametrize("how", ["includeChildren", "interceptChildren"])
@pytest.mark.parametrize("scope", ["folders/12", "organizations/3"])
def test_sinks_above_the_project_may_take_it(right, scope, how):
    put_sinks(right)
    above = sink("all", f"logging.googleapis.com/{CENTRAL}", AUDIT)
    right.put(SINKS[scope], {"sinks": [above]})
    assert status(right) is Status.FAIL
    right.put(SINKS[scope], {"sinks": [{**above, how: True}]})
    assert status(right) is Status.PASS


def test_what_is_intercepted_above_comes_to_no_sink_below(right):
    above = sink("all", "pubsub.googleapis.com/projects/x/topics/y", interceptChildren=True)
    right.put(SINKS["organizations/3"], {"sinks": [above]})
    assert "data_access organizations/3/sinks/all takes it to pubsub" in said(verdicts(right))


def test_what_is_not_there_never_passes(right):
    for path in SINKS.values():
        right.put(path, {})
    assert "not even Google's own" in said(verdicts(right))
    right.put("/v3/projects/shop", {"name": "projects/415", "state": "DELETE_REQUESTED"})
    assert "DELETE_REQUESTED" in said(verdicts(right))


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_read_is_an_error(right, method):
    unread(right, method, verdicts)


def test_nobody_who_answers_or_nobody_there_is_an_error(right):
    right.put(ARCHIVE, {"name": "other"})
    assert "(malformed)" in said(verdicts(right))
    right.hang("logging.projects.sinks.list")
    assert "(timeout)" in said(verdicts(right, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, endpoint_url="http://127.0.0.1:9"))


def test_what_is_hidden_hides_no_failure(right):
    right.deny("resourcemanager.organizations.getIamPolicy")
    exempting = policy(("allServices", "DATA_READ"), DATA_READ=["user:eve@example.com"])
    right.put("/v3/projects/shop:getIamPolicy", exempting, "POST")
    assert [each.status for each in verdicts(right)] == [Status.FAIL, Status.FAIL]


@pytest.mark.parametrize("permission", NEEDS)
def test_each_permission_that_is_denied_is_named(right, permission):
    right.deny(permission)
    found = verdicts(right)
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
