# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what a registry says of a domain in RDAP (RFC 9083): until when it is registered, and in which state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Finding
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_NOT_FOUND, _OK, _TOO_MANY = 404, 200, 429
# RFC 8056: the statuses of EPP under which a domain is not, or soon no more, in the DNS or its owner's.
_ENDING = {"client hold", "server hold", "inactive", "pending delete", "pending restore", "redemption period"}
_LOCKS = {"client transfer prohibited", "server transfer prohibited"}


def registration_finding(reply: HttpFact, zone: str, min_days: float, locked: bool, now: float) -> Finding:
    """How long the domain is still registered, and what is wrong with it.

    min_days: days that must be left. locked: whether it must be barred from being transferred.
    """
    if reply.status == _NOT_FOUND:
        return {"registered": False}, ["the registry knows no such domain"]
    said = _object(reply)
    name = str(said.get("ldhName", "")).rstrip(".").lower()
    if not f".{zone.rstrip('.')}".endswith(f".{name}") or not name:
        raise CannotLook("malformed", f"the registry speaks of {shown(name) or 'no domain'}, not of {zone.rstrip('.')}")
    left = (_expires(said) - datetime.fromtimestamp(now, UTC)).total_seconds() / 86400
    listed = said.get("status", [])
    statuses = {str(status).lower() for status in listed} if isinstance(listed, list) else set()
    return standing(left, statuses, min_days, locked)


def standing(left: float, statuses: AbstractSet[str], min_days: float, locked: bool) -> Finding:
    """How a domain stands by the days that are left of its registration, and its statuses in the words of RFC 8056."""
    problems = [] if left >= min_days else [_short(left, min_days)]
    problems += [f"its status is {status}" for status in sorted(statuses & _ENDING)]
    if locked and not statuses & _LOCKS:
        problems.append("nothing bars its transfer to another registrar")
    return {"days left": round(left, 1), "status": [shown(status) for status in sorted(statuses)][:20]}, problems


def _short(left: float, min_days: float) -> str:
    if left < 0:
        return f"the registration ended {-left:.0f} days ago"
    return f"the registration ends in {left:.0f} days, not in {min_days:g} or more"


def _object(reply: HttpFact) -> Mapping[str, Any]:
    if reply.status == _TOO_MANY:
        raise CannotLook("timeout", "the registry answers too many requests (HTTP 429)")
    if reply.status != _OK:
        raise CannotLook("malformed", f"the registry answers HTTP {reply.status}")
    if reply.truncated:
        raise CannotLook("too_large", "the registry's answer is larger than what is read of it")
    try:
        said = json.loads(reply.body)
    except ValueError as error:
        raise CannotLook("malformed", f"the registry's answer is no JSON: {error}") from error
    if not isinstance(said, dict) or said.get("objectClassName") != "domain":
        raise CannotLook("malformed", "the registry's answer is not about a domain")
    return said


def _expires(said: Mapping[str, Any]) -> datetime:
    listed = said.get("events")
    events = [event for event in listed if isinstance(event, dict)] if isinstance(listed, list) else []
    found = next((event.get("eventDate") for event in events if event.get("eventAction") == "expiration"), None)
    if found is None:
        raise CannotLook("not_found", "the registry does not tell when the registration ends")
    try:
        moment = datetime.fromisoformat(str(found))
    except ValueError as error:
        raise CannotLook("malformed", f"the registration ends at {shown(str(found))}, which is no time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
