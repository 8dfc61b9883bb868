# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to name servers, and their replies as frozen facts. Needs dnspython; see library()."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver
    import dns.rrset

    MISSING = ""
except ImportError as error:
    MISSING = str(error)

# The evidence that a person reads, and what is wrong with it.
Finding = tuple[Any, list[str]]

_IN_NAMES = {"CNAME", "DNAME", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "SVCB"}
_MOST_ADDRESSES = 32
_LONGEST_CHAIN = 16
_PAYLOAD = 1232  # what passes everywhere without fragments, as the DNS flag day of 2020 settled


def library() -> None:
    """Raise CannotLook("missing_tool") when the controller has no dnspython."""
    if MISSING:
        raise CannotLook("missing_tool", f"the controller lacks dnspython ({MISSING}): pip install dnspython")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a name server listens."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        if self.port == 53:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @classmethod
    def of(cls, text: str) -> Server:
        """Read an address, address:port or [address]:port; anything else, a name included, is CannotLook."""
        host, port = text.strip(), "53"
        if host.startswith("["):
            host, _bracket, port = host[1:].partition("]")
            port = port.removeprefix(":") or "53"
        elif host.count(":") == 1:
            host, _colon, port = host.partition(":")
        try:
            server = cls(str(ipaddress.ip_address(host)), int(port))
        except ValueError as error:
            raise CannotLook("malformed", f"{text!r} is not the address of a server: {error}") from error
        if not 0 < server.port < 65536 or text.count("[") != text.count("]"):
            raise CannotLook("malformed", f"{text!r} is not the address of a server")
        return server


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. rcode as its word, such as NOERROR."""

    rcode: str
    authoritative: bool
    recursive: bool
    truncated: bool
    answer: tuple[dns.rrset.RRset, ...]
    authority: tuple[dns.rrset.RRset, ...] = ()
    additional: tuple[dns.rrset.RRset, ...] = ()

    @classmethod
    def of(cls, message: dns.message.Message) -> Reply:
        """The parts of a message that are of interest."""
        return cls(
            rcode=dns.rcode.to_text(message.rcode()),
            authoritative=bool(message.flags & dns.flags.AA),
            recursive=bool(message.flags & dns.flags.RA),
            truncated=bool(message.flags & dns.flags.TC),
            answer=tuple(message.answer),
            authority=tuple(message.authority),
            additional=tuple(message.additional),
        )

    def records(self, name: str, kind: str) -> dns.rrset.RRset | None:
        """The record set of this name and type in the answer, through aliases that the answer itself spells out."""
        chain = self.chain(name, kind)
        return find(self.answer, chain[-1], kind)

    def chain(self, name: str, kind: str) -> list[str]:
        """The name and the aliases that lead on from it, as far as the answer goes."""
        names = [absolute(name)]
        while kind != "CNAME" and find(self.answer, names[-1], kind) is None and len(names) < _LONGEST_CHAIN:
            alias = find(self.answer, names[-1], "CNAME")
            if alias is None:
                break
            names.append(absolute(texts(alias)[0]))
        return names

    def values(self, name: str, kind: str) -> tuple[str, ...]:
        """The values of records(), as text that equals for equal values."""
        found = self.records(name, kind)
        return () if found is None else texts(found)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name leads to: the name that it is an alias of, if any, and its addresses, or texts if asked for."""

    name: str
    alias: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Climbed:
    """The records of the first of several names that has any; where is empty when none has."""

    where: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A record set that must be public: a fully qualified name, and its values as they were declared."""

    name: str
    kind: str
    values: tuple[str, ...]
    ttl_max: int | None = None

    def __str__(self) -> str:
        return f"{self.name.rstrip('.')} {self.kind}"

    def wanted(self) -> tuple[str, ...]:
        """The values in the form of those of replies; CannotLook when there are none or one is of no such type."""
        if not self.values:
            raise CannotLook("malformed", f"no values are declared for {self}")
        return tuple(sorted({declared_text(self.kind, value) for value in self.values}))

    def targets(self) -> list[str]:
        """The names that the values point to."""
        if self.kind not in ("CNAME", "MX", "NS", "SRV"):
            return []
        names = [value.split()[-1].removesuffix(".") for value in self.values if value.split()]
        return [name for name in names if name]

    def target_kinds(self) -> tuple[str, ...]:
        """What targets must have: aliases of services, such as DKIM keys (RFC 8552), lead to texts, others to hosts."""
        return ("TXT",) if self.kind == "CNAME" and not self.is_host() else ("A", "AAAA")

    def is_host(self) -> bool:
        """Whether the name is one that clients connect to."""
        return self.kind in ("A", "AAAA", "CNAME") and "._" not in f".{self.name}"


def absolute(name: str) -> str:
    """The name in lower case with its final dot; CannotLook when it cannot be a name."""
    try:
        return dns.name.from_text(name).to_text().lower()
    except dns.exception.DNSException as error:
        raise CannotLook("malformed", f"{name[:300]!r} is not a domain name: {error}") from error


def qualified(name: str, zone: str) -> str:
    """A name as people write it in a declaration: relative to the zone, unless it ends with the zone or a dot."""
    if name in ("@", ""):
        return zone
    full = absolute(name)
    return full if name.endswith(".") or f".{full}".endswith(f".{zone}") else f"{full}{zone}"


def ancestors(name: str) -> list[str]:
    """The name and those above it, down to one label."""
    labels = absolute(name).rstrip(".").split(".")
    return [".".join(labels[start:]) + "." for start in range(len(labels))]


def find(section: Sequence[dns.rrset.RRset], name: str, kind: str) -> dns.rrset.RRset | None:
    """The record set of exactly this name and type."""
    owner, rdtype = dns.name.from_text(name), dns.rdatatype.from_text(kind)
    return next((rrset for rrset in section if rrset.name == owner and rrset.rdtype == rdtype), None)


def texts(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    """The values of a record set, sorted, as text that equals for equal values."""
    return tuple(sorted(_text(rdata) for rdata in rrset))


def declared_text(kind: str, value: str) -> str:
    """A value as a person declares it, in the form of texts(); CannotLook when it cannot be of this type."""
    if kind == "TXT" and not value.startswith('"'):
        return value
    try:
        rdtype = dns.rdatatype.from_text(kind)
        return _text(dns.rdata.from_text(dns.rdataclass.IN, rdtype, value, dns.name.root, relativize=False))
    except (dns.exception.DNSException, ValueError) as error:
        raise CannotLook("malformed", f"{value!r} is declared, which is no {kind}: {error}") from error


def _text(rdata: dns.rdata.Rdata) -> str:
    kind = dns.rdatatype.to_text(rdata.rdtype)
    if kind == "TXT":
        return b"".join(getattr(rdata, "strings", ())).decode("utf-8", "backslashreplace")
    return rdata.to_text().lower() if kind in _IN_NAMES else rdata.to_text()


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    """Name the reason behind an exception of dnspython; those of the operating system have theirs already."""
    try:
        yield
    except dns.exception.Timeout as error:
        raise CannotLook("timeout", str(error)) from error
    except EOFError as error:
        raise CannotLook("unreachable", "the server closed the connection without a reply") from error
    except (dns.exception.DNSException, ValueError) as error:
        raise CannotLook("malformed", f"not a reply: {type(error).__name__}: {error}") from error


def ask(server: Server, name: str, kind: str, transport: str, recurse: bool, seconds: float) -> Reply:
    """One question to one server. Over udp a truncated reply is given back as such; any falls back to tcp then.

    Not recursing means talking to an authoritative server: DNSSEC records are asked for too. A lost datagram is sent
    once more, so each of the two may take half of the seconds.
    """
    query = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD, want_dnssec=not recurse)
    if not recurse:
        query.flags &= ~dns.flags.RD
    with _reasons():
        if transport != "tcp":
            reply = Reply.of(_udp(query, server, seconds))
            if transport == "udp" or not reply.truncated:
                return reply
        return Reply.of(dns.query.tcp(query, server.address, seconds, server.port))


def _udp(query: dns.message.Message, server: Server, seconds: float) -> dns.message.Message:
    try:
        return dns.query.udp(query, server.address, seconds / 2, server.port)
    except dns.exception.Timeout:
        return dns.query.udp(query, server.address, seconds / 2, server.port)


def transfer(server: Server, zone: str, seconds: float) -> Reply | None:
    """The first message of a zone transfer, or None when the server hangs up on the question."""
    try:
        return ask(server, zone, "AXFR", "tcp", False, seconds)
    except CannotLook as reason:
        if reason.reason == "unreachable":
            return None
        raise
    except ConnectionError:
        return None


def lookup(via: Sequence[Server], name: str, kind: str, deadline: Deadline) -> Reply:
    """Ask recursive servers in turn until one answers; only NOERROR and NXDOMAIN are answers."""
    last = CannotLook("unreachable", "the controller has no recursive name server")
    for server in via or _system():
        try:
            deadline.check()
            reply = ask(server, name, kind, "any", True, min(3.0, deadline.left()))
            if reply.rcode in ("NOERROR", "NXDOMAIN") and reply.recursive:
                return reply
            refusal = reply.rcode if reply.recursive else f"{reply.rcode} without recursion"
            last = CannotLook("unreachable", f"{server} answered {refusal} for {name} {kind}")
        except (CannotLook, OSError) as error:
            last = CannotLook(getattr(error, "reason", "unreachable"), f"{server} on {name} {kind}: {error}")
    raise last


def _system() -> list[Server]:
    with _reasons():
        return [Server.of(str(address)) for address in dns.resolver.Resolver().nameservers]


def resolve(via: Sequence[Server], name: str, kinds: Sequence[str], seconds: float) -> Resolved:
    """What a name has of these types, through aliases. That it has nothing is a fact."""
    deadline = Deadline(seconds)
    alias, found = "", tuple[str, ...]()
    for kind in kinds:
        reply = lookup(via, name, kind, deadline)
        alias = alias or ([*reply.chain(name, kind), ""][1])
        found += reply.values(name, kind)
    return Resolved(name, alias, found)


def climb(via: Sequence[Server], names: Sequence[str], kind: str, seconds: float, start: str = "") -> Climbed:
    """The records of the first name that has any of this type whose text starts like start."""
    deadline = Deadline(seconds)
    for name in names:
        values = tuple(v for v in lookup(via, name, kind, deadline).values(name, kind) if v.lower().startswith(start))
        if values:
            return Climbed(name, values)
    return Climbed("", ())


def name_servers(via: Sequence[Server], zone: str, ipv6: bool, seconds: float) -> list[str]:
    """The addresses of all name servers of a zone, as the world finds them."""
    deadline = Deadline(seconds)
    found: dict[str, None] = {}
    for name in lookup(via, zone, "NS", deadline).values(zone, "NS"):
        for kind in ("A", "AAAA") if ipv6 else ("A",):
            found |= dict.fromkeys(lookup(via, name, kind, deadline).values(name, kind))
        if len(found) > _MOST_ADDRESSES:
            raise CannotLook("too_large", f"{zone} has more than {_MOST_ADDRESSES} addresses of name servers")
    if not found:
        raise CannotLook("not_found", f"no name server of {zone} is found")
    return list(found)


def parent_servers(via: Sequence[Server], zone: str, ipv6: bool, seconds: float) -> list[str]:
    """The addresses of the name servers of the zone above, wherever it starts."""
    deadline = Deadline(seconds)
    above = dns.name.from_text(zone).parent().to_text()
    reply = lookup(via, above, "SOA", deadline)
    soa = [rrset for rrset in (*reply.answer, *reply.authority) if rrset.rdtype == dns.rdatatype.SOA]
    if not soa:
        raise CannotLook("malformed", f"nothing tells which zone {above} is in")
    return name_servers(via, soa[0].name.to_text(), ipv6, deadline.left())
