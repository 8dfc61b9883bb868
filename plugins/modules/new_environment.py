#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of new_environment; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: new_environment
short_description: Start the directory of an environment from a reference checklist or from a list of your own
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Makes a directory with an inventory, checks, and the files in which people decide, all to be changed by you.
  - With O(reference) it is an example environment with a checklist that is bound already. With O(checklist) it is laid
    around your own list, which is copied byte for byte.
  - Without either, nothing is made, and RV(lines) tells which references there are.
  - Nothing is ever overwritten, and what cannot be made whole is not made at all.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it says what it would make.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: full
options:
  name:
    description: The environment's name, in reports too. Letters, digits, C(.), C(_) and C(-).
    type: str
    required: true
  reference:
    description: The reference to start from, such as V(metered_saas).
    type: str
  checklist:
    description: Your own Markdown checklist to start from.
    type: path
  directory:
    description:
      - Where to make it; it must not exist, or be empty.
      - Without it, C(inventories/) and the name, where the command was started.
    type: path
  collections:
    description: Other collections, as V(acme.controls), whose controls your list may name.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Start from the reference of a metered product
  golive.verify.new_environment:
    name: production
    reference: metered_saas
  delegate_to: localhost

- name: Start from a list of our own
  golive.verify.new_environment:
    name: production
    checklist: docs/PRODUCTION_CHECKLIST.md
  delegate_to: localhost
"""

RETURN = r"""
directory:
  description: The environment's directory; empty where nothing was chosen to start from.
  returned: success
  type: str
  sample: inventories/production
files:
  description: The files in it.
  returned: success
  type: list
  elements: str
  sample: [checklist.md, hosts.yml]
lines:
  description: What was made and the next three commands, or what there is to start from, for people.
  returned: success
  type: list
  elements: str
  sample: ["made inventories/production from metered_saas: 17 files"]
"""
