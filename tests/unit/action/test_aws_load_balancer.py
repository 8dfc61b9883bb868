# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_load_balancer verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_load_balancer import ActionModule as AwsLoadBalancer
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONFIGURED, WAF = "lb.configured", "edge.waf"
CLASSIC = "elb describe-load-balancers"
BALANCERS, LISTENERS, GROUPS = "describe-load-balancers", "describe-listeners", "describe-target-groups"
TARGETS, INSTANCES, SPREAD = "describe-target-health", "describe-instances", "list-distributions"
STAYS = "describe-load-balancer-attributes"
OF_BALANCERS, OF_SPREAD = "get-web-acl-for-resource", "get-web-acl --scope CLOUDFRONT"
SITE = "https://shop.test/"
XSS, SQL, PATH = f"{SITE}?q=%3C", f"{SITE}?q=1%27", f"{SITE}?file="
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/1"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/1"
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/cdn/1"
CDN: dict[str, Any] = {
    "arn": "arn:aws:cloudfront::123456789012:distribution/E1",
    "name": "d1.cloudfront.net",
    "firewall": ACL,
}
SHOP: dict[str, Any] = {
    "arn": ARN,
    "name": "shop",
    "kind": "application",
    "public": True,
    "state": "active",
    "zones": ["eu-central-1a", "eu-central-1b"],
}
HTTPS = {"port": 443, "protocol": "HTTPS", "certificates": 1}
API = {"arn": GROUP, "name": "api", "of": [ARN], "path": "/health"}
BLOCKS = {"name": "shop", "refuses": False, "rules": {"attacks": True, "rate": False}}
HIDDEN = {"reason": "denied", "detail": "so it is"}


def target(name: str, zone: str = "", state: str = "healthy") -> dict[str, str]:
    return {"id": name, "zone": zone, "state": state}


def targets(*listed: dict[str, str]) -> dict[str, Any]:
    return {TARGETS: {GROUP: seen(list(listed))}}


def page(status: int) -> dict[str, Any]:
    known: dict[str, Any] = {"headers": [], "body": "", "truncated": False, "redirects": []}
    return {**known, "url": SITE, "status": status, "address": "192.0.2.1", "version": "HTTP/2"}


A, B = target("i-1"), target("i-2", "all")
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    BALANCERS: [SHOP],
    LISTENERS: {ARN: seen([HTTPS, {"port": 80, "protocol": "HTTP", "certificates": 0}])},
    STAYS: {ARN: seen({"stays": True, "logs": True})},
    CLASSIC: [],
    GROUPS: [API, {**API, "arn": f"{GROUP}-of-another", "of": ["another"]}],
    **targets(A, B),
    INSTANCES: {"i-1": "eu-central-1a", "i-2": "eu-central-1b"},
    SPREAD: [CDN],
    OF_BALANCERS: {ARN: seen(BLOCKS)},
    OF_SPREAD: {ACL: seen(BLOCKS)},
    SITE: page(200),
    **dict.fromkeys((XSS, SQL, PATH), page(403)),
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsLoadBalancer, control, {"sample_urls": [SITE], **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


def shop(**changed: Any) -> dict[str, Any]:
    return {BALANCERS: [{**SHOP, **changed}]}


LOGGED = {"access_logs": True}
NEAR, FAR = target("10.0.0.1", "eu-central-1a"), target("10.0.1.1", "eu-central-1b")


@pytest.mark.parametrize(
    ("control", "changed", "options"),
    [
        (CONFIGURED, {}, {"health_check_path": "/health", "load_balancers": ["sh*"]}),
        (CONFIGURED, {**targets(NEAR, FAR), INSTANCES: CannotLook("denied", "nobody is asked of them")}, {}),
        (CONFIGURED, {**shop(kind="network"), LISTENERS: {ARN: seen([{**HTTPS, "protocol": "TLS"}])}}, {}),
        (CONFIGURED, {STAYS: CannotLook("denied", "nobody is asked of it")}, {"deletion_protection": False}),
        (CONFIGURED, {STAYS: {ARN: seen({"stays": True, "logs": False})}}, {}),
        (CONFIGURED, {STAYS: {ARN: seen({"stays": False, "logs": True})}}, {**LOGGED, "deletion_protection": False}),
        (CONFIGURED, {}, LOGGED),
        (CONFIGURED, targets(A), {"min_healthy_targets": 1, "min_zones": 1}),
        (WAF, {}, {}),
        (WAF, {**shop(public=False), OF_BALANCERS: {}}, {}),
        (WAF, {SPREAD: [], OF_SPREAD: {}}, {}),
        (WAF, {OF_BALANCERS: {ARN: seen({**BLOCKS, "refuses": True, "rules": {}})}}, {}),
        (WAF, {SPREAD: [{**CDN, "firewall": ""}], OF_SPREAD: {}}, {"unguarded": ["*.cloudfront.net"]}),
        (WAF, {SITE: page(302)}, {}),
    ],
)
def test_entries_as_they_should_be_pass(control: str, changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(control, changed, **options)] == [(Status.PASS, "")]


COUNTS = {**BLOCKS, "rules": {"attacks": False, "rate": False}}


@pytest.mark.parametrize(
    ("control", "changed", "options", "because"),
    [
        (CONFIGURED, shop(state="provisioning"), {}, "its state is provisioning"),
        (CONFIGURED, shop(state="active_impaired"), {}, "its state is active_impaired"),
        (
            CONFIGURED,
            {STAYS: {ARN: seen({"stays": False, "logs": True})}},
            {},
            "may be deleted: deletion protection is off",
        ),
        (
            CONFIGURED,
            {STAYS: {ARN: seen({"stays": True, "logs": False})}},
            LOGGED,
            "logs no requests: access logs are off",
        ),
        (CONFIGURED, {LISTENERS: {ARN: seen([])}}, {}, "no listener speaks TLS with a certificate (it has none)"),
        (CONFIGURED, {LISTENERS: {ARN: seen([{**HTTPS, "certificates": 0}])}}, {}, "(it has HTTPS/443)"),
        (CONFIGURED, {GROUPS: [{**API, "of": []}], TARGETS: {}}, {}, "no target group is behind it"),
        (CONFIGURED, targets(), {}, "api has 0 healthy of 0 targets; the healthy targets of api are in 0 zones"),
        (CONFIGURED, targets(NEAR), {}, "api has 1 healthy of 1 targets"),
        (CONFIGURED, targets(A, B, target("i-3", "", "draining")), {}, "api has 2 healthy of 3 targets"),
        (CONFIGURED, {INSTANCES: dict.fromkeys(("i-1", "i-2"), "eu-central-1a")}, {}, "of api are in 1 zones"),
        (CONFIGURED, {}, {"min_healthy_targets": 3}, "api has 2 healthy of 2 targets"),
        (CONFIGURED, {}, {"min_zones": 3}, "the healthy targets of api are in 2 zones"),
        (CONFIGURED, {}, {"health_check_path": "/ready"}, "api is asked at /health, not /ready"),
        (CONFIGURED, {GROUPS: [{**API, "path": ""}]}, {"health_check_path": "/ready"}, "at no path, not /ready"),
        (WAF, {OF_BALANCERS: {ARN: seen(None)}}, {}, "no web ACL is in front of it"),
        (WAF, {SPREAD: [{**CDN, "firewall": ""}], OF_SPREAD: {}}, {}, "no web ACL is in front of it"),
        (WAF, {OF_BALANCERS: {ARN: seen(COUNTS)}}, {}, "all its rules only count or allow: attacks, rate"),
        (WAF, {OF_SPREAD: {ACL: seen({**BLOCKS, "rules": {}})}}, {}, "web ACL shop blocks nothing: it has no rules"),
        (WAF, {XSS: page(200)}, {}, "cross-site scripting is answered with 200"),
        (WAF, {SQL: page(500)}, {}, "SQL injection is answered with 500"),
        (WAF, {PATH: page(404)}, {}, "path traversal is answered with 404"),
        (WAF, {SITE: page(403)}, {}, "a usual request is answered with 403, so that a refusal proves nothing"),
        (WAF, {SITE: page(400)}, {}, "a usual request is answered with 400"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], options: dict[str, Any], because: str) -> None:
    account, one = verdicts(control, changed, **options)
    assert (account.status, one.status) == (Status.FAIL, Status.FAIL)
    assert because in one.message


LOOKS = [
    *((CONFIGURED, look) for look in (WHO, BALANCERS, CLASSIC, LISTENERS, STAYS, GROUPS, TARGETS, INSTANCES)),
    *((WAF, look) for look in (WHO, BALANCERS, CLASSIC, SPREAD, OF_BALANCERS, OF_SPREAD, SITE, XSS, SQL, PATH)),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    (one,) = verdicts(control, {look: CannotLook(reason, "so it is")})
    assert one.status is Status.ERROR
    assert f"could not look ({reason})" in one.message
    if look in (LISTENERS, STAYS, TARGETS, OF_BALANCERS, OF_SPREAD):
        (one,) = verdicts(control, {look: dict.fromkeys(RIGHT[look], HIDDEN)})
        assert (one.status, one.subject) == (Status.ERROR, CDN["arn"] if look == OF_SPREAD else ARN)


@pytest.mark.parametrize(
    ("listed", "known"),
    [([A, B], {"i-1": "eu-central-1a"}), ([NEAR, target("10.9.0.1", "all")], {}), ([target("arn:aws:lambda")], {})],
)
def test_a_target_whose_zone_nothing_tells_is_an_error(listed: list[Any], known: dict[str, str]) -> None:
    assert status(CONFIGURED, {**targets(*listed), INSTANCES: known}) is Status.ERROR


def test_what_cannot_be_read_hides_no_failure() -> None:
    assert status(CONFIGURED, {TARGETS: {GROUP: HIDDEN}, **shop(state="failed")}) is Status.FAIL
    found = verdicts(WAF, {BALANCERS: CannotLook("denied", "so it is"), SQL: page(200)})
    assert [(each.subject, each.status) for each in found] == [
        ("", Status.FAIL),
        (f"samples at {SITE}", Status.FAIL),
        ("public entries", Status.ERROR),
    ]


def test_where_there_is_nothing_nothing_is_proven() -> None:
    assert status(CONFIGURED, {BALANCERS: [], LISTENERS: {}, STAYS: {}, TARGETS: {}}) is Status.ERROR
    assert status(CONFIGURED, load_balancers=["shop", "mail"]) is Status.ERROR
    nothing = {SPREAD: [], OF_BALANCERS: {}, OF_SPREAD: {}}
    for listed in ({BALANCERS: []}, shop(public=False), shop(kind="network")):
        assert status(WAF, {**nothing, **listed}) is Status.ERROR
    assert status(WAF, nothing, unguarded=[ARN]) is Status.ERROR
    with pytest.raises(NotAsked):
        verdicts(WAF, sample_urls=[])
    assert status(WAF, account_id="999999999999") is Status.ERROR
