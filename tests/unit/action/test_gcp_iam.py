# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_iam verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_iam import ActionModule as GcpIam
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

PROJECT, POLICIES, ROLES, DENIALS = "get-ancestors", "projects get-iam-policy", "roles describe", "denypolicies"
ACCOUNTS, ACTING = "service-accounts list", "service-accounts get-iam-policy"
KEYS, USES = "service-accounts keys list", "query-activity"
NOW, DAY = time.time(), 86400
SHOP = "//cloudresourcemanager.googleapis.com/projects/shop"
API = "api@shop.iam.gserviceaccount.com"
POOL = "//iam.googleapis.com/projects/{}/locations/global/workloadIdentityPools/ci/subject/shop"
OPTIONS: dict[str, Any] = {"project": "shop", "domains": ["example.com"], "max_unused_days": 60}


def grant(principal: str, role: str = "roles/run.developer", condition: str = "") -> dict[str, str]:
    return {"principal": principal, "role": role, "condition": condition}


def policy(*grants: dict[str, str]) -> dict[str, Any]:
    return seen({"grants": list(grants), "audited": []})


def granted(*grants: dict[str, str]) -> dict[str, Any]:
    return {POLICIES: {**RIGHT[POLICIES], "projects/shop": policy(*grants)}}


def acting(*grants: dict[str, str]) -> dict[str, Any]:
    return {ACTING: {API: seen(list(grants))}}


def keys(*days: float, disabled: bool = False) -> dict[str, Any]:
    found = [{"id": f"k{day}", "created": NOW - day * DAY, "disabled": disabled} for day in days]
    return {KEYS: {API: seen(found)}}


RIGHT: dict[str, Any] = {
    PROJECT: {"number": "415", "scopes": ["projects/shop", "folders/12"]},
    POLICIES: {
        "projects/shop": policy(grant("group:shop@example.com"), grant(f"serviceAccount:{API}")),
        "folders/12": policy(grant("user:ada@example.com")),
    },
    DENIALS: {"projects/shop": seen([]), "folders/12": seen([])},
    ROLES: {"roles/run.developer": seen(["run.services.update"]), "roles/wide": seen(["iam.roles.update"])},
    ACCOUNTS: [API],
    ACTING: {API: seen([])},
    **keys(30),
    USES: {"k30": NOW - DAY},
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpIam, "gcp.iam.least_privilege", {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        granted(grant(f"principal:{POOL.format(415)}")),
        granted(grant("principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ada")),
        granted(grant("projectViewer:shop"), grant("deleted:group:gone@partner.example?uid=1")),
        keys(900, disabled=True),
        {ACCOUNTS: [], ACTING: {}, KEYS: {}, USES: {}},
    ],
)
def test_narrow_roles_of_ours_and_young_keys_pass(changed: dict[str, Any]) -> None:
    assert [(one.status, one.message, one.subject) for one in verdicts(changed)] == [(Status.PASS, "", SHOP)]


@pytest.mark.parametrize(
    ("changed", "subject", "wrong"),
    [
        (granted(grant(f"principal:{POOL.format(999)}")), "principal:", "a pool of another project"),
        (granted(grant("projectEditor:other")), "projectEditor:other", "is of another project"),
        (granted(grant("user:ada@example.com.evil.example")), "user:", "of another domain"),
        (granted(grant("group:shop@example.com", "roles/wide")), "group:", "which widens roles"),
        (granted(grant("group:shop@example.com", "roles/viewer", "office hours")), "group:", "if 'office hours'"),
        (
            granted(grant("serviceAccount:415-compute@developer.gserviceaccount.com", "roles/editor")),
            "service",
            "a default",
        ),
        (acting(grant(f"principal:{POOL.format(999)}", "roles/iam.workloadIdentityUser")), "//iam", "another project"),
        (acting(grant("allUsers")), "//iam", "is everybody"),
        (keys(91) | {USES: {"k91": NOW}}, "//iam", "91 days old"),
        (keys(61) | {USES: {}}, "//iam", "never used"),
        (keys(80) | {USES: {"k80": NOW - 61 * DAY}}, "//iam", "not used for 61 days"),
    ],
)
def test_what_is_too_wide_or_too_old_fails(changed: dict[str, Any], subject: str, wrong: str) -> None:
    whole, one = verdicts(changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert one.subject.startswith(subject)
    assert wrong in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [PROJECT, POLICIES, ROLES, DENIALS, ACCOUNTS, ACTING, KEYS, USES])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    hidden = CannotLook(reason, "so it is")
    powerful = granted(grant("group:shop@example.com", "roles/wide")) if look == DENIALS else {}
    assert {one.status for one in verdicts({**powerful, look: hidden})} == {Status.ERROR}
    if look in (POLICIES, ROLES, DENIALS, ACTING, KEYS):
        first = next(iter(RIGHT[look]))
        one = {look: {**RIGHT[look], first: {"reason": reason, "detail": "so it is"}}}
        assert {each.status for each in verdicts({**powerful, **one})} == {Status.ERROR}


def test_what_is_hidden_hides_no_failure_and_is_counted_as_nothing() -> None:
    whole, failure, error = verdicts({**keys(100), USES: {"k100": NOW}, POLICIES: CannotLook("denied", "no")})
    assert whole.message == "1 of 1 keys are too old or not used"
    assert whole.actual == {"principals": 0, "service accounts": 1, "keys": 1}
    assert (failure.status, error.status, error.subject) == (Status.FAIL, Status.ERROR, "principals")


@pytest.mark.parametrize(
    "nothing",
    [
        [],
        [grant("deleted:user:ada@example.com?uid=1")],
        [grant("serviceAccount:415@cloudservices.gserviceaccount.com")],
    ],
)
def test_policies_that_grant_nothing_to_anybody_prove_nothing(nothing: list[dict[str, str]]) -> None:
    assert status({POLICIES: {"projects/shop": policy(*nothing)}}) is Status.ERROR


def test_who_is_declared_may_be_anybody_but_not_everybody() -> None:
    changed = granted(grant(f"principal:{POOL.format(999)}", "roles/wide"), grant("principalSet://x/pool/*"))
    assert [one.subject for one in verdicts(changed, principals={"principal*": []})[1:]] == ["principalSet://x/pool/*"]
    assert status(granted(grant(f"principal:{POOL.format(999)}")), projects=["999"]) is Status.PASS


def test_at_most_a_hundred_of_each_kind_are_shown_and_all_are_counted() -> None:
    found = verdicts(granted(*(grant(f"user:u{number:03}@evil.example") for number in range(150))))
    assert found[0].message.startswith("150 of 151 principals")
    assert len(found) == 101


def denial(*principals: str, **changed: Any) -> dict[str, Any]:
    permissions = ["iam.googleapis.com/roles.update"]
    nothing: dict[str, Any] = {"except": [], "without": [], "condition": ""}
    return {"principals": list(principals), "permissions": permissions, **nothing, **changed}


EVERYBODY, ADA = "principalSet://goog/public:all", "principal://goog/subject/Ada@example.com"
GROUP = "principalSet://goog/group/shop@example.com"
BOB = "principal://goog/subject/bob@example.com"


@pytest.mark.parametrize(
    ("principal", "rule", "holds"),
    [
        ("user:ada@example.com", denial(EVERYBODY), False),
        ("user:ada@example.com", denial(ADA), False),
        ("user:ada@example.com", denial(EVERYBODY, **{"except": [BOB]}), False),
        ("user:ada@example.com", denial(EVERYBODY, **{"except": [BOB, ADA]}), True),
        ("user:ada@example.com", denial(EVERYBODY, **{"except": [GROUP]}), True),
        ("user:ada@example.com", denial(BOB), True),
        ("user:ada@example.com", denial(GROUP), True),
        ("user:ada@example.com", denial(ADA, condition="at night"), True),
        ("user:ada@example.com", denial(ADA, without=["iam.googleapis.com/roles.update"]), True),
        ("user:ada@example.com", denial(ADA, permissions=["iam.googleapis.com/roles.*"]), True),
        ("group:shop@example.com", denial(GROUP), False),
        ("group:shop@example.com", denial(EVERYBODY), False),
        ("group:shop@example.com", denial(GROUP, **{"except": [BOB]}), True),
        (f"serviceAccount:{API}", denial(f"principal://iam.googleapis.com/projects/-/serviceAccounts/{API}"), False),
        (f"principal:{POOL.format(415)}", denial(f"principal:{POOL.format(415)}"), False),
        ("projectViewer:shop", denial(EVERYBODY), True),
    ],
)
def test_what_is_denied_for_certain_is_not_held(principal: str, rule: dict[str, Any], holds: bool) -> None:
    power = granted(grant(principal, "roles/wide"))
    for scope in ("projects/shop", "folders/12"):
        found = status({**power, DENIALS: {**RIGHT[DENIALS], scope: seen([rule])}})
        assert found is (Status.FAIL if holds else Status.PASS)


def test_a_condition_of_what_is_denied_is_told() -> None:
    power = granted(grant("user:ada@example.com", "roles/wide"))
    found = verdicts({**power, DENIALS: {**RIGHT[DENIALS], "projects/shop": seen([denial(ADA, condition="at night")])}})
    assert "(a deny policy takes it away only if 'at night')" in found[1].message
    both = [denial(ADA, condition="at night"), denial(EVERYBODY)]
    assert status({**power, DENIALS: {**RIGHT[DENIALS], "projects/shop": seen(both)}}) is Status.PASS


def test_what_is_denied_below_where_it_is_granted_is_held() -> None:
    above = {POLICIES: {**RIGHT[POLICIES], "folders/12": policy(grant("user:ada@example.com", "roles/wide"))}}
    rule = seen([denial(EVERYBODY)])
    assert status({**above, DENIALS: {"projects/shop": rule, "folders/12": seen([])}}) is Status.FAIL
    assert status({**above, DENIALS: {"projects/shop": seen([]), "folders/12": rule}}) is Status.PASS


def test_a_basic_role_is_one_whatever_is_denied() -> None:
    basic = granted(grant("user:ada@example.com", "roles/owner"))
    assert status({**basic, DENIALS: {**RIGHT[DENIALS], "projects/shop": seen([denial(EVERYBODY)])}}) is Status.FAIL


def test_without_domains_it_is_not_asked() -> None:
    with pytest.raises(NotAsked):
        verdicts(domains=[])
