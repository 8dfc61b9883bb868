#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_restore_redis; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_restore_redis
short_description: Load the newest copy of Redis data into a server of its own, and check what is in it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Checks the newest snapshot with C(redis-check-rdb), loads it into a Redis server in a directory of its own, which
    listens to a socket in that directory only, and asks it for the declared keys. Then all of it is removed.
  - Nothing of the server that was backed up is touched. The host needs C(redis-server), and memory for the data.
  - Proves V(restore.redis). It measures C(rto_seconds), from nothing to a server that answers.
extends_documentation_fragment:
  - golive.verify.drill
options:
  directory:
    description: Where the snapshots (RDB files) are, on the host.
    type: path
    required: true
  pattern:
    description:
      - What the names of the snapshots match. The newest file is loaded.
      - C(.age) and C(.gz), C(.xz), C(.bz2) or C(.zst) at the end of a name are undone.
    type: str
    default: "*.rdb*"
  identity_file:
    description: The age identity that opens the snapshots, on the host.
    type: path
  user:
    description: The user who owns the scratch server, and who can read the snapshots.
    type: str
    default: redis
  work_dir:
    description: Where the scratch server's directory is made.
    type: path
    default: /var/tmp
  min_keys:
    description: How many keys the data must have.
    type: int
    required: true
  keys:
    description: Names of keys that must be there.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The sessions survive the loss of all caches
  golive.verify.drill_restore_redis:
    name: restore-sessions
    directory: /var/backups/redis
    min_keys: 1000
    keys: [config:shop]
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
  sample: {rto_seconds: 3.4}
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/restore-sessions.json
"""
