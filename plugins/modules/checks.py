#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of checks; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: checks
short_description: Run a list of checks on a host in one round trip
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Runs any number of verifiers side by side. All the looks that they need travel together, in one module call where
    none has to wait for another's answer.
  - A check that fails, or that could not look, is a result and not a failed task. Judge the results with
    M(golive.verify.gate) or with M(ansible.builtin.assert).
extends_documentation_fragment:
  - golive.verify.attributes
options:
  checks:
    description: The checks. Each is one verifier's name with its options; verifiers of other collections by their FQCN.
    type: list
    elements: dict
    default: []
  from_inventory:
    description: Whether to run, besides O(checks), the lists in all variables of the host named C(golive_checks_*).
    type: bool
    default: false
  run_dir:
    description: The directory of the run that M(golive.verify.plan) began; the results are kept there.
    type: path
  deadline:
    description: Seconds that one module call on the host may take. What is not seen by then is an C(error).
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Look at the cache
  golive.verify.checks:
    checks:
      - redis: {port: 6379, persistence: [rdb, aof]}
      - firewall: {allow: [22, 6379]}
      - tls: {host: shop.example.com, min_days_left: 30, from: controller}
  register: cache

- name: Insist on persistence
  ansible.builtin.assert:
    that: persistence | map(attribute='status') | unique == ['pass']
  vars:
    persistence: "{{ cache | golive.verify.results | selectattr('control', 'eq', 'redis.persistence') }}"
"""

RETURN = r"""
verdict:
  description: The worst status of all results; C(error) when there is none.
  returned: always
  type: str
  sample: pass
summary:
  description: How many results have which status.
  returned: always
  type: dict
  sample: {pass: 12, fail: 1}
round_trips:
  description: How often the host was called.
  returned: always
  type: int
  sample: 1
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: '[{"control": "redis.persistence", "status": "pass"}]'
"""
