#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of coverage; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: coverage
short_description: Tell how much of a checklist can be proven, and by what
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Counts per canonical section and per heading how many items a machine, a document, a drill or a signed statement
    proves, and how many nothing does, because they are bound to nothing or to controls that no verifier proves yet.
  - With a run, it also tells how many items that run proved, which bindings no check asked for, and which results no
    item asked for.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it does not write O(output).
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
extends_documentation_fragment:
  - golive.verify.environment
options:
  run_dir:
    description: The directory of a run. Without it, the latest run of the environment, if there is one.
    type: path
  output:
    description: Write it to this file as well, as JSON where its name ends in C(.json) and as Markdown otherwise.
    type: path
"""

EXAMPLES = r"""
- name: See what the checklist leaves unproven
  golive.verify.coverage:
    checklist: inventories/production/checklist.md
    output: coverage.md
"""

RETURN = r"""
lines:
  description: The coverage as a table for the terminal, and what it leaves open.
  returned: success
  type: list
  elements: str
  sample: ["section   items  machine", "network      12        9"]
coverage:
  description: The coverage as data, as in the JSON file.
  returned: success
  type: dict
  sample: {checklist: checklist.md, whole: {items: 12, by: {machine: 9, unbound: 3}}}
"""
