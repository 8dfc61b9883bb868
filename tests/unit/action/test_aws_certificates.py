# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_certificates verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_certificates import ActionModule as AwsCertificates
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import certificates
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

EXPIRY = "tls.expiry"
LIST, DESCRIBE, HOME = "list-certificates", "describe-certificate", "eu-central-1"
HERE, GLOBAL = f"--region {HOME} acm {LIST}", f"--region us-east-1 acm {LIST}"
OURS, THEIRS = f"--region {HOME} acm {DESCRIBE}", f"--region us-east-1 acm {DESCRIBE}"
IAM = "iam list-server-certificates"
NOW, DAY = time.time(), 86400
SHOP, CDN, OLD = (f"arn:aws:acm:{HOME}:123456789012:certificate/{name}" for name in ("shop", "cdn", "old"))
GOOD: dict[str, Any] = {
    "names": ["shop.example.com", "www.example.com"],
    "status": "ISSUED",
    "failure": "",
    "ends": NOW + 100 * DAY,
    "used_by": ["arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/1"],
    "brought": False,
    "eligible": True,
    "renewal": "",
    "hindrance": "",
    "unvalidated": [],
}
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    HERE: {SHOP: True, OLD: False},
    GLOBAL: {CDN: True},
    IAM: {},
    OURS: {SHOP: seen(GOOD)},
    THEIRS: {CDN: seen({**GOOD, "names": ["cdn.example.com"]})},
}
HIDDEN = {"reason": "denied", "detail": "needs acm:DescribeCertificate"}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsCertificates, EXPIRY, {"regions": [HOME], **options}, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


def shop(**changed: Any) -> dict[str, Any]:
    return {OURS: {SHOP: seen({**GOOD, **changed})}}


def test_certificates_in_use_with_days_left_pass_and_the_region_of_cloudfront_is_asked_too() -> None:
    (account,) = verdicts()
    assert (account.status, account.message) == (Status.PASS, "")
    assert (account.actual["certificates in use"], account.actual["not in use"]) == (2, 1)
    assert status(regions=["us-east-1"]) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (shop(status="PENDING_VALIDATION", ends=None), "it is pending validation, not issued; nothing says when it"),
        (shop(status="VALIDATION_TIMED_OUT"), "it is validation timed out, not issued"),
        (shop(status="FAILED", failure="CAA_ERROR"), "it is failed (CAA_ERROR), not issued"),
        (shop(ends=None), "nothing says when it ends"),
        (shop(ends=NOW - 3 * DAY), "it expired 3 days ago"),
        (shop(ends=NOW + 10 * DAY), "it has 10 days left, less than 30"),
        (shop(ends=NOW + 10 * DAY, brought=True), "it has 10 days left, less than 30"),
        (shop(eligible=False), "AWS does not renew it: it is not eligible"),
        (shop(renewal="FAILED"), "its renewal failed: AWS does not say why"),
        (shop(renewal="FAILED", hindrance="CAA_ERROR"), "its renewal failed: CAA_ERROR"),
        (shop(renewal="PENDING_VALIDATION"), "its renewal waits for its names to be validated"),
        (shop(renewal="PENDING_VALIDATION", unvalidated=["www.example.com"]), "waits for www.example.com to be"),
    ],
)
def test_one_that_is_not_good_or_does_not_stay_so_fails(changed: dict[str, Any], because: str) -> None:
    account, one = verdicts(changed)
    assert (account.status, account.message) == (Status.FAIL, "1 of 2 certificates in use will not last")
    assert (one.status, one.subject) == (Status.FAIL, SHOP)
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("look", "subject"),
    [
        (WHO, ""),
        (IAM, "server certificates of IAM"),
        (HERE, f"certificates in {HOME}"),
        (GLOBAL, "certificates in us-east-1"),
        (OURS, f"certificates in {HOME}"),
        (THEIRS, "certificates in us-east-1"),
    ],
)
def test_what_cannot_be_read_is_an_error(look: str, subject: str, reason: str) -> None:
    (one,) = verdicts({look: CannotLook(reason, "so it is")})
    assert (one.status, one.subject) == (Status.ERROR, subject)
    assert f"could not look ({reason})" in one.message


def test_what_cannot_be_read_hides_no_failure_elsewhere() -> None:
    late = {THEIRS: {CDN: seen({**GOOD, "ends": NOW + DAY})}}
    for hidden, subject in (
        ({OURS: {SHOP: HIDDEN}}, SHOP),
        ({HERE: CannotLook("denied", "so it is")}, f"certificates in {HOME}"),
    ):
        assert [(each.subject, each.status) for each in verdicts(hidden)] == [(subject, Status.ERROR)]
        assert [(each.subject, each.status) for each in verdicts(hidden | late)] == [
            ("", Status.FAIL),
            (CDN, Status.FAIL),
            (subject, Status.ERROR),
        ]


@pytest.mark.parametrize("listed", [{}, {OLD: False}])
def test_without_a_certificate_in_use_nothing_is_proven(listed: dict[str, bool]) -> None:
    (one,) = verdicts({HERE: listed, GLOBAL: {}})
    assert (one.status, one.subject) == (Status.ERROR, "certificates in use")


def test_those_that_are_meant_must_be_used_and_one_that_cannot_be_read_may_be_any() -> None:
    late = shop(ends=NOW + DAY)
    assert status(late, certificates=["cdn.*"]) is Status.PASS
    assert status(late, certificates=["cdn.*", "www.example.com"]) is Status.FAIL
    assert status(late, certificates=["*/shop"]) is Status.FAIL
    (unused,) = verdicts(certificates=["cdn.*", "*/old"])
    assert (unused.status, unused.subject) == (Status.ERROR, "*/old")
    (hidden,) = verdicts({OURS: {SHOP: HIDDEN}}, certificates=["cdn.*"])
    assert (hidden.status, hidden.subject) == (Status.ERROR, SHOP)


def test_the_account_fails_as_badly_as_its_worst_certificate() -> None:
    high, critical = Severity.HIGH, Severity.CRITICAL
    assert [each.severity for each in verdicts(shop(ends=NOW + 20 * DAY))] == [high, high]
    worse = {THEIRS: {CDN: seen({**GOOD, "ends": NOW + 10 * DAY})}}
    assert [each.severity for each in verdicts(shop(eligible=False) | worse)][1:] == [high, critical]
    assert verdicts(shop(eligible=False) | worse)[0].severity is not high
    assert [each.severity for each in verdicts(worse, critical_days_left=9)] == [high, high]


def test_another_account_is_an_error() -> None:
    assert status(account_id="999999999999") is Status.ERROR


@pytest.mark.parametrize(
    ("days", "changed", "good", "severity"),
    [
        (30, {}, True, Severity.HIGH),
        (29.9, {}, False, Severity.HIGH),
        (14, {}, False, Severity.HIGH),
        (13.9, {}, False, Severity.CRITICAL),
        (-0.1, {}, False, Severity.CRITICAL),
        (100, {"status": "REVOKED"}, False, Severity.CRITICAL),
        (30, {"renewal": "PENDING_AUTO_RENEWAL"}, True, Severity.HIGH),
        (30, {"brought": True, "eligible": False, "renewal": "FAILED"}, True, Severity.HIGH),
    ],
)
def test_days_are_counted_to_the_limit(days: float, changed: dict[str, Any], good: bool, severity: Severity) -> None:
    certificate = {**GOOD, "ends": NOW + days * DAY, **changed}
    assert (list(certificates.seen(certificate, 30, NOW)[1]) == []) is good
    assert certificates.severity(certificate, 14, NOW) is severity


@pytest.mark.parametrize(("days", "expected"), [(100, Status.PASS), (10, Status.FAIL), (-3, Status.FAIL)])
def test_what_iam_keeps_is_judged_by_its_days(days: float, expected: Status) -> None:
    arn = "arn:aws:iam::123456789012:server-certificate/old"
    kept = {IAM: {arn: seen({**GOOD, "names": ["old"], "ends": NOW + days * DAY, "brought": True})}}
    assert status(kept) is expected
    assert status(kept, certificates=["*.example.com"]) is Status.PASS
    assert status({**kept, HERE: {}, GLOBAL: {}}) is expected
