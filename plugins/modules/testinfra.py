#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of testinfra; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: testinfra
short_description: Run a team's own pytest-testinfra tests and make them results
version_added: 0.2.0
author: The golive.verify authors (@golive)
description:
  - Runs a suite of pytest-testinfra against the host of the task, through Ansible's own connection and become. The
    commands of all tests travel together, in as few calls of the host as the longest chain of questions needs.
  - A test that is marked with C(@pytest.mark.control("redis.persistence")) proves that control, beside the checks that
    do. One that is marked with C(@pytest.mark.item("...")) speaks for that item of the checklist. Tests without either
    mark are not run.
  - A failed assertion is a C(fail). Whatever else keeps a test from passing is an C(error), among them a skip, an
    expected failure, a broken fixture, a test that takes too long, and one that passes without asking the host.
  - A file that cannot be collected, a mark that names no control or item, and a suite without marked tests make the
    host C(failed) in the report, which is a no-go.
  - The suite runs on the controller and is trusted like a playbook. Its commands are run as they are, by the host's
    shell.
requirements:
  - pytest-testinfra, on the controller
extends_documentation_fragment:
  - golive.verify.attributes
options:
  paths:
    description:
      - Files and directories of tests.
      - Relative ones are looked for beside the inventory, then beside the playbook.
    type: list
    elements: path
    required: true
  controls:
    description:
      - The controls to prove; without it, all that the tests are marked with. One that no test is marked with is an
        C(error).
      - Tests that are marked with an item and no control are run in any case.
    type: list
    elements: str
    default: []
  collections:
    description: Other collections, as V(acme.controls), whose controls the marks may name.
    type: list
    elements: str
    default: []
  test_timeout:
    description: Seconds that one test may take, and each of its commands.
    type: float
    default: 30
  deadline:
    description: Seconds that the whole suite may take. Tests that have not ended by then are C(error).
    type: float
    default: 300
  run_dir:
    description: The directory of the run that M(golive.verify.plan) began; the results are kept there.
    type: path
"""

EXAMPLES = r"""
- name: Run the team's own tests of its caches
  golive.verify.testinfra:
    paths: [tests/cache]
  register: cache

- name: Insist on them
  ansible.builtin.assert:
    that: cache.verdict == 'pass'
    fail_msg: "{{ cache.msg | default(cache.summary) }}"
"""

RETURN = r"""
verdict:
  description: The worst status of all results, of which the last is the suite's own (C(tests.infrastructure)).
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
  sample: 3
msg:
  description: Why it is not the whole suite.
  returned: when something kept it from being run as it is written
  type: str
  sample: test_cache.py could not be collected, ModuleNotFoundError
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: '[{"control": "redis.persistence", "status": "pass"}]'
"""
