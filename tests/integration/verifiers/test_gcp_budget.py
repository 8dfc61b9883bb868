# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_budget verifier through Google's library against a fake of its APIs, built from Google's own descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_budget import ActionModule as GcpBudget
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import needs, place_project, said, unread
from tests.integration.verifiers.live import prove_live

CONTROL = "cost.budget_alerts"
ACCOUNT = "billingAccounts/0A-1B-2C"
BILLING, BUDGETS, POLICY = "/v1/projects/shop/billingInfo", f"/v1/{ACCOUNT}/budgets", f"/v1/{ACCOUNT}:getIamPolicy"
CHANNEL, TOPIC = "projects/shop/notificationChannels/7", "projects/shop/topics/costs"
SUBSCRIPTIONS = f"/v1/{TOPIC}/subscriptions"
NEEDS = needs("gcp_budget")[CONTROL]
METHODS = [
    "cloudbilling.projects.getBillingInfo",
    "cloudresourcemanager.projects.get",
    "cloudresourcemanager.projects.getAncestry",
    "billingbudgets.billingAccounts.budgets.list",
    "cloudbilling.billingAccounts.getIamPolicy",
    "cloudresourcemanager.projects.getIamPolicy",
    "monitoring.projects.notificationChannels.get",
    "pubsub.projects.topics.subscriptions.list",
]


def budget(title: str = "production", units: str = "4000", **changed: Any) -> dict[str, Any]:
    return {
        "name": f"{ACCOUNT}/budgets/{title}-1",
        "displayName": title,
        "budgetFilter": {"projects": ["projects/415"], "calendarPeriod": "MONTH"},
        "amount": {"specifiedAmount": {"currencyCode": "EUR", "units": units}},
        "thresholdRules": [{"thresholdPercent": 0.8, "spendBasis": "CURRENT_SPEND"}, {"thresholdPercent": 1.2}],
        "notificationsRule": {
            "pubsubTopic": TOPIC,
            "monitoringNotificationChannels": [CHANNEL],
            "enableProjectLevelRecipients": True,
        },
        **changed,
    }


def about(**changed: Any) -> dict[str, Any]:
    return {"budgetFilter": changed}


def tells(**changed: Any) -> dict[str, Any]:
    return {"notificationsRule": changed}


@pytest.fixture
def right(gcp):
    """A project whose account is open, with a budget of it and one of another, and all who are told."""
    place_project(gcp)
    gcp.put(BILLING, {"name": "projects/shop/billingInfo", "billingAccountName": ACCOUNT, "billingEnabled": True})
    gcp.put(BUDGETS, {"budgets": [budget("other", budgetFilter={"projects": ["projects/9"]}), budget()]})
    grants = [{"role": "roles/billing.admin", "members": ["group:finance@example.com"]}]
    gcp.put(POLICY, {"etag": "BwX", "bindings": grants})
    put_owners(gcp)
    gcp.put(f"/v3/{CHANNEL}", {"name": CHANNEL, "type": "email", "enabled": True})
    gcp.put(SUBSCRIPTIONS, {"subscriptions": ["projects/shop/subscriptions/costs"]})
    return gcp


def put_owners(gcp: FakeGcp, *owners: str) -> None:
    """The project's own policy: whoever owns it, and somebody who does not."""
    bindings = [{"role": "roles/viewer", "members": ["user:eve@example.com"]}]
    bindings += [{"role": "roles/owner", "members": list(owners)}] if owners else []
    gcp.put("/v3/projects/shop:getIamPolicy", {"etag": "BwX", "bindings": bindings}, "POST")


def verdicts(gcp: FakeGcp, **changed: Any) -> list[Verdict]:
    options = {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, "max_threshold_percent": 80}
    return prove_live(GcpBudget, CONTROL, {**options, "budgets": {"production": 4000}, **changed})


def status(gcp: FakeGcp, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, **changed))


@pytest.mark.parametrize("budgets", [{}, {"production": 4000}, {"production": None}])
def test_a_budget_as_it_should_be_passes_and_each_thing_is_read_once(right, budgets):
    right.page_size = 1
    (verdict,) = verdicts(right, budgets=budgets)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == {"billing account": ACCOUNT, "budgets": 1, "of something else": 1}
    assert right.used == set(NEEDS)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        about(),
        about(projects=["projects/shop"]),
        about(projects=["projects/9", "projects/415"]),
        about(resourceAncestors=["folders/12"]),
        about(resourceAncestors=["organizations/3"]),
    ],
)
def test_a_budget_of_all_that_the_project_is_in_is_one_of_the_project(right, scope):
    right.put(BUDGETS, {"budgets": [budget(**scope)]})
    for budgets in ({}, {"production": 4000}):
        assert status(right, budgets=budgets) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (about(projects=["projects/9"]), "it is about other projects"),
        (about(resourceAncestors=["folders/99"]), "it is about other projects"),
        (about(services=["services/1"]), "it counts only a part of the costs (by services)"),
        (about(labels={"env": ["production"]}), "it counts only a part of the costs (by labels)"),
        (about(calendarPeriod="YEAR"), "its period is YEAR, not MONTH"),
        (about(customPeriod={"startDate": {"year": 2026}}), "its period is CUSTOM, not MONTH"),
        ({"amount": {"specifiedAmount": {"currencyCode": "EUR", "units": "5000"}}}, "its amount is 5000 EUR, not 4000"),
        ({"amount": {"lastPeriodAmount": {}}}, "its amount is that of the last month, not 4000"),
        ({"thresholdRules": [{"thresholdPercent": 0.9}]}, "it has no alert at 80 % or before"),
        ({"thresholdRules": []}, "it has no alert at 80 % or before"),
    ],
)
def test_a_budget_that_is_not_as_it_should_be_fails(right, changed, wrong):
    right.put(BUDGETS, {"budgets": [budget(**changed)]})
    whole, one = verdicts(right)
    assert (whole.status, whole.message) == (Status.FAIL, "1 of 1 budgets would be overrun")
    assert one.subject == f"//billingbudgets.googleapis.com/{ACCOUNT}/budgets/production-1"
    assert wrong in one.message


def test_a_budget_of_nothing_is_none(right):
    right.put(BUDGETS, {"budgets": [budget(units="0")]})
    assert "its amount is nothing" in said(verdicts(right, budgets={}))
    right.put(BUDGETS, {"budgets": [budget(amount={"lastPeriodAmount": {}})]})
    assert status(right, budgets={}) is Status.PASS


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (tells(), ""),
        (tells(disableDefaultIamRecipients=True), "nobody is told"),
        (tells(disableDefaultIamRecipients=True, monitoringNotificationChannels=[CHANNEL]), ""),
        (tells(disableDefaultIamRecipients=True, pubsubTopic=TOPIC), ""),
        (tells(disableDefaultIamRecipients=True, enableProjectLevelRecipients=True), "nobody is told"),
    ],
)
def test_somebody_is_told(right, rule, wrong):
    right.put(BUDGETS, {"budgets": [budget(**rule)]})
    found = said(verdicts(right))
    assert wrong in found if wrong else not found


def test_owners_are_told_of_a_budget_of_their_project_alone(right):
    rule = tells(disableDefaultIamRecipients=True, enableProjectLevelRecipients=True)
    put_owners(right, "user:ada@example.com")
    right.put(BUDGETS, {"budgets": [budget(**rule)]})
    assert status(right) is Status.PASS
    several = about(projects=["projects/415", "projects/9"])
    right.put(BUDGETS, {"budgets": [budget(**rule, **several)]})
    assert "nobody is told" in said(verdicts(right))
    right.put(BUDGETS, {"budgets": [budget(**rule)]})
    put_owners(right, "serviceAccount:x@shop.iam.gserviceaccount.com")
    assert "nobody is told, since nobody holds a role" in said(verdicts(right))


@pytest.mark.parametrize(
    ("path", "answer", "wrong"),
    [
        (f"/v3/{CHANNEL}", {"type": "email", "enabled": False}, f"{CHANNEL} is disabled"),
        (f"/v3/{CHANNEL}", {"type": "sms", "verificationStatus": "UNVERIFIED"}, f"{CHANNEL} is not verified"),
        (
            f"/v3/{CHANNEL}",
            {"type": "slack", "enabled": True},
            f"{CHANNEL} is of the type slack, to which budgets send",
        ),
        (f"/v3/{CHANNEL}", None, f"{CHANNEL} does not exist"),
        (SUBSCRIPTIONS, {}, f"{TOPIC} has no subscription"),
        (SUBSCRIPTIONS, None, f"{TOPIC} does not exist"),
    ],
)
def test_who_does_not_hear_is_named(right, path, answer, wrong):
    right.put(path, answer)
    assert wrong in said(verdicts(right))
    assert "nobody is told" not in said(verdicts(right))


@pytest.mark.parametrize("members", [[], ["serviceAccount:x@shop.iam.gserviceaccount.com"], ["deleted:user:x@y?uid=1"]])
def test_a_role_that_no_person_holds_tells_nobody(right, members):
    right.put(POLICY, {"etag": "BwX", "bindings": [{"role": "roles/billing.user", "members": members}]})
    assert status(right) is Status.PASS
    right.put(BUDGETS, {"budgets": [budget(**tells())]})
    assert "nobody is told, since nobody holds a role" in said(verdicts(right))


def test_what_is_not_there_never_passes(right):
    assert "there is no budget staging" in said(verdicts(right, budgets={"staging": None}))
    right.put(BUDGETS, {"budgets": [budget("other", **about(projects=["projects/9"]))]})
    assert "there is no budget of all that the project costs" in said(verdicts(right, budgets={}))
    right.put(BUDGETS, {})
    assert status(right, budgets={}) is Status.FAIL


@pytest.mark.parametrize("changed", [{}, {"billingAccountName": ACCOUNT, "billingEnabled": False}])
def test_a_project_that_nobody_pays_for_fails(right, changed):
    right.put(BILLING, {"name": "projects/shop/billingInfo", **changed})
    assert "no open billing account is linked" in said(verdicts(right))


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_read_is_an_error(right, method):
    unread(right, method, verdicts)


def test_nobody_who_answers_or_nobody_there_is_an_error(right):
    right.put(BUDGETS, {"budgets": [{**budget(), "amount": {}}]})
    assert "(malformed)" in said(verdicts(right))
    right.hang("billingbudgets.billingAccounts.budgets.list")
    assert "(timeout)" in said(verdicts(right, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, endpoint_url="http://127.0.0.1:9"))


def test_what_is_hidden_hides_no_failure(right):
    right.deny("billing.accounts.getIamPolicy")
    right.put(BUDGETS, {"budgets": [budget(units="5000")]})
    assert [each.status for each in verdicts(right)] == [Status.FAIL, Status.FAIL]


@pytest.mark.parametrize("permission", NEEDS)
def test_each_permission_that_is_denied_is_named(right, permission):
    right.deny(permission)
    found = verdicts(right)
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
