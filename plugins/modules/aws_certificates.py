#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_certificates verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_certificates
short_description: Prove that the certificates that AWS keeps and serves are far from expiry and renew by themselves
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each certificate of AWS Certificate Manager (ACM) that a load balancer, a distribution or another
    resource uses is issued, far from expiry, and that its renewal neither failed nor waits for somebody.
  - Certificates that were imported are renewed by nobody; they are named as such, and judged by the days that are left.
  - Server certificates that were brought into IAM are judged too, all of them, since IAM does not tell what uses them.
  - Certificates of ACM that nothing uses are only counted. When none is used, nothing is proven, which is an C(error).
  - Gives one result for the account and one for each certificate that fails, up to 100, which names what uses it.
  - Beside O(regions), V(us-east-1) is always asked, where AWS keeps the certificates of CloudFront.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  certificates:
    description:
      - Certificates to judge, as shell patterns for their ARNs or for the names that they are for. Each pattern must be
        like a certificate that is used. Without it, all that are used.
    type: list
    elements: str
    default: []
  min_days_left:
    description: Days that must be left until a certificate expires.
    type: int
    default: 30
  critical_days_left:
    description: Days below which the failure is of severity V(critical).
    type: int
    default: 14
"""

EXAMPLES = r"""
- name: What the load balancers serve does not expire
  golive.verify.aws_certificates:
    account_id: "123456789012"
    regions: [eu-central-1]
    certificates: ["*.shop.example.com"]
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

PROVES = ["tls.expiry"]
NEEDS = {
    "tls.expiry": [
        "sts:GetCallerIdentity",
        "acm:DescribeCertificate",
        "acm:ListCertificates",
        "iam:ListServerCertificates",
    ],
}
