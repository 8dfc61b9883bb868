#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of plan; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Begin a verification run
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads the checklist, notes the hosts of the play as the targets to verify, and begins the run's directory.
  - A run that is narrowed by C(--limit), C(--tags), a section or a phase says so, and decides only over what is left.
  - A tag narrows to the controls of that id, domain (its first word), severity or canonical section. Tags that are all
    canonical sections narrow to the items of these sections instead.
extends_documentation_fragment:
  - golive.verify.attributes
options:
  checklist:
    description: The team's Markdown checklist.
    type: path
    required: true
  environment:
    description: The environment's name. Without it, the name of the inventory's directory.
    type: str
  environment_dir:
    description:
      - Where the environment's decisions are, in C(components.yml), C(waivers.yml) and C(attestations/).
      - Without it, the directory of the checklist.
    type: path
  section:
    description: Decide only over the items of this canonical section, or under headings that contain this text.
    type: str
  phase:
    description: "Decide only over the items of this phase, as in C(<!-- golive: dns.records phase=launch_day -->)."
    type: str
  launch:
    description:
      - When the environment is launched, as V(2026-12-01T09:00:00+01:00). Items of a phase are due in its window.
      - Without it, whatever comes after the launch is not due.
    type: str
  gate:
    description:
      - "The rules for go, one a line, as V(severity=critical,high: fail, error <= 0). See the reference of the gate."
    type: list
    elements: str
    default: []
  collections:
    description: Other collections, as V(acme.controls), whose controls the checklist may name.
    type: list
    elements: str
    default: []
  runs_dir:
    description: Where runs are kept, each in C(<environment>/<run>).
    type: path
    default: golive-runs
  run_dir:
    description: Keep this run in exactly this directory, which must not exist yet.
    type: path
"""

EXAMPLES = r"""
- name: Begin the run
  golive.verify.plan:
    checklist: "{{ inventory_dir }}/checklist.md"
  run_once: true
  delegate_to: localhost
  register: golive_plan
"""

RETURN = r"""
golive_run_dir:
  description: The run's directory.
  returned: success
  type: str
  sample: /srv/golive-runs/production/20261123T030000Z-4711
item_count:
  description: How many items the checklist has.
  returned: success
  type: int
  sample: 119
document_count:
  description: How many of them name a document.
  returned: success
  type: int
  sample: 7
target_count:
  description: How many hosts are to be verified.
  returned: success
  type: int
  sample: 12
narrowed:
  description: What the run was limited to, in words; empty for a full run.
  returned: success
  type: str
  sample: limit cache
"""
