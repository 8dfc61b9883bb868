#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of least_privilege; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: least_privilege
short_description: Write what verifiers must be allowed, and no more
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads a run that looked at nothing (O(golive.verify.plan#module:only_needs)), and writes what its checks would have
    to be allowed, as each system wants it, which is a policy of AWS, a custom role of Google Cloud, a cluster role of
    Kubernetes, grants of PostgreSQL, a user of Redis, a line for sudo.
  - What no check of the inventory asks for is not in it, nor what a narrowed run leaves out.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it writes nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
options:
  run_dir:
    description: The directory of the run.
    type: path
    required: true
  output:
    description: The directory to write to. It is made where it does not exist.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Write policies, roles and grants
  golive.verify.least_privilege:
    run_dir: "{{ golive_plan.golive_run_dir }}"
    output: golive-access
"""

RETURN = r"""
lines:
  description: What was written for whom, and what of the checks declares nothing.
  returned: success
  type: list
  elements: str
  sample: ["aws.json for account: a policy"]
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
  sample: [golive-access/aws.json]
"""
