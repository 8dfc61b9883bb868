# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dns verifier against recorded replies: right, broken, unreadable and absent. Signatures are in the live tests."""

from __future__ import annotations

from typing import Any

import dns.message
import pytest

from ansible_collections.golive.verify.plugins.action.dns import ActionModule as Dns
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns import mail, questions
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Climbed, Reply, Resolved, Server
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.proving import prove

ONE, TWO, PARENT = "198.51.100.1", "198.51.100.2", "198.51.100.9"
SOA = "shop.test. 300 IN SOA ns1.shop.test. admin.shop.test. 10 3600 600 86400 300"
NS = "shop.test. 300 IN NS ns1.shop.test.\nshop.test. 300 IN NS ns2.shop.test."
A = "shop.test. 300 IN A 45.45.47.10"
OPTIONS = {"zone": "shop.test", "records": [{"name": "@", "type": "A", "values": ["45.45.47.10"], "ttl_max": 300}]}
PINNED = OPTIONS | {"servers": [ONE, TWO], "dnssec": "off"}


def reply(
    answer: str = "", *, rcode: str = "NOERROR", flags: str = "QR AA", authority: str = "", additional: str = ""
) -> Reply:
    sections = {"QUESTION": "", "ANSWER": answer, "AUTHORITY": authority, "ADDITIONAL": additional}
    lines = [f"id 1\nopcode QUERY\nrcode {rcode}\nflags {flags}"]
    lines += [f";{name}\n{records}".rstrip() for name, records in sections.items()]
    return Reply.of(dns.message.from_text("\n".join(lines)))


def at(server: str, **changes: Any) -> dict[str, Any]:
    """What a server in order answers, by the look; changes by the type that is asked for, and the transport."""
    given = {
        "SOA_udp": reply(SOA),
        "SOA_tcp": reply(SOA),
        "NS": reply(NS),
        "A_udp": reply(A),
        "A_tcp": reply(A),
        "transfer": reply(rcode="REFUSED"),
        "recursion": reply(rcode="REFUSED", flags="QR"),
    } | changes
    asked = f"dig @{server} shop.test."
    return {
        f"{asked} SOA +norecurse +dnssec +ignore": given["SOA_udp"],
        f"{asked} SOA +norecurse +dnssec +tcp": given["SOA_tcp"],
        f"{asked} NS +norecurse +dnssec": given["NS"],
        f"{asked} A +norecurse +dnssec +ignore": given["A_udp"],
        f"{asked} A +norecurse +dnssec +tcp": given["A_tcp"],
        f"{asked} AXFR": given["transfer"],
        f"dig @{server} . SOA": given["recursion"],
    }


NAMES = {
    f"dig {name}.shop.test. A {name}.shop.test. AAAA": Resolved(f"{name}.shop.test.", "", (address,))
    for name, address in (("ns1", "45.45.45.1"), ("ns2", "45.45.46.1"))
}
WELL = at(ONE) | at(TWO) | NAMES


def proved(answers: dict[str, Any], **options: Any) -> dict[str, tuple[Status, str]]:
    verdicts = prove(Dns, "dns.records", PINNED | options, answers)
    return {verdict.subject: (verdict.status, verdict.message) for verdict in verdicts}


def wrong(answers: dict[str, Any], **options: Any) -> dict[str, Status]:
    """What does not pass, by subject."""
    found = proved(answers, **options)
    return {subject: status for subject, (status, _message) in found.items() if status is not Status.PASS}


def test_a_zone_in_order_passes() -> None:
    assert wrong(WELL) == {}
    assert len(proved(WELL)) == 9


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        pytest.param({"A_udp": reply("shop.test. 300 IN A 45.45.47.9")}, "shop.test A", id="an old address over udp"),
        pytest.param({"A_tcp": reply("shop.test. 300 IN A 45.45.47.9")}, "shop.test A", id="an old address over tcp"),
        pytest.param({"A_udp": reply(A + "\nshop.test. 300 IN A 45.45.47.9")}, "shop.test A", id="one address more"),
        pytest.param({"A_udp": reply("shop.test. 301 IN A 45.45.47.10")}, "shop.test A", id="cached too long"),
        pytest.param({"A_udp": reply()}, "shop.test A", id="an empty answer"),
        pytest.param({"A_udp": reply(rcode="NXDOMAIN")}, "shop.test A", id="no such name"),
        pytest.param({"A_udp": reply(rcode="SERVFAIL")}, "shop.test A", id="a failure"),
        pytest.param({"A_udp": reply(A, flags="QR")}, "shop.test A", id="no authority"),
        pytest.param(
            {"A_udp": reply("shop.test. 9 IN CNAME gone.test.")}, "shop.test A", id="an alias that leads away"
        ),
        pytest.param({"SOA_udp": reply(rcode="REFUSED")}, f"server {TWO}", id="lame over udp"),
        pytest.param({"SOA_tcp": reply(SOA, flags="QR")}, f"server {TWO}", id="not authoritative over tcp"),
        pytest.param({"SOA_tcp": reply()}, f"server {TWO}", id="no SOA over tcp"),
        pytest.param({"NS": reply("shop.test. 9 IN NS ns1.shop.test.")}, "name servers", id="another set of servers"),
        pytest.param({"transfer": reply(SOA)}, f"zone transfer at {TWO}", id="gives the zone away"),
        pytest.param({"recursion": reply(flags="QR RA")}, f"recursion at {TWO}", id="recurses"),
        pytest.param(
            {"recursion": reply(". 9 IN SOA a. b. 1 1 1 1 1", flags="QR")}, f"recursion at {TWO}", id="cached"
        ),
    ],
)
def test_what_is_wrong_at_one_server_fails_alone(changes: dict[str, Any], subject: str) -> None:
    assert wrong(WELL | at(TWO, **changes)) == {subject: Status.FAIL}


@pytest.mark.parametrize("reason", ["timeout", "unreachable", "malformed"])
def test_what_cannot_be_looked_at_is_an_error_of_its_own(reason: str) -> None:
    dead = CannotLook(reason, "no reply")
    down = at(TWO, SOA_udp=dead, SOA_tcp=dead, NS=dead)
    assert wrong(WELL | down) == {f"server {TWO}": Status.ERROR}
    assert wrong(WELL | at(TWO, SOA_tcp=dead)) == {f"server {TWO}": Status.ERROR}
    assert wrong(WELL | at(TWO, A_udp=dead)) == {"shop.test A": Status.ERROR}
    assert wrong(WELL | at(TWO, NS=dead)) == {"name servers": Status.ERROR}
    assert wrong(WELL | at(TWO, recursion=dead)) == {f"recursion at {TWO}": Status.ERROR}
    assert wrong(WELL | at(TWO, transfer=dead)) == {f"zone transfer at {TWO}": Status.ERROR}


def test_without_any_reply_nothing_passes() -> None:
    dead = CannotLook("timeout", "no reply")
    down = at(ONE, SOA_udp=dead, SOA_tcp=dead, NS=dead) | at(TWO, SOA_udp=dead, SOA_tcp=dead, NS=dead)
    assert set(wrong(down, dnssec="if_signed")) == set(proved(down, dnssec="if_signed"))


def test_a_truncated_reply_is_asked_for_again_over_tcp() -> None:
    cut = reply(flags="QR AA TC")
    assert wrong(WELL | at(TWO, A_udp=cut)) == {}
    cuts = at(ONE, A_udp=cut, A_tcp=cut) | at(TWO, A_udp=cut, A_tcp=cut)
    assert wrong(WELL | cuts) == {"shop.test A": Status.ERROR}


def test_a_server_that_hangs_up_on_a_transfer_refuses_it() -> None:
    assert wrong(WELL | at(TWO, transfer=None)) == {}


def test_other_serials_fail() -> None:
    older = reply(SOA.replace(" 10 ", " 9 "))
    assert wrong(WELL | at(TWO, SOA_udp=older, SOA_tcp=older)) == {"serial": Status.FAIL}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("ns2.shop.test.", Resolved("ns2.shop.test.", "", ()), id="no address"),
        pytest.param("ns2.shop.test.", Resolved("ns2.shop.test.", "", ("45.45.45.1",)), id="the same address"),
        pytest.param("ns2.shop.test.", Resolved("ns2.shop.test.", "a.test.", ("45.45.46.1",)), id="an alias"),
        pytest.param("ns2.shop.test.", Resolved("ns2.shop.test.", "", ("10.0.0.1",)), id="a private address"),
    ],
)
def test_name_servers_that_are_none_fail(name: str, found: Resolved) -> None:
    assert wrong(WELL | {f"dig {name} A {name} AAAA": found}) == {"name servers": Status.FAIL}


GLUE = "ns1.shop.test. 9 IN A 45.45.45.1\nns2.shop.test. 9 IN A 45.45.46.1"


@pytest.mark.parametrize(
    ("referral", "status"),
    [
        (reply(authority=NS, additional=GLUE, flags="QR"), Status.PASS),
        (reply(NS), Status.PASS),
        (reply(authority=NS, additional=GLUE.replace("46.1", "46.9"), flags="QR"), Status.FAIL),
        (reply(authority=NS.replace("ns2", "ns3"), flags="QR"), Status.FAIL),
        (reply(authority="shop.test. 9 IN NS ns1.shop.test.", flags="QR"), Status.FAIL),
        (reply(rcode="NXDOMAIN"), Status.FAIL),
        (reply(rcode="REFUSED"), Status.FAIL),
        (reply(), Status.FAIL),
        (CannotLook("timeout", "4 s"), Status.ERROR),
    ],
)
def test_the_delegation_is_what_the_zone_says(referral: Any, status: Status) -> None:
    answers = WELL | {f"dig @{PARENT} shop.test. NS +norecurse +dnssec": referral}
    assert proved(answers, parent_servers=[PARENT])[f"delegation at {PARENT}"][0] is status


def test_the_servers_are_found_unless_they_are_given() -> None:
    found = WELL | {
        "dig shop.test. +nssearch": [ONE, TWO],
        "dig shop.test. NS +trace": [PARENT],
        f"dig @{PARENT} shop.test. NS +norecurse +dnssec": reply(authority=NS, flags="QR"),
    }
    assert wrong(found, servers=[]) == {}
    lost = CannotLook("not_found", "no name server")
    assert wrong(found | {"dig shop.test. +nssearch": lost}, servers=[]) == {"name servers": Status.ERROR}
    assert wrong(found | {"dig shop.test. NS +trace": lost}, servers=[]) == {"delegation": Status.ERROR}


def keys(answer: Any) -> dict[str, Any]:
    return WELL | {f"dig @{server} shop.test. DNSKEY +norecurse +dnssec": answer for server in (ONE, TWO)}


KEY = f"shop.test. 9 IN DNSKEY 257 3 13 {'QUJD' * 21}QQ=="


def test_dnssec_without_keys_is_claimed_by_nobody_and_fails_where_required() -> None:
    assert wrong(keys(reply()), dnssec="if_signed") == {}
    required = {"DNSSEC chain": Status.ERROR, f"signatures at {ONE}": Status.FAIL, f"signatures at {TWO}": Status.FAIL}
    assert wrong(keys(reply()), dnssec="required") == required


def test_dnssec_that_cannot_be_read_is_an_error() -> None:
    for unread in (CannotLook("timeout", "4 s"), reply(rcode="SERVFAIL")):
        assert set(wrong(keys(unread), dnssec="if_signed").values()) == {Status.ERROR}


def test_keys_without_signatures_fail() -> None:
    answers = keys(reply(KEY)) | {
        f"dig @{PARENT} shop.test. NS +norecurse +dnssec": reply(NS),
        f"dig @{PARENT} shop.test. DS +norecurse +dnssec": reply(f"shop.test. 9 IN DS 1 13 2 {'00' * 32}"),
    }
    found = wrong(answers, dnssec="if_signed", parent_servers=[PARENT])
    assert found == dict.fromkeys(["DNSSEC chain", f"signatures at {ONE}", f"signatures at {TWO}"], Status.FAIL)


@pytest.mark.parametrize(
    ("record", "target", "found", "status"),
    [
        ({"type": "CNAME", "values": ["cdn.test"]}, "cdn.test A cdn.test AAAA", ("45.45.45.9",), Status.PASS),
        ({"type": "CNAME", "values": ["cdn.test"]}, "cdn.test A cdn.test AAAA", (), Status.FAIL),
        ({"type": "CNAME", "values": ["cdn.test"]}, "cdn.test A cdn.test AAAA", ("10.0.0.1",), Status.FAIL),
        (
            {"type": "CNAME", "values": ["cdn.test"]},
            "cdn.test A cdn.test AAAA",
            CannotLook("timeout", "15 s"),
            Status.ERROR,
        ),
        ({"name": "k._domainkey", "type": "CNAME", "values": ["k.test"]}, "k.test TXT", ("v=DKIM1",), Status.PASS),
        ({"name": "k._domainkey", "type": "CNAME", "values": ["k.test"]}, "k.test TXT", (), Status.FAIL),
        ({"type": "MX", "values": ["10 mx.test."]}, "mx.test A mx.test AAAA", (), Status.FAIL),
        ({"type": "SRV", "values": ["0 5 443 s.test."]}, "s.test A s.test AAAA", ("45.45.45.9",), Status.PASS),
    ],
)
def test_targets_lead_somewhere(record: dict[str, Any], target: str, found: Any, status: Status) -> None:
    record = {"name": "x"} | record
    resolved = found if isinstance(found, CannotLook) else Resolved(target.split()[0], "", found)
    answers = WELL | {f"dig {target}": resolved}
    for server in (ONE, TWO):
        for flag in ("+ignore", "+tcp"):
            answers[f"dig @{server} {record['name']}.shop.test. {record['type']} +norecurse +dnssec {flag}"] = reply()
    (verdict,) = (v for subject, v in proved(answers, records=[record]).items() if subject.startswith("target"))
    assert verdict[0] is status


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (reply(A, flags="QR RA"), Status.PASS),
        (reply("shop.test. 9 IN A 45.45.47.9", flags="QR RA"), Status.FAIL),
        (reply(rcode="SERVFAIL", flags="QR RA"), Status.FAIL),
        (reply(flags="QR RA"), Status.FAIL),
        (CannotLook("timeout", "4 s"), Status.ERROR),
    ],
)
def test_every_resolver_gives_the_declared_record(answer: Any, status: Status) -> None:
    answers = WELL | {"dig @192.0.2.53 shop.test. A": answer}
    assert proved(answers, resolvers=["192.0.2.53"])["shop.test A at resolver 192.0.2.53"][0] is status


@pytest.mark.parametrize(
    "record",
    [
        {"name": "@", "type": "A", "values": []},
        {"name": "@", "type": "A", "values": ["shop.example.com"]},
        {"name": "@", "type": "AAAA", "values": ["45.45.47.10"]},
    ],
)
def test_a_declaration_that_says_nothing_proves_nothing(record: dict[str, Any]) -> None:
    answers = WELL | {line.replace(" A +", " AAAA +"): answer for line, answer in WELL.items()}
    assert set(wrong(answers, records=[record]).values()) == {Status.ERROR}


def test_a_check_that_declares_no_record_does_not_speak_of_records() -> None:
    with pytest.raises(NotAsked):
        proved({}, records=[])


def test_without_the_library_nobody_can_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MISSING", "No module named 'dns'")
    ((status, message),) = proved({}).values()
    assert status is Status.ERROR
    assert "missing_tool" in message


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", Server("192.0.2.1")),
        ("127.0.0.1:5300", Server("127.0.0.1", 5300)),
        ("2001:db8::1", Server("2001:db8::1")),
        ("[2001:db8::1]:5300", Server("2001:db8::1", 5300)),
    ],
)
def test_addresses_of_servers(text: str, server: Server) -> None:
    assert Server.of(text) == server
    assert str(server) == text


@pytest.mark.parametrize("text", ["ns1.example.com", "192.0.2.1:dns", "192.0.2.1:65536", "", "[2001:db8::1"])
def test_what_is_no_address_of_a_server(text: str) -> None:
    with pytest.raises(CannotLook):
        Server.of(text)


@pytest.mark.parametrize(
    ("kind", "declared", "answered"),
    [
        ("TXT", "v=spf1 -all", 'TXT "v=spf1" " -all"'),
        ("TXT", '"v=spf1 -all"', 'TXT "v=spf1 -all"'),
        ("MX", "10 MX.Example.com", "MX 10 mx.example.com."),
        ("CNAME", "cdn.example.net", "CNAME CDN.example.net."),
        ("AAAA", "2001:0db8:0:0::1", "AAAA 2001:db8::1"),
        ("CAA", '0 issue "letsencrypt.org"', 'CAA 0 issue "letsencrypt.org"'),
    ],
)
def test_values_are_equal_however_they_are_written(kind: str, declared: str, answered: str) -> None:
    given = reply(f"shop.test. 9 IN {answered}").values("shop.test", kind)
    assert (questions.declared_text(kind, declared),) == given


MAIL = {
    "dig shop.test. TXT  # and each include and redirect of it": mail.Spf("v=spf1 -all", "-all", 0, ()),
    "dig _dmarc.shop.test. TXT _dmarc.test. TXT": Climbed("_dmarc.shop.test.", ("v=DMARC1; p=reject",)),
    "dig shop.test. MX": Climbed("shop.test.", ("10 mx.shop.test.",)),
    "dig mx.shop.test. A mx.shop.test. AAAA": Resolved("mx.shop.test.", "", ("45.45.47.20",)),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"dig shop.test. MX": Climbed("shop.test.", ("0 .",))}, {}),
        ({"dig shop.test. MX": Climbed("", ())}, {"MX": Status.FAIL}),
        ({"dig shop.test. MX": Climbed("shop.test.", ("0 .", "10 mx.shop.test."))}, {"MX": Status.FAIL}),
        ({"dig shop.test. MX": CannotLook("timeout", "15 s")}, {"MX": Status.ERROR}),
        (
            {"dig mx.shop.test. A mx.shop.test. AAAA": Resolved("mx.shop.test.", "a.test.", ("45.45.47.20",))},
            {"MX": Status.FAIL},
        ),
        ({"dig _dmarc.shop.test. TXT _dmarc.test. TXT": CannotLook("timeout", "15 s")}, {"DMARC": Status.ERROR}),
        (
            {"dig shop.test. TXT  # and each include and redirect of it": CannotLook("timeout", "")},
            {"SPF": Status.ERROR},
        ),
    ],
)
def test_mail(changes: dict[str, Any], expected: dict[str, Status]) -> None:
    assert wrong(WELL | MAIL | changes, mail=True) == expected


def test_a_zone_with_too_many_hosts_is_not_followed() -> None:
    many = tuple(f"10 mx{number}.shop.test." for number in range(33))
    assert wrong(WELL | MAIL | {"dig shop.test. MX": Climbed("shop.test.", many)}, mail=True) == {"MX": Status.ERROR}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Climbed("test.", ('0 issue "letsencrypt.org"',)), {}),
        (Climbed("", ()), {"CAA of shop.test": Status.FAIL}),
        (CannotLook("timeout", "15 s"), {"CAA of shop.test": Status.ERROR}),
        (Climbed("shop.test.", ("garbage",)), {"CAA of shop.test": Status.ERROR}),
    ],
)
def test_only_declared_authorities_may_issue(record: Any, expected: dict[str, Status]) -> None:
    assert wrong(WELL | {"dig shop.test. CAA test. CAA": record}, caa_issuers=["letsencrypt.org"]) == expected
