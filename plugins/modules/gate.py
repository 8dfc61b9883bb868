#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of gate; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gate
short_description: Decide go or no-go over a verification run
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Judges every item of the checklist by the results of the run, and fails the play on no-go.
  - An item that is not bound, a control without a result, a host that was not reached or did not finish, an empty
    group, a run that looked at nothing are all no-go, each with its reason.
extends_documentation_fragment:
  - golive.verify.attributes
options:
  run_dir:
    description: The directory of the run that M(golive.verify.plan) began.
    type: path
    required: true
  show:
    description: How many reasons the message shows; all of them are returned.
    type: int
    default: 20
  only_tell:
    description: Do not fail the play on no-go, since something else decides how it ends, as M(golive.verify.drift).
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Decide
  golive.verify.gate:
    run_dir: "{{ golive_plan.golive_run_dir }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
decision:
  description: V(go) or V(no_go).
  returned: always
  type: str
  sample: no_go
reasons:
  description: What speaks against going live, one sentence each.
  returned: always
  type: list
  elements: str
  sample: ["cache-2 is unreachable"]
"""
