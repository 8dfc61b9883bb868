#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_backup verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_backup
short_description: Prove that AWS Backup makes, keeps and protects what must survive, and that it was restored
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves by what AWS Backup itself did that plans run, that each declared resource has recent and enough recovery
    points, that vaults are locked, that copies lie in another region, and that restores were tested.
  - Gives one result for the account and one for each resource, plan or vault that fails, up to 100 of each kind. A
    region that may not be read is an C(error) of its own.
  - A resource that is declared in O(resources) and was never backed up, and an account without any plan, fail.
  - Copies in another account are not seen from here; prove them with a check of that account.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  resources:
    description:
      - What must be backed up, such as databases, tables, volumes and file systems, as shell patterns for ARNs. Each
        pattern must be that of something that is backed up in O(regions).
      - Without it, C(data.encryption_at_rest) alone is proven.
    type: list
    elements: str
    default: []
  max_age_hours:
    description: Hours within which backups run, and that the newest recovery point may be old.
    type: float
    default: 24
  grace_hours:
    description: Hours that a backup may take or start late.
    type: float
    default: 1
  retention_days:
    description:
      - Days of history to keep, with a recovery point of each of them.
      - Of the plans that back a resource up, at least one rule must keep what it makes for as long. Others, such as one
        that runs each hour, may keep it shorter. Which plans these are is told by the recovery points that they made.
    type: int
    default: 30
  every_rule:
    description:
      - Whether each rule of these plans must keep what it makes for O(retention_days), in the vaults as well to which
        it is copied. That is what the rule C(backup-recovery-point-minimum-retention-check) of AWS Config asks of each
        recovery point; plans that keep some backups for hours and others for years do not meet it.
    type: bool
    default: false
  immutable:
    description:
      - Whether the vaults with the recovery points of O(resources) must be locked in a way that nobody can lift any
        more (compliance mode), for at least O(retention_days).
    type: bool
    default: false
  copy_regions:
    description: Other regions, each of which must hold copies, for C(backup.offsite).
    type: list
    elements: str
    default: []
  offsite_max_age_hours:
    description: Hours that the newest copy in another region may be old.
    type: float
    default: 48
  max_evidence_age:
    description:
      - Days within which each of O(resources) must have been restored, for C(restore.database).
      - A restore counts when what came of it was validated, as the restore testing of AWS Backup does with a function
        of yours that compares the data (C(ValidationStatus) is C(SUCCESSFUL)).
    type: int
    default: 90
"""

EXAMPLES = r"""
- name: The databases of production are backed up, here and in Ireland, and were restored
  golive.verify.aws_backup:
    profile: production-audit
    account_id: "123456789012"
    regions: [eu-central-1]
    resources:
      - arn:aws:rds:eu-central-1:123456789012:db:shop
      - arn:aws:dynamodb:eu-central-1:123456789012:table/orders*
    immutable: true
    copy_regions: [eu-west-1]
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
    "backup.automated",
    "backup.freshness",
    "backup.retention",
    "backup.offsite",
    "restore.database",
    "data.encryption_at_rest",
]

NEEDS = {
    "backup.automated": [
        "sts:GetCallerIdentity",
        "backup:GetBackupPlan",
        "backup:ListBackupPlans",
        "backup:ListBackupSelections",
        "backup:ListProtectedResources",
    ],
    "backup.freshness": [
        "sts:GetCallerIdentity",
        "backup:ListProtectedResources",
        "backup:ListRecoveryPointsByResource",
    ],
    "backup.retention": [
        "sts:GetCallerIdentity",
        "backup:GetBackupPlan",
        "backup:ListBackupPlans",
        "backup:ListBackupVaults",
        "backup:ListProtectedResources",
        "backup:ListRecoveryPointsByBackupVault",
        "backup:ListRecoveryPointsByResource",
    ],
    "backup.offsite": [
        "sts:GetCallerIdentity",
        "backup:ListProtectedResources",
        "backup:ListRecoveryPointsByResource",
    ],
    "restore.database": ["sts:GetCallerIdentity", "backup:ListProtectedResources", "backup:ListRestoreJobs"],
    "data.encryption_at_rest": [
        "sts:GetCallerIdentity",
        "backup:ListBackupVaults",
        "backup:ListRecoveryPointsByBackupVault",
    ],
}
