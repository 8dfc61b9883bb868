#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the key_backup verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: key_backup
short_description: Prove that an encryption key lies in two independent places
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that every declared place holds the same key, that it was read there lately, and that no place is on a disk
    of the application's host or on that of another place.
  - The key itself never travels. Each place is compared with a declared fingerprint, where it lies.
  - What only people can reach, as a safe, is proven by a record that they write when they read it.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  fingerprint:
    description:
      - What the key is compared with; one key a check. The how-to guide on backups shows how it is made.
    type: dict
    suboptions:
      salt:
        description: The salt, as text.
        type: str
        required: true
      sha256:
        description: PBKDF2 of the key with HMAC and SHA-256, in hexadecimal digits.
        type: str
        required: true
      iterations:
        description: How many rounds were made.
        type: int
        required: true
  locations:
    description: The places. Each takes its name, and one of the ways to look at it.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What people call the place, such as V(vault in Berlin).
        type: str
        required: true
      file:
        description:
          - A file with the key, on a file system of another machine that is mounted where the check looks from.
          - With O(from=controller) it may be a disk of the controller.
        type: str
      variable:
        description: The variable in O(locations[].file) that holds the key. Without it, the file holds nothing else.
        type: str
      command:
        description:
          - A command that reads the key in its place and prints the fingerprint's C(sha256) of it, and nothing else.
          - It is given as the tool and its arguments, and the key must not be in what it prints.
        type: list
        elements: str
      record:
        description:
          - A file of JSON with C(read), the day on which somebody read the key there, and C(sha256), the fingerprint of
            what was read, with the salt and iterations of O(fingerprint).
        type: str
      user:
        description: Run O(locations[].command) as this user, which needs become.
        type: str
  application_key:
    description: Where the application has its key, on the host. It must be the same one.
    type: dict
    suboptions:
      file:
        description: The file.
        type: str
        required: true
      variable:
        description: The variable in it. Without it, the file holds nothing else.
        type: str
  min_locations:
    description: Least number of places.
    type: int
    default: 2
  max_age_days:
    description: Days since the key was last read in a place. What is read by the check itself was read now.
    type: float
    default: 90
"""

EXAMPLES = r"""
- name: The audit key survives the loss of a place
  golive.verify.key_backup:
    fingerprint: "{{ audit_key_fingerprint }}"
    application_key: {file: /srv/shop/.env.production, variable: AUDIT_ENCRYPTION_KEY}
    locations:
      - {name: other site, file: /mnt/other-site/keys/audit.key}
      - name: secret store
        command: [/usr/local/bin/fingerprint-of, secret/audit]
      - {name: safe in Berlin, record: /etc/golive/keys/audit-safe.json}
  become: true
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

PROVES = ["secrets.key_backup_locations"]
