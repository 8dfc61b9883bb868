# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much models of Amazon Bedrock are used, by the metrics of CloudWatch, and who is told when it is too much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.alarms import Alarm, covered, heard_seen
from ansible_collections.golive.verify.plugins.plugin_utils.aws.usage import question
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_NAMESPACE, _MODEL = "AWS/Bedrock", "ModelId"
_CALLS = "Invocations"
_AMOUNTS = ("InputTokenCount", "OutputTokenCount", "OutputImageCount")
_FAILURES = ("InvocationClientErrors", "InvocationServerErrors", "InvocationThrottles")
_LIMITED = (_CALLS, *_AMOUNTS, "InvocationThrottles")  # the last are the calls beyond a quota
METRICS = (_CALLS, *_AMOUNTS, *_FAILURES)
_HOUR = 3600


def queries(models: Sequence[str]) -> list[dict[str, Any]]:
    """A question for each metric of each model, in this order."""
    metrics = [(model, metric) for model in models for metric in METRICS]
    return [
        question(number, _NAMESPACE, metric, {_MODEL: model}, Period=_HOUR, Stat="Sum")
        for number, (model, metric) in enumerate(metrics)
    ]


def counted(models: Sequence[str], answers: Mapping[str, Detail]) -> dict[str, dict[str, Detail]]:
    """The answers to queries(), by model and metric."""
    several = iter(answers[each["Id"]] for each in queries(models))
    return {model: {metric: next(several) for metric in METRICS} for model in models}


def counted_seen(regions: Sequence[Mapping[str, Detail]], hours: int) -> Seen:
    """Whether the calls of a model and what they consume are counted. regions: its answers in each.

    Failures are counted only where there are any. CannotLook where nothing has called it, so that nothing shows that
    calls would be counted.
    """
    found = {metric: [number for each in regions for number in value(each[metric])] for metric in METRICS}
    if not found[_CALLS]:
        raise CannotLook("not_found", f"no call of it was counted within {hours} hours")
    actual = {metric: sum(numbers) for metric, numbers in found.items() if numbers}
    if any(found[metric] for metric in _AMOUNTS):
        return actual, []
    return actual, ["its calls are counted, but neither tokens nor images"]


def limit_seen(model: str, alarms: Sequence[Alarm], heard: Mapping[str, Detail]) -> Seen:
    """Whether an alarm that reaches somebody watches the use of a model, or that of all. heard: see heard_seen()."""
    rising = (each for each in alarms if each["upward"])
    watching = [each for each in rising if any(_watches(source, model) for source in each["sources"])]
    if not watching:
        return {"alarms": []}, ["no alarm watches its use"]
    names = {each["name"] for each in watching}
    composite = [each for each in alarms if covered(alarms, [each["name"]]) & names]
    hidden, silent = list[CannotLook](), list[str]()
    for alarm in (*composite, *watching):
        try:
            _actual, problems = heard_seen(alarm, heard, ())
        except CannotLook as reason:
            hidden.append(reason)
            continue
        if not problems:
            return {"alarms": [alarm["name"]]}, []
        silent += [f"{alarm['name']}: {problem}" for problem in problems]
    if hidden:
        raise hidden[0]
    return {"alarms": sorted(names)}, [f"no alarm on its use reaches anybody: {'; '.join(silent)}"]


def _watches(source: Mapping[str, Any], model: str) -> bool:
    of_use = source["namespace"] == _NAMESPACE and source["metric"] in _LIMITED
    return bool(of_use and source["dimensions"].get(_MODEL, model) == model)
