#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_network verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_network
short_description: Prove that the networks of a project of Google Cloud keep data stores and admin ports to themselves
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the world reaches no machine but on the public ports, that the network which Google makes in every
    project is gone, that the traffic of each subnet is recorded, and that data stores reach Google's services from
    within.
  - The rules of a network are walked as a packet would meet them, with their priorities and those that deny, for
    machines without and with each tag and service account that a rule names; together with the policies of the
    organization, of folders, of the network and of its regions. What rules let in counts together, over IPv4 and IPv6.
  - Countries and lists of threats that are let in are the world. What an address group holds cannot be seen, and one
    that is let in is an C(error), unless something else is wrong. Tags of machines, and names, are not the world.
  - Whether a machine has an address of its own, and a load balancer in front of it, is not looked at.
  - Gives one result for the project and one for each network or subnet that fails, up to 100 of each kind. A project
    without networks proves nothing, and is an C(error).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  public_ports:
    description: Ports of TCP that the world may reach.
    type: list
    elements: int
    default: [80, 443]
  public_networks:
    description: Networks that are meant to let the world in to more, as shell patterns. They are only counted.
    type: list
    elements: str
    default: []
  default_network:
    description: Whether the network named V(default) may be there.
    type: bool
    default: false
  data_subnets:
    description: Subnets that hold data stores, as shell patterns for their names, with private Google access.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The network lets in what it must, and no more
  golive.verify.gcp_network:
    project: shop-production
    data_subnets: ["data-*"]
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
        "compute.firewallPolicies.get",
        "compute.firewallPolicies.list",
        "compute.networks.getEffectiveFirewalls",
        "compute.networks.list",
        "compute.subnetworks.list",
    ],
}
