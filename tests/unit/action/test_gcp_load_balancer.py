# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_load_balancer verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_load_balancer import ActionModule as GcpLoadBalancer
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

CONFIGURED, WAF, TLS = "lb.configured", "edge.waf", "tls.protocols"
RULES, PROXIES, MAPS, SERVICES = "forwarding-rules list", "target-$each-proxies", "url-maps list", "services list"
HEALTH, CHECKS, GUARDS, POLICIES = "get-health", "health-checks list", "policies describe", "ssl-policies list"
SITE = "https://shop.test/"
MAP, SERVICE = "projects/shop/global/urlMaps/web", "projects/shop/global/backendServices/web"
PROXY, POLICY = "projects/shop/global/targetHttpsProxies/web", "projects/shop/global/sslPolicies/modern"
GUARD = "projects/shop/global/securityPolicies/shop"
GROUP = "https://compute.test/projects/shop/zones/z-a/instanceGroups/web"


def target(zone: str, healthy: bool = True) -> dict[str, Any]:
    return {"zone": zone, "healthy": healthy}


def behind(**changed: Any) -> dict[str, Any]:
    right = {"name": "web", "groups": [GROUP], "drained": 0, "checks": ["c"], "guard": GUARD}
    return {SERVICES: {SERVICE: {**right, **changed}}}


def guard(*blocks: bool, refuses: bool = False) -> dict[str, Any]:
    return {
        GUARDS: {GUARD: seen({"refuses": refuses, "blocks": {str(number): each for number, each in enumerate(blocks)}})}
    }


def spoken(**changed: Any) -> dict[str, Any]:
    return {PROXIES: {PROXY: {"leads_to": MAP, "certificates": ["c"], "map": "", "policy": POLICY, **changed}}}


def policy(**changed: Any) -> dict[str, Any]:
    right = {"oldest": "TLS_1_2", "profile": "MODERN", "ciphers": ["TLS_AES_128_GCM_SHA256"]}
    return {POLICIES: {POLICY: {**right, **changed}}}


def answered(status: int) -> dict[str, Any]:
    known: dict[str, Any] = {"headers": [], "redirects": [], "body": "", "truncated": False}
    return {**known, "url": SITE, "status": status, "address": "192.0.2.1", "version": "HTTP/2"}


RULE = {"name": "web", "scheme": "EXTERNAL_MANAGED", "ports": "443", "leads_to": PROXY}
RIGHT: dict[str, Any] = {
    RULES: [RULE],
    **spoken(),
    MAPS: {MAP: [SERVICE]},
    **behind(),
    HEALTH: {SERVICE: seen([target("z-a"), target("z-b")])},
    CHECKS: {"c": "/health"},
    **guard(True),
    **policy(),
    SITE: answered(200),
    f"{SITE}?": answered(403),
}
LOOKS = {
    CONFIGURED: [RULES, PROXIES, MAPS, SERVICES, HEALTH, CHECKS],
    WAF: [RULES, PROXIES, MAPS, SERVICES, GUARDS, SITE, f"{SITE}?"],
    TLS: [RULES, PROXIES, POLICIES],
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    asked = {"project": "shop", "health_check_path": "/health", "sample_urls": [SITE], **options}
    return prove(GcpLoadBalancer, control, asked, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


@pytest.mark.parametrize("control", LOOKS)
def test_what_is_as_it_should_be_passes(control: str) -> None:
    assert [(one.status, one.message) for one in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (CONFIGURED, spoken(certificates=[]), "no entry speaks TLS with a certificate"),
        (CONFIGURED, {HEALTH: {SERVICE: seen([target("z-a"), target("z-b", False)])}}, "1 healthy of 2 targets"),
        (CONFIGURED, {HEALTH: {SERVICE: seen([target("z-a"), target("z-a")])}}, "are in 1 zones"),
        (CONFIGURED, {HEALTH: {SERVICE: seen([])}}, "0 healthy of 0 targets"),
        (CONFIGURED, behind(groups=[]), "nothing is behind web"),
        (CONFIGURED, behind(groups=[], drained=1), "all 1 groups are drained"),
        (CONFIGURED, behind(checks=[]), "web has no health check"),
        (CONFIGURED, {CHECKS: {"c": "/"}}, "web is asked at /, not /health"),
        (WAF, behind(guard=""), "no policy of Cloud Armor is in front of it"),
        (WAF, guard(False), "blocks nothing: its rules only watch, limit or allow: 0"),
        (WAF, guard(), "blocks nothing: it has no rules"),
        (WAF, {f"{SITE}?": answered(200)}, "SQL injection is answered with 200"),
        (TLS, spoken(policy=""), "it has no SSL policy"),
        (TLS, policy(oldest="TLS_1_1"), "TLSv1.1 is accepted"),
        (TLS, policy(ciphers=["TLS_RSA_WITH_3DES_EDE_CBC_SHA"]), "weak ciphers are accepted"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], wrong: str) -> None:
    whole, one = verdicts(control, changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert wrong in one.message


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        (CONFIGURED, {RULES: []}),
        (CONFIGURED, {MAPS: {MAP: []}}),
        (CONFIGURED, {MAPS: {}}),
        (CONFIGURED, {PROXIES: {}}),
        (CONFIGURED, {SERVICES: {}}),
        (CONFIGURED, {CHECKS: {}}),
        (CONFIGURED, {HEALTH: {SERVICE: seen([target(""), target("")])}}),
        (CONFIGURED, behind(groups=["https://compute.test/projects/shop/regions/r/networkEndpointGroups/run"])),
        (WAF, {RULES: []}),
        (WAF, {RULES: [{**RULE, "scheme": "INTERNAL_MANAGED"}]}),
        (WAF, {SERVICES: {}}),
        (WAF, {MAPS: {MAP: ["projects/shop/global/backendBuckets/files"]}}),
        (TLS, {RULES: []}),
        (TLS, {POLICIES: {}}),
        (TLS, policy(oldest="TLS_2")),
        (TLS, policy(ciphers=[])),
    ],
)
def test_what_is_not_there_is_an_error(control: str, changed: dict[str, Any]) -> None:
    assert {one.status for one in verdicts(control, changed)} == {Status.ERROR}


def test_what_is_declared_is_left_out() -> None:
    run = behind(groups=["https://compute.test/projects/shop/regions/r/networkEndpointGroups/run"])
    assert status(CONFIGURED, run, unchecked_backends=["web"]) is Status.PASS
    assert status(CONFIGURED, spoken(certificates=[]), without_tls=["web"]) is Status.PASS
    assert status(CONFIGURED, load_balancers=["other"]) is Status.ERROR
    other = {SERVICES: {**behind()[SERVICES], "b/backendServices/old": {**behind()[SERVICES][SERVICE], "guard": ""}}}
    two = {**other, MAPS: {MAP: [SERVICE, "b/backendServices/old"]}}
    assert status(WAF, two) is Status.FAIL
    assert status(WAF, two, unguarded=["old"]) is Status.PASS


def test_without_samples_the_firewall_is_not_proven() -> None:
    with pytest.raises(NotAsked):
        verdicts(WAF, sample_urls=[])


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), [(one, look) for one, looks in LOOKS.items() for look in looks])
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    one_of_several = {HEALTH: SERVICE, GUARDS: GUARD}
    if look in one_of_several:
        hidden = {look: {one_of_several[look]: {"reason": reason, "detail": "so it is"}}}
        assert {one.status for one in verdicts(control, hidden)} == {Status.ERROR}
