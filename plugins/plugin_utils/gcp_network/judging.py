# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what the whole world reaches in a network of Google Cloud, past all its rules and policies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import (
    COMBINATIONS,
    Entry,
    Packets,
    Step,
    openings,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.newcomer import network as network_in
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import (
    ALL_PORTS,
    everywhere,
    port_labels,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_NUMBERS = {"tcp": "6", "udp": "17", "sctp": "132"}
# From so many addresses on, networks together are as good as the internet: twice an IPv4 /8, twice an IPv6 /32.
_WORLD = {"ipv4": 1 << 25, "ipv6": 1 << 97}
_EVERY = ""  # machines that no rule names
Rule = Mapping[str, Any]
Chains = Mapping[str, Sequence[Rule]]


def ways_in(firewall: Mapping[str, Any], policy_first: bool, regional: Mapping[str, Sequence[Rule]]) -> list[Chains]:
    """The rules that a packet meets, in order: what is above the network, its own rules and policy, a region's.

    One for the regions without a policy of their own, and one for each that has one.
    """
    above = {f"above {number}": rules for number, rules in enumerate(firewall["above"])}
    own = {"own": firewall["own"]}
    policy = {f"network {number}": rules for number, rules in enumerate(firewall["network"])}
    common = {**above, **policy, **own} if policy_first else {**above, **own, **policy}
    return [common, *({**common, region: rules} for region, rules in regional.items())]


def open_problems(ways: Sequence[Chains], public: Collection[int]) -> list[str]:
    """What the world reaches beyond the public ports of TCP, and on which machines."""
    to_all = [label for chains in ways for label in _open(chains, _EVERY, public)]
    problems = [f"{label} is open to the world" for label in dict.fromkeys(to_all)]
    for target in sorted(
        {each for chains in ways for rules in chains.values() for rule in rules for each in rule["targets"]}
    ):
        of_target = dict.fromkeys(label for chains in ways for label in _open(chains, target, public))
        problems += [f"{label} of {shown(target)} is open to the world" for label in of_target if label not in to_all]
    return problems


def unknown(ways: Sequence[Chains]) -> None:
    """Raise CannotLook where a rule lets in what cannot be seen from it."""
    for rule in (rule for chains in ways for rules in chains.values() for rule in rules):
        if rule["unknown"]:
            raise CannotLook("malformed", f"{rule['unknown']}, of which the addresses are not in it")


def _open(chains: Chains, target: str, public: Collection[int]) -> Iterator[str]:
    """The ports that the world reaches on machines with a tag or a service account; err towards open."""
    declared = Ranges.of((port, port) for port in public)
    entries = {
        (family, protocol): [Entry("", False, False, _walked(chains, target, family, protocol))]
        for family, protocol in COMBINATIONS
    }
    for found in openings(entries):
        ports = found.ports - declared if found.protocol == "tcp" else found.ports
        if ports and sum(last - first + 1 for first, last in found.sources.parts) >= _WORLD[found.family]:
            family = "IPv4" if found.family == "ipv4" else "IPv6"
            yield from (f"{label} over {family}" for label in port_labels(found.protocol, ports))


def _walked(chains: Chains, target: str, family: str, protocol: str) -> dict[str, Sequence[Step]]:
    every = Packets(ALL_PORTS, everywhere(family))
    steps = {
        name: [
            Step(packets, rule["verdict"])
            for rule in rules
            if not rule["targets"] or target in rule["targets"]
            for packets in _packets(rule, family, protocol)
        ]
        for name, rules in chains.items()
    }
    return {"": [Step(every, "jump", name) for name in chains], **steps}


def _packets(rule: Rule, family: str, protocol: str) -> Iterator[Packets]:
    sources = Ranges.of(found for each in rule["from"] if (found := network_in(family, each)))
    for layer in rule["layers"]:
        if layer["protocol"] in ("all", protocol, _NUMBERS[protocol]):
            ports = Ranges.of(layer["ports"]) & ALL_PORTS if layer["ports"] else ALL_PORTS
            yield Packets(ports, sources, rule["certain"])


def subnet_problems(subnet: Mapping[str, Any], holds_data: bool) -> list[str]:
    """Why nobody knows what happened in a subnet, or what is in it needs a way out to reach Google."""
    problems = [] if subnet["recorded"] else ["has no flow logs"]
    if holds_data and not subnet["reaches_google"]:
        problems.append("reaches Google's services by the internet alone (private Google access is off)")
    return problems
