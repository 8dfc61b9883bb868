# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts for Prometheus' Alertmanager (API v2): what stands fires, told again by each run; what is over resolves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.notify import http_post
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import (
    DECISION,
    SEVERITIES,
    VALUE_DRIFT,
    Event,
    Message,
    told,
)
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route

_PATH = "/api/v2/alerts"
# Alertmanager groups what it gets; this is a bound on what one run may ask of it.
MOST = 500
_HOUR = 3600.0
# Alertmanager takes a date of four digits.
_LATEST = 253402300799.0


def deliver(route: Route, message: Message, until: float) -> str:
    """Post all alerts at once."""
    firing = sorted(message.standing, key=lambda event: SEVERITIES.index(event.severity))
    moved = [event for event in message.events if event.word == VALUE_DRIFT]
    end = message.at + route.plain["hold_hours"] * _HOUR
    alerts = [_alert(event, message, end) for event in [*firing[:MOST], *moved[: max(0, MOST - len(firing))]]]
    alerts += [_alert(event, message, message.at) for event in message.resolved]
    if (more := len(firing) + len(moved) - MOST) > 0:
        alerts.append(_more(more, message, end))
    if alerts:
        http_post.post(route, json.dumps(alerts).encode(), until, _PATH)
    return f"{len(firing)} firing, {len(message.resolved)} resolved"


def _alert(event: Event, message: Message, end: float) -> dict[str, Any]:
    # What is the same as long as it stands: Alertmanager tells alerts apart by all their labels.
    labels = {
        "alertname": _name(event),
        "environment": message.environment,
        "uid": event.uid,
        "control": event.control,
        "host": event.host,
        "target": event.target,
        "severity": event.severity,
        "owner": event.owner,
    }
    annotations = dict(_annotations(event))
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": annotations,
        # A clock that was moved back must not make an alert that begins after its end.
        "startsAt": _moment(min(event.since, message.at)),
        "endsAt": _moment(end),
        **({"generatorURL": message.link} if message.link else {}),
    }


def _name(event: Event) -> str:
    if event.uid == DECISION:
        return "GoliveNoGo"
    return "GoliveValueDrift" if event.word == VALUE_DRIFT else "GoliveNotProven"


def _annotations(event: Event) -> Iterator[tuple[str, str]]:
    lines = told(event)
    yield "summary", lines[0]
    yield "description", "\n".join(lines[1:]) or lines[0]
    if event.reproduce:
        yield "reproduce", event.reproduce


def _more(count: int, message: Message, end: float) -> dict[str, Any]:
    return {
        "labels": {"alertname": "GoliveMore", "environment": message.environment, "severity": "high"},
        "annotations": {"summary": f"{count} more are in the report of the run {message.run}"},
        "startsAt": _moment(message.at),
        "endsAt": _moment(end),
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(min(max(seconds, 0.0), _LATEST), UTC).isoformat()
