#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the sockets verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sockets
short_description: Prove that a host offers only the declared ports, inside and outside
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - From inside, every socket that listens on another address than loopback must be declared, TCP and UDP, IPv4 and
    IPv6; so must every port that is forwarded to a container.
  - From outside, that is from the controller, every declared TCP port must answer on every address of the host; and
    the ports that attackers try first, those that anything listens on inside, and those of O(scan) must not.
  - What answers from outside must be what the firewall's rules and the sockets of the host would have answer. A port
    that answers though the rules accept it from nobody or nothing listens on it, one that only a filter in front of the
    host keeps closed, and a rule that accepts what nothing listens for, are findings that name all three views.
  - An address of which no port answers at all is an C(error), since silence alone does not prove that a port is closed.
  - With O(from=controller) only the view from outside is proven, for targets that nobody can log in to.
notes:
  - To see who owns a socket and what the rules accept and forward needs root, so use C(become).
  - UDP ports are not tried from outside, since a closed one and a quiet one look the same.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  allow:
    description:
      - The ports that are meant to be used from outside, and no others.
      - Each is a port such as V(443), of TCP; V(53/udp); a range such as V(8000-8100/tcp); or a mapping of C(port),
        C(protocol) and C(from), the networks that may use it.
      - A port with C(from) may answer the controller or not.
    type: list
    elements: raw
    default: []
  addresses:
    description:
      - Names or addresses at which clients reach the host; each address of a name is tried.
      - Without it, the address that Ansible connects to.
    type: list
    elements: str
    default: []
  scan:
    description: Further TCP ports to try from outside, in the form of O(allow).
    type: list
    elements: raw
    default: []
  compare:
    description: >-
      Whether the view from outside must agree with the rules and the sockets of the host. Turn it off where a load
      balancer answers at O(addresses), or where a filter in front of the host is meant to be the only one.
    type: bool
    default: true
  interfaces:
    description: >-
      Interfaces that do not face outside; what the rules accept or forward there does not count. Patterns such as
      V(br-*) are allowed. V(lo) is always one.
    type: list
    elements: str
    default: []
  ignore:
    description: Sockets that may listen without being declared, such as those from which a client sends its queries.
    type: list
    elements: dict
    default: []
    suboptions:
      port:
        description: A port or range with its protocol, in the form of O(allow).
        type: str
        required: true
      process:
        description: The name of the process that must own the socket.
        type: str
      reason:
        description: Why it may listen; the report shows it.
        type: str
        required: true
"""

EXAMPLES = r"""
- name: Nothing but SSH and the web is offered
  golive.verify.sockets:
    allow: [80, 443, {port: 22, from: 192.0.2.0/24}]
    addresses: [shop.example.com]
    ignore:
      - {port: 68/udp, process: dhclient, reason: the address comes by DHCP}
  become: true
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

PROVES = ["host.exposed_ports", "net.external_ports"]
NEEDS = {"host.exposed_ports": ["become root"], "net.external_ports": ["become root"]}
