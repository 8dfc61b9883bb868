# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of Google Cloud, their subnets and the rules of their firewalls, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import API, aggregated, last
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_ACTIONS = {"allow": "accept", "deny": "drop", "goto_next": "return", "apply_security_profile_group": "accept"}
# Sources within Google's network, which are not the world.
_WITHIN = {"INTRA_VPC", "NON_INTERNET", "VPC_NETWORKS"}
# Sources that are a part of the world which nobody can list.
_LARGE = ("srcRegionCodes", "srcThreatIntelligences")
_NOT_RANGES = (*_LARGE, "srcFqdns", "srcAddressGroups", "srcSecureTags", "srcNetworks")
_TO_SOME = ("destIpRanges", "destAddressGroups", "destFqdns", "destRegionCodes", "destThreatIntelligences")
EVERYWHERE = ("0.0.0.0/0", "::/0")
Rule = dict[str, Any]
Seen = dict[str, dict[str, Any]]


def resource(project: str, path: str) -> str:
    """The full name of a network or subnet."""
    return f"//compute.googleapis.com/projects/{project}/{path}"


def networks(reader: Reader) -> dict[str, bool]:
    """The networks of the project, and whether the policy of each is asked before its own rules."""
    path = f"compute/v1/projects/{reader.project}/global/networks"
    listed = reader.pages(API, path, "items", "compute.networks.list")
    order = "networkFirewallPolicyEnforcementOrder"
    return {each["name"]: each.get(order) == "BEFORE_CLASSIC_FIREWALL" for each in listed}


def firewalls(reader: Reader, names: Iterable[str]) -> Seen:
    """What a packet on its way into each network meets: the rules of the network itself, and those of policies."""

    def one(name: str) -> dict[str, Any]:
        path = f"compute/v1/projects/{reader.project}/global/networks/{name}/getEffectiveFirewalls"
        said = reader.get(API, path, "compute.networks.getEffectiveFirewalls")
        if "firewalls" not in said and "firewallPolicys" not in said:
            raise CannotLook("malformed", "neither rules nor policies, not even Google's own")
        policies = sorted(said.get("firewallPolicys", []), key=lambda policy: int(policy.get("priority", 0)))
        return {
            "own": _ordered([_own(each) for each in said.get("firewalls", []) if _counts(each)]),
            "above": [_policy(each["rules"], name) for each in policies if each["type"] != "NETWORK"],
            "network": [_policy(each["rules"], name) for each in policies if each["type"] == "NETWORK"],
        }

    return reader.each(names, one)


def regional(reader: Reader) -> dict[str, dict[str, list[Rule]]]:
    """By network, the rules of policies that count in one region, by the region."""
    found = dict[str, dict[str, list[Rule]]]()
    for policy in aggregated(reader, "firewallPolicies", "compute.firewallPolicies.list"):
        if "region" not in policy or not policy.get("associations"):
            continue
        region = last(policy["region"])
        path = f"compute/v1/projects/{reader.project}/regions/{region}/firewallPolicies/{policy['name']}"
        rules = reader.get(API, path, "compute.firewallPolicies.get")["rules"]
        for each in policy["associations"]:
            name = last(each["attachmentTarget"])
            found.setdefault(name, {})[region] = _policy(rules, name)
    return found


def subnets(reader: Reader) -> dict[str, dict[str, Any]]:
    """The subnets of machines by their path, with whether traffic is recorded, and Google reached from within."""
    return {
        f"regions/{last(each['region'])}/subnetworks/{each['name']}": {
            "name": each["name"],
            "recorded": bool((each.get("logConfig") or {}).get("enable")),
            "reaches_google": bool(each.get("privateIpGoogleAccess")),
        }
        for each in aggregated(reader, "subnetworks", "compute.subnetworks.list")
        if each.get("purpose", "PRIVATE") == "PRIVATE"
    }


def _counts(said: Mapping[str, Any]) -> bool:
    """Whether a rule is in force, and about what comes in to machines."""
    machines = said.get("targetType", "INSTANCES") == "INSTANCES"
    return said["direction"] == "INGRESS" and not said.get("disabled") and machines


def _ordered(rules: Sequence[Rule]) -> list[Rule]:
    """The order in which they are asked: of rules of the same priority, those that deny come first."""
    return sorted(rules, key=lambda rule: (rule["priority"], rule["verdict"] != "drop"))


def _own(said: Mapping[str, Any]) -> Rule:
    ranges = said.get("sourceRanges", [])
    named = said.get("sourceTags") or said.get("sourceServiceAccounts")
    return {
        "priority": said["priority"],
        "verdict": "accept" if "allowed" in said else "drop",
        "layers": [_layer(each, "IPProtocol") for each in said["allowed" if "allowed" in said else "denied"]],
        "from": ranges or ([] if named else list(EVERYWHERE)),
        "certain": not said.get("destinationRanges"),
        "unknown": "",
        "targets": [*said.get("targetTags", []), *said.get("targetServiceAccounts", [])],
    }


def _policy(rules: Sequence[Mapping[str, Any]], network: str) -> list[Rule]:
    """Those of a policy's rules that are about this network."""
    return _ordered(
        [
            _of_policy(each)
            for each in rules
            if _counts(each) and (not each.get("targetResources") or network in map(last, each["targetResources"]))
        ]
    )


def _of_policy(said: Mapping[str, Any]) -> Rule:
    match, verdict = said["match"], _ACTIONS[said["action"]]
    within = {match.get("srcNetworkContext"), match.get("srcNetworkType")} & _WITHIN
    ranges = list(match.get("srcIpRanges", []))
    if within or (not ranges and not any(match.get(name) for name in _NOT_RANGES)):
        ranges = [] if within else list(EVERYWHERE)
    large = verdict != "drop" and not within and any(match.get(name) for name in _LARGE)
    groups = match.get("srcAddressGroups", []) if verdict != "drop" else []
    return {
        "priority": said["priority"],
        "verdict": verdict,
        "layers": [_layer(each, "ipProtocol") for each in match["layer4Configs"]],
        "from": list(EVERYWHERE) if large else ranges,
        "certain": not large and not any(match.get(name) for name in _TO_SOME),
        "unknown": f"the rule of priority {said['priority']} is about {', '.join(map(last, groups))}" if groups else "",
        "targets": [
            *said.get("targetServiceAccounts", []),
            *(each["name"] for each in said.get("targetSecureTags", [])),
        ],
    }


def _layer(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    ranges = [each.partition("-") for each in said.get("ports", [])]
    return {
        "protocol": said[name].lower(),
        "ports": [(int(first), int(last or first)) for first, _dash, last in ranges],
    }
