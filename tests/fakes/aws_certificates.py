# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of certificates, by AWS' API reference: DescribeCertificate of those that AWS made.

Those are issued, and eligible for renewal (moto: pending for a minute, and never eligible). Of those that IAM keeps,
when they end (moto: in 2012).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.acm.models import acm_backends

from tests.fakes.aws_protocols import Asked

_ACCOUNT = "123456789012"


class Certificates:
    """said: of certificates, by their ARNs, what replaces the answer."""

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {}
        self.changes = {"acm:DescribeCertificate": self._described, "iam:ListServerCertificates": self._listed}

    def reset(self) -> None:
        """AWS is about to renew each in time."""
        self.said: dict[str, dict[str, Any]] = {}

    def use(self, arn: str, resource: str) -> None:
        """Let a resource, such as a load balancer, use a certificate."""
        acm_backends[_ACCOUNT][arn.split(":")[3]].set_certificate_in_use_by(arn, resource)

    def _described(self, request: Asked, said: dict[str, Any]) -> None:
        certificate = said["Certificate"]
        if certificate["Type"] != "IMPORTED":
            certificate |= {"Status": "ISSUED", "RenewalEligibility": "ELIGIBLE", "NotAfter": in_days(200)}
        certificate |= self.said.get(request.said["CertificateArn"], {})

    def _listed(self, _request: Asked, said: dict[str, Any]) -> None:
        for each in said["ServerCertificateMetadataList"]:
            each.update(self.said.get(each["Arn"], {}))


def in_days(days: float) -> datetime:
    """So many days from now."""
    return datetime.now(UTC) + timedelta(days=days)
