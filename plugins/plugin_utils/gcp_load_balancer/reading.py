# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is behind the entries of Google's load balancers, and what guards them, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import API, aggregated, path
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

MAPS = "gcloud compute url-maps list"
SERVICES = "gcloud compute backend-services list"
CHECKS = "gcloud compute health-checks list"
TLS_POLICIES = "gcloud compute ssl-policies list"
_LEADS = ("defaultService", "service", "backendService")
# Parts of a map of URLs that name services to which no visitor is led.
_ASIDE = ("tests", "requestMirrorPolicy")
_ASKED_FOR = ("httpHealthCheck", "httpsHealthCheck", "http2HealthCheck")
_IDENTITY = ("instance", "ipAddress", "ipv6Address", "port")
_STATES = ("healthState", "ipv6HealthState")
# The rule that Google puts last in each policy (Cloud Armor, priority of the default rule).
_LAST = 2147483647


def maps(reader: Reader) -> dict[str, list[str]]:
    """By its path, the backend services and buckets to which each map of URLs leads; none where it only redirects."""
    listed = aggregated(reader, "urlMaps", "compute.urlMaps.list")
    return {path(each["selfLink"]): sorted({path(url) for url in _leads(each)}) for each in listed}


def _leads(said: Any) -> Iterator[str]:
    if isinstance(said, list):
        for each in said:
            yield from _leads(each)
    elif isinstance(said, dict) and said.get("weight") != 0:
        yield from (said[name] for name in _LEADS if said.get(name))
        for name, each in said.items():
            if name not in _ASIDE:
                yield from _leads(each)


def services(reader: Reader) -> dict[str, dict[str, Any]]:
    """By its path, the groups behind each backend service, how their health is asked for, and what guards it."""
    return {
        path(each["selfLink"]): {
            "name": each["name"],
            "groups": [group["group"] for group in each.get("backends", []) if group.get("capacityScaler", 1) > 0],
            "drained": sum(group.get("capacityScaler", 1) == 0 for group in each.get("backends", [])),
            "checks": [path(url) for url in each.get("healthChecks", [])],
            "guard": path(each["securityPolicy"]) if each.get("securityPolicy") else "",
        }
        for each in aggregated(reader, "backendServices", "compute.backendServices.list")
    }


def health(reader: Reader, groups: Mapping[str, Sequence[str]]) -> dict[str, Detail]:
    """Of each backend service, given with its groups, every target, with its zone and whether it is healthy."""

    def one(service: str) -> list[dict[str, Any]]:
        of_region = "/regions/" in service
        permission = f"compute.{'regionBackendServices' if of_region else 'backendServices'}.get"
        found = list[dict[str, Any]]()
        for group in groups[service]:
            said = reader.post(API, f"compute/v1/{service}/getHealth", permission, {"group": group})
            found += _targets(said.get("healthStatus", []), group)
        return found

    return reader.each(groups, one)


def _targets(said: Sequence[Mapping[str, Any]], group: str) -> list[dict[str, Any]]:
    """The targets of a group, each once: Google tells it for each forwarding rule, and it must be well for all."""
    states = dict[tuple[Any, ...], list[bool]]()
    for each in said:
        told = [each[name] for name in _STATES if name in each]
        if not told:
            raise CannotLook("malformed", "a target without its health")
        states.setdefault(tuple(each.get(name, "") for name in _IDENTITY), []).extend(
            state == "HEALTHY" for state in told
        )
    return [
        {"zone": _zone(str(instance)) or _zone(group), "healthy": all(well)}
        for (instance, *_address), well in states.items()
    ]


def _zone(url: str) -> str:
    return url.partition("/zones/")[2].partition("/")[0]


def checks(reader: Reader) -> dict[str, str]:
    """By its path, at which path of HTTP each health check asks; empty where it asks for none."""
    return {
        path(each["selfLink"]): next((each[kind].get("requestPath", "/") for kind in _ASKED_FOR if kind in each), "")
        for each in aggregated(reader, "healthChecks", "compute.healthChecks.list")
    }


def tls_policies(reader: Reader) -> dict[str, dict[str, Any]]:
    """By its path, the oldest version of TLS that each policy accepts, and its ciphers."""
    return {
        path(each["selfLink"]): {
            "oldest": each["minTlsVersion"],
            "profile": each["profile"],
            "ciphers": each["enabledFeatures"],
        }
        for each in aggregated(reader, "sslPolicies", "compute.sslPolicies.list")
    }


def guards(reader: Reader, paths: Iterable[str]) -> dict[str, Detail]:
    """Of each policy of Cloud Armor, whether its rules block, by their priority, and what happens to the rest."""

    def one(policy: str) -> dict[str, Any]:
        permission = f"compute.{'regionSecurityPolicies' if '/regions/' in policy else 'securityPolicies'}.get"
        found = reader.get(API, f"compute/v1/{policy}", permission)["rules"]
        blocks = {each["priority"]: each["action"].startswith("deny") and not each.get("preview") for each in found}
        return {
            "refuses": blocks.pop(_LAST, False),
            "blocks": {str(name): blocking for name, blocking in blocks.items()},
        }

    return reader.each(paths, one)
