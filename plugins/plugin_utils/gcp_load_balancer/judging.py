# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the load balancers of Google Cloud: whether they speak TLS, stay up, and refuse attacks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import last
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.entries import ENCRYPTED, HTTP, HTTPS, SSL, TCP, kind
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

Entry = Mapping[str, Any]
# Of Google's schemes, the one of meshes of services, in which each machine balances by itself.
_MESH = "INTERNAL_SELF_MANAGED"
_SERVICE = "backendServices"
# Groups of addresses elsewhere, and of what Google runs by itself: it asks none of these for its health.
_UNASKED = re.compile(r"/(?:global|regions/[^/]+)/networkEndpointGroups/")
_VERSIONS = {"TLS_1_0": "TLSv1", "TLS_1_1": "TLSv1.1", "TLS_1_2": "TLSv1.2", "TLS_1_3": "TLSv1.3"}
_MOST_SHOWN = 20
_WEAK = ("3DES", "RC4", "NULL", "EXPORT")


def balancers(rules: Sequence[Entry], proxies: Mapping[str, Entry]) -> dict[str, list[Entry]]:
    """The entries of each load balancer, by what the console names it after: its map of URLs, or its backend service.

    Forwarding rules to anything else, such as tunnels and services of other networks, are of no load balancer.
    """
    found = dict[str, list[Entry]]()
    for rule in rules:
        leads_to = rule["leads_to"]
        if rule["scheme"] == _MESH or kind(leads_to) not in (HTTP, HTTPS, SSL, TCP, _SERVICE):
            continue
        proxy = {} if kind(leads_to) == _SERVICE else proxies.get(leads_to)
        if proxy is None:
            raise CannotLook("not_found", f"{rule['name']} leads to {leads_to}, which is not in the list of proxies")
        entry = {**rule, **proxy, "kind": kind(leads_to), "public": rule["scheme"].startswith("EXTERNAL")}
        found.setdefault(entry["leads_to"], []).append(entry | {"proxy": leads_to})
    return found


def tls_seen(entries: Sequence[Entry], plain: bool) -> Seen:
    """Whether a load balancer speaks TLS with a certificate. plain: it is meant not to."""
    shown = sorted(f"{_SPOKEN.get(each['kind'], 'as it comes')} on {each['ports']}" for each in entries)
    encrypted = [each for each in entries if each["kind"] in ENCRYPTED and (each["certificates"] or each["map"])]
    wrong = [] if encrypted or plain else [f"no entry speaks TLS with a certificate (it has {', '.join(shown)})"]
    return {"entries": shown}, wrong


_SPOKEN = {HTTP: "HTTP", HTTPS: "HTTPS", SSL: "TLS", TCP: "TCP"}


def asked(service: Entry) -> bool:
    """Whether Google asks the targets of a backend service for their health."""
    return not any(_UNASKED.search(group) for group in service["groups"])


def targets_seen(
    paths: Sequence[str], services: Mapping[str, Entry], health: Mapping[str, Detail], wanted: Mapping[str, Any]
) -> Seen:
    """Whether each backend service has enough healthy targets in enough zones.

    wanted: min_healthy_targets, min_zones, and unchecked_backends, of which nobody knows the health here.
    """
    actual, wrong, hidden = dict[str, Any](), list[str](), list[CannotLook]()
    for path in paths:
        if like(last(path), wanted["unchecked_backends"]):
            actual[last(path)] = "declared as not checked"
            continue
        try:
            actual[last(path)], problems = _service_seen(path, services, health, wanted)
        except CannotLook as reason:
            hidden.append(reason)
            continue
        wrong += problems
    if hidden and not wrong:
        raise hidden[0]
    return {"backends": dict(islice(actual.items(), _MOST_SHOWN))}, wrong


def _service_seen(
    path: str, services: Mapping[str, Entry], health: Mapping[str, Detail], wanted: Mapping[str, Any]
) -> Seen:
    name = last(path)
    if path not in services:
        raise CannotLook(
            "not_found", f"Google tells no health of {path}: declare it in unchecked_backends, or look there"
        )
    service = services[path]
    if not service["groups"]:
        drained = f": all {service['drained']} groups are drained" if service["drained"] else ""
        return {"of": 0}, [f"nothing is behind {name}{drained}"]
    if not asked(service):
        raise CannotLook("not_found", f"Google asks nothing behind {name} for its health: see unchecked_backends")
    if not service["checks"]:
        return {}, [f"{name} has no health check"]
    targets = value(health[path])
    healthy = [each for each in targets if each["healthy"]]
    if not all(each["zone"] for each in healthy):
        raise CannotLook("malformed", f"nothing tells in which zone a target of {name} is")
    zones = sorted({each["zone"] for each in healthy})
    wrong = []
    if len(healthy) < wanted["min_healthy_targets"] or len(healthy) < len(targets):
        wrong.append(f"{name} has {len(healthy)} healthy of {len(targets)} targets")
    if len(zones) < wanted["min_zones"]:
        wrong.append(f"the healthy targets of {name} are in {len(zones)} zones")
    return {"healthy": len(healthy), "of": len(targets), "zones": zones, "drained groups": service["drained"]}, wrong


def checks_seen(
    paths: Sequence[str], services: Mapping[str, Entry], checks: Mapping[str, str], wanted_path: str
) -> Seen:
    """Whether the targets are asked for their health at the declared path."""
    wrong = list[str]()
    for service in (services[path] for path in paths if path in services):
        for check in service["checks"]:
            if check not in checks:
                raise CannotLook("not_found", f"nothing tells of the health check {check}")
            if checks[check] != wanted_path:
                wrong.append(f"{service['name']} is asked at {checks[check] or 'no path'}, not {wanted_path}")
    return {}, wrong


def guard_seen(service: Entry, guards: Mapping[str, Detail]) -> Seen:
    """Whether a policy of Cloud Armor is in front, and blocks."""
    if not service["guard"]:
        return {"policy": None}, ["no policy of Cloud Armor is in front of it"]
    name, guard = last(service["guard"]), value(guards[service["guard"]])
    idle = [priority for priority, blocks in guard["blocks"].items() if not blocks]
    blocking = len(guard["blocks"]) - len(idle)
    wrong = []
    if not blocking and not guard["refuses"]:
        said = f"its rules only watch, limit or allow: {', '.join(idle[:10])}" if idle else "it has no rules"
        wrong.append(f"policy {name} blocks nothing: {said}")
    return {"policy": name, "rules that block": blocking, "that do not": idle[:20]}, wrong


def protocols_seen(proxy: Entry, policies: Mapping[str, Entry], wanted: Sequence[str]) -> Seen:
    """Which versions of TLS an entry accepts, and with which ciphers."""
    if not proxy["policy"]:
        # Google's default without one: the profile COMPATIBLE, from TLS 1.0 (SSL policies overview).
        return {"policy": None}, ["it has no SSL policy, so that TLS 1.0 is accepted"]
    if proxy["policy"] not in policies:
        raise CannotLook("not_found", f"nothing tells of the policy {proxy['policy']}")
    policy = policies[proxy["policy"]]
    if policy["oldest"] not in _VERSIONS or not policy["ciphers"]:
        raise CannotLook("malformed", f"an SSL policy from {policy['oldest']} with {len(policy['ciphers'])} ciphers")
    versions = list(_VERSIONS.values())
    accepted = versions[list(_VERSIONS).index(policy["oldest"]) :]
    wrong = [f"{version} is accepted" for version in accepted if version not in wanted]
    weak = [each for each in policy["ciphers"] if any(word in each for word in _WEAK)]
    wrong += [f"weak ciphers are accepted: {', '.join(weak[:5])}"] if weak else []
    return {"policy": last(proxy["policy"]), "profile": policy["profile"], "versions": accepted}, wrong
