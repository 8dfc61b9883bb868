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
  slice:
    description:
      - The name of this slice, where the inventory is only a part of the whole, as AWX gives it to each job of a sliced
        template. The run then decides only over its hosts; M(golive.verify.merge) decides over all of them.
    type: str
  resume:
    description:
      - The directory of an earlier run, or V(last). What it saw without an error stands, with the time at which it was
        seen; only the rest is looked at, and everything is decided anew.
      - Refused where the environment, the checklist, this collection's version or its catalogue is another one now.
    type: str
  resume_max_hours:
    description:
      - Refuse to resume where what stands would be older than this many hours.
      - The default is half of a day, so that what is decided together was seen together, and not the night before.
    type: float
    default: 12
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
  lock_wait:
    description:
      - For how many seconds to wait for another run over the same environment to end, before this one fails.
      - The lock lies in O(runs_dir). There is none with O(run_dir) or O(slice), as slices of one run go side by side.
    type: float
    default: 0
  owners:
    description:
      - Who sees to what. Each entry has C(owner), and patterns in C(controls), C(hosts) and C(sections). The first that
        fits counts. It decides nothing; reports tell whom to ask.
    type: list
    elements: raw
    default: []
  only_needs:
    description:
      - Whether nothing is to be looked at, and only told what looking would have to be allowed. Such a run decides
        nothing; it is at RV(golive_needs_dir), where M(golive.verify.least_privilege) reads it.
    type: bool
    default: false
  heartbeat_dir:
    description:
      - Where the callback P(golive.verify.report#callback) leaves metrics of the run's end for the textfile collector
        of Prometheus' node_exporter. Without it, in O(runs_dir); with O(run_dir) alone, nowhere.
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
  returned: without O(only_needs)
  type: str
  sample: /srv/golive-runs/production/20261123T030000Z-4711
golive_needs_dir:
  description: The same, with O(only_needs).
  returned: with O(only_needs)
  type: str
  sample: /tmp/golive-access/run
golive_heartbeat_dir:
  description: Where metrics of the run's end are left; empty for nowhere.
  returned: success
  type: str
  sample: /var/lib/prometheus/node-exporter
golive_held:
  description: Whether another run over the environment goes on, so that this one did not begin.
  returned: when it is so
  type: bool
  sample: true
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
