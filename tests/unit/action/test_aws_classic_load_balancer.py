# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aws_load_balancer says of classic load balancers, against recorded answers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_load_balancer import ActionModule as AwsLoadBalancer
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONFIGURED, WAF = "lb.configured", "edge.waf"
CURRENT, CLASSIC = "elbv2 describe-load-balancers", "elb describe-load-balancers"
HEALTH, POLICIES, ATTRIBUTES = (
    "describe-instance-health",
    "describe-load-balancer-policies",
    "describe-load-balancer-attributes",
)
ACM, IAM, INSTANCES, SPREAD = "describe-certificate", "list-server-certificates", "describe-instances", "distributions"
ARN = "arn:aws:elasticloadbalancing::123456789012:loadbalancer/shop"
OF_ACM = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
OF_IAM = "arn:aws:iam::123456789012:server-certificate/shop"
NOW, DAY = time.time(), 86400
SITE = "https://shop.test/"
HIDDEN = {"reason": "denied", "detail": "so it is"}
HTTPS: dict[str, Any] = {"port": 443, "protocol": "HTTPS", "certificate": OF_ACM, "policies": ["sticky", "modern"]}
SSL = {**HTTPS, "port": 8443, "protocol": "SSL", "certificate": OF_IAM, "policies": ["modern"]}
HTTP = {"port": 80, "protocol": "HTTP", "certificate": "", "policies": []}
SHOP: dict[str, Any] = {"name": "shop", "public": True, "path": "/health", "listeners": [HTTPS, SSL, HTTP]}


def shop(*listeners: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {CLASSIC: [{**SHOP, "listeners": list(listeners) or SHOP["listeners"], **changed}]}


def health(*states: str) -> dict[str, Any]:
    listed = [{"id": f"i-{number}", "zone": "", "state": state} for number, state in enumerate(states, 1)]
    return {HEALTH: {"shop": seen(listed)}}


def policy(*protocols: str) -> dict[str, Any]:
    return {POLICIES: {"shop": seen({"modern": list(protocols)})}}


def certificate(days: float, **changed: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"names": ["shop.test"], "status": "ISSUED", "failure": "", "brought": True}
    return seen({**known, "ends": NOW + days * DAY, "used_by": ["shop"], **changed})


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    CURRENT: [],
    **shop(),
    **health("healthy", "healthy"),
    **policy("TLSv1.2"),
    ATTRIBUTES: {"shop": seen({"spreads": True, "logs": True})},
    ACM: {OF_ACM: certificate(100)},
    IAM: {OF_IAM: certificate(200)},
    INSTANCES: {"i-1": "eu-central-1a", "i-2": "eu-central-1b"},
    SPREAD: [],
    "get-web-acl": {},
}


def verdicts(changed: dict[str, Any] | None = None, control: str = CONFIGURED, **options: Any) -> list[Verdict]:
    return prove(AwsLoadBalancer, control, options, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({}, {"access_logs": True, "health_check_path": "/health", "load_balancers": ["sh*"]}),
        (shop(SSL), {}),
        ({**shop(HTTPS), IAM: CannotLook("denied", "nobody asks for it")}, {}),
        ({ATTRIBUTES: CannotLook("denied", "nobody asks for it")}, {"cross_zone": False}),
        ({ATTRIBUTES: {"shop": seen({"spreads": True, "logs": False})}}, {}),
        (health("healthy"), {"min_healthy_targets": 1, "min_zones": 1}),
        ({ACM: {OF_ACM: certificate(20)}}, {"min_days_left": 14}),
        (policy("TLSv1.2", "TLSv1.3"), {}),
    ],
)
def test_those_that_are_as_they_should_be_pass(changed: dict[str, Any], options: dict[str, Any]) -> None:
    found = verdicts(changed, **options)
    assert [(each.status, each.message) for each in found] == [(Status.PASS, "")]
    assert found[0].actual["load balancers"] == 1


@pytest.mark.parametrize(
    ("changed", "options", "because"),
    [
        (shop(HTTP), {}, "no listener speaks TLS with a certificate (it has HTTP/80)"),
        (shop({**HTTPS, "certificate": ""}), {}, "no listener speaks TLS with a certificate (it has HTTPS/443)"),
        (policy("TLSv1", "TLSv1.1", "TLSv1.2"), {}, "listener HTTPS/443 speaks TLSv1, TLSv1.1 (modern)"),
        (policy("SSLv3", "TLSv1.2"), {}, "listener SSL/8443 speaks SSLv3 (modern)"),
        ({ACM: {OF_ACM: certificate(29)}}, {}, f"certificate {OF_ACM} of HTTPS/443: it has 29 days left, less than 30"),
        ({IAM: {OF_IAM: certificate(-3)}}, {}, f"certificate {OF_IAM} of SSL/8443: it expired 3 days ago"),
        ({ACM: {OF_ACM: certificate(90, status="REVOKED")}}, {}, "it is revoked, not issued"),
        (health("healthy", "unhealthy"), {}, "shop has 1 healthy of 2 targets"),
        (health(), {}, "shop has 0 healthy of 0 targets"),
        ({INSTANCES: dict.fromkeys(("i-1", "i-2"), "eu-central-1a")}, {}, "the healthy targets of shop are in 1 zones"),
        ({}, {"min_healthy_targets": 3}, "shop has 2 healthy of 2 targets"),
        ({}, {"health_check_path": "/ready"}, "shop is asked at /health, not /ready"),
        (shop(path=""), {"health_check_path": "/ready"}, "shop is asked at no path, not /ready"),
        (
            {ATTRIBUTES: {"shop": seen({"spreads": False, "logs": True})}},
            {},
            "requests stay in the zone that they reach: cross-zone balancing is off",
        ),
        (
            {ATTRIBUTES: {"shop": seen({"spreads": True, "logs": False})}},
            {"access_logs": True},
            "logs no requests: access logs are off",
        ),
    ],
)
def test_those_that_are_not_fail(changed: dict[str, Any], options: dict[str, Any], because: str) -> None:
    account, one = verdicts(changed, **options)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, ARN)
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [WHO, CLASSIC, HEALTH, POLICIES, ATTRIBUTES, ACM, IAM, INSTANCES])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    found = verdicts({look: CannotLook(reason, "so it is")})
    assert [each.status for each in found] == [Status.ERROR]
    assert f"could not look ({reason})" in found[0].message
    if look in (HEALTH, POLICIES, ATTRIBUTES, ACM):
        (one,) = verdicts({look: dict.fromkeys(RIGHT[look], HIDDEN)})
        assert (one.status, one.subject) == (Status.ERROR, ARN)


def test_a_certificate_that_iam_does_not_have_and_a_listener_that_tells_no_version_are_errors() -> None:
    for changed in ({IAM: {}}, policy(), shop({**HTTPS, "policies": ["sticky"]})):
        assert status(changed) is Status.ERROR


def test_what_cannot_be_read_hides_no_failure() -> None:
    denied = CannotLook("denied", "needs acm:DescribeCertificate")
    assert status({ACM: denied, IAM: {OF_IAM: certificate(3)}}) is Status.FAIL
    assert status({ACM: denied, **policy("TLSv1")}) is Status.FAIL
    assert status({HEALTH: denied, **shop(HTTP)}) is Status.FAIL
    silent = {**policy("TLSv1"), **shop({**HTTPS, "policies": []}, SSL)}
    assert status(silent) is Status.FAIL


def test_a_pattern_is_met_by_load_balancers_of_any_kind() -> None:
    assert status(load_balancers=["shop"]) is Status.PASS
    assert status(load_balancers=["shop", "mail"]) is Status.ERROR
    assert status({CLASSIC: []}) is Status.ERROR


@pytest.mark.parametrize(
    ("changed", "options", "wanted"),
    [
        ({}, {}, Status.FAIL),
        (shop(HTTP), {}, Status.FAIL),
        ({}, {"unguarded": ["shop"]}, Status.ERROR),
        (shop(SSL), {}, Status.ERROR),
        (shop(public=False), {}, Status.ERROR),
        ({CLASSIC: CannotLook("denied", "so it is")}, {}, Status.ERROR),
    ],
)
def test_no_firewall_can_be_in_front(changed: dict[str, Any], options: dict[str, Any], wanted: Status) -> None:
    page: dict[str, Any] = {"headers": [], "body": "", "truncated": False, "redirects": [], "url": SITE}
    page |= {"address": "192.0.2.1", "version": "HTTP/2", "status": 403}
    answers = {
        SITE: {**page, "status": 200},
        **dict.fromkeys((f"{SITE}?q=%3C", f"{SITE}?q=1%27", f"{SITE}?file="), page),
    }
    found = verdicts({**answers, **changed}, WAF, sample_urls=[SITE], **options)
    assert worst(each.status for each in found) is wanted
    if wanted is Status.FAIL:
        assert found[1].subject == ARN
        assert "no web ACL can be in front of a classic load balancer" in found[1].message
