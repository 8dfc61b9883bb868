# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of databases, by the service model of RDS and AWS' API reference.

- DescribeDBInstances, DescribeDBClusters: how far back restoring lies (moto: always now), the authority and the end of
  certificates, whether members of clusters are public (moto: not told).
- DescribeDBSnapshots, DescribeDBClusterSnapshots: automated snapshots of the last days (moto: one, of now).
- DescribeDBInstanceAutomatedBackups: the window in which an instance can be restored (moto: none).
- DescribeDBParameters, DescribeDBClusterParameters: the parameters of AWS' own groups (moto: none).
- DescribeCertificates, DescribeDBEngineVersions: all of it (moto: not there).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.aws_protocols import Asked

AUTHORITY = "rds-ca-rsa2048-g1"
_FORCES = ("rds.force_ssl", "require_secure_transport")  # of PostgreSQL, and of MySQL


class Databases:
    """What RDS says of every database.

    lag: minutes since the latest restorable moment. history: days back to the earliest, of each of which there is an
    automated snapshot. snapshot_age: hours of the newest. valid_days: of the authority and of certificates.
    forced: whether parameters turn away clients without TLS. statuses: of versions that are not available.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "rds:DescribeCertificates": self._certificates,
            "rds:DescribeDBEngineVersions": self._versions,
            "rds:DescribeDBParameters": self._parameters,
            "rds:DescribeDBClusterParameters": self._parameters,
        }
        self.changes: dict[str, Callable[[Asked, dict[str, Any]], None]] = {
            "rds:DescribeDBInstances": self._instances,
            "rds:DescribeDBClusters": self._clusters,
            "rds:DescribeDBSnapshots": lambda _asked, said: self._snapshots(said, ""),
            "rds:DescribeDBClusterSnapshots": lambda _asked, said: self._snapshots(said, "Cluster"),
            "rds:DescribeDBInstanceAutomatedBackups": self._backups,
        }

    def reset(self) -> None:
        """Everything is as it should be."""
        self.lag, self.history, self.snapshot_age = 4.0, 35, 6.0
        self.valid_days, self.forced = 3650, True
        self.statuses: dict[str, str] = {}

    def _ago(self, **back: float) -> datetime:
        return datetime.now(UTC) - timedelta(**back)

    def _instances(self, _asked: Asked, said: dict[str, Any]) -> None:
        for instance in said["DBInstances"]:
            instance["LatestRestorableTime"] = self._ago(minutes=self.lag)
            instance["CACertificateIdentifier"] = AUTHORITY
            instance["CertificateDetails"] = {"CAIdentifier": AUTHORITY, "ValidTill": self._ago(days=-self.valid_days)}
            instance.setdefault("PubliclyAccessible", False)

    def _clusters(self, _asked: Asked, said: dict[str, Any]) -> None:
        for cluster in said["DBClusters"]:
            cluster["LatestRestorableTime"] = self._ago(minutes=self.lag)
            cluster["EarliestRestorableTime"] = self._ago(days=self.history)

    def _snapshots(self, said: dict[str, Any], cluster: str) -> None:
        key, kind = f"DB{cluster}Snapshots", f"DB{cluster}Snapshot"
        found = []
        for each in said[key]:
            if each["SnapshotType"] != "automated":
                found.append(each)
                continue
            for day in range(self.history):
                name = f"{each[f'{kind}Identifier']}-{day}"
                arn = f"{each[f'{kind}Arn']}-{day}"
                at = self._ago(days=day, hours=self.snapshot_age)
                found.append({**each, f"{kind}Identifier": name, f"{kind}Arn": arn, "SnapshotCreateTime": at})
        said[key] = found

    def _backups(self, _asked: Asked, said: dict[str, Any]) -> None:
        for each in said["DBInstanceAutomatedBackups"]:
            each["DBInstanceArn"] = f"arn:aws:rds:eu-central-1:123456789012:db:{each['DBInstanceIdentifier']}"
            window = {"EarliestTime": self._ago(days=self.history), "LatestTime": self._ago(minutes=self.lag)}
            each["RestoreWindow"] = window

    def _certificates(self, _asked: Asked) -> dict[str, Any]:
        return {"Certificates": [{"CertificateIdentifier": AUTHORITY, "ValidTill": self._ago(days=-self.valid_days)}]}

    def _versions(self, asked: Asked) -> dict[str, Any]:
        engine, version = asked.said["Engine"], asked.said["EngineVersion"]
        status = self.statuses.get(f"{engine} {version}", "available")
        offered = {"Engine": engine, "EngineVersion": version, "Status": status}
        return {"DBEngineVersions": [offered] if status else []}

    def _parameters(self, _asked: Asked) -> dict[str, Any]:
        forcing = [{"ParameterName": name, "ParameterValue": str(int(self.forced))} for name in _FORCES]
        return {"Parameters": [{"ParameterName": "shared_buffers"}, *forcing]}
