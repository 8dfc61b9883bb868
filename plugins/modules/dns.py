#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the dns verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns
short_description: Prove that the public records of a zone are as declared, everywhere
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Asks every authoritative server of a zone, over UDP and TCP, for the declared records, and compares the servers with
    each other and with the delegation in the parent zone. A server that does not answer is an error of its own.
  - Proves that no server gives the zone away or recurses, that DNSSEC signatures are valid and fresh, that aliases and
    mail servers lead somewhere, and, where asked for, the certificate authorities and the mail policies.
  - It does not read when the registration of the domain expires, does not probe the certificate (see
    M(golive.verify.tls)), and does not prove that DNSSEC denies what does not exist.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
options:
  zone:
    description: The zone, such as V(example.com).
    type: str
    required: true
  records:
    description: The records that must be public, whole record sets. Nothing is proven without one.
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
          - All values of the record set, in any order, as in a zone file; names are fully qualified.
          - A text of TXT needs no quotes.
        type: list
        elements: str
        required: true
      ttl_max:
        description: Most seconds that the authoritative servers may let others cache it.
        type: int
  servers:
    description:
      - Addresses of the authoritative servers, such as V(192.0.2.53), V(127.0.0.1:5300) or V([2001:db8::53]:5300),
        for a split horizon or a lab. The delegation is then compared only with O(parent_servers).
      - Without it, the addresses of all name servers of the zone, as the delegation gives them.
    type: list
    elements: str
    default: []
  parent_servers:
    description:
      - Addresses of servers of the parent zone, which hold the delegation and the DS records.
      - Without it and without O(servers), they are found.
    type: list
    elements: str
    default: []
  nameservers:
    description:
      - Addresses of recursive servers that find the name servers, the targets of aliases, the CAA and the mail records.
      - Without it, those that the controller's system uses.
    type: list
    elements: str
    default: []
  resolvers:
    description:
      - Addresses of recursive servers that must all give the declared records, such as those of customers' networks.
      - Without it, propagation is not part of what is proven. No public resolver is asked unless it is listed here.
    type: list
    elements: str
    default: []
  ipv6:
    description: Whether to ask name servers at their IPv6 addresses too. Turn it off on a controller without IPv6.
    type: bool
    default: true
  private_addresses:
    description: Whether addresses that are not globally routable may be in the records, as in a split horizon.
    type: bool
    default: false
  dnssec:
    description:
      - V(required) wants the zone signed, its keys vouched for by the parent, and every signature valid.
      - V(if_signed) wants the same of a zone that is signed or has DS records, and nothing of one without either.
      - V(off) does not look.
    type: str
    choices: [required, if_signed, 'off']
    default: if_signed
  min_signature_days:
    description:
      - Days that every signature must still be valid.
      - Signers that renew days ahead deserve more, such as V(4) with the default policy of BIND.
    type: float
    default: 0.5
  caa_issuers:
    description:
      - The certificate authorities that may issue for the zone and its declared host names, such as V(letsencrypt.org);
        the CAA records must name these and no other.
      - Without it, CAA is not part of what is proven.
    type: list
    elements: str
    default: []
  mail:
    description: Whether to prove SPF, DMARC and MX of the zone.
    type: bool
    default: false
  spf_all:
    description: The least strict end of the SPF record that is accepted.
    type: str
    choices: ['~all', '-all']
    default: '~all'
  dmarc_policy:
    description: The least strict DMARC policy that is accepted.
    type: str
    choices: [quarantine, reject]
    default: quarantine
  reverse:
    description:
      - Addresses that must point to a name which has them, each with that name, such as those from which mail is sent.
    type: dict
    default: {}
  registration_url:
    description:
      - Where the registry tells of the domain in RDAP, such as
        V(https://rdap.verisign.com/com/v1/domain/example.com).
      - Without it, the registration is not part of what is proven.
    type: str
  min_days_registered:
    description: Days for which the domain must still be registered.
    type: int
    default: 30
  transfer_lock:
    description: Whether the registration must be locked against transfers to another registrar.
    type: bool
    default: false
  from:
    description: Where to look from. Only V(controller), where Ansible runs, the view from outside.
    type: str
    choices: [controller]
    default: controller
requirements:
  - dnspython >= 2.7 on the controller
  - cryptography on the controller, for DNSSEC
"""

EXAMPLES = r"""
- name: The shop's names are public as declared, signed, and only one authority may issue for them
  golive.verify.dns:
    zone: example.com
    records:
      - {name: "@", type: A, values: [203.0.113.10], ttl_max: 300}
      - {name: www, type: CNAME, values: [shop.cdn.example.net], ttl_max: 3600}
      - {name: "@", type: MX, values: [10 mx1.example.net, 20 mx2.example.net]}
    resolvers: [192.0.2.1, 198.51.100.1]
    dnssec: required
    caa_issuers: [letsencrypt.org]
    mail: true
    dmarc_policy: reject

- name: The names inside, on both servers of the split horizon
  golive.verify.dns:
    zone: corp.example.com
    servers: [10.0.0.53, 10.0.1.53]
    nameservers: [10.0.0.2]
    private_addresses: true
    records:
      - {name: db, type: A, values: [10.0.2.20]}
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
