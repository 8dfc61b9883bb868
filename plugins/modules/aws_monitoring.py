#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_monitoring verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_monitoring
short_description: Prove that alarms of CloudWatch reach people and watch what was agreed, and that logs expire
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each metric or composite alarm has actions that are switched on and end at a topic with a confirmed
    subscriber, that the declared alarms are there with their limits, see data and lead to a runbook, and that groups of
    logs expire as agreed.
  - That a message arrives is not proven by it; that takes a drill.
  - Alarms that only scale or repair something are counted, not judged. One without actions is covered by a composite
    alarm that speaks of it.
  - Gives one result for the account and one for each alarm, topic or group of logs that fails, up to 100 of each kind.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  alarms:
    description: The alarms that were agreed upon. Without any, C(alerts.critical_set) is not proven.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the alarm, or a shell pattern for the names of several.
        type: str
        required: true
      metric:
        description: Name of the metric that it must watch, such as V(HTTPCode_ELB_5XX_Count).
        type: str
      threshold:
        description: The limit that it must have, in the metric's own unit.
        type: float
      site_down:
        description: Whether it tells that the service is down. At least one must.
        type: bool
        default: false
  max_down_minutes:
    description: Minutes within which an alarm for the service being down must be raised.
    type: int
    default: 5
  severities:
    description: Words for severities. One must stand in the name or the description of each of O(alarms).
    type: list
    elements: str
    default: [critical, warning, P1, P2, P3, SEV1, SEV2, SEV3]
  ignored_alarms:
    description: Alarms that need not reach anybody, as shell patterns for their names. They are only counted.
    type: list
    elements: str
    default: []
  receivers:
    description:
      - Actions other than topics that are known to reach people, such as response plans or functions that call a pager,
        as shell patterns for their ARNs.
    type: list
    elements: str
    default: []
  topics:
    description: Topics to which at least one alarm must go, as shell patterns for their names or ARNs.
    type: list
    elements: str
    default: []
  failures_hours:
    description: Hours in which no notification of a topic of alarms may have failed to be delivered.
    type: int
    default: 24
  guardduty:
    description:
      - Whether GuardDuty must watch each of O(regions), for C(host.intrusion_detection), and have found nothing that it
        calls high or critical and that nobody has archived, for C(alerts.security_quiet). Neither is proven without it.
    type: bool
    default: false
  log_groups:
    description: Groups of logs to judge, as shell patterns for their names. Without it, all of them.
    type: list
    elements: str
    default: []
  retention_days:
    description: Days that logs must be kept.
    type: int
    default: 30
  max_retention_days:
    description: Days after which a log must be gone, where that was promised. Logs that never expire always fail.
    type: int
"""

EXAMPLES = r"""
- name: The alarms of the shop reach somebody, and its logs expire
  golive.verify.aws_monitoring:
    account_id: "123456789012"
    regions: [eu-central-1]
    alarms:
      - name: shop-down
        site_down: true
      - name: shop-errors
        metric: HTTPCode_Target_5XX_Count
        threshold: 10
    topics: [pager]
    guardduty: true
    retention_days: 90
    max_retention_days: 365
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
    "alerts.receivers",
    "alerts.critical_set",
    "host.intrusion_detection",
    "alerts.security_quiet",
    "logs.rotation",
]
NEEDS = {
    "alerts.receivers": [
        "sts:GetCallerIdentity",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricStatistics",
        "sns:ListSubscriptionsByTopic",
    ],
    "alerts.critical_set": ["sts:GetCallerIdentity", "cloudwatch:DescribeAlarms"],
    "host.intrusion_detection": ["sts:GetCallerIdentity", "guardduty:GetDetector", "guardduty:ListDetectors"],
    "alerts.security_quiet": [
        "sts:GetCallerIdentity",
        "guardduty:GetDetector",
        "guardduty:ListDetectors",
        "guardduty:ListFindings",
    ],
    "logs.rotation": ["sts:GetCallerIdentity", "logs:DescribeLogGroups"],
}
