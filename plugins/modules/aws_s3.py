#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_s3 verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_s3
short_description: Prove that the buckets of an AWS account are closed, encrypted, and keep what is put into them
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that no bucket is public, that policies let in only whom they may and nobody without TLS, that objects are
    encrypted by default, that buckets with backups and uploads keep them, here and in another region or account, and
    that what is in buckets is kept as long as law demands, and no longer than was promised.
  - Policies are evaluated, those of buckets with those of users and roles. Conditions are read as far as they say who
    asks, or from where. Policies of the organization, which can only take away, are not.
  - Gives one result for the account and one for each bucket, user or role that fails, up to 100 of each kind; the
    result of the account tells how many there are. A bucket that may not be read is an C(error) of its own.
  - All buckets of the account are looked at, in whatever region; O(regions) say where to ask first.
  - An account without buckets proves nothing, and neither does a pattern that no bucket is like.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  buckets:
    description:
      - The buckets to judge for C(aws.s3.*) and C(data.encryption_at_rest), as shell patterns for their names. Without
        it, all of them.
    type: list
    elements: str
    default: []
  public_buckets:
    description:
      - Buckets that are meant to be public, in the same form; C(aws.s3.public_block) only counts them.
    type: list
    elements: str
    default: []
  principals:
    description:
      - Whom the policies of buckets may let in, as shell patterns for ARNs, numbers of accounts, names of services, and
        for what narrows a statement down, such as V(o-a1b2c3d4e5) or V(vpce-0a1b2c3d).
      - Without it, the identities of the account itself, and services as far as they are narrowed down to it
        (C(aws:SourceAccount), C(aws:SourceArn)).
    type: list
    elements: str
    default: []
  applications:
    description:
      - Roles and users that must not be able to delete buckets, their versions, or what protects them, each as a shell
        pattern for its name, its path and name (V(/shop/*)) or its ARN.
      - Without it, all but O(administrators) and the roles that AWS itself makes for its services.
    type: list
    elements: str
    default: []
  administrators:
    description: Roles and users that are declared to be administrators, in the same form.
    type: list
    elements: str
    default: []
  kms_buckets:
    description: Buckets that must encrypt with a key of KMS, not with one that S3 manages, as patterns.
    type: list
    elements: str
    default: []
  logged_buckets:
    description:
      - Buckets of which it must be recorded who reads and writes what is in them, as patterns, for
        C(cloud.audit_trail). Either S3 logs the requests into a bucket of the account, or a trail that is seen from
        O(regions) records the data events of all their objects.
    type: list
    elements: str
    default: []
  backup_buckets:
    description:
      - Buckets into which backups are put, as patterns, for C(backup.retention). They must hold a copy of each of
        O(retention_days), keep versions, and have no lifecycle rule that deletes either earlier.
    type: list
    elements: str
    default: []
  retention_days:
    description: Days of history to keep, with a copy of each of them.
    type: int
    default: 30
  immutable:
    description:
      - Whether nobody may be able to delete what is in O(backup_buckets), by a default lock of mode C(COMPLIANCE) for
        O(retention_days), or because versions are deleted with MFA only.
    type: bool
    default: false
  offsite_buckets:
    description:
      - Buckets into which backups are put, as patterns, for C(backup.offsite). All of each must be copied to a bucket
        in another region or account, and have arrived there; for that the other bucket must be readable.
    type: list
    elements: str
    default: []
  offsite_max_age_hours:
    description: Hours that the newest off-site copy may be old.
    type: float
    default: 48
  retention:
    description:
      - How long what is in buckets must be kept, and when it must be gone, for C(data.retention_enforced), by their
        lifecycles. A bucket that another one is copied to needs a promise of its own.
    type: list
    elements: dict
    default: []
    suboptions:
      buckets:
        description: The buckets, as shell patterns for their names.
        type: list
        elements: str
        required: true
      legal:
        description:
          - Whether law demands that objects are kept for O(min_legal_days). They must be kept in versions, which no
            rule may delete earlier.
        type: bool
        default: false
      max_days:
        description:
          - Days after which everything must be gone. Rules for all objects must delete these and their replaced
            versions; the days of both count together, as an object that expires becomes a version. Rules for a part
            of a bucket do not count, nor do those that keep some versions for good, and no lock may last longer.
          - S3 deletes at the midnight after, or some time later.
        type: float
  min_legal_days:
    description: Days for which law demands that objects are kept.
    type: int
    default: 2557
  upload_buckets:
    description:
      - Buckets with what people upload, as patterns, for C(backup.files). They must keep versions and be copied like
        O(offsite_buckets); whether it arrives is seen by the first 1000 objects.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The buckets of production are closed and encrypted
  golive.verify.aws_s3:
    profile: production-audit
    account_id: "123456789012"
    public_buckets: [www.example.com]
    principals: ["123456789012", "arn:aws:iam::210987654321:role/backup"]
    administrators: [break-glass, /aws-reserved/sso.amazonaws.com/*]

- name: Backups stay where they are for a month, and lie elsewhere too
  golive.verify.aws_s3:
    controls: [backup.retention, backup.offsite, backup.files]
    backup_buckets: [shop-backups]
    immutable: true
    offsite_buckets: [shop-backups]
    upload_buckets: [shop-uploads]

- name: Invoices are kept for ten years, and uploads are gone after one
  golive.verify.aws_s3:
    controls: [data.retention_enforced]
    min_legal_days: 3653
    retention:
      - buckets: [shop-invoices]
        legal: true
      - buckets: [shop-uploads-*]
        max_days: 365

- name: Who opens an invoice leaves a trace
  golive.verify.aws_s3:
    controls: [cloud.audit_trail]
    regions: [eu-central-1]
    logged_buckets: [shop-invoices]
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
    "aws.s3.least_privilege",
    "data.encryption_at_rest",
    "cloud.audit_trail",
    "backup.retention",
    "backup.offsite",
    "backup.files",
    "data.retention_enforced",
]

NEEDS = {
    "aws.s3.public_block": [
        "sts:GetCallerIdentity",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketAcl",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketPublicAccessBlock",
        "s3:ListAllMyBuckets",
    ],
    "aws.s3.least_privilege": [
        "sts:GetCallerIdentity",
        "iam:GetAccountAuthorizationDetails",
        "s3:GetBucketPolicy",
        "s3:ListAllMyBuckets",
    ],
    "data.encryption_at_rest": ["sts:GetCallerIdentity", "s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets"],
    "cloud.audit_trail": [
        "sts:GetCallerIdentity",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
        "s3:GetBucketLogging",
        "s3:ListAllMyBuckets",
    ],
    "backup.retention": [
        "sts:GetCallerIdentity",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
    ],
    "backup.offsite": [
        "sts:GetCallerIdentity",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
    ],
    "backup.files": [
        "sts:GetCallerIdentity",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
    ],
    "data.retention_enforced": [
        "sts:GetCallerIdentity",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
        "s3:ListAllMyBuckets",
    ],
}
