#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_scenario; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_scenario
short_description: Run a drill of your own, step by step, and keep dated evidence of it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Runs the steps on the host, one after another, until one does not go as wanted; then undoes all of them.
  - How a step is undone is on the host's disk before the step is taken, and happens even when the connection is lost,
    the host reboots (at the next drill there) or the limit passes.
  - The evidence proves the control until it is too old; see M(golive.verify.drill).
extends_documentation_fragment:
  - golive.verify.drill
options:
  control:
    description: The control that the drill proves, such as V(failover.chaos) or V(dr.drill).
    type: str
    required: true
  expected:
    description: What must hold, in words, for the report.
    type: str
    required: true
  steps:
    description: What to do, in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The step's name, unlike all others.
        type: str
        required: true
      argv:
        description: The command, as a list of the tool and its arguments. No shell is involved.
        type: list
        elements: str
        required: true
      undo:
        description: The command that undoes it. It may run although the step did not happen, or only half.
        type: list
        elements: str
        default: []
      ok:
        description: The exit statuses that are wanted.
        type: list
        elements: int
        default: [0]
      matches:
        description: A regular expression that its output must hold.
        type: str
        default: ""
      within:
        description: Seconds for which it is repeated until it is as wanted. V(0) for once.
        type: float
        default: 0
      every:
        description: Seconds between two repetitions.
        type: float
        default: 0.5
      timeout:
        description: Seconds that one run of the command may take.
        type: float
        default: 60
      user:
        description: The user to run it as. It needs root.
        type: str
        default: ""
      env:
        description: Variables of its environment.
        type: dict
        default: {}
      env_files:
        description: Variables whose value is the content of a file on the host. It does not travel, and is not shown.
        type: dict
        default: {}
      stdin:
        description: What it is fed.
        type: str
        default: ""
  measure:
    description:
      - Numbers that the evidence keeps, each with the step whose duration in seconds it is.
      - The names that M(golive.verify.drill) compares are V(rto_seconds) and V(interruption_seconds).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: The shop lives without its cache
  golive.verify.drill_scenario:
    name: cache-down
    control: failover.chaos
    expected: without the cache the shop says that it is degraded, and it recovers by itself within a minute
    limit: 120
    abort_when:
      - [test, -e, /run/maintenance]
    steps:
      - name: the cache stops
        argv: [systemctl, stop, redis-server]
        undo: [systemctl, start, redis-server]
      - name: the shop degrades
        argv: [curl, -s, "http://127.0.0.1:8000/health"]
        matches: '"status": *"degraded"'
        within: 15
      - name: the cache starts
        argv: [systemctl, start, redis-server]
      - name: the shop recovers
        argv: [curl, -s, "http://127.0.0.1:8000/health"]
        matches: '"status": *"ok"'
        within: 60
    measure: {interruption_seconds: the shop recovers}
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
measured:
  description: The numbers of O(measure).
  returned: when it ran
  type: dict
  sample: {interruption_seconds: 3.2}
plan:
  description: What is done, where, and how it is undone.
  returned: always
  type: list
  elements: str
  sample: ["on cache1, within 120 s"]
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/cache-down.json
"""
