# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of Google's load balancers as plain data: forwarding rules, and the proxies that speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import API, aggregated, path
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

RULES = "gcloud compute forwarding-rules list"  # what a person asks for rules()
PROXIES = "for each in http https ssl tcp; do gcloud compute target-$each-proxies list; done"  # … for proxies()
HTTP, HTTPS, SSL, TCP = "targetHttpProxies", "targetHttpsProxies", "targetSslProxies", "targetTcpProxies"
ENCRYPTED = (HTTPS, SSL)


def rules(reader: Reader) -> list[dict[str, Any]]:
    """The forwarding rules: from where each is reached, on which ports, and the path of what it leads to, if any."""
    return [
        {
            "name": each["name"],
            "scheme": each.get("loadBalancingScheme", ""),
            "ports": _ports(each),
            "leads_to": path(leads) if "projects/" in (leads := each.get("backendService") or each["target"]) else "",
        }
        for each in aggregated(reader, "forwardingRules", "compute.forwardingRules.list")
    ]


def proxies(reader: Reader) -> dict[str, dict[str, Any]]:
    """By its path, what each proxy leads to, and with which certificates and policy it speaks TLS."""
    listed = reader.each((HTTP, HTTPS, SSL, TCP), lambda kind: _listed(reader, kind))
    return {
        path(each["selfLink"]): {
            "leads_to": path(each["urlMap" if kind in (HTTP, HTTPS) else "service"]),
            "certificates": [path(url) for url in each.get("sslCertificates", [])],
            "map": path(each["certificateMap"]) if each.get("certificateMap") else "",
            "policy": path(each["sslPolicy"]) if each.get("sslPolicy") else "",
        }
        for kind, detail in listed.items()
        for each in value(detail)
    }


def kind(path_of: str) -> str:
    """What something is, by its path."""
    return path_of.split("/")[-2] if path_of else ""


def _listed(reader: Reader, kind: str) -> list[dict[str, Any]]:
    """The proxies of a kind; of those that speak TLS over plain TCP there are none in regions, and so no such list."""
    permission = f"compute.{kind}.list"
    if kind == SSL:
        return reader.pages(API, f"compute/v1/projects/{reader.project}/global/{kind}", "items", permission)
    return aggregated(reader, kind, permission)


def _ports(said: Mapping[str, Any]) -> str:
    ports = said.get("ports") or [said.get("portRange") or "all"]
    return ", ".join(first if first == end else each for each in ports for first, dummy, end in [each.partition("-")])
