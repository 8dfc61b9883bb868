# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the record sets of a zone lead, and which of these places an account still has.

A name that leads to a thing of AWS that was given up is taken over by whoever makes one of the same name. Of load
balancers, distributions, buckets and zones, the account can tell; of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

BALANCER, BUCKET, DISTRIBUTION, ZONE = "load balancer", "bucket", "distribution", "hosted zone"
_AWS = r"\.amazonaws\.com(?:\.cn)?\."
_REGION = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
_PLACES = {
    BALANCER: re.compile(rf".+\.(?:elb\.{_REGION}|{_REGION.replace('region', 'first')}\.elb){_AWS}"),
    BUCKET: re.compile(rf"(?:(?P<name>.+)\.)?s3(?:-website)?(?:[.-]dualstack)?(?:[.-]{_REGION})?{_AWS}"),
    DISTRIBUTION: re.compile(r"[^.]+\.cloudfront\.net\."),
}
_DUALSTACK = "dualstack."  # before the name of a load balancer, which has addresses of both families by it
_OF_AWS = re.compile(r"ns-\d+\.awsdns-\d+\.[a-z.]+\.")

RecordSet = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lead:
    """One record set, and one place that it leads to: of a kind that can be looked up, or of none.

    key: what the account calls the place. region: where a load balancer is.
    """

    source: str
    host: str
    kind: str = ""
    key: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What an account has: by kind its keys, or why these are not known; and name servers of its public zones."""

    things: Mapping[str, Collection[str] | CannotLook]
    zones: Mapping[str, Detail]


def title(found: RecordSet) -> str:
    """How a record set is told from all others."""
    said = f"{found['name'].rstrip('.')} {found['type']}"
    return f"{said} ({found['identifier']})" if found["identifier"] else said


def leads(found: Iterable[RecordSet]) -> list[Lead]:
    """Where aliases and canonical names lead."""
    return [_lead(each, host) for each in found for host in ([each["alias"]] if each["alias"] else _canonical(each))]


def _canonical(found: RecordSet) -> list[str]:
    return [f"{name.rstrip('.').lower()}." for name in found["values"]] if found["type"] == "CNAME" else []


def _lead(found: RecordSet, host: str) -> Lead:
    for kind, pattern in _PLACES.items():
        if place := pattern.fullmatch(host):
            said = place.groupdict()
            # An alias names no bucket: it leads to the one that is called as the record set is.
            key = said.get("name") or found["name"].rstrip(".") if kind == BUCKET else host.removeprefix(_DUALSTACK)
            return Lead(title(found), host, kind, key, said.get("region") or said.get("first") or "")
    return Lead(title(found), host)


def balancers(account: Account, region: str) -> list[str]:
    """The names of the classic load balancers of a region."""
    listed = account.call("elb", "describe_load_balancers", region=region)["LoadBalancerDescriptions"]
    return [f"{each['DNSName'].lower()}." for each in listed]


def lead_seen(lead: Lead, held: Held, found: Sequence[RecordSet], zone: str) -> Seen:
    """Whether there is still what a record set leads to."""
    actual = {"leads to": lead.host.rstrip(".")}
    if f".{lead.host}".endswith(f".{zone}"):
        return actual, [] if _answers(lead.host, found, zone) else [f"the zone has no {lead.host.rstrip('.')}"]
    if not lead.kind:
        return actual, []
    things = held.things[lead.kind]
    if isinstance(things, CannotLook):
        raise things
    gone = f"it leads to {lead.host.rstrip('.')}, a {lead.kind} that this account does not have"
    return actual, [] if lead.key in things else [gone]


def _answers(name: str, found: Sequence[RecordSet], zone: str) -> bool:
    """Whether a zone has a name: itself, by a wildcard above it, or in a part that it has delegated."""
    names = {each["name"] for each in found}
    delegated = {each["name"] for each in found if each["type"] == "NS" and each["name"] != zone}
    labels = name.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels)) if len(labels[start:]) >= len(zone.split("."))]
    return name in names or any(f"*.{each}" in names or each in delegated for each in above)


def delegated(found: Iterable[RecordSet], zone: str) -> list[RecordSet]:
    """The parts of a zone that are delegated to name servers of Route 53."""
    return [
        each
        for each in found
        if each["type"] == "NS" and each["name"] != zone and any(map(_OF_AWS.fullmatch, _servers(each)))
    ]


def _servers(found: RecordSet) -> list[str]:
    return sorted(f"{name.rstrip('.').lower()}." for name in found["values"])


def part_seen(part: RecordSet, zones: Sequence[Mapping[str, Any]], held: Held) -> Seen:
    """Whether a zone of this account answers at the name servers to which a part was delegated."""
    listed = _servers(part)
    actual = {"name servers": listed}
    own = [each["id"] for each in zones if each["name"] == part["name"] and not each["private"]]
    known = [value(held.zones[identity]) for identity in own]
    if listed in known:
        return actual, []
    return actual, [f"it is delegated to name servers at which this account has no {ZONE} of this name"]


def spared(host: str, elsewhere: Collection[str]) -> bool:
    """Whether what a name leads to is declared to be another account's."""
    return like(host.rstrip("."), elsewhere)
