#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_restore_postgresql; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_restore_postgresql
short_description: Restore the newest backup of a PostgreSQL database into a server of its own, and check what is in it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Makes a PostgreSQL server in a directory of its own, which listens to a socket in that directory only, restores the
    newest dump or the latest pgBackRest backup into it, and asks it the declared questions. Then all of it is removed.
  - Nothing of the database that was backed up is touched. The host needs the programs of PostgreSQL, room for the data,
    and whatever opens the backup.
  - Proves V(restore.database). It measures C(rto_seconds), from nothing to a server that answers, and, with O(newest),
    C(rpo_seconds), the age of the newest row.
extends_documentation_fragment:
  - golive.verify.drill
options:
  directory:
    description: Where the dumps are, on the host.
    type: path
  pattern:
    description:
      - What the names of the dumps match. The newest file is restored.
      - Names that end in C(.sql) are read by C(psql), others by C(pg_restore), after C(.age) and C(.gz), C(.xz),
        C(.bz2) or C(.zst) are undone.
    type: str
    default: "*"
  identity_file:
    description: The age identity that opens the dumps, on the host.
    type: path
  stanza:
    description: The pgBackRest stanza to restore, instead of a dump.
    type: str
  database:
    description: The database that is asked; a dump is restored into it.
    type: str
    required: true
  user:
    description: The user who owns the scratch server, and who can read the backup.
    type: str
    default: postgres
  work_dir:
    description: Where the scratch server's directory is made.
    type: path
    default: /var/tmp
  bin_dir:
    description: Where C(initdb) and C(pg_ctl) are. Without it, the newest that Debian or PGDG packages installed.
    type: path
  settings:
    description: Settings of the scratch server, such as C(shared_preload_libraries) that the data needs.
    type: dict
    default: {}
  invariants:
    description: What must hold of the restored data. At least one, since a restore that nobody asks proves nothing.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What it is, in words, unlike all others.
        type: str
        required: true
      sql:
        description: A statement that gives one value.
        type: str
        required: true
      equals:
        description: What the value must be, as text.
        type: str
      at_least:
        description: What the value, a number, must not be below.
        type: float
      at_most:
        description: What the value, a number, must not be above.
        type: float
  newest:
    description: A statement that gives the moment of the newest row, such as V(SELECT max(created_at) FROM orders).
    type: str
"""

EXAMPLES = r"""
- name: Last night's dump of the shop is worth something
  golive.verify.drill_restore_postgresql:
    name: restore-shop
    directory: /var/backups/shop
    pattern: shop-*.sql.gz.age
    identity_file: /etc/backup/restore.key
    database: shop
    limit: 3600
    invariants:
      - {name: orders, sql: SELECT count(*) FROM orders, at_least: 100000}
      - {name: orders without customer, sql: SELECT count(*) FROM orders WHERE customer_id IS NULL, equals: "0"}
    newest: SELECT max(created_at) FROM orders
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
measured:
  description: C(rto_seconds), and with O(newest) C(rpo_seconds).
  returned: when it ran
  type: dict
  sample: {rto_seconds: 212.4, rpo_seconds: 21600}
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/restore-shop.json
"""
