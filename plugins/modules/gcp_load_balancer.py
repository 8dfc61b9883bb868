#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_load_balancer verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_load_balancer
short_description: Prove that the public entries of a project of Google Cloud survive a failure, and refuse attacks
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each load balancer speaks TLS, and that each backend service behind it has healthy targets, and no
    others, in several zones; that the SSL policies in front accept no old versions and weak ciphers; and that each
    backend service which the internet reaches over HTTP has a policy of Cloud Armor whose rules deny, and that samples
    of attacks are refused. These are harmless requests which every set of rules knows; they show in the logs.
  - A load balancer is named as in Google's console, after its map of URLs, or after its backend service where it has no
    such map. All forwarding rules that lead there, global and regional ones, are its entries. One that only redirects
    is counted, not judged.
  - Target pools, target instances, proxies for gRPC, and policies of the organization are not looked at. Rules that
    limit rates deny nothing to an attack that is patient, and do not count; nor do those that Google only previews.
  - What Google could not ask of a region makes the whole list an C(error). So does a backend service whose targets
    Google asks nothing, such as those of Cloud Run; see O(unchecked_backends).
  - Gives one result for the project and one for each load balancer, proxy or backend service that fails, up to 100.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  load_balancers:
    description:
      - The load balancers to judge for C(lb.configured) and C(tls.protocols), as shell patterns for their names.
        Without it, all of them.
    type: list
    elements: str
    default: []
  without_tls:
    description:
      - Load balancers that are meant to speak no TLS, such as those that pass connections on to machines which do, as
        shell patterns for their names.
    type: list
    elements: str
    default: []
  min_healthy_targets:
    description: Least number of healthy targets of each backend service. One that is not healthy is always a failure.
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
  unchecked_backends:
    description:
      - Backend services and buckets of whose health Google tells nothing, which are those of Cloud Run, of functions,
        of addresses in the internet and of Cloud Storage, as shell patterns for their names. Prove by other means that
        they answer, such as the M(golive.verify.http) verifier.
    type: list
    elements: str
    default: []
  protocols:
    description: Protocol versions that may be accepted, for C(tls.protocols).
    type: list
    elements: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: [TLSv1.2, TLSv1.3]
  sample_urls:
    description:
      - Public URLs to which a usual request and samples of attacks are sent. Without it, C(edge.waf) is not proven, as
        rules that look right may still let everything through.
    type: list
    elements: str
    default: []
  unguarded:
    description: Backend services that are meant to have no policy of Cloud Armor, as shell patterns for their names.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The shop's entry survives the loss of a zone, and refuses attacks
  golive.verify.gcp_load_balancer:
    project: shop-production
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

PROVES = ["lb.configured", "edge.waf", "tls.protocols"]
NEEDS = {
    "lb.configured": [
        "compute.backendServices.get",
        "compute.backendServices.list",
        "compute.forwardingRules.list",
        "compute.healthChecks.list",
        "compute.regionBackendServices.get",
        "compute.targetHttpProxies.list",
        "compute.targetHttpsProxies.list",
        "compute.targetSslProxies.list",
        "compute.targetTcpProxies.list",
        "compute.urlMaps.list",
    ],
    "edge.waf": [
        "compute.backendServices.list",
        "compute.forwardingRules.list",
        "compute.regionSecurityPolicies.get",
        "compute.securityPolicies.get",
        "compute.targetHttpProxies.list",
        "compute.targetHttpsProxies.list",
        "compute.targetSslProxies.list",
        "compute.targetTcpProxies.list",
        "compute.urlMaps.list",
    ],
    "tls.protocols": [
        "compute.forwardingRules.list",
        "compute.sslPolicies.list",
        "compute.targetHttpProxies.list",
        "compute.targetHttpsProxies.list",
        "compute.targetSslProxies.list",
        "compute.targetTcpProxies.list",
    ],
}
