# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what Google Cloud keeps a record of, where that goes, and whether it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_audit.filters import let_through
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

ALL_SERVICES = "allServices"
_ALWAYS = "/sinks/_Required"  # takes what it takes whatever other sinks intercept
_PROJECT = re.compile(r"logging\.googleapis\.com/(?P<name>projects/[^/]+)")
Sink = Mapping[str, Any]


def recorded(service: str, types: Sequence[str], policies: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """Whether all types of access to a service are recorded, whoever it is that has it.

    policies: what is audited, by the scope that says so, or why that cannot be read. They add up: neither can one
    below take away what one above records, nor the other way round, and so it is with who is exempted.
    """
    expected, subject = f"{', '.join(types)} recorded of everybody", f"audit configuration of {service}"
    hidden = [CannotLook(each["reason"], each["detail"]) for each in policies.values() if "value" not in each]
    about = [
        (scope, each)
        for scope, entry in policies.items()
        for each in entry.get("value", {}).get("audited", [])
        if each["type"] in types and (each["service"] in (service, ALL_SERVICES) or service == ALL_SERVICES)
    ]
    problems = [
        f"{shown(member, 200)} is exempted from {each['type']} of {shown(each['service'], 200)} by {scope}"
        for scope, each in about
        for member in each["exempted"]
    ]
    if hidden and not problems:
        return unseen(hidden[0], expected=expected, subject=subject)
    on = {each["type"] for _scope, each in about if each["service"] in (service, ALL_SERVICES)}
    missing = [each for each in types if each not in on]
    if missing and not hidden:
        problems.append(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not recorded")
    return judge(expected=expected, actual={"recorded": sorted(on)}, problems=problems, subject=subject)


def effective(sinks: Mapping[str, Mapping[str, Any]], scopes: Sequence[str]) -> list[Sink]:
    """The sinks that entries of the project get to: what one above intercepts never comes to those below it."""
    found: list[Sink] = []
    for scope in reversed(scopes):
        here = value(sinks[scope])
        stopped = any(each["intercepts"] for each in found)
        found += [each for each in here if not stopped or each["name"].endswith(_ALWAYS)]
    return found


def kept(log: str, project: Mapping[str, Any], sinks: Sequence[Sink], places: Mapping[str, Any], days: int) -> Verdict:
    """Whether a sink takes all of a log to a place that keeps it for so many days, whatever administrators want.

    project: its name and its number. places: by destination, those that keep anything.
    """
    expected = f"kept for {days} days, under lock or in another project"
    unread: CannotLook | None = None
    problems = []
    for sink in sinks:
        try:
            if not takes(sink, log, project["name"]):
                continue
            wrong = list(_loose(sink, places, project, days))
        except CannotLook as reason:
            unread = reason
            continue
        if not wrong:
            return judge(expected=expected, actual={"sink": sink["name"], "to": sink["to"]}, problems=[], subject=log)
        problems.append(f"{shown(sink['name'], 200)} takes it to {shown(sink['to'], 200)}, which {' and '.join(wrong)}")
    if unread:
        return unseen(unread, expected=expected, subject=log)
    found = {"sinks": len(sinks)}
    return judge(expected=expected, actual=found, problems=problems or ["no sink takes all of it"], subject=log)


def takes(sink: Sink, log: str, project: str) -> bool:
    """Whether all of a log goes to a sink; raise CannotLook where its filters say more than we understand."""
    through = let_through(sink["filter"], project)
    if through is not None and log not in through:
        return False
    left_out = [let_through(each, project) for each in sink["without"]]
    if any(each is not None and log in each for each in left_out):
        return False
    if through is None or None in left_out:
        raise CannotLook("malformed", f"what {sink['name']} takes is not understood: {shown(sink['filter'], 200)}")
    return True


def _loose(sink: Sink, places: Mapping[str, Any], project: Mapping[str, Any], days: int) -> Iterator[str]:
    if handed := _PROJECT.fullmatch(sink["to"]):
        raise CannotLook("unreachable", f"{sink['name']} hands it on to {handed['name']}, whose sinks are not followed")
    if sink["to"] not in places:
        yield "promises to keep nothing"
        return
    place = value(places[sink["to"]])
    if place["days"] < days:
        yield f"keeps it for {place['days']:g} days, not {days}"
    if not place["delivered"]:
        yield "has received nothing since yesterday"
    ours = any(f"/projects/{each}/" in sink["to"] for each in (project["name"], project["number"]))
    if not place["locked"] and (ours or sink["to"].startswith("storage.")):
        yield "is not locked"
