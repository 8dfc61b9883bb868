#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_rds verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_rds
short_description: Prove that the databases of RDS are closed, redundant, encrypted, and can be taken back
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves of instances and clusters, those of Aurora, DocumentDB and Neptune included, that neither an address nor a
    security group opens them to the internet, that a standby lives in another zone, that backups reach back far enough
    and up to now, that nobody else may restore their snapshots, that clients need TLS, and that certificates and
    versions are maintained.
  - A cluster is judged with its instances. Replicas need no backups and no standby of their own.
  - Gives one result for the account and one for each database or snapshot that fails, up to 100 of each kind; the
    result of the account tells how many there are. A region that may not be read is an C(error) of its own.
  - Where O(regions) have no database at all, nothing is proven.
  - Who gets in through security groups is followed through prefix lists and through the groups that they name. A group
    of another account is an C(error), unless O(trusted_groups) names it.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  databases:
    description:
      - Identifiers of the instances and clusters to judge, as shell patterns. Without it, all in O(regions).
    type: list
    elements: str
    default: []
  min_retention_days:
    description: Days for which automated backups must be kept, for C(aws.rds.protected). RDS keeps 35 at most.
    type: int
    default: 30
  max_restore_lag:
    description: Minutes that the latest restorable moment may lie back, for C(aws.rds.protected).
    type: float
    default: 15
  public_ports:
    description:
      - Ports of TCP that the world may reach of machines whose security groups those of databases let in, such as those
        of a web server. Where it reaches another, it is one step away from the database.
    type: list
    elements: int
    default: [80, 443]
  trusted_groups:
    description:
      - Security groups that databases may let in whatever they are open to, as shell patterns for their ids.
    type: list
    elements: str
    default: []
  require_tls:
    description:
      - Whether the parameters of databases must turn away clients without TLS. Set it to V(false) for engines that do
        not know such a parameter, such as Oracle; they are an C(error) otherwise.
    type: bool
    default: true
  ca_min_days:
    description: Days for which the certificates of databases and of their authority must still be valid.
    type: int
    default: 90
  minor_upgrades:
    description: Whether RDS must bring new minor versions, with their security fixes, to databases by itself.
    type: bool
    default: true
  event_categories:
    description:
      - Categories of events of databases of which somebody must be told, such as V(failure), V(failover),
        V(low storage) and V(maintenance), by a subscription to events whose topic has a confirmed subscriber.
      - Without it, subscriptions to events are not looked at.
    type: list
    elements: str
    default: []
  share_with:
    description: Numbers of the accounts that may restore snapshots.
    type: list
    elements: str
    default: []
  kms_keys:
    description:
      - The keys that databases and snapshots must be encrypted with, as shell patterns for ARNs. Without it, any.
    type: list
    elements: str
    default: []
  max_age_hours:
    description: Hours within which snapshots are made, and that the newest one may be old.
    type: float
    default: 24
  grace_hours:
    description: Hours that a snapshot may take or start late.
    type: float
    default: 1
  retention_days:
    description: Days of history, each with a snapshot, for C(backup.retention).
    type: int
    default: 30
  min_window_days:
    description: Days to each moment of which databases can be restored, for C(backup.point_in_time).
    type: float
    default: 7
  max_lag:
    description: Minutes that the latest restorable moment may lie back, for C(backup.point_in_time).
    type: float
    default: 15
"""

EXAMPLES = r"""
- name: The databases of production are ready for it
  golive.verify.aws_rds:
    profile: production-audit
    account_id: "123456789012"
    regions: [eu-central-1]
    databases: [shop-*]
    event_categories: [failure, failover, low storage, maintenance]

- name: The report database can be rebuilt, but is encrypted like all
  golive.verify.aws_rds:
    regions: [eu-central-1]
    controls: [data.encryption_at_rest]
    kms_keys: ["arn:aws:kms:eu-central-1:123456789012:key/*"]
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
    "aws.rds.protected",
    "data.encryption_at_rest",
    "backup.automated",
    "backup.freshness",
    "backup.retention",
    "backup.point_in_time",
]

NEEDS = {
    "aws.rds.protected": [
        "sts:GetCallerIdentity",
        "ec2:DescribeSecurityGroups",
        "ec2:GetManagedPrefixListEntries",
        "rds:DescribeCertificates",
        "rds:DescribeDBClusterParameters",
        "rds:DescribeDBClusterSnapshotAttributes",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBEngineVersions",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameters",
        "rds:DescribeDBSnapshotAttributes",
        "rds:DescribeDBSnapshots",
        "rds:DescribeEventSubscriptions",
        "sns:ListSubscriptionsByTopic",
    ],
    "data.encryption_at_rest": [
        "sts:GetCallerIdentity",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
    ],
    "backup.automated": [
        "sts:GetCallerIdentity",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
    ],
    "backup.freshness": [
        "sts:GetCallerIdentity",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
    ],
    "backup.retention": [
        "sts:GetCallerIdentity",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
    ],
    "backup.point_in_time": [
        "sts:GetCallerIdentity",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstanceAutomatedBackups",
        "rds:DescribeDBInstances",
    ],
}
