#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_certificates verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_certificates
short_description: Prove that the certificates that Google's load balancers serve are far from expiry, and renewed
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each certificate that a target HTTPS or SSL proxy of the project serves, a global or a regional one, is
    active and far from expiry, and that Google can renew it for each of its names. Certificates of load balancers and
    those of Certificate Manager are judged, whether proxies were given them or get them from a map, whose entries must
    be served, too.
  - Certificates that were brought are renewed by nobody; they are named as such, and judged by the days that are left.
  - Certificates of load balancers that no proxy serves are only counted. When none is served, nothing is proven, which
    is an C(error). Those of App Engine, Cloud Run, API Gateway and Kubernetes are not looked at.
  - Gives one result for the project and one for each certificate or map that fails, up to 100, which names the proxies.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  certificates:
    description:
      - Certificates to judge, as shell patterns for their names or for the names that they are for. Each pattern must
        be like a certificate that is used. Without it, all that are used.
    type: list
    elements: str
    default: []
  min_days_left:
    description: Days that must be left until a certificate expires which somebody must renew.
    type: int
    default: 30
  min_days_left_managed:
    description:
      - Days that must be left until a certificate expires which Google renews. Where O(min_days_left) is less, that
        counts.
    type: int
    default: 21
  critical_days_left:
    description: Days below which the failure is of severity V(critical).
    type: int
    default: 14
"""

EXAMPLES = r"""
- name: What the load balancers serve does not expire
  golive.verify.gcp_certificates:
    project: shop-production
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
        "certificatemanager.certmapentries.list",
        "certificatemanager.certs.get",
        "compute.sslCertificates.list",
        "compute.targetHttpProxies.list",
        "compute.targetHttpsProxies.list",
        "compute.targetSslProxies.list",
        "compute.targetTcpProxies.list",
    ],
}
