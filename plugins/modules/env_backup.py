#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the env_backup verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: env_backup
short_description: Prove that an encrypted, current copy of the production settings exists
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the newest copy of a service's environment files is encrypted, whole, no older than their last change,
    and on another disk or machine than they are.
  - Where the copies are is named by one of O(directory), O(restic), O(borg) and O(rclone), as for
    M(golive.verify.backup).
  - Plain files and those on a remote of rclone must be encrypted with age or GnuPG, and match a checksum file beside
    them.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.backup
options:
  files:
    description: The files, on the host, that hold the production settings, such as V(/srv/shop/.env.production).
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The settings of the shop survive the loss of its server
  golive.verify.env_backup:
    files: [/srv/shop/.env.production]
    rclone: {remote: "offsite:settings/shop", config: /etc/rclone.conf, pattern: "*.age"}
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

PROVES = ["env.backup"]
