# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a hosted zone: whether it holds what was declared, is delegated to, signed and kept registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.aliases import RecordSet, title
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Declared, absolute, declared_text
from ansible_collections.golive.verify.plugins.plugin_utils.dns.registration import standing
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_DAY = 86400
_SHOWN = 20
_HELD = {"SIGNING", "NOT_SIGNING"}

Domain = Mapping[str, Any]


def record_seen(declared: Declared, aliases: Sequence[str], checked: bool, found: Iterable[RecordSet]) -> Seen:
    """Whether the record sets of one name and type hold all that was declared of it, and nothing else.

    aliases: the names that Route 53 must answer in its place. checked: whether each must be left out when it is ill.
    """
    sets = [each for each in found if (each["name"], each["type"]) == (declared.name, declared.kind)]
    if not sets:
        others = sorted({each["type"] for each in found if each["name"] == declared.name})
        return {}, [f"the zone has no such record set, but {', '.join(others)}" if others else "the zone has none"]
    values = sorted({declared_text(declared.kind, each) for one in sets for each in one["values"]})
    led = sorted({each["alias"] for each in sets if each["alias"]})
    actual = {"values": values[:_SHOWN], "aliases": led[:_SHOWN], "ttl": [each["ttl"] for each in sets][:_SHOWN]}
    wanted = declared.wanted() if declared.values or not aliases else ()
    problems = [] if values == list(wanted) else [f"its values are {_words(values)}, not {_words(wanted)}"]
    names = sorted({absolute(each) for each in aliases})
    if led != names:
        problems.append(f"it is an alias of {_words(led)}, not of {_words(names)}")
    slow = max((each["ttl"] or 0 for each in sets), default=0)
    if declared.ttl_max is not None and slow > declared.ttl_max:
        problems.append(f"it may be cached for {slow} s, more than {declared.ttl_max}")
    if checked:
        problems += [f"nothing checks the health of {title(each)}" for each in sets if not _is_checked(each)]
    return actual, problems


def _is_checked(found: RecordSet) -> bool:
    return bool(found["check"] or found["evaluated"])


def failover_seen(found: RecordSet) -> Seen:
    """Whether a record set that another stands in for is ever left."""
    ways = {"health check": found["check"], "evaluates its target": found["evaluated"]}
    return ways, [] if _is_checked(found) else ["nothing checks its health, so the other never takes over"]


def check_seen(check: str, known: Mapping[str, Mapping[str, Any]], healthy: Mapping[str, Detail]) -> Seen:
    """Whether a health check that record sets rely on is there, is made, and finds what it checks well."""
    if check not in known:
        return {}, ["there is no such health check any more"]
    said = known[check]
    actual = {"of": said["of"]}
    if said["disabled"]:
        return actual, ["it is disabled, so that what it checks always counts as well"]
    well = value(healthy[check])
    return {**actual, "healthy": well}, [] if well else [f"{said['of']} is not well"]


def delegation_seen(
    given: Sequence[str], wanted: Sequence[str], found: Iterable[RecordSet], zone: str, domain: Domain | None
) -> Seen:
    """Whether the zone and the registrar name the servers at which this zone is answered.

    given: those that Route 53 gave the zone. wanted: those that were declared in their place. domain: what the
    registrar keeps; None where another keeps it.
    """
    servers = sorted({absolute(each) for each in wanted}) if wanted else list(given)
    own = sorted(
        {
            declared_text("NS", each)
            for one in found
            if (one["name"], one["type"]) == (zone, "NS")
            for each in one["values"]
        }
    )
    actual = {"zone": own, "Route 53": given}
    problems = [] if own == servers else [f"the zone names {_words(own)}, not {_words(servers)}"]
    if domain is not None:
        actual["registrar"] = domain["name_servers"]
        if domain["name_servers"] != servers:
            problems.append(f"the registrar names {_words(domain['name_servers'])}, not {_words(servers)}")
    return actual, problems


def registration_seen(domain: Domain | None, wanted: Mapping[str, Any], now: float) -> Seen:
    """Whether a domain stays the team's. wanted: the options of the check. domain: None where it is not registered."""
    if domain is None:
        return {"registered": False}, ["this account has not registered the domain"]
    left = (domain["ends"] - now) / _DAY
    actual, problems = standing(left, set(domain["status"]), wanted["min_days_registered"], wanted["transfer_lock"])
    wrong = list(problems)
    if wanted["auto_renew"] and not domain["renews"]:
        wrong.append("it does not renew by itself")
    if wanted["privacy"] and domain["public"]:
        wrong.append(f"anybody can read its contacts: {', '.join(domain['public'])}")
    return {**actual, "renews": domain["renews"]}, wrong


def signing_seen(zone: Mapping[str, Any], domain: Domain | None, required: bool) -> Seen:
    """Whether the zone is signed, and the registrar vouches for a key that signs it; or neither, unless required."""
    keys, vouched = zone["keys"], domain["keys"] if domain is not None else []
    active = [each for each in keys if each["status"] == "ACTIVE"]
    actual = {
        "signing": zone["status"],
        "keys": {each["tag"]: each["status"] for each in keys},
        "registrar": sorted(each["tag"] for each in vouched),
    }
    problems = [
        f"its key {each['name']} is {each['status'].lower().replace('_', ' ')}: {each['trouble']}"
        for each in keys
        if each["status"] in ("ACTION_NEEDED", "INTERNAL_FAILURE")
    ]
    if zone["status"] not in _HELD:
        problems.append(f"its signing is {zone['status'].lower().replace('_', ' ')}: {zone['trouble']}")
    if zone["status"] == "NOT_SIGNING":
        if required:
            problems.append("it is not signed")
        if vouched:
            problems.append("the registrar vouches for keys of a zone that is not signed, so resolvers refuse it")
        return actual, problems
    if not active:
        problems.append("no key of it is active")
    elif domain is not None and not vouched:
        problems.append("the registrar vouches for no key, so nobody validates the signatures")
    elif domain is not None and not any(_same(one, other) for one in active for other in vouched):
        problems.append("the registrar vouches for other keys than those that sign, so resolvers refuse it")
    return actual, problems


def _same(own: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(
        own["tag"] == other["tag"] and any(own[each] and own[each] == other[each] for each in ("digest", "public"))
    )


def query_logs_seen(groups: Sequence[str], there: Iterable[str]) -> Seen:
    """Whether somebody can read up what was asked. there: the groups of logs that the account has."""
    if not groups:
        return {"groups": []}, ["queries are not logged"]
    gone = sorted(set(groups) - set(there))
    return {"groups": list(groups)}, [f"queries are logged to {each}, which is not there" for each in gone]


def _words(values: Sequence[str]) -> str:
    return ", ".join(each.rstrip(".") for each in values[:_SHOWN]) or "nothing"
