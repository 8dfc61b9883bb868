# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules let in: the sets of numbers, and the traps of both languages, each as one small ruleset."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter import iptables, nftables
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import by_family
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ranges import Ranges
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.running import Rules

ALL = ["1-65535/tcp", "1-65535/udp", "1-65535/sctp"]


def test_ranges_are_sets() -> None:
    dice = random.Random(7)
    for _round in range(300):
        parts = [[sorted(dice.choices(range(40), k=2)) for _part in range(dice.randrange(4))] for _set in range(2)]
        one, other = (Ranges.of((low, high) for low, high in each) for each in parts)
        a, b = ({number for low, high in each for number in range(low, high + 1)} for each in parts)
        for found, wanted in ((one | other, a | b), (one & other, a & b), (one - other, a - b)):
            assert {number for low, high in found.parts for number in range(low, high + 1)} == wanted
            assert len(found) == len(wanted)
            assert Ranges.of(found.parts) == found


def by_iptables(*rules: str, policy: str = "DROP", trusted: Sequence[str] = ()) -> list[str]:
    chains = [":INPUT " + policy, ":SUB -", ":DEEP -"]
    tables = iptables.tables("\n".join(["*filter", *chains, *rules, "COMMIT"]), "test")
    return by_family(Rules(iptables={"ipv4": tables}).openings(trusted))["ipv4"]


@pytest.mark.parametrize(
    ("rules", "accepted"),
    [
        ([], []),
        (["-A INPUT -j ACCEPT"], ALL),
        (["-A INPUT -i lo -j ACCEPT"], []),
        (["-A INPUT ! -i lo -p tcp -m tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -i eth1 -p udp -m udp --dport 9 -j ACCEPT"], ["9/udp"]),
        (["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"], []),
        (["-A INPUT -m conntrack ! --ctstate INVALID -p tcp -m tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -p tcp -m tcp --dport 9 -j DROP", "-A INPUT -p tcp -m tcp --dport 8:9 -j ACCEPT"], ["8/tcp"]),
        (["-A INPUT -p tcp -m tcp --dport 9 -m limit --limit 1/s -j DROP", "-A INPUT -p tcp --dport 9 -j ACCEPT"],
         ["9/tcp"]),
        (["-A INPUT -s 10.0.0.0/8 -j DROP", "-A INPUT -p tcp --dport 9 -j ACCEPT"],
         ["9/tcp from anywhere but 10.0.0.0/8"]),
        (["-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 9 -j DROP", "-A INPUT -p tcp --dport 9 -j ACCEPT"],
         ["9/tcp from 10.0.0.0/8"]),
        (["-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.2 -p tcp --dport 9 -j ACCEPT"],
         ["9/tcp from 10.0.0.1, 10.0.0.2"]),
        (["-A INPUT -p tcp -m multiport ! --dports 1:8,10:65535 -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -p tcp -j SUB", "-A SUB -p tcp --dport 9 -j DEEP", "-A DEEP -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -j SUB", "-A INPUT -p tcp -j ACCEPT", "-A SUB -p tcp --dport 9 -j RETURN", "-A SUB -j DROP"],
         ["9/tcp"]),
        (["-A INPUT -g SUB", "-A INPUT -j ACCEPT", "-A SUB -p tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -d 224.0.0.251/32 -p udp --dport 5353 -j ACCEPT"], []),
        (["-A INPUT -d 192.0.2.1/32 -p udp --dport 53 -j ACCEPT"], ["53/udp"]),
        (["-A INPUT -m addrtype ! --dst-type LOCAL -j DROP", "-A INPUT -p tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
        (['-A INPUT -m comment --comment "-j ACCEPT" -j DROP', "-A INPUT -j ACCEPT"], []),
        (["-A INPUT -p icmp -j ACCEPT", "-A INPUT -p 17 --dport 9 -j ACCEPT"], ["9/udp"]),
        (["[7:8] -A INPUT -p tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
        (["-A INPUT -p tcp --dport 9 -j ACCEPT", "-I INPUT -p tcp --dport 9 -j REJECT"], []),
        (["-A INPUT -m set --match-set bad src -j DROP", "-A INPUT -p tcp --dport 9 -j ACCEPT"], ["9/tcp"]),
    ],
)  # fmt: skip
def test_what_iptables_lets_in(rules: list[str], accepted: list[str]) -> None:
    assert by_iptables(*rules) == accepted


@pytest.mark.parametrize(
    "rule",
    [
        "-A INPUT -m set --match-set good src -j ACCEPT",
        "-A INPUT -m novel --frob 1 -j ACCEPT",
        "-A INPUT -j NFQUEUE --queue-num 1",
        "-A INPUT -p tcp --dport http -j ACCEPT",
        "-A INPUT -s nowhere -j ACCEPT",
        "-A INPUT -g NOWHERE",
        '-A INPUT -m comment --comment "open',
        "-X INPUT",
    ],
)
def test_a_rule_of_iptables_that_nobody_understands_is_an_error(rule: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        by_iptables(rule)


def test_iptables_defaults_interfaces_and_untracked_packets() -> None:
    assert by_iptables(policy="ACCEPT") == ALL
    assert by_iptables("-A INPUT -j DROP", policy="ACCEPT") == []
    assert by_iptables("-A INPUT -i br-+ -j ACCEPT", trusted=["br-*"]) == []
    untracked = "-A INPUT -m conntrack --ctstate ESTABLISHED,UNTRACKED -j ACCEPT"
    assert by_iptables(untracked) == []
    assert by_iptables(untracked, "-A SUB -j CT --notrack") == ALL


def test_rules_without_end_are_too_large() -> None:
    jumps = [f"-A C{level} -j C{level + 1}" for level in range(15) for _twice in range(2)]
    chains = [f":C{level} -" for level in range(16)]
    with pytest.raises(CannotLook, match="too_large"):
        by_iptables(*chains, "-A INPUT -j C0", *jumps)
    with pytest.raises(CannotLook, match="cannot be followed"):
        by_iptables("-A INPUT -j SUB", "-A SUB -j SUB")


def field(protocol: str, name: str) -> dict[str, Any]:
    return {"payload": {"protocol": protocol, "field": name}}


def match(left: dict[str, Any], right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


ACCEPT: dict[str, Any] = {"accept": None}
DPORT = field("tcp", "dport")
NINE = match(DPORT, 9)
STATE = {"ct": {"key": "state"}}


def by_nftables(
    *rules: list[dict[str, Any]], sets: Sequence[dict[str, Any]] = (), family: str = "inet"
) -> dict[str, list[str]]:
    at = {"family": family, "table": "t"}
    base = {"name": "in", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}
    listed: list[dict[str, Any]] = [{"metainfo": {}}, {"table": {"family": family, "name": "t"}}]
    listed += [{"chain": at | base}, {"chain": at | {"name": "sub"}}, *({"set": at | each} for each in sets)]
    listed += [{"rule": at | {"chain": "in", "expr": rule}} for rule in rules]
    listed += [{"rule": at | {"chain": "sub", "expr": [match(DPORT, 8), ACCEPT]}}]
    return by_family(Rules(nftables.tables(json.dumps({"nftables": listed}), "test")).openings(()))


@pytest.mark.parametrize(
    ("rule", "ipv4", "ipv6"),
    [
        ([NINE, {"counter": {}}, {"log": None}, ACCEPT], ["9/tcp"], ["9/tcp"]),
        ([NINE, {"drop": None}], [], []),
        ([match(field("ip", "saddr"), {"prefix": {"addr": "10.0.0.0", "len": 8}}), NINE, ACCEPT],
         ["9/tcp from 10.0.0.0/8"], []),
        ([match(field("ip6", "saddr"), {"range": ["fe80::1", "fe80::2"]}), NINE, ACCEPT],
         [], ["9/tcp from fe80::1, fe80::2"]),
        ([match(DPORT, 65533, ">"), ACCEPT], ["65534-65535/tcp"], ["65534-65535/tcp"]),
        ([match(DPORT, {"set": [{"elem": {"val": 9, "comment": "x"}}, {"range": [11, 12]}]}), ACCEPT],
         ["9/tcp", "11-12/tcp"], ["9/tcp", "11-12/tcp"]),
        ([match(DPORT, "@ports"), ACCEPT], ["7/tcp"], ["7/tcp"]),
        ([match(field("ip", "saddr"), "@knocked"), NINE, ACCEPT], ["9/tcp"], []),
        ([match(field("th", "dport"), 9), match({"meta": {"key": "l4proto"}}, "udp"), ACCEPT], ["9/udp"], ["9/udp"]),
        ([match({"meta": {"key": "nfproto"}}, "ipv6"), NINE, ACCEPT], [], ["9/tcp"]),
        ([match({"meta": {"key": "iifname"}}, {"set": ["lo", "eth0"]}), NINE, ACCEPT], ["9/tcp"], ["9/tcp"]),
        ([match(STATE, ["established", "related"], "in"), ACCEPT], [], []),
        ([match(STATE, "new", "in"), NINE, ACCEPT], ["9/tcp"], ["9/tcp"]),
        ([match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT], [], []),
        ([match({"ct": {"key": "mark"}}, 7), NINE, ACCEPT], ["9/tcp"], ["9/tcp"]),
        ([match(field("icmp", "type"), "echo-request"), ACCEPT], [], []),
        ([match({"&": [field("tcp", "flags"), "syn"]}, "syn"), NINE, ACCEPT], ["9/tcp"], ["9/tcp"]),
        ([match(field("ip", "daddr"), "224.0.0.251"), ACCEPT], [], []),
        ([match({"fib": {"result": "type", "flags": ["daddr"]}}, "local", "!="), ACCEPT], [], []),
        ([{"jump": {"target": "sub"}}], ["8/tcp"], ["8/tcp"]),
        ([match({"meta": {"key": "iifname"}}, "eth0"), {"goto": {"target": "sub"}}], ["8/tcp"], ["8/tcp"]),
        ([{"vmap": {"key": DPORT, "data": {"set": [[9, ACCEPT], ["*", {"drop": None}]]}}}], ["9/tcp"], ["9/tcp"]),
        ([{"vmap": {"key": DPORT, "data": {"set": [["*", {"jump": {"target": "sub"}}]]}}}], ["8/tcp"], ["8/tcp"]),
    ],
)  # fmt: skip
def test_what_nftables_lets_in(rule: list[dict[str, Any]], ipv4: list[str], ipv6: list[str]) -> None:
    sets: list[dict[str, Any]] = [
        {"name": "ports", "type": "inet_service", "elem": [7]},
        {"name": "knocked", "type": "ipv4_addr", "flags": ["dynamic"]},
    ]
    assert by_nftables(rule, sets=sets) == {"ipv4": ipv4, "ipv6": ipv6}


def test_a_table_of_one_family_says_nothing_of_the_other() -> None:
    assert by_nftables([NINE, ACCEPT], family="ip") == {"ipv4": ["9/tcp"], "ipv6": ALL}


@pytest.mark.parametrize(
    "rule",
    [
        [{"queue": {"num": 1}}],
        [NINE, {"tproxy": {"port": 1}}, ACCEPT],
        [match({"novel": {"key": "x"}}, 1), ACCEPT],
        [match({"payload": {"base": "th", "offset": 16, "len": 16}}, 9), ACCEPT],
        [match(DPORT, "@absent"), ACCEPT],
        [match(DPORT, "http"), ACCEPT],
        [{"xt": {"type": "match", "name": "bpf"}}, ACCEPT],
        [{"jump": {"target": "absent"}}],
        [{"vmap": {"key": DPORT, "data": {"set": [[9, {"novel": None}]]}}}],
    ],
)
def test_a_rule_of_nftables_that_nobody_understands_is_an_error(rule: list[dict[str, Any]]) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        by_nftables(rule)


def test_a_rule_that_nobody_understands_and_that_drops_closes_nothing() -> None:
    drop = [match({"novel": {"key": "x"}}, 1), {"drop": None}]
    assert by_nftables(drop, [NINE, ACCEPT])["ipv4"] == ["9/tcp"]


PUBLISHED = """*nat
:PREROUTING ACCEPT
:DOCKER -
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination {to}
COMMIT
*filter
:INPUT DROP
:FORWARD {policy}
:DOCKER-USER -
:DOCKER -
-A FORWARD -j DOCKER-USER
-A FORWARD -m set --match-set docker-ext-bridges-v4 dst -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m set --match-set docker-ext-bridges-v4 dst -j DOCKER
-A FORWARD -i docker0 -j ACCEPT
{rules}
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
COMMIT
"""
SENT = "8080/tcp to 172.17.0.2:80"


def published(*rules: str, policy: str = "DROP", to: str = "172.17.0.2:80", outside: str = "eth0") -> list[str]:
    text = PUBLISHED.format(rules="\n".join(f"-A DOCKER-USER {rule}" for rule in rules), policy=policy, to=to)
    found = Rules(iptables={"ipv4": iptables.tables(text, "test")}, interfaces=["lo", "docker0", outside])
    return by_family(found.openings(["docker*"]))["ipv4"]


@pytest.mark.parametrize(
    ("rules", "accepted"),
    [
        ([], [SENT]),
        (["-j RETURN"], [SENT]),
        (["-p tcp -m tcp --dport 80 -j DROP"], []),
        (["-p tcp -m tcp --dport 8080 -j DROP"], [SENT]),  # there it is the container's port that counts
        (["-p tcp -m conntrack --ctorigdstport 8080 -j DROP"], []),
        (["-p tcp -m conntrack --ctorigdstport 80 -j DROP"], [SENT]),
        (["-i eth0 -j DROP"], []),
        (["-i eth1 -j DROP"], [SENT]),
        (["! -i docker0 -j DROP"], []),
        (["-i eth0 ! -s 10.0.0.0/8 -j DROP"], ["8080/tcp from 10.0.0.0/8 to 172.17.0.2:80"]),
        (["-s 10.0.0.0/8 -j RETURN", "-i eth0 -j DROP"], ["8080/tcp from 10.0.0.0/8 to 172.17.0.2:80"]),
        (["-d 172.17.0.2 -j DROP"], []),
        (["-d 172.17.0.3 -j DROP"], [SENT]),
        (["-m conntrack --ctstate DNAT -j DROP"], []),
        (["-m conntrack --ctstate ESTABLISHED -j DROP"], [SENT]),
        (["-m addrtype --dst-type LOCAL -j DROP"], [SENT]),
        (["-m recent --name knocked -j DROP"], [SENT]),
    ],
)
def test_what_docker_publishes_passes_the_rules_for_forwarding(rules: list[str], accepted: list[str]) -> None:
    assert published(*rules) == accepted


def test_where_forwarding_leads_counts() -> None:
    assert published(to="172.17.0.3:80") == []  # no rule accepts it for this container
    # One drops it on its way to docker0, and nothing tells that this is its way: it errs towards open.
    assert published(to="172.17.0.3:80", policy="ACCEPT") == ["8080/tcp to 172.17.0.3:80"]
    assert published(to="172.17.0.2:81") == []
    # So does what cannot be followed.
    assert published(to="172.17.0.2-172.17.0.9", policy="DROP") == ["8080/tcp to 172.17.0.2-172.17.0.9"]
    assert published("-i eth0 -j DROP", outside="eth1") == [SENT]


def test_nftables_forwards_too() -> None:
    def chain(name: str, **more: Any) -> dict[str, Any]:
        return {"chain": {"family": "inet", "table": "t", "name": name} | more}

    def rule(name: str, *expr: dict[str, Any]) -> dict[str, Any]:
        return {"rule": {"family": "inet", "table": "t", "chain": name, "expr": list(expr)}}

    def sent(*rules: dict[str, Any]) -> list[str]:
        listed = [
            {"metainfo": {}},
            {"table": {"family": "inet", "name": "t"}},
            chain("pre", type="nat", hook="prerouting", policy="accept"),
            chain("forward", type="filter", hook="forward", policy="drop"),
            chain("in", type="filter", hook="input", policy="drop"),
            chain("unused"),
            rule("unused", {"novel": None}, ACCEPT),
            rule("pre", NINE, {"dnat": {"family": "ip6", "addr": "2001:db8::7", "port": 90}}),
            *rules,
        ]
        return by_family(Rules(nftables.tables(json.dumps({"nftables": listed}), "test")).openings(()))["ipv6"]

    to = "9/tcp to [2001:db8::7]:90"
    first = match({"ct": {"key": "proto-dst", "dir": "original"}}, 9)
    assert sent() == []
    assert sent(rule("forward", match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT)) == [to]
    assert sent(rule("forward", match(DPORT, 90), ACCEPT)) == [to]
    assert sent(rule("forward", NINE, ACCEPT)) == []
    assert sent(rule("forward", first, ACCEPT)) == [to]
    assert sent(rule("forward", match(field("ip6", "daddr"), "2001:db8::8"), ACCEPT)) == []
    assert sent(rule("forward", match({"meta": {"key": "oifname"}}, "docker0"), ACCEPT)) == [to]
