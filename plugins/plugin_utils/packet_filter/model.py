# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a packet filter lets in: the one small model that nftables and iptables rules are read into, and its walk.

Of interest is one kind of packet: the first of a new connection, from outside, to an address of the host. A rule says
which of these packets it certainly matches and which it may match. The walk keeps every packet that some rule may
accept: it errs towards open, never towards closed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import (
    ALL_PORTS,
    FAMILIES,
    PROTOCOLS,
    Ports,
    everywhere,
    port_labels,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges

# Rules that are walked, and parts into which they split the packets, before a ruleset is too large to judge.
_BUDGET = 50_000
_MOST_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class Packets:
    """Packets of one family and protocol by destination port and source address.

    certain: of a rule's match, that it depends on nothing else; otherwise it may match these packets, or not.
    """

    ports: Ranges
    sources: Ranges
    certain: bool = True

    def __bool__(self) -> bool:
        return bool(self.ports) and bool(self.sources)

    def __and__(self, other: Packets) -> Packets:
        return Packets(self.ports & other.ports, self.sources & other.sources, self.certain and other.certain)

    def minus(self, other: Packets) -> list[Packets]:
        """What is left without those of the other."""
        rest = [
            Packets(self.ports - other.ports, self.sources),
            Packets(self.ports & other.ports, self.sources - other.sources),
        ]
        return [packets for packets in rest if packets]


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: the packets it speaks of and what becomes of them.

    verdict: accept, drop, return, jump, goto, or forward, which sends them elsewhere before the input rules are asked.
    target: the chain to go to, or where they are forwarded to.
    """

    packets: Packets
    verdict: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A chain that the kernel itself calls. accepts: its policy. translates: it may forward packets elsewhere."""

    chain: str
    accepts: bool
    translates: bool
    chains: Mapping[str, Sequence[Step]]


@dataclass(frozen=True, slots=True)
class Opening:
    """Packets that are let in; forwarded_to: where they are sent past the input rules, if they are."""

    family: str
    protocol: str
    ports: Ranges
    sources: Ranges
    forwarded_to: str = ""

    def labels(self) -> list[str]:
        """The opening as people declare it, as far as it is one."""
        sources = sources_label(self.family, self.sources)
        suffix = (f" from {sources}" if sources else "") + (f" to {self.forwarded_to}" if self.forwarded_to else "")
        return [label + suffix for label in port_labels(self.protocol, self.ports)]


def openings(
    entries: Mapping[tuple[str, str], Iterable[Entry]],
    onward: Callable[[str, str, str], Iterable[Entry]] = lambda _family, _protocol, _to: (),
) -> list[Opening]:
    """All that is let in, given what is called for each family and protocol: what every one of the filters accepts.

    onward: what is called for packets of a family and protocol that are sent on to a target.
    """
    found: list[Opening] = []
    for (family, protocol), called in entries.items():
        filters = []
        for entry in called:
            if not entry.translates:
                filters.append(entry)
                continue
            walk = _Walk(entry.chains)
            walk.enter(entry, [Packets(ALL_PORTS, everywhere(family))])
            for sent, to in walk.forwarded:
                let_on = _through_all([sent], onward(family, protocol, to))
                found += [Opening(family, protocol, packets.ports, packets.sources, to) for packets in let_on]
        let_in = _through_all([Packets(ALL_PORTS, everywhere(family))], filters)
        found += [Opening(family, protocol, packets.ports, packets.sources) for packets in _merged(let_in)]
    return found


def _through_all(packets: list[Packets], called: Iterable[Entry]) -> list[Packets]:
    """Those of the packets that every filter accepts."""
    for entry in called:
        walk = _Walk(entry.chains)
        walk.enter(entry, packets)
        packets = [both for one in packets for other in walk.accepted if (both := one & other)]
    return packets


@dataclass(slots=True)
class _Walk:
    chains: Mapping[str, Sequence[Step]]
    accepted: list[Packets] = field(default_factory=list)
    forwarded: list[tuple[Packets, str]] = field(default_factory=list)
    budget: int = _BUDGET

    def enter(self, entry: Entry, packets: list[Packets]) -> None:
        left = self._through(entry.chain, packets, 0)
        if entry.accepts:
            self.accepted += left
        self.accepted = _merged(self.accepted)

    def _through(self, chain: str, packets: list[Packets], depth: int) -> list[Packets]:
        """Send packets through a chain; those that reach its end, or return from it, come back."""
        returned: list[Packets] = []
        if depth > 64 or chain not in self.chains:
            raise CannotLook("malformed", f"chain {chain} cannot be followed")
        for step in self.chains[chain]:
            self.budget -= 1
            if self.budget < 0 or len(packets) > _MOST_PARTS:
                raise CannotLook("too_large", f"the rules are too many to judge, in chain {chain}")
            hit = [both for part in packets if (both := part & step.packets)]
            if not hit:
                continue
            back: list[Packets] = []
            if step.verdict == "accept":
                self.accepted += hit
            elif step.verdict == "forward":
                self.forwarded += [(part, step.target) for part in hit]
            elif step.verdict == "return":
                returned += hit
            elif step.verdict == "jump":
                back = self._through(step.target, hit, depth + 1)
            elif step.verdict == "goto":
                returned += self._through(step.target, hit, depth + 1)
            if step.packets.certain:
                packets = [*(rest for part in packets for rest in part.minus(step.packets)), *back]
                packets = _merged(packets) if len(packets) > 1 else packets
        return _merged(packets + returned)


def _merged(packets: Iterable[Packets]) -> list[Packets]:
    """The same packets in fewer parts: those with the same sources, then those with the same ports, taken together."""
    by_sources: dict[Ranges, list[tuple[int, int]]] = {}
    for part in packets:
        by_sources.setdefault(part.sources, []).extend(part.ports.parts)
    by_ports: dict[Ranges, list[tuple[int, int]]] = {}
    for sources, ports in by_sources.items():
        by_ports.setdefault(Ranges.of(ports), []).extend(sources.parts)
    return [Packets(ports, Ranges.of(sources)) for ports, sources in by_ports.items()]


def opening_problems(found: Sequence[Opening], allow: Sequence[Ports], tolerated: Sequence[Ports] = ()) -> list[str]:
    """How what is let in differs from what is declared; tolerated ports may be open and need not be."""
    families: dict[tuple[str, str], list[str]] = {}
    for opening in found:
        for sentence in _undeclared(opening, [*allow, *tolerated]):
            families.setdefault(sentence, []).append(_FAMILY[opening.family])
    sentences = [
        f"{ports} over {' and '.join(dict.fromkeys(names))} is accepted{how}"
        for (ports, how), names in families.items()
    ]
    for ports in allow:
        accepted = Ranges.of(p for o in found if o.protocol == ports.protocol for p in o.ports.parts)
        sentences += [f"{p} is declared and not accepted" for p in port_labels(ports.protocol, ports.range - accepted)]
    return sentences


_FAMILY = {"ipv4": "IPv4", "ipv6": "IPv6"}
# Where more ports than this are open that nobody declared, it is the default that accepts.
_MOST = 32768


def _most(ports: Ranges) -> bool:
    return len(ports) > _MOST


def by_default(opening: Opening) -> bool:
    """Whether it is not some rule that lets these packets in, but the default."""
    return not opening.forwarded_to and _most(opening.ports)


def _undeclared(opening: Opening, allow: Sequence[Ports]) -> Iterable[tuple[str, str]]:
    """The ports of an opening that nobody declared, and how they are accepted."""
    mine = [ports for ports in allow if ports.protocol == opening.protocol]
    excess = [Packets(opening.ports, opening.sources)]
    for ports in mine:
        permitted = Packets(ports.range, ports.sources_in(opening.family))
        excess = [rest for part in excess for rest in part.minus(permitted)]
    known = Ranges.of(ports.range.parts[0] for ports in mine)
    past = f" and sent on to {opening.forwarded_to} before the input rules are asked," if opening.forwarded_to else ""
    for part in _merged(excess):
        how = f"{past} from {sources_label(opening.family, part.sources) or 'anywhere'}"
        if _most(part.ports):
            yield opening.protocol, f" by default{how}"
            continue
        for label in port_labels(opening.protocol, part.ports & known):
            yield label, f"{how}, which is more than declared"
        for label in port_labels(opening.protocol, part.ports - known):
            yield label, f"{how} and nobody declared it"


def sources_label(family: str, sources: Ranges) -> str:
    """Source addresses in words; nothing when they are all there are."""
    if sources == everywhere(family):
        return ""
    without = everywhere(family) - sources
    fewer, prefix = (without, "anywhere but ") if len(without.parts) < len(sources.parts) else (sources, "")
    make = ipaddress.IPv4Address if family == "ipv4" else ipaddress.IPv6Address
    names = [
        str(network).removesuffix(f"/{FAMILIES[family]}")
        for first, last in fewer.parts[:3]
        for network in ipaddress.summarize_address_range(make(first), make(last))
    ]
    more = " …" if len(fewer.parts) > 3 or len(names) > 4 else ""
    return prefix + ", ".join(names[:4]) + more


def by_family(found: Iterable[Opening]) -> dict[str, list[str]]:
    """The openings in words, for each family: the evidence."""
    words: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for opening in found:
        words[opening.family] += opening.labels()
    return words


COMBINATIONS = tuple((family, protocol) for family in FAMILIES for protocol in PROTOCOLS)
