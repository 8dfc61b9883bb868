# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS Backup says of a region's plans, vaults, recovery points and restores, as plain data, read strictly."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Iterable
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

Region = str | None
_EACH_PLAN = "aws backup list-backup-plans --query 'BackupPlansList[].BackupPlanId' --output text | xargs -r -n 1 aws"
_EACH_VAULT = (
    "aws backup list-backup-vaults --query 'BackupVaultList[].BackupVaultName' --output text | xargs -r -n 1 aws"
)


def plans(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All plans, by id, name and ARN."""
    return asked.of("aws backup list-backup-plans", _plans, region, region=region)


def rules(asked: Asked, region: Region, ids: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """The rules of each plan of the region: when they run, and after how many days what they make is deleted."""
    return asked.of(f"{_EACH_PLAN} backup get-backup-plan --backup-plan-id", _rules, region, list(ids), region=region)


def selections(asked: Asked, region: Region, ids: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """How many selections of resources each plan of the region has."""
    command = f"{_EACH_PLAN} backup list-backup-selections --backup-plan-id"
    return asked.of(command, _selections, region, list(ids), region=region)


def protected(asked: Asked, region: Region) -> Awaitable[dict[str, float | None]]:
    """When each resource that was ever backed up was so last, by its ARN."""
    return asked.of("aws backup list-protected-resources", _protected, region, region=region)


def points(asked: Asked, region: Region, resources: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """The recovery points of each resource that lie in a region."""
    names = shlex.join(sorted(resources))
    each = f"printf '%s\\n' {names} | xargs -r -n 1 aws backup list-recovery-points-by-resource --resource-arn"
    return asked.of(each, _points, region, list(resources), region=region)


def vaults(asked: Asked, region: Region) -> Awaitable[dict[str, dict[str, Any]]]:
    """All vaults by name, and how they are locked."""
    return asked.of("aws backup list-backup-vaults", _vaults, region, region=region)


def kept(asked: Asked, region: Region, names: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """The recovery points that each vault of the region holds: of what, made by which plan, whether encrypted."""
    command = f"{_EACH_VAULT} backup list-recovery-points-by-backup-vault --backup-vault-name"
    return asked.of(command, _kept, region, list(names), region=region)


def restores(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The restores that AWS still knows of."""
    return asked.of("aws backup list-restore-jobs", _restores, region, region=region)


def _plans(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call("backup", "list_backup_plans", region=region)
    return [
        {"id": said["BackupPlanId"], "name": said["BackupPlanName"], "arn": said["BackupPlanArn"]}
        for said in answer["BackupPlansList"]
    ]


def _rules(account: Account, region: Region, ids: list[str]) -> dict[str, Detail]:
    def one(plan: str) -> list[dict[str, Any]]:
        answer = account.call("backup", "get_backup_plan", region=region, BackupPlanId=plan)
        return [
            {
                "name": said["RuleName"],
                "schedule": said.get("ScheduleExpression", ""),
                "days": said.get("Lifecycle", {}).get("DeleteAfterDays"),
                "copies": {
                    copy["DestinationBackupVaultArn"]: copy.get("Lifecycle", {}).get("DeleteAfterDays")
                    for copy in said.get("CopyActions", [])
                },
            }
            for said in answer["BackupPlan"]["Rules"]
        ]

    return details(account, ids, one)


def _selections(account: Account, region: Region, ids: list[str]) -> dict[str, Detail]:
    def one(plan: str) -> int:
        answer = account.call("backup", "list_backup_selections", region=region, BackupPlanId=plan)
        return len(answer["BackupSelectionsList"])

    return details(account, ids, one)


def _protected(account: Account, region: Region) -> dict[str, float | None]:
    answer = account.call("backup", "list_protected_resources", region=region)
    return {said["ResourceArn"]: said.get("LastBackupTime") for said in answer["Results"]}


def _points(account: Account, region: Region, resources: list[str]) -> dict[str, Detail]:
    def one(arn: str) -> list[dict[str, Any]]:
        answer = account.call("backup", "list_recovery_points_by_resource", region=region, ResourceArn=arn)
        return [
            {
                "at": said["CreationDate"],
                "status": said["Status"],
                "vault": said["BackupVaultName"],
                "encrypted": bool(said.get("EncryptionKeyArn")),
            }
            for said in answer["RecoveryPoints"]
        ]

    return details(account, resources, one)


def _vaults(account: Account, region: Region) -> dict[str, dict[str, Any]]:
    answer = account.call("backup", "list_backup_vaults", region=region)
    return {
        said["BackupVaultName"]: {
            "arn": said["BackupVaultArn"],
            "locked": said["Locked"],
            "locked_for_good": said.get("LockDate"),
            "min_days": said.get("MinRetentionDays"),
        }
        for said in answer["BackupVaultList"]
    }


def _kept(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def one(vault: str) -> list[dict[str, Any]]:
        answer = account.call("backup", "list_recovery_points_by_backup_vault", region=region, BackupVaultName=vault)
        return [
            {
                "of": said["ResourceArn"],
                "plan": said.get("CreatedBy", {}).get("BackupPlanId", ""),
                "encrypted": said["IsEncrypted"],
            }
            for said in answer["RecoveryPoints"]
        ]

    return details(account, names, one)


def _restores(account: Account, region: Region) -> list[dict[str, Any]]:
    answer = account.call("backup", "list_restore_jobs", region=region)
    return [
        {
            "of": said.get("SourceResourceArn", ""),
            "status": said["Status"],
            "validation": said.get("ValidationStatus", ""),
            "created": said["CreationDate"],
            "completed": said.get("CompletionDate"),
        }
        for said in answer["RestoreJobs"]
    ]
