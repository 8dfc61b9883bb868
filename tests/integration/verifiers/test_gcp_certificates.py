# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_certificates verifier against a fake of Google's APIs, built from Google's own descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_certificates import ActionModule as GcpCertificates
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import ago, needs, said, unread
from tests.integration.verifiers.google_entries import (
    REGION,
    place,
    place_nothing,
    place_ssl_proxies,
    proxy,
    url,
)
from tests.integration.verifiers.live import prove_live

CONTROL = "tls.expiry"
NEEDS = needs("gcp_certificates")[CONTROL]
MANAGER = "projects/shop/locations/global"
MAP, CERTIFICATE = f"{MANAGER}/certificateMaps/web", f"{MANAGER}/certificates/cdn"
ENTRIES = f"/v1/{MAP}/certificateMapEntries"
METHODS = [
    "compute.sslCertificates.aggregatedList",
    "compute.targetHttpsProxies.aggregatedList",
    "compute.targetSslProxies.list",
    "certificatemanager.projects.locations.certificates.get",
    "certificatemanager.projects.locations.certificateMaps.certificateMapEntries.list",
]


def days(left: float) -> str:
    return ago(-24 * left)


def brought(name: str = "web", left: float = 90, **changed: Any) -> dict[str, Any]:
    names = {"subjectAlternativeNames": ["shop.example.com"]}
    return {"name": name, "type": "SELF_MANAGED", "expireTime": days(left), **names, **changed}


def managed(name: str = "web", left: float = 60, status: str = "ACTIVE", **domains: str) -> dict[str, Any]:
    said_of = {name.replace("_", "."): state for name, state in (domains or {"shop_example_com": "ACTIVE"}).items()}
    google = {"status": status, "domains": list(said_of), "domainStatus": said_of}
    return {"name": name, "type": "MANAGED", "expireTime": days(left), "managed": google}


def place_managers(gcp: FakeGcp, left: float = 60, state: str = "ACTIVE", **changed: Any) -> None:
    """The certificate that Certificate Manager keeps, and serves through a map."""
    of_google = {"state": state, "domains": ["cdn.example.com"], **changed}
    answer = {"name": CERTIFICATE, "managed": of_google, "sanDnsnames": ["cdn.example.com"], "expireTime": days(left)}
    gcp.put(f"/v1/{CERTIFICATE}", answer)


def entry(**changed: Any) -> dict[str, Any]:
    return {
        "name": f"{MAP}/x",
        "hostname": "cdn.example.com",
        "state": "ACTIVE",
        "certificates": [CERTIFICATE],
        **changed,
    }


@pytest.fixture
def right(gcp):
    """A proxy with a certificate that was brought, one with a map, and a certificate that nobody serves."""
    place_nothing(gcp)
    mapped = f"//certificatemanager.googleapis.com/{MAP}"
    place(gcp, "targetHttpsProxies", proxy(), proxy("cdn", certificateMap=mapped))
    place(gcp, "sslCertificates", brought(), brought("old", -5))
    gcp.put(ENTRIES, {"certificateMapEntries": [entry()]})
    place_managers(gcp)
    return gcp


def verdicts(gcp: FakeGcp, **changed: Any) -> list[Verdict]:
    return prove_live(GcpCertificates, CONTROL, {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, **changed})


def status(gcp: FakeGcp, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, **changed))


def test_certificates_that_last_pass_with_the_declared_permissions(right):
    (verdict,) = verdicts(right)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == {
        "brought, which nobody renews": ["projects/shop/global/sslCertificates/web"],
        "certificates in use": 2,
        "not in use": 1,
        "maps of certificates": 1,
    }
    assert right.used == set(NEEDS)


@pytest.mark.parametrize(
    ("certificate", "wrong", "severity"),
    [
        (brought(left=20), "it has 20 days left, less than 30", Severity.HIGH),
        (brought(left=5), "it has 5 days left, less than 30", Severity.CRITICAL),
        (brought(left=-2), "it expired 2 days ago", Severity.CRITICAL),
        (brought(expireTime=""), "nothing says when it ends", Severity.CRITICAL),
        (managed(left=20), "it has 20 days left, less than 21", Severity.HIGH),
        (managed(status="PROVISIONING"), "its status is PROVISIONING, not ACTIVE", Severity.HIGH),
        (managed(status="RENEWAL_FAILED"), "its status is RENEWAL_FAILED, not ACTIVE", Severity.HIGH),
        (
            managed(a_example_com="ACTIVE", b_example_com="FAILED_NOT_VISIBLE"),
            "Google cannot renew it for b.example.com: FAILED_NOT_VISIBLE",
            Severity.HIGH,
        ),
    ],
)
def test_a_certificate_that_does_not_last_fails_and_names_who_serves_it(right, certificate, wrong, severity):
    place(right, "sslCertificates", certificate)
    whole, one = verdicts(right)
    assert (whole.message, whole.severity) == ("1 of 2 certificates in use will not last", severity_of(severity))
    assert (one.subject, one.severity) == (
        "//compute.googleapis.com/projects/shop/global/sslCertificates/web",
        severity,
    )
    assert wrong in one.message
    assert one.actual["used by"] == ["web"]


def severity_of(severity: Severity) -> Severity | None:
    """The severity of the whole, of which the control's own is not said."""
    return None if severity is Severity.CRITICAL else severity


def test_what_google_renews_may_be_nearer_to_its_end(right):
    place(right, "sslCertificates", managed(left=25))
    assert status(right) is Status.PASS
    assert status(right, min_days_left_managed=28) is Status.FAIL
    assert status(right, min_days_left_managed=28, min_days_left=7) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"left": 20}, "it has 20 days left, less than 21"),
        ({"state": "FAILED"}, "its status is FAILED, not ACTIVE"),
        (
            {"authorizationAttemptInfo": [{"domain": "cdn.example.com", "state": "FAILED", "failureReason": "CAA"}]},
            "Google cannot renew it for cdn.example.com: CAA",
        ),
        ({"provisioningIssue": {"reason": "AUTHORIZATION_ISSUE"}}, "Google cannot renew it for its names: AUTH"),
    ],
)
def test_certificate_manager_is_judged_the_same(right, changed, wrong):
    place_managers(right, **changed)
    whole, one = verdicts(right)
    assert whole.status is Status.FAIL
    assert one.subject == f"//certificatemanager.googleapis.com/{CERTIFICATE}"
    assert wrong in one.message
    assert one.actual["used by"] == ["cdn"]


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        ([], "it has no entry"),
        ([entry(state="PENDING")], "the entry for cdn.example.com is PENDING"),
        ([entry(), entry(hostname="", matcher="PRIMARY", state="PENDING")], "the entry for all other names is PENDING"),
    ],
)
def test_a_map_must_serve_all_its_entries(right, entries, wrong):
    right.put(ENTRIES, {"certificateMapEntries": entries})
    whole, one = verdicts(right)
    assert whole.message == "1 of 1 maps of certificates lack a certificate"
    assert one.subject == f"//certificatemanager.googleapis.com/{MAP}"
    assert wrong in one.message


def test_proxies_in_regions_and_of_tcp_serve_certificates_too(right):
    ours = f"//certificatemanager.googleapis.com/{CERTIFICATE}"
    place(right, "targetHttpsProxies", proxy("inner", sslCertificates=[ours]), scope=REGION)
    place_ssl_proxies(right, {"name": "mail", "service": url("backendServices", "mail"), **serves("web")})
    place_managers(right, left=-1)
    place(right, "sslCertificates", brought(left=-1))
    whole, *others = verdicts(right)
    assert whole.message == "2 of 2 certificates in use will not last"
    assert [each.actual["used by"] for each in others] == [["mail"], ["inner"]]


def serves(name: str) -> dict[str, Any]:
    return {"sslCertificates": [url("sslCertificates", name)]}


def test_only_those_that_are_meant_are_judged(right):
    place(right, "sslCertificates", brought(left=1))
    assert status(right) is Status.FAIL
    for pattern in ("cdn", "cdn.*"):
        assert status(right, certificates=[pattern]) is Status.PASS
    assert "no certificate that is used is like gone" in said(verdicts(right, certificates=["web", "gone"]))


def test_what_is_not_there_never_passes(right):
    place(right, "sslCertificates")
    assert "Google's list does not have it" in said(verdicts(right))
    place_nothing(right)
    assert {each.status for each in verdicts(right)} == {Status.ERROR}


@pytest.mark.parametrize("certificate", [brought(type="NEW"), {"name": "web"}, brought(expireTime="soon")])
def test_what_nobody_understands_is_an_error(right, certificate):
    place(right, "sslCertificates", certificate)
    assert "(malformed)" in said(verdicts(right))


def test_nobody_who_answers_or_could_be_asked_is_an_error(right):
    right.put(ENTRIES, {"certificateMapEntries": [entry()], "unreachable": ["locations/x"]})
    assert "certificateMapEntries of locations/x" in said(verdicts(right))
    right.put(ENTRIES, {"certificateMapEntries": [entry()]})
    right.put(f"/v1/{CERTIFICATE}", {"name": CERTIFICATE})
    assert "neither Google nor anybody else manages" in said(verdicts(right))
    right.hang("compute.sslCertificates.aggregatedList")
    assert "(timeout)" in said(verdicts(right, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, endpoint_url="http://127.0.0.1:9"))


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_read_is_an_error(right, method):
    unread(right, method, verdicts)


@pytest.mark.parametrize("permission", NEEDS)
def test_each_permission_that_is_denied_is_named(right, permission):
    right.deny(permission)
    found = verdicts(right)
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
