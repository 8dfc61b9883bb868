# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Cloud Logging takes entries, and how long they stay there, as plain data, read strictly."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_audit.filters import LOGS, SERVICE

_DAY = 86400
_PAGE = 1000
_LOG_BUCKET = re.compile(r"logging\.googleapis\.com/(?P<path>[a-z]+/[^/]+/locations/[^/]+/buckets/[^/]+)")
_BUCKET = re.compile(r"storage\.googleapis\.com/(?P<name>[^/]+)")
Seen = dict[str, dict[str, Any]]


def sinks(reader: Reader, scopes: Iterable[str]) -> Seen:
    """By scope, the sinks there that are not disabled; above the project, those that take what is below them."""

    def one(scope: str) -> list[dict[str, Any]]:
        listed = reader.pages("logging", f"v2/{scope}/sinks", "sinks", "logging.sinks.list", pageSize=_PAGE)
        return [
            _sink(each, scope)
            for each in listed
            if not each.get("disabled")
            and (scope.startswith("projects/") or each.get("includeChildren") or each.get("interceptChildren"))
        ]

    return reader.each(scopes, one)


def _sink(said: Mapping[str, Any], scope: str) -> dict[str, Any]:
    return {
        "name": f"{scope}/sinks/{said['name']}",
        "to": said["destination"],
        "filter": said.get("filter", ""),
        "without": [each["filter"] for each in said.get("exclusions", []) if not each.get("disabled")],
        "intercepts": bool(said.get("interceptChildren")),
    }


def command(destination: str) -> str:
    """How a person asks for a place that keeps entries; empty for one that promises nothing."""
    if found := _LOG_BUCKET.fullmatch(destination):
        return f"gcloud logging buckets describe {shlex.quote(found['path'])}"
    found = _BUCKET.fullmatch(destination)
    return f"gcloud storage buckets describe {shlex.quote('gs://' + found['name'])}" if found else ""


def _delivered(reader: Reader, bucket: str) -> bool:
    """Whether a bucket has an audit log of today or yesterday; sinks write each hour, into a folder of its day."""
    now = datetime.now(UTC)
    for log in LOGS:
        for day in (now, now - timedelta(days=1)):
            start = f"{SERVICE}/{log}/{day:%Y/%m/%d}/"
            query = {"prefix": start, "maxResults": 1, "fields": "items(name)"}
            said = reader.get("storage", f"storage/v1/b/{bucket}/o", "storage.objects.list", **query)
            if any(each["name"].startswith(start) for each in said.get("items", [])):
                return True
    return False


def places(reader: Reader, destinations: Iterable[str]) -> Seen:
    """Of each place that keeps entries, for how many days it does, and whether that can be taken back.

    And whether anything came lately: a sink that may not write to its bucket fails in silence. Google's own log
    buckets take what sinks give them.
    """

    def one(destination: str) -> dict[str, Any]:
        if found := _LOG_BUCKET.fullmatch(destination):
            said = reader.get("logging", f"v2/{found['path']}", "logging.buckets.get")
            active = said["lifecycleState"] == "ACTIVE"
            days = said["retentionDays"] if active else 0
            return {"days": days, "locked": bool(said.get("locked")), "delivered": True}
        name = destination.partition("/")[2]
        said = reader.get("storage", f"storage/v1/b/{name}", "storage.buckets.get", projection="noAcl")
        if said.get("name") != name:
            raise CannotLook("malformed", "that is another bucket")
        retention = said.get("retentionPolicy") or {}
        days = int(retention.get("retentionPeriod", 0)) / _DAY
        return {"days": days, "locked": bool(retention.get("isLocked")), "delivered": _delivered(reader, name)}

    return reader.each(destinations, one)
