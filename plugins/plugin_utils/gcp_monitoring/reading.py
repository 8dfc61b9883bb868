# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cloud Monitoring and Cloud Logging are told to do in a project, as plain data, read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

POLICIES = "gcloud alpha monitoring policies list"
SNOOZES = "gcloud monitoring snoozes list"
CHECKS = "gcloud monitoring uptime list-configs"
BUCKETS = "gcloud logging buckets list --location=-"
_API = "monitoring"
_PAGE = 100
_METRIC = re.compile(r"metric\.type\s*=\s*\"([^\"]+)\"")
_KINDS = {
    "conditionThreshold": "filter",
    "conditionAbsent": "filter",
    "conditionMatchedLog": "filter",
    "conditionMonitoringQueryLanguage": "query",
    "conditionPrometheusQueryLanguage": "query",
    "conditionSql": "query",
}
# Ways to align points by which the newest counts at once, however long the period is in which it is looked for.
_NEWEST = ("ALIGN_NEXT_OLDER", "ALIGN_NONE")
PASSED = "monitoring.googleapis.com/uptime_check/check_passed"
_HTTPS, _HTTP = 443, 80


def policies(reader: Reader) -> list[dict[str, Any]]:
    """The alert policies: what raises each, whom it tells, and what it says to them."""
    path = f"v3/projects/{reader.project}/alertPolicies"
    listed = reader.pages(_API, path, "alertPolicies", "monitoring.alertPolicies.list", pageSize=_PAGE)
    return [_policy(each) for each in listed]


def _policy(said: Mapping[str, Any]) -> dict[str, Any]:
    text = said.get("documentation") or {}
    links = [each["url"] for each in text.get("links", []) if each.get("url")]
    return {
        "name": said["name"],
        "title": said["displayName"],
        "enabled": said["enabled"],
        "too_late": "OPENED" not in ((said.get("alertStrategy") or {}).get("notificationPrompts") or ["OPENED"]),
        "invalid": (said.get("validity") or {}).get("message", ""),
        "channels": said.get("notificationChannels", []),
        "any": said.get("combiner") == "OR",
        "conditions": [_condition(each) for each in said.get("conditions", [])],
        "severity": said.get("severity", ""),
        "text": " ".join([text.get("subject", ""), text.get("content", ""), *links]),
    }


def _condition(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a condition watches, its limit where it is not within a query, and after how many seconds it is met."""
    kind = next((each for each in _KINDS if each in said), None)
    if kind is None:
        raise CannotLook("malformed", f"a condition of a kind that is not known: {', '.join(said)}"[:300])
    about = said[kind]
    watched = about.get(_KINDS[kind], "")
    return {
        "watched": watched,
        "metrics": _METRIC.findall(watched) if _KINDS[kind] == "filter" else [],
        "query": _KINDS[kind] == "query",
        "limit": about.get("thresholdValue", 0.0) if kind == "conditionThreshold" else None,
        "seconds": _within(kind, about),
    }


def _within(kind: str, about: Mapping[str, Any]) -> float | None:
    if kind == "conditionMatchedLog":
        return 0.0
    if kind == "conditionSql":
        return None
    periods = [
        _seconds(each.get("alignmentPeriod", "0s"))
        for each in about.get("aggregations", [])
        if each.get("perSeriesAligner") not in _NEWEST
    ]
    return (
        _seconds(about.get("duration", "0s"))
        + max(periods, default=0.0)
        + _seconds(about.get("evaluationInterval", "0s"))
    )


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def snoozes(reader: Reader) -> dict[str, float]:
    """By alert policy, until when it is kept quiet now, whatever it is about; a moment in seconds."""
    path = f"v3/projects/{reader.project}/snoozes"
    listed = reader.pages(_API, path, "snoozes", "monitoring.snoozes.list", pageSize=_PAGE)
    now, found = datetime.now(UTC), dict[str, float]()
    for each in listed:
        start, end = (datetime.fromisoformat(each["interval"][name]) for name in ("startTime", "endTime"))
        if not start <= now < end or each["criteria"].get("filter"):
            continue
        for policy in each["criteria"].get("policies", []):
            found[policy] = max(found.get(policy, 0.0), end.timestamp())
    return found


def checks(reader: Reader) -> list[dict[str, Any]]:
    """The uptime checks of HTTP: what each asks for, how often, and from where."""
    path = f"v3/projects/{reader.project}/uptimeCheckConfigs"
    listed = reader.pages(_API, path, "uptimeCheckConfigs", "monitoring.uptimeCheckConfigs.list", pageSize=_PAGE)
    return [_check(each) for each in listed if "httpCheck" in each and "monitoredResource" in each]


def _check(said: Mapping[str, Any]) -> dict[str, Any]:
    asks = said["httpCheck"]
    encrypted = bool(asks.get("useSsl"))
    return {
        "name": said["name"],
        "encrypted": encrypted,
        "host": said["monitoredResource"].get("labels", {}).get("host", "").lower(),
        "port": asks.get("port") or (_HTTPS if encrypted else _HTTP),
        "path": asks.get("path") or "/",
        "off": bool(said.get("disabled")),
        "within": said.get("checkerType") == "VPC_CHECKERS" or bool(said.get("isInternal")),
        "seconds": _seconds(said.get("period", "60s")),
        "matched": len(said.get("contentMatchers", [])),
    }


def last(reader: Reader, names: Iterable[str], minutes: int) -> dict[str, Detail]:
    """Of each uptime check, by the place that asks, whether it was answered well the last time, if there was one."""
    now = datetime.now(UTC)
    interval = {
        "interval.startTime": (now - timedelta(minutes=minutes)).isoformat(),
        "interval.endTime": now.isoformat(),
    }

    def one(name: str) -> dict[str, bool]:
        asked = f'metric.type="{PASSED}" AND metric.labels.check_id="{name.rpartition("/")[2]}"'
        path = f"v3/projects/{reader.project}/timeSeries"
        series = reader.pages(_API, path, "timeSeries", "monitoring.timeSeries.list", filter=asked, **interval)
        found = dict[str, tuple[str, bool]]()
        for each in series:
            place = each["metric"]["labels"].get("checker_location", "somewhere")
            newest = max((point["interval"]["endTime"], point["value"]["boolValue"]) for point in each["points"])
            found[place] = max(found.get(place, newest), newest)
        return {place: passed for place, (dummy, passed) in found.items()}

    return reader.each(names, one)


def buckets(reader: Reader) -> list[dict[str, Any]]:
    """The buckets of logs in all places, without those that are being deleted, and the days that each keeps logs."""
    path = f"v2/projects/{reader.project}/locations/-/buckets"
    listed = reader.pages("logging", path, "buckets", "logging.buckets.list", pageSize=_PAGE)
    return [
        {"name": each["name"], "id": each["name"].rpartition("/")[2], "days": each["retentionDays"]}
        for each in listed
        if each["lifecycleState"] != "DELETE_REQUESTED"
    ]
