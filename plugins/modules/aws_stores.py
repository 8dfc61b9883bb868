#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_stores verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_stores
short_description: Prove of volumes, file systems, caches and tables in AWS that they are encrypted, kept and redundant
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Looks at what stores data besides buckets and the databases of RDS, in each of O(regions) - volumes of EBS, file
    systems of EFS, caches of ElastiCache, and tables of DynamoDB, which are always encrypted. Of volumes the snapshots
    and images too, which must be neither public nor shared with accounts that O(share_with) does not name. Each is
    asked for that; where there are many thousands, O(timeout) has to allow for it.
  - Gives one result for the account and one for each store that fails, up to 100 of each kind; the result of the
    account tells how many there are. A region that may not be read is an C(error) of its own.
  - Where there is no store of the kind that a control speaks of, nothing is proven. Serverless caches, which are always
    encrypted and redundant, are not looked at.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  kms_keys:
    description: The keys that stores must be encrypted with, as shell patterns for ARNs. Without it, any.
    type: list
    elements: str
    default: []
  share_with:
    description:
      - Who may make volumes of snapshots and start machines of images, as shell patterns for numbers of accounts and,
        of images, for ARNs of organizations and their units. Without it, nobody but the account itself.
    type: list
    elements: str
    default: []
  tables:
    description:
      - Tables of DynamoDB, as shell patterns for their names, for C(backup.point_in_time). Each must be restorable to
        any moment, and kept from being deleted.
    type: list
    elements: str
    default: []
  min_window_days:
    description: Days to each moment of which tables can be restored.
    type: float
    default: 7
  max_lag:
    description: Minutes that the latest restorable moment of a table may lie back.
    type: float
    default: 15
  backed_up:
    description:
      - Caches and file systems whose data must survive, as shell patterns for their identifiers, for
        C(backup.automated).
    type: list
    elements: str
    default: []
  min_snapshot_days:
    description: Days for which the daily snapshots of such a cache are kept.
    type: int
    default: 7
  caches:
    description:
      - Identifiers of the caches to judge for C(ha.redundancy), C(redis.provisioned) and C(redis.tls), as shell
        patterns. Without it, all in O(regions).
      - C(redis.provisioned) is not proven of caches of Memcached, which know no users.
    type: list
    elements: str
    default: []
  min_instances:
    description: Nodes that each shard of a cache must have.
    type: int
    default: 2
  min_zones:
    description: Zones over which the nodes of each shard must be spread.
    type: int
    default: 2
"""

EXAMPLES = r"""
- name: All that stores data is encrypted, and the sessions survive the loss of a zone
  golive.verify.aws_stores:
    profile: production-audit
    account_id: "123456789012"
    regions: [eu-central-1]
    tables: [orders, carts]
    backed_up: [sessions, fs-0a1b2c3d]
    caches: [sessions]
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "data.encryption_at_rest",
    "backup.point_in_time",
    "backup.automated",
    "ha.redundancy",
    "redis.provisioned",
    "redis.tls",
]

NEEDS = {
    "data.encryption_at_rest": [
        "sts:GetCallerIdentity",
        "ec2:DescribeImageAttribute",
        "ec2:DescribeImages",
        "ec2:DescribeSnapshotAttribute",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "ec2:GetEbsEncryptionByDefault",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
        "elasticfilesystem:DescribeFileSystems",
    ],
    "backup.point_in_time": [
        "sts:GetCallerIdentity",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:ListTables",
    ],
    "backup.automated": [
        "sts:GetCallerIdentity",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
        "elasticfilesystem:DescribeBackupPolicy",
        "elasticfilesystem:DescribeFileSystems",
    ],
    "ha.redundancy": [
        "sts:GetCallerIdentity",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
    ],
    "redis.provisioned": [
        "sts:GetCallerIdentity",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
        "elasticache:DescribeUserGroups",
        "elasticache:DescribeUsers",
    ],
    "redis.tls": [
        "sts:GetCallerIdentity",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
    ],
}
