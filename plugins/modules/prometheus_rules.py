#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the prometheus_rules verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_rules
short_description: Prove that alerting rules are loaded in Prometheus, work, and fire in time
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the alerts that were agreed upon are loaded, can be evaluated, have a severity and compare with a limit
    that is not too late, and that what they read is there, so that they can fire at all.
  - Where O(alertmanager_url) is given, that each of them ends at a receiver that sends something, too. That a message
    arrives is not proven by it; that takes a drill.
  - Limits are read from the numbers that a rule compares with. What is multiplied by 100 is taken as percent, other
    shares as ratios. Where a rule compares with several numbers of which some are too late, it cannot be told which is
    its limit, and that is an C(error).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
  - golive.verify.prometheus
options:
  alertmanager_url:
    description:
      - Where Alertmanager answers, such as V(http://alertmanager.internal:9093). It is sent no header.
      - Its routes are walked with the labels of each rule; labels that only a series has are taken as missing.
    type: str
  severities:
    description: What the label C(severity) of a rule may be.
    type: list
    elements: str
    default: [critical, warning, page, ticket, high, error]
  outcome_labels:
    description: Labels whose values come and go with what happens. One value must be there, not each that is selected.
    type: list
    elements: str
    default:
      [status, code, status_code, http_status_code, http_response_status_code, grpc_code, outcome, result, reason]
  error_alerts:
    description:
      - Names of the alerts on error rates, as shell patterns. Without any, C(alerts.error_rate) is not proven.
      - Each must divide, or read a recording rule; others compare a number of errors, not a share.
    type: list
    elements: str
    default: []
  max_error_percent:
    description: Percent of failed requests above which they must fire.
    type: float
    default: 1
  max_hold_minutes:
    description: Minutes that it may have to be so (C(for)) until they fire.
    type: float
    default: 10
  latency_alerts:
    description:
      - Names of the alerts on slow responses, as shell patterns. Without any, C(alerts.latency) is not proven.
      - The quantile of a histogram must be 0.95 at least.
    type: list
    elements: str
    default: []
  max_p95_ms:
    description: Milliseconds above which they must fire.
    type: float
    default: 1000
  latency_unit:
    description: What their limits are in.
    type: str
    choices: [seconds, milliseconds]
    default: seconds
  resource_alerts:
    description: The alerts on what machines can run out of. Without them, C(alerts.resources) is not proven.
    type: dict
    suboptions:
      cpu:
        description: Names of the alerts on processors, as shell patterns.
        type: list
        elements: str
        required: true
      memory:
        description: Names of the alerts on memory, as shell patterns.
        type: list
        elements: str
        required: true
      disk:
        description: Names of the alerts on file systems, as shell patterns. One that predicts may compare with 0.
        type: list
        elements: str
        required: true
  max_alert_percent:
    description: Percent of use above which they must fire. What a rule finds less than is taken as free.
    type: float
    default: 90
  instances:
    description: Shell patterns for values of the label C(instance). Each must be among what O(resource_alerts) read.
    type: list
    elements: str
    default: []
  database_alerts:
    description: The alerts on databases. Without them, C(alerts.database) is not proven.
    type: dict
    suboptions:
      down:
        description: Names of the alerts on a database that is down, as shell patterns.
        type: list
        elements: str
        required: true
      connections:
        description: Names of the alerts on connections or a pool that run out, as shell patterns.
        type: list
        elements: str
        required: true
      disk:
        description: Names of the alerts on its disk, as shell patterns.
        type: list
        elements: str
        required: true
      replication:
        description: Names of the alerts on replication that lags, as shell patterns, where there is a replica.
        type: list
        elements: str
        default: []
  database_up_query:
    description: What is 1 for each database that its exporter can log in to, as a selector.
    type: str
    default: pg_up
  max_sample_age_minutes:
    description: Minutes that a sample of O(database_up_query) may be old.
    type: int
    default: 5
  dependency_alerts:
    description:
      - Names of the alerts on dependencies and workers, such as on Redis, webhooks and heartbeats, as shell patterns.
      - Without any, C(alerts.dependencies) is not proven.
    type: list
    elements: str
    default: []
  audit_alerts:
    description:
      - Names of the alerts on a broken audit chain and on a verification that did not run, as shell patterns. Their
        severity must be V(critical).
      - Without any, C(alerts.audit_chain) is not proven.
    type: list
    elements: str
    default: []
  alerts:
    description: The critical alerts that were agreed upon. Without any, C(alerts.critical_set) is not proven.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the alert, or a shell pattern for several.
        type: str
        required: true
      threshold:
        description: The number that its expression must compare with.
        type: float
      site_down:
        description: Whether it tells that the service is down. At least one must.
        type: bool
        default: false
  max_down_minutes:
    description: Minutes within which an alert for the service being down must fire.
    type: int
    default: 5
"""

EXAMPLES = r"""
- name: The alerts of the shop are loaded, can fire, and reach somebody
  golive.verify.prometheus_rules:
    url: http://127.0.0.1:9090
    alertmanager_url: http://127.0.0.1:9093
    error_alerts: [ShopErrors]
    latency_alerts: [ShopSlow]
    resource_alerts:
      cpu: [HostCpu]
      memory: [HostMemory]
      disk: [HostDisk*]
    alerts:
      - name: ShopDown
        site_down: true
      - name: ShopErrors
        threshold: 0.01
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "alerts.error_rate",
    "alerts.latency",
    "alerts.resources",
    "alerts.database",
    "alerts.dependencies",
    "alerts.audit_chain",
    "alerts.critical_set",
]
