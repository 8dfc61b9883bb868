# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what `nft -j list ruleset` prints into the model of _packet_filter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import Entry, Packets, Step
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.newcomer import Forwarded, Newcomer, network
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges

# More combinations of set elements than this in one rule are not judged.
_MOST_PRODUCTS = 10_000


@dataclass(slots=True)
class Table:
    """One table: its chains and rules, and the named sets and maps that rules refer to.

    awake: that it is not dormant. A dormant table filters nothing; that it translates nothing is not relied upon.
    """

    family: str
    name: str
    awake: bool = True
    chains: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def is_of_iptables(self) -> bool:
        """Whether iptables made rules here that only iptables can tell."""
        return any("xt" in statement for rule in self.rules for statement in rule["expr"])

    def untracks(self) -> bool:
        """Whether some rule exempts packets from connection tracking."""
        return any("notrack" in statement for rule in self.rules for statement in rule["expr"])


def tables(text: str, source: str) -> list[Table]:
    """Read a ruleset; what is not one raises CannotLook("malformed")."""
    try:
        listed = json.loads(text)["nftables"]
        if not any("metainfo" in entry for entry in listed):
            raise ValueError("it has no metainfo")
        found: dict[tuple[str, str], Table] = {}
        for entry in listed:
            _add(found, entry)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotLook("malformed", f"{source}: not a ruleset of nft: {type(error).__name__}: {error}") from error
    return list(found.values())


def _add(found: dict[tuple[str, str], Table], entry: Mapping[str, Any]) -> None:
    ((kind, what),) = entry.items()
    if kind == "table":
        flags = what.get("flags", [])
        # nft 1.0.6 prints the name of the table in place of its flags: only those are trusted that leave it awake.
        awake = {*([flags] if isinstance(flags, str) else flags)} <= {"owner", "persist"}
        found[what["family"], what["name"]] = Table(what["family"], what["name"], awake)
        return
    table = found.get((what.get("family"), what.get("table")))
    if table is None:
        return
    if kind == "chain":
        table.chains[what["name"]] = what
    elif kind == "rule":
        table.rules.append({"expr": [dict(statement) for statement in what["expr"]], "chain": what["chain"]})
    elif kind in ("set", "map"):
        table.sets[what["name"]] = what


def entries(table: Table, newcomer: Newcomer) -> list[Entry]:
    """The chains of a table that meet a newcomer: filters at input, or forward, and translations at prerouting."""
    if table.family not in ("inet", _FAMILIES[newcomer.family]):
        return []
    sent_on = isinstance(newcomer, Forwarded)
    hooks = {("filter", "forward" if sent_on else "input")} if table.awake else set()
    hooks |= set() if sent_on else {("nat", "prerouting")}
    met = [(name, chain) for name, chain in table.chains.items() if (chain.get("type"), chain.get("hook")) in hooks]
    if not met:
        return []
    steps = _steps(table, [name for name, _chain in met], newcomer)
    return [
        Entry(name, chain.get("policy", "accept") == "accept", chain["type"] == "nat", steps) for name, chain in met
    ]


def _steps(table: Table, called: list[str], newcomer: Newcomer) -> dict[str, list[Step]]:
    """The steps of these chains and of those that they lead to: what nothing leads to need not be understood."""
    rules: dict[str, list[Mapping[str, Any]]] = {name: [] for name in table.chains}
    for rule in table.rules:
        rules[rule["chain"]].append(rule)
    steps: dict[str, list[Step]] = {}
    ahead = list(called)
    while ahead:
        chain = ahead.pop()
        if chain in rules and chain not in steps:
            steps[chain] = [step for rule in rules[chain] for step in _Rule(table, rule, newcomer).steps()]
            ahead += [step.target for step in steps[chain] if step.verdict in ("jump", "goto")]
    return steps


class _Rule:
    """One rule, as it looks to one kind of newcomer."""

    def __init__(self, table: Table, rule: Mapping[str, Any], newcomer: Newcomer) -> None:
        self._table = table
        self._rule = rule
        self._new = newcomer
        self._unknown = ""

    def steps(self) -> Iterator[Step]:
        """What the rule decides, if anything. What is not understood counts only where it could let packets in."""
        matched = [self._new.all]
        for statement in self._rule["expr"]:
            ((kind, what),) = statement.items()
            try:
                if kind == "match":
                    matched = _product(matched, self._match(what["op"], what["left"], what["right"]))
                elif kind == "vmap":
                    for key, verdict in self._elements(what["data"]):
                        yield from self._verdict(_product(matched, self._match("==", what["key"], key)), verdict)
                elif kind in _VERDICTS:
                    yield from self._verdict(matched, statement)
                elif kind in _NARROWS:
                    matched = _product(matched, [self._new.perhaps])
                elif kind not in _CONTINUES:
                    self._unknown = self._unknown or kind
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise self._malformed(f"{type(error).__name__}: {error}") from error
            if not matched:
                return
        if self._unknown and not any(kind in _VERDICTS or kind == "vmap" for s in self._rule["expr"] for kind in s):
            raise self._malformed(self._unknown)

    def _verdict(self, matched: Iterable[Packets], statement: Mapping[str, Any]) -> Iterator[Step]:
        ((kind, what),) = statement.items()
        verdict = _VERDICTS[kind]
        if verdict == "continue":
            return
        target = what["target"] if verdict in ("jump", "goto") else ""
        if verdict == "forward":
            address = (what or {}).get("addr", "this host")
            if isinstance(address, Mapping) and "map" in address:
                for key, to in self._elements(address["map"]["data"]):
                    chosen = _product(list(matched), self._match("==", address["map"]["key"], key))
                    yield from self._verdict(chosen, {kind: {"addr": json.dumps(to)}})
                return
            target = f"[{address}]" if ":" in str(address) else str(address)
            target += f":{what['port']}" if what and "port" in what else ""
        for packets in matched:
            if self._unknown and verdict not in ("drop", "return"):
                raise self._malformed(self._unknown)
            yield Step(packets & self._new.perhaps if self._unknown else packets, verdict, target)

    def _malformed(self, what: str) -> CannotLook:
        where = f"table {self._table.family} {self._table.name}, chain {self._rule['chain']}"
        return CannotLook(
            "malformed", f"{where}: cannot tell what {what} does in: {json.dumps(self._rule['expr'])[:400]}"
        )

    def _match(self, operator: str, left: Any, right: Any) -> list[Packets]:
        """The packets that a test matches, as alternatives."""
        values = self._values(right)
        if values is None:
            return [packets] if (packets := self._masked(left) & self._new.perhaps) else []
        if isinstance(left, Mapping) and "concat" in left:
            if operator != "==":
                return [self._new.perhaps]
            return [packets for value in values for packets in self._all_of(left["concat"], value["concat"])]
        packets = self._test(left, operator, values)
        return [packets] if packets else []

    def _all_of(self, lefts: Sequence[Any], rights: Sequence[Any]) -> list[Packets]:
        matched = [self._new.all]
        for left, right in zip(lefts, rights, strict=True):
            matched = _product(matched, self._match("==", left, right))
        return matched

    def _elements(self, data: Any) -> Iterable[Sequence[Any]]:
        """The pairs of key and verdict of a verdict map, the one for all other keys last."""
        found = self._table.sets[data[1:]].get("elem", []) if isinstance(data, str) else data["set"]
        return sorted(([_plain(key), verdict] for key, verdict in found), key=lambda pair: pair[0] == "*")

    def _values(self, right: Any) -> list[Any] | None:
        """The values of the right side of a test; None when the set changes with the traffic."""
        if isinstance(right, str) and right.startswith("@"):
            named = self._table.sets[right[1:]]
            if any(flag in named.get("flags", ()) for flag in ("dynamic", "timeout")):
                return None
            right = named.get("elem", [])
        elif isinstance(right, Mapping) and "set" in right:
            right = right["set"]
            if isinstance(right, str):
                return self._values(right)
        return [_plain(value) for value in (right if isinstance(right, list) else [right])]

    def _test(self, left: Any, operator: str, values: list[Any]) -> Packets:
        ((kind, what),) = left.items()
        if "*" in values:
            return self._new.perhaps
        named = operator in _EQUALITY and all(isinstance(value, str) for value in values)
        if kind == "payload" and "protocol" in what:
            return self._payload(what["protocol"], what["field"], operator, values)
        if kind == "meta" and what["key"] in _META and named:
            return _META[what["key"]](self._new, _names(values), operator == "!=")
        if kind == "ct" and what["key"] in ("state", "status") and named:
            return self._new.in_state(_names(values), operator == "!=")
        if kind == "ct" and what == {"key": "proto-dst", "dir": "original"}:
            return self._new.to_first_ports(_ports(operator, values), operator == "!=")
        if kind == "fib" and what["result"] == "type" and what["flags"] in ("daddr", ["daddr"]) and named:
            return self._new.to_kind(_names(values), operator == "!=")
        if kind == "&":
            return self._masked(what[0]) & self._new.perhaps
        if kind not in _NARROWING_KEYS:
            self._unknown = self._unknown or kind
        return self._new.perhaps

    def _masked(self, left: Any) -> Packets:
        """What a test of some bits of a field says at least: that the packet has the field."""
        ((kind, what),) = left.items()
        if kind == "payload" and "protocol" in what:
            return self._payload(what["protocol"], "", "==", [])
        return self._new.perhaps

    def _payload(self, protocol: str, name: str, operator: str, values: list[Any]) -> Packets:
        new, negated = self._new, operator == "!="
        if protocol in ("ip", "ip6"):
            if (protocol == "ip") is not (new.family == "ipv4"):
                return new.none
            if name in ("protocol", "nexthdr") and operator in _EQUALITY and not _has_ranges(values):
                return new.of_protocol(_names(values), negated)
            if name in ("saddr", "daddr") and operator in _EQUALITY:
                networks = [found for value in values if (found := _network(new.family, value))]
                return (
                    new.from_sources(Ranges.of(networks), negated)
                    if name == "saddr"
                    else new.to_address(networks, negated)
                )
            return new.perhaps
        if protocol not in ("th", new.protocol):
            return new.perhaps if protocol in _LOWER else new.none
        return new.to_ports(_ports(operator, values), negated) if name == "dport" else new.perhaps


def _product(left: Sequence[Packets], right: Sequence[Packets]) -> list[Packets]:
    if len(left) * len(right) > _MOST_PRODUCTS:
        raise CannotLook("too_large", "a rule combines more set elements than can be judged")
    return [both for one in left for other in right if (both := one & other)]


def _plain(value: Any) -> Any:
    """A set element without the counters, comments and timeouts around it."""
    return value["elem"]["val"] if isinstance(value, Mapping) and "elem" in value else value


def _has_ranges(values: Iterable[Any]) -> bool:
    return any(isinstance(value, Mapping) for value in values)


def _names(values: Iterable[Any]) -> set[str]:
    return {str(value).lower() for value in values}


def _ports(operator: str, values: Iterable[Any]) -> Ranges:
    parts = []
    for value in values:
        first, last = value["range"] if isinstance(value, Mapping) else (value, value)
        first, last = int(first), int(last)
        first, last = {
            "<": (0, first - 1),
            "<=": (0, first),
            ">": (last + 1, 65535),
            ">=": (last, 65535),
        }.get(operator, (first, last))
        parts.append((first, last))
    return Ranges.of(part for part in parts if part[0] <= part[1])


def _network(family: str, value: Any) -> tuple[int, int] | None:
    if isinstance(value, Mapping) and "prefix" in value:
        return network(family, f"{value['prefix']['addr']}/{value['prefix']['len']}")
    if isinstance(value, Mapping):
        return network(family, "-".join(value["range"]))
    return network(family, str(value))


def _by_family(new: Newcomer, names: set[str], negated: bool) -> Packets:
    return new.when(bool({new.family, _FAMILIES[new.family]} & names) is not negated)


_FAMILIES = {"ipv4": "ip", "ipv6": "ip6"}
_EQUALITY = ("==", "!=", "in")
_META: Mapping[str, Callable[[Newcomer, set[str], bool], Packets]] = {
    "l4proto": lambda new, names, no: new.of_protocol(names, no),
    "nfproto": _by_family,
    "protocol": _by_family,
    "iif": lambda new, names, no: new.on_interface(names, no),
    "iifname": lambda new, names, no: new.on_interface(names, no),
    "pkttype": lambda new, names, no: new.to_kind(names, no),
}
# Selectors that can only narrow down which newcomers match: nobody can tell beforehand which.
_NARROWING_KEYS = {"meta", "ct", "fib", "rt", "socket", "osf", "numgen", "jhash", "symhash", "exthdr"}
_NARROWING_KEYS |= {"tcp option", "ip option", "sctp chunk", "ipsec", "|", "^", "<<", ">>"}
_LOWER = {"ether", "vlan", "arp"}
_NARROWS = {"limit", "quota", "ct count", "set", "meter", "synproxy"}
_CONTINUES = {"counter", "log", "notrack", "mangle", "dup", "flow", "last", "secmark", "comment", "map"}
_CONTINUES |= {"ct helper", "ct timeout", "ct expectation"}
_VERDICTS = {
    "accept": "accept",
    "drop": "drop",
    "reject": "drop",
    "return": "return",
    "jump": "jump",
    "goto": "goto",
    "continue": "continue",
    "dnat": "forward",
    "redirect": "forward",
}
