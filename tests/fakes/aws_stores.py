# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of snapshots and caches, by AWS' API reference.

- DescribeSnapshots: only those of an owner, and those that everybody can restore (moto: all there are).
- DescribeUserGroups of ElastiCache: all of it (moto: not there).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends

from tests.fakes.aws_protocols import Asked

_ACCOUNT = "123456789012"


class Stores:
    """What is kept, and who has it.

    user_groups: the ids of the users of each group of ElastiCache. public: ids of snapshots that everybody has. gone:
    of those that are deleted once they were listed.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "ec2:DescribeSnapshots": self._snapshots,
            "elasticache:DescribeUserGroups": self._user_groups,
        }
        self.changes: dict[str, Callable[[Asked, dict[str, Any]], None]] = {}

    def reset(self) -> None:
        """There are no groups of users, and nothing is public."""
        self.user_groups: dict[str, list[str]] = {}
        self.public: set[str] = set()
        self.gone: set[str] = set()

    def _user_groups(self, _request: Asked) -> dict[str, Any]:
        groups = [
            {"UserGroupId": name, "UserIds": users, "Status": "active"} for name, users in self.user_groups.items()
        ]
        return {"UserGroups": groups}

    def _snapshots(self, request: Asked) -> dict[str, Any]:
        public = request.said.get("RestorableBy.1") == "all"
        kept = ec2_backends[_ACCOUNT][request.region].snapshots.values()
        own = {each.id: each.encrypted for each in kept if each.owner_id == _ACCOUNT} | dict.fromkeys(self.gone, True)
        return {
            "Snapshots": [
                {"SnapshotId": name, "OwnerId": _ACCOUNT, "Encrypted": encrypted, "VolumeId": "vol-1"}
                for name, encrypted in own.items()
                if name in self.public or not public
            ]
        }
