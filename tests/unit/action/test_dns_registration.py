# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dns verifier on what registries say of a domain, and on addresses that lead back to names."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.dns import ActionModule as Dns
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Resolved
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.test_dns import PINNED, WELL
from tests.unit.proving import prove

URL = "https://rdap.test/domain/shop.test"
ASKED = f"curl -sSi -H 'Accept: application/rdap+json' -L --max-redirs 3 {URL}"
SENDER, BACK = "45.45.48.25", "dig 25.48.45.45.in-addr.arpa. PTR"
FORTH = "dig mail.shop.test. A mail.shop.test. AAAA"


def registered(days: float = 200, **changes: Any) -> dict[str, Any]:
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    domain = {
        "objectClassName": "domain",
        "ldhName": "SHOP.TEST",
        "status": ["client transfer prohibited"],
        "events": [
            {"eventAction": "registration", "eventDate": "2019"},
            {"eventAction": "expiration", "eventDate": ends},
        ],
    }
    return answered(json.dumps(domain | changes))


def answered(body: str, status: int = 200, truncated: bool = False) -> dict[str, Any]:
    return {
        "url": URL,
        "status": status,
        "headers": [],
        "body": body,
        "truncated": truncated,
        "redirects": [],
        "address": "192.0.2.9",
        "version": "HTTP/1.1",
    }


def one(subject: str, answers: dict[str, Any], **options: Any) -> Verdict:
    verdicts = prove(Dns, "dns.records", PINNED | options, WELL | answers)
    (found,) = [verdict for verdict in verdicts if verdict.subject == subject]
    return found


def of_registry(reply: Any, **options: Any) -> Verdict:
    return one("registration", {ASKED: reply}, registration_url=URL, **options)


def test_a_domain_that_stays_registered_passes() -> None:
    assert of_registry(registered(), transfer_lock=True).status is Status.PASS
    assert of_registry(registered(20), min_days_registered=14).status is Status.PASS


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (registered(20), "ends in 20 days, not in 30"),
        (registered(-3), "ended 3 days ago"),
        (registered(status=["pending delete"]), "its status is pending delete"),
        (registered(status=["client hold", "client transfer prohibited"]), "its status is client hold"),
        (registered(status=[]), "nothing bars its transfer"),
        (registered(status="locked"), "nothing bars its transfer"),
        (answered("", 404), "knows no such domain"),
    ],
)
def test_a_domain_that_will_be_lost_fails(reply: dict[str, Any], said: str) -> None:
    verdict = of_registry(reply, transfer_lock=True)
    assert verdict.status is Status.FAIL
    assert said in verdict.message


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (registered(events=[]), "does not tell when"),
        (registered(events="soon"), "does not tell when"),
        (registered(events=[{"eventAction": "expiration", "eventDate": "soon"}]), "which is no time"),
        (registered(ldhName="other.test"), "speaks of other.test"),
        (registered(ldhName=""), "speaks of no domain"),
        (registered(objectClassName="entity"), "not about a domain"),
        (answered("<html>"), "no JSON"),
        (answered("[]"), "not about a domain"),
        (answered("{}", truncated=True), "too_large"),
        (answered("{}", 429), "too many requests"),
        (answered("{}", 503), "HTTP 503"),
        *[(CannotLook(reason, "no"), reason) for reason in ("timeout", "unreachable", "denied", "malformed")],
    ],
)
def test_a_registry_that_does_not_tell_is_an_error(reply: Any, said: str) -> None:
    verdict = of_registry(reply)
    assert verdict.status is Status.ERROR
    assert said in verdict.message


def of_address(back: Any, forth: Any) -> Verdict:
    return one(f"address {SENDER}", {BACK: back, FORTH: forth}, reverse={SENDER: "mail.shop.test"})


def leads(*found: str) -> Resolved:
    return Resolved("x.", "", found)


def test_an_address_that_leads_to_its_name_and_back_passes() -> None:
    assert of_address(leads("mail.shop.test."), leads(SENDER, "2001:db8::1")).status is Status.PASS


@pytest.mark.parametrize(
    ("back", "forth", "said"),
    [
        (leads(), leads(SENDER), "points to nothing"),
        (leads("host-25.provider.test."), leads(SENDER), "points to host-25.provider.test."),
        (leads("mail.shop.test.", "other.test."), leads(SENDER), "not to mail.shop.test"),
        (leads("mail.shop.test."), leads("45.45.48.26"), "has 45.45.48.26, not"),
        (leads("mail.shop.test."), leads(), "has no address"),
    ],
)
def test_an_address_that_leads_elsewhere_fails(back: Resolved, forth: Resolved, said: str) -> None:
    verdict = of_address(back, forth)
    assert verdict.status is Status.FAIL
    assert said in verdict.message


@pytest.mark.parametrize("reason", ["timeout", "unreachable", "malformed"])
def test_an_address_that_cannot_be_asked_for_is_an_error(reason: str) -> None:
    assert of_address(CannotLook(reason, "no"), leads(SENDER)).status is Status.ERROR
    assert of_address(leads("mail.shop.test."), CannotLook(reason, "no")).status is Status.ERROR


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(NotAsked, match="option reverse: 'mail' does not appear to be"):
        prove(Dns, "dns.records", PINNED | {"reverse": {"mail": "mail.shop.test"}}, WELL)
