#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_sql verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_sql
short_description: Prove that instances of Cloud SQL are backed up and survive the loss of a zone
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that backups run by themselves, are recent and kept for long enough, that any recent moment can be restored,
    that another zone stands ready, and that the declared key is in use.
  - Gives one result for each instance. Replicas are left out. A project without an instance is an C(error).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  instances:
    description: Names of the instances that must be there and are judged. Without it, all primary ones of the project.
    type: list
    elements: str
    default: []
  max_age_hours:
    description: Hours within which the last backup must have ended.
    type: float
    default: 24
  grace_hours:
    description: Hours that a backup may be later than that. Google takes them within a window of four hours.
    type: float
    default: 5
  retention_days:
    description: Days of each of which a backup must be kept. Of an instance that is younger, its days count.
    type: int
    default: 30
  min_window_days:
    description: Days to any moment of which it must be possible to restore.
    type: float
    default: 7
  kms_key:
    description: Full name of the key with which instances must be encrypted. Without it, that is not proven.
    type: str
"""

EXAMPLES = r"""
- name: The shop's database survives a bad day
  golive.verify.gcp_sql:
    project: shop-production
    instances: [shop]
    kms_key: projects/shop-keys/locations/europe-west3/keyRings/shop/cryptoKeys/sql
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
    "backup.point_in_time",
    "ha.redundancy",
    "data.encryption_at_rest",
]
NEEDS = {
    "backup.automated": ["cloudsql.backupRuns.list", "cloudsql.instances.list"],
    "backup.freshness": ["cloudsql.backupRuns.list", "cloudsql.instances.list"],
    "backup.retention": ["cloudsql.backupRuns.list", "cloudsql.instances.list"],
    "backup.point_in_time": ["cloudsql.instances.list"],
    "ha.redundancy": ["cloudsql.instances.list"],
    "data.encryption_at_rest": ["cloudsql.instances.list"],
}
