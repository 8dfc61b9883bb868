#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of accept; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: accept
short_description: Accept how everything stands in a run as the baseline of drift checks
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Writes C(baseline.json) beside the checklist, and its signature C(baseline.json.sig), made with
    C(ssh-keygen -Y sign). What is there already is replaced; keep both in version control.
  - O(person) must be in C(attestations/allowed_signers) and have the role C(baseline) or C(approver) in
    C(attestations/roles.yml).
  - The run must have finished, must not have been narrowed, and must be one over the checklist as it stands. What fails
    in it is accepted as failing.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it looks at the run without signing or writing anything.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
extends_documentation_fragment:
  - golive.verify.environment
options:
  run_dir:
    description: The run to accept. Without it, the latest one of the environment.
    type: path
  environment_dir:
    description: The environment's directory, with C(attestations/). Without it, that of the checklist.
    type: path
  person:
    description: Who accepts, a principal of C(allowed_signers).
    type: str
    required: true
  key:
    description: The private key to sign with, or the public half of one that an agent holds.
    type: path
    required: true
  reason:
    description: Why, for whoever reads the baseline later.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Accept the latest run
  golive.verify.accept:
    person: alice@example.com
    key: ~/.ssh/id_ed25519.pub
    reason: The state on the day of the launch.
  delegate_to: localhost
"""

RETURN = r"""
run:
  description: The run that was accepted.
  returned: success
  type: str
  sample: 20261123T030000Z-4711
files:
  description: The baseline and its signature.
  returned: success
  type: list
  elements: str
  sample: [inventories/production/baseline.json, inventories/production/baseline.json.sig]
summary:
  description: How many items have which status.
  returned: success
  type: dict
  sample: {pass: 112, fail: 3}
"""
