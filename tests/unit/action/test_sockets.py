# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sockets verifier against recorded sockets and scripted connects: right, broken, unreadable and absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.sockets import DANGEROUS
from ansible_collections.golive.verify.plugins.action.sockets import ActionModule as Sockets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.proving import prove, status

LIST = "ss -Hltunp"
FILTERS = ("nft -j list ruleset", "iptables-save", "ip6tables-save", "iptables-legacy-save", "ip6tables-legacy-save")
LINKS = "ip -j link show"
UNFILTERED = dict.fromkeys((*FILTERS, LINKS), CannotLook("missing_tool", "not installed"))
ADDRESS = "192.0.2.1"
OPTIONS = {"allow": [22, 443, "53/udp"], "addresses": ["shop.test"]}


def socket(address: str, port: int, protocol: str = "tcp", process: str | None = "nginx") -> dict[str, Any]:
    family = "ipv6" if ":" in address else "ipv4"
    pid = None if process is None else 7
    return {"protocol": protocol, "family": family, "address": address, "port": port, "uid": 0} | {
        "pid": pid,
        "process": process,
    }


def listing(*sockets: dict[str, Any], owners_denied: bool = False) -> dict[str, Any]:
    return {"sockets": list(sockets), "owners_denied": owners_denied}


RIGHT = (
    *(socket("0.0.0.0", 443), socket("::", 443), socket("192.0.2.1", 22, process="sshd"), socket("::", 53, "udp")),
    *(socket("127.0.0.1", 5432), socket("127.0.0.53", 53), socket("::1", 5432), socket("127.0.0.1", 323, "udp")),
)


def exposed(sockets: Any, filters: Mapping[str, Any] | None = None, **options: Any) -> Status:
    return status(
        Sockets,
        "host.exposed_ports",
        OPTIONS | options,
        {LIST: sockets, **(UNFILTERED if filters is None else filters)},
    )


def test_declared_sockets_and_those_on_loopback_pass() -> None:
    assert exposed(listing(*RIGHT)) is Status.PASS
    assert exposed(listing(socket("127.0.0.1", 5432))) is Status.PASS


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(socket("0.0.0.0", 6379), id="every IPv4 address"),
        pytest.param(socket("::", 6379), id="every address"),
        pytest.param(socket("10.0.0.7", 6379), id="a private address"),
        pytest.param(socket("fe80::1", 6379), id="a link-local address"),
        pytest.param(socket("0.0.0.0", 443, "udp"), id="the other protocol"),
        pytest.param(socket("0.0.0.0", 53), id="TCP where UDP is declared"),
        pytest.param(socket("0.0.0.0", 111, "udp", process=None), id="an unknown owner"),
    ],
)
def test_an_undeclared_socket_fails(wrong: dict[str, Any]) -> None:
    assert exposed(listing(*RIGHT, wrong, owners_denied=True)) is Status.FAIL


def test_a_port_that_is_forwarded_past_every_socket_fails() -> None:
    nat = ":PREROUTING ACCEPT\n-A PREROUTING -p tcp --dport 6379 -j DNAT --to-destination 172.17.0.2:6379\nCOMMIT"
    printed = {"exit": 0, "stdout": f"*nat\n{nat}", "stderr": ""}
    assert exposed(listing(*RIGHT), UNFILTERED | {"iptables-save": printed}) is Status.FAIL
    assert (
        exposed(listing(*RIGHT), UNFILTERED | {"iptables-save": printed}, allow=[22, 443, "53/udp", 6379])
        is Status.PASS
    )


def test_a_socket_is_ignored_with_its_port_its_owner_and_a_reason() -> None:
    client = listing(*RIGHT, socket("0.0.0.0", 68, "udp", process="dhclient"))
    ignore = {"port": "68/udp", "process": "dhclient", "reason": "the address comes by DHCP"}
    assert exposed(client, ignore=[ignore]) is Status.PASS
    assert exposed(client, ignore=[ignore | {"process": "other"}]) is Status.FAIL
    assert exposed(client, ignore=[ignore | {"port": "68/tcp"}]) is Status.FAIL
    assert exposed(client, ignore=[ignore | {"reason": ""}]) is Status.ERROR


@pytest.mark.parametrize("reason", ["denied", "timeout", "malformed", "too_large", "unreachable"])
def test_sockets_that_cannot_be_listed_are_an_error(reason: str) -> None:
    assert exposed(CannotLook(reason, "no")) is Status.ERROR
    assert exposed(listing(*RIGHT), UNFILTERED | {FILTERS[0]: CannotLook(reason, "no")}) is Status.ERROR


def test_no_sockets_or_garbage_prove_nothing() -> None:
    assert exposed(listing()) is Status.ERROR
    assert exposed({"sockets": "none"}) is Status.ERROR
    assert exposed(listing(socket("<script>", 443))) is Status.ERROR


@pytest.mark.parametrize("control", ["host.exposed_ports", "net.external_ports"])
def test_sockets_are_not_asked_for_without_ports(control: str) -> None:
    with pytest.raises(NotAsked, match="allow"):
        prove(Sockets, control, OPTIONS | {"allow": []}, {})


def test_sockets_are_listed_on_the_host_only() -> None:
    with pytest.raises(NotAsked, match="on the host"):
        prove(Sockets, "host.exposed_ports", OPTIONS | {"from": "controller"}, {})


def outside(
    states: Mapping[int, Any],
    *,
    inside: Any = None,
    addresses: tuple[str, ...] = (ADDRESS,),
    filters: Mapping[str, Any] | None = None,
    **options: Any,
) -> list[Verdict]:
    """The verdicts when the named ports meet a connection so; every other port is silent."""
    answers: dict[str, Any] = {LIST: inside or listing(*RIGHT), **(UNFILTERED if filters is None else filters)}
    found = [{"address": address, "family": "ipv6" if ":" in address else "ipv4"} for address in addresses]
    answers["getent ahosts shop.test"] = {"host": "shop.test", "addresses": found}
    for address in addresses:
        for port in {*DANGEROUS, *states, 22, 53, 443, 5432, 8000, 8080}:
            state = states.get(port, "silent")
            met = {"address": address, "family": "ipv4", "port": port, "state": state, "reply": None}
            answers[f"nc -vz -w 5 {address} {port}"] = state if isinstance(state, CannotLook) else met
    return prove(Sockets, "net.external_ports", OPTIONS | options, answers)


OPEN = {22: "open", 443: "open"}


@pytest.mark.parametrize(
    "others", [{}, {5432: "refused"}, {5432: CannotLook("unreachable", "administratively prohibited")}]
)
def test_only_declared_ports_that_answer_pass(others: dict[int, Any]) -> None:
    verdicts = outside(OPEN | others, addresses=(ADDRESS, "2001:db8::1"))
    assert [verdict.status for verdict in verdicts] == [Status.PASS, Status.PASS]
    assert [verdict.subject for verdict in verdicts] == [ADDRESS, "2001:db8::1"]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (OPEN | {6379: "open"}, "6379/tcp answers from outside at 192.0.2.1, nothing listens on it inside, and nobody"),
        (OPEN | {5432: "open"}, "nginx listens on 127.0.0.1 and nginx listens on ::1, and nobody declared it"),
        ({22: "open"}, "443/tcp is declared, nginx listens on 0.0.0.0"),
        ({22: "open", 443: "refused"}, "from outside 192.0.2.1 is refused"),
    ],
)
def test_views_that_disagree_fail(states: dict[int, Any], said: str) -> None:
    (verdict,) = outside(states)
    assert verdict.status is Status.FAIL
    assert said in verdict.message


def test_a_port_that_only_we_were_told_to_scan_counts() -> None:
    assert outside(OPEN | {8443: "open"}, scan=[8443])[0].status is Status.FAIL


def test_a_port_declared_for_others_may_answer_or_not() -> None:
    allow = [443, {"port": 22, "from": "10.0.0.0/8"}]
    assert outside(OPEN, allow=allow)[0].status is Status.PASS
    assert outside({443: "open"}, allow=allow)[0].status is Status.PASS


def test_from_the_controller_alone_only_the_outside_is_seen() -> None:
    view: dict[str, Any] = {"from": "controller"}
    (verdict,) = outside(OPEN | {6379: "open"}, **view)
    assert verdict.message == "6379/tcp answers from outside at 192.0.2.1, and nobody declared it"


def test_silence_everywhere_is_an_error() -> None:
    assert outside({})[0].status is Status.ERROR
    assert outside({22: CannotLook("unreachable", "no route")})[0].status is Status.ERROR


@pytest.mark.parametrize("reason", ["timeout", "malformed", "denied"])
def test_a_connect_that_could_not_be_tried_is_an_error(reason: str) -> None:
    assert outside(OPEN | {5432: CannotLook(reason, "no")})[0].status is Status.ERROR


def test_what_is_not_outside_or_too_much_is_an_error() -> None:
    assert outside(OPEN, addresses=("127.0.0.1",))[0].status is Status.ERROR
    assert outside(OPEN, scan=["1-65535"])[0].status is Status.ERROR
    assert outside(OPEN, inside=CannotLook("denied", "no"))[0].status is Status.ERROR
    assert outside(OPEN, addresses=())[0].status is Status.ERROR


def accepting(*ports: str, default: str = "DROP") -> dict[str, Any]:
    """Rules that accept these ports over IPv4; a port may say from where."""
    lines = [
        f"-A INPUT {source and f'-s {source} '}-p tcp --dport {port} -j ACCEPT" for port, source in _sources(ports)
    ]
    text = "\n".join(["*filter", f":INPUT {default}", *lines, "COMMIT"]) + "\n"
    return UNFILTERED | {"iptables-save": {"exit": 0, "stdout": text, "stderr": ""}}


def _sources(ports: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(port, source) for port, _from, source in (each.partition(" from ") for each in ports)]


EMPTY = {"exit": 0, "stdout": '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}', "stderr": ""}
USED = listing(socket("0.0.0.0", 443), socket("0.0.0.0", 22, process="sshd"), socket("0.0.0.0", 5432, process="db"))


@pytest.mark.parametrize(
    ("states", "filters", "said"),
    [
        pytest.param(OPEN, accepting("22", "443"), "", id="all agree"),
        pytest.param(OPEN, accepting("22", "443", "5432 from 10.0.0.0/8"), "", id="accepted for others alone"),
        pytest.param(OPEN, UNFILTERED, "", id="no rules to be seen"),
        pytest.param(
            OPEN | {443: "silent"}, accepting("22"), "nginx listens on 0.0.0.0, the rules do not accept it, and from",
            id="declared and not accepted",
        ),
        pytest.param(
            OPEN, accepting("22", "443", "5432"),
            "5432/tcp is silent from outside at 192.0.2.1, db listens on 0.0.0.0, the rules accept it: only another",
            id="another filter",
        ),
        pytest.param(
            OPEN, UNFILTERED | {FILTERS[0]: EMPTY}, "rules accept it by default: only another filter", id="none here"
        ),
        pytest.param(OPEN, accepting("22", "443", "8080"), "the rules accept 8080/tcp, nothing", id="superfluous"),
        pytest.param(
            OPEN, accepting("22", "443", "8000:8100"), "the rules accept 8000-8100/tcp, nothing", id="superfluous range"
        ),
        pytest.param(
            OPEN, accepting("22", "443", "8080 from 10.0.0.0/8"), "the rules accept 8080/tcp from 10.0.0.0/8, nothing",
            id="superfluous for some",
        ),
        pytest.param(OPEN, accepting("443"), "22/tcp answers from outside at 192.0.2.1, sshd listens on 0.0.0.0, the "
                     "rules do not accept it: something goes past the rules", id="past the rules"),
    ],
)  # fmt: skip
def test_rules_sockets_and_the_outside_agree(states: dict[int, Any], filters: dict[str, Any], said: str) -> None:
    (verdict,) = outside(states, inside=USED, filters=filters)
    assert verdict.status is (Status.FAIL if said else Status.PASS), verdict.message
    assert said in verdict.message
    if said and "declared" not in said and 443 in states and states[443] == "open":
        (alone,) = outside(states, inside=USED, filters=filters, compare=False)
        assert alone.status is Status.PASS


def test_what_answers_and_is_nobodys_socket_is_another_machine() -> None:
    here = listing(socket("0.0.0.0", 22, process="sshd"), socket("127.0.0.1", 443))
    (verdict,) = outside(OPEN, inside=here, filters=accepting("22", "443"))
    assert "443/tcp answers from outside at 192.0.2.1, nginx listens on 127.0.0.1, the rules accept it: another" in (
        verdict.message
    )
    nat = "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp --dport 443 -j DNAT --to-destination 172.17.0.2:443\nCOMMIT\n"
    filters = accepting("22")
    filters["iptables-save"]["stdout"] += nat
    assert outside(OPEN, inside=here, filters=filters)[0].status is Status.PASS


@pytest.mark.parametrize("reason", ["denied", "timeout", "malformed"])
def test_rules_that_cannot_be_seen_cannot_be_compared(reason: str) -> None:
    filters = UNFILTERED | {"iptables-save": CannotLook(reason, "no")}
    assert outside(OPEN, inside=USED, filters=filters)[0].status is Status.ERROR
    assert outside(OPEN, inside=USED, filters=filters, compare=False)[0].status is Status.PASS
    assert outside(OPEN, inside=USED)[0].actual["rules"] == "not compared: no tool tells of any"


def test_what_is_accepted_on_trusted_interfaces_does_not_count() -> None:
    filters = accepting("22", "443")
    text = filters["iptables-save"]["stdout"]
    filters["iptables-save"]["stdout"] = text.replace("COMMIT", "-A INPUT -i wg0 -p tcp --dport 5432 -j ACCEPT\nCOMMIT")
    assert outside(OPEN, inside=USED, filters=filters)[0].status is Status.FAIL
    assert outside(OPEN, inside=USED, filters=filters, interfaces=["wg*"])[0].status is Status.PASS
