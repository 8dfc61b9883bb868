# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the public entries of an AWS account: whether they stay up, and whether they refuse attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_ENCRYPTED = ("HTTPS", "TLS")


def state_seen(balancer: Mapping[str, Any], listeners: Detail) -> Seen:
    """Whether a load balancer works, and speaks TLS with a certificate."""
    spoken = value(listeners)
    shown = [f"{each['protocol']}/{each['port']}" for each in spoken]
    wrong = [] if balancer["state"] == "active" else [f"its state is {balancer['state']}"]
    if not any(each["protocol"] in _ENCRYPTED and each["certificates"] for each in spoken):
        wrong.append(f"no listener speaks TLS with a certificate (it has {', '.join(shown) or 'none'})")
    return {"state": balancer["state"], "listeners": shown}, wrong


def stays_seen(attributes: Detail) -> Seen:
    """Whether nobody deletes a load balancer by mistake."""
    on = value(attributes)["stays"]
    return {"deletion protection": on}, [] if on else ["may be deleted: deletion protection is off"]


def logs_seen(attributes: Detail) -> Seen:
    """Whether requests are logged."""
    on = value(attributes)["logs"]
    return {"access logs": on}, [] if on else ["logs no requests: access logs are off"]


def targets_seen(
    groups: Sequence[Mapping[str, Any]],
    targets: Mapping[str, Detail],
    zones: Mapping[str, str] | CannotLook,
    wanted: Mapping[str, Any],
) -> Seen:
    """Whether each target group has enough healthy targets in enough zones, asked at the declared path.

    zones: of instances. wanted: min_healthy_targets, min_zones, health_check_path.
    """
    wrong = [] if groups else ["no target group is behind it"]
    actual = {}
    for group in groups:
        listed = value(targets[group["arn"]])
        healthy = [each for each in listed if each["state"] == "healthy"]
        within = {_zone(each, zones) for each in healthy}
        actual[group["name"]] = {"healthy": len(healthy), "of": len(listed), "zones": sorted(within)}
        if len(healthy) < wanted["min_healthy_targets"] or len(healthy) < len(listed):
            wrong.append(f"{group['name']} has {len(healthy)} healthy of {len(listed)} targets")
        if len(within) < wanted["min_zones"]:
            wrong.append(f"the healthy targets of {group['name']} are in {len(within)} zones")
        if wanted["health_check_path"] and group["path"] != wanted["health_check_path"]:
            wrong.append(f"{group['name']} is asked at {group['path'] or 'no path'}, not {wanted['health_check_path']}")
    return {"target groups": actual}, wrong


def _zone(target: Mapping[str, str], zones: Mapping[str, str] | CannotLook) -> str:
    if target["zone"] and target["zone"] != "all":
        return target["zone"]
    if isinstance(zones, CannotLook):
        raise zones
    if target["id"] not in zones:
        raise CannotLook("not_found", f"nothing tells in which zone target {target['id']} is")
    return zones[target["id"]]


def unguardable_seen() -> Seen:
    """Of a classic load balancer, which AWS WAF does not know."""
    return {"firewall": None}, ["no web ACL can be in front of a classic load balancer"]


def firewall_seen(firewall: Mapping[str, Any] | None) -> Seen:
    """Whether an entry has a firewall, and one that blocks."""
    if firewall is None:
        return {"firewall": None}, ["no web ACL is in front of it"]
    counting = [name for name, blocks in firewall["rules"].items() if not blocks]
    blocking = len(firewall["rules"]) - len(counting)
    wrong = []
    if not blocking and not firewall["refuses"]:
        said = f"all its rules only count or allow: {', '.join(counting[:10])}" if counting else "it has no rules"
        wrong.append(f"web ACL {firewall['name']} blocks nothing: {said}")
    return {"firewall": firewall["name"], "rules that block": blocking, "that do not": counting[:20]}, wrong
