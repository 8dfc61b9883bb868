# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of Google's load balancers, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import aggregated, path
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_MANAGER = "certificatemanager"
_GOOD = "ACTIVE"


def resource(path_of: str) -> str:
    """The full name of a certificate, or of a map of some, whichever service keeps it."""
    service = "compute" if "/sslCertificates/" in path_of else _MANAGER
    return f"//{service}.googleapis.com/{path_of}"


def of_compute(reader: Reader) -> dict[str, dict[str, Any]]:
    """The certificates that load balancers are given themselves, by their paths."""
    listed = aggregated(reader, "sslCertificates", "compute.sslCertificates.list")
    return {path(each["selfLink"]): _of_compute(each) for each in listed}


def _of_compute(said: Mapping[str, Any]) -> dict[str, Any]:
    managed = said.get("managed") or {}
    if said["type"] not in ("MANAGED", "SELF_MANAGED"):
        raise CannotLook("malformed", f"{said['name']} is a certificate of the type {said['type']}"[:300])
    by_google = said["type"] == "MANAGED"
    return {
        "names": said.get("subjectAlternativeNames") or managed.get("domains", []),
        "managed": by_google,
        "status": managed["status"] if by_google else _GOOD,
        "hindrances": {name: why for name, why in managed.get("domainStatus", {}).items() if why != _GOOD},
        "ends": _moment(said.get("expireTime")),
    }


def of_maps(reader: Reader, maps: Iterable[str]) -> dict[str, Detail]:
    """Of each map of certificates its entries: for which name each is, whether it is served, and with what."""

    def one(name: str) -> list[dict[str, Any]]:
        permission = "certificatemanager.certmapentries.list"
        listed = reader.pages(_MANAGER, f"v1/{name}/certificateMapEntries", "certificateMapEntries", permission)
        return [
            {
                "name": each.get("hostname") or "all other names",
                "state": each["state"],
                "certificates": [path(certificate) for certificate in each["certificates"]],
            }
            for each in listed
        ]

    return reader.each(maps, one)


def of_manager(reader: Reader, paths: Iterable[str]) -> dict[str, Detail]:
    """What Certificate Manager tells of each of these certificates."""
    return reader.each(
        paths, lambda name: _of_manager(reader.get(_MANAGER, f"v1/{name}", "certificatemanager.certs.get"))
    )


def _of_manager(said: Mapping[str, Any]) -> dict[str, Any]:
    managed = said.get("managed")
    if managed is None and "selfManaged" not in said:
        raise CannotLook("malformed", "a certificate that neither Google nor anybody else manages")
    managed = managed or {"state": _GOOD}
    attempts = {
        each["domain"]: each.get("failureReason", "")
        for each in managed.get("authorizationAttemptInfo", [])
        if each["state"] == "FAILED"
    }
    issue = managed.get("provisioningIssue", {}).get("reason")
    return {
        "names": said.get("sanDnsnames") or managed.get("domains", []),
        "managed": "managed" in said,
        "status": managed["state"],
        "hindrances": attempts or ({"its names": issue} if issue else {}),
        "ends": _moment(said.get("expireTime")),
    }


def _moment(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None
