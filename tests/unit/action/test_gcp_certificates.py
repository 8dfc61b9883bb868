# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_certificates verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_certificates import ActionModule as GcpCertificates
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

PROXIES, KEPT, ENTRIES = "target-$each-proxies", "ssl-certificates list", "maps entries list"
DESCRIBED = "certificates describe"
OURS, THEIRS = "projects/shop/global/sslCertificates/web", "projects/shop/locations/global/certificates/cdn"
MAP = "projects/shop/locations/global/certificateMaps/web"
DAY = 86400


def certificate(left: float = 60, **changed: Any) -> dict[str, Any]:
    right = {"names": ["shop.test"], "managed": False, "status": "ACTIVE", "hindrances": {}}
    return {**right, "ends": time.time() + left * DAY, **changed}


def entry(**changed: Any) -> dict[str, Any]:
    return {ENTRIES: {MAP: seen([{"name": "cdn.test", "state": "ACTIVE", "certificates": [THEIRS], **changed}])}}


def proxy(**changed: Any) -> dict[str, Any]:
    return {"leads_to": "x", "certificates": [OURS], "map": "", "policy": "", **changed}


RIGHT: dict[str, Any] = {
    PROXIES: {"p/targetHttpsProxies/web": proxy(), "p/targetHttpsProxies/cdn": proxy(map=MAP)},
    KEPT: {OURS: certificate()},
    **entry(),
    DESCRIBED: {THEIRS: seen(certificate(managed=True, names=["cdn.test"]))},
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpCertificates, "tls.expiry", {"project": "shop", **options}, Answers({**RIGHT, **(changed or {})}))


def ours(**changed: Any) -> dict[str, Any]:
    return {KEPT: {OURS: certificate(**changed)}}


@pytest.mark.parametrize(
    "changed",
    [{}, ours(managed=True, left=25), {PROXIES: {"p/targetSslProxies/web": proxy()}}, ours(names=[])],
)
def test_what_lasts_passes(changed: dict[str, Any]) -> None:
    assert [(one.status, one.message) for one in verdicts(changed)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("changed", "wrong", "severity"),
    [
        (ours(left=20.5), "days left, less than 30", Severity.HIGH),
        (ours(left=3), "days left, less than 30", Severity.CRITICAL),
        (ours(left=-3), "it expired 3 days ago", Severity.CRITICAL),
        (ours(ends=None), "nothing says when it ends", Severity.CRITICAL),
        (ours(managed=True, left=20), "days left, less than 21", Severity.HIGH),
        (ours(managed=True, status="PROVISIONING", ends=None), "its status is PROVISIONING", Severity.CRITICAL),
        (ours(hindrances={"a.test": "FAILED_CAA_FORBIDDEN"}), "for a.test: FAILED_CAA_FORBIDDEN", Severity.HIGH),
        ({DESCRIBED: {THEIRS: seen(certificate(left=10))}}, "days left, less than 30", Severity.CRITICAL),
        (entry(state="PENDING"), "the entry for cdn.test is PENDING", None),
        ({ENTRIES: {MAP: seen([])}}, "it has no entry", None),
    ],
)
def test_what_does_not_last_fails(changed: dict[str, Any], wrong: str, severity: Severity | None) -> None:
    whole, one = verdicts(changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert wrong in one.message
    assert one.severity is severity


@pytest.mark.parametrize("changed", [{PROXIES: {}}, {PROXIES: {"x": proxy(certificates=[])}}, {KEPT: {}}])
def test_what_is_not_there_is_an_error(changed: dict[str, Any]) -> None:
    assert {one.status for one in verdicts(changed)} == {Status.ERROR}
    assert {one.status for one in verdicts(certificates=["gone"])} == {Status.ERROR}


def test_only_what_is_meant_is_judged() -> None:
    assert worst(one.status for one in verdicts(ours(left=1), certificates=["cdn.*"])) is Status.PASS
    assert worst(one.status for one in verdicts(ours(left=1), certificates=["w?b"])) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [PROXIES, KEPT, ENTRIES, DESCRIBED])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    assert {one.status for one in verdicts({look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    one_of_several = {ENTRIES: MAP, DESCRIBED: THEIRS}
    if look in one_of_several:
        hidden = {look: {one_of_several[look]: {"reason": reason, "detail": "so it is"}}}
        assert {one.status for one in verdicts(hidden)} == {Status.ERROR}
