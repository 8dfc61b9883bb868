# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of identities, by AWS' API reference.

- ListVirtualMFADevices: that of the root user (moto: never assigned).
- ListUsers: when a password was last used (moto: never).
- GetAccountAuthorizationDetails: AWS may leave out the documents of its own policies (moto: never).
- ListAnalyzers and ListFindings of IAM Access Analyzer: all of it (moto: not there).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.aws_protocols import Asked

_ACCOUNT = "123456789012"


class Identities:
    """root_device: the name of the root user's virtual MFA device. signed_in: days since users did.

    left_out: whether policies of AWS must be asked for one by one. analyzers: the status of each, by its type.
    findings: what each analyzer found.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "access-analyzer:ListAnalyzers": self._analyzers,
            "access-analyzer:ListFindings": self._findings,
        }

    @property
    def changes(self) -> dict[str, Callable[[Asked, dict[str, Any]], None]]:
        """Those that change anything, since to write large answers anew takes long."""
        changing = {
            "iam:ListVirtualMFADevices": (self._devices, self.root_device),
            "iam:ListUsers": (self._users, self.signed_in),
            "iam:GetAccountAuthorizationDetails": (self._details, self.left_out),
        }
        return {permission: change for permission, (change, wanted) in changing.items() if wanted}

    def reset(self) -> None:
        """The root user has hardware, and nobody ever signed in."""
        self.root_device = ""
        self.signed_in: dict[str, float] = {}
        self.left_out = False
        self.analyzers: dict[str, str] = {}
        self.findings: list[dict[str, Any]] = []

    def _analyzers(self, request: Asked) -> dict[str, Any]:
        home = f"arn:aws:access-analyzer:{request.region}:{_ACCOUNT}:analyzer"
        now = datetime.now(UTC)
        return {
            "analyzers": [
                {"arn": f"{home}/{kind}", "name": kind, "type": kind, "status": status, "createdAt": now}
                for kind, status in self.analyzers.items()
            ]
        }

    def _findings(self, _request: Asked) -> dict[str, Any]:
        now = datetime.now(UTC)
        times = dict.fromkeys(("createdAt", "analyzedAt", "updatedAt"), now)
        told = {"condition": {}, "resourceOwnerAccount": _ACCOUNT, **times}
        return {
            "findings": [
                {"id": f"f{number}", "resourceType": "AWS::S3::Bucket", "status": "ACTIVE", **told, **each}
                for number, each in enumerate(self.findings)
            ]
        }

    def _devices(self, _request: Asked, said: dict[str, Any]) -> None:
        serial = f"arn:aws:iam::{_ACCOUNT}:mfa/{self.root_device}"
        root = {
            "Path": "/",
            "UserName": "root",
            "UserId": _ACCOUNT,
            "Arn": f"arn:aws:iam::{_ACCOUNT}:root",
            "CreateDate": datetime.now(UTC),
        }
        said["VirtualMFADevices"].append({"SerialNumber": serial, "User": root})

    def _users(self, _request: Asked, said: dict[str, Any]) -> None:
        for user in said["Users"]:
            if user["UserName"] in self.signed_in:
                user["PasswordLastUsed"] = datetime.now(UTC) - timedelta(days=self.signed_in[user["UserName"]])

    def _details(self, _request: Asked, said: dict[str, Any]) -> None:
        said["Policies"] = [each for each in said["Policies"] if not each["Arn"].startswith("arn:aws:iam::aws:")]
