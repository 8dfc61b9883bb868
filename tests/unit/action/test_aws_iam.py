# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_iam verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action import aws_iam
from ansible_collections.golive.verify.plugins.action.aws_iam import ActionModule as AwsIam
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.aws.reading import _advanced, _classic
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.proving import prove

ROOT, CREDENTIALS, TRAIL = "aws.iam.root_mfa", "aws.iam.credentials", "cloud.audit_trail"
REASONS = ["missing_tool", "denied", "timeout", "unreachable", "malformed"]
DAY, NOW = 86400, time.time()
ARN = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/all"

WHO = "aws sts get-caller-identity"
SUMMARY = "aws iam get-account-summary"
REPORT = "aws iam get-credential-report"
USERS = aws_iam._USERS
KEYS = f"{aws_iam._EACH_USER} list-access-keys --user-name"
USED = f"{aws_iam._EACH_KEY} get-access-key-last-used --access-key-id"
LOGINS = f"{aws_iam._EACH_USER} get-login-profile --user-name"
DEVICES = f"{aws_iam._EACH_USER} list-mfa-devices --user-name"
POLICY = "aws iam get-account-password-policy"
VIRTUAL = "aws iam list-virtual-mfa-devices --assignment-status Assigned"
DETAILS = "aws iam get-account-authorization-details"
TRAILS = "aws cloudtrail describe-trails"
STATUS = f"aws --region eu-central-1 cloudtrail get-trail-status --name {ARN}"
SELECTORS = f"aws --region eu-central-1 cloudtrail get-event-selectors --trail-name {ARN}"

SHOP = {
    "kind": "role",
    "name": "shop",
    "path": "/",
    "arn": "arn:aws:iam::123456789012:role/shop",
    "policies": [["", "uploads"]],
    "boundary": None,
    "trust": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:*"}]},
}
READS = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}}
ALL = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
RIGHT: dict[str, Any] = {
    WHO: {"account": "123456789012", "partition": "aws"},
    SUMMARY: {"mfa": 1, "access_keys": 0, "password": 1, "certificates": 0},
    REPORT: {"at": NOW - 200 * DAY},
    USERS: {"ada": NOW - DAY},
    KEYS: [{"id": "AKIA1", "user": "ada", "active": True, "created": NOW - 30 * DAY}],
    USED: {"AKIA1": NOW - DAY},
    LOGINS: {"ada": NOW - 300 * DAY},
    DEVICES: {"ada": 1},
    POLICY: {"length": 14, "reuse": 24},
    VIRTUAL: [],
    DETAILS: {"identities": [SHOP], "documents": {"uploads": READS}},
    TRAILS: [{"arn": ARN, "home": "eu-central-1", "multi_region": True, "validated": True, "selective": False}],
    STATUS: {"logging": True, "delivered": NOW - 600, "error": ""},
    SELECTORS: ["read", "write"],
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsIam, control, options, {**RIGHT, **(changed or {})})


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


def key(**changed: Any) -> dict[str, Any]:
    return {KEYS: [{**RIGHT[KEYS][0], **changed}]}


def trail(**changed: Any) -> dict[str, Any]:
    return {TRAILS: [{**RIGHT[TRAILS][0], **changed}]}


def summary(**changed: int) -> dict[str, Any]:
    return {SUMMARY: {**RIGHT[SUMMARY], **changed}}


def allows(action: str) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}


def details(document: Any, **changed: Any) -> dict[str, Any]:
    return {DETAILS: {"identities": [{**SHOP, **changed}], "documents": {"uploads": document}}}


@pytest.mark.parametrize("control", [ROOT, CREDENTIALS, TRAIL])
def test_an_account_as_it_should_be_passes(control: str) -> None:
    assert [verdict.status for verdict in verdicts(control)] == [Status.PASS]


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        pytest.param(ROOT, summary(mfa=0), id="root without MFA"),
        pytest.param(ROOT, summary(access_keys=1), id="root with a key"),
        pytest.param(ROOT, {REPORT: {"at": NOW - DAY}}, id="root in use"),
        pytest.param(CREDENTIALS, key(created=NOW - 700 * DAY), id="an old key"),
        pytest.param(CREDENTIALS, {**key(created=NOW - 91 * DAY), USED: {"AKIA1": None}}, id="a key never used"),
        pytest.param(CREDENTIALS, {DEVICES: {"ada": 0}}, id="a console without MFA"),
        pytest.param(CREDENTIALS, {USERS: {"ada": NOW - 91 * DAY}}, id="a console that is not used"),
        pytest.param(CREDENTIALS, {USERS: {"ada": None}}, id="a console that was never used"),
        pytest.param(CREDENTIALS, {POLICY: {}}, id="no password policy"),
        pytest.param(CREDENTIALS, {POLICY: {"length": 8, "reuse": 24}}, id="short passwords"),
        pytest.param(CREDENTIALS, {POLICY: {"length": 14, "reuse": 0}}, id="passwords used again"),
        pytest.param(CREDENTIALS, details(ALL), id="an administrator"),
        pytest.param(CREDENTIALS, details(allows("iam:CreatePolicyVersion")), id="one who can become one"),
        pytest.param(TRAIL, {TRAILS: []}, id="no trail"),
        pytest.param(TRAIL, trail(multi_region=False), id="a trail of one region"),
        pytest.param(TRAIL, trail(validated=False), id="log files that may be changed"),
        pytest.param(TRAIL, {STATUS: {**RIGHT[STATUS], "logging": False}}, id="a trail that stands still"),
        pytest.param(TRAIL, {STATUS: {**RIGHT[STATUS], "delivered": NOW - 25 * 3600}}, id="an old delivery"),
        pytest.param(TRAIL, {STATUS: {**RIGHT[STATUS], "delivered": None}}, id="no delivery yet"),
        pytest.param(TRAIL, {STATUS: {**RIGHT[STATUS], "error": "NoSuchBucket"}}, id="a bucket that is gone"),
        pytest.param(TRAIL, {**trail(selective=True), SELECTORS: ["write"]}, id="only what is written"),
        pytest.param(TRAIL, {**trail(selective=True), SELECTORS: []}, id="only data"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any]) -> None:
    assert status(control, changed) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("control", "look"),
    [
        (ROOT, WHO),
        (ROOT, SUMMARY),
        *((CREDENTIALS, look) for look in (WHO, USERS, KEYS, USED, LOGINS, DEVICES, POLICY, DETAILS)),
        *((TRAIL, look) for look in (WHO, TRAILS, STATUS)),
    ],
)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {each.status for each in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}


def test_event_selectors_that_cannot_be_read_are_an_error() -> None:
    assert status(TRAIL, {**trail(selective=True), SELECTORS: CannotLook("denied", "")}) is Status.ERROR


def test_an_account_without_users_and_roles_proves_nothing() -> None:
    nobody = {USERS: {}, KEYS: [], USED: {}, LOGINS: {}, DEVICES: {}, DETAILS: {"identities": [], "documents": {}}}
    assert status(CREDENTIALS, nobody) is Status.ERROR
    assert status(CREDENTIALS, administrators=["*"]) is Status.ERROR


def test_an_account_of_roles_alone_passes() -> None:
    assert status(CREDENTIALS, {USERS: {}, KEYS: [], USED: {}, LOGINS: {}, DEVICES: {}}) is Status.PASS


def test_root_that_was_never_used_or_of_which_nothing_tells_passes() -> None:
    for used in ({"at": None}, CannotLook("not_found", ""), CannotLook("denied", "")):
        assert status(ROOT, {REPORT: used}) is Status.PASS


def test_one_policy_that_is_not_understood_costs_the_pass_of_its_identity_alone() -> None:
    odd = {**SHOP, "name": "odd", "policies": [["", "odd"]]}
    boss = {**SHOP, "name": "boss", "policies": [["ops", "all"]]}
    said = {"identities": [SHOP, odd, boss], "documents": {"uploads": READS, "odd": "%7B", "all": ALL}}
    found = {verdict.subject: verdict for verdict in verdicts(CREDENTIALS, {DETAILS: said})}
    assert {subject: verdict.status for subject, verdict in found.items()} == {
        "": Status.FAIL,
        "role boss": Status.FAIL,
        "role odd": Status.ERROR,
    }
    assert found["role boss"].message == "administrator of everything through all of group ops"
    assert "(malformed): odd: " in found["role odd"].message


@pytest.mark.parametrize("pattern", ["shop", "sh*", "/shop", "arn:aws:iam::*:role/shop"])
def test_patterns_are_for_names_paths_and_arns(pattern: str) -> None:
    assert status(CREDENTIALS, details(ALL), applications=[pattern]) is Status.FAIL
    other = {**SHOP, "name": "reader", "arn": "arn:aws:iam::123456789012:role/reader"}
    said = {"identities": [SHOP, other], "documents": {"uploads": READS}}
    assert status(CREDENTIALS, {DETAILS: said}, administrators=[pattern]) is Status.PASS


def test_one_trail_that_works_is_enough_and_one_unread_is_no_proof_of_a_failure() -> None:
    second = ARN.replace("all", "second")
    two = {TRAILS: [*RIGHT[TRAILS], {**RIGHT[TRAILS][0], "arn": second}]}
    denied = {STATUS.replace(ARN, second): CannotLook("denied", "needs cloudtrail:GetTrailStatus")}
    stopped = {STATUS: {**RIGHT[STATUS], "logging": False}}
    assert status(TRAIL, two | denied) is Status.PASS
    assert status(TRAIL, two | denied | stopped) is Status.ERROR
    assert status(TRAIL, two | stopped | {STATUS.replace(ARN, second): RIGHT[STATUS]}) is Status.PASS


def test_every_region_must_be_recorded() -> None:
    here = "aws --region eu-central-1 "
    there = "aws --region us-east-1 "
    answers = {WHO.replace("aws ", here): RIGHT[WHO], TRAILS.replace("aws ", here): RIGHT[TRAILS]}
    found = verdicts(TRAIL, {**answers, TRAILS.replace("aws ", there): []}, regions=["eu-central-1", "us-east-1"])
    assert [(each.subject, each.status) for each in found] == [
        ("eu-central-1", Status.PASS),
        ("us-east-1", Status.FAIL),
    ]


def test_the_line_asks_the_same_account() -> None:
    audited = account.Account(profile="live", role_arn="arn:aws:iam::1:role/audit", region="eu-central-1")
    assert audited.line(SUMMARY) == (
        "aws --profile live --region eu-central-1 iam get-account-summary  # as arn:aws:iam::1:role/audit"
    )


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    account.forget()
    monkeypatch.setattr(account, "MISSING", "No module named 'boto3'")
    (verdict,) = verdicts(ROOT)
    assert verdict.status is Status.ERROR
    assert "(missing_tool)" in verdict.message
    assert "pip install boto3" in verdict.message


@pytest.mark.parametrize(
    ("age", "idle", "problems"),
    [
        (90, 0, []),
        (91, 0, ["91 days old"]),
        (89, None, []),
        (91, None, ["91 days old", "never used"]),
        (700, 100, ["700 days old", "not used for 100 days"]),
    ],
)
def test_keys_age_by_the_day(age: int, idle: int | None, problems: list[str]) -> None:
    used = None if idle is None else NOW - idle * DAY
    assert key_problems(NOW - age * DAY, used, 90, 90, NOW) == problems


MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


@pytest.mark.parametrize(
    ("fields", "events"),
    [
        ([MANAGEMENT], {"read", "write"}),
        ([MANAGEMENT, {"Field": "readOnly", "Equals": ["false"]}], {"write"}),
        ([MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}], {"read", "write"}),
        ([MANAGEMENT, {"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}], set()),
        ([MANAGEMENT, {"Field": "eventName", "Equals": ["DeleteTrail"]}], set()),
        ([{"Field": "eventCategory", "Equals": ["Data"]}], set()),
    ],
)
def test_advanced_event_selectors(fields: list[dict[str, Any]], events: set[str]) -> None:
    assert set(_advanced([{"FieldSelectors": fields}])) == events


def test_classic_event_selectors() -> None:
    assert set(_classic([{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}])) == {"read", "write"}
    assert not set(_classic([{"IncludeManagementEvents": False}]))


@pytest.mark.parametrize(
    ("owners", "expected"), [(None, Status.PASS), (["a*"], Status.PASS), (["eve"], Status.FAIL), ([], Status.FAIL)]
)
def test_only_declared_users_have_keys_where_that_is_said(owners: list[str] | None, expected: Status) -> None:
    assert status(CREDENTIALS, key_users=owners) is expected
    assert status(CREDENTIALS, key(active=False), key_users=owners) is Status.PASS
