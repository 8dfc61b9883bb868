# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Secret Manager says of secrets and their versions, never of what is in them, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_API = "secretmanager"
_PAGE = 1000
Seen = dict[str, dict[str, Any]]


def resource(project: str, name: str) -> str:
    """The full name of a secret."""
    return f"//secretmanager.googleapis.com/projects/{project}/secrets/{name}"


def secrets(reader: Reader, names: Iterable[str]) -> Seen:
    """The keys that each secret's copies are encrypted with, and when it goes; one that is not there is not_found."""

    def one(name: str) -> dict[str, Any]:
        said = reader.get(_API, _path(reader, name), "secretmanager.secrets.get")
        replication = said["replication"]
        copies = (replication.get("userManaged") or {}).get("replicas") or [replication.get("automatic") or {}]
        return {
            "keys": [(copy.get("customerManagedEncryption") or {}).get("kmsKeyName", "") for copy in copies],
            "expires": said.get("expireTime", ""),
        }

    return reader.each(names, one)


def versions(reader: Reader, names: Iterable[str]) -> Seen:
    """The versions of each secret, the newest first."""

    def one(name: str) -> list[dict[str, Any]]:
        path, permission = f"{_path(reader, name)}/versions", "secretmanager.versions.list"
        found = [
            {
                "number": int(each["name"].rpartition("/")[2]),
                "state": each["state"],
                "created": datetime.fromisoformat(each["createTime"]).timestamp(),
            }
            for each in reader.pages(_API, path, "versions", permission, pageSize=_PAGE)
        ]
        return sorted(found, key=lambda version: -version["number"])

    return reader.each(names, one)


def policies(reader: Reader, names: Iterable[str]) -> Seen:
    """Who is granted which role on each secret itself."""

    def one(name: str) -> list[dict[str, str]]:
        version = {"options.requestedPolicyVersion": VERSION}
        permission = "secretmanager.secrets.getIamPolicy"
        return grants(reader.get(_API, f"{_path(reader, name)}:getIamPolicy", permission, **version))

    return reader.each(names, one)


def _path(reader: Reader, name: str) -> str:
    return f"v1/projects/{reader.project}/secrets/{name}"
