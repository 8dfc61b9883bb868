# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aws_iam proves of root, credentials and the trail, through boto3 against moto and its fake."""

from __future__ import annotations

import time
from typing import Any

import pytest
from moto.iam.models import iam_backends

from ansible_collections.golive.verify.plugins.action.aws_iam import ActionModule as AwsIam
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, identities, needed, said, side_by_side
from tests.integration.verifiers.live import prove_live

ROOT, CREDENTIALS, TRAIL = "aws.iam.root_mfa", "aws.iam.credentials", "cloud.audit_trail"


@pytest.fixture
def right(aws):
    return identities(aws)


def verdicts(aws: FakeAws, control: str, **options: Any) -> list[Verdict]:
    return prove_live(AwsIam, control, {"endpoint_url": aws.url, **options})


def status(aws: FakeAws, control: str, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(aws, control, **options))


def messages(aws: FakeAws, control: str, **options: Any) -> str:
    """What is said of everything that does not pass, by subject."""
    return said(verdicts(aws, control, **options))


def test_an_account_as_it_should_be_passes_and_each_list_is_read_once_for_all_controls(right):
    right.calls.clear()
    found = side_by_side(AwsIam, right, account_id=ACCOUNT, regions=["eu-central-1"])
    assert {control: [each.status for each in proven] for control, proven in found.items()} == {
        ROOT: [Status.PASS],
        CREDENTIALS: [Status.PASS],
        TRAIL: [Status.PASS],
    }
    assert found[CREDENTIALS][0].actual == {
        "account": ACCOUNT,
        "active access keys": 1,
        "users with access keys": 1,
        "console users": 1,
        "password policies": 1,
        "users and roles": 2,
        "trust policies": 1,
        "declared administrators": 0,
    }
    assert set(right.calls.values()) == {1}


def test_an_empty_account_proves_nothing_of_its_identities_and_has_no_trail(aws):
    assert status(aws, CREDENTIALS) is Status.ERROR
    (trail,) = verdicts(aws, TRAIL)
    assert (trail.status, trail.message) == (Status.FAIL, "there is no trail")


def test_root_without_mfa_or_with_a_key_fails(right):
    right.root_mfa = False
    assert "no MFA" in messages(right, ROOT)
    right.root_mfa, right.root_access_keys = True, 1
    assert "access key" in messages(right, ROOT)


def test_root_with_a_virtual_device_fails_where_hardware_is_asked(right):
    right.identities.root_device = "root-account-mfa-device"
    assert status(right, ROOT) is Status.PASS
    assert "not hardware" in messages(right, ROOT, root_hardware_mfa=True)
    right.identities.root_device = "phone"
    assert f"arn:aws:iam::{ACCOUNT}:mfa/phone" in messages(right, ROOT, root_hardware_mfa=True)
    right.identities.root_device = ""
    assert status(right, ROOT, root_hardware_mfa=True) is Status.PASS


def test_root_whose_credentials_the_organization_removed_needs_no_mfa(right):
    right.root_mfa, right.root_password = False, 0
    assert "say so with root_removed" in messages(right, ROOT)
    (verdict,) = verdicts(right, ROOT, root_removed=True, root_hardware_mfa=True)
    assert verdict.status is Status.PASS
    assert verdict.actual["MFA"].startswith("not applicable")
    for left, told in (("root_password", "a password"), ("root_certificates", "a signing certificate")):
        setattr(right, left, 1)
        assert f"the root user still has {told}" in messages(right, ROOT, root_removed=True)
        setattr(right, left, 0)
    right.root_access_keys = 1
    assert "the root user has an access key" in messages(right, ROOT, root_removed=True)


@pytest.mark.parametrize("used", ["password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"])
def test_root_in_use_fails_whatever_it_was_used_with(right, used):
    client(right, "iam").generate_credential_report()
    long_ago = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 300 * 86400))
    lately = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 86400))
    right.root_row = dict.fromkeys(
        ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"), long_ago
    )
    assert status(right, ROOT) is Status.PASS
    right.root_row[used] = lately
    assert "used 1 days ago" in messages(right, ROOT)


def test_a_report_that_cannot_be_read_does_not_keep_root_from_being_proven(right):
    right.deny("iam:GetCredentialReport")
    (verdict,) = verdicts(right, ROOT)
    assert verdict.status is Status.PASS
    assert "needs iam:GetCredentialReport" in verdict.actual["last used"]


@pytest.mark.parametrize(
    ("created", "used", "wrong"),
    [
        (700, None, "700 days old; never used"),
        (91, 1, "91 days old"),
        (89, None, None),
        (89, 89, None),
        (700, 400, "700 days old; not used for 400 days"),
    ],
)
def test_keys_are_young_and_used(right, created, used, wrong):
    client(right, "iam").create_user(UserName="bob")
    key = client(right, "iam").create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    right.age_key(key, created, used)
    if wrong is None:
        assert status(right, CREDENTIALS) is Status.PASS
    else:
        found = messages(right, CREDENTIALS)
        assert f"access key {key} of bob: {wrong}" in found
        assert ": 1 of 2 active access keys" in found


def test_an_inactive_key_is_no_risk(right):
    iam = client(right, "iam")
    key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    right.age_key(key, 700)
    iam.update_access_key(UserName="ada", AccessKeyId=key, Status="Inactive")
    assert status(right, CREDENTIALS) is Status.PASS


def test_a_console_password_without_mfa_fails(right):
    iam = client(right, "iam")
    iam.create_user(UserName="bob")
    assert status(right, CREDENTIALS) is Status.PASS
    iam.create_login_profile(UserName="bob", Password="correct horse battery 9 !")
    assert "user bob: signs in with a password only" in messages(right, CREDENTIALS)
    assert status(right, CREDENTIALS, console_mfa=False) is Status.PASS


def test_two_active_keys_are_for_the_days_of_a_rotation(right):
    iam = client(right, "iam")
    key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    right.age_key(key, 6, 1)
    assert status(right, CREDENTIALS) is Status.PASS
    right.age_key(key, 9, 1)
    assert "access keys of ada: two active keys for 9 days" in messages(right, CREDENTIALS)
    iam.update_access_key(UserName="ada", AccessKeyId=key, Status="Inactive")
    assert status(right, CREDENTIALS) is Status.PASS


def test_a_password_that_nobody_uses_fails(right):
    ada = iam_backends[ACCOUNT]["aws"].users["ada"]
    ada.create_date = ada.create_date.replace(year=2020)  # of the password too, for moto
    right.identities.signed_in = {"ada": 89}
    assert status(right, CREDENTIALS) is Status.PASS
    right.identities.signed_in = {"ada": 91}
    for options in ({}, {"console_mfa": False}):
        assert "user ada: the password is not used for 91 days" in messages(right, CREDENTIALS, **options)
    right.identities.signed_in = {}
    assert "user ada: the password is not used for" in messages(right, CREDENTIALS)


def test_weak_rules_for_passwords_fail_where_there_are_passwords(right):
    iam = client(right, "iam")
    iam.update_account_password_policy(MinimumPasswordLength=8, PasswordReusePrevention=5)
    found = messages(right, CREDENTIALS)
    assert "passwords of 8 characters are enough, 14 must be" in found
    assert "only the last 5 passwords" in found
    assert status(right, CREDENTIALS, password_min_length=8, password_reuse=5) is Status.PASS
    iam.delete_account_password_policy()
    assert "password policy: the account has no password policy of its own" in messages(right, CREDENTIALS)
    iam.delete_login_profile(UserName="ada")
    assert status(right, CREDENTIALS) is Status.PASS


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"IsLogging": False}, "is not logging"),
        ({"LatestDeliveryTime": None}, "has never delivered"),
        ({"LatestDeliveryTime": time.time() - 30 * 3600}, "delivered last 30 hours ago"),
        ({"LatestDeliveryError": "AccessDenied"}, "cannot deliver: AccessDenied"),
    ],
)
def test_a_trail_that_does_not_work_fails(right, change, wrong):
    right.trail_status = change
    assert wrong in messages(right, TRAIL)


def test_a_trail_that_records_too_little_fails(right):
    trail = client(right, "cloudtrail")
    trail.update_trail(Name="all", EnableLogFileValidation=False)
    assert "does not validate" in messages(right, TRAIL)
    trail.update_trail(Name="all", EnableLogFileValidation=True, IsMultiRegionTrail=False)
    assert "records only us-east-1" in messages(right, TRAIL)
    trail.update_trail(Name="all", IsMultiRegionTrail=True)
    trail.stop_logging(Name="all")
    assert "is not logging" in messages(right, TRAIL)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"ReadWriteType": "All", "IncludeManagementEvents": True}, Status.PASS),
        ({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}, Status.FAIL),
        ({"ReadWriteType": "All", "IncludeManagementEvents": False}, Status.FAIL),
    ],
)
def test_a_trail_of_data_alone_is_no_audit_trail(right, selector, expected):
    trail = client(right, "cloudtrail")
    arn = trail.describe_trails()["trailList"][0]["TrailARN"]
    trail.put_event_selectors(TrailName="all", EventSelectors=[{**selector, "DataResources": []}])
    right.selective_trails = {arn}
    assert status(right, TRAIL) is expected


NEEDED = {
    "iam:GetAccountSummary": {ROOT},
    "iam:GetAccountAuthorizationDetails": {CREDENTIALS},
    "iam:ListUsers": {CREDENTIALS},
    "iam:ListAccessKeys": {CREDENTIALS},
    "iam:GetAccessKeyLastUsed": {CREDENTIALS},
    "iam:GetLoginProfile": {CREDENTIALS},
    "iam:GetAccountPasswordPolicy": {CREDENTIALS},
    "iam:GetPolicy": {CREDENTIALS},
    "iam:GetPolicyVersion": {CREDENTIALS},
    "iam:ListVirtualMFADevices": {ROOT},
    "access-analyzer:ListAnalyzers": {CREDENTIALS},
    "access-analyzer:ListFindings": {CREDENTIALS},
    "iam:ListMFADevices": {CREDENTIALS},
    "cloudtrail:DescribeTrails": {TRAIL},
    "cloudtrail:GetTrailStatus": {TRAIL},
    "sts:GetCallerIdentity": {ROOT, CREDENTIALS, TRAIL},
}


@pytest.mark.parametrize("operation", NEEDED)
def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(right, operation):
    if operation.startswith("iam:GetPolicy"):
        client(right, "iam").attach_role_policy(RoleName="shop", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
        right.identities.left_out = True
    right.identities.analyzers = {"ACCOUNT": "ACTIVE"}
    right.deny(operation)
    found = side_by_side(AwsIam, right, root_hardware_mfa=True, access_analyzer=True)
    for control, proven in found.items():
        assert {each.status for each in proven} == {Status.ERROR if control in NEEDED[operation] else Status.PASS}
        if control in NEEDED[operation]:
            assert f"needs {operation}" in said(proven)
            assert "could not look (denied)" in said(proven)


def test_what_is_needed_is_declared():
    declared = {permission: set() for several in needed("aws_iam").values() for permission in several}
    for control, permissions in needed("aws_iam").items():
        for permission in permissions:
            declared[permission].add(control)
    # Without a report the root user is judged all the same; a trail with selectors of its own is above.
    assert declared == {**NEEDED, "iam:GetCredentialReport": {ROOT}, "cloudtrail:GetEventSelectors": {TRAIL}}


FIRST = {ROOT: "iam:GetAccountSummary", CREDENTIALS: "iam:ListUsers", TRAIL: "cloudtrail:DescribeTrails"}


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        (lambda aws: aws.throttle(*FIRST.values()), "(timeout)"),
        (lambda aws: aws.hang(*FIRST.values()), "(timeout)"),
        (lambda aws: aws.expire(*FIRST.values()), "(denied)"),
        (lambda aws: aws.garble(*FIRST.values()), "(malformed)"),
        (lambda aws: aws.garble(*FIRST.values(), status=500), "(malformed)"),
        (lambda aws: aws.garble(*FIRST.values(), status=503), "could not look"),
    ],
    ids=["throttled", "hanging", "expired", "a page instead", "a page with 500", "a page with 503"],
)
def test_what_does_not_answer_as_aws_is_an_error_with_its_reason(right, failing, expected):
    failing(right)
    for proven in side_by_side(AwsIam, right, timeout=1).values():
        assert {each.status for each in proven} == {Status.ERROR}
        assert expected in said(proven)


def test_nobody_there_is_unreachable(aws):
    (verdict,) = prove_live(AwsIam, ROOT, {"endpoint_url": "http://127.0.0.1:9"})
    assert verdict.status is Status.ERROR
    assert "(unreachable)" in verdict.message


def test_without_credentials_nothing_is_proven(right, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "(denied): aws" in messages(right, ROOT)
    assert "no credentials" in messages(right, ROOT, profile="production")


def test_another_account_is_never_taken_for_the_expected_one(right):
    for (verdict,) in side_by_side(AwsIam, right, account_id="999999999999").values():
        assert verdict.status is Status.ERROR
        assert f"account {ACCOUNT}, not 999999999999" in verdict.message


def test_a_role_is_assumed_or_its_refusal_is_told(right):
    role = f"arn:aws:iam::{ACCOUNT}:role/shop/shop"
    for region in ("us-east-1", "eu-central-1"):
        assert status(right, ROOT, role_arn=role, external_id="golive", regions=[region]) is Status.PASS
    assert right.calls["sts:AssumeRole"] == 1
    right.calls.clear()
    right.deny("sts:AssumeRole")
    assert "needs sts:AssumeRole" in messages(right, ROOT, role_arn=role)
    assert right.calls["sts:AssumeRole"] == 1


def test_every_page_is_read(aws):
    iam = client(aws, "iam")
    for number in range(5):
        iam.create_user(UserName=f"user-{number}")
    iam.create_login_profile(UserName="user-4", Password="correct horse battery 9 !")
    aws.page_size = 2
    assert "user user-4" in messages(aws, CREDENTIALS)
    assert aws.calls["iam:ListUsers"] == 3
