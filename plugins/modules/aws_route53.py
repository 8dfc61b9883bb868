#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_route53 verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_route53
short_description: Prove that Route 53 holds the declared records of a zone, and that its domain stays yours
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the hosted zone holds the declared record sets, aliases included; that no alias leads to a load
    balancer, bucket, distribution or zone that the account no longer has; that zone and registrar name the servers
    which answer for it; that the domain is kept; and that the health checks of its record sets find all well.
  - What the world sees is M(golive.verify.dns)'s to prove, which asks the name servers themselves.
  - Aliases that lead to other things than those above are only counted, since the account cannot tell of them. A
    distribution that is switched off counts as gone.
  - Gives one result for the zone and one for each record set, alias, health check or duty that fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
requirements:
  - dnspython >= 2.7 on the controller
options:
  zone:
    description: Name of the hosted zone, such as V(example.com).
    type: str
    required: true
  zone_id:
    description:
      - Identifier of the hosted zone, where several have the name.
      - Without it, the only public zone of the name is meant, or the only private one where none is public.
    type: str
  records:
    description: The record sets that the zone must hold. Nothing is proven without one.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Relative to the zone, V(@) for the zone itself.
          - A name that ends with the zone's own, or with a dot, is taken as fully qualified.
        type: str
        required: true
      type:
        description: The type of the records.
        type: str
        required: true
        choices: [A, AAAA, CAA, CNAME, DS, HTTPS, MX, NS, PTR, SRV, SVCB, TLSA, TXT]
      values:
        description:
          - All values, in any order, as in a zone file; names are fully qualified. A text of TXT needs no quotes.
          - Where several record sets share a name, by weight, region or failover, those of all of them.
        type: list
        elements: str
        default: []
      aliases:
        description: All names that Route 53 answers in place of this one, such as that of a load balancer.
        type: list
        elements: str
        default: []
      ttl_max:
        description: Most seconds that others may cache it.
        type: int
      health_checked:
        description: Whether each must have a health check, or evaluate the health of its target.
        type: bool
        default: false
  elsewhere:
    description:
      - Names that aliases and canonical names may lead to in other accounts, and parts of the zone that are delegated
        there, as shell patterns.
    type: list
    elements: str
    default: []
  name_servers:
    description:
      - The name servers to which the zone must be delegated, where they bear names of yours or several services answer.
      - Without it, those that Route 53 gave the zone.
    type: list
    elements: str
    default: []
  registered:
    description:
      - Whether the account has registered the domain with Amazon Route 53 Domains.
      - Turn it off for a zone below a domain and for another registrar. What is delegated there, and until when the
        domain is registered, M(golive.verify.dns) proves. Of a private zone nobody asks it.
    type: bool
    default: true
  min_days_registered:
    description: Days for which the domain must still be registered.
    type: int
    default: 30
  auto_renew:
    description: Whether the registration must renew by itself.
    type: bool
    default: true
  transfer_lock:
    description:
      - Whether the registration must be locked against transfers to another registrar. Some registries know no lock.
    type: bool
    default: true
  privacy:
    description: Whether the contacts of the domain must be hidden from the public.
    type: bool
    default: false
  dnssec:
    description:
      - V(required) wants the zone signed and, where the account has registered the domain, its keys vouched for there.
      - V(if_signed) wants the same of a zone that is signed or vouched for, and nothing of one without either.
      - V(off) does not look. A private zone cannot be signed.
    type: str
    choices: [required, if_signed, 'off']
    default: if_signed
  query_logging:
    description: Whether the queries for the zone must be logged, to a group of CloudWatch Logs that is there.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: The zone leads to the load balancer, and nobody else gets the domain
  golive.verify.aws_route53:
    account_id: "123456789012"
    zone: example.com
    records:
      - {name: "@", type: A, aliases: [shop-1234.eu-central-1.elb.amazonaws.com], health_checked: true}
      - {name: www, type: CNAME, values: [d1234.cloudfront.net], ttl_max: 300}
      - {name: "@", type: MX, values: [10 mx1.example.net, 20 mx2.example.net]}
    privacy: true
    dnssec: required
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

PROVES = ["dns.records"]
NEEDS = {
    "dns.records": [
        "sts:GetCallerIdentity",
        "route53:ListHostedZones",
        "route53:GetHostedZone",
        "route53:ListResourceRecordSets",
        "route53:ListHealthChecks",
        "route53:ListQueryLoggingConfigs",
        "route53:GetDNSSEC",
        "route53domains:ListDomains",
        "route53domains:GetDomainDetail",
        "cloudfront:ListDistributions",
        "cloudwatch:GetMetricStatistics",
        "elasticloadbalancing:DescribeLoadBalancers",
        "logs:DescribeLogGroups",
        "s3:ListAllMyBuckets",
    ]
}
