#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the tls verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tls
short_description: Prove that TLS endpoints present good certificates and speak modern protocols only
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that every name presents a valid certificate, that certificates are far from expiry and renew automatically,
    that only modern protocol versions and ciphers are accepted, and that internal hops are encrypted and verified.
  - Every name is asked at every address, over IPv4 and IPv6. Each name and address has a result of its own.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
options:
  host:
    description: Name or address to connect to.
    type: str
    required: true
  port:
    description: TCP port of the service.
    type: int
    default: 443
  names:
    description:
      - The names that the service must serve, each asked for with Server Name Indication.
      - Each is asked at all addresses of O(host), and at all those that the name itself has.
      - Without it, O(host) is the only name.
    type: list
    elements: str
    default: []
  starttls:
    description: Protocol in whose words TLS is asked for on a connection that begins in clear.
    type: str
    choices: [postgres, smtp]
  cafile:
    description:
      - Path, on the controller, of a PEM file with the certificate authorities to trust, where the service has its own.
      - Without it, those that OpenSSL trusts on the controller.
    type: path
  min_days_left:
    description:
      - Days for which each certificate of the chain must still be valid. Fewer is a failure of severity V(high).
      - Lower it for certificates that live a few weeks or days only.
    type: int
    default: 30
  critical_days_left:
    description: Days below which the failure is of severity V(critical).
    type: int
    default: 14
  max_lifetime_days:
    description:
      - Longest time in days from the beginning to the end of the validity of the server's certificate.
      - Without it, what browsers take by the day on which the certificate begins to be valid, which is 398, from March
        15, 2026 on 200, from March 15, 2027 on 100 and from March 15, 2029 on 47.
      - Those are rules for public authorities. Where a private one issues for longer on purpose, say how long.
    type: int
  certificate_transparency:
    description:
      - Whether the server's certificate must carry the timestamps of two distinct public logs, or of three where it is
        valid for more than 180 days, as Apple's and Chrome's policies of Certificate Transparency demand of public
        authorities. Only timestamps in the certificate count.
      - Without it, wherever O(cafile) is not given. Say V(false) where the controller's own store has a private
        authority in it, and V(true) where O(cafile) has public ones.
    type: bool
  min_rsa_bits:
    description: Least size of the server's key, if it is an RSA key. Values below 2048 have no effect.
    type: int
    default: 2048
  protocols:
    description: Protocol versions that may be accepted. At least one of them must be, and no other.
    type: list
    elements: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: [TLSv1.2, TLSv1.3]
  certificate_file:
    description:
      - Path, on the host, of the PEM file with the certificate that the service is configured to serve.
      - Proves that a renewed certificate is served, not only stored.
    type: path
  renewal_unit:
    description:
      - The systemd timer that renews the certificate on the host.
      - Or a service that does, started by a timer or always running.
    type: str
  renewal_cron:
    description:
      - Text in the command of the cron entry that renews the certificate on the host, such as V(acme.sh --cron).
    type: str
  hops:
    description: Internal connections, such as from the proxy to the backend, that must be encrypted and verified.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name or address to connect to.
        type: str
        required: true
      port:
        description: TCP port on which TLS is spoken.
        type: int
        required: true
      name:
        description: The name for which the certificate must be good. Without it, the hop's O(hops[].host).
        type: str
      starttls:
        description:
          - Protocol in whose words TLS is asked for on a connection that begins in clear.
          - With V(postgres), sessions that go on in clear must be rejected too. That is asked for as a user named
            C(golive), so a rule for one other user or database alone is not seen.
        type: str
        choices: [postgres, smtp]
      cleartext_port:
        description:
          - TCP port of the same service without TLS, which must refuse connections.
          - Silence is an C(error), since an open port of an overloaded server is as silent as a filtered one. Where a
            firewall drops the connection, leave this out and let M(golive.verify.sockets) prove it from outside.
        type: int
      cafile:
        description: As O(cafile), for this hop. Without it, O(cafile).
        type: path
notes:
  - Revocation is asked for from the controller, wherever the check looks from.
  - An OCSP response that the server staples must be good, recent and signed, and a certificate with the feature called
    must-staple must have one. It is asked for in TLS 1.2, where it comes in clear. Of a server that speaks TLS 1.3 only
    it cannot be seen, which for such a certificate is an C(error).
  - Weak ciphers and SSL 3.0 are offered from the controller too, since no OpenSSL of today can offer them all.
"""

EXAMPLES = r"""
- name: The shop's certificate is good, far from expiry, and renewed by certbot
  golive.verify.tls:
    host: shop.example.com
    names: [shop.example.com, www.shop.example.com]
    certificate_file: /etc/letsencrypt/live/shop.example.com/fullchain.pem
    renewal_unit: certbot.timer

- name: The proxy reaches the backend and the database encrypted
  golive.verify.tls:
    host: shop.example.com
    from: host
    controls: [tls.internal]
    hops:
      - {host: backend.internal, port: 8443, cleartext_port: 8080, cafile: /etc/ssl/internal-ca.pem}
      - {host: db.internal, port: 5432, starttls: postgres, cafile: /etc/ssl/internal-ca.pem}
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

PROVES = ["tls.valid_chain", "tls.expiry", "tls.protocols", "tls.internal"]
