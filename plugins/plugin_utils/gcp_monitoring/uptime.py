# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether Google asks the public addresses from outside, sees them well, and somebody hears when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_monitoring.judging import heard_seen, works_seen
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_monitoring.reading import PASSED
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_PORTS = {"https": 443, "http": 80}
# The same metric as it is written in a query of Prometheus.
_PASSED_IN_QUERIES = "uptime_check_check_passed"
_MOST_SHOWN = 5
Check = Mapping[str, Any]


def of(url: str, checks: Sequence[Check]) -> list[Check]:
    """The uptime checks that ask for a URL."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    wanted = (parts.scheme == "https", (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme), path)
    return [each for each in checks if (each["encrypted"], each["host"], each["port"], each["path"]) == wanted]


def asks_seen(checks: Sequence[Check], max_minutes: int) -> Seen:
    """Whether somebody asks for it from outside, and often enough."""
    if not checks:
        return {"checks": 0}, ["no uptime check asks for it"]
    problems = [_asking_problems(each, max_minutes) for each in checks]
    return {"checks": len(checks)}, [] if [] in problems else problems[0]


def good(checks: Sequence[Check], max_minutes: int) -> list[Check]:
    """Those among them that ask as they should."""
    return [each for each in checks if not _asking_problems(each, max_minutes)]


def _asking_problems(check: Check, max_minutes: int) -> list[str]:
    problems = ["its uptime check is switched off"] if check["off"] else []
    if check["within"]:
        problems.append("its uptime check asks from within the network")
    if check["seconds"] > max_minutes * 60:
        problems.append(f"its uptime check asks every {check['seconds'] / 60:g} minutes, not every {max_minutes}")
    return problems


def last_seen(checks: Sequence[Check], last: Mapping[str, Detail], minutes: int) -> Seen:
    """Whether it was answered well lately, and from nearly everywhere; one place alone may be what is wrong."""
    answers = [value(last[each["name"]]) for each in checks]
    if not answers:
        return {}, []
    if not any(answers):
        return {"places": 0}, [f"its uptime check has not asked within {minutes} minutes"]
    places = max(answers, key=len)
    failing = sorted(place for place, passed in places.items() if not passed)
    down = len(failing) > 1 or len(failing) == len(places)
    said = f"{len(failing)} of {len(places)} places get no good answer: {', '.join(failing[:_MOST_SHOWN])}"
    return {"places": len(places), "that get no good answer": len(failing)}, [said] if down else []


def told_seen(
    checks: Sequence[Check],
    policies: Sequence[Mapping[str, Any]],
    snoozed: Mapping[str, float],
    channels: Mapping[str, Detail],
    limits: tuple[int, float],
) -> Seen:
    """Whether an alert policy that reaches somebody is about the check. limits: longest snooze in hours, and now."""
    if not checks:
        return {}, []
    about = [each for each in policies if any(_is_about(each, check) for check in checks)]
    if not about:
        return {"policies": 0}, ["no alert policy is about its uptime check"]
    problems, hidden = list[str](), list[CannotLook]()
    for policy in about:
        try:
            wrong = [*works_seen(policy, snoozed, *limits)[1], *heard_seen(policy, channels)[1]]
        except CannotLook as reason:
            hidden.append(reason)
            continue
        if not wrong:
            return {"policies": len(about)}, []
        problems += [f"{policy['title']}, which is about its uptime check: {each}" for each in wrong]
    if hidden:
        raise hidden[0]
    return {"policies": len(about)}, problems[:_MOST_SHOWN]


def _is_about(policy: Mapping[str, Any], check: Check) -> bool:
    """Whether a condition watches the check: by its id, or all checks without naming any."""
    identity = check["name"].rpartition("/")[2]
    return any(
        (PASSED in each["watched"] or _PASSED_IN_QUERIES in each["watched"])
        and ("check_id" not in each["watched"] or f'"{identity}"' in each["watched"])
        for each in policy["conditions"]
    )
