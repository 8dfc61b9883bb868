#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the disk_encryption verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: disk_encryption
short_description: Prove that directories with data lie on encrypted disks
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Follows each directory to its file system and on to every disk beneath it, and proves that each way down passes
    through dm-crypt (LUKS), or that the file system itself encrypts (ZFS, fscrypt, eCryptfs, gocryptfs).
  - Proves that no swap space writes memory to a disk in clear.
  - What cannot be followed from the host, such as a network file system or the layers of a container, is an error. A
    volume that its cloud encrypts looks plain from inside and fails here; the verifier of that cloud proves it.
  - Needs C(become).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  paths:
    description: The directories or files that hold data, as absolute paths.
    type: list
    elements: str
    default: []
  swap:
    description: Whether swap space is looked at too.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: The data of the shop is encrypted at rest
  become: true
  golive.verify.disk_encryption:
    paths: [/var/lib/postgresql, /srv/uploads, /var/backups]
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

PROVES = ["data.encryption_at_rest"]
