# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall verifier against rules that the kernel really holds, in a network namespace of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader

from ansible_collections.golive.verify.plugins.action.firewall import ActionModule as Firewall
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.netns import Host, namespace

init_plugin_loader()

pytestmark = pytest.mark.skipif(
    not (shutil.which("nft") and shutil.which("iptables")), reason="nft or iptables is absent"
)

ALLOW = [22, "80/tcp", 443, {"port": 5432, "from": "10.0.0.0/8"}]
RIGHT = """
table inet filter {
  set admins { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
  chain web { tcp dport 80 accept; }
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state vmap { established : accept, related : accept, invalid : drop }
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport { 22, 443 } accept
    jump web
    ip saddr @admins tcp dport 5432 accept
    udp sport 67 udp dport 68 accept
    EXTRA
  }
}
"""
ACCEPT_ALL = RIGHT.replace("policy drop", "policy accept").replace("EXTRA", "")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with namespace(tmp_path) as made:
        yield made


def nft(host: Host, rules: str) -> None:
    host.run("nft", "-f", "-", stdin=rules.replace("EXTRA", ""))


def prove(host: Host, **options: Any) -> list[Verdict]:
    return prove_live(Firewall, "host.firewall", {"allow": ALLOW, "persistent": False} | options, host)


def now(host: Host, **options: Any) -> Verdict:
    (verdict,) = prove(host, **options)
    return verdict


def test_a_right_ruleset_passes(host: Host) -> None:
    nft(host, RIGHT)
    verdict = now(host)
    assert verdict.status is Status.PASS, verdict.message
    assert "5432/tcp from 10.0.0.0/8" in verdict.actual["ipv4"]
    assert verdict.actual["ipv6"] == ["22/tcp", "80/tcp", "443/tcp", "68/udp"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param(ACCEPT_ALL, "accepted by default", id="policy accept"),
        pytest.param(RIGHT.replace("inet", "ip").replace("ipv6-icmp", "igmp"), "over IPv6", id="IPv6 forgotten"),
        pytest.param(RIGHT.replace("EXTRA", "tcp dport 6379 accept"), "6379/tcp", id="an extra port"),
        pytest.param(RIGHT.replace("22, 443", "22, 443, 6000-6400"), "6000-6400/tcp", id="hidden in a range"),
        pytest.param(RIGHT.replace("80 accept", "{ 80, 6379 } accept"), "6379/tcp", id="hidden in a chain jumped to"),
        pytest.param(RIGHT.replace("EXTRA", "tcp dport vmap { 6379 : jump web2 }").replace(
            "chain web ", "chain web2 { accept; }\n chain web "), "6379/tcp", id="hidden in a verdict map"),
        pytest.param(RIGHT.replace("EXTRA", "meta l4proto . th dport { udp . 161 } accept"), "161/udp", id="a concat"),
        pytest.param(RIGHT.replace("EXTRA", "counter accept"), "by default", id="accept all before the end"),
        pytest.param(RIGHT.replace("EXTRA", "tcp dport != 25 accept"), "by default", id="all but one port"),
        pytest.param(RIGHT.replace("EXTRA", "iifname eth0 accept"), "by default", id="all on one interface"),
        pytest.param(RIGHT.replace("EXTRA", "tcp dport 23 limit rate 1/second accept"), "23/tcp", id="with a limit"),
        pytest.param(RIGHT.replace("10.0.0.0/8", "0.0.0.0/0"), "more than declared", id="a source too wide"),
        pytest.param(RIGHT.replace("22, 443", "443"), "22/tcp is declared and not accepted", id="a port too few"),
        pytest.param(RIGHT.replace("ct state", "tcp dport 443 drop\n ct state"), "443/tcp is", id="early drop"),
        pytest.param(RIGHT.replace("EXTRA", "ct state new tcp dport 6379 accept"), "6379/tcp", id="new packets only"),
        pytest.param(RIGHT.replace("filter {", "filter { flags dormant;", 1), "by default", id="a dormant table"),
    ],
)  # fmt: skip
def test_a_broken_ruleset_fails(host: Host, rules: str, said: str) -> None:
    nft(host, rules)
    verdict = now(host)
    assert verdict.status is Status.FAIL, verdict.actual
    assert said in verdict.message


def test_no_rules_at_all_fail(host: Host) -> None:
    assert now(host).status is Status.FAIL


def test_a_trusted_interface_does_not_count(host: Host) -> None:
    nft(host, RIGHT.replace("EXTRA", 'iifname "br-*" accept'))
    assert now(host).status is Status.FAIL
    assert now(host, interfaces=["br-*"]).status is Status.PASS


def test_a_later_table_that_drops_and_an_early_drop_by_source_count(host: Host) -> None:
    nft(host, RIGHT.replace("EXTRA", "tcp dport 6379 accept"))
    nft(host, "table ip late { chain i { type filter hook input priority 10; tcp dport 6379 drop;\n }\n }")
    assert "over IPv6" in now(host).message
    nft(host, "table ip6 late { chain i { type filter hook input priority 10; tcp dport 6379 drop;\n }\n }")
    assert now(host).status is Status.PASS
    nft(host, "insert rule inet filter input ip saddr != 192.0.2.0/24 tcp dport 22 drop")
    assert "22/tcp from 192.0.2.0/24" in now(host).actual["ipv4"]


def test_a_published_port_counts_as_accepted(host: Host) -> None:
    nft(host, RIGHT)
    host.run("iptables", "-t", "nat", "-N", "DOCKER")
    jump = "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER"
    host.run(*jump.split())
    rule = "iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport PORT -j DNAT --to-destination 172.17.0.2:PORT"
    host.run(*rule.replace("-A DOCKER", "-A DOCKER -d 127.0.0.1/32").replace("PORT", "9000").split())
    assert now(host).status is Status.PASS
    host.run(*rule.replace("PORT", "6379").split())
    verdict = now(host)
    assert verdict.status is Status.FAIL
    assert "6379/tcp over IPv4 is accepted and sent on to 172.17.0.2:6379" in verdict.message


def test_what_is_published_must_pass_the_rules_for_forwarding(host: Host) -> None:
    nft(host, RIGHT)
    host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "docker0")
    for rule in (
        "-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
        "-P FORWARD DROP",
        "-A FORWARD -d 172.17.0.2 -o docker0 -p tcp --dport 80 -j ACCEPT",
    ):
        host.run("iptables", *rule.split())
    trusted = {"interfaces": ["docker0"]}
    assert "8080/tcp over IPv4 is accepted and sent on to 172.17.0.2:80" in now(host, **trusted).message
    host.run("iptables", "-I", "FORWARD", "-i", "eth0", "!", "-s", "10.0.0.0/8", "-j", "DROP")
    assert "8080/tcp from 10.0.0.0/8 to 172.17.0.2:80" in now(host, **trusted).actual["ipv4"]
    assert now(host, **trusted, allow=[*ALLOW, {"port": 8080, "from": "10.0.0.0/8"}]).status is Status.PASS
    host.run("iptables", "-I", "FORWARD", "-m", "conntrack", "--ctorigdstport", "8080", "-j", "DROP")
    assert now(host, **trusted).status is Status.PASS


IPTABLES = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 22,443 -m comment --comment "ssh -j DROP" -j ACCEPT
-A INPUT -j web
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5432 -j ACCEPT
-A INPUT -j REJECT
-A web -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
"""
IP6TABLES = IPTABLES.replace("-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5432 -j ACCEPT\n", "")


def restore(host: Host, kind: str, ipv4: str = IPTABLES, ipv6: str = IP6TABLES) -> None:
    host.run(f"iptables{kind}-restore", stdin=ipv4)
    if ipv6:
        host.run(f"ip6tables{kind}-restore", stdin=ipv6)


@pytest.fixture(params=["", "-legacy"], ids=["nf_tables", "legacy"])
def kind(request: pytest.FixtureRequest, host: Host) -> str:
    if request.param and not shutil.which("iptables-legacy-restore"):
        pytest.skip("the legacy iptables is absent")
    try:
        host.run(f"iptables{request.param}-restore", stdin=IPTABLES)
    except AssertionError as absent:
        pytest.skip(f"this kernel does not have it: {absent}")
    return str(request.param)


def test_rules_of_iptables_are_judged(host: Host, kind: str) -> None:
    restore(host, kind)
    verdict = now(host)
    assert verdict.status is Status.PASS, verdict.message
    assert "22/tcp" in verdict.actual["ipv4"]


@pytest.mark.parametrize(
    ("ipv4", "ipv6", "said"),
    [
        pytest.param(IPTABLES.replace("INPUT DROP", "INPUT ACCEPT").replace("-A INPUT -j REJECT\n", ""), IP6TABLES,
                     "by default", id="policy accept"),
        pytest.param(IPTABLES, "", "over IPv6 is accepted by default", id="IPv6 forgotten"),
        pytest.param(IPTABLES.replace("22,443", "22,443,6000:6400"), IP6TABLES, "6000-6400/tcp", id="in a range"),
        pytest.param(IPTABLES.replace("--dport 80", "--dport 81"), IP6TABLES, "81/tcp", id="in a chain"),
        pytest.param(IPTABLES.replace("-A INPUT -j REJECT", "-A INPUT -j ACCEPT"), IP6TABLES, "default", id="all"),
        pytest.param(IPTABLES.replace("-s 10.0.0.0/8 ", ""), IP6TABLES, "more than declared", id="a source too wide"),
        pytest.param(IPTABLES.replace("-s 10.0.0.0/8 ", "-m state --state NEW "), IP6TABLES, "more", id="new only"),
    ],
)  # fmt: skip
def test_broken_rules_of_iptables_fail(host: Host, kind: str, ipv4: str, ipv6: str, said: str) -> None:
    restore(host, kind, ipv4, ipv6)
    verdict = now(host)
    assert verdict.status is Status.FAIL
    assert said in verdict.message


def test_rules_of_both_kinds_of_iptables_and_of_nft_apply_together(host: Host) -> None:
    if not shutil.which("iptables-legacy-restore"):
        pytest.skip("the legacy iptables is absent")
    nft(host, RIGHT.replace("EXTRA", "tcp dport 6379 accept"))
    assert "6379/tcp over IPv4 and IPv6" in now(host).message
    host.run("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "6379", "-j", "DROP")
    assert "6379/tcp over IPv6" in now(host).message
    host.run("ip6tables", "-A", "INPUT", "-p", "tcp", "--dport", "6379", "-j", "DROP")
    assert now(host).status is Status.PASS
    host.run("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "443", "-j", "DROP")
    assert "443/tcp over IPv4" not in str(now(host).actual["ipv4"])


def test_rules_that_only_iptables_can_tell_need_iptables(host: Host) -> None:
    restore(host, "")
    host.missing = {"iptables-save", "ip6tables-save", "iptables-legacy-save", "ip6tables-legacy-save"}
    assert "only iptables-save can tell" in now(host).message
    host.missing = {"nft", "iptables-legacy-save", "ip6tables-legacy-save"}
    assert now(host).status is Status.PASS
    host.missing |= {"iptables-save", "ip6tables-save"}
    verdict = now(host)
    assert verdict.status is Status.ERROR
    assert "missing_tool" in verdict.message


def test_who_may_not_look_proves_nothing(host: Host) -> None:
    nft(host, RIGHT)
    host.user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    verdict = now(host)
    assert verdict.status is Status.ERROR
    assert "denied" in verdict.message


def test_a_rule_that_nobody_understands_is_shown(host: Host) -> None:
    nft(host, RIGHT.replace("EXTRA", "@ll,0,8 1 accept"))
    verdict = now(host)
    assert verdict.status is Status.ERROR
    assert '"base": "ll"' in verdict.message


def reboot(host: Host) -> Verdict:
    verdict = prove(host, persistent=True)[-1]
    assert verdict.subject == "after a reboot"
    return verdict


def conf(rules: str) -> str:
    return "#!/usr/sbin/nft -f\nflush ruleset\n" + rules.replace("EXTRA", "")


def test_nftables_rules_that_load_at_boot_pass(host: Host) -> None:
    nft(host, RIGHT)
    host.write("/etc/nftables.conf", conf(RIGHT))
    host.units = {"nftables.service": "enabled"}
    before = host.run("nft", "list", "ruleset")
    assert reboot(host).status is Status.PASS
    assert host.run("nft", "list", "ruleset") == before


@pytest.mark.parametrize(
    ("units", "file", "status", "said"),
    [
        ({}, conf(RIGHT), Status.FAIL, "nothing is installed"),
        ({"nftables.service": "disabled"}, conf(RIGHT), Status.FAIL, "is disabled"),
        ({"nftables.service": "enabled"}, conf(ACCEPT_ALL), Status.FAIL, "by default"),
        ({"nftables.service": "enabled"}, conf(RIGHT.replace("22,", "22, 23,")), Status.FAIL, "23/tcp"),
        ({"nftables.service": "enabled"}, conf(RIGHT.replace("22,", "")), Status.FAIL, "22/tcp is declared"),
        ({"nftables.service": "enabled"}, "flush ruleset\n", Status.FAIL, "by default"),
        ({"nftables.service": "enabled"}, None, Status.FAIL, "nothing is installed"),
        ({"nftables.service": "enabled"}, "table inet {{{\n", Status.ERROR, "does not load"),
    ],
)
def test_nftables_rules_that_do_not_load_at_boot_fail(
    host: Host, units: dict[str, str], file: str | None, status: Status, said: str
) -> None:
    nft(host, RIGHT)
    host.units = units
    if file is not None:
        host.write("/etc/nftables.conf", file)
    verdict = reboot(host)
    assert verdict.status is status, verdict.message
    assert said in verdict.message


def test_files_of_iptables_persistent_are_judged(host: Host) -> None:
    restore(host, "")
    host.units = {"netfilter-persistent.service": "enabled"}
    host.write("/etc/iptables/rules.v4", IPTABLES)
    assert "over IPv6" in reboot(host).message
    host.write("/etc/iptables/rules.v6", IP6TABLES)
    assert reboot(host).status is Status.PASS
    host.write("/etc/iptables/rules.v4", IPTABLES.replace("22,443", "22,443,6379"))
    assert "6379/tcp" in reboot(host).message
    host.write("/etc/iptables/rules.v4", "<html>garbage</html>")
    assert reboot(host).status is Status.ERROR
    host.units = {"netfilter-persistent.service": "disabled"}
    assert reboot(host).status is Status.FAIL
