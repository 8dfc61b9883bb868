#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the firewall verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall
short_description: Prove that a host's firewall denies by default
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Works out from the rules in force, those of nftables and of both kinds of iptables, to which ports the first packet
    of a connection from outside is accepted, and compares that with the declared list. Default policies, chains that
    rules jump to, sets, ranges, maps, sources, interfaces and states count; comments and the names of chains do not.
  - Both families are judged. Ports that are forwarded elsewhere before the input rules are asked, as those that Docker
    publishes, count as accepted as far as the rules for forwarding, such as those of C(DOCKER-USER), let them pass.
  - Works out the same from what would load at boot, from nftables.service, netfilter-persistent.service,
    iptables.service, ufw.service or firewalld.service.
  - A rule that could let packets in and is not understood makes an C(error) that shows it.
  - TCP, UDP and SCTP are judged; protocols without ports, such as ICMP, are not.
notes:
  - Reading the rules needs root, so use C(become).
  - What F(/etc/nftables.conf) would load is found by loading it into a network namespace of its own, which ends with
    the command. A rule there that names an interface by C(iif), other than C(lo), cannot be loaded so; use C(iifname).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  allow:
    description:
      - The ports that must be accepted, and no others.
      - Each is a port such as V(443), of TCP; V(53/udp); a range such as V(8000-8100/tcp); or a mapping of C(port),
        C(protocol) and C(from), the networks from which it may be accepted.
      - A port that is declared without C(from) may be accepted from anywhere, or from less.
    type: list
    elements: raw
    default: []
  interfaces:
    description: >-
      Interfaces that do not face outside; what is accepted there does not count. Patterns such as V(br-*) are allowed.
      V(lo) is always one. Where the host's interfaces are known, a rule for all others of them is one for everything
      that comes from outside.
    type: list
    elements: str
    default: []
  ipv6:
    description: Whether IPv6 is judged too. Turn it off only where no host can have an IPv6 address.
    type: bool
    default: true
  dhcp_client:
    description: Whether the ports of a DHCP client, 68/udp and 546/udp, may be accepted without being declared.
    type: bool
    default: true
  persistent:
    description: Whether the same must hold after a reboot.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Only SSH from the office and the web are let in
  golive.verify.firewall:
    allow:
      - 443
      - 80/tcp
      - {port: 22, from: [192.0.2.0/24, "2001:db8::/48"]}
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

PROVES = ["host.firewall"]
NEEDS = {"host.firewall": ["become root"]}
