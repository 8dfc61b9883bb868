# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall verifier against recorded rulesets (see recorded/firewall): right, broken, unreadable and absent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.firewall import ActionModule as Firewall
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import engine, reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.proving import prove

RECORDED = Path(__file__).parent / "recorded" / "firewall"
NFT, LINKS = "nft -j list ruleset", "ip -j link show"
SAVES = ("iptables-save", "ip6tables-save", "iptables-legacy-save", "ip6tables-legacy-save")
ZONES, PERMANENT = "firewall-cmd --list-all-zones", "firewall-cmd --permanent --list-all-zones"
POLICIES = ("firewall-cmd --list-all-policies", "firewall-cmd --permanent --list-all-policies")
DIRECT = ("firewall-cmd --direct --get-all-rules", "firewall-cmd --permanent --direct --get-all-rules")
TOOLS = {"nft": NFT, "firewall-cmd-zones": ZONES, "firewall-cmd-permanent": PERMANENT}
HOST_POLICY = "allow-host-ipv6 (active)\n  priority: -15000\n  target: CONTINUE\n  ingress-zones: ANY\n"
UNITS = ("nftables", "netfilter-persistent", "iptables", "ufw", "firewalld")
FILES = (
    *("/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/iptables/rules.v4", "/etc/iptables/rules.v6"),
    *("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables", "/etc/default/ufw", "/etc/ufw/ufw.conf"),
    *(f"/etc/ufw/{name}{six}.rules" for name in ("before", "after", "user") for six in ("", "6")),
)
UNIT = "systemctl show nftables.service"
ALLOW = [22, 80, 443, {"port": 5432, "from": "10.0.0.0/8"}]
UFW = [22, "80/tcp", 443, 2222, {"port": 5432, "from": "10.0.0.0/8"}]
FIREWALLD = [22, 80, "8000-8100/tcp", {"port": 5432, "from": "10.0.0.0/8"}]


def load(path: str) -> str:
    argv, stdin = ["unshare", "--net", "nft", "--json", "--interactive"], f'include "{path}"\nlist ruleset\n'
    return reproduce.line({"kind": "command", "argv": argv, "stdin": stdin, "env": {"HOME": "/dev/null"}})


def printed(text: str) -> dict[str, Any]:
    return {"exit": 0, "stdout": text, "stderr": ""}


def file(path: str, content: str | None = None) -> dict[str, Any]:
    stat = {"path": path, "type": "file", "size": 1, "mode": "0644", "uid": 0, "gid": 0, "mtime": 1.0}
    return stat | {"owner": "root", "group": "root", "content": content}


def unit(name: str, enabled: str = "enabled") -> dict[str, Any]:
    state = {"load": "loaded", "active": "active", "sub": "exited", "result": "success", "restart_policy": "no"}
    times = {"started": 1.0, "finished": 2.0, "exit": 0, "restarts": 0}
    return {"name": name, "enabled": enabled, "fragment": f"/lib/systemd/system/{name}", **state, **times}


def nothing() -> dict[str, Any]:
    """A host without any firewall tool."""
    absent = CannotLook("missing_tool", "not installed")
    answers: dict[str, Any] = dict.fromkeys(
        (NFT, LINKS, *SAVES, ZONES, PERMANENT, *POLICIES, *DIRECT, *map(load, FILES[:2])), absent
    )
    lacking = CannotLook("not_found", "no such file")
    answers |= dict.fromkeys((f"{tool} {path}" for path in FILES for tool in ("cat", "stat -L")), lacking)
    return answers | dict.fromkeys((f"systemctl show {name}.service" for name in UNITS), lacking)


def recorded(name: str) -> dict[str, Any]:
    """A host as recorded, its firewall enabled at boot."""
    answers = nothing()
    for path in (RECORDED / name).rglob("*"):
        if path.is_file():
            text, inside = path.read_text(encoding="utf-8"), f"/{path.relative_to(RECORDED / name)}"
            line = TOOLS.get(path.name, path.name)
            answers |= {f"cat {inside}": file(inside, text)} if "/etc/" in inside else {line: printed(text)}
    if name == "firewalld":
        answers |= dict.fromkeys(POLICIES, printed(HOST_POLICY)) | dict.fromkeys(DIRECT, printed(""))
    service = {"iptables": "netfilter-persistent", "docker": "nftables"}.get(name, name) + ".service"
    answers[f"systemctl show {service}"] = unit(service)
    if service == "nftables.service":
        rules = (RECORDED / "nftables" / "nft").read_text(encoding="utf-8")
        answers[load("/etc/nftables.conf")] = printed(rules)
        answers["stat -L /etc/nftables.conf"] = file("/etc/nftables.conf")
    return answers


def firewall(answers: Mapping[str, Any], **options: Any) -> list[Verdict]:
    return prove(Firewall, "host.firewall", {"allow": ALLOW} | options, answers)


def statuses(answers: Mapping[str, Any], **options: Any) -> list[Status]:
    return [verdict.status for verdict in firewall(answers, **options)]


@pytest.mark.parametrize(
    ("name", "allow"),
    [("nftables", ALLOW), ("iptables", ALLOW), ("ufw", UFW), ("firewalld", FIREWALLD), ("docker", [*ALLOW, 6379])],
)
def test_a_right_firewall_passes(name: str, allow: list[Any]) -> None:
    verdicts = firewall(recorded(name), allow=allow, persistent=name != "docker")
    assert {verdict.status for verdict in verdicts} == {Status.PASS}, [verdict.message for verdict in verdicts]
    assert "22/tcp" in verdicts[0].actual["ipv4"]


@pytest.mark.parametrize("name", ["nftables", "iptables", "ufw", "firewalld", "docker"])
@pytest.mark.parametrize("allow", [[22], [22, 80, 443, 5432, 9999]])
def test_what_differs_from_the_declared_list_fails(name: str, allow: list[Any]) -> None:
    assert statuses(recorded(name), allow=allow)[0] is Status.FAIL


def changed(name: str, line: str, old: str, new: str) -> dict[str, Any]:
    answers = recorded(name)
    text = answers[line].get("content") or answers[line]["stdout"]
    assert old in text
    text = text.replace(old, new)
    return answers | {line: file(line, text) if line.startswith("cat") else printed(text)}


@pytest.mark.parametrize(
    ("answers", "allow", "said"),
    [
        (changed("nftables", NFT, '"policy": "drop"', '"policy": "accept"'), ALLOW, "by default"),
        (changed("nftables", NFT, '"inet"', '"ip"'), ALLOW, "tcp over IPv6 is accepted by default"),
        (changed("nftables", NFT, "22, 443", "22, 443, 25"), ALLOW, "25/tcp over IPv4 and IPv6 is accepted"),
        (changed("iptables", "iptables-save", "INPUT DROP", "INPUT ACCEPT"), ALLOW, ""),
        (changed("iptables", "iptables-save", "--dport 80", "--dport 79:80"), ALLOW, "79/tcp over IPv4"),
        (changed("iptables", "ip6tables-save", "--dports 22,443", "--dports 22,443,25"), ALLOW, "25/tcp over IPv6"),
        (changed("ufw", "iptables-save", "-s 10.0.0.0/8", "-s 0.0.0.0/0"), UFW, "5432/tcp over IPv4"),
        (recorded("docker"), ALLOW, "6379/tcp over IPv4 is accepted and sent on to 172.17.0.2:6379"),
    ],
)  # fmt: skip
def test_a_broken_firewall_fails(answers: dict[str, Any], allow: list[Any], said: str) -> None:
    verdict = firewall(answers, allow=allow)[0]
    # With its last rule REJECT, a policy of accept is never reached.
    assert verdict.status is (Status.FAIL if said else Status.PASS), verdict.actual
    assert said in verdict.message


def test_what_options_leave_out_does_not_count() -> None:
    four = changed("nftables", NFT, '"inet"', '"ip"')
    assert statuses(four, persistent=False) == [Status.FAIL]
    assert statuses(four, persistent=False, ipv6=False) == [Status.PASS]
    assert statuses(recorded("nftables"), persistent=False, dhcp_client=False) == [Status.FAIL]


def test_no_rules_at_all_fail() -> None:
    empty = '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}'
    assert statuses(nothing() | {NFT: printed(empty)}) == [Status.FAIL, Status.FAIL]
    assert statuses(nothing() | {NFT: printed(empty)} | dict.fromkeys(SAVES[:2], printed(""))) == [Status.FAIL] * 2


def test_no_rules_of_iptables_say_nothing_of_nftables_that_nobody_can_read() -> None:
    for text in ("", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"):
        (verdict,) = firewall(nothing() | dict.fromkeys(SAVES[:2], printed(text)))
        assert verdict.status is Status.ERROR
        assert "nft is not installed" in verdict.message


def test_a_host_without_any_tool_proves_nothing() -> None:
    (verdict,) = firewall(nothing())
    assert verdict.status is Status.ERROR
    assert "missing_tool" in verdict.message


@pytest.mark.parametrize("line", [NFT, *SAVES])
@pytest.mark.parametrize("reason", ["denied", "timeout", "malformed", "too_large", "unreachable"])
def test_rules_that_cannot_be_read_are_an_error(line: str, reason: str) -> None:
    assert statuses(recorded("iptables") | {line: CannotLook(reason, "no")}) == [Status.ERROR]


def test_who_is_not_root_is_denied() -> None:
    said = "Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: not permitted"
    (verdict,) = firewall(recorded("nftables") | {NFT: {"exit": 1, "stdout": "", "stderr": said}})
    assert "denied" in verdict.message


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", '{"nftables": []}', '{"nftables": [{"metainfo": {}}, 7]}', "[" * 99999]
)
def test_garbage_is_an_error(garbage: str) -> None:
    assert statuses(recorded("nftables") | {NFT: printed(garbage)}) == [Status.ERROR]
    if garbage:
        assert statuses(recorded("nftables") | {"iptables-save": printed(garbage)}) == [Status.ERROR]


def test_firewall_is_not_asked_for_without_ports() -> None:
    with pytest.raises(NotAsked, match="allow"):
        firewall({}, allow=[])


@pytest.mark.parametrize("entry", ["http", "70000", "5-4", "53/icmp", {"ports": 22}, {"port": 22, "from": "nowhere"}])
def test_what_is_no_port_is_an_error(entry: Any) -> None:
    assert statuses(recorded("nftables"), allow=[entry]) == [Status.ERROR]


def after_a_reboot(answers: Mapping[str, Any], allow: list[Any] | None = None) -> Verdict:
    return firewall(answers, allow=ALLOW if allow is None else allow)[1]


@pytest.mark.parametrize(
    ("answers", "allow", "said"),
    [
        (recorded("nftables") | {UNIT: unit("nftables.service", "disabled")}, ALLOW, "is disabled"),
        (recorded("nftables") | {UNIT: CannotLook("not_found", "")}, ALLOW, "nothing is"),
        (changed("nftables", load("/etc/nftables.conf"), "22, 443", "22, 443, 25"), ALLOW, "25/tcp"),
        (changed("nftables", load("/etc/nftables.conf"), '"drop"', '"accept"'), ALLOW, "by default"),
        (recorded("iptables") | {"cat /etc/iptables/rules.v6": CannotLook("not_found", "")}, ALLOW, "over IPv6"),
        (changed("iptables", "cat /etc/iptables/rules.v4", "22,443", "22,443,25"), ALLOW, "25/tcp"),
        (changed("ufw", "cat /etc/ufw/ufw.conf", "ENABLED=yes", "ENABLED=no"), UFW, "ENABLED is not yes"),
        (changed("ufw", "cat /etc/ufw/user.rules", "--dport 22 -j", "--dport 23 -j"), UFW, "23/tcp"),
        (changed("ufw", "cat /etc/default/ufw", 'INPUT_POLICY="DROP"', 'INPUT_POLICY="ACCEPT"'), UFW, "by default"),
        (changed("firewalld", PERMANENT, "8000-8100/tcp", ""), FIREWALLD, "zone public is not the same"),
    ],
)  # fmt: skip
def test_what_does_not_last_fails(answers: dict[str, Any], allow: list[Any], said: str) -> None:
    verdict = after_a_reboot(answers, allow)
    assert verdict.status is Status.FAIL
    assert said in verdict.message
    assert firewall(answers, allow=allow)[0].status is Status.PASS


def test_what_would_load_and_cannot_be_read_is_an_error() -> None:
    line = load("/etc/nftables.conf")
    answers = recorded("nftables")
    for wrong in (CannotLook("denied", ""), CannotLook("missing_tool", ""), CannotLook("timeout", ""), printed("")):
        assert after_a_reboot(answers | {line: wrong}).status is Status.ERROR
    odd = printed(answers[line]["stdout"].replace('"accept"', '"novel"'))
    assert after_a_reboot(answers | {line: odd}).status is Status.ERROR
    echoed = printed(f"nft> list ruleset\n{answers[line]['stdout']}nft> ")
    assert after_a_reboot(answers | {line: echoed}).status is Status.PASS
    broken = printed(answers[line]["stdout"]) | {"stderr": "Error: Interface does not exist"}
    assert after_a_reboot(answers | {line: broken}).status is Status.ERROR
    denied = CannotLook("denied", "")
    assert after_a_reboot(recorded("ufw") | {"cat /etc/ufw/user.rules": denied}, UFW).status is Status.ERROR
    assert (
        after_a_reboot(answers | {"systemctl show ufw.service": CannotLook("missing_tool", "")}).status is Status.ERROR
    )


def test_ufw_closes_ipv6_where_it_does_not_manage_it() -> None:
    answers = changed("ufw", "cat /etc/default/ufw", "IPV6=yes", "IPV6=no")
    assert after_a_reboot(answers, UFW).actual["ufw.service"]["ipv6"] == []


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (
            {POLICIES[0]: printed(HOST_POLICY.replace("CONTINUE", "ACCEPT"))},
            Status.FAIL,
            "policy allow-host-ipv6 is not",
        ),
        ({POLICIES[1]: printed("")}, Status.FAIL, "policy allow-host-ipv6 is not the same"),
        (
            {DIRECT[0]: printed("ipv4 filter INPUT 0 -j DROP\n")},
            Status.FAIL,
            "direct rule ipv4 filter INPUT 0 -j DROP is",
        ),
        (dict.fromkeys(DIRECT, printed("ipv4 filter INPUT 0 -j DROP\n")), Status.PASS, ""),
        (
            dict.fromkeys(POLICIES, CannotLook("malformed", "exit status 2: unrecognized arguments: --list")),
            Status.PASS,
            "",
        ),
        (dict.fromkeys(POLICIES, CannotLook("denied", "no")), Status.ERROR, "denied"),
        (dict.fromkeys(DIRECT, CannotLook("timeout", "no")), Status.ERROR, "timeout"),
        ({DIRECT[0]: printed("  garbage")}, Status.ERROR, "does not list"),
    ],
)
def test_all_that_firewalld_keeps_is_compared(change: dict[str, Any], status: Status, said: str) -> None:
    verdict = after_a_reboot(recorded("firewalld") | change, FIREWALLD)
    assert verdict.status is status
    assert said in verdict.message


def test_a_zone_changed_at_run_time_is_seen() -> None:
    answers = recorded("firewalld") | {line: recorded("firewalld-changed")[line] for line in (ZONES, NFT)}
    assert statuses(answers, allow=[*FIREWALLD, 6379]) == [Status.PASS, Status.FAIL]
    assert statuses(answers, allow=FIREWALLD) == [Status.FAIL, Status.FAIL]


def test_one_round_trip_is_enough() -> None:
    answers = recorded("nftables")
    want = interface("golive.verify.firewall").parse({"allow": ALLOW})

    async def prover() -> Any:
        return await Firewall.provers()["host.firewall"](Firewall.__new__(Firewall), Observer("host"), want)

    def host(requests: Any) -> list[Answer]:
        return [_answer(request, answers) for request in requests]

    ((proof,), calls) = engine.run([prover()], host)
    assert proof.error is None
    assert calls == 1


def _answer(request: Request, answers: Mapping[str, Any]) -> Answer:
    value = answers[request.line]
    if isinstance(value, CannotLook):
        return {"reason": value.reason, "detail": value.detail, "at": 1.0, "ms": 1}
    return {"value": value, "at": 1.0, "ms": 1}
