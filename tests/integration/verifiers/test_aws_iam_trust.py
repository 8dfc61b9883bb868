# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aws_iam proves of who is or can become an administrator, and of whom roles let in: boto3 against moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.models import iam_backends

from ansible_collections.golive.verify.plugins.action.aws_iam import ActionModule as AwsIam
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import READER, TRUST, client, identities, said
from tests.integration.verifiers.live import prove_live

CREDENTIALS = "aws.iam.credentials"
ANYONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


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


def test_an_administrator_fails_however_it_became_one_unless_declared(right):
    iam = client(right, "iam")
    iam.attach_role_policy(RoleName="shop", PolicyArn=ADMINISTRATOR)
    assert f"role shop: administrator of everything through {ADMINISTRATOR}" in messages(right, CREDENTIALS)
    for declared in ("shop", "/shop/*", f"arn:aws:iam::{ACCOUNT}:role/shop/*"):
        assert status(right, CREDENTIALS, administrators=[declared]) is Status.PASS
    iam.detach_role_policy(RoleName="shop", PolicyArn=ADMINISTRATOR)

    iam.create_group(GroupName="ops")
    iam.put_group_policy(GroupName="ops", PolicyName="all", PolicyDocument=json.dumps(ANYONE))
    iam.add_user_to_group(GroupName="ops", UserName="ada")
    assert "user ada: administrator of everything through policy all in group ops of group ops" in messages(
        right, CREDENTIALS
    )
    assert status(right, CREDENTIALS, applications=["shop"]) is Status.PASS


def test_a_boundary_takes_away_what_a_policy_gives(right):
    iam = client(right, "iam")
    arn = iam.create_policy(PolicyName="edge", PolicyDocument=json.dumps(READER))["Policy"]["Arn"]
    for name, boundary in (("kept", {"PermissionsBoundary": arn}), ("loose", {})):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), **boundary)
        iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)
    assert [verdict.subject for verdict in verdicts(right, CREDENTIALS)] == ["", "role loose"]


def test_an_application_that_does_not_exist_is_an_error(right):
    (verdict,) = verdicts(right, CREDENTIALS, applications=["shop", "worker"])
    assert verdict.status is Status.ERROR
    assert "no user or role is like worker" in verdict.message


def test_one_who_can_make_himself_an_administrator_fails_with_the_way(right):
    iam = client(right, "iam")
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "iam:Pass*", "Resource": "*"}
    ways = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName="shop", PolicyName="passes", PolicyDocument=json.dumps(ways))
    assert status(right, CREDENTIALS) is Status.PASS
    statement["Action"] = ["ec2:Run*", "ec2:Describe*"]
    iam.put_role_policy(RoleName="shop", PolicyName="runs", PolicyDocument=json.dumps(ways))
    assert (
        "role shop: can become an administrator by iam:PassRole and ec2:RunInstances "
        "through policy passes in role shop, policy runs in role shop"
    ) in messages(right, CREDENTIALS)
    assert status(right, CREDENTIALS, administrators=["shop"]) is Status.PASS


@pytest.mark.parametrize(
    ("principal", "condition", "wrong"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {}, None),
        ({"AWS": "arn:aws:iam::999999999999:role/deploy"}, {}, "it can be assumed by AWS arn:aws:iam::999999999999"),
        ({"AWS": "*"}, {}, "it can be assumed by everybody"),
        ({"Service": "sns.amazonaws.com"}, {}, "sns.amazonaws.com may act in it for anybody"),
        ({"Service": "sns.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, None),
    ],
)
def test_roles_let_in_only_whom_they_may(right, principal, condition, wrong):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client(right, "iam").update_assume_role_policy(RoleName="shop", PolicyDocument=document)
    if wrong is None:
        assert status(right, CREDENTIALS) is Status.PASS
    else:
        assert f"trust policy of role shop: {wrong}" in messages(right, CREDENTIALS)


def test_what_the_access_analyzer_found_fails_and_so_does_none(right):
    asked = {"access_analyzer": True, "regions": ["eu-central-1"]}
    for without in ({}, {"ACCOUNT": "DISABLED"}, {"ACCOUNT_UNUSED_ACCESS": "ACTIVE"}):
        right.identities.analyzers = without
        assert "access analyzer in eu-central-1: none looks for access from outside" in messages(
            right, CREDENTIALS, **asked
        )
    right.identities.analyzers = {"ACCOUNT": "ACTIVE"}
    assert status(right, CREDENTIALS, **asked) is Status.PASS
    bucket = "arn:aws:s3:::shop"
    right.identities.findings = [
        {"resource": bucket, "isPublic": True},
        {"resource": bucket, "principal": {"AWS": "999999999999"}},
        {"resource": f"{bucket}-old", "status": "ARCHIVED"},
    ]
    found = messages(right, CREDENTIALS, **asked)
    assert f"{bucket} (finding f0): everybody can get at it" in found
    assert f"{bucket} (finding f1): AWS 999999999999 can get at it" in found
    assert "f2" not in found
    right.identities.findings = [{"resource": bucket, "error": "ACCESS_DENIED"}]
    assert status(right, CREDENTIALS, **asked) is Status.ERROR


def test_what_is_denied_hides_no_failure_elsewhere(right):
    right.deny("iam:GetAccountAuthorizationDetails")
    key = client(right, "iam").create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    right.age_key(key, 700, 1)
    found = {verdict.subject: verdict.status for verdict in verdicts(right, CREDENTIALS)}
    assert found == {
        "": Status.FAIL,
        f"access key {key} of ada": Status.FAIL,
        "access keys of ada": Status.FAIL,
        "users and roles": Status.ERROR,
        "trust policies": Status.ERROR,
    }


def test_many_failures_are_counted_and_a_hundred_shown(aws):
    iam = client(aws, "iam")
    iam.create_group(GroupName="ops")
    iam.put_group_policy(GroupName="ops", PolicyName="all", PolicyDocument=json.dumps(ANYONE))
    backend = iam_backends[ACCOUNT]["aws"]
    for number in range(120):
        backend.create_user("us-east-1", f"user-{number}")
        backend.add_user_to_group("ops", f"user-{number}")
    found = verdicts(aws, CREDENTIALS)
    assert len(found) == 101
    assert found[0].message == "120 of 120 users and roles are administrators without being declared to be"
