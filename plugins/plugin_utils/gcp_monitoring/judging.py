# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge alert policies of Cloud Monitoring: whether they reach somebody, and are what was agreed upon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import runbooks
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_HOUR = 3600
_MOST_SHOWN = 10
Policy = Mapping[str, Any]


def works_seen(policy: Policy, snoozed: Mapping[str, float], max_hours: int, now: float) -> Seen:
    """Whether a policy is on, and may tell somebody now. snoozed: by policy, until when it is quiet."""
    until = snoozed.get(policy["name"])
    wrong = [] if policy["enabled"] else ["it is switched off"]
    if policy["invalid"]:
        wrong.append(f"it can raise nothing: {shown(policy['invalid'], 200)}")
    if policy["too_late"]:
        wrong.append("it tells nobody before all is over")
    if not policy["conditions"]:
        wrong.append("it has no condition")
    if until is not None and until - now > max_hours * _HOUR:
        wrong.append(f"it is snoozed until {_said(until)}")
    return {} if until is None else {"snoozed until": _said(until)}, wrong


def _said(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def heard_seen(policy: Policy, channels: Mapping[str, Detail]) -> Seen:
    """Whether a policy reaches somebody: one channel that works is enough."""
    names = policy["channels"]
    actual = {"channels": len(names)}
    if not names:
        return actual, ["it has no notification channel"]
    unread = list[CannotLook]()
    for name in names:
        try:
            if not value(channels[name])["wrong"]:
                return actual, []
        except CannotLook as reason:
            unread.append(reason)
    if unread:
        raise unread[0]
    return actual, ["none of its notification channels works"]


def channel_seen(channel: Detail) -> Seen:
    """Whether a notification channel works."""
    found = value(channel)
    return {"title": shown(found["title"])}, [f"it {found['wrong']}"] if found["wrong"] else []


def agreed_seen(policy: Policy, declared: Mapping[str, Any], severities: Sequence[str], max_down_minutes: int) -> Seen:
    """Whether a policy is the one that was agreed upon, and works."""
    conditions, seconds = policy["conditions"], _within(policy)
    metrics = [metric for each in conditions for metric in each["metrics"]]
    limits = [each["limit"] for each in conditions if each["limit"] is not None]
    wrong = list(works_seen(policy, {}, 0, 0)[1])
    if declared["metric"] and not _watches(policy, declared["metric"]):
        wrong.append(f"it watches {', '.join(metrics[:_MOST_SHOWN]) or 'no metric'}, not {declared['metric']}")
    if declared["threshold"] is not None and limits and declared["threshold"] not in limits:
        wrong.append(f"its limit is {', '.join(f'{each:g}' for each in limits)}, not {declared['threshold']:g}")
    if declared["site_down"] and seconds is None:
        wrong.append("nothing tells within what time it is raised")
    elif declared["site_down"] and seconds is not None and seconds > max_down_minutes * 60:
        wrong.append(f"it takes {seconds / 60:g} minutes, more than {max_down_minutes}")
    if not _severity(policy, severities):
        wrong.append("neither itself nor its name or text tells its severity")
    if runbook(policy) is None:
        wrong.append("its documentation names no runbook")
    if declared["threshold"] is not None and not limits and not wrong:
        raise CannotLook("not_found", "its limit is not told: it stands within a query, or there is none")
    return {"title": policy["title"], "metrics": metrics[:_MOST_SHOWN], "limits": limits[:_MOST_SHOWN]}, wrong


def _watches(policy: Policy, metric: str) -> bool:
    return any(
        metric in each["watched"] if each["query"] else metric in each["metrics"] for each in policy["conditions"]
    )


def _within(policy: Policy) -> float | None:
    """Within how many seconds a policy is raised: by the fastest condition where any will do, or by the slowest."""
    seconds = [each["seconds"] for each in policy["conditions"]]
    if None in seconds:
        return None
    return (min if policy["any"] else max)(seconds, default=None)


def _severity(policy: Policy, severities: Sequence[str]) -> bool:
    if policy["severity"] not in ("", "SEVERITY_UNSPECIFIED"):
        return True
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", f"{policy['title']} {policy['text']}")}
    return any(each.lower() in words for each in severities)


def runbook(policy: Policy) -> str | None:
    """The first address in a policy's documentation."""
    return runbooks.named(policy["text"])
