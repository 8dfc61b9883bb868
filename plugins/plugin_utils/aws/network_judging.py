# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what the networks of an AWS account let in and out."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

_WITHOUT_PORTS = {"icmp", "icmpv6"}
_ALL_PORTS = (0, 65535)
_WIDEST = {4: 8, 6: 32}  # networks with a shorter prefix are as good as the internet
Group = Mapping[str, Any]


def group_seen(group: Group, lists: Mapping[str, Detail], public: Collection[int]) -> Seen:
    """What of a security group the whole world reaches beyond the public ports of TCP.

    The networks of all rules for the same ports count together: two halves of the world are the world.
    """
    by_ports: dict[tuple[str, int, int], list[str]] = {}
    for rule in group["lets_in"]:
        if rule["protocol"] not in _WITHOUT_PORTS:
            by_ports.setdefault((rule["protocol"], *_range(rule)), []).extend(_networks(rule, lists))
    open_to = {ports: world(networks) for ports, networks in by_ports.items()}
    wrong = [
        f"{_ports(ports)} is open to {' and '.join(world)}"
        for ports, world in sorted(open_to.items())
        if world and not _is_public(ports, public)
    ]
    return {"name": group["name"], "open": [_ports(ports) for ports, world in open_to.items() if world]}, wrong


def reached_seen(
    names: Iterable[str],
    port: int | None,
    groups: Mapping[str, Group],
    lists: Mapping[str, Detail],
    public: Collection[int],
    trusted: Collection[str],
) -> Seen:
    """Whether the whole world reaches a port behind these security groups, or another group that they let in.

    A group that is let in is whatever machines have it: where the world reaches these beyond the public ports, it is
    a step away. So are the groups that it lets in itself. trusted: patterns for ids of groups that are not followed.
    port: any, where it is not known.
    """
    wrong: list[str] = []
    followed = {name: name for name in names}
    waiting = list(followed)
    while waiting:
        name = waiting.pop(0)
        if name not in groups:
            raise CannotLook("not_found", f"security group {followed[name]}: nothing is known of it")
        own = followed[name] == name
        rules = [rule for rule in groups[name]["lets_in"] if not own or _covers(rule, port)]
        if own:
            wide = world([network for rule in rules for network in _networks(rule, lists)])
            wrong += [f"security group {name} lets in {network}" for network in wide]
        else:
            problems = group_seen(groups[name], lists, public)[1]
            wrong += [f"security group {followed[name]}, where {problem}" for problem in problems]
        for each in (group for rule in rules for group in rule["groups"]):
            if each["id"] not in followed and not like(each["id"], trusted):
                followed[each["id"]] = f"{followed[name]} lets in {each['id']}" + _stranger(each, groups)
                waiting.append(each["id"])
    return {"security groups": sorted(followed)}, wrong


def _stranger(group: Mapping[str, str], groups: Mapping[str, Group]) -> str:
    return "" if group["id"] in groups else f" of account {group['of']}, which trusted_groups does not name"


def _covers(rule: Mapping[str, Any], port: int | None) -> bool:
    """Whether a rule may be about a port of TCP; where the port is not known, any rule may."""
    if rule["protocol"] not in ("tcp", "all"):
        return False
    first, last = _range(rule)
    return port is None or first <= port <= last or first == -1


def _range(rule: Mapping[str, Any]) -> Sequence[int]:
    return rule["ports"] if rule["protocol"] in ("tcp", "udp") else _ALL_PORTS


def _networks(rule: Mapping[str, Any], lists: Mapping[str, Detail]) -> list[str]:
    return [*rule["networks"], *(each for name in rule["lists"] for each in value(lists[name]))]


def world(networks: Iterable[str]) -> list[str]:
    """What networks cover together that is as good as all of IPv4 or IPv6."""
    try:
        parsed = [ipaddress.ip_network(each, strict=False) for each in networks]
    except ValueError as error:
        raise CannotLook("malformed", f"a rule speaks of {error}") from error
    found = list[str]()
    for version, widest in _WIDEST.items():
        of_version: list[Any] = [each for each in parsed if each.version == version]
        found += [str(each) for each in ipaddress.collapse_addresses(of_version) if each.prefixlen < widest]
    return found


def _is_public(ports: tuple[str, int, int], public: Collection[int]) -> bool:
    protocol, first, last = ports
    return protocol == "tcp" and last - first < len(public) and all(port in public for port in range(first, last + 1))


def _ports(ports: tuple[str, int, int]) -> str:
    protocol, first, last = ports
    if (first, last) in (_ALL_PORTS, (-1, -1)):
        return "everything" if protocol == "all" else f"all of {protocol}"
    return f"{protocol}/{first}" if first == last else f"{protocol}/{first}-{last}"


def default_seen(group: Group) -> Seen:
    """Whether the group that a machine gets when nobody names one lets nothing in or out."""
    rules = len(group["lets_in"]) + group["ways_out"]
    return {"rules": rules}, [f"the default group has rules ({rules}), where none should be"] if rules else []


def logged_seen(cloud: str, within: Collection[str], logs: Sequence[Mapping[str, Any]]) -> Seen:
    """Whether a VPC's traffic is recorded, by a log of its own or by those of all its subnets."""
    working = [log["of"] for log in logs if log["active"] and log["delivered"] and log["traffic"] in ("ALL", "REJECT")]
    if cloud in working or (within and set(within) <= set(working)):
        return {"flow logs": "delivered"}, []
    idle = [log for log in logs if log["of"] in (cloud, *within)]
    said = "there are flow logs, but they are not delivered, or not of what is rejected" if idle else "no flow logs"
    return {"flow logs": len(idle)}, [said]


def subnet_seen(subnet: Mapping[str, Any], tables: Sequence[Mapping[str, Any]], whose: Sequence[str]) -> Seen:
    """Whether a subnet of data stores has a way out to the internet, and so one in.

    A subnet without a route table of its own has the main one of its VPC.
    """
    own = [table for table in tables if subnet["id"] in table["subnets"]]
    main = [table for table in tables if table["main"] and table["vpc"] == subnet["vpc"]]
    if not own and not main:
        raise CannotLook("malformed", f"no route table is for {subnet['id']}")
    used = (own or main)[0]
    wrong = [f"{used['id']} routes {', '.join(used['out'])} to an internet gateway"] if used["out"] else []
    return {"route table": used["id"], "of": list(whose)[:10]}, wrong
