# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_rds verifier through boto3 against moto, and against its fake where moto cannot say or fail."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_rds import ActionModule as AwsRds
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, needed, said, side_by_side
from tests.integration.verifiers.live import prove_live

PROTECTED, ENCRYPTED, PITR = "aws.rds.protected", "data.encryption_at_rest", "backup.point_in_time"
AUTOMATED, FRESH, KEPT = "backup.automated", "backup.freshness", "backup.retention"
HOME, ABROAD = "eu-central-1", "eu-west-1"
ARN = f"arn:aws:rds:{HOME}:{ACCOUNT}"
SHOP, AURORA = f"{ARN}:db:shop", f"{ARN}:cluster:aurora"
LOGIN = {"MasterUsername": "shop", "MasterUserPassword": "correct horse"}
SAFE = {"BackupRetentionPeriod": 35, "StorageEncrypted": True, "DeletionProtection": True}
SIZE = {"DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20}


@pytest.fixture
def right(aws):
    """An instance, a cluster of two zones, and a snapshot of each that somebody took."""
    rds, ec2 = client(aws, "rds", HOME), client(aws, "ec2", HOME)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="database", Description="database", VpcId=vpc)["GroupId"]
    app = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    entries = [{"Cidr": "192.0.2.0/24", "Description": "office"}]
    listed = ec2.create_managed_prefix_list(
        PrefixListName="office", MaxEntries=5, AddressFamily="IPv4", Entries=entries
    )["PrefixList"]["PrefixListId"]
    opened = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    opened |= {"UserIdGroupPairs": [{"GroupId": app}], "PrefixListIds": [{"PrefixListId": listed}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[opened])
    groups = {"VpcSecurityGroupIds": [group]}
    rds.create_db_instance(
        DBInstanceIdentifier="shop",
        Engine="postgres",
        EngineVersion="15.4",
        MultiAZ=True,
        **SIZE,
        **SAFE,
        **LOGIN,
        **groups,
    )
    rds.create_db_cluster(DBClusterIdentifier="aurora", Engine="aurora-postgresql", **SAFE, **LOGIN, **groups)
    for zone in "ab":
        rds.create_db_instance(
            DBInstanceIdentifier=f"aurora-{zone}",
            DBClusterIdentifier="aurora",
            Engine="aurora-postgresql",
            DBInstanceClass="db.t3.medium",
            AvailabilityZone=f"{HOME}{zone}",
        )
    rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="before")
    rds.create_db_cluster_snapshot(DBClusterIdentifier="aurora", DBClusterSnapshotIdentifier="aurora-before")
    topic = client(aws, "sns", HOME).create_topic(Name="pager")["TopicArn"]
    client(aws, "sns", HOME).subscribe(TopicArn=topic, Protocol="email", Endpoint="pager@shop.test")
    rds.create_event_subscription(SubscriptionName="failures", SnsTopicArn=topic, Enabled=True)
    aws.security_group, aws.app_group, aws.prefix_list = group, app, listed
    return aws


def options(**more: Any) -> dict[str, Any]:
    return {"regions": [HOME], "event_categories": ["failure"], **more}


def verdicts(aws: FakeAws, control: str, **more: Any) -> list[Verdict]:
    return prove_live(AwsRds, control, {"endpoint_url": aws.url, **options(**more)})


def status(aws: FakeAws, control: str, **more: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(aws, control, **more))


def messages(aws: FakeAws, control: str, **more: Any) -> str:
    """What is said of everything that does not pass, by subject."""
    return said(verdicts(aws, control, **more))


def test_databases_as_they_should_be_pass_and_each_question_is_asked_once(right):
    right.calls.clear()
    found = side_by_side(AwsRds, right, account_id=ACCOUNT, **options())
    assert {control: said(proven) for control, proven in found.items()} == dict.fromkeys(found, "")
    assert {each.status for proven in found.values() for each in proven} == {Status.PASS}
    assert found[PROTECTED][0].actual == {"account": ACCOUNT, "databases": 2, "snapshots": 2}
    assert set(right.calls) == set().union(*needed("aws_rds").values())
    assert right.calls["rds:DescribeDBInstances"] == right.calls["rds:DescribeDBSnapshots"] == 1


def test_where_there_is_no_database_nothing_is_proven(aws):
    for proven in side_by_side(AwsRds, aws, **options()).values():
        assert {each.status for each in proven} == {Status.ERROR}
        assert "there are no databases" in said(proven)


def test_a_database_that_is_declared_and_not_there_is_an_error(right):
    assert "databases: orders-*: could not look (not_found)" in messages(
        right, PROTECTED, databases=["shop", "orders-*"]
    )


def test_a_public_database_or_an_open_security_group_fails(right):
    client(right, "rds", HOME).modify_db_instance(DBInstanceIdentifier="shop", PubliclyAccessible=True)
    assert f"{SHOP}: shop is publicly accessible" in messages(right, PROTECTED)
    client(right, "rds", HOME).modify_db_instance(DBInstanceIdentifier="shop", PubliclyAccessible=False)
    ec2 = client(right, "ec2", HOME)
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=right.security_group, IpPermissions=[https])
    assert status(right, PROTECTED) is Status.PASS
    wide = {"IpProtocol": "tcp", "FromPort": 5000, "ToPort": 6000, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    all_of_it = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/1"}]}
    ec2.authorize_security_group_ingress(GroupId=right.security_group, IpPermissions=[wide, all_of_it])
    found = messages(right, PROTECTED)
    assert f"{SHOP}: security group {right.security_group} lets in" in found
    assert f"{AURORA}: security group {right.security_group} lets in" in found
    assert "lets in ::/0" in found
    assert "lets in 0.0.0.0/1" in found


def test_a_group_or_a_list_that_is_let_in_counts_for_what_it_is(right):
    ec2 = client(right, "ec2", HOME)
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=right.app_group, IpPermissions=[ssh])
    through = f"security group {right.security_group} lets in {right.app_group}, where tcp/22 is open to 0.0.0.0/0"
    assert f"{SHOP}: {through}" in messages(right, PROTECTED)
    assert status(right, PROTECTED, trusted_groups=[right.app_group]) is Status.PASS
    ec2.revoke_security_group_ingress(GroupId=right.app_group, IpPermissions=[ssh])
    assert status(right, PROTECTED) is Status.PASS
    ec2.modify_managed_prefix_list(
        PrefixListId=right.prefix_list, CurrentVersion=1, AddEntries=[{"Cidr": "0.0.0.0/0", "Description": "oh"}]
    )
    assert f"security group {right.security_group} lets in 0.0.0.0/0" in messages(right, PROTECTED)


def test_a_database_in_one_zone_or_that_may_be_deleted_fails(right):
    rds = client(right, "rds", HOME)
    rds.modify_db_instance(DBInstanceIdentifier="shop", MultiAZ=False, DeletionProtection=False)
    found = messages(right, PROTECTED)
    assert f"{SHOP}: may be deleted: deletion protection is off; has no standby in another zone" in found
    assert "1 of 2 databases are not protected" in found
    rds.delete_db_instance(DBInstanceIdentifier="aurora-b")
    assert f"{AURORA}: its instances are in 1 zone, not in two" in messages(right, PROTECTED)


def test_short_or_late_backups_fail_and_those_of_replicas_are_their_sources(right):
    rds = client(right, "rds", HOME)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="shop")
    rds.modify_db_instance(DBInstanceIdentifier="reader", BackupRetentionPeriod=0, MultiAZ=False)
    assert status(right, PROTECTED) is Status.PASS
    assert messages(right, PROTECTED, min_retention_days=36).count("backups are kept 35 days, not 36") == 2
    right.databases.lag = 90
    assert messages(right, PROTECTED).count("can be restored to 90 minutes ago only, not 15") == 2
    assert status(right, PROTECTED, max_restore_lag=120) is Status.PASS


def test_a_database_of_which_nobody_is_told_or_that_stays_as_it_is_fails(right):
    right.watch.waiting = {"pager@shop.test"}
    assert messages(right, PROTECTED).count("nobody who confirmed it is told of events of failure") == 2
    assert status(right, PROTECTED, event_categories=[]) is Status.PASS
    right.watch.waiting = set()
    client(right, "rds", HOME).modify_db_instance(DBInstanceIdentifier="shop", AutoMinorVersionUpgrade=False)
    assert f"{SHOP}: minor versions do not come to shop by themselves" in messages(right, PROTECTED)
    assert status(right, PROTECTED, minor_upgrades=False) is Status.PASS


def test_clients_without_tls_old_certificates_and_versions_fail(right):
    right.databases.forced = False
    found = messages(right, PROTECTED)
    assert "lets in clients without TLS: rds.force_ssl is 0 in default.postgres15" in found
    assert found.count("lets in clients without TLS") == 2
    assert status(right, PROTECTED, require_tls=False) is Status.PASS
    right.databases.forced, right.databases.valid_days = True, 30
    assert "shop: its authority ends in 30 days; shop: its certificate ends in 30 days" in messages(right, PROTECTED)
    assert status(right, PROTECTED, ca_min_days=10) is Status.PASS
    right.databases.valid_days, right.databases.statuses = 3650, {"postgres 15.4": "deprecated"}
    assert f"{SHOP}: postgres 15.4 is deprecated" in messages(right, PROTECTED)
    right.databases.statuses = {"postgres 15.4": ""}
    assert "postgres 15.4 is no longer offered" in messages(right, PROTECTED)


def test_a_shared_snapshot_fails_unless_the_account_is_declared(right):
    rds = client(right, "rds", HOME)
    share = {"AttributeName": "restore", "ValuesToAdd": ["999999999999"]}
    rds.modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier="aurora-before", **share)
    assert f"{ARN}:cluster-snapshot:aurora-before: account 999999999999 may restore it" in messages(right, PROTECTED)
    assert status(right, PROTECTED, share_with=["999999999999"]) is Status.PASS
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="before", AttributeName="restore", ValuesToAdd=["all"])
    assert f"{ARN}:snapshot:before: everybody may restore it" in messages(right, PROTECTED)
    assert status(right, PROTECTED, databases=["aurora"], share_with=["999999999999"]) is Status.PASS


def test_what_is_not_encrypted_fails(right):
    rds = client(right, "rds", HOME)
    rds.create_db_instance(DBInstanceIdentifier="reports", Engine="postgres", **SIZE, **LOGIN, StorageEncrypted=False)
    rds.create_db_snapshot(DBInstanceIdentifier="reports", DBSnapshotIdentifier="old")
    found = messages(right, ENCRYPTED)
    assert f"{ARN}:db:reports: is not encrypted" in found
    assert f"{ARN}:snapshot:old: is not encrypted" in found
    assert status(right, ENCRYPTED, databases=["shop", "aurora"]) is Status.PASS
    assert "which is not declared" in messages(right, ENCRYPTED, databases=["shop"], kms_keys=["arn:aws:kms:*"])


def test_snapshots_that_are_old_missing_or_off_fail(right):
    right.databases.snapshot_age = 30
    assert "its newest snapshot is 30 hours old, not 24" in messages(right, AUTOMATED)
    assert status(right, FRESH) is Status.PASS  # somebody took one by hand
    assert "its newest snapshot is" in messages(right, FRESH, max_age_hours=0, grace_hours=-0.001)
    right.databases.snapshot_age, right.databases.history = 6, 7
    assert f"{SHOP}: there is no snapshot of 23 of the last 30 days" in messages(right, KEPT)
    assert "can be restored to the last 7.0 days only, not 14" in messages(right, PITR, min_window_days=14)
    right.databases.lag = 60
    assert "can be restored to 60 minutes ago only, not 15" in messages(right, PITR, min_window_days=6)
    right.databases.history = 0
    assert f"{AURORA}: has no snapshot that is whole" in messages(right, AUTOMATED)
    client(right, "rds", HOME).modify_db_instance(DBInstanceIdentifier="shop", BackupRetentionPeriod=0)
    assert f"{SHOP}: automated backups are off" in messages(right, AUTOMATED)


def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(right):
    for operation in set().union(*needed("aws_rds").values()):
        right.failures.clear()
        right.deny(operation)
        for control, proven in side_by_side(AwsRds, right, **options()).items():
            lacks = operation in needed("aws_rds")[control]
            assert {each.status for each in proven} == {Status.ERROR if lacks else Status.PASS}, (operation, control)
            assert ("could not look (denied): " in said(proven)) is lacks
            assert (f"needs {operation}" in said(proven)) is lacks


def test_a_region_or_a_snapshot_that_may_not_be_read_is_an_error_of_its_own(right):
    right.deny_for("rds:DescribeDBSnapshotAttributes", "before")
    (verdict,) = verdicts(right, PROTECTED)
    assert (verdict.subject, verdict.status) == (f"{ARN}:snapshot:before", Status.ERROR)
    client(right, "rds", HOME).modify_db_instance(DBInstanceIdentifier="shop", MultiAZ=False)
    assert {each.subject: each.status for each in verdicts(right, PROTECTED)} == {
        "": Status.FAIL,
        SHOP: Status.FAIL,
        f"{ARN}:snapshot:before": Status.ERROR,
    }
    assert status(right, PITR, regions=[HOME, ABROAD]) is Status.PASS


def test_what_does_not_answer_as_aws_is_an_error(right):
    ways = {right.throttle: "(timeout)", right.expire: "(denied)", right.garble: "(malformed)"}
    for fail, reason in ways.items():
        fail("rds:DescribeDBInstances")
        for proven in side_by_side(AwsRds, right, timeout=2, **options()).values():
            assert {each.status for each in proven} == {Status.ERROR}
            assert reason in said(proven)
