# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_s3 verifier through boto3 against moto, and against its fake where moto cannot say or fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_s3 import ActionModule as AwsS3
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.fakes.aws_buckets import BLOCKED
from tests.integration.verifiers.aws_world import TRUST, client, needed, said, side_by_side
from tests.integration.verifiers.live import prove_live

PUBLIC, LEAST, ENCRYPTED = "aws.s3.public_block", "aws.s3.least_privilege", "data.encryption_at_rest"
KEPT, OFFSITE, FILES, RECORDED = "backup.retention", "backup.offsite", "backup.files", "cloud.audit_trail"
PROMISED = "data.retention_enforced"
UPLOADS, BACKUPS, COPY = "shop-uploads", "shop-backups", "shop-copy"
HOME, ABROAD = "eu-central-1", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"
OPTIONS: dict[str, Any] = {
    "backup_buckets": [BACKUPS],
    "offsite_buckets": [BACKUPS],
    "upload_buckets": [UPLOADS],
    "logged_buckets": [UPLOADS, BACKUPS],
    "retention": [{"buckets": [UPLOADS], "legal": True, "max_days": 40}],
    "min_legal_days": 10,
    "regions": [HOME],
    "retention_days": 3,
    "immutable": True,
}


def bucket_policy(bucket: str, *more: dict[str, Any], secure: bool = True) -> str:
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    insecure = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},  # moto cannot read another form of everybody
        "Action": "s3:*",
        "Resource": everything,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    app = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": everything[1]}
    return json.dumps({"Version": "2012-10-17", "Statement": [app, *([insecure] if secure else []), *more]})


def put(aws: FakeAws, bucket: str, days: int) -> None:
    """A dump of each of the last days."""
    for day in range(days):
        aws.buckets.write(bucket, f"dump-{day}", f"{day} days old", day + 0.5)


def replicate(aws: FakeAws, bucket: str, to: str) -> None:
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {}, "DeleteMarkerReplication": {"Status": "Disabled"}}
    configuration = {"Role": ROLE, "Rules": [{**rule, "Destination": {"Bucket": f"arn:aws:s3:::{to}"}}]}
    client(aws, "s3").put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)


def expire(aws: FakeAws, bucket: str, days: int, replaced: int | None, prefix: str = "") -> None:
    """The one rule of a bucket's lifecycle; replaced: days after which it deletes replaced versions."""
    rule: dict[str, Any] = {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": days},
    }
    if replaced is not None:
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": replaced}
    client(aws, "s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


def log(aws: FakeAws, bucket: str, into: str | None) -> None:
    logging = {"LoggingEnabled": {"TargetBucket": into, "TargetPrefix": f"{bucket}/"}} if into else {}
    client(aws, "s3").put_bucket_logging(Bucket=bucket, BucketLoggingStatus=logging)


def record(aws: FakeAws, *values: str, kinds: str = "All") -> None:
    """Let the trail record the data events of these objects."""
    selector = {"ReadWriteType": kinds, "DataResources": [{"Type": "AWS::S3::Object", "Values": list(values)}]}
    trail = client(aws, "cloudtrail", HOME)
    trail.put_event_selectors(TrailName="data", EventSelectors=[selector])
    aws.selective_trails.add(f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/data")


@pytest.fixture
def right(aws):
    """Three buckets as they should be, two at home and a copy abroad, and the role of an application."""
    s3 = client(aws, "s3")
    for bucket, region in ((UPLOADS, HOME), (BACKUPS, HOME), (COPY, ABROAD)):
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": region},
            ObjectLockEnabledForBucket=bucket == BACKUPS,
        )
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={**BLOCKED, "BlockPublicAcls": False, "IgnorePublicAcls": False},
        )
        s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket))
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encryption)
        put(aws, bucket, 4)
    aws.buckets.lock(BACKUPS, "COMPLIANCE", 30)
    replicate(aws, BACKUPS, COPY)
    replicate(aws, UPLOADS, COPY)
    expire(aws, UPLOADS, 30, 10)
    aws.buckets.account_block = {**BLOCKED, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    iam = client(aws, "iam")
    iam.create_role(RoleName="shop", AssumeRolePolicyDocument=json.dumps(TRUST))
    s3.put_bucket_acl(Bucket=BACKUPS, ACL="log-delivery-write")
    log(aws, UPLOADS, BACKUPS)
    trail = client(aws, "cloudtrail", HOME)
    trail.create_trail(Name="data", S3BucketName=COPY, IsMultiRegionTrail=True)
    trail.start_logging(Name="data")
    record(aws, f"arn:aws:s3:::{BACKUPS}/")
    return aws


def verdicts(aws: FakeAws, control: str, **options: Any) -> list[Verdict]:
    return prove_live(AwsS3, control, {"endpoint_url": aws.url, **OPTIONS, **options})


def status(aws: FakeAws, control: str, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(aws, control, **options))


def messages(aws: FakeAws, control: str, **options: Any) -> str:
    """What is said of everything that does not pass, by subject."""
    return said(verdicts(aws, control, **options))


def test_buckets_as_they_should_be_pass_and_each_question_is_asked_once(right):
    right.calls.clear()
    found = side_by_side(AwsS3, right, account_id=ACCOUNT, **OPTIONS)
    assert {control: said(proven) for control, proven in found.items()} == dict.fromkeys(found, "")
    assert {each.status for proven in found.values() for each in proven} == {Status.PASS}
    assert found[PUBLIC][0].actual == {"account": ACCOUNT, "buckets": 3, "declared public": 0}
    assert right.calls["s3:ListAllMyBuckets"] == 1
    # Of some buckets several controls ask the same.
    listings = {"s3:ListBucket", "s3:ListAllMyBuckets"}
    asked_each = {each: calls for each, calls in right.calls.items() if each.startswith("s3:") and each not in listings}
    assert set(asked_each.values()) == {1, 2, 3}
    assert {request: often for request, often in right.requests.items() if often > 1 and "s3:Get" in request} == {}
    assert set(right.calls) == set().union(*needed("aws_s3").values())


def test_an_account_without_buckets_proves_nothing(aws):
    for control in (PUBLIC, LEAST, ENCRYPTED, KEPT, OFFSITE, FILES, RECORDED, PROMISED):
        assert status(aws, control) is Status.ERROR, control


def test_a_pattern_that_no_bucket_is_like_is_an_error(right):
    assert "no bucket is like shop-archive" in messages(right, KEPT, backup_buckets=["shop-archive"])
    assert "no bucket is like other-*" in messages(right, PUBLIC, buckets=["shop-*", "other-*"])


def test_each_flag_must_be_set_on_the_bucket_or_on_the_account(right):
    right.buckets.account_block = {**BLOCKED, "IgnorePublicAcls": False}
    found = messages(right, PUBLIC)
    assert ": 3 of 3 buckets are public" in found
    assert f"arn:aws:s3:::{BACKUPS}: IgnorePublicAcls set neither on the bucket nor on the account" in found
    right.buckets.account_block = None
    client(right, "s3").delete_public_access_block(Bucket=COPY)
    assert "BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets" in messages(right, PUBLIC)


def test_a_public_policy_or_grant_fails_unless_the_bucket_is_declared_public(right):
    s3 = client(right, "s3")
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{UPLOADS}/*"}
    right.buckets.account_block = BLOCKED
    s3.delete_public_access_block(Bucket=UPLOADS)
    s3.put_bucket_policy(Bucket=UPLOADS, Policy=bucket_policy(UPLOADS, anybody))
    assert f"arn:aws:s3:::{UPLOADS}: its policy lets the public in" in messages(right, PUBLIC)
    assert f"arn:aws:s3:::{UPLOADS}: its policy lets everybody in (statement 3)" in messages(right, LEAST)
    s3.put_bucket_acl(Bucket=COPY, ACL="public-read")
    assert "its access control list grants AllUsers READ" in messages(right, PUBLIC, buckets=[COPY])
    assert status(right, PUBLIC, public_buckets=[UPLOADS, COPY]) is Status.PASS


def test_a_bucket_without_a_policy_or_without_tls_fails(right):
    s3 = client(right, "s3")
    s3.put_bucket_policy(Bucket=UPLOADS, Policy=bucket_policy(UPLOADS, secure=False))
    s3.delete_bucket_policy(Bucket=COPY)
    found = messages(right, LEAST)
    assert f"arn:aws:s3:::{UPLOADS}: its policy does not deny every request without TLS" in found
    assert f"arn:aws:s3:::{COPY}: has no policy" in found
    assert ": 2 of 3 buckets let in too many" in found


def test_another_account_is_let_in_only_when_declared(right):
    stranger = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "s3:Get*"}
    stranger |= {"Resource": f"arn:aws:s3:::{UPLOADS}/*", "Sid": "partner"}
    client(right, "s3").put_bucket_policy(Bucket=UPLOADS, Policy=bucket_policy(UPLOADS, stranger))
    assert "lets AWS arn:aws:iam::999999999999:root in (partner)" in messages(right, LEAST)
    assert status(right, LEAST, principals=[ACCOUNT, "999999999999"]) is Status.PASS
    assert "role/shop in (statement 1)" in messages(right, LEAST, principals=["999999999999"])


def test_an_application_that_could_destroy_a_bucket_fails_with_the_way(right):
    iam = client(right, "iam")
    all_of_it = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{UPLOADS}*"},
    }
    iam.put_role_policy(RoleName="shop", PolicyName="uploads", PolicyDocument=json.dumps(all_of_it))
    found = messages(right, LEAST)
    assert f"{ROLE}: may s3:DeleteBucket, s3:DeleteObjectVersion, s3:PutBucketPolicy" in found
    assert f"on {UPLOADS} through policy uploads in role shop" in found
    assert status(right, LEAST, administrators=["shop"]) is Status.PASS
    denied = {"Effect": "Deny", "Principal": {"AWS": ROLE}, "NotAction": ["s3:Get*", "s3:PutObject"]}
    denied |= {"Resource": [f"arn:aws:s3:::{UPLOADS}", f"arn:aws:s3:::{UPLOADS}/*"]}
    client(right, "s3").put_bucket_policy(Bucket=UPLOADS, Policy=bucket_policy(UPLOADS, denied))
    assert status(right, LEAST) is Status.PASS
    assert "no user or role is like worker" in messages(right, LEAST, applications=["worker"])


def test_a_bucket_that_does_not_encrypt_or_not_with_kms_fails(right):
    client(right, "s3").delete_bucket_encryption(Bucket=COPY)
    assert f"arn:aws:s3:::{COPY}: has no default encryption" in messages(right, ENCRYPTED)
    assert "encrypts with AES256, not with a key of KMS" in messages(right, ENCRYPTED, kms_buckets=[BACKUPS])


def test_a_bucket_of_which_nobody_knows_who_uses_it_fails(right):
    log(right, UPLOADS, None)
    unlogged = f"arn:aws:s3:::{UPLOADS}: S3 does not log requests, and no trail records who would read and write"
    assert unlogged in messages(right, RECORDED)
    assert status(right, RECORDED, logged_buckets=[BACKUPS]) is Status.PASS
    for values, kinds, missing in (
        (["arn:aws:s3"], "All", ""),
        (["arn:aws:s3:::"], "All", ""),
        ([f"arn:aws:s3:::{UPLOADS}/"], "All", ""),
        ([f"arn:aws:s3:::{UPLOADS}/invoices/"], "All", "read and write"),
        (["arn:aws:s3:::shop"], "All", "read and write"),
        (["arn:aws:s3"], "WriteOnly", "read"),
    ):
        record(right, *values, kinds=kinds)
        found = messages(right, RECORDED, logged_buckets=[UPLOADS])
        assert found.count(f"no trail records who would {missing} its objects") == bool(missing), values
    record(right, "arn:aws:s3")
    right.trail_status = {"IsLogging": False}
    assert unlogged in messages(right, RECORDED)


def test_backups_that_something_takes_away_fail(right):
    s3 = client(right, "s3")
    rule = {"ID": "short", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 2}}
    rule |= {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=BACKUPS, LifecycleConfiguration={"Rules": [rule]})
    found = messages(right, KEPT)
    assert "lifecycle rule short deletes objects after 2 days, not 3" in found
    assert "deletes replaced versions after 1 days" in found
    s3.delete_bucket_lifecycle(Bucket=BACKUPS)
    assert "no copy of 2 of the last 6 days" in messages(right, KEPT, retention_days=6)
    assert "locked for 30 days, not 31" in messages(right, KEPT, retention_days=31)
    right.buckets.lock(BACKUPS, "GOVERNANCE", 30)
    assert "of mode GOVERNANCE, which who may can lift" in messages(right, KEPT)
    assert status(right, KEPT, immutable=False) is Status.PASS
    s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Suspended"})
    found = messages(right, KEPT, backup_buckets=[UPLOADS])
    assert "keeps no versions" in found
    assert "objects are not locked, and versions are deleted without MFA" in found


def test_buckets_that_lose_early_or_keep_for_longer_than_promised_fail(right):
    expire(right, UPLOADS, 30, 9)
    assert "lifecycle rule old deletes replaced versions after 9 days, not 10" in messages(right, PROMISED)
    expire(right, UPLOADS, 31, 10)
    assert "data stays for 41 days (31 as objects, 10 as replaced versions), not 40" in messages(right, PROMISED)
    expire(right, UPLOADS, 30, None)
    assert f"arn:aws:s3:::{UPLOADS}: no rule for all objects deletes replaced versions" in messages(right, PROMISED)
    expire(right, UPLOADS, 30, 10, prefix="a/")
    assert f"arn:aws:s3:::{UPLOADS}: no rule for all objects deletes objects" in messages(right, PROMISED)
    expire(right, UPLOADS, 30, 10)
    right.buckets.lock(UPLOADS, "GOVERNANCE", 50)
    assert "objects are locked for 50 days, longer than 40" in messages(right, PROMISED)


def test_copies_that_are_not_elsewhere_not_all_or_not_there_fail(right):
    s3 = client(right, "s3")
    right.buckets.erase(COPY, "dump-1")
    for control in (OFFSITE, FILES):
        assert "1 of 4 objects have not arrived in shop-copy, or differ" in messages(right, control)
    put(right, COPY, 4)
    assert "the newest copy in shop-copy is 12 hours old, not 6" in messages(right, OFFSITE, offsite_max_age_hours=6)
    replicate(right, BACKUPS, UPLOADS)
    assert f"only to {UPLOADS}, in the same region of the same account" in messages(right, OFFSITE)
    replicate(right, BACKUPS, COPY)
    right.buckets.replicated_prefix = "daily/"
    assert f"only to {COPY}, a part of it" in messages(right, OFFSITE)
    s3.delete_bucket_replication(Bucket=BACKUPS)
    assert "is copied nowhere" in messages(right, OFFSITE)


def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(right):
    for operation in set().union(*needed("aws_s3").values()):
        right.failures.clear()
        right.deny(operation)
        for control, proven in side_by_side(AwsS3, right, **OPTIONS).items():
            lacks = operation in needed("aws_s3")[control]
            assert {each.status for each in proven} == {Status.ERROR if lacks else Status.PASS}, (operation, control)
            assert ("could not look (denied): " in said(proven)) is lacks
            assert (f"needs {operation}" in said(proven)) is lacks


def test_a_bucket_that_may_not_be_read_is_an_error_of_its_own_and_hides_no_failure(right):
    right.deny_for("s3:GetBucketAcl", COPY)
    assert [(each.subject, each.status) for each in verdicts(right, PUBLIC)] == [(f"arn:aws:s3:::{COPY}", Status.ERROR)]
    client(right, "s3").put_bucket_acl(Bucket=BACKUPS, ACL="public-read-write")
    assert {each.subject: each.status for each in verdicts(right, PUBLIC)} == {
        "": Status.FAIL,
        f"arn:aws:s3:::{BACKUPS}": Status.FAIL,
        f"arn:aws:s3:::{COPY}": Status.ERROR,
    }


def test_what_does_not_answer_as_aws_is_an_error(right):
    ways = {right.throttle: "(timeout)", right.expire: "(denied)", right.garble: "(malformed)"}
    for fail, reason in ways.items():
        fail("s3:ListAllMyBuckets")
        for proven in side_by_side(AwsS3, right, timeout=2, **OPTIONS).values():
            assert {each.status for each in proven} == {Status.ERROR}
            assert reason in said(proven)
