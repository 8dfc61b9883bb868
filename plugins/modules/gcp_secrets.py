#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_secrets verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_secrets
short_description: Prove that secrets are in Google's Secret Manager, open to few, and young
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each declared secret has a version that services can get, lets in nobody but declared readers, is young,
    and that the versions that a new one replaced have ended. No secret is read.
  - Who may read all secrets of the project, by a role on the project itself, is what M(golive.verify.gcp_iam) looks at
    only where that role takes over the project; look at the holders of C(roles/secretmanager.secretAccessor) as well.
  - Gives one result for each secret. Those of a single region, which have an address of their own, are not found.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  secrets:
    description: The secrets that must be there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the secret.
        type: str
        required: true
      readers:
        description:
          - Who may be granted roles on the secret, each as a shell pattern such as
            V(serviceAccount:api@shop.iam.gserviceaccount.com), with a list of roles, or an empty list for any role.
          - Without it, only the public, whole domains, whole identity pools and private accounts of Google are
            failures, which they always are.
        type: dict
      kms_key:
        description: Full name of the key with which all copies of the secret must be encrypted.
        type: str
      encryption_key:
        description:
          - Whether it is a key that data at rest is encrypted with.
          - Then O(max_encryption_key_age_days) counts, and former versions may stay, which old data needs.
        type: bool
        default: false
  max_age_days:
    description: Days that the newest version of a secret may be old. Give secrets of another pace a check of their own.
    type: int
    default: 90
  max_encryption_key_age_days:
    description: Days that the newest version of an encryption key may be old.
    type: int
    default: 365
  grace_days:
    description: Days after which the versions that a new one replaced must be disabled or destroyed.
    type: int
    default: 7
"""

EXAMPLES = r"""
- name: The shop's secrets are where they belong, and young
  golive.verify.gcp_secrets:
    project: shop-production
    secrets:
      - name: stripe-secret-key
        readers:
          serviceAccount:api@shop-production.iam.gserviceaccount.com: [roles/secretmanager.secretAccessor]
      - name: audit-key
        encryption_key: true
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
        "secretmanager.secrets.get",
        "secretmanager.secrets.getIamPolicy",
        "secretmanager.versions.list",
    ],
    "secrets.rotation": ["secretmanager.versions.list"],
}
