# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sockets verifier against real listeners: host and controller in network namespaces of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader

from ansible_collections.golive.verify.plugins.action.sockets import ActionModule as Sockets
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import _verdicts
from tests.integration.verifiers.netns import Host, namespace

init_plugin_loader()

IPV4, IPV6 = "192.0.2.10", "2001:db8::10"
LISTEN = """
import socket, sys, time
protocol, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
if ":" in address:
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
listener.bind((address, port))
if protocol == "tcp":
    listener.listen()
print("ready", flush=True)
time.sleep(300)
"""
Listen = Callable[[str, str, int], None]


@pytest.fixture
def net(tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    with namespace(tmp_path) as host, namespace(tmp_path) as outside:
        host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", str(outside.pid))
        for side, ipv4, ipv6 in ((host, IPV4, IPV6), (outside, "192.0.2.1", "2001:db8::1")):
            side.run("ip", "address", "add", f"{ipv4}/24", "dev", "eth0")
            side.run("ip", "address", "add", f"{ipv6}/64", "dev", "eth0", "nodad")
            side.run("ip", "link", "set", "eth0", "up")
        yield host, outside


@pytest.fixture
def listen(net: tuple[Host, Host]) -> Iterator[Listen]:
    with ExitStack() as stack:

        def start(protocol: str, address: str, port: int) -> None:
            process = net[0].start(sys.executable, "-c", LISTEN, protocol, address, str(port))
            stack.callback(process.wait)
            stack.callback(process.kill)

        yield start


def prove(net: tuple[Host, Host], control: str, **options: Any) -> list[Verdict]:
    want = interface("golive.verify.sockets").parse({"allow": [80], "addresses": [IPV4, IPV6]} | options)

    async def prover() -> Any:
        return await Sockets.provers()[control](Sockets.__new__(Sockets), Observer(want["from"], want.timeout), want)

    ((proof,), _calls) = engine.run([prover()], *net)
    return list(_verdicts(proof))


def exposed(net: tuple[Host, Host], **options: Any) -> Verdict:
    (verdict,) = prove(net, "host.exposed_ports", **options)
    return verdict


def outside(net: tuple[Host, Host], **options: Any) -> list[Verdict]:
    return prove(net, "net.external_ports", **options)


def test_declared_and_loopback_listeners_pass(net: tuple[Host, Host], listen: Listen) -> None:
    for address, port in (("0.0.0.0", 80), ("::", 80), ("127.0.0.1", 5432), ("::1", 5432)):
        listen("tcp", address, port)
    verdict = exposed(net)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["on loopback only"] == 2
    assert any("python" in line and "0.0.0.0 port 80/tcp" in line for line in verdict.actual["listening"])
    assert [each.status for each in outside(net)] == [Status.PASS, Status.PASS]


@pytest.mark.parametrize(
    ("protocol", "address"),
    [("tcp", "0.0.0.0"), ("tcp", "::"), ("tcp", IPV4), ("udp", "0.0.0.0"), ("udp", "::"), ("udp", IPV6)],
)
def test_an_undeclared_listener_fails(net: tuple[Host, Host], listen: Listen, protocol: str, address: str) -> None:
    listen("tcp", "0.0.0.0", 80)
    listen(protocol, address, 6379)
    verdict = exposed(net)
    assert verdict.status is Status.FAIL
    assert f"listens on {address} port 6379/{protocol}" in verdict.message


def test_a_declared_port_of_the_other_protocol_fails(net: tuple[Host, Host], listen: Listen) -> None:
    listen("udp", "0.0.0.0", 80)
    assert exposed(net).status is Status.FAIL
    assert exposed(net, allow=["80/udp"]).status is Status.PASS


def test_what_is_ignored_needs_its_owner_and_a_reason(net: tuple[Host, Host], listen: Listen) -> None:
    listen("udp", "0.0.0.0", 68)
    ignore = {"port": "68/udp", "reason": "DHCP"}
    assert exposed(net, ignore=[ignore]).status is Status.PASS
    assert exposed(net, ignore=[ignore | {"process": "dhclient"}]).status is Status.FAIL
    assert exposed(net, ignore=[ignore | {"reason": " "}]).status is Status.ERROR


def test_nothing_that_listens_proves_nothing(net: tuple[Host, Host]) -> None:
    assert exposed(net).status is Status.ERROR


def test_a_port_that_docker_forwards_must_be_declared(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    rule = "iptables -t nat -A PREROUTING -p tcp --dport 6379 -j DNAT --to-destination 172.17.0.2:6379"
    net[0].run(*rule.split())
    verdict = exposed(net)
    assert verdict.status is Status.FAIL
    assert "6379/tcp" in verdict.message
    assert exposed(net, allow=[80, 6379]).status is Status.PASS


def test_the_three_views_are_named_in_one_sentence(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    listen("tcp", "::", 80)
    listen("tcp", "0.0.0.0", 5432)
    four, six = outside(net)
    assert four.status is Status.FAIL
    assert four.message.startswith(f"5432/tcp answers from outside at {IPV4}, python")
    assert four.message.endswith("listens on 0.0.0.0, the rules accept it by default, and nobody declared it")
    assert six.status is Status.PASS, six.message


def test_an_undeclared_port_behind_a_firewall_passes_outside(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    listen("tcp", "0.0.0.0", 12345)
    assert outside(net, addresses=[IPV4])[0].status is Status.FAIL
    for target in ("DROP", "REJECT", "REJECT --reject-with icmp-admin-prohibited"):
        net[0].run("iptables", "-F", "INPUT")
        net[0].run(*f"iptables -A INPUT -p tcp --dport 12345 -j {target}".split())
        (verdict,) = outside(net, addresses=[IPV4])
        assert verdict.status is Status.PASS, verdict.message
    assert exposed(net).status is Status.FAIL


def test_a_declared_port_that_does_not_answer_fails(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "127.0.0.1", 80)
    (verdict,) = outside(net, addresses=[IPV4])
    assert verdict.status is Status.FAIL
    assert "80/tcp is declared, python" in verdict.message
    assert "is refused" in verdict.message
    listen("tcp", IPV4, 9999)
    assert "9999/tcp answers" in outside(net, addresses=[IPV4], scan=["9990-9999"])[0].message
    assert (
        outside(net, addresses=[IPV4], allow=[{"port": 80, "from": "198.51.100.0/24"}, 9999])[0].status is Status.PASS
    )


def test_silence_alone_proves_nothing(net: tuple[Host, Host]) -> None:
    net[0].run("iptables", "-P", "INPUT", "DROP")
    (verdict,) = outside(net, addresses=[IPV4])
    assert verdict.status is Status.ERROR
    assert "silence proves nothing" in verdict.message
    net[0].run("ip", "link", "set", "eth0", "down")
    assert outside(net, addresses=[IPV6])[0].status is Status.ERROR


def test_loopback_is_not_outside(net: tuple[Host, Host]) -> None:
    (verdict,) = outside(net, addresses=["127.0.0.1"])
    assert verdict.status is Status.ERROR
    assert "not outside" in verdict.message


def test_rules_that_let_in_what_nobody_takes_are_found(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    rules(net[0], "-p tcp -m multiport --dports 80,8080 -j ACCEPT")
    (verdict,) = outside(net, addresses=[IPV4])
    assert verdict.status is Status.FAIL
    said = f"the rules accept 8080/tcp, nothing listens on it inside, and from outside {IPV4} is refused"
    assert said in verdict.message
    assert outside(net, addresses=[IPV4], compare=False)[0].status is Status.PASS
    listen("tcp", "0.0.0.0", 8080)
    assert outside(net, addresses=[IPV4], allow=[80, 8080])[0].status is Status.PASS


def test_a_port_that_only_another_filter_closes_is_found(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    listen("tcp", "0.0.0.0", 9100)
    net[1].run(
        *["iptables", "-A", "OUTPUT", "-p", "tcp", "--dport", "9100", "-j", "REJECT", "--reject-with", "tcp-reset"]
    )
    (verdict,) = outside(net, addresses=[IPV4])
    assert verdict.status is Status.FAIL
    assert verdict.message.startswith(f"9100/tcp is refused from outside at {IPV4}, python")
    assert "listens on 0.0.0.0, the rules accept it by default: only another filter" in verdict.message
    rules(net[0], "-p tcp --dport 80 -j ACCEPT")
    assert outside(net, addresses=[IPV4])[0].status is Status.PASS


def test_a_port_that_answers_though_rules_and_sockets_close_it_is_found(net: tuple[Host, Host], listen: Listen) -> None:
    listen("tcp", "0.0.0.0", 80)
    listen("tcp", "0.0.0.0", 8444)
    rules(net[0], "-p tcp --dport 80 -j ACCEPT")
    for port in (8443, 8444):  # as a load balancer in front would
        net[1].run(*f"iptables -t nat -A OUTPUT -p tcp --dport {port} -j DNAT --to {IPV4}:80".split())
    allow = [80, {"port": "8443-8444", "from": "198.51.100.0/24"}]
    (verdict,) = outside(net, addresses=[IPV4], allow=allow)
    assert verdict.status is Status.FAIL
    assert (
        "8443/tcp answers from outside at 192.0.2.10, nothing listens on it inside, the rules do not accept it: "
        in (verdict.message)
    )
    assert "8444/tcp answers from outside" in verdict.message
    assert "the rules do not accept it: something goes past the rules" in verdict.message
    assert outside(net, addresses=[IPV4], allow=allow, compare=False)[0].status is Status.PASS


def rules(host: Host, accepted: str) -> None:
    """Accept this and what belongs to it, and nothing else."""
    for rule in ("-P INPUT DROP", "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", f"-A INPUT {accepted}"):
        host.run("iptables", *rule.split())
    host.run("iptables", *["-A", "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"])
