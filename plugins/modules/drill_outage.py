#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_outage; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_outage
short_description: Stop a service, time how long the others need to cope, and start it again
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Stops a primary and times until its standby does the work, or stops a dependency and sees the service degrade as
    declared; then starts it again, and waits until all is as before.
  - Proves V(failover.services) or V(failover.chaos). It measures C(interruption_seconds), from the stop until O(copes)
    is so, and C(recovery_seconds), from the start until O(recovered) is so.
  - What is started again must find its place by itself, as a Redis that Sentinel turns into a replica, or a PostgreSQL
    under Patroni. Never drill a primary whose return would make two primaries.
extends_documentation_fragment:
  - golive.verify.drill
options:
  control:
    description: What is proven.
    type: str
    choices: [failover.services, failover.chaos]
    required: true
  unit:
    description: The systemd unit that is stopped and started again.
    type: str
  stop:
    description: The command that stops it, where it is no unit.
    type: list
    elements: str
    default: []
  start:
    description: The command that starts it again, where it is no unit. It may run although it was never stopped.
    type: list
    elements: str
    default: []
  before:
    description: What must be so before anything is stopped, such as that this host is the primary.
    type: dict
    suboptions: &probe
      argv:
        description: The command, as a list of the tool and its arguments. No shell is involved.
        type: list
        elements: str
        required: true
      matches:
        description: A regular expression that its output must hold.
        type: str
        default: ""
      user:
        description: The user to run it as. It needs root.
        type: str
        default: ""
      env_files:
        description: Variables whose value is the content of a file on the host. It does not travel, and is not shown.
        type: dict
        default: {}
      stdin:
        description: What it is fed.
        type: str
        default: ""
  write:
    description: A command that writes a mark and ends well only when that was acknowledged.
    type: dict
    suboptions: *probe
  copes:
    description: What must be so while it is stopped, such as that a write succeeds, or that health says C(degraded).
    type: dict
    required: true
    suboptions: *probe
  read:
    description: A command that finds the mark of O(write) while it is stopped. An acknowledged write may not be lost.
    type: dict
    suboptions: *probe
  recovered:
    description: What must be so after it was started again.
    type: dict
    required: true
    suboptions: *probe
  max_interruption:
    description: Seconds within which O(copes) must be so.
    type: float
    default: 120
  max_recovery:
    description: Seconds within which O(recovered) must be so.
    type: float
    default: 300
"""

EXAMPLES = r"""
- name: Sentinel replaces the master, and no acknowledged write is lost
  golive.verify.drill_outage:
    name: redis-failover
    control: failover.services
    unit: redis-server
    before: {argv: [redis-cli, role], matches: ^master}
    write: {argv: [redis-cli], stdin: "set drill 1 ex 600\nwait 1 1000\n", matches: 'OK\n1'}
    copes: {argv: [redis-cli, -h, cache2, set, drill:after, "1", EX, "600"], matches: OK}
    read: {argv: [redis-cli, -h, cache2, get, drill], matches: ^1}
    recovered: {argv: [redis-cli, info, replication], matches: master_link_status:up}
    max_interruption: 30

- name: The shop lives without its cache
  golive.verify.drill_outage:
    name: cache-down
    control: failover.chaos
    unit: redis-server
    copes: {argv: [curl, -s, "http://127.0.0.1:8000/health"], matches: '"degraded"'}
    recovered: {argv: [curl, -s, "http://127.0.0.1:8000/health"], matches: '"ok"'}
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
measured:
  description: C(interruption_seconds) and C(recovery_seconds).
  returned: when it ran
  type: dict
  sample: {interruption_seconds: 4.1, recovery_seconds: 2.0}
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/redis-failover.json
"""
