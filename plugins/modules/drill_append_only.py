#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_append_only; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_append_only
short_description: Try to change what is written in tables that may only grow, and see it refused
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - As the application's role, in transactions that are rolled back, tries to update, delete and truncate each table.
    The database must refuse all three, by rights, by a trigger or by row security.
  - An attempt that is not refused locks a row, or for C(TRUNCATE) the table, until it is rolled back at once.
  - Proves V(postgresql.append_only), beside what M(golive.verify.postgresql) reads of the rights.
extends_documentation_fragment:
  - golive.verify.drill
options:
  database:
    description: The database.
    type: str
    required: true
  tables:
    description: The tables that may only grow, as C(schema.table). Each must have a row.
    type: list
    elements: str
    required: true
  role:
    description: The role of the application. O(user) must be allowed to take it.
    type: str
    required: true
  user:
    description: The operating system's user who may log in to the database, and who is asked for a password by nobody.
    type: str
    default: postgres
"""

EXAMPLES = r"""
- name: Nobody rewrites the audit log
  golive.verify.drill_append_only:
    name: append-only-audit
    database: shop
    tables: [public.audit_events]
    role: shop_app
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/append-only-audit.json
"""
