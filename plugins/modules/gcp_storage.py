#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_storage verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_storage
short_description: Prove that buckets of Cloud Storage are closed, use the declared keys, and keep what is put into them
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the public can be let into no bucket, that buckets encrypt with the declared keys, and that those with
    backups and uploads keep them, here and elsewhere.
  - C(aws.s3.public_block) is about buckets of whatever cloud. It asks for public access prevention, on the bucket or by
    the constraint C(storage.publicAccessPrevention) of its organization, and for policies and access control lists that
    name no public. What prevention keeps out are the lists of single objects as well, which nobody could read all.
  - Gives one result for the project and one for each bucket that fails, up to 100; the result of the project tells how
    many there are. A bucket that may not be read is an C(error) of its own.
  - A project without buckets proves nothing, and neither does a pattern that no bucket is like.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  buckets:
    description: The buckets to judge for C(aws.s3.public_block), as shell patterns for their names. Without it, all.
    type: list
    elements: str
    default: []
  public_buckets:
    description: Buckets that are meant to be public, in the same form; they are only counted.
    type: list
    elements: str
    default: []
  kms_keys:
    description:
      - The full names of the keys with which buckets must encrypt what is put into them, by patterns for the buckets;
        the first that fits counts. That Google encrypts everything proves nothing.
      - What was there before the key was set, and what names a key of its own, is not looked at.
    type: dict
    default: {}
  backup_buckets:
    description:
      - Buckets into which backups are put, as patterns, for C(backup.retention). They must hold a copy of each of
        O(retention_days), former versions included, and no rule of the lifecycle may delete younger ones.
      - Versioning, a retention policy or soft delete of O(retention_days) must keep what is overwritten or deleted. So
        does a retention of their own that each copy of these days has, until it is as old.
    type: list
    elements: str
    default: []
  retention_days:
    description: Days of history to keep, with a copy of each of them.
    type: int
    default: 30
  immutable:
    description:
      - Whether nobody may be able to delete what is in O(backup_buckets), by a locked retention policy of
        O(retention_days), or by a retention in locked mode that each copy of these days has of its own.
      - Holds do not count, since who may set one may release it; how many there are is told.
    type: bool
    default: false
  offsite_buckets:
    description:
      - Buckets into which backups are put, for C(backup.offsite). What lies elsewhere must keep what is overwritten or
        deleted, as O(backup_buckets) must.
    type: list
    elements: dict
    default: []
    suboptions:
      bucket:
        description: Name of the bucket, which is in the project.
        type: str
        required: true
      copy:
        description:
          - Name of the bucket that has a copy of it all, in another region or project. By whom it is copied does not
            matter; what it holds is compared.
          - Without it, the bucket itself must be of a dual-region or a multi-region.
        type: str
  offsite_max_age_hours:
    description: Hours that the newest off-site copy may be old.
    type: float
    default: 48
  upload_buckets:
    description:
      - Buckets with what people upload, for C(backup.files), in the same form. Whether it arrives in the copy is seen
        by the first 1000 objects; so is a retention of their own, where nothing else keeps them.
    type: list
    elements: dict
    default: []
    suboptions:
      bucket:
        description: Name of the bucket, which is in the project.
        type: str
        required: true
      copy:
        description: Name of the bucket that has a copy, as for O(offsite_buckets).
        type: str
"""

EXAMPLES = r"""
- name: The shop's buckets are closed
  golive.verify.gcp_storage:
    project: shop-production
    controls: [aws.s3.public_block, data.encryption_at_rest]
    public_buckets: [www.example.com]
    kms_keys:
      "shop-*": projects/shop-keys/locations/europe-west3/keyRings/shop/cryptoKeys/storage

- name: Backups stay where they are for a month, and lie elsewhere too
  golive.verify.gcp_storage:
    project: shop-production
    controls: [backup.retention, backup.offsite, backup.files]
    backup_buckets: [shop-backups]
    immutable: true
    offsite_buckets: [{bucket: shop-backups, copy: shop-vault-backups}]
    upload_buckets: [{bucket: shop-uploads}]
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
    "aws.s3.public_block",
    "data.encryption_at_rest",
    "backup.retention",
    "backup.offsite",
    "backup.files",
]
NEEDS = {
    "aws.s3.public_block": [
        "orgpolicy.policy.get",
        "storage.buckets.get",
        "storage.buckets.getIamPolicy",
        "storage.buckets.list",
    ],
    "data.encryption_at_rest": ["storage.buckets.list"],
    "backup.retention": ["storage.buckets.list", "storage.objects.list"],
    "backup.offsite": ["storage.buckets.get", "storage.buckets.list", "storage.objects.list"],
    "backup.files": ["storage.buckets.get", "storage.buckets.list", "storage.objects.list"],
}
