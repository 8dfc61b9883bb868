# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_stores verifier through boto3 against moto."""

from __future__ import annotations

from typing import Any

import pytest
from moto.ec2.models import ec2_backends

from ansible_collections.golive.verify.plugins.action.aws_stores import ActionModule as AwsStores
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, needed, said, side_by_side
from tests.integration.verifiers.live import prove_live

ENCRYPTED, PITR, AUTOMATED = "data.encryption_at_rest", "backup.point_in_time", "backup.automated"
REDUNDANT, CLOSED, TLS = "ha.redundancy", "redis.provisioned", "redis.tls"
HOME = "eu-central-1"
CACHE = f"arn:aws:elasticache:{HOME}:{ACCOUNT}:replicationgroup:sessions"
TABLE = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/orders"


def cache(aws: FakeAws, name: str, **different: Any) -> None:
    safe: dict[str, Any] = {
        "AtRestEncryptionEnabled": True,
        "TransitEncryptionEnabled": True,
        "SnapshotRetentionLimit": 7,
        "UserGroupIds": ["shop"],
    }
    safe |= {"AutomaticFailoverEnabled": True, "MultiAZEnabled": True, "ReplicasPerNodeGroup": 1}
    safe |= {"PreferredCacheClusterAZs": [f"{HOME}a", f"{HOME}b"], "Engine": "redis", "CacheNodeType": "cache.t3.micro"}
    client(aws, "elasticache", HOME).create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription=name,
        **{name: value for name, value in {**safe, **different}.items() if value is not None},
    )


def table(aws: FakeAws, name: str, rewound: bool) -> None:
    dynamodb = client(aws, "dynamodb", HOME)
    key = {"AttributeName": "id"}
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{**key, "KeyType": "HASH"}],
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    specification = {"PointInTimeRecoveryEnabled": rewound}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=specification)


def user(aws: FakeAws, name: str, access: str = "on ~* +@all", **more: Any) -> None:
    client(aws, "elasticache", HOME).create_user(
        UserId=name, UserName=name, Engine="redis", AccessString=access, **more
    )


@pytest.fixture
def right(aws):
    """One store of each kind, as it should be."""
    ec2, efs = client(aws, "ec2", HOME), client(aws, "efs", HOME)
    ec2.enable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, Encrypted=True)["VolumeId"]
    aws.snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    aws.image = ec2.register_image(Name="shop", RootDeviceName="/dev/sda1")["ImageId"]
    ec2_backends[ACCOUNT][HOME].amis[aws.image].ebs_snapshot.encrypted = True
    user(aws, "app", AuthenticationMode={"Type": "password", "Passwords": ["correct horse battery"]})
    aws.stores.user_groups = {"shop": ["app"]}
    aws.file_system = efs.create_file_system(CreationToken="media", Encrypted=True, Backup=True)["FileSystemId"]
    cache(aws, "sessions")
    table(aws, "orders", True)
    return aws


def options(aws: FakeAws, **more: Any) -> dict[str, Any]:
    backed_up = ["sessions", getattr(aws, "file_system", "fs-*")]
    return {"regions": [HOME], "tables": ["orders"], "backed_up": backed_up, "min_window_days": 0, **more}


def verdicts(aws: FakeAws, control: str, **more: Any) -> list[Verdict]:
    return prove_live(AwsStores, control, {"endpoint_url": aws.url, **options(aws, **more)})


def status(aws: FakeAws, control: str, **more: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(aws, control, **more))


def messages(aws: FakeAws, control: str, **more: Any) -> str:
    """What is said of everything that does not pass, by subject."""
    return said(verdicts(aws, control, **more))


def test_stores_as_they_should_be_pass_and_each_question_is_asked_once(right):
    right.calls.clear()
    right.requests.clear()
    found = side_by_side(AwsStores, right, account_id=ACCOUNT, **options(right))
    assert {control: said(proven) for control, proven in found.items()} == dict.fromkeys(found, "")
    assert {each.status for proven in found.values() for each in proven} == {Status.PASS}
    actual = {"account": ACCOUNT, "regions": 1, "volumes": 1, "file systems": 1, "caches": 1}
    actual |= {"snapshots of volumes": 2, "images": 1}
    assert found[ENCRYPTED][0].actual == actual
    assert set(right.calls) == set().union(*needed("aws_stores").values())
    assert set(right.requests.values()) == {1}


def test_where_there_is_nothing_nothing_is_proven(aws):
    client(aws, "ec2", HOME).enable_ebs_encryption_by_default()
    for control in (ENCRYPTED, PITR, AUTOMATED, REDUNDANT, CLOSED, TLS):
        assert status(aws, control) is Status.ERROR, control


def test_what_is_not_encrypted_fails(right):
    ec2 = client(right, "ec2", HOME)
    ec2.disable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    client(right, "efs", HOME).create_file_system(CreationToken="clear")
    cache(right, "clear", AtRestEncryptionEnabled=False)
    client(right, "elasticache", HOME).create_cache_cluster(
        CacheClusterId="single", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    found = messages(right, ENCRYPTED)
    assert f"volumes of {HOME}: volumes to come will not be encrypted by default" in found
    assert f"arn:aws:ec2:{HOME}:{ACCOUNT}:volume/{volume}: is not encrypted" in found
    assert "1 of 2 volumes" in found
    assert "1 of 2 file systems" in found
    assert "2 of 3 caches" in found
    assert "which is not declared" in messages(right, ENCRYPTED, kms_keys=["arn:aws:kms:*:key/mine"])


def test_copies_of_volumes_that_are_in_clear_or_everybodys_fail(right):
    ec2 = client(right, "ec2", HOME)
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    clear = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    right.stores.public = {clear}
    start = f"arn:aws:ec2:{HOME}:{ACCOUNT}"
    found = messages(right, ENCRYPTED)
    assert f"{start}:snapshot/{clear}: is not encrypted; everybody can make a volume of it" in found
    assert "1 of 3 snapshots of volumes are in clear or others' too" in found
    assert f"image/{right.image}" not in found
    ec2.modify_image_attribute(ImageId=right.image, LaunchPermission={"Add": [{"Group": "all"}]})
    assert f"{start}:image/{right.image}: everybody can start a machine of it" in messages(right, ENCRYPTED)


def test_copies_of_volumes_that_accounts_have_which_are_not_declared_fail(right):
    ec2, start = client(right, "ec2", HOME), f"arn:aws:ec2:{HOME}:{ACCOUNT}"
    share = {"Attribute": "createVolumePermission", "OperationType": "add"}
    ec2.modify_snapshot_attribute(SnapshotId=right.snapshot, UserIds=["111111111111", "999999999999"], **share)
    ec2.modify_image_attribute(ImageId=right.image, LaunchPermission={"Add": [{"UserId": "999999999999"}]})
    found = messages(right, ENCRYPTED, share_with=["111111111111"])
    assert f"snapshot/{right.snapshot}: 999999999999, which is not declared, can make a volume of it" in found
    assert f"{start}:image/{right.image}: 999999999999, which is not declared, can start a machine of it" in found
    assert "111111111111" not in found
    assert status(right, ENCRYPTED, share_with=["111111111111", "9*"]) is Status.PASS


def test_a_snapshot_that_is_gone_by_now_is_nobody_elses(right):
    right.stores.gone = {"snap-0123456789abcdef0"}
    assert status(right, ENCRYPTED) is Status.PASS


def test_tables_that_cannot_be_taken_back_fail(right):
    table(right, "carts", False)
    assert status(right, PITR) is Status.PASS
    found = messages(right, PITR, tables=["orders", "carts"])
    assert f"{TABLE.replace('orders', 'carts')}: cannot be restored to any moment" in found
    assert "1 of 2 tables" in found
    client(right, "dynamodb", HOME).update_table(TableName="orders", DeletionProtectionEnabled=False)
    assert f"{TABLE}: may be deleted: deletion protection is off" in messages(right, PITR)
    assert "restored to the last 0.0 days only, not 7" in messages(right, PITR, min_window_days=7)
    assert "tables: invoices: could not look (not_found)" in messages(right, PITR, tables=["orders", "invoices"])


def test_what_is_not_backed_up_fails(right):
    system = client(right, "efs", HOME).create_file_system(CreationToken="logs")["FileSystemId"]
    found = messages(right, AUTOMATED, min_snapshot_days=14, backed_up=["sessions", "fs-*"])
    assert f"{system}: its automatic backups are off" in found
    assert f"{CACHE}: snapshots are kept 7 days, not 14" in found
    cache(right, "queue", SnapshotRetentionLimit=0)
    assert "queue: no snapshot is made" in messages(right, AUTOMATED, backed_up=["queue"])


def test_caches_that_a_lost_node_takes_away_fail(right):
    cache(right, "alone", AutomaticFailoverEnabled=False, MultiAZEnabled=False, ReplicasPerNodeGroup=0)
    found = messages(right, REDUNDANT)
    assert "alone: does not fail over by itself; may have all its nodes in one zone" in found
    assert "a shard has 1 node, not 2" in found
    assert status(right, REDUNDANT, caches=["sessions"]) is Status.PASS
    assert "a shard has 2 nodes, not 3" in messages(right, REDUNDANT, caches=["sessions"], min_instances=3)


def test_caches_that_let_in_whoever_comes_fail(right):
    cache(right, "open", UserGroupIds=None)
    opened = f"{CACHE.replace('sessions', 'open')}: asks clients for no password: neither a token nor users"
    assert opened in messages(right, CLOSED)
    assert status(right, CLOSED, caches=["sessions"]) is Status.PASS
    user(right, "nobody", NoPasswordRequired=True)
    right.stores.user_groups = {"shop": ["app", "nobody"]}
    assert f"{CACHE}: lets in nobody without a password" in messages(right, CLOSED, caches=["sessions"])
    user(right, "idle", "off ~* +@all", NoPasswordRequired=True)
    right.stores.user_groups = {"shop": ["app", "idle"]}
    assert status(right, CLOSED, caches=["sessions"]) is Status.PASS
    cache(right, "token", UserGroupIds=None, AuthToken="correct-horse-battery")
    assert status(right, CLOSED, caches=["token"]) is Status.PASS


def test_caches_that_talk_in_clear_fail(right):
    cache(right, "clear", TransitEncryptionEnabled=False)
    assert f"{CACHE.replace('sessions', 'clear')}: talks in clear" in messages(right, TLS)


def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(right):
    for operation in set().union(*needed("aws_stores").values()):
        right.failures.clear()
        right.deny(operation)
        for control, proven in side_by_side(AwsStores, right, **options(right)).items():
            lacks = operation in needed("aws_stores")[control]
            assert {each.status for each in proven} == {Status.ERROR if lacks else Status.PASS}, (operation, control)
            assert ("could not look (denied): " in said(proven)) is lacks
            assert (f"needs {operation}" in said(proven)) is lacks


def test_what_does_not_answer_as_aws_is_an_error(right):
    ways = {right.throttle: "(timeout)", right.expire: "(denied)", right.garble: "(malformed)"}
    for fail, reason in ways.items():
        fail("elasticache:DescribeReplicationGroups", "dynamodb:ListTables")
        for proven in side_by_side(AwsStores, right, timeout=2, **options(right)).values():
            assert {each.status for each in proven} == {Status.ERROR}
            assert reason in said(proven)
