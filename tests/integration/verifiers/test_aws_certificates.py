# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_certificates verifier through boto3 against moto, whose certificates never renew, and its fake, whose do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.golive.verify.plugins.action.aws_certificates import ActionModule as AwsCertificates
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.fakes.aws_certificates import in_days
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.live import prove_live

EXPIRY = "tls.expiry"
NEEDS = interface("golive.verify.aws_certificates").needs[EXPIRY]
BALANCER = f"arn:aws:elasticloadbalancing:eu-central-1:{ACCOUNT}:loadbalancer/app/shop/1"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
HOME = "eu-central-1"


def issued(aws: FakeAws, name: str = "shop.example.com", region: str = HOME, user: str | None = BALANCER) -> str:
    """A certificate that AWS made, and that something uses."""
    made = client(aws, "acm", region).request_certificate(DomainName=name, ValidationMethod="DNS")
    if user:
        aws.certificates.use(made["CertificateArn"], user)
    return str(made["CertificateArn"])


def imported(aws: FakeAws, days: float) -> str:
    """A certificate with a key of an elliptic curve that ends in so many days, made elsewhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    kept = client(aws, "acm", HOME).import_certificate(Certificate=made.public_bytes(pem), PrivateKey=secret)
    aws.certificates.use(kept["CertificateArn"], BALANCER)
    return str(kept["CertificateArn"])


def verdicts(aws: FakeAws, **options: Any) -> list[Verdict]:
    return prove_live(AwsCertificates, EXPIRY, {"endpoint_url": aws.url, "regions": [HOME], **options})


def status(aws: FakeAws, **options: Any) -> Status:
    return worst(each.status for each in verdicts(aws, **options))


def fails(aws: FakeAws, because: str, **options: Any) -> Verdict:
    found = [each for each in verdicts(aws, **options) if each.status is Status.FAIL and each.subject]
    assert because in said(found)
    return found[0]


def test_certificates_in_use_with_days_left_pass(aws: FakeAws) -> None:
    issued(aws)
    issued(aws, "cdn.example.com", "us-east-1", DISTRIBUTION)
    issued(aws, "old.example.com", user=None)
    kept = imported(aws, 40)
    aws.calls.clear()
    (account,) = verdicts(aws, account_id=ACCOUNT)
    assert account.status is Status.PASS, account.message
    assert account.actual == {
        "account": ACCOUNT,
        "imported, which nobody renews": [kept],
        "certificates in use": 3,
        "not in use": 1,
    }
    asked = {"sts:GetCallerIdentity": 1, "acm:ListCertificates": 2, "acm:DescribeCertificate": 3}
    assert aws.calls == {**asked, "iam:ListServerCertificates": 1}
    assert set(aws.calls) <= set(NEEDS)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"NotAfter": in_days(-3.2)}, "it expired 3 days ago"),
        ({"Status": "EXPIRED", "NotAfter": in_days(-3.2)}, "it is expired, not issued"),
        ({"Status": "REVOKED"}, "it is revoked, not issued"),
        ({"Status": "FAILED", "FailureReason": "CAA_ERROR"}, "it is failed (CAA_ERROR), not issued"),
        ({"NotAfter": None}, "nothing says when it ends"),
        ({"RenewalEligibility": "INELIGIBLE"}, "not eligible"),
    ],
)
def test_one_that_is_not_good_or_does_not_stay_so_fails(aws: FakeAws, changed: dict[str, Any], because: str) -> None:
    arn = issued(aws)
    aws.certificates.said[arn] = changed
    found = fails(aws, because)
    assert found.subject == arn
    assert found.actual["used by"] == [BALANCER]


@pytest.mark.parametrize(
    ("renewal", "because"),
    [
        ({"RenewalStatus": "FAILED", "RenewalStatusReason": "CAA_ERROR"}, "its renewal failed: CAA_ERROR"),
        ({"RenewalStatus": "PENDING_VALIDATION"}, "its renewal waits for www.example.com to be validated"),
        ({"RenewalStatus": "PENDING_AUTO_RENEWAL"}, None),
        ({"RenewalStatus": "SUCCESS"}, None),
    ],
)
def test_a_renewal_that_failed_or_waits_for_somebody_fails(
    aws: FakeAws, renewal: dict[str, Any], because: str | None
) -> None:
    names = [
        {"DomainName": "shop.example.com", "ValidationStatus": "SUCCESS"},
        {"DomainName": "www.example.com", "ValidationStatus": "PENDING_VALIDATION"},
    ]
    summary = {"DomainValidationOptions": names, "UpdatedAt": in_days(-1), **renewal}
    aws.certificates.said[issued(aws)] = {"RenewalSummary": summary}
    if because:
        fails(aws, because)
    else:
        assert status(aws) is Status.PASS


def test_an_imported_one_fails_by_its_days_alone(aws: FakeAws) -> None:
    arn = imported(aws, 20)
    found = fails(aws, "it has 20 days left, less than 30")
    assert (found.subject, found.severity) == (arn, Severity.HIGH)
    assert found.actual["renewal"] == "by nobody: it was imported"
    assert verdicts(aws)[0].severity is Severity.HIGH
    assert status(aws, min_days_left=19) is Status.PASS
    aws.certificates.said[arn] = {"NotAfter": in_days(13)}
    assert fails(aws, "left, less than 30").severity is Severity.CRITICAL


def test_an_expired_one_that_iam_keeps_fails(aws: FakeAws) -> None:
    issued(aws)
    made = client(aws, "iam").upload_server_certificate(
        ServerCertificateName="old", CertificateBody="x", PrivateKey="x"
    )  # of which moto says that it ended in 2012
    found = fails(aws, "it expired")
    assert found.subject == made["ServerCertificateMetadata"]["Arn"]
    assert status(aws, certificates=["shop.example.com"]) is Status.PASS


def test_what_is_not_used_harms_nobody_and_proves_nothing(aws: FakeAws) -> None:
    assert "there are no certificates in use" in said(verdicts(aws))
    arn = issued(aws, user=None)
    aws.certificates.said[arn] = {"Status": "EXPIRED"}
    assert status(aws) is Status.ERROR
    issued(aws, "www.example.com")
    assert status(aws) is Status.PASS


def test_those_that_are_meant_are_judged_and_must_be_used(aws: FakeAws) -> None:
    issued(aws, "*.example.com")
    aws.certificates.said[issued(aws, "old.example.org")] = {"NotAfter": in_days(1)}
    assert status(aws) is Status.FAIL
    assert status(aws, certificates=["*.example.com"]) is Status.PASS
    (missing,) = verdicts(aws, certificates=["*.example.com", "pay.example.com"])
    assert (missing.status, missing.subject) == (Status.ERROR, "pay.example.com")


@pytest.mark.parametrize("permission", NEEDS)
def test_what_is_denied_throttled_or_garbled_is_an_error(aws: FakeAws, permission: str) -> None:
    issued(aws)
    for fail, because in ((aws.deny, f"needs {permission}"), (aws.throttle, "throttled"), (aws.garble, "")):
        aws.failures.clear()
        fail(permission)
        found = verdicts(aws)
        assert {each.status for each in found} == {Status.ERROR}, said(found)
        assert because in said(found)


def test_one_that_cannot_be_read_hides_no_other(aws: FakeAws) -> None:
    hidden = issued(aws)
    aws.certificates.said[issued(aws, "www.example.com")] = {"NotAfter": in_days(1)}
    aws.deny_for("acm:DescribeCertificate", hidden)
    found = {each.subject: each.status for each in verdicts(aws)}
    assert found[hidden] is Status.ERROR
    assert found[""] is Status.FAIL


def test_another_account_is_an_error(aws: FakeAws) -> None:
    issued(aws)
    assert status(aws, account_id="999999999999") is Status.ERROR
