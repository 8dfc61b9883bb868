# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that packet filters make of a new packet from outside to an address of the host, whatever the filter.

Each answers the packets of one family and protocol that match: none at all, some certainly, or some perhaps.
"""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import Packets
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import ALL_PORTS, everywhere, numbers
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges

_NUMBERS = {"tcp": "6", "udp": "17", "sctp": "132"}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new packet from outside: its family and protocol, and the interfaces that do not count as outside.

    untracked: whether some rule exempts packets from connection tracking, so that a new one may be untracked.
    outside: the interfaces that it may come in on, where they are known.
    """

    family: str
    protocol: str
    trusted: tuple[str, ...] = ("lo",)
    untracked: bool = False
    outside: tuple[str, ...] = ()

    @property
    def all(self) -> Packets:
        """Every such packet."""
        return Packets(ALL_PORTS, everywhere(self.family))

    @property
    def perhaps(self) -> Packets:
        """Every such packet, depending on what nobody can tell beforehand."""
        return Packets(ALL_PORTS, everywhere(self.family), certain=False)

    @property
    def none(self) -> Packets:
        """No such packet."""
        return Packets(Ranges(), Ranges())

    def when(self, matches: bool) -> Packets:
        """All or none."""
        return self.all if matches else self.none

    def to_ports(self, ports: Ranges, negated: bool = False) -> Packets:
        """Packets to some ports."""
        return Packets(ALL_PORTS - ports if negated else ports, everywhere(self.family))

    def from_sources(self, sources: Ranges, negated: bool = False) -> Packets:
        """Packets from some addresses."""
        return Packets(ALL_PORTS, everywhere(self.family) - sources if negated else sources)

    def of_protocol(self, names: Collection[str], negated: bool = False) -> Packets:
        """Packets of some protocols, by name or number."""
        return self.when((self.protocol in names or _NUMBERS[self.protocol] in names) is not negated)

    def to_first_ports(self, ports: Ranges, negated: bool = False) -> Packets:
        """Packets to some ports, as they were before anything changed them."""
        return Newcomer.to_ports(self, ports, negated)

    def on_interface(self, patterns: Iterable[str], negated: bool = False) -> Packets:
        """Packets that arrive on some interfaces: all where these are all that face outside, else perhaps."""
        wanted = [pattern.replace("+", "*") for pattern in patterns]
        if all(self._trusts(pattern) for pattern in wanted):
            return self.when(negated)
        if self.outside and all(any(fnmatch.fnmatchcase(name, each) for each in wanted) for name in self.outside):
            return self.when(not negated)
        return self.perhaps

    def leaving(self, negated: bool = False) -> Packets:
        """Packets that leave on some interface: those to the host itself leave on none."""
        return self.when(negated)

    def in_state(self, states: Collection[str], negated: bool = False) -> Packets:
        """Packets in some states of connection tracking: a newcomer is new, or untracked where rules say so."""
        new, untracked = "new" in states, self.untracked and "untracked" in states
        if self.untracked and ("new" in states) is not ("untracked" in states):
            return self.perhaps
        return self.when((new or untracked) is not negated)

    def to_kind(self, kinds: Collection[str], negated: bool = False) -> Packets:
        """Packets by the kind of their destination: ours is always an address of the host."""
        if set(kinds) & {"local", "host"}:
            return self.when(not negated)
        return self.when(negated) if set(kinds) <= {"multicast", "broadcast", "anycast"} else self.perhaps

    def to_address(self, networks: Iterable[tuple[int, int]], negated: bool = False) -> Packets:
        """Packets to some addresses: from outside none comes to a loopback, multicast or broadcast address."""
        if all(_never_arrives(self.family, *network) for network in networks):
            return self.when(negated)
        if Ranges.of(networks) == everywhere(self.family):
            return self.when(not negated)
        return self.perhaps

    def _trusts(self, pattern: str) -> bool:
        return any(fnmatch.fnmatchcase(pattern, trusted) for trusted in self.trusted)


@dataclass(frozen=True, slots=True)
class Forwarded(Newcomer):
    """A newcomer that was sent on to another address, and perhaps port, before the rules for forwarding are asked."""

    address: int = 0
    port: int | None = None

    @classmethod
    def to(cls, target: str, newcomer: Newcomer) -> Forwarded | None:
        """One that was sent on to "192.0.2.1", "192.0.2.1:80" or "[2001:db8::1]:80"; None for any other target."""
        if target.startswith("["):
            host, dummy, port = target[1:].replace("]:", "]").partition("]")
        else:
            host, dummy, port = target.partition(":") if target.count(":") == 1 else (target, "", "")
        try:
            found = ipaddress.ip_address(host)
        except ValueError:
            return None
        if newcomer.family != f"ipv{found.version}" or (port and not port.isdigit()):
            return None
        given = {name: getattr(newcomer, name) for name in Newcomer.__slots__}
        return cls(**given, address=int(found), port=int(port) if port else None)

    def to_ports(self, ports: Ranges, negated: bool = False) -> Packets:
        if self.port is None:
            return Newcomer.to_ports(self, ports, negated)
        return self.when(bool(ports & Ranges(((self.port, self.port),))) is not negated)

    def in_state(self, states: Collection[str], negated: bool = False) -> Packets:
        if "dnat" in states:
            return self.when(not negated)
        return Newcomer.in_state(self, states, negated)

    def to_kind(self, kinds: Collection[str], negated: bool = False) -> Packets:
        if set(kinds) <= {"local", "multicast", "broadcast", "anycast"}:
            return self.when(negated)
        return self.perhaps

    def to_address(self, networks: Iterable[tuple[int, int]], negated: bool = False) -> Packets:
        return self.when(any(low <= self.address <= high for low, high in networks) is not negated)

    def leaving(self, negated: bool = False) -> Packets:
        return self.perhaps


_NEVER = {
    "ipv4": ("127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32"),
    "ipv6": ("::1/128", "ff00::/8"),
}


def _never_arrives(family: str, first: int, last: int) -> bool:
    networks = (numbers(ipaddress.ip_network(network)) for network in _NEVER[family])
    return any(low <= first and last <= high for low, high in networks)


def network(family: str, text: str) -> tuple[int, int] | None:
    """The first and last address of "10.0.0.0/8", "192.0.2.1" or "192.0.2.1-192.0.2.9"; None when of the other family.

    What is no address raises CannotLook("malformed").
    """
    try:
        if "-" in text:
            ends = [ipaddress.ip_address(end) for end in text.split("-")]
            found, version = (int(ends[0]), int(ends[1])), ends[0].version
        else:
            one = ipaddress.ip_network(text, strict=False)
            found, version = numbers(one), one.version
    except (ValueError, IndexError) as error:
        raise CannotLook("malformed", f"{text!r} is not an address: {error}") from error
    return found if family == f"ipv{version}" else None
