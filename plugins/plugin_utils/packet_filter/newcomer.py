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
    """

    family: str
    protocol: str
    trusted: tuple[str, ...] = ("lo",)
    untracked: bool = False

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

    def on_interface(self, patterns: Iterable[str], negated: bool = False) -> Packets:
        """Packets that arrive on some interfaces: which one it is that faces outside is not known."""
        if all(self._trusts(pattern) for pattern in patterns):
            return self.when(negated)
        return self.perhaps

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
        return any(fnmatch.fnmatchcase(pattern.replace("+", "*"), trusted) for trusted in self.trusted)


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
