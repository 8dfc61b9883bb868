# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports as people declare them: 443, "53/udp", "8000-8100/tcp", or a mapping with the networks that may come."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges

PROTOCOLS = ("tcp", "udp", "sctp")
FAMILIES = {"ipv4": 32, "ipv6": 128}
ALL_PORTS = Ranges(((1, 65535),))

_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?")
_KEYS = {"port", "protocol", "from"}


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports of one protocol that are declared; sources: the networks they are declared for, none meaning all."""

    protocol: str
    first: int
    last: int
    sources: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def __str__(self) -> str:
        (label,) = port_labels(self.protocol, self.range)
        return f"{label} from {', '.join(map(str, self.sources))}" if self.sources else label

    @property
    def range(self) -> Ranges:
        """The ports as a set."""
        return Ranges(((self.first, self.last),))

    def has(self, protocol: str, port: int) -> bool:
        """Whether this speaks of the port."""
        return protocol == self.protocol and self.first <= port <= self.last

    def sources_in(self, family: str) -> Ranges:
        """The source addresses in one family that the ports are declared for."""
        if not self.sources:
            return everywhere(family)
        return Ranges.of(numbers(network) for network in self.sources if family == f"ipv{network.version}")


def declared(option: str, entries: Iterable[Any]) -> list[Ports]:
    """Read a list of declared ports; what cannot be read raises CannotLook("malformed") naming the option."""
    return [_ports(option, entry) for entry in entries]


def everywhere(family: str) -> Ranges:
    """All addresses of a family."""
    return Ranges(((0, (1 << FAMILIES[family]) - 1),))


def numbers(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> tuple[int, int]:
    """The first and the last address of a network as numbers."""
    return int(network.network_address), int(network.broadcast_address)


def port_labels(protocol: str, ports: Ranges) -> list[str]:
    """Ports as people declare them."""
    return [f"{first}/{protocol}" if first == last else f"{first}-{last}/{protocol}" for first, last in ports.parts]


def _ports(option: str, entry: Any) -> Ports:
    given = dict(entry) if isinstance(entry, Mapping) else {"port": entry}
    found = _PORTS.fullmatch(str(given.get("port", "")).strip().lower())
    if found is None or not given.keys() <= _KEYS or given.get("protocol", "tcp") not in PROTOCOLS:
        raise CannotLook("malformed", f"option {option}: {entry!r} is not a port such as 443, 53/udp or 8000-8100/tcp")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 0 < first <= last < 65536 or (found[3] and given.get("protocol", found[3]) != found[3]):
        raise CannotLook("malformed", f"option {option}: {entry!r} is not a port or a range of ports of one protocol")
    sources = given.get("from") or []
    try:
        networks = [ipaddress.ip_network(source) for source in ([sources] if isinstance(sources, str) else sources)]
    except ValueError as error:
        raise CannotLook("malformed", f"option {option}: {error}") from error
    return Ports(found[3] or given.get("protocol", "tcp"), first, last, tuple(networks))
