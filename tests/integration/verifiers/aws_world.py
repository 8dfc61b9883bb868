# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS account for tests: entered with credentials for it alone, filled by its own clients, judged by a verifier."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import loaders
from botocore.config import Config

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
from ansible_collections.golive.verify.plugins.plugin_utils.aws import account
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, _verdicts
from tests.fakes.aws import FakeAws

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
READER = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "arn:aws:s3:::shop/*"},
}
LOOPBACK = "127.0.0.1"
# The descriptions of AWS' services, which each session of boto3 would read anew.
MODELS = loaders.create_loader()


def enter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK find credentials, and nothing else of the machine's; what was known of an account is forgotten."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(account, "_ATTEMPTS", 2)
    monkeypatch.setattr(loaders, "create_loader", lambda *_: MODELS)
    # S3 Control is asked under the account's own host name, whatever the URL.
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: resolve(LOOPBACK if str(host).endswith(f".{LOOPBACK}") else host, *rest, **more),
    )
    account.forget()


@cache
def client(aws: FakeAws, service: str, region: str = "us-east-1") -> Any:
    connect: Any = boto3.client
    plain = Config(disable_request_compression=True)  # or the fake could not tell what is asked for
    return connect(service, endpoint_url=aws.url, region_name=region, config=plain)


def identities(aws: FakeAws) -> FakeAws:
    """Fill an account as it should be: a user with a key and a console, a role, a trail."""
    iam = client(aws, "iam")
    iam.create_user(UserName="ada")
    iam.create_login_profile(UserName="ada", Password="correct horse battery 9 !")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="ada", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    aws.age_key(key, created_days=30, used_days=1)
    iam.update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24)
    iam.create_role(RoleName="shop", Path="/shop/", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="shop", PolicyName="uploads", PolicyDocument=json.dumps(READER))
    client(aws, "s3").create_bucket(Bucket="trail")
    trail = client(aws, "cloudtrail")
    trail.create_trail(Name="all", S3BucketName="trail", IsMultiRegionTrail=True, EnableLogFileValidation=True)
    trail.start_logging(Name="all")
    return aws


def side_by_side(verifier: type[Verifier], aws: FakeAws, **options: Any) -> dict[str, list[Verdict]]:
    """The verdicts of all controls of a verifier, proven by one check."""
    name = "golive.verify." + verifier.__module__.rpartition(".")[2]
    want = interface(name).parse({"endpoint_url": aws.url, **options})
    subject, provers, answered = verifier.__new__(verifier), verifier.provers(), Answered()

    async def prove(control: str) -> Any:
        return await provers[control](subject, Observer(want["from"], want.timeout, answered=answered), want)

    proofs, _calls = engine.run([prove(control) for control in provers], engine.on_controller)
    return {control: list(_verdicts(proof)) for control, proof in zip(provers, proofs, strict=True)}


def said(proven: Iterable[Verdict]) -> str:
    """What is said of everything that does not pass, by subject."""
    return "\n".join(f"{each.subject}: {each.message}" for each in proven if each.status is not Status.PASS)


def needed(verifier: str) -> Mapping[str, Sequence[str]]:
    """The permissions that a verifier declares, by control."""
    return interface(f"golive.verify.{verifier}").needs
