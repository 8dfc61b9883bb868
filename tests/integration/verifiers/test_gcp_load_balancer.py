# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_load_balancer verifier against a fake of Google's API, built from Google's own description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_load_balancer import ActionModule as GcpLoadBalancer
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers import guarded_site
from tests.integration.verifiers.google_cloud import needs, said, unread
from tests.integration.verifiers.google_entries import (
    CIPHERS,
    GROUP,
    LOCAL_MAP,
    MAP,
    PROJECT,
    REDIRECT,
    REGION,
    RULES,
    SHOP,
    WEB,
    deny,
    local,
    page,
    place,
    place_health,
    place_nothing,
    place_policy,
    place_shop,
    place_ssl_proxies,
    place_tls_policy,
    proxy,
    queue,
    rule,
    service,
    url,
)
from tests.integration.verifiers.guarded_site import Site
from tests.integration.verifiers.live import prove_live

CONFIGURED, WAF, TLS = "lb.configured", "edge.waf", "tls.protocols"
NEEDS = needs("gcp_load_balancer")


@pytest.fixture
def right(gcp):
    """A shop behind HTTPS, a redirect, a queue that is passed on within, and rules that lead to no load balancer."""
    place_shop(gcp)
    return gcp


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "guarded", True)
    with guarded_site.opened() as address:
        yield address


OPTIONS: dict[str, Any] = {"project": "shop", "timeout": 8, "without_tls": ["queue", "local"]}


def verdicts(gcp: FakeGcp, control: str = CONFIGURED, **changed: Any) -> list[Verdict]:
    options = {**OPTIONS, "endpoint_url": gcp.url, "health_check_path": "/health", **changed}
    return prove_live(GcpLoadBalancer, control, options)


def status(gcp: FakeGcp, control: str = CONFIGURED, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, control, **changed))


def ask(gcp: FakeGcp, control: str, site: str, **changed: Any) -> list[Verdict]:
    return verdicts(gcp, control, **({"sample_urls": [site]} if control == WAF else {}), **changed)


def test_entries_as_they_should_be_pass_with_the_declared_permissions(right, site):
    expected = {
        CONFIGURED: {"load balancers": 3, "that only redirect": 1},
        WAF: {"public backend services": 2, "buckets": 0, "declared unguarded": 0, "samples": 1},
        TLS: {"entries with TLS": 1},
    }
    for control, actual in expected.items():
        right.used.clear()
        (verdict,) = ask(right, control, site)
        assert (verdict.status, verdict.message) == (Status.PASS, ""), control
        assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
        assert verdict.actual == actual
        assert right.used == set(NEEDS[control]), control


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"sslCertificates": []}, "no entry speaks TLS with a certificate (it has HTTPS on 443)"),
        ({"urlMap": url("urlMaps", "gone")}, "nothing tells of the map of URLs projects/shop/global/urlMaps/gone"),
    ],
)
def test_an_entry_without_a_certificate_or_a_map_never_passes(right, changed, wrong):
    place(right, "targetHttpsProxies", proxy(**changed))
    assert wrong in said(verdicts(right))


def test_certificates_may_come_from_a_map_and_tls_may_end_at_a_proxy_of_tcp(right):
    certificates = "//certificatemanager.googleapis.com/projects/shop/locations/global/certificateMaps/web"
    place(right, "targetHttpsProxies", proxy(sslCertificates=[], certificateMap=certificates))
    assert status(right) is Status.PASS
    place(right, "forwardingRules", rule("web", url("targetSslProxies", "web")))
    own = {"service": url("backendServices", "web"), "sslCertificates": [url("sslCertificates", "web")]}
    place_ssl_proxies(right, {"name": "web", **own})
    assert status(right, without_tls=[]) is Status.PASS
    assert "it has no SSL policy" in said(verdicts(right, TLS))


def test_what_is_passed_on_as_it_comes_speaks_no_tls(right):
    place(right, "forwardingRules", rule("web", url("backendServices", "web")))
    assert "(it has as it comes on 443)" in said(verdicts(right))
    assert status(right, without_tls=["w*"]) is Status.PASS


@pytest.mark.parametrize(
    ("states", "zones", "wrong"),
    [
        (["HEALTHY", "UNHEALTHY"], "ab", "web has 1 healthy of 2 targets"),
        (["UNHEALTHY", "UNHEALTHY"], "ab", "web has 0 healthy of 2 targets"),
        (["HEALTHY"], "a", "web has 1 healthy of 1 targets"),
        (["HEALTHY", "HEALTHY"], "aa", "the healthy targets of web are in 1 zones"),
        ([], "", "web has 0 healthy of 0 targets"),
    ],
)
def test_targets_that_would_not_survive_fail(right, states, zones, wrong):
    place_health(right, WEB, *states, zones=zones)
    whole, one = verdicts(right)
    assert (whole.status, whole.message) == (Status.FAIL, "1 of 3 load balancers would not survive a failure")
    assert one.subject == "//compute.googleapis.com/projects/shop/global/urlMaps/web"
    assert wrong in one.message
    assert status(right, load_balancers=["queue"]) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"backends": []}, "nothing is behind web"),
        ({"backends": [{"group": GROUP, "capacityScaler": 0}]}, "nothing is behind web: all 1 groups are drained"),
        ({"healthChecks": []}, "web has no health check"),
        ({"healthChecks": [url("healthChecks", "gone")]}, "(not_found): nothing tells of the health check"),
    ],
)
def test_a_service_without_targets_or_checks_never_passes(right, changed, wrong):
    place(right, "backendServices", service(**changed), queue(), local())
    assert wrong in said(verdicts(right))


def test_groups_count_together_and_drained_ones_do_not(right):
    groups = [url("networkEndpointGroups", "web", f"zones/europe-west3-{zone}") for zone in "ab"]
    backends = [{"group": each} for each in groups] + [{"group": GROUP, "capacityScaler": 0}]
    place(right, "backendServices", service(backends=backends), queue(), local())
    right.put(f"{WEB}/getHealth", {"healthStatus": [{"healthState": "HEALTHY", "ipAddress": "10.0.0.2"}]}, "POST")
    assert status(right) is Status.PASS
    assert [right.bodies.count({"group": each}) for each in (*groups, GROUP)] == [1, 1, 2]
    right.put(f"{WEB}/getHealth", [{"healthStatus": [{"healthState": "HEALTHY"}]}, {"kind": "x"}], "POST")
    assert "web has 1 healthy of 1 targets" in said(verdicts(right))


def test_a_target_counts_once_however_many_rules_lead_to_it(right):
    instance = {"instance": url("instances", "m", "zones/europe-west3-a"), "ipAddress": "10.0.0.2", "port": 80}
    told = [{**instance, "healthState": "HEALTHY", "forwardingRule": rule} for rule in ("one", "other")]
    right.put(f"{WEB}/getHealth", {"healthStatus": told}, "POST")
    assert "web has 1 healthy of 1 targets" in said(verdicts(right))
    right.put(f"{WEB}/getHealth", {"healthStatus": [told[0], {**told[1], "healthState": "UNHEALTHY"}]}, "POST")
    assert "web has 0 healthy of 1 targets" in said(verdicts(right))
    place_health(right, WEB, "HEALTHY", "HEALTHY")
    right.answers[f"POST {WEB}/getHealth"]["healthStatus"][0]["ipv6HealthState"] = "UNHEALTHY"
    assert "web has 1 healthy of 2 targets" in said(verdicts(right))
    right.put(f"{WEB}/getHealth", {"healthStatus": [{"ipAddress": "10.0.0.2"}]}, "POST")
    assert "(malformed): a target without its health" in said(verdicts(right))


def test_the_targets_are_asked_at_the_declared_path(right):
    assert "web is asked at /health, not /ready" in said(verdicts(right, health_check_path="/ready"))
    place(right, "healthChecks", {"name": "web", "tcpHealthCheck": {"port": 80}})
    assert "web is asked at no path, not /health" in said(verdicts(right))
    assert status(right, health_check_path="") is Status.PASS


@pytest.mark.parametrize(
    ("group", "bucket"),
    [
        (url("networkEndpointGroups", "run", REGION), ""),
        (url("networkEndpointGroups", "elsewhere"), ""),
        (GROUP, url("backendBuckets", "files")),
    ],
)
def test_what_google_does_not_ask_for_its_health_is_an_error_until_it_is_declared(right, group, bucket):
    place(right, "backendServices", service(backends=[{"group": group}]), queue(), local())
    place(
        right, "urlMaps", MAP | ({"pathMatchers": [{"defaultService": bucket}]} if bucket else {}), REDIRECT, LOCAL_MAP
    )
    found = verdicts(right)
    assert {each.status for each in found} == {Status.ERROR}
    assert "unchecked_backends" in said(found)
    assert status(right, unchecked_backends=["web", "files"]) is Status.PASS


def test_all_that_a_map_leads_to_counts(right):
    weighted = [{"backendService": url("backendServices", "canary"), "weight": 5}]
    mirrored = {"requestMirrorPolicy": {"backendService": url("backendServices", "mirror")}}
    idle = [{"backendService": url("backendServices", "old"), "weight": 0}]
    rules = [{"routeAction": {"weightedBackendServices": weighted}}, {"routeAction": mirrored}]
    rules += [{"routeAction": {"weightedBackendServices": idle}}]
    place(right, "urlMaps", {**MAP, "pathMatchers": [{"routeRules": rules}]}, REDIRECT, LOCAL_MAP)
    place(right, "backendServices", service(), queue(), local(), service("canary", backends=[]))
    assert "nothing is behind canary" in said(verdicts(right))
    assert "mirror" not in said(verdicts(right))
    assert "old" not in said(verdicts(right))


@pytest.mark.parametrize(
    ("rules", "last", "wrong"),
    [
        ([deny(preview=True)], "allow", "its rules only watch, limit or allow: 100"),
        ([deny(action="throttle"), deny(priority=2, action="allow")], "allow", "blocks nothing: its rules only watch"),
        ([], "allow", "policy shop blocks nothing: it has no rules"),
        ([deny(action="deny(502)")], "allow", ""),
        ([], "deny(403)", ""),
    ],
)
def test_a_policy_must_deny_something(right, site, rules, last, wrong):
    place_policy(right, SHOP, *rules, last=last)
    found = ask(right, WAF, site)
    if not wrong:
        assert [each.status for each in found] == [Status.PASS]
        return
    whole, one = found
    assert whole.message == "1 of 2 public backend services are not guarded"
    assert one.subject == "//compute.googleapis.com/projects/shop/global/backendServices/web"
    assert wrong in one.message


def test_an_entry_without_a_policy_fails_unless_it_is_meant_to(right, site):
    place(right, "backendServices", service(securityPolicy=""), queue(), local())
    assert "no policy of Cloud Armor is in front of it" in said(ask(right, WAF, site))
    assert status(right, WAF, sample_urls=[site], unguarded=["web"]) is Status.PASS
    assert status(right, WAF, sample_urls=[site], unguarded=["web", "local"]) is Status.ERROR


def test_samples_that_are_let_through_fail_and_without_any_nothing_is_proven(right, site, monkeypatch):
    monkeypatch.setattr(Site, "guarded", False)
    assert "SQL injection is answered with 200" in said(ask(right, WAF, site))
    assert status(right, WAF, sample_urls=["http://127.0.0.1:9/"]) is Status.ERROR
    with pytest.raises(NotAsked):
        verdicts(right, WAF)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"minTlsVersion": "TLS_1_0"}, "TLSv1 is accepted; TLSv1.1 is accepted"),
        ({"minTlsVersion": "TLS_1_1"}, "TLSv1.1 is accepted"),
        (
            {"enabledFeatures": [*CIPHERS, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"]},
            "weak ciphers are accepted: TLS_RSA_WITH_3DES",
        ),
        ({"minTlsVersion": "TLS_9"}, "(malformed)"),
        ({"enabledFeatures": []}, "(malformed)"),
        ({"name": "other"}, "nothing tells of the policy"),
    ],
)
def test_old_versions_and_weak_ciphers_never_pass(right, changed, wrong):
    place_tls_policy(right, **changed)
    assert wrong in said(verdicts(right, TLS))


def test_without_a_policy_google_accepts_old_versions(right):
    place(right, "targetHttpsProxies", {**proxy(), "sslPolicy": ""})
    whole, one = verdicts(right, TLS)
    assert whole.message == "1 of 1 entries with TLS accept what is broken"
    assert one.subject == "//compute.googleapis.com/projects/shop/global/targetHttpsProxies/web"
    assert "TLS 1.0 is accepted" in one.message
    place_tls_policy(right, minTlsVersion="TLS_1_3")
    place(right, "targetHttpsProxies", proxy())
    assert status(right, TLS, protocols=["TLSv1.3"]) is Status.PASS


@pytest.mark.parametrize("code", ["UNREACHABLE", "SOMETHING_NEW"])
@pytest.mark.parametrize("kind", ["forwardingRules", "backendServices", "targetHttpsProxies", "urlMaps"])
def test_a_region_that_google_could_not_ask_is_never_an_empty_one(right, site, kind, code):
    answer = right.answers[f"GET {PROJECT}/aggregated/{kind}"]
    answer["items"]["regions/asia-east1"] = {"warning": {"code": code, "message": "so it is"}}
    for control in (CONFIGURED, WAF) if kind in ("backendServices", "urlMaps") else (CONFIGURED, WAF, TLS):
        found = ask(right, control, site)
        assert {each.status for each in found} == {Status.ERROR}
        assert f"regions/asia-east1: Google warns of {code}" in said(found)


def test_all_pages_count(right):
    first, second = (
        page("forwardingRules", RULES[0]),
        page("forwardingRules", rule("x", url("targetHttpsProxies", "gone"))),
    )
    right.put(f"{PROJECT}/aggregated/forwardingRules", [{**first, "nextPageToken": "2"}, second])
    assert "x leads to projects/shop/global/targetHttpsProxies/gone" in said(verdicts(right))


def test_what_is_not_there_never_passes(right, site):
    assert "no load balancer is like gone" in said(verdicts(right, load_balancers=["gone"]))
    place_nothing(right)
    for control in NEEDS:
        assert {each.status for each in ask(right, control, site)} == {Status.ERROR}


def test_nobody_who_answers_is_an_error(right):
    right.hang("compute.forwardingRules.aggregatedList")
    assert "(timeout)" in said(verdicts(right, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, endpoint_url="http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("method", "control"),
    [
        ("compute.forwardingRules.aggregatedList", TLS),
        ("compute.targetSslProxies.list", CONFIGURED),
        ("compute.targetHttpsProxies.aggregatedList", WAF),
        ("compute.urlMaps.aggregatedList", CONFIGURED),
        ("compute.backendServices.aggregatedList", WAF),
        ("compute.backendServices.getHealth", CONFIGURED),
        ("compute.healthChecks.aggregatedList", CONFIGURED),
        ("compute.securityPolicies.get", WAF),
        ("compute.sslPolicies.aggregatedList", TLS),
    ],
)
def test_what_cannot_be_read_is_an_error(right, site, method, control):
    unread(right, method, lambda gcp: ask(gcp, control, site))


def test_what_is_hidden_hides_no_failure(right):
    right.deny("compute.backendServices.get")
    place(right, "targetHttpsProxies", proxy(sslCertificates=[]))
    assert "no entry speaks TLS" in said(verdicts(right))


@pytest.mark.parametrize(("control", "permission"), [(one, each) for one, several in NEEDS.items() for each in several])
def test_each_permission_that_is_denied_is_named(right, site, control, permission):
    right.deny(permission)
    found = ask(right, control, site)
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
