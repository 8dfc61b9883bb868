# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what iptables-save prints, and the files that iptables-restore loads, into the model of _packet_filter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import Entry, Packets, Step
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.newcomer import Forwarded, Newcomer, network
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges


@dataclass(slots=True)
class Table:
    """One table: the policy of each chain ("-" for chains that only rules call), and the rules, as arguments."""

    name: str
    policies: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[str, list[str]]] = field(default_factory=list)

    def filters(self) -> bool:
        """Whether it does anything at all."""
        return bool(self.rules) or any(policy not in ("ACCEPT", "-") for policy in self.policies.values())


_COUNTERS = re.compile(r"^\[\d+:\d+\] (?=-A )")
# ufw writes such lines into its files; with a position, nobody writes them.
_INSERTION = re.compile(r"-I \S+ -")
_CHAIN = re.compile(r":(\S+) (\S+)(?: \[\d+:\d+\])?")


def tables(text: str, source: str) -> list[Table]:
    """Read a dump; a line that is not of one raises CannotLook("malformed") naming it and the source."""
    found: list[Table] = []
    by_name: dict[str, Table] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = _COUNTERS.sub("", raw.strip())
        if not line or line.startswith("#") or line == "COMMIT":
            continue
        table = found[-1] if found else None
        if line.startswith("*"):
            found.append(by_name.setdefault(line[1:], Table(line[1:])))
        elif table and (chain := _CHAIN.fullmatch(line)):
            table.policies[chain[1]] = chain[2]
        elif table and line.startswith("-A "):
            table.rules.append(_arguments(line, source, number))
        elif table and _INSERTION.match(line):
            table.rules.insert(0, _arguments(line, source, number))
        else:
            raise CannotLook("malformed", f"{source}: line {number} is not of iptables-save: {line[:120]!r}")
    return list(by_name.values())


def _arguments(line: str, source: str, number: int) -> tuple[str, list[str]]:
    try:
        _append, chain, *arguments = shlex.split(line)
    except ValueError as error:
        raise CannotLook("malformed", f"{source}: line {number}: {line[:120]!r}: {error}") from error
    return chain, arguments


def untracks(found: Sequence[Table]) -> bool:
    """Whether some rule exempts packets from connection tracking."""
    return any("NOTRACK" in rule or "--notrack" in rule for table in found for _chain, rule in table.rules)


def entries(found: Sequence[Table], newcomer: Newcomer) -> list[Entry]:
    """The chains that meet a newcomer: INPUT of every table, and PREROUTING of nat; FORWARD when it was sent on."""
    met = []
    for table in found:
        hook = "PREROUTING" if table.name == "nat" else "INPUT"
        if isinstance(newcomer, Forwarded):
            hook = "" if table.name == "nat" else "FORWARD"
        if table.policies.get(hook, "-") != "-":
            accepts = table.policies[hook] == "ACCEPT"
            met.append(Entry(hook, accepts, table.name == "nat", _chains(table, hook, newcomer)))
    return met


def _chains(table: Table, hook: str, newcomer: Newcomer) -> Mapping[str, list[Step]]:
    """The chain that the kernel calls, and those that it leads to: what nothing leads to need not be understood."""
    rules: dict[str, list[list[str]]] = {name: [] for name in table.policies}
    for chain, arguments in table.rules:
        rules.setdefault(chain, []).append(arguments)
    chains: dict[str, list[Step]] = {}
    ahead = [hook]
    while ahead:
        chain = ahead.pop()
        if chain in rules and chain not in chains:
            chains[chain] = [step for arguments in rules[chain] for step in _step(table, chain, arguments, newcomer)]
            ahead += [step.target for step in chains[chain] if step.verdict in ("jump", "goto")]
    return chains


def _step(table: Table, chain: str, arguments: Sequence[str], newcomer: Newcomer) -> Iterator[Step]:
    """The step of one rule, if it decides anything. What is not understood counts only where it could let in."""
    packets, target, goes, to, unknown = newcomer.all, "", False, "", ""
    for option, values, negated in _options(arguments):
        if option in ("-j", "-g"):
            target, goes = values[0], option == "-g"
        elif option in _TO:
            to = ("this host:" if option == "--to-ports" else "") + " ".join(values)
        elif option == "-m" and not _MODULES.fullmatch(values[0]):
            unknown = f"-m {values[0]}"
        elif option in _TESTS:
            packets &= _TESTS[option](newcomer, values[0], negated)
        elif option not in _NO_TESTS:
            packets &= newcomer.perhaps
    verdict = _VERDICTS.get(target, "goto" if goes else "jump" if target in table.policies else "")
    if not packets or _CONTINUES.fullmatch(target):
        return
    if not verdict or (unknown and verdict not in ("drop", "return", "jump", "goto")):
        rule = shlex.join(["-A", chain, *arguments])
        raise CannotLook("malformed", f"table {table.name}: cannot tell what {unknown or target} does in: {rule[:300]}")
    if unknown:
        packets &= newcomer.perhaps
    yield Step(packets, verdict, to or target)


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Split the arguments of a rule: option, its values, and whether an exclamation mark stands before it."""
    left, negated = list(arguments), False
    while left:
        option = left.pop(0)
        if option == "!":
            negated = True
            continue
        values = [left.pop(0)] if option in _TEXTS and left else []
        while option not in _TEXTS and left and left[0] != "!" and not left[0].startswith("-"):
            values.append(left.pop(0))
        yield option, values or [""], negated
        negated = False


def _ports(newcomer: Newcomer, value: str, negated: bool) -> Packets:
    return newcomer.to_ports(_port_ranges(value), negated)


def _port_ranges(value: str) -> Ranges:
    parts = []
    for part in value.split(","):
        ends = re.fullmatch(r"(\d*)(:?)(\d*)", part)
        if ends is None or not (ends[1] or ends[3]):
            raise CannotLook("malformed", f"{value!r} are not ports")
        first = int(ends[1] or 0)
        parts.append((first, int(ends[3] or 65535) if ends[2] else first))
    return Ranges.of(parts)


def _networks(newcomer: Newcomer, value: str) -> list[tuple[int, int]]:
    return [found for part in value.split(",") if (found := network(newcomer.family, part))]


def _words(value: str) -> set[str]:
    return set(value.lower().split(","))


_TESTS: Mapping[str, Callable[[Newcomer, str, bool], Packets]] = {
    "-p": lambda new, value, no: new.when(not no) if value in ("all", "0") else new.of_protocol({value}, no),
    "-s": lambda new, value, no: new.from_sources(Ranges.of(_networks(new, value)), no),
    "--src-range": lambda new, value, no: new.from_sources(Ranges.of(_networks(new, value)), no),
    "-d": lambda new, value, no: new.to_address(_networks(new, value), no),
    "-i": lambda new, value, no: new.on_interface([value], no),
    "-o": lambda new, _value, no: new.leaving(no),
    "--dport": _ports,
    "--dports": _ports,
    "--ctorigdstport": lambda new, value, no: new.to_first_ports(_port_ranges(value), no),
    "--ctstate": lambda new, value, no: new.in_state(_words(value), no),
    "--state": lambda new, value, no: new.in_state(_words(value), no),
    "--ctstatus": lambda new, value, no: new.perhaps if "none" in _words(value) else new.in_state(_words(value), no),
    "--dst-type": lambda new, value, no: new.to_kind(_words(value), no),
    "--pkt-type": lambda new, value, no: new.to_kind(_words(value), no),
}
_NO_TESTS = {"-m", "--comment", "--reject-with"}
_TO = {"--to-destination", "--to-ports", "--to"}
# Options whose value may begin with a dash.
_TEXTS = {"--comment", "--log-prefix", "--nflog-prefix", "--string", "--hex-string", "-j", "-g", "-m"}
# Modules that only narrow down what a rule matches, or say nothing of it. Not "set": a rule does not show its content.
_MODULES = re.compile(
    r"tcp|udp|sctp|dccp|multiport|comment|conntrack|state|limit|hashlimit|recent|addrtype|iprange|"
    r"mark|connmark|owner|mac|physdev|pkttype|tcpmss|length|ttl|hl|connlimit|connbytes|time|"
    r"rpfilter|icmp|icmp6|ipv6header|u32|string|quota|statistic|dscp|tos|rt|hbh|dst|frag|eui64|"
    r"socket|policy|esp|ah|helper|realm|cgroup|geoip|cpu|devgroup"
)
_VERDICTS = {
    "ACCEPT": "accept",
    "DROP": "drop",
    "REJECT": "drop",
    "RETURN": "return",
    "DNAT": "forward",
    "REDIRECT": "forward",
    "NETMAP": "forward",
}
# Targets after which the next rule is asked.
_CONTINUES = re.compile(
    r"|LOG|NFLOG|ULOG|MARK|CONNMARK|SECMARK|CONNSECMARK|CT|NOTRACK|TRACE|AUDIT|SET|TCPMSS|CLASSIFY|DSCP|TOS|TTL|HL|"
    r"CHECKSUM|RATEEST|TEE|LED|HMARK"
)
