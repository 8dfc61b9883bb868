# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of AWS Backup, by the service model that botocore ships and AWS' API reference.

- ListBackupSelections, ListProtectedResources, ListRecoveryPointsByResource, ListRecoveryPointsByBackupVault and
  ListRestoreJobs: all of it (moto: not there).
- ListBackupVaults: how a vault is locked (moto: the lock's date is in days to come).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.aws_protocols import Asked

VAULT = "vault"


class Recovery:
    """What AWS Backup did.

    points: by region and resource, how many days ago each recovery point was made, in VAULT; a resource is protected in
    its own region. clear: resources whose points are not encrypted. unfinished: the status of all points, where it is
    not COMPLETED. locks: what ListBackupVaults says of VAULT. restores: days since the restores of resources, and how
    their validation ended. selections: of each plan. makers: the plans that made the points of each resource, by their
    ids; nobody of those that are not named.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "backup:ListBackupSelections": self._selected,
            "backup:ListProtectedResources": self._protected,
            "backup:ListRecoveryPointsByResource": self._by_resource,
            "backup:ListRecoveryPointsByBackupVault": self._by_vault,
            "backup:ListRestoreJobs": self._restored,
        }
        self.changes: dict[str, Callable[[Asked, dict[str, Any]], None]] = {"backup:ListBackupVaults": self._vaults}

    def reset(self) -> None:
        """Nothing was ever done."""
        self.points: dict[str, dict[str, list[float]]] = {}
        self.clear: set[str] = set()
        self.unfinished = ""
        self.locks: dict[str, Any] = {}
        self.restores: dict[str, list[tuple[float, str]]] = {}
        self.selections = 1
        self.makers: dict[str, list[str]] = {}

    def _selected(self, asked: Asked) -> dict[str, Any]:
        one = {"SelectionId": "s", "SelectionName": "all", "BackupPlanId": asked.said["backupPlanId"]}
        return {"BackupSelectionsList": [one] * self.selections}

    def _protected(self, asked: Asked) -> dict[str, Any]:
        found = self.points.get(asked.region, {}).items()
        resources = [
            {"ResourceArn": arn, "ResourceType": "RDS", "LastBackupTime": _ago(min(days))}
            for arn, days in found
            if f":{asked.region}:" in arn
        ]
        return {"Results": resources}

    def _by_resource(self, asked: Asked) -> dict[str, Any]:
        arn = asked.said["resourceArn"]
        return {"RecoveryPoints": list(self._found(asked.region, arn))}

    def _by_vault(self, asked: Asked) -> dict[str, Any]:
        found = self.points.get(asked.region, {}) if asked.said["backupVaultName"] == VAULT else {}
        return {"RecoveryPoints": [point for arn in found for point in self._found(asked.region, arn)]}

    def _found(self, region: str, arn: str) -> Iterator[dict[str, Any]]:
        for days in self.points.get(region, {}).get(arn, ()):
            clear = arn in self.clear
            key = {} if clear else {"EncryptionKeyArn": f"arn:aws:kms:{region}:123456789012:key/1"}
            status = {"Status": self.unfinished or "COMPLETED", "IsEncrypted": not clear}
            for plan in self.makers.get(arn) or [""]:
                made = {"CreatedBy": {"BackupPlanId": plan, "BackupRuleId": "1"}} if plan else {}
                point = {"BackupVaultName": VAULT, "ResourceArn": arn, "CreationDate": _ago(days)}
                yield {**point, **status, **key, **made}

    def _restored(self, _asked: Asked) -> dict[str, Any]:
        jobs = [
            {"SourceResourceArn": arn, "Status": "COMPLETED", "CreationDate": _ago(days + 0.02)}
            | {"CompletionDate": _ago(days)}
            | ({"ValidationStatus": validation} if validation else {})
            for arn, several in self.restores.items()
            for days, validation in several
        ]
        return {"RestoreJobs": jobs}

    def _vaults(self, _asked: Asked, said: dict[str, Any]) -> None:
        for vault in said["BackupVaultList"]:
            vault.update(self.locks)


def _ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
