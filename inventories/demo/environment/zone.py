# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two name servers for the shop's zone, the second of which has not taken it over for two days, and a resolver."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable
from functools import partial

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

_ZONE = """$TTL 3600
@ SOA ns1 hostmaster {serial} 7200 900 1209600 300
@ NS ns1
@ NS ns2
ns1 A 203.0.113.53
ns2 A 198.51.100.53
@ 300 A {address}
www CNAME @
pay 300 A 203.0.113.20
mx A 203.0.113.25
@ MX 10 mx
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject"
@ CAA 0 issue "letsencrypt.org"
"""
Answer = Callable[[dns.rrset.RRset, dns.message.Message], None]

_PRIMARY = {"serial": "2026112203", "address": "203.0.113.10"}
_SECONDARY = {"serial": "2026112001", "address": "203.0.113.9"}


def start(primary: int, secondary: int, resolver: int) -> None:
    """Answer on three ports of loopback, over UDP and TCP, as long as this process lives."""
    current, old = (dns.zone.from_text(_ZONE.format(**each), "shop.example.") for each in (_PRIMARY, _SECONDARY))
    for port, answer in (
        (primary, partial(authoritative, current)),
        (secondary, partial(authoritative, old)),
        (resolver, partial(recursive, current)),
    ):
        servers: tuple[socketserver.BaseServer, ...] = (
            _Udp(("127.0.0.1", port), _handler(_UdpHandler, answer)),
            _Tcp(("127.0.0.1", port), _handler(_TcpHandler, answer)),
        )
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _UdpHandler(socketserver.BaseRequestHandler):
    answer: Answer

    def handle(self) -> None:
        wire, own = self.request
        if reply := _wire(self.answer, wire):
            own.sendto(reply, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = 10
    answer: Answer

    def handle(self) -> None:
        while len(size := self._read(2)) == 2:
            reply = _wire(self.answer, self._read(struct.unpack("!H", size)[0]))
            if reply is None:
                return
            self.wfile.write(struct.pack("!H", len(reply)) + reply)

    def _read(self, size: int) -> bytes:
        try:
            return self.rfile.read(size)
        except (TimeoutError, ConnectionError):
            return b""


def _handler(base: type[socketserver.BaseRequestHandler], answer: Answer) -> type[socketserver.BaseRequestHandler]:
    return type(base.__name__, (base,), {"answer": staticmethod(answer)})


def _wire(answer: Answer, wire: bytes) -> bytes | None:
    """The reply to a message; None to what is not one."""
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    reply = dns.message.make_response(query)
    if not query.question:
        reply.set_rcode(dns.rcode.FORMERR)
    else:
        answer(query.question[0], reply)
    return reply.to_wire()


def authoritative(zone: dns.zone.Zone, question: dns.rrset.RRset, reply: dns.message.Message) -> None:
    """What is of the zone is answered with authority; all else is refused, and so is a transfer."""
    if question.rdtype == dns.rdatatype.AXFR or not question.name.is_subdomain(zone.origin or dns.name.root):
        reply.set_rcode(dns.rcode.REFUSED)
        return
    reply.flags |= dns.flags.AA
    _fill(zone, question, reply)


def recursive(zone: dns.zone.Zone, question: dns.rrset.RRset, reply: dns.message.Message) -> None:
    """As a resolver that has found everything already: beside the zone there is nothing."""
    reply.flags |= dns.flags.RA
    if question.name.is_subdomain(zone.origin or dns.name.root):
        _fill(zone, question, reply)
    else:
        reply.set_rcode(dns.rcode.NXDOMAIN)


def _fill(zone: dns.zone.Zone, question: dns.rrset.RRset, reply: dns.message.Message) -> None:
    found = _records(zone, question.name, question.rdtype)
    reply.answer.extend(found)
    if not found:
        reply.authority.extend(_records(zone, zone.origin or dns.name.root, dns.rdatatype.SOA))
        if zone.get_node(question.name) is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)


def _records(zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> list[dns.rrset.RRset]:
    """The records of a name, by way of an alias if it is one."""
    if alias := zone.get_rrset(name, dns.rdatatype.CNAME):
        onward = [] if kind == dns.rdatatype.CNAME else _records(zone, alias[0].target, kind)
        return [_absolute(zone, alias), *onward]
    found = zone.get_rrset(name, kind)
    return [] if found is None else [_absolute(zone, found)]


def _absolute(zone: dns.zone.Zone, records: dns.rrset.RRset) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(
        records.name.derelativize(zone.origin or dns.name.root),
        records.ttl,
        records.rdclass,
        records.rdtype,
        [record.to_text(origin=zone.origin, relativize=False) for record in records],
    )
