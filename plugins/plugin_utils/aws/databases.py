# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RDS says of a region's databases, as plain data, read strictly. Aurora, DocumentDB and Neptune are among them.

A database is an instance of its own or a cluster; the instances of a cluster are its members.
"""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

Region = str | None


def instances(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All instances, members of clusters included."""
    return asked.of("aws rds describe-db-instances", _instances, region, region=region)


def clusters(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All clusters."""
    return asked.of("aws rds describe-db-clusters", _clusters, region, region=region)


def snapshots(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own snapshots of instances."""
    return asked.of("aws rds describe-db-snapshots", _snapshots, region, "", region=region)


def cluster_snapshots(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own snapshots of clusters."""
    return asked.of("aws rds describe-db-cluster-snapshots", _snapshots, region, "Cluster", region=region)


def windows(asked: Asked, region: Region) -> Awaitable[dict[str, dict[str, Any]]]:
    """From when to when instances can be restored, by their ARNs."""
    return asked.of("aws rds describe-db-instance-automated-backups", _windows, region, region=region)


def authorities(asked: Asked, region: Region) -> Awaitable[dict[str, float]]:
    """Until when the certificate authorities of RDS are valid, by their identifiers."""
    return asked.of("aws rds describe-certificates", _authorities, region, region=region)


def restorers(asked: Asked, region: Region, names: Iterable[str], cluster: bool) -> Awaitable[dict[str, Detail]]:
    """Who else may restore each of the snapshots: numbers of accounts, or all."""
    kind = "db-cluster-snapshot" if cluster else "db-snapshot"
    command = f"aws rds describe-{kind}-attributes --{kind}-identifier"
    return asked.of(_each(command, names), _restorers, region, list(names), cluster, region=region)


def parameters(asked: Asked, region: Region, groups: Iterable[str], cluster: bool) -> Awaitable[dict[str, Detail]]:
    """The values of the parameters of each group, as far as they have one."""
    kind = "db-cluster-parameter" if cluster else "db-parameter"
    command = f"aws rds describe-{kind}s --{kind}-group-name"
    return asked.of(_each(command, groups), _parameters, region, list(groups), cluster, region=region)


def versions(asked: Asked, region: Region, engines: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """The status of each version of an engine, given as engine and version; None where RDS knows it no more."""
    listed = " ".join(sorted(engines))
    command = f"for each in {listed}; do aws rds describe-db-engine-versions --include-all --engine-version"
    line = f'{command} "${{each#*:}}" --engine "${{each%%:*}}"; done'
    return asked.of(line, _versions, region, listed.split(), region=region)


def _each(command: str, names: Iterable[str]) -> str:
    return f"printf '%s\\n' {shlex.join(sorted(names))} | xargs -r -n 1 {command}"


def _instances(account: Account, region: Region) -> list[dict[str, Any]]:
    return [_instance(said) for said in account.call("rds", "describe_db_instances", region=region)["DBInstances"]]


def _instance(said: dict[str, Any]) -> dict[str, Any]:
    return {
        **_common(said, "DBInstance"),
        "cluster": said.get("DBClusterIdentifier", ""),
        "replica_of": said.get("ReadReplicaSourceDBInstanceIdentifier", "")
        or said.get("ReadReplicaSourceDBClusterIdentifier", ""),
        "status": said["DBInstanceStatus"],
        "public": said["PubliclyAccessible"],
        "multi_az": said["MultiAZ"],
        "minor_upgrades": said["AutoMinorVersionUpgrade"],
        "zone": said.get("AvailabilityZone", ""),
        "subnets": [each["SubnetIdentifier"] for each in (said.get("DBSubnetGroup") or {}).get("Subnets", ())],
        "port": (said.get("Endpoint") or {}).get("Port"),
        "authority": said.get("CACertificateIdentifier", ""),
        "certificate_until": (said.get("CertificateDetails") or {}).get("ValidTill"),
        "parameters": [
            {"group": group["DBParameterGroupName"], "status": group["ParameterApplyStatus"]}
            for group in said["DBParameterGroups"]
        ],
    }


def _clusters(account: Account, region: Region) -> list[dict[str, Any]]:
    return [_cluster(said) for said in account.call("rds", "describe_db_clusters", region=region)["DBClusters"]]


def _cluster(said: dict[str, Any]) -> dict[str, Any]:
    return {
        **_common(said, "DBCluster"),
        "replica_of": said.get("ReplicationSourceIdentifier", ""),
        "status": said["Status"],
        "port": said.get("Port"),
        "earliest": said.get("EarliestRestorableTime"),
        "parameters": [
            {"group": said["DBClusterParameterGroup"], "status": member.get("DBClusterParameterGroupStatus", "in-sync")}
            for member in said["DBClusterMembers"] or [{}]
        ],
    }


def _common(said: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "arn": said[f"{kind}Arn"],
        "name": said[f"{kind}Identifier"],
        "engine": said["Engine"],
        "version": said["EngineVersion"],
        "retention": said["BackupRetentionPeriod"],
        "latest": said.get("LatestRestorableTime"),
        "deletion_protection": said["DeletionProtection"],
        "encrypted": said["StorageEncrypted"],
        "key": said.get("KmsKeyId", ""),
        "groups": [group["VpcSecurityGroupId"] for group in said["VpcSecurityGroups"]],
    }


def _snapshots(account: Account, region: Region, cluster: str) -> list[dict[str, Any]]:
    operation = f"describe_db_{'cluster_' if cluster else ''}snapshots"
    kind = f"DB{cluster}Snapshot"
    return [
        {
            "arn": said[f"{kind}Arn"],
            "name": said[f"{kind}Identifier"],
            "of": said["DBClusterIdentifier" if cluster else "DBInstanceIdentifier"],
            "type": said["SnapshotType"],
            "status": said["Status"],
            "at": said.get("SnapshotCreateTime"),
            "encrypted": said["StorageEncrypted" if cluster else "Encrypted"],
            "key": said.get("KmsKeyId", ""),
        }
        for said in account.call("rds", operation, region=region)[f"{kind}s"]
    ]


def _windows(account: Account, region: Region) -> dict[str, dict[str, Any]]:
    answer = account.call("rds", "describe_db_instance_automated_backups", region=region)
    found = {}
    for said in answer["DBInstanceAutomatedBackups"]:
        if said["Status"] == "active":
            window = said.get("RestoreWindow") or {}
            found[said["DBInstanceArn"]] = {"earliest": window.get("EarliestTime"), "latest": window.get("LatestTime")}
    return found


def _authorities(account: Account, region: Region) -> dict[str, float]:
    answer = account.call("rds", "describe_certificates", region=region)
    return {said["CertificateIdentifier"]: said["ValidTill"] for said in answer["Certificates"]}


def _restorers(account: Account, region: Region, names: list[str], cluster: bool) -> dict[str, Detail]:
    kind = "Cluster" if cluster else ""
    operation = f"describe_db_{'cluster_' if cluster else ''}snapshot_attributes"

    def one(name: str) -> list[str]:
        call = _asking(account, operation, region, **{f"DB{kind}SnapshotIdentifier": name})
        answer = existing(call)
        if answer is None:  # deleted in the meantime
            return []
        said = answer[f"DB{kind}SnapshotAttributesResult"][f"DB{kind}SnapshotAttributes"]
        return [value for each in said if each["AttributeName"] == "restore" for value in each["AttributeValues"]]

    return details(account, names, one)


def _parameters(account: Account, region: Region, groups: list[str], cluster: bool) -> dict[str, Detail]:
    kind = "Cluster" if cluster else ""
    operation = f"describe_db_{'cluster_' if cluster else ''}parameters"

    def one(group: str) -> dict[str, str]:
        answer = _asking(account, operation, region, **{f"DB{kind}ParameterGroupName": group})()
        return {
            said["ParameterName"]: said["ParameterValue"] for said in answer["Parameters"] if "ParameterValue" in said
        }

    return details(account, groups, one)


def _versions(account: Account, region: Region, engines: list[str]) -> dict[str, Detail]:
    def one(each: str) -> str | None:
        engine, version = each.split(":", 1)
        asking = _asking(
            account, "describe_db_engine_versions", region, Engine=engine, EngineVersion=version, IncludeAll=True
        )
        return next((said["Status"] for said in asking()["DBEngineVersions"]), None)

    return details(account, engines, one)


def _asking(account: Account, operation: str, region: Region, **arguments: Any) -> Callable[[], dict[str, Any]]:
    return lambda: account.call("rds", operation, region=region, **arguments)
