#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of write_back; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: write_back
short_description: Write the results of a run back into its checklist
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Ticks the boxes of the items that the run proved, unticks those that it did not, keeps one dated comment of
    evidence at each of them, and updates the completion that the checklist states of itself.
  - Nothing else in the file changes, no byte of it. What the run left out, what is not due and what is no check stays
    as it is.
  - Refuses when the run did not finish or was of another text, that is when an item was reworded, bound to other
    controls, added or removed since.
extends_documentation_fragment:
  - golive.verify.environment
  - golive.verify.environment.writes
options:
  run_dir:
    description: The directory of the run. Without it, the latest run of the environment.
    type: path
  tick:
    description:
      - Tick the boxes of items of these statuses as well. Without it, they stay as people set them.
    type: list
    elements: str
    choices: [waived, not_applicable]
    default: []
  report:
    description:
      - Where readers of the checklist find the report. An address, or a path, which is written relative to the
        checklist.
      - Without it, the evidence names the run only.
    type: str
"""

EXAMPLES = r"""
- name: Tick what the latest run proved
  golive.verify.write_back:
    checklist: inventories/production/checklist.md

- name: Tick what is waived as well, and say where the report is
  golive.verify.write_back:
    checklist: inventories/production/checklist.md
    run_dir: golive-runs/production/20261123T030000Z-4711
    tick: [waived]
    report: https://ci.example.com/4711/report.html
"""

RETURN = r"""
checklist:
  description: The checklist.
  returned: success
  type: str
  sample: /srv/inventories/production/checklist.md
run:
  description: The id of the run that was written back.
  returned: success
  type: str
  sample: 20261123T030000Z-4711
changes:
  description: What was written, with V(what) as one of V(ticked), V(unticked), V(evidence) and V(completion).
  returned: success
  type: list
  elements: dict
  sample: [{line: 12, what: ticked, detail: "pass: Redis survives a restart"}]
without_box:
  description: Lines of the items whose box would have changed, had they one.
  returned: success
  type: list
  elements: int
  sample: [31]
without_evidence:
  description: Lines of the items that got no evidence, since a comment there would be taken for something else.
  returned: success
  type: list
  elements: int
  sample: []
patch:
  description: The change as a unified diff, a line each, with secrets masked.
  returned: success
  type: list
  elements: str
  sample: ["-- [ ] Redis survives a restart", "+- [x] Redis survives a restart"]
"""
