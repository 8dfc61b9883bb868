#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drills; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drills
short_description: Run those of an inventory's drills that are named, one after another
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - A drill acts on real systems, so none runs that is not named.
  - Drills of one host run one after another; the first that does not pass ends the task.
attributes:
  check_mode:
    description: Shows the plans in C(check_mode), and does nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
options:
  drills:
    description: The drills of this host. Each is a mapping of one drill module's name to its options.
    type: list
    elements: dict
    required: true
  run:
    description: The names of those to run. V(all) stands for every one of this host.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: The quarterly restore
  golive.verify.drills:
    drills: "{{ golive_drills }}"
    run: [restore-shop]
"""

RETURN = r"""
ran:
  description: The names of the drills of this host that were run, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [restore-shop]
drills:
  description: By name, what came of each, as the drill's module returns it.
  returned: always
  type: dict
  sample: {}
"""
