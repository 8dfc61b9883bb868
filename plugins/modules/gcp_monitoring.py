#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_monitoring verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_monitoring
short_description: Prove that alerts of Google Cloud reach people, that addresses are watched, and that logs expire
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each alert policy is on and ends at a notification channel which is enabled and verified, and at a topic
    of Pub/Sub only where somebody subscribes; that the declared policies are there with their limits, can be evaluated
    and lead to a runbook; that Google asks each declared address from outside, was answered well lately, and alerts
    somebody when it is not; and that buckets of logs keep them as long as agreed.
  - That a message arrives is not proven by it; that takes a drill. Nor is that the metric of a policy has data.
  - An uptime check is of an address where protocol, host, port, path and query are the same. One place that gets no
    good answer may be what is wrong itself; two are a failure. Policies whose condition names no check are about all.
  - A snooze with a filter keeps only some alerts of its policies quiet, and is not looked at.
  - Gives one result for the project and one for each policy, channel, address or bucket that fails, up to 100 of each
    kind.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  policies:
    description: The alert policies that were agreed upon. Without any, C(alerts.critical_set) is not proven.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the policy, as people gave it, or a shell pattern for the names of several.
        type: str
        required: true
      metric:
        description: Type of the metric that it must watch, such as V(run.googleapis.com/request_count).
        type: str
      threshold:
        description: The limit that one of its conditions must have, in the metric's own unit.
        type: float
      site_down:
        description: Whether it tells that the service is down. At least one must.
        type: bool
        default: false
  max_down_minutes:
    description: Minutes within which a policy for the service being down must raise an alert.
    type: int
    default: 5
  severities:
    description:
      - Words for severities. One must stand in the name or the documentation of each of O(policies) which has no
        severity itself.
    type: list
    elements: str
    default: [critical, warning, P1, P2, P3, SEV1, SEV2, SEV3]
  ignored_policies:
    description: Policies that need not reach anybody, as shell patterns for their names. They are only counted.
    type: list
    elements: str
    default: []
  channels:
    description: Notification channels to which at least one policy must go, as shell patterns for their names.
    type: list
    elements: str
    default: []
  max_snooze_hours:
    description: Hours for which a policy may still be snoozed.
    type: int
    default: 24
  urls:
    description: The public addresses that must be watched. Without any, C(uptime.monitor) is not proven.
    type: list
    elements: str
    default: []
  max_interval_minutes:
    description: Minutes after which each address must be asked again.
    type: int
    default: 5
  max_check_age_minutes:
    description: Minutes within which each address must have been asked.
    type: int
    default: 10
  log_buckets:
    description:
      - Buckets of logs to judge, as shell patterns for their names, such as V(_Default). Without it, all of them but
        Google's own, V(_Required).
    type: list
    elements: str
    default: []
  retention_days:
    description: Days that logs must be kept.
    type: int
    default: 30
  max_retention_days:
    description: Days after which a log must be gone, where that was promised.
    type: int
"""

EXAMPLES = r"""
- name: The alerts of the shop reach somebody, it is watched from outside, and its logs expire
  golive.verify.gcp_monitoring:
    project: shop-production
    policies:
      - name: shop down
        site_down: true
      - name: shop errors
        metric: run.googleapis.com/request_count
        threshold: 10
    channels: ["pager*"]
    urls: [https://shop.example.com/health]
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

PROVES = ["alerts.receivers", "alerts.critical_set", "uptime.monitor", "logs.rotation"]
NEEDS = {
    "alerts.receivers": [
        "monitoring.alertPolicies.list",
        "monitoring.notificationChannels.get",
        "monitoring.snoozes.list",
        "pubsub.topics.get",
    ],
    "alerts.critical_set": ["monitoring.alertPolicies.list"],
    "uptime.monitor": [
        "monitoring.alertPolicies.list",
        "monitoring.notificationChannels.get",
        "monitoring.snoozes.list",
        "monitoring.timeSeries.list",
        "monitoring.uptimeCheckConfigs.list",
        "pubsub.topics.get",
    ],
    "logs.rotation": ["logging.buckets.list"],
}
