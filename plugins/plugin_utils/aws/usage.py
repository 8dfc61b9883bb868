# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much services use of what they are given, by the metrics of CloudWatch, and whether they have the right size."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

PERIOD = 300  # seconds: what CloudWatch keeps for two months, and instances without detailed monitoring tell
_HOUR = 3600
_DAY = 86400
_BUSY = 0.95
_ENOUGH = 0.5  # of all moments, so that what is stopped at night can be judged too
_REASONS = {"Forbidden": "denied", "InternalError": "unreachable", "PartialData": "malformed"}


def question(number: int, namespace: str, metric: str, dimensions: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """One question for use(). how: Period and Stat."""
    given = [{"Name": str(name), "Value": str(value)} for name, value in dimensions.items()]
    asked = {"Namespace": namespace, "MetricName": metric, "Dimensions": given}
    return {"Id": f"m{number}", "MetricStat": {"Metric": asked, **how}}


def queries(services: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A question for each metric of each service, in this order."""
    metrics = [(each, metric) for each in services for metric in each["metrics"]]
    return [
        question(number, each["namespace"], metric, each["dimensions"], Period=PERIOD, Stat="Average")
        for number, (each, metric) in enumerate(metrics)
    ]


def use(account: Account, region: str | None, asked: Sequence[Mapping[str, Any]], hours: int) -> dict[str, Detail]:
    """What each question was answered with, by its Id, over so many hours: numbers, or why there are none."""
    now = account.now // PERIOD * PERIOD
    said = account.call(
        "cloudwatch",
        "get_metric_data",
        region=region,
        MetricDataQueries=list(asked),
        StartTime=datetime.fromtimestamp(now - hours * _HOUR, UTC),
        EndTime=datetime.fromtimestamp(now, UTC),
    )
    found: dict[str, list[Mapping[str, Any]]] = {each["Id"]: [] for each in asked}
    for each in said["MetricDataResults"]:  # of one metric as many as it takes pages
        found[each["Id"]].append(each)
    return {identity: _detail(pages) for identity, pages in found.items()}


def command(asked: Sequence[Mapping[str, Any]], hours: int) -> str:
    """How a person asks the same as use()."""
    return (
        f"aws cloudwatch get-metric-data --metric-data-queries {shlex.quote(json.dumps(asked))} "
        f"--start-time $(date -d '{hours} hours ago' +%s) --end-time $(date +%s)"
    )


def _detail(pages: Sequence[Mapping[str, Any]]) -> Detail:
    state = pages[-1]["StatusCode"] if pages else "PartialData"
    if state != "Complete":
        said = "; ".join(str(each.get("Value", "")) for page in pages for each in page.get("Messages") or [])
        return {"reason": _REASONS.get(state, "malformed"), "detail": f"CloudWatch answers {state}: {said}"[:300]}
    return {"value": [number for page in pages for number in page["Values"]]}


def use_seen(metric: str, answer: Detail, days: int, least: float, most: float) -> Seen:
    """Whether a service uses, at its busiest, between least and most percent of what it is given."""
    numbers = sorted(value(answer))
    measured = len(numbers) * PERIOD / _DAY
    if not numbers or measured < days * _ENOUGH:
        raise CannotLook("not_found", f"{metric} was measured for {measured:.1f} of {days} days")
    busy = numbers[math.ceil(len(numbers) * _BUSY) - 1]
    actual = {metric: round(busy, 1)}
    if busy < least:
        return actual, [f"its {metric} hardly ever exceeds {busy:.1f} %, less than {least:g}: it is too large"]
    if busy > most:
        return actual, [f"its {metric} comes to {busy:.1f} %, more than {most:g}: it is too small"]
    return actual, []
