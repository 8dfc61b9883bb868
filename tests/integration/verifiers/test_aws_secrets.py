# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_secrets verifier through boto3 against moto; no value is ever asked for."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from ansible_collections.golive.verify.plugins.action.aws_secrets import ActionModule as AwsSecrets
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.live import prove_live

STORE, ROTATION = "secrets.in_store", "secrets.rotation"
NEEDS = interface("golive.verify.aws_secrets").needs
CANARY = "canary-5f0d"
DECLARED = {"secrets": ["shop/database"], "parameters": ["/shop/mail"], "encryption_keys": ["alias/shop"]}
DAY = 86400


@pytest.fixture
def kept(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """An account with a secret and a parameter as they should be."""
    listed: Any = SecretsManagerBackend.list_secret_version_ids

    def dated(backend: Any, secret_id: str) -> str:
        """The versions of a secret with their dates, for which moto takes the present."""
        said = json.loads(listed(backend, secret_id))
        for each in said["Versions"]:
            each["CreatedDate"] = backend.secrets[secret_id].versions[each["VersionId"]]["createdate"]
        return json.dumps(said)

    monkeypatch.setattr(SecretsManagerBackend, "list_secret_version_ids", dated)
    client(aws, "secretsmanager").create_secret(Name="shop/database", SecretString=CANARY)
    client(aws, "ssm").put_parameter(Name="/shop/mail", Value=CANARY, Type="SecureString")
    kms = client(aws, "kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    return aws


def verdicts(aws: FakeAws, control: str, **options: Any) -> list[Verdict]:
    return prove_live(AwsSecrets, control, {"endpoint_url": aws.url, **(DECLARED | options)})


def status(aws: FakeAws, control: str, **options: Any) -> Status:
    return worst(each.status for each in verdicts(aws, control, **options))


def fails(aws: FakeAws, control: str, because: str, **options: Any) -> None:
    found = verdicts(aws, control, **options)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert because in said(found)


def age(name: str, days: float, *, rotates: bool = False, overdue: float | None = None) -> None:
    """Let a secret's value have been written so many days ago, and the secret been tagged today."""
    secret: Any = secretsmanager_backends[ACCOUNT]["us-east-1"].secrets[name]
    secret.last_changed_date = time.time()
    for version in secret.versions.values():
        version["createdate"] = time.time() - days * DAY
    secret.rotation_requested = secret.rotation_enabled = rotates
    secret.next_rotation_date = None if overdue is None else time.time() - overdue * DAY


@pytest.mark.parametrize("control", [STORE, ROTATION])
def test_secrets_that_are_kept_and_young_pass_and_none_is_read(kept: FakeAws, control: str) -> None:
    kept.calls.clear()
    found = verdicts(kept, control, account_id=ACCOUNT, regions=["us-east-1"])
    assert [each.status for each in found] == [Status.PASS], said(found)
    assert set(kept.calls) <= set(NEEDS[control])
    assert CANARY not in repr(found)


def test_a_secret_that_is_not_there_or_going_fails(kept: FakeAws) -> None:
    fails(kept, STORE, "it is not in Secrets Manager", secrets=["shop/elsewhere"])
    fails(kept, STORE, "it is not in Parameter Store", parameters=["/shop/elsewhere"])
    fails(kept, ROTATION, "it is not there", secrets=["shop/elsewhere"])
    client(kept, "secretsmanager").delete_secret(SecretId="shop/database", RecoveryWindowInDays=7)
    fails(kept, STORE, "it is being deleted")


def test_a_parameter_in_clear_fails(kept: FakeAws) -> None:
    client(kept, "ssm").put_parameter(Name="/shop/plain", Value=CANARY, Type="String")
    fails(kept, STORE, "kept in clear (String, not SecureString)", parameters=["/shop/plain"])


def test_a_policy_that_lets_in_others_fails(kept: FakeAws) -> None:
    def policy(principal: Any) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client(kept, "secretsmanager").put_resource_policy(SecretId="shop/database", ResourcePolicy=document)

    policy({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert status(kept, STORE) is Status.PASS
    policy({"AWS": "arn:aws:iam::999999999999:root"})
    fails(kept, STORE, "its policy lets in AWS arn:aws:iam::999999999999:root")
    assert status(kept, STORE, principals=["999999999999"]) is Status.PASS
    policy("*")
    fails(kept, STORE, "its policy lets in everybody")


def test_a_secret_that_is_old_or_does_not_rotate_fails(kept: FakeAws) -> None:
    age("shop/database", 91)
    fails(kept, ROTATION, "its value is 91 days old, more than 90")
    age("shop/database", 1)
    fails(kept, ROTATION, "nothing rotates it", automatic=True)
    age("shop/database", 1, rotates=True, overdue=-20)
    assert status(kept, ROTATION, automatic=True) is Status.PASS
    age("shop/database", 1, rotates=True, overdue=3)
    fails(kept, ROTATION, "its rotation is overdue")


@pytest.mark.parametrize("control", [STORE, ROTATION])
def test_what_is_denied_throttled_or_garbled_is_an_error(kept: FakeAws, control: str) -> None:
    for permission in set(NEEDS[control]) - {"sts:GetCallerIdentity"}:
        for fail, because in ((kept.deny, f"needs {permission}"), (kept.throttle, "throttled"), (kept.garble, "")):
            kept.failures.clear()
            fail(permission)
            found = verdicts(kept, control)
            assert {each.status for each in found} == {Status.ERROR}, (permission, said(found))
            assert because in said(found)


@pytest.mark.parametrize("control", [STORE, ROTATION])
def test_without_a_declaration_nothing_is_proven(kept: FakeAws, control: str) -> None:
    with pytest.raises(NotAsked):
        verdicts(kept, control, secrets=[], parameters=[], encryption_keys=[])


def test_keys_that_are_not_rotated_or_will_be_gone_fail(kept: FakeAws) -> None:
    assert status(kept, ROTATION, secrets=[], parameters=[]) is Status.PASS
    kms = client(kept, "kms")
    key = kms.describe_key(KeyId="alias/shop")["KeyMetadata"]["KeyId"]
    kms.disable_key_rotation(KeyId=key)
    fails(kept, ROTATION, "encryption key alias/shop: nothing rotates it")
    kms.enable_key_rotation(KeyId=key)
    fails(kept, ROTATION, "it is rotated every 365 days, not 90", max_encryption_key_age_days=90)
    fails(kept, ROTATION, "encryption key alias/none: there is no such key", encryption_keys=["alias/none"])
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    fails(kept, ROTATION, "it is PendingDeletion; it will be deleted on")
