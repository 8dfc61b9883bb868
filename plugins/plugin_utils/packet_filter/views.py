# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three views of a host's TCP ports, and where they disagree: its rules, its sockets, and what answers from outside."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Socket
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import (
    Opening,
    by_default,
    sources_label,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import Ports, port_labels
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges

_WILDCARDS = {"ipv4": "0.0.0.0", "ipv6": "::"}  # noqa: S104 - compared with what others bind to


@dataclass(frozen=True, slots=True)
class Inside:
    """What the host says itself: what listens for TCP, and what its rules let in; None where nothing tells of rules."""

    sockets: Sequence[Socket]
    openings: Sequence[Opening] | None = None

    def owners(self, port: int) -> str:
        """Who listens on a port, in words."""
        found = [socket for socket in self.sockets if socket.port == port]
        if not found:
            return "nothing listens on it inside"
        names = (f"{socket.process or 'something'} listens on {socket.address}" for socket in found)
        return " and ".join(dict.fromkeys(names))

    def verdict(self, address: str, port: int) -> str:
        """What the rules say of a port, in words, with a comma before them; nothing where they are not seen."""
        if self.openings is None:
            return ""
        said = {_in_words(opening): None for opening in self.accepting(address, port)}
        return f", the rules {' and '.join(said) or 'do not accept it'}"

    def accepting(self, address: str, port: int) -> list[Opening]:
        """What lets packets to this port in."""
        one = Ranges(((port, port),))
        return [opening for opening in self._of(address) if opening.ports & one]

    def served(self, port: int) -> bool:
        """Whether something that is not on loopback takes connections to the port, here or where it is forwarded to."""
        forwarded = any(
            opening.forwarded_to for opening in self.openings or () if opening.ports & Ranges(((port, port),))
        )
        return forwarded or any(each.port == port and not is_loopback(each.address) for each in self.sockets)

    def idle(self, address: str) -> list[Opening]:
        """The ranges of ports that rules accept on purpose although nothing listens on any port of them."""
        ports = Ranges.of((each.port, each.port) for each in self.sockets if not is_loopback(each.address))
        return [
            Opening(opening.family, opening.protocol, part, opening.sources)
            for opening in self._of(address)
            if not opening.forwarded_to and not by_default(opening)
            for part in map(Ranges, ((each,) for each in opening.ports.parts))
            if not part & ports
        ]

    def _of(self, address: str) -> list[Opening]:
        family = _family(address)
        return [each for each in self.openings or () if each.family == family and each.protocol == "tcp"]


def problems(
    address: str, states: Mapping[int, str], allow: Sequence[Ports], inside: Inside | None, compare: bool = True
) -> list[str]:
    """Where the views disagree with what is declared or with each other; each sentence names all that were seen.

    states: how each port that was tried met a connection. A port that is declared for some sources only may answer or
    not: nobody knows whether we are one of them. inside: None where only the view from outside is wanted. compare:
    whether what is met from outside must be what rules and sockets would have it.
    """
    found = []
    for port, state in states.items():
        ours = [ports for ports in allow if ports.has("tcp", port)]
        within = f", {inside.owners(port)}{inside.verdict(address, port)}" if inside else ""
        if state == "open" and not ours:
            found.append(f"{port}/tcp answers from outside at {address}{within}, and nobody declared it")
        elif state != "open" and any(not ports.sources for ports in ours):
            found.append(f"{port}/tcp is declared{within}, and from outside {address} is {state}")
        elif inside and compare and (why := _disagreement(address, port, state, inside)):
            met = "answers" if state == "open" else f"is {state}"
            found.append(f"{port}/tcp {met} from outside at {address}{within}: {why}")
    return found + list(_superfluous(address, states, allow, inside) if inside and compare else ())


def _disagreement(address: str, port: int, state: str, inside: Inside) -> str:
    """Why a port is not met as rules and sockets would have it."""
    accepting = inside.accepting(address, port)
    if state == "open":
        if not inside.served(port):
            return "another machine answers at this address, or something that is no socket of this host"
        if inside.openings is not None and not accepting:
            return "something goes past the rules, or another machine answers at this address"
        return ""
    listens = any(
        each.port == port and each.address in (address, _WILDCARDS[_family(address)]) for each in inside.sockets
    )
    if listens and any(not sources_label(opening.family, opening.sources) for opening in accepting):
        return "only another filter keeps it closed"
    return ""


def _superfluous(address: str, states: Mapping[int, str], allow: Sequence[Ports], inside: Inside) -> Iterator[str]:
    """Rules that let in what nobody takes. Where the port is declared for everybody, that is said already."""
    said = Ranges.of((ports.first, ports.last) for ports in allow if ports.protocol == "tcp" and not ports.sources)
    for opening in inside.idle(address):
        first = opening.ports.parts[0][0]
        if opening.ports & said or states.get(first) == "open":
            continue
        (label,) = port_labels("tcp", opening.ports)
        met = f"from outside {address} is {states[first]}" if first in states else "nobody tried it from outside"
        yield f"the rules {_in_words(opening, label)}, nothing listens on it inside, and {met}: the rule serves nobody"


def _in_words(opening: Opening, what: str = "it") -> str:
    sources = sources_label(opening.family, opening.sources)
    origin = f" from {sources}" if sources else ""
    if opening.forwarded_to:
        return f"forward {what}{origin} to {opening.forwarded_to}"
    return f"accept {what}{' by default' if by_default(opening) else ''}{origin}"


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"


def is_loopback(address: str) -> bool:
    """Whether nobody else can reach what listens there; what is no address raises CannotLook("malformed")."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError as error:
        raise CannotLook("malformed", f"the host listens on {address!r}: {error}") from error
