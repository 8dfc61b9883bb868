#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of documents; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: documents
short_description: Examine the documents that the items of a checklist name
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - For every item whose comment says C(document=docs/runbook.md), or names an address, runs M(golive.verify.document)
    from the controller and keeps the results in the run.
  - It proves those of the item's controls that a document can prove; of an item without one, C(docs.document).
extends_documentation_fragment:
  - golive.verify.attributes
options:
  run_dir:
    description: The run's directory, as M(golive.verify.plan) returned it.
    type: path
    required: true
  checkout:
    description: The git checkout, on the controller, that the paths are relative to.
    type: path
    required: true
  facts:
    description:
      - What documents must state, by control, as in O(golive.verify.document#module:facts). Controls that say something
        of the live system are not proven without.
    type: dict
    default: {}
  deadline:
    description: Seconds that one round of looks may take.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Examine the documents that the checklist names
  golive.verify.documents:
    run_dir: "{{ golive_plan.golive_run_dir }}"
    checkout: /srv/shop
    facts:
      docs.recovery_objectives: {rto_hours: 4, rpo_hours: 1}
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: success
  type: str
  sample: pass
summary:
  description: How many results stand how.
  returned: success
  type: dict
  sample: {pass: 4, fail: 1}
"""
