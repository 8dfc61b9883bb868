# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of a project of Google Cloud, as a fake of its API tells them: rules, proxies, and what is behind."""

from __future__ import annotations

from typing import Any

from tests.fakes.gcp import FakeGcp

PROJECT = "/compute/v1/projects/shop"
URL = "https://www.googleapis.com/compute/v1/projects/shop"
REGION = "regions/europe-west3"
# By the list's name, what Google calls such a list.
_KINDS = {
    "backendServices": "backendServiceAggregatedList",
    "forwardingRules": "forwardingRuleAggregatedList",
    "healthChecks": "healthChecksAggregatedList",
    "sslCertificates": "sslCertificateAggregatedList",
    "sslPolicies": "sslPoliciesAggregatedList",
    "targetHttpProxies": "targetHttpProxyAggregatedList",
    "targetHttpsProxies": "targetHttpsProxyAggregatedList",
    "targetTcpProxies": "targetTcpProxyAggregatedList",
    "urlMaps": "urlMapsAggregatedList",
}


def url(kind: str, name: str, scope: str = "global") -> str:
    """The address of a thing, as Google writes it."""
    return f"{URL}/{scope}/{kind}/{name}"


def page(kind: str, *found: dict[str, Any], scope: str = "global") -> dict[str, Any]:
    """A list of things, all of them of one region, with the remark that another has none."""
    named = [{"selfLink": url(kind, each["name"], scope), **each} for each in found]
    nothing = {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope on this page."}}
    items = {scope: {kind: named} if named else nothing, "regions/us-east1": nothing}
    return {"kind": f"compute#{_KINDS[kind]}", "items": items}


def place(gcp: FakeGcp, kind: str, *found: dict[str, Any], scope: str = "global") -> None:
    """Let a list be these things."""
    gcp.put(f"{PROJECT}/aggregated/{kind}", page(kind, *found, scope=scope))


def place_ssl_proxies(gcp: FakeGcp, *found: dict[str, Any]) -> None:
    """Let the proxies of TLS over TCP be these, which Google lists without regions."""
    named = [{"selfLink": url("targetSslProxies", each["name"]), **each} for each in found]
    gcp.put(f"{PROJECT}/global/targetSslProxies", {"items": named, "kind": "compute#targetSslProxyList"})


def place_nothing(gcp: FakeGcp) -> None:
    """A project in which each list is empty."""
    for kind in _KINDS:
        place(gcp, kind)
    place_ssl_proxies(gcp)


def rule(name: str, leads_to: str, port: str = "443", **changed: Any) -> dict[str, Any]:
    """A forwarding rule to what the internet reaches."""
    target = {"backendService" if "/backendServices/" in leads_to else "target": leads_to}
    return {"name": name, **target, "portRange": f"{port}-{port}", "loadBalancingScheme": "EXTERNAL_MANAGED", **changed}


def proxy(name: str = "web", **changed: Any) -> dict[str, Any]:
    """A proxy of HTTPS as it should be."""
    tls = {"sslCertificates": [url("sslCertificates", "web")], "sslPolicy": url("sslPolicies", "modern")}
    return {"name": name, "urlMap": url("urlMaps", "web"), **tls, **changed}


GROUP = url("instanceGroups", "web", REGION)
WEB, QUEUE = f"{PROJECT}/global/backendServices/web", f"{PROJECT}/{REGION}/backendServices/queue"
SHOP, LOCAL = f"{PROJECT}/global/securityPolicies/shop", f"{PROJECT}/{REGION}/securityPolicies/local"
CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
RULES = [
    rule("web", url("targetHttpsProxies", "web")),
    rule("redirect", url("targetHttpProxies", "redirect"), "80"),
    rule("queue", url("targetTcpProxies", "queue", REGION), "4222", loadBalancingScheme="INTERNAL_MANAGED"),
    rule("local", url("targetHttpProxies", "local"), "8080"),
    rule("tunnel", f"{url('targetVpnGateways', 'office', REGION)}", loadBalancingScheme="EXTERNAL"),
    {"name": "google", "target": "all-apis"},
    rule("mesh", url("targetHttpProxies", "mesh"), loadBalancingScheme="INTERNAL_SELF_MANAGED"),
]
REDIRECT = {"name": "redirect", "defaultUrlRedirect": {"httpsRedirect": True}}
LOCAL_MAP = {"name": "local", "defaultService": url("backendServices", "local", REGION)}
MAP = {"name": "web", "defaultService": url("backendServices", "web")}


def service(name: str = "web", **changed: Any) -> dict[str, Any]:
    """A backend service as it should be."""
    return {
        "name": name,
        "backends": [{"group": GROUP, "capacityScaler": 1}],
        "healthChecks": [url("healthChecks", "web")],
        "securityPolicy": url("securityPolicies", "shop"),
        **changed,
    }


def queue(**changed: Any) -> dict[str, Any]:
    """One of a region, of which only those within know."""
    own = {"selfLink": url("backendServices", "queue", REGION)}
    return {**service("queue"), **own, "securityPolicy": "", **changed}


def local(**changed: Any) -> dict[str, Any]:
    """One of a region that the internet reaches."""
    own = {"selfLink": url("backendServices", "local", REGION)}
    return {**service("local"), **own, "securityPolicy": url("securityPolicies", "local", REGION), **changed}


def place_health(gcp: FakeGcp, path: str, *states: str, zones: str = "ab") -> None:
    """Each group in turn has one target, in each zone."""
    targets = [
        {"healthState": state, "instance": url("instances", f"m{number}", f"zones/europe-west3-{zone}")}
        for number, (state, zone) in enumerate(zip(states, zones, strict=True))
    ]
    gcp.put(f"{path}/getHealth", {"kind": "compute#backendServiceGroupHealth", "healthStatus": targets}, "POST")


def place_policy(gcp: FakeGcp, path: str, *rules: dict[str, Any], last: str = "allow") -> None:
    """Let a policy of Cloud Armor have these rules, and do this with all else."""
    rest = {"priority": 2147483647, "action": last}
    gcp.put(path, {"name": path.rpartition("/")[2], "rules": [*rules, rest]})


def deny(**changed: Any) -> dict[str, Any]:
    """A rule that refuses."""
    return {"priority": 100, "action": "deny(403)", "preview": False, **changed}


def place_tls_policy(gcp: FakeGcp, **changed: Any) -> None:
    """Let the one SSL policy be as it should, but for this."""
    right = {"name": "modern", "minTlsVersion": "TLS_1_2", "profile": "MODERN", "enabledFeatures": CIPHERS}
    place(gcp, "sslPolicies", {**right, **changed})


def place_shop(gcp: FakeGcp) -> None:
    """A shop behind HTTPS, a redirect, a queue that is passed on within, and rules that lead to no load balancer."""
    place_nothing(gcp)
    place(gcp, "forwardingRules", *RULES)
    place(gcp, "targetHttpsProxies", proxy())
    http = [{"name": name, "urlMap": url("urlMaps", name)} for name in ("redirect", "local", "mesh")]
    place(gcp, "targetHttpProxies", *http)
    passing = {"name": "queue", "service": url("backendServices", "queue", REGION)}
    place(gcp, "targetTcpProxies", passing, scope=REGION)
    place(gcp, "urlMaps", MAP, REDIRECT, LOCAL_MAP)
    place(gcp, "backendServices", service(), queue(), local())
    place(gcp, "healthChecks", {"name": "web", "httpHealthCheck": {"requestPath": "/health", "port": 80}})
    place_tls_policy(gcp)
    for path in (WEB, QUEUE, QUEUE.replace("queue", "local")):
        place_health(gcp, path, "HEALTHY", "HEALTHY")
    place_policy(gcp, SHOP, deny(), {"priority": 200, "action": "throttle"})
    place_policy(gcp, LOCAL, last="deny(404)")
