# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the public entries of an AWS account: whether they stay up, and whether they refuse attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_ENCRYPTED = ("HTTPS", "TLS")
_REFUSED = 403
_ERRORS = 400
# Harmless where they are let through, and in every set of rules: cross-site scripting, SQL injection, path traversal.
SAMPLES = {
    "cross-site scripting": "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "SQL injection": "q=1%27%20OR%20%271%27%3D%271%27%20UNION%20SELECT%20NULL--%20",
    "path traversal": "file=..%2F..%2F..%2F..%2Fetc%2Fpasswd",
}


def state_seen(balancer: Mapping[str, Any], listeners: Detail) -> Seen:
    """Whether a load balancer works, and speaks TLS with a certificate."""
    spoken = value(listeners)
    shown = [f"{each['protocol']}/{each['port']}" for each in spoken]
    wrong = [] if balancer["state"] == "active" else [f"its state is {balancer['state']}"]
    if not any(each["protocol"] in _ENCRYPTED and each["certificates"] for each in spoken):
        wrong.append(f"no listener speaks TLS with a certificate (it has {', '.join(shown) or 'none'})")
    return {"state": balancer["state"], "listeners": shown}, wrong


def stays_seen(protection: Detail) -> Seen:
    """Whether nobody deletes a load balancer by mistake."""
    on = value(protection)
    return {"deletion protection": on}, [] if on else ["may be deleted: deletion protection is off"]


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


def samples_seen(normal: HttpFact, attacks: Mapping[str, HttpFact]) -> Seen:
    """Whether what looks like an attack is refused, and what does not is served."""
    actual = {"a usual request": normal.status, **{name: fact.status for name, fact in attacks.items()}}
    wrong = [f"{name} is answered with {fact.status}" for name, fact in attacks.items() if fact.status != _REFUSED]
    if normal.status >= _ERRORS:
        wrong.append(f"a usual request is answered with {normal.status}, so that a refusal proves nothing")
    return actual, wrong
