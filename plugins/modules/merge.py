#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of merge; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: merge
short_description: Merge the slices of a verification run
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Makes one run of the run directories of slices, each of which looked at some hosts of one environment. Decide over
    it with M(golive.verify.gate).
  - The inventory of the play says which hosts there are. What no slice looked at is missing, and no-go.
  - What several slices saw counts once. Of the same verdict the newest stays; of different ones the worst, and that is
    said.
  - Slices that disagree about the checklist, the collection's version, the catalogue, components, waivers,
    attestations, the launch or the gate's rules are no-go, each named. Different versions of Ansible or Python are only
    said.
  - Slices of different environments, narrowed to different items, or too far apart in time are refused.
  - The slices are only read. Merged again, in any order, they are the same run.
extends_documentation_fragment:
  - golive.verify.attributes
options:
  slices:
    description:
      - The directories of the slices' runs. A directory that holds such directories stands for all of them.
      - Of a slice that was killed or cut off, what is there counts; the rest is missing.
    type: list
    elements: path
    required: true
  window_hours:
    description:
      - How many hours may lie between the beginnings of the first and the last slice.
      - The default is half of a day, so that the slices of one night are merged, and those of two nights are not.
    type: float
    default: 12
  runs_dir:
    description: Where runs are kept, each in C(<environment>/<run>).
    type: path
    default: golive-runs
  run_dir:
    description: Keep the merged run in exactly this directory. It must not exist yet, or hold the same slices merged.
    type: path
"""

EXAMPLES = r"""
- name: Merge
  golive.verify.merge:
    slices:
      - /srv/slices/1
      - /srv/slices/2
  run_once: true
  delegate_to: localhost
  register: golive_plan
"""

RETURN = r"""
golive_run_dir:
  description: The directory of the merged run.
  returned: success
  type: str
  sample: /srv/golive-runs/production/20261123T030000Z-merged-1f0c9a4e
slice_count:
  description: How many slices it was made of, each counted once.
  returned: success
  type: int
  sample: 4
target_count:
  description: How many hosts the whole has.
  returned: success
  type: int
  sample: 400
narrowed:
  description: What the whole is limited to, in words; empty for a full run.
  returned: success
  type: str
  sample: ""
"""
