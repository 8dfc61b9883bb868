# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of buckets, by the service models of S3 and S3 Control and AWS' API reference.

- ListBuckets: the region of each bucket (moto: not told).
- GetBucketReplication: which objects a rule is for (moto: always all).
- GetPublicAccessBlock of S3 Control: the account's own block (moto: known by another host name only).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.s3.models import s3_backends

from tests.fakes.aws_protocols import Asked, Refused

BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class Buckets:
    """account_block: the flags of the account's block of public access; None for no block.

    replicated_prefix: what the names of objects begin with that rules of replication are for.
    """

    def __init__(self) -> None:
        self.reset()
        self.changes = {"s3:ListAllMyBuckets": _with_regions, "s3:GetReplicationConfiguration": self._replicated}
        self.answers = {"s3:GetAccountPublicAccessBlock": self._account_block}

    def reset(self) -> None:
        """Nothing is blocked by the account."""
        self.account_block: dict[str, bool] | None = None
        self.replicated_prefix = ""

    def write(self, bucket: str, key: str, body: str, days: float) -> None:
        """Let an object have been written so many days ago."""
        written = _holding(bucket).put_object(bucket, key, body.encode())
        written.last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)

    def lock(self, bucket: str, mode: str, days: int) -> None:
        """Lock what is written from now on; moto allows it on empty buckets only."""
        found = _holding(bucket).buckets[bucket]
        found.object_lock_enabled, found.default_lock_mode, found.default_lock_days = True, mode, days

    def erase(self, bucket: str, key: str) -> None:
        """Let an object be gone."""
        _holding(bucket).buckets[bucket].keys.pop(key)

    def _replicated(self, _asked: Asked, said: dict[str, Any]) -> None:
        for rule in said["ReplicationConfiguration"]["Rules"]:
            rule["Filter"] = {"Prefix": self.replicated_prefix}

    def _account_block(self, _asked: Asked) -> dict[str, Any]:
        if self.account_block is None:
            raise Refused(404, "NoSuchPublicAccessBlockConfiguration", "The public access block was not found")
        return {"PublicAccessBlockConfiguration": self.account_block}


def _holding(bucket: str) -> Any:
    return next(each["aws"] for each in s3_backends.values() if bucket in each["aws"].buckets)


def _with_regions(_asked: Asked, said: dict[str, Any]) -> None:
    for bucket in said["Buckets"]:
        bucket["BucketRegion"] = _holding(bucket["Name"]).buckets[bucket["Name"]].region_name
