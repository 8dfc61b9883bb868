# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dns verifier against real BIND servers: right, broken in each way, unreachable, garbage and absent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.dns import ActionModule as Dns
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers import name_servers
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.name_servers import KEYGEN, NAMED, SIGN, Lab, babbler

pytestmark = pytest.mark.skipif(not (NAMED and KEYGEN and SIGN), reason="needs bind9 and bind9-utils")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with name_servers.lab(tmp_path_factory.mktemp("dns")) as running:
        yield running


ADDRESS = {"name": "@", "type": "A", "values": ["45.45.47.10"]}


def prove(lab: Lab, zone: str, **options: Any) -> dict[str, tuple[Status, str]]:
    """All verdicts on the zone by their subject, as (status, message)."""
    given = {
        "zone": f"{zone}.test",
        "records": [
            ADDRESS,
            {"name": "www", "type": "CNAME", "values": ["cdn.edge.test"]},
        ],
        "servers": [lab.primary, lab.secondary],
        "parent_servers": [lab.parent],
        "nameservers": [lab.resolver],
        "timeout": 1,
    }
    return prove_zone(given | options)


def prove_zone(options: dict[str, Any]) -> dict[str, tuple[Status, str]]:
    verdicts = prove_live(Dns, "dns.records", options)
    assert len({verdict.subject for verdict in verdicts}) == len(verdicts)
    return {verdict.subject: (verdict.status, verdict.message) for verdict in verdicts}


def wrong(verdicts: dict[str, tuple[Status, str]], status: Status = Status.FAIL) -> dict[str, str]:
    """What did not pass, with its message: all of it must have this status."""
    found = {subject: verdict for subject, verdict in verdicts.items() if verdict[0] is not Status.PASS}
    assert {verdict[0] for verdict in found.values()} <= {status}, found
    return {subject: message for subject, (_status, message) in found.items()}


def only(found: dict[str, str], subject: str, words: str) -> None:
    """Exactly this subject is wrong, and says why."""
    assert list(found) == [subject], found
    assert words in found[subject]


EVERYTHING = {"dnssec": "required", "caa_issuers": ["letsencrypt.org"], "mail": True, "spf_all": "-all"}


def test_a_zone_in_order_passes_in_every_respect(lab: Lab) -> None:
    verdicts = prove(lab, "good", resolvers=[lab.resolver], **EVERYTHING)
    assert wrong(verdicts) == {}
    assert set(verdicts) == {
        *(
            f"{what} at {server}"
            for server in (lab.primary, lab.secondary)
            for what in ("zone transfer", "recursion", "signatures")
        ),
        *(f"server {server}" for server in (lab.primary, lab.secondary)),
        "serial",
        "name servers",
        f"delegation at {lab.parent}",
        "DNSSEC chain",
        "good.test A",
        "www.good.test CNAME",
        f"good.test A at resolver {lab.resolver}",
        f"www.good.test CNAME at resolver {lab.resolver}",
        "target cdn.edge.test of www.good.test CNAME",
        "CAA of good.test",
        "CAA of www.good.test",
        "SPF",
        "DMARC",
        "MX",
    }


def test_a_zone_without_signatures_passes_unless_they_are_required(lab: Lab) -> None:
    assert wrong(prove(lab, "plain")) == {}
    found = wrong(prove(lab, "plain", dnssec="required"))
    assert set(found) == {"DNSSEC chain", f"signatures at {lab.primary}", f"signatures at {lab.secondary}"}


@pytest.mark.parametrize(
    ("zone", "subject", "words"),
    [
        ("stale", "stale.test A", "gives 45.45.47.9 at {secondary} udp, {secondary} tcp"),
        ("serial", "serial", "serials differ: 9, 10"),
        ("nocaa", "CAA of nocaa.test", "no CAA record"),
        ("othercaa", "CAA of othercaa.test", "other.example may issue"),
        ("dangling", "target gone.edge.test of www.dangling.test CNAME", "gone.edge.test leads nowhere"),
        ("nodmarc", "DMARC", "no DMARC record"),
        ("laxdmarc", "DMARC", "the policy is none"),
        ("spfall", "SPF", "it ends in +all"),
        ("spfloop", "SPF", "more than 10 lookups"),
        ("nomx", "MX", "no MX record"),
        ("private", "private.test A", "10.0.0.5 is not a public address"),
        ("shared", "name servers", "share one address"),
        ("badglue", "delegation at {parent}", "the parent has 45.45.46.1 for ns2.badglue.test."),
        ("otherns", "delegation at {parent}", "the parent names ns2.otherns.test., which the zone does not"),
    ],
)
def test_what_is_broken_fails_alone(lab: Lab, zone: str, subject: str, words: str) -> None:
    places = {name: getattr(lab, name) for name in ("secondary", "parent")}
    record = ADDRESS | ({"values": ["10.0.0.5"]} if zone == "private" else {})
    dangling = {"name": "www", "type": "CNAME", "values": ["gone.edge.test."]}
    options = {"records": [record, dangling] if zone == "dangling" else [record]}
    found = wrong(prove(lab, zone, caa_issuers=["letsencrypt.org"], mail=True, **options))
    found.pop("CAA of www.dangling.test", None)
    only(found, subject.format(**places), words.format(**places))


def test_one_name_server_is_too_few(lab: Lab) -> None:
    only(wrong(prove(lab, "single")), "name servers", "1 name server instead of at least 2")


def test_a_name_server_that_is_an_alias_fails(lab: Lab) -> None:
    found = wrong(prove(lab, "nsalias"))
    assert "alias.edge.test. is an alias of cdn.edge.test." in found["name servers"]


def test_an_open_zone_transfer_fails_at_each_server(lab: Lab) -> None:
    found = wrong(prove(lab, "axfr"))
    assert set(found) == {f"zone transfer at {lab.primary}", f"zone transfer at {lab.secondary}"}


def test_an_open_recursor_fails(lab: Lab) -> None:
    found = wrong(prove(lab, "open", servers=[lab.resolver], records=[ADDRESS]))
    only(found, f"recursion at {lab.resolver}", "offers recursion")


def test_expired_and_ending_signatures_fail(lab: Lab) -> None:
    for zone, words in (("expired", "expired"), ("ending", "the signature expires in 0.1 days")):
        found = wrong(prove(lab, zone))
        chain = found.pop("DNSSEC chain", "")
        assert ("expired" in chain) is (zone == "expired")
        assert set(found) == {f"signatures at {lab.primary}", f"signatures at {lab.secondary}"}
        assert all(words in message for message in found.values())


def test_keys_that_the_parent_does_not_vouch_for_fail(lab: Lab) -> None:
    only(wrong(prove(lab, "wrongds")), "DNSSEC chain", "matches a DNSKEY")
    only(wrong(prove(lab, "nods")), "DNSSEC chain", "the parent has no DS")


def test_a_long_time_to_live_fails(lab: Lab) -> None:
    only(wrong(prove(lab, "plain", records=[ADDRESS | {"ttl_max": 60}])), "plain.test A", "cached for 300 s")


def test_a_resolver_with_the_old_address_fails(lab: Lab) -> None:
    options = {
        "records": [ADDRESS],
        "servers": [lab.primary],
        "resolvers": [lab.resolver, lab.stale_resolver],
    }
    found = wrong(prove(lab, "stale", **options))
    only(found, f"stale.test A at resolver {lab.stale_resolver}", "gives 45.45.47.9")


def test_a_record_that_is_not_there_fails(lab: Lab) -> None:
    records = [
        {"name": "api", "type": "A", "values": ["45.45.47.11"]},
        {"name": "@", "type": "AAAA", "values": ["2a00::1"]},
    ]
    found = wrong(prove(lab, "plain", records=records))
    assert set(found) == {"api.plain.test A", "plain.test AAAA"}
    assert "answers NXDOMAIN" in found["api.plain.test A"]
    assert "has no AAAA" in found["plain.test AAAA"]


def test_a_server_that_is_lame_fails(lab: Lab) -> None:
    """One refuses, since it does not know the zone; one cannot load its broken copy."""
    found = wrong(prove(lab, "plain", servers=[lab.primary, lab.secondary, lab.parent]))
    only(found, f"server {lab.parent}", "is not authoritative for the zone over udp, tcp")
    only(wrong(prove(lab, "servfail")), f"server {lab.secondary}", "answers SERVFAIL over udp, tcp")
    assert wrong(prove(lab, "open", servers=[lab.resolver, lab.primary], records=[ADDRESS])) == {
        f"recursion at {lab.resolver}": "offers recursion to everybody",
        f"server {lab.primary}": "answers REFUSED over udp, tcp",
    }


def test_a_server_that_is_down_is_an_error_of_its_own(lab: Lab) -> None:
    found = wrong(prove(lab, "plain", servers=[lab.primary, lab.secondary, lab.down]), Status.ERROR)
    only(found, f"server {lab.down}", "could not look (timeout)")


def test_garbage_is_an_error_of_its_own(lab: Lab) -> None:
    with babbler() as garbage:
        options = {"servers": [lab.primary, lab.secondary, garbage], "resolvers": [garbage]}
        found = wrong(prove(lab, "plain", **options), Status.ERROR)
    assert set(found) == {
        f"server {garbage}",
        f"plain.test A at resolver {garbage}",
        f"www.plain.test CNAME at resolver {garbage}",
    }
    assert all("could not look (malformed)" in message for message in found.values())


def test_without_any_server_nothing_passes_at_home(lab: Lab) -> None:
    verdicts = prove(lab, "plain", servers=[lab.down], parent_servers=[lab.down])
    passed = {subject for subject, verdict in verdicts.items() if verdict[0] is Status.PASS}
    assert passed == {"target cdn.edge.test of www.plain.test CNAME"}


def test_without_recursive_servers_what_lies_elsewhere_is_an_error(lab: Lab) -> None:
    found = wrong(prove(lab, "good", nameservers=[lab.down], **EVERYTHING), Status.ERROR)
    assert {"name servers", "CAA of good.test", "SPF", "DMARC", "MX"} <= set(found)
    assert "good.test A" not in found


def test_the_servers_are_found_over_both_families(tmp_path: Path) -> None:
    """One server is zone, parent and resolver at once, over IPv4 and IPv6, at the port that every name server has."""
    try:
        with name_servers.everywhere(tmp_path):
            found = wrong(
                prove_zone(
                    {
                        "zone": "found.test",
                        "records": [ADDRESS],
                        "nameservers": ["127.0.0.1"],
                        "private_addresses": True,
                    }
                )
            )
    except PermissionError:
        pytest.skip("port 53 is not ours to bind")
    assert set(found) == {"recursion at 127.0.0.1", "recursion at ::1"}
