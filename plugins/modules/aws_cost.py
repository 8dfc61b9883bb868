#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_cost verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_cost
short_description: Prove that an AWS account costs what was estimated, and that what it runs and asks is measured
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves by Cost Explorer that the last whole day of the bill and the days of its month so far cost no more than their
    share of the estimate, and by the metrics of CloudWatch that the declared services use neither too little nor too
    much of what they are given.
  - Costs are those of this account alone, without credits and refunds, since these end. Cost Explorer tells of a day
    some hours later; the last whole day that it tells of is judged, unless that is more than three days ago.
  - A service is judged by the value below which its use was in 95 of 100 moments of five minutes. One that was measured
    for less than half of the days is an C(error), and so is a bill that names nothing.
  - Proves that the calls of the declared models of Amazon Bedrock, and the tokens or images in them, were counted
    lately, and that an alarm on more use of each, or of all, reaches a subscriber who has confirmed. A model that
    nobody has called is an C(error). Calls by way of other endpoints than C(bedrock-runtime) are counted elsewhere.
  - Gives one result for the account and one for each sum, service or model that fails.
  - Each question to Cost Explorer costs a cent.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  estimate:
    description:
      - What a month is estimated to cost, in the currency of the bill. Without it, C(cost.review) is not proven.
    type: float
  upfront:
    description:
      - The part of O(estimate) that is billed on the first day of the month, such as fees for support, hosted zones and
        reserved capacity.
    type: float
    default: 0
  service_estimates:
    description: What a month of single services is estimated to cost, by their names in the bill.
    type: dict
    default: {}
  max_cost_ratio_percent:
    description: Percent of an estimate that may be spent.
    type: float
    default: 120
  services:
    description: The services whose use is measured. Without any, C(cost.review) is not proven.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name under which it is reported.
        type: str
        required: true
      namespace:
        description: Namespace of the metrics, such as V(AWS/ECS), V(AWS/EC2) or V(CWAgent).
        type: str
        default: AWS/ECS
      metrics:
        description: Metrics that tell its use in percent of what it is given.
        type: list
        elements: str
        default: [CPUUtilization, MemoryUtilization]
      dimensions:
        description: All dimensions of the metrics by their names, such as V(ClusterName) and V(ServiceName) of ECS.
        type: dict
        required: true
      region:
        description: Region of the metrics; without it the first of O(regions).
        type: str
  use_days:
    description: Days over which the use is judged.
    type: int
    default: 7
  min_use_percent:
    description: Percent of what it is given that a service must use at its busiest.
    type: float
    default: 20
  max_use_percent:
    description: Percent of what it is given that a service may use at its busiest.
    type: float
    default: 80
  models:
    description:
      - The models of Amazon Bedrock that are called, by the identifiers of models or inference profiles that calls
        name. Without any, C(cost.ai_usage) is not proven.
    type: list
    elements: str
    default: []
  max_sample_age_hours:
    description: Hours within which calls of each model must have been counted.
    type: int
    default: 24
"""

EXAMPLES = r"""
- name: The bill is as estimated, and the shop has the right size
  golive.verify.aws_cost:
    account_id: "123456789012"
    estimate: 4000
    upfront: 350
    service_estimates: {Amazon Simple Storage Service: 200}
    services:
      - name: shop
        dimensions: {ClusterName: production, ServiceName: shop}
      - name: database
        namespace: AWS/RDS
        metrics: [CPUUtilization]
        dimensions: {DBInstanceIdentifier: shop}
    models: [eu.amazon.nova-lite-v1:0]
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

PROVES = ["cost.review", "cost.ai_usage"]
NEEDS = {
    "cost.review": ["sts:GetCallerIdentity", "ce:GetCostAndUsage", "cloudwatch:GetMetricData"],
    "cost.ai_usage": [
        "sts:GetCallerIdentity",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "sns:ListSubscriptionsByTopic",
    ],
}
