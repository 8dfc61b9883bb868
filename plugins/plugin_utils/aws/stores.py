# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS says of volumes, file systems, caches and tables of a region, as plain data read strictly; its judging."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

Region = str | None
Store = Mapping[str, Any]


def volumes(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All volumes of EBS, by id."""
    return asked.of("aws ec2 describe-volumes", _volumes, region, region=region)


def by_default(asked: Asked, region: Region) -> Awaitable[dict[str, bool]]:
    """Whether volumes to come will be encrypted without being asked for it."""
    return asked.of("aws ec2 get-ebs-encryption-by-default", _by_default, region, region=region)


def file_systems(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All file systems of EFS."""
    return asked.of("aws efs describe-file-systems", _file_systems, region, region=region)


def backup_policies(asked: Asked, region: Region, ids: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """Whether each file system is backed up by itself."""
    each = f"printf '%s\\n' {shlex.join(sorted(ids))} | xargs -r -n 1 aws efs describe-backup-policy --file-system-id"
    return asked.of(each, _backup_policies, region, list(ids), region=region)


def groups(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All caches of ElastiCache that are replication groups."""
    return asked.of("aws elasticache describe-replication-groups", _groups, region, region=region)


def singles(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All caches of ElastiCache that are clusters without replication."""
    command = "aws elasticache describe-cache-clusters --show-cache-clusters-not-in-replication-groups"
    return asked.of(command, _singles, region, region=region)


def tables(asked: Asked, region: Region) -> Awaitable[list[str]]:
    """The names of all tables of DynamoDB."""
    return asked.of("aws dynamodb list-tables", _tables, region, region=region)


def rewinds(asked: Asked, region: Region, names: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """From when to when each table can be restored; None where it cannot."""
    listed = shlex.join(sorted(names))
    each = f"printf '%s\\n' {listed} | xargs -r -n 1 aws dynamodb describe-continuous-backups --table-name"
    return asked.of(each, _rewinds, region, list(names), region=region)


def protections(asked: Asked, region: Region, names: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """Whether each table is kept from being deleted."""
    each = f"printf '%s\\n' {shlex.join(sorted(names))} | xargs -r -n 1 aws dynamodb describe-table --table-name"
    return asked.of(each, _protections, region, list(names), region=region)


def _volumes(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call("ec2", "describe_volumes", region=region)
    return [
        {"id": said["VolumeId"], "encrypted": said["Encrypted"], "key": said.get("KmsKeyId", "")}
        for said in answer["Volumes"]
    ]


def _by_default(account: Account, region: Region) -> dict[str, bool]:
    return {"on": account.call("ec2", "get_ebs_encryption_by_default", region=region)["EbsEncryptionByDefault"]}


def _file_systems(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call("efs", "describe_file_systems", region=region)
    return [
        {
            "arn": said["FileSystemArn"],
            "name": said["FileSystemId"],
            "encrypted": said["Encrypted"],
            "key": said.get("KmsKeyId", ""),
        }
        for said in answer["FileSystems"]
    ]


def _backup_policies(account: Account, region: Region, ids: list[str]) -> dict[str, Detail]:
    def one(name: str) -> str:
        answer = existing(lambda: account.call("efs", "describe_backup_policy", region=region, FileSystemId=name))
        return "DISABLED" if answer is None else str(answer["BackupPolicy"]["Status"])

    return details(account, ids, one)


def _groups(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call("elasticache", "describe_replication_groups", region=region)
    return [
        {
            "arn": said["ARN"],
            "name": said["ReplicationGroupId"],
            "engine": said.get("Engine", "redis"),  # never memcached, which has no replication
            "encrypted": said["AtRestEncryptionEnabled"],
            "key": said.get("KmsKeyId", ""),
            "snapshot_days": said["SnapshotRetentionLimit"],
            "failover": said["AutomaticFailover"],
            "multi_az": said["MultiAZ"],
            "transit": said["TransitEncryptionEnabled"],
            "transit_mode": said.get("TransitEncryptionMode", "required"),
            "status": said["Status"],
            "token": said["AuthTokenEnabled"],
            "user_groups": said.get("UserGroupIds") or [],
            "shards": [
                [member.get("PreferredAvailabilityZone", "") for member in shard.get("NodeGroupMembers", ())]
                for shard in said["NodeGroups"]
            ],
        }
        for said in answer["ReplicationGroups"]
    ]


def _singles(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call(
        "elasticache", "describe_cache_clusters", region=region, ShowCacheClustersNotInReplicationGroups=True
    )
    return [
        {
            "arn": said["ARN"],
            "name": said["CacheClusterId"],
            "engine": said["Engine"],
            "encrypted": bool(said.get("AtRestEncryptionEnabled")),
            "key": "",
            "snapshot_days": said.get("SnapshotRetentionLimit", 0),
            "failover": "disabled",
            "multi_az": "disabled",
            "transit": bool(said.get("TransitEncryptionEnabled")),
            "transit_mode": said.get("TransitEncryptionMode", "required"),
            "status": said["CacheClusterStatus"],
            "token": bool(said.get("AuthTokenEnabled")),
            "user_groups": [],
            "shards": [[said.get("PreferredAvailabilityZone", "")]],
        }
        for said in answer["CacheClusters"]
        # moto gives members of replication groups too.
        if not said.get("ReplicationGroupId")
    ]


def _tables(account: Account, region: Region) -> list[str]:
    return list(account.call("dynamodb", "list_tables", region=region)["TableNames"])


def _rewinds(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def one(name: str) -> dict[str, Any] | None:
        answer = account.call("dynamodb", "describe_continuous_backups", region=region, TableName=name)
        said = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if said["PointInTimeRecoveryStatus"] != "ENABLED":
            return None
        return {"earliest": said["EarliestRestorableDateTime"], "latest": said["LatestRestorableDateTime"]}

    return details(account, names, one)


def _protections(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def one(name: str) -> bool:
        said = account.call("dynamodb", "describe_table", region=region, TableName=name)["Table"]
        return bool(said.get("DeletionProtectionEnabled"))

    return details(account, names, one)


def defaults(on: bool) -> Seen:
    """Whether a region encrypts volumes to come."""
    return {"by default": on}, [] if on else ["volumes to come will not be encrypted by default"]


def stays(protection: Detail) -> Seen:
    """Whether a table is kept from being deleted, with all moments that it could be taken back to."""
    on = value(protection)
    return {"deletion protection": on}, [] if on else ["may be deleted: deletion protection is off"]


def snapshots(cache: Store, days: int) -> Seen:
    """Whether snapshots of a cache are made each day and kept for so many."""
    kept = cache["snapshot_days"]
    problems = (
        [] if kept >= days else [f"snapshots are kept {kept} days, not {days}" if kept else "no snapshot is made"]
    )
    return {"snapshots kept": kept}, problems


def backed_up(policy: Detail) -> Seen:
    """Whether a file system is backed up by itself."""
    status = value(policy)
    return {"backup": status}, [] if status in ("ENABLED", "ENABLING") else ["its automatic backups are off"]


def redundant(cache: Store, instances: int, zones: int) -> Seen:
    """Whether each shard of a cache has enough nodes in enough zones, and another takes over by itself."""
    problems = [] if cache["failover"] == "enabled" else ["does not fail over by itself"]
    if cache["multi_az"] != "enabled":
        problems.append("may have all its nodes in one zone (Multi-AZ is off)")
    fewest = min((len(shard) for shard in cache["shards"]), default=0)
    narrowest = min((len(set(shard) - {""}) for shard in cache["shards"]), default=0)
    if fewest < instances:
        problems.append(f"a shard has {fewest} node{'' if fewest == 1 else 's'}, not {instances}")
    elif narrowest < zones:
        problems.append(f"the nodes of a shard are in {narrowest} zone{'' if narrowest == 1 else 's'}, not {zones}")
    return {"shards": len(cache["shards"]), "fewest nodes": fewest, "fewest zones": narrowest}, problems


def over_tls(cache: Store) -> Seen:
    """Whether clients have to use TLS."""
    actual = {"TLS": cache["transit"], "mode": cache["transit_mode"]}
    if not cache["transit"]:
        return actual, ["talks in clear"]
    return actual, [] if cache["transit_mode"] == "required" else ["lets in clients without TLS too"]
