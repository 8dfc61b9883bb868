# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_iam verifier through Google's library against a fake of its APIs, built from Google's own descriptions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_iam import ActionModule as GcpIam
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import NEEDED, FakeGcp
from tests.integration.verifiers import google_cloud
from tests.integration.verifiers.google_cloud import needs, place_project, unread
from tests.integration.verifiers.live import prove_live

CONTROL = "gcp.iam.least_privilege"
PROJECT, FOLDER, ORGANIZATION = "/v3/projects/shop", "/v3/folders/12", "/v3/organizations/3"
ACCOUNTS = "/v1/projects/shop/serviceAccounts"
API = "api@shop.iam.gserviceaccount.com"
DENIALS = "/v2/policies/cloudresourcemanager.googleapis.com%2F{}/denypolicies"
KEY = f"{ACCOUNTS}/{API}/keys"
USES = "/v1/projects/shop/locations/global/activityTypes/serviceAccountKeyLastAuthentication/activities:query"
NEEDS = needs("gcp_iam")[CONTROL]
# What one run asks, once each but for the roles.
METHODS = [
    "cloudresourcemanager.projects.get",
    "cloudresourcemanager.projects.getAncestry",
    "cloudresourcemanager.projects.getIamPolicy",
    "cloudresourcemanager.folders.getIamPolicy",
    "cloudresourcemanager.organizations.getIamPolicy",
    "iam.projects.roles.get",
    "iam.policies.listPolicies",
    "iam.policies.get",
    "iam.projects.serviceAccounts.list",
    "iam.projects.serviceAccounts.getIamPolicy",
    "iam.projects.serviceAccounts.keys.list",
    "policyanalyzer.projects.locations.activityTypes.activities.query",
]


def policy(**grants: list[str]) -> dict[str, Any]:
    """A policy that grants roles, with two underscores for a slash and one for a dot, to members."""
    named = {role.replace("__", "/").replace("_", "."): members for role, members in grants.items()}
    return {"etag": "BwX", "bindings": [{"role": role, "members": members} for role, members in named.items()]}


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def key(days: float, name: str = "k1", **changed: Any) -> dict[str, Any]:
    return {"name": f"projects/shop/serviceAccounts/{API}/keys/{name}", "validAfterTime": days_ago(days), **changed}


def use(days: float | None, name: str = "k1") -> dict[str, Any]:
    path = f"//iam.googleapis.com/projects/shop/serviceAccounts/123/keys/{name}"
    return {"fullResourceName": path, "activity": {"lastAuthenticatedTime": days_ago(days)} if days is not None else {}}


@pytest.fixture
def right(gcp):
    """A project in a folder of an organization, with roles of each kind, a service account and a young key."""
    place_project(gcp)
    grants = policy(
        roles__run_developer=["group:shop@example.com", f"serviceAccount:{API}"],
        roles__run_deployer=["group:shop@example.com"],
        projects__shop__roles__reader=["user:ada@example.com", "deleted:user:bob@example.com?uid=1"],
        roles__editor=["serviceAccount:415@cloudservices.gserviceaccount.com"],
        roles__run_serviceAgent=["serviceAccount:service-415@serverless-robot-prod.iam.gserviceaccount.com"],
    )
    gcp.put(f"{PROJECT}:getIamPolicy", grants, "POST")
    gcp.put(f"{FOLDER}:getIamPolicy", policy(roles__run_developer=["group:shop@example.com"]), "POST")
    gcp.put(f"{ORGANIZATION}:getIamPolicy", policy(roles__owner=["group:admins@example.com"]), "POST")
    put_role(gcp, "roles/run.developer", "run.services.update")
    put_role(gcp, "roles/run.deployer", "iam.serviceAccounts.actAs")
    put_denial(gcp)
    put_role(gcp, "roles/run.serviceAgent", "iam.serviceAccounts.actAs")
    put_role(gcp, "projects/shop/roles/reader", "storage.objects.get")
    gcp.put(ACCOUNTS, {"accounts": [{"email": API}]})
    gcp.put(f"{ACCOUNTS}/{API}:getIamPolicy", {"etag": "ACAB"}, "POST")
    gcp.put(KEY, {"keys": [key(30)]})
    gcp.put(USES, {"activities": [use(1)]})
    return gcp


def put_denial(gcp: FakeGcp, **changed: Any) -> None:
    """Deny what one of the roles would permit."""
    for scope in ("projects/shop", "organizations/3"):
        gcp.put(DENIALS.format(scope.replace("/", "%2F")), {})
    path = DENIALS.format("folders%2F12")
    name = f"{path.removeprefix('/v2/')}/no-takeover"
    gcp.put(path, {"policies": [{"name": name, "kind": "DenyPolicy"}]})
    rule = {
        "deniedPrincipals": ["principalSet://goog/group/shop@example.com"],
        "deniedPermissions": ["iam.googleapis.com/serviceAccounts.actAs"],
        **changed,
    }
    gcp.put(f"{path}/no-takeover", {"name": name, "rules": [{"denyRule": rule}]})


def put_role(gcp: FakeGcp, name: str, *permissions: str) -> None:
    gcp.put(f"/v1/{name}", {"name": name, "includedPermissions": list(permissions)})


def verdicts(gcp: FakeGcp, **changed: Any) -> list[Verdict]:
    options = {
        "project": "shop",
        "endpoint_url": gcp.url,
        "timeout": 8,
        "domains": ["example.com"],
        "principals": {"group:admins@example.com": ["roles/owner"]},
        "max_unused_days": 90,
    }
    return prove_live(GcpIam, CONTROL, options | changed)


def status(gcp: FakeGcp, **changed: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(gcp, **changed))


def said(gcp: FakeGcp, **changed: Any) -> str:
    """What is said of everything that does not pass, by its subject."""
    return google_cloud.said(verdicts(gcp, **changed))


def test_a_project_as_it_should_be_passes_and_each_thing_is_read_once(right):
    (verdict,) = verdicts(right)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == {"principals": 4, "service accounts": 1, "keys": 1}
    once = dict.fromkeys(METHODS, 1) | {"iam.policies.listPolicies": 3}
    assert {method: right.calls[method] for method in METHODS} == once
    assert right.used == set(NEEDS)


@pytest.mark.parametrize(
    ("member", "role", "wrong"),
    [
        ("user:ada@example.com", "roles__editor", "holds the basic role roles/editor on projects/shop"),
        ("user:ada@example.com", "roles__viewer", "holds the basic role roles/viewer"),
        ("group:admins@example.com", "roles__editor", "holds the basic role roles/editor"),
        (f"serviceAccount:{API}", "roles__owner", "holds the basic role roles/owner"),
        (
            "serviceAccount:415-compute@developer.gserviceaccount.com",
            "roles__editor",
            "a default service account, holds the basic role roles/editor",
        ),
        ("serviceAccount:shop@appspot.gserviceaccount.com", "roles__editor", "a default service account, holds"),
        ("serviceAccount:415@cloudbuild.gserviceaccount.com", "roles__editor", "holds the basic role roles/editor"),
        ("allUsers", "roles__run_developer", "is everybody, and holds roles/run.developer"),
        ("allAuthenticatedUsers", "roles__run_developer", "is everybody with a Google account"),
        ("domain:example.com", "roles__run_developer", "is everybody of example.com"),
        ("user:ada@gmail.com", "roles__run_developer", "is a private account"),
        ("group:x@partner.example", "roles__run_developer", "is of another domain, partner.example"),
        ("user:eve@example.com.evil.example", "roles__run_developer", "is of another domain"),
        (
            "serviceAccount:x@other.iam.gserviceaccount.com",
            "roles__run_developer",
            "a service account of another project",
        ),
        ("serviceAccount:service-9@gcp-sa-x.iam.gserviceaccount.com", "roles__editor", "of another project"),
        (
            "principalSet://iam.googleapis.com/projects/415/locations/global/workloadIdentityPools/ci/*",
            "roles__run_developer",
            "is every identity of a whole pool",
        ),
        ("user:ada@example.com", "roles__takeover", "which acts as every service account"),
        ("user:ada@example.com", "projects__shop__roles__custom", "which grants roles to anybody"),
    ],
)
@pytest.mark.parametrize("scope", [PROJECT, FOLDER, ORGANIZATION])
def test_who_holds_too_much_is_named_wherever_it_comes_from(right, scope, member, role, wrong):
    put_role(right, "roles/takeover", "iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken")
    put_role(right, "projects/shop/roles/custom", "resourcemanager.projects.setIamPolicy")
    right.put(f"{scope}:getIamPolicy", policy(**{role: [member]}), "POST")
    found = verdicts(right)
    assert [each.status for each in found] == [Status.FAIL, Status.FAIL]
    assert found[0].message.startswith("1 of ")
    assert found[1].subject == member
    assert wrong.replace("projects/shop", scope[4:]) in found[1].message


@pytest.mark.parametrize(
    "member",
    [
        "serviceAccount:shop.svc.id.goog[default/api]",
        "serviceAccount:x@build.iam.gserviceaccount.com",
        "serviceAccount:77-compute@developer.gserviceaccount.com",
        "principal://iam.googleapis.com/projects/415/locations/global/workloadIdentityPools/ci/subject/shop",
        "user:Ada@Example.com",
    ],
)
def test_who_is_ours_may_hold_a_narrow_role(right, member):
    right.put(f"{PROJECT}:getIamPolicy", policy(roles__run_developer=[member]), "POST")
    assert said(right, projects=["build", "77"]) == ""


def test_a_condition_is_told_and_makes_it_no_narrower(right):
    conditional = policy(roles__owner=["user:ada@example.com"])
    conditional["bindings"][0]["condition"] = {"title": "until noon", "expression": "true"}
    right.put(f"{PROJECT}:getIamPolicy", conditional, "POST")
    assert "roles/owner on projects/shop, if 'until noon'" in said(right)


def test_who_is_declared_may_hold_more_but_the_public_never(right):
    granted = policy(roles__owner=["user:ada@example.com", "allUsers"], roles__editor=["group:x@partner.example"])
    right.put(f"{PROJECT}:getIamPolicy", granted, "POST")
    declared = {"group:admins@*": [], "user:ada@example.com": ["roles/owner"], "group:x@*": ["roles/editor"]}
    assert [each.subject for each in verdicts(right, principals=declared)][1:] == ["allUsers"]


@pytest.mark.parametrize(
    "changed",
    [
        {"deniedPermissions": ["iam.googleapis.com/serviceAccounts.signJwt"]},
        {"exceptionPermissions": ["iam.googleapis.com/serviceAccounts.actAs"]},
        {"deniedPrincipals": ["principalSet://goog/group/others@example.com"]},
        {"exceptionPrincipals": ["principal://goog/subject/ada@example.com"]},
        {"denialCondition": {"expression": "resource.matchTag('3/env', 'prod')"}},
    ],
)
def test_what_is_not_denied_for_certain_is_held(right, changed):
    put_denial(right, **changed)
    assert "group:shop@example.com holds roles/run.deployer on projects/shop, which acts as" in said(right)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"title": "production only", "expression": "resource.matchTag('3/env', 'prod')"}, "production only"),
        ({"expression": "resource.matchTag('3/env', 'prod')"}, "resource.matchTag('3/env', 'prod')"),
        ({}, "something that is not told"),
    ],
)
def test_a_right_that_is_denied_under_a_condition_is_held_and_the_condition_told(right, condition, told):
    put_denial(right, denialCondition=condition)
    assert f"acts as every service account (a deny policy takes it away only if '{told}')" in said(right)


def test_deny_policies_are_not_asked_for_nothing(right):
    right.put(f"{PROJECT}:getIamPolicy", policy(roles__run_developer=["group:shop@example.com"]), "POST")
    right.deny("iam.denypolicies.list")
    assert status(right) is Status.PASS


def test_a_role_that_is_gone_grants_nothing(right):
    right.put("/v1/projects/shop/roles/reader", None)
    assert status(right) is Status.PASS
    gone = {"name": "projects/shop/roles/reader", "includedPermissions": ["iam.roles.update"], "deleted": True}
    right.put("/v1/projects/shop/roles/reader", gone)
    assert status(right) is Status.PASS


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        ("allUsers", "allUsers holds roles/iam.serviceAccountTokenCreator on it, and is everybody"),
        ("user:x@partner.example", "user:x@partner.example holds roles/iam.serviceAccountTokenCreator on it"),
        ("serviceAccount:shop.svc.id.goog[default/api]", ""),
        ("group:shop@example.com", ""),
    ],
)
def test_who_may_act_as_a_service_account_is_ours(right, member, wrong):
    right.put(f"{ACCOUNTS}/{API}:getIamPolicy", policy(roles__iam_serviceAccountTokenCreator=[member]), "POST")
    found = said(right)
    assert (f"//iam.googleapis.com/projects/shop/serviceAccounts/{API} {wrong}" in found) if wrong else found == ""


@pytest.mark.parametrize(
    ("made", "used", "wrong"),
    [
        (key(91), use(1), "91 days old"),
        (key(1100), use(None), "1100 days old; never used"),
        (key(89), use(None), ""),
        (key(89), use(3), ""),
        (key(1100, disabled=True), use(None), ""),
    ],
)
def test_keys_are_young_and_used(right, made, used, wrong):
    right.put(KEY, {"keys": [made]})
    right.put(USES, {"activities": [used]})
    found = said(right)
    path = f"//iam.googleapis.com/projects/shop/serviceAccounts/{API}/keys/k1"
    assert (f"{path} {wrong}" in found) if wrong else found == ""


def test_the_policy_analyzer_is_not_asked_for_nothing(right):
    right.disable("policyanalyzer.projects.locations.activityTypes.activities.query")
    assert "(unreachable)" in said(right)
    assert status(right, max_unused_days=None) is Status.PASS
    right.put(USES, {"activities": [use(80)]})
    right.failures.clear()
    assert "not used for 80 days" in said(right, max_unused_days=60)


def test_all_pages_are_read(right):
    emails = [f"a{number}@shop.iam.gserviceaccount.com" for number in range(5)]
    right.put(ACCOUNTS, {"accounts": [{"email": email} for email in emails]})
    for email in emails:
        right.put(f"{ACCOUNTS}/{email}:getIamPolicy", {"etag": "ACAB"}, "POST")
        right.put(f"{ACCOUNTS}/{email}/keys", {})
    right.put(f"{ACCOUNTS}/{emails[4]}/keys", {"keys": [key(1000)]})
    right.page_size = 2
    found = verdicts(right, max_unused_days=None)
    assert found[0].message == "1 of 1 keys are too old or not used"
    assert len(found) == 2


def test_what_is_hidden_hides_no_failure(right):
    right.deny("resourcemanager.organizations.getIamPolicy")
    assert [each.status for each in verdicts(right)] == [Status.ERROR]
    right.put(f"{PROJECT}:getIamPolicy", policy(roles__owner=["allUsers"]), "POST")
    assert [each.status for each in verdicts(right)] == [Status.FAIL, Status.FAIL, Status.ERROR]


def test_a_project_that_is_not_there_or_grants_nothing_proves_nothing(right):
    for scope in (PROJECT, FOLDER, ORGANIZATION):
        right.put(f"{scope}:getIamPolicy", {"etag": "ACAB"}, "POST")
    assert "grant nothing to anybody" in said(right)
    right.put(PROJECT, {"name": "projects/415", "state": "DELETE_REQUESTED"})
    assert "DELETE_REQUESTED" in said(right)
    right.put(PROJECT, None)
    assert status(right) is Status.ERROR


def test_what_nobody_understands_is_an_error(right):
    right.put(f"{PROJECT}:getIamPolicy", policy(roles__run_developer=["martian:x"]), "POST")
    assert status(right) is Status.ERROR
    right.put(f"{PROJECT}:getIamPolicy", {}, "POST")
    assert status(right) is Status.ERROR
    right.put(f"{PROJECT}:getIamPolicy", {"etag": "ACAB"}, "POST")
    right.put(KEY, {"keys": [{"name": "k"}]})
    assert "(malformed)" in said(right)


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_read_is_an_error(right, method):
    unread(right, method, verdicts)


def test_nobody_who_answers_or_nobody_there_is_an_error(right):
    right.hang("iam.projects.serviceAccounts.list")
    assert "(timeout)" in said(right, timeout=0.4)
    assert "(unreachable)" in said(right, endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize("permission", NEEDS)
def test_each_permission_that_is_denied_is_named(right, permission):
    assert permission in {each for several in NEEDED.values() for each in several}
    right.deny(permission)
    found = verdicts(right)
    assert Status.ERROR in {each.status for each in found}
    assert Status.PASS not in {each.status for each in found}
    assert f"needs {permission}" in said(right)
