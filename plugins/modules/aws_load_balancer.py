#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_load_balancer verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_load_balancer
short_description: Prove that the public entries of an AWS account survive a failure, and refuse attacks
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each load balancer speaks TLS and that each of its target groups has healthy targets, and no others, in
    several zones.
  - Proves that each entry that the internet reaches, which are application load balancers and distributions of
    CloudFront, has a web ACL in front with rules that block, and that samples of attacks are refused. These are
    harmless requests which every set of rules knows; they show in the logs.
  - Classic load balancers are judged too, as far as they have the same. Their listeners must speak no version of TLS
    before 1.2, and their certificates, of ACM or IAM, must last; those of other load balancers are proven by
    M(golive.verify.aws_certificates) and M(golive.verify.tls). AWS WAF knows no classic load balancers, so that one
    that the internet reaches by HTTP fails C(edge.waf), unless O(unguarded) names it.
  - Gives one result for the account and one for each entry that fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  load_balancers:
    description:
      - The load balancers to judge for C(lb.configured), as shell patterns for their names. Without it, all of them.
    type: list
    elements: str
    default: []
  min_healthy_targets:
    description: Least number of healthy targets of each target group. One that is not healthy is always a failure.
    type: int
    default: 2
  min_zones:
    description: Least number of zones in which there are healthy targets.
    type: int
    default: 2
  health_check_path:
    description: The path at which targets must be asked for their health. Without it, any.
    type: str
    default: ""
  deletion_protection:
    description: Whether load balancers must be kept from being deleted by mistake, which classic ones cannot be.
    type: bool
    default: true
  access_logs:
    description:
      - Whether load balancers of all kinds must log requests to a bucket. Of network load balancers AWS logs those of
        TLS only.
    type: bool
    default: false
  cross_zone:
    description:
      - Whether classic load balancers must share requests among the instances of all zones. Others are not asked.
    type: bool
    default: true
  min_days_left:
    description: Days that must be left until a certificate that a classic load balancer shows expires.
    type: int
    default: 30
  sample_urls:
    description:
      - Public URLs to which a usual request and samples of attacks are sent. Without it, C(edge.waf) is not proven, as
        rules that look right may still let everything through.
    type: list
    elements: str
    default: []
  unguarded:
    description: Entries that are meant to have no web ACL, as shell patterns for their names or ARNs.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The shop's entry survives the loss of a zone, and refuses attacks
  golive.verify.aws_load_balancer:
    account_id: "123456789012"
    regions: [eu-central-1]
    health_check_path: /health
    sample_urls: [https://shop.example.com/]
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

PROVES = ["lb.configured", "edge.waf"]
NEEDS = {
    "lb.configured": [
        "sts:GetCallerIdentity",
        "acm:DescribeCertificate",
        "ec2:DescribeInstances",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancerPolicies",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "iam:ListServerCertificates",
    ],
    "edge.waf": [
        "sts:GetCallerIdentity",
        "cloudfront:ListDistributions",
        "elasticloadbalancing:DescribeLoadBalancers",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
    ],
}
