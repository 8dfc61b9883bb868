# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the newest entry came that a central store has of a log. No entry is asked for: only counts and times travel."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import Source
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Seconds of the buckets that Loki counts entries in: how exactly the time of the newest is known.
_STEP = 60
_REASONS = {401: "denied", 403: "denied", 404: "not_found", 408: "timeout", 504: "timeout"}


async def newest(look: Observer, want: Wanted, source: Source) -> float | None:
    """Unix time of the newest entry of a log in the declared store; None when it has none within the window."""
    store = want.store
    place = look.at(store["from"]) if store["from"] else look
    asked = {"headers": store["headers"], "header_files": store["header_files"], "cafile": store["cafile"]}
    base = store["url"].rstrip("/")
    if store["type"] == "loki":
        parameters = {
            "query": f"sum(count_over_time({source.query}[{_STEP}s]))",
            "since": f"{math.ceil(want.window_hours)}h",
            "step": str(_STEP),
        }
        return loki_newest(
            _answer(await place.http(f"{base}/loki/api/v1/query_range?{urlencode(parameters)}", **asked))
        )
    if not store["index"]:
        raise NotAsked("option store.index is not given")
    field, gte = store["time_field"], f"now-{math.ceil(want.window_hours)}h"
    wanted = [{"query_string": {"query": source.query}}, {"range": {field: {"gte": gte}}}]
    question = {"size": 0, "query": {"bool": {"filter": wanted}}, "aggs": {"newest": {"max": {"field": field}}}}
    asked["headers"] = {**asked["headers"], "Content-Type": "application/json"}
    url = f"{base}/{quote(store['index'], safe='*,')}/_search"
    return elasticsearch_newest(_answer(await place.http(url, method="POST", body=json.dumps(question), **asked)))


def _answer(fact: HttpFact) -> Mapping[str, Any]:
    if fact.status != 200:
        reason = _REASONS.get(fact.status, "unreachable" if fact.status >= 500 else "malformed")
        raise CannotLook(reason, f"{fact.url} answered {fact.status}")
    if fact.truncated:
        raise CannotLook("too_large", f"{fact.url} answered more than can be read")
    try:
        answer = json.loads(fact.body)
    except ValueError as error:
        raise CannotLook("malformed", f"{fact.url} answered without JSON") from error
    if not isinstance(answer, dict):
        raise CannotLook("malformed", f"{fact.url} answered no object")
    return answer


def loki_newest(answer: Mapping[str, Any]) -> float | None:
    """The last bucket with an entry, of a matrix of counts (Loki's HTTP API, query_range)."""
    try:
        data = answer["data"]
        if answer["status"] != "success" or data["resultType"] != "matrix":
            raise CannotLook("malformed", f"Loki answered {shown(str(answer['status']))}, no matrix")
        return max(
            (float(at) for one in data["result"] for at, count in one["values"] if float(count) > 0), default=None
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", "Loki answered what is no matrix of counts") from error


def elasticsearch_newest(answer: Mapping[str, Any]) -> float | None:
    """The greatest time, of an aggregation over all shards (Elasticsearch's and OpenSearch's search API)."""
    try:
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise CannotLook("timeout", "not all shards answered")
        value = answer["aggregations"]["newest"]["value"]
        return None if value is None else float(value) / 1000
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", "the store answered what is no aggregation") from error
