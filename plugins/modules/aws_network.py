#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_network verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_network
short_description: Prove that the networks of an AWS account keep data stores and admin ports to themselves
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that no security group lets the whole world in but to the public ports, that the traffic of each VPC is
    recorded, that the subnets of databases and caches have no route to an internet gateway, and that the world does not
    reach the API of a cluster of EKS.
  - What rules for the same ports let in counts together, over IPv4 and IPv6, prefix lists included. Groups that nothing
    uses count too, since the next machine may get them. Network ACLs are not looked at, as they can only take away.
  - Gives one result for the account and one for each group, VPC or subnet that fails, up to 100 of each kind. A region
    without VPCs proves nothing, and is an C(error).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  public_ports:
    description: Ports of TCP that the world may reach.
    type: list
    elements: int
    default: [80, 443]
  public_groups:
    description:
      - Security groups that are meant to let the world in to more than that, as shell patterns for their ids or names.
        They are only counted.
    type: list
    elements: str
    default: []
  data_subnets:
    description:
      - Subnets that hold data stores, as shell patterns for their ids or names. Those of instances of RDS and of
        clusters of ElastiCache always do.
    type: list
    elements: str
    default: []
  public_clusters:
    description: Clusters of EKS whose API the world may reach, as shell patterns for their names.
    type: list
    elements: str
    default: []
  cluster_logs:
    description: What clusters of EKS must record.
    type: list
    elements: str
    choices: [api, audit, authenticator, controllerManager, scheduler]
    default: []
  default_closed:
    description:
      - Whether the default security group of each VPC, which a machine gets when nobody names one, must have no rule.
    type: bool
    default: false
  imdsv2:
    description:
      - Whether machines of EC2 must give their role's keys only to who has asked for a token before (version 2 of the
        instance metadata service), so that a request that they are made to send does not take them.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: The network lets in what it must, and no more
  golive.verify.aws_network:
    account_id: "123456789012"
    regions: [eu-central-1]
    public_groups: [mail-relay]
    data_subnets: ["data-*"]
    default_closed: true
    imdsv2: true
    cluster_logs: [api, audit, authenticator]
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

PROVES = ["cloud.network"]
NEEDS = {
    "cloud.network": [
        "sts:GetCallerIdentity",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeInstances",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:GetManagedPrefixListEntries",
        "eks:DescribeCluster",
        "eks:ListClusters",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeCacheSubnetGroups",
        "rds:DescribeDBInstances",
    ],
}
