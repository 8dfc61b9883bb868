# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of zones and domains, by AWS' API reference.

- GetDNSSEC: that a zone is signed, and its keys (moto: never signed).
- ListDomains and GetDomainDetail: what a registrar keeps (moto: no statuses, no keys, always the same servers).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.aws_certificates import in_days
from tests.fakes.aws_protocols import Asked, Refused


class Domains:
    """registered: what the registrar keeps, by domain. signing: of zones, by their identifiers."""

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "route53domains:ListDomains": self._listed,
            "route53domains:GetDomainDetail": self._detail,
        }
        self.changes = {"route53:GetDNSSEC": self._signing}

    def reset(self) -> None:
        """No domain is registered, and no zone signed."""
        self.registered: dict[str, dict[str, Any]] = {}
        self.signing: dict[str, dict[str, Any]] = {}

    def register(self, name: str, name_servers: list[str], **changes: Any) -> None:
        """Register a domain as it should be."""
        self.registered[name] = {
            "DomainName": name,
            "Nameservers": [{"Name": each} for each in name_servers],
            "AutoRenew": True,
            "AdminPrivacy": True,
            "RegistrantPrivacy": True,
            "TechPrivacy": True,
            "ExpirationDate": in_days(200),
            "StatusList": ["clientTransferProhibited"],
            "DnssecKeys": [],
            **changes,
        }

    def _listed(self, _request: Asked) -> dict[str, Any]:
        return {"Domains": [{"DomainName": name} for name in self.registered]}

    def _detail(self, request: Asked) -> dict[str, Any]:
        if request.said["DomainName"] not in self.registered:
            raise Refused(400, "InvalidInput", "Domain is not associated with this account")
        return self.registered[request.said["DomainName"]]

    def _signing(self, request: Asked, said: dict[str, Any]) -> None:
        said |= {"KeySigningKeys": []} | self.signing.get(request.said["Id"], {})
