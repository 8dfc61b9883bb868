#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_key_recovery; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_key_recovery
short_description: Fetch an encryption key from each place where it is kept, and read old records with it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Fetches the key from each place into a directory of the drill's own, where nobody else may enter, compares the
    copies with each other and with the key in use, and has old records read with each. Then all copies are removed.
  - Keys and records never leave the host; what is compared are HMACs under a key that is drawn for the drill.
  - Proves V(secrets.key_recovery). It measures C(rto_seconds), the longest time until a copy was there.
extends_documentation_fragment:
  - golive.verify.drill
options:
  locations:
    description:
      - By name, the command that fetches the key from a place, as a list of the tool and its arguments.
      - V({key}) as an argument stands for the file that the copy is written to. Without one, what the command prints is
        the key.
    type: dict
    required: true
  in_use:
    description:
      - The command that prints the key in use, or writes it to V({key}), in the same form as O(locations) do.
      - Without it, the copies are compared with each other only.
    type: list
    elements: str
    default: []
  read:
    description:
      - A command that reads the oldest, the newest and some other records with the key in the file V({key}), and ends
        well only when all of them could be decrypted and were authentic.
    type: list
    elements: str
    required: true
  matches:
    description: An extended regular expression (grep -E) that the output of O(read) must hold.
    type: str
    default: ""
  min_locations:
    description: How many places there must be at least.
    type: int
    default: 2
  user:
    description: The user to run all commands as. It needs root.
    type: str
    default: ""
  work_dir:
    description: Where the drill's directory is made. Prefer a file system in memory.
    type: path
    default: /dev/shm
"""

EXAMPLES = r"""
- name: The audit log stays readable when the server and its key are gone
  golive.verify.drill_key_recovery:
    name: audit-key
    locations:
      safe: [age, --decrypt, --identity, /root/recovery.key, --output, "{key}", /mnt/safe/audit.key.age]
      vault: [bao, kv, get, -field=key, secret/audit]
    in_use: [cat, /etc/shop/audit.key]
    read: [/srv/shop/bin/read-audit, --key-file, "{key}", --oldest, "5", --newest, "5", --random, "50"]
    matches: 60 records are authentic
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
measured:
  description: C(rto_seconds).
  returned: when it ran
  type: dict
  sample: {rto_seconds: 2.1}
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/audit-key.json
"""
