# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS says of the certificates that it keeps, and why one that is used will soon be none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import lasting
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

_MOST_NAMED = 10
# All that there are, since only certificates with a key of RSA of up to 2048 bits are listed to those who do not ask.
KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
# Whose keys AWS has not made, so that whoever made them must renew.
_BROUGHT = ("CUSTOMER_PROVIDED", "ACME")

Certificate = Mapping[str, Any]


def in_use(account: Account, region: str | None) -> dict[str, bool]:
    """The ARNs of a region's certificates, and whether something uses each."""
    asked = {"keyTypes": list(KEY_TYPES)}
    listed = account.call("acm", "list_certificates", region=region, Includes=asked)["CertificateSummaryList"]
    return {each["CertificateArn"]: each["InUse"] for each in listed}


def described(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """What is known of each certificate."""

    def read(arn: str) -> dict[str, Any]:
        said = account.call("acm", "describe_certificate", region=region, CertificateArn=arn)["Certificate"]
        renewal = said.get("RenewalSummary", {})
        return {
            "names": sorted({said["DomainName"], *said.get("SubjectAlternativeNames", [])}),
            "status": said["Status"],
            "failure": said.get("FailureReason", ""),
            "ends": said.get("NotAfter"),
            "used_by": said["InUseBy"],
            "brought": said["Type"] == "IMPORTED" or said.get("CertificateKeyPairOrigin") in _BROUGHT,
            "eligible": said["RenewalEligibility"] == "ELIGIBLE",
            "renewal": renewal.get("RenewalStatus", ""),
            "hindrance": renewal.get("RenewalStatusReason", ""),
            "unvalidated": sorted(
                each["DomainName"]
                for each in renewal.get("DomainValidationOptions", [])
                if each.get("ValidationStatus") != "SUCCESS"
            ),
        }

    return details(account, arns, read)


def of_iam(account: Account) -> dict[str, Detail]:
    """The server certificates that were brought into IAM, which does not tell what uses them."""
    listed = account.call("iam", "list_server_certificates")["ServerCertificateMetadataList"]
    return {
        each["Arn"]: {
            "value": {
                "names": [each["ServerCertificateName"]],
                "status": "ISSUED",
                "failure": "",
                "ends": each["Expiration"],
                "used_by": ["IAM does not tell"],
                "brought": True,
            }
        }
        for each in listed
    }


def seen(certificate: Certificate, min_days: int, now: float) -> Seen:
    """Whether a certificate is good, and stays so by itself."""
    ends, used = certificate["ends"], certificate["used_by"]
    actual = {
        "names": certificate["names"][:_MOST_NAMED],
        "used by": used[:_MOST_NAMED],
        "status": certificate["status"],
        "ends": None if ends is None else date(ends),
        "renewal": "by nobody: it was imported" if certificate["brought"] else certificate["renewal"] or "by AWS",
    }
    return actual, [*_validity_problems(certificate, min_days, now), *_renewal_problems(certificate)]


def severity(certificate: Certificate, critical_days: int, now: float) -> Severity:
    """How bad a failure is: as long as people have time, less so."""
    good = certificate["status"] == "ISSUED"
    return lasting.severity(certificate["ends"] if good else None, critical_days, now)


def _validity_problems(certificate: Certificate, min_days: int, now: float) -> list[str]:
    status, ends, problems = certificate["status"], certificate["ends"], list[str]()
    if status != "ISSUED":
        because = f" ({certificate['failure']})" if certificate["failure"] else ""
        problems.append(f"it is {status.lower().replace('_', ' ')}{because}, not issued")
    return problems + lasting.days_problems(ends, min_days, now)


def _renewal_problems(certificate: Certificate) -> list[str]:
    """What keeps AWS from renewing it."""
    if certificate["brought"]:
        return []
    if certificate["renewal"] == "FAILED":
        return [f"its renewal failed: {certificate['hindrance'] or 'AWS does not say why'}"]
    if certificate["renewal"] == "PENDING_VALIDATION":
        names = ", ".join(certificate["unvalidated"][:_MOST_NAMED]) or "its names"
        return [f"its renewal waits for {names} to be validated"]
    return [] if certificate["eligible"] else ["AWS does not renew it: it is not eligible"]
