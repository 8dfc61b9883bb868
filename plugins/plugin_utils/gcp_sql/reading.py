# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cloud SQL says of its instances and of their backups, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_API = "sqladmin"
_PAGE = 500
_PRIMARY = "CLOUD_SQL_INSTANCE"  # what is neither a replica nor a server elsewhere

_OVER = {"SUCCESSFUL", "FAILED", "OVERDUE", "SKIPPED"}  # of the states of a backup, those it does not leave


def resource(project: str, instance: str) -> str:
    """The full name of an instance."""
    return f"//cloudsql.googleapis.com/projects/{project}/instances/{instance}"


def instances(reader: Reader) -> dict[str, dict[str, Any]]:
    """The primary instances of the project by name. An odd one is the malformed end of all: none may be overlooked."""
    path = f"v1/projects/{reader.project}/instances"
    listed = reader.pages(_API, path, "items", "cloudsql.instances.list", maxResults=_PAGE)
    return {each["name"]: _instance(each) for each in listed if each["instanceType"] == _PRIMARY}


def _instance(said: Mapping[str, Any]) -> dict[str, Any]:
    backup = said["settings"].get("backupConfiguration") or {}
    retained = backup.get("backupRetentionSettings") or {}
    if retained.get("retentionUnit", "COUNT") != "COUNT":
        raise CannotLook("malformed", f"backups are retained by {retained['retentionUnit']}")
    return {
        "state": said["state"],
        "zones": [zone for zone in (said.get("gceZone"), said.get("secondaryGceZone")) if zone],
        "availability": said["settings"].get("availabilityType", "ZONAL"),
        "key": (said.get("diskEncryptionStatus") or {}).get("kmsKeyVersionName", ""),
        "backups": bool(backup.get("enabled")),
        # The number that Google documents for instances that do not state one.
        "retained": int(retained.get("retainedBackups", 7)),
        "point_in_time": bool(backup.get("pointInTimeRecoveryEnabled") or backup.get("binaryLogEnabled")),
        "log_days": int(backup.get("transactionLogRetentionDays", 0)),
        "created": _moment(said["createTime"]),
    }


def runs(reader: Reader, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The backups of each instance, the newest first, with their status, kind and end."""

    def one(name: str) -> list[dict[str, Any]]:
        path = f"v1/projects/{reader.project}/instances/{name}/backupRuns"
        listed = reader.pages(_API, path, "items", "cloudsql.backupRuns.list", maxResults=_PAGE)
        found = [
            {"status": each["status"], "automated": each["type"] == "AUTOMATED", "ended": _ended(each)}
            for each in listed
            if each["status"] in _OVER
        ]
        return sorted(found, key=lambda run: -run["ended"])

    return reader.each(names, one)


def _ended(run: Mapping[str, Any]) -> float:
    """When a backup ended, or, of one that never began, when it should have."""
    return _moment(run.get("endTime") or run.get("startTime") or run["windowStartTime"])


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
