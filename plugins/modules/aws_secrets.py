#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_secrets verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_secrets
short_description: Prove that secrets are kept by AWS, closed to others, and rotated, without reading one
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each declared secret is in Secrets Manager or Parameter Store, has a current version, is encrypted and
    not being deleted, that its own policy lets in nobody else, and that its value was changed lately.
  - No value is read; the permissions that would allow it are not needed.
  - Gives one result for the account and one for each secret that fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  secrets:
    description: Names or ARNs of the secrets that must be in Secrets Manager, in the first of O(regions).
    type: list
    elements: str
    default: []
  parameters:
    description: Names of the parameters that must be in Parameter Store as C(SecureString), in the first of O(regions).
    type: list
    elements: str
    default: []
  principals:
    description:
      - Whom the policies of secrets may let in, as shell patterns for ARNs, numbers of accounts, names of services, and
        for what narrows a statement down. Without it, the account itself.
    type: list
    elements: str
    default: []
  max_age_days:
    description: Days that a secret's value may be old.
    type: int
    default: 90
  encryption_keys:
    description:
      - Keys of KMS that data is encrypted with, by id, alias (C(alias/shop)) or ARN, in the first of O(regions), for
        C(secrets.rotation). Each must be enabled, not about to be deleted, and rotated by itself.
    type: list
    elements: str
    default: []
  max_encryption_key_age_days:
    description: Days after which such a key must get new material.
    type: int
    default: 365
  automatic:
    description: Whether Secrets Manager must rotate each of O(secrets) by itself.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: The shop's secrets are kept, and young
  golive.verify.aws_secrets:
    account_id: "123456789012"
    regions: [eu-central-1]
    secrets: [shop/database, shop/session-key]
    parameters: [/shop/mail-token]
    automatic: true
    encryption_keys: [alias/shop]
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

PROVES = ["secrets.in_store", "secrets.rotation"]
NEEDS = {
    "secrets.in_store": [
        "sts:GetCallerIdentity",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "ssm:DescribeParameters",
    ],
    "secrets.rotation": [
        "sts:GetCallerIdentity",
        "kms:DescribeKey",
        "kms:GetKeyRotationStatus",
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListSecretVersionIds",
        "ssm:DescribeParameters",
    ],
}
