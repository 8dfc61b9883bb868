# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether autoscalers can act: what they follow can be measured, and there is somewhere to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_SCALED = ("Deployment", "StatefulSet")


def autoscaler_problems(each: Mapping[str, Any], targets: Mapping[str, Mapping[str, Any]], most: int) -> list[str]:
    """Why an autoscaler does nothing when it is needed. targets: workloads by id; most: percent of a request."""
    problems = []
    if each["min"] >= each["max"]:
        problems.append(f"its minimum of {each['min']} replicas leaves nothing to its maximum of {each['max']}")
    elif each["current"] >= each["max"]:
        problems.append(f"it stands at its maximum of {each['max']} replicas")
    problems += _condition_problems(each["conditions"])
    if not each["metrics"]:
        problems.append("it follows no metric")
    problems += [
        f"it acts above {metric['percent']} % of {metric['resource']}, not {most} %"
        for metric in each["metrics"]
        if metric["percent"] is not None and metric["percent"] > most
    ]
    if each["target"].split("/")[1] in _SCALED:
        problems += _target_problems(each, targets.get(each["target"]))
    return problems


def _condition_problems(conditions: Mapping[str, Mapping[str, str]]) -> list[str]:
    problems = []
    for kind, words in (("AbleToScale", "it cannot scale"), ("ScalingActive", "it does not act")):
        said = conditions.get(kind)
        if said is None or said["status"] != "True":
            reason = said["reason"] if said else f"{kind} is not told"
            detail = f", {shown(said['message'], 200)}" if said and said["message"] else ""
            problems.append(f"{words}: {shown(reason)}{detail}")
    return problems


def _target_problems(each: Mapping[str, Any], target: Mapping[str, Any] | None) -> list[str]:
    if target is None:
        return [f"its target {each['target']} does not exist"]
    if target["replicas"] == 0:
        return [f"its target {each['target']} is scaled to zero, which switches it off"]
    shares = {metric["resource"] for metric in each["metrics"] if metric["percent"] is not None}
    return [
        f"container {container['name']} of its target requests no {resource}, of which a share must be measured"
        for resource in sorted(shares)
        for container in target["pod"]["containers"]
        if not container["init"] and resource not in container["requests"]
    ]


def unscaled(wanted: Items, autoscalers: Items) -> dict[str, list[str]]:
    """For each workload that must be scaled, what is wrong when nothing scales it."""
    scaled = {each["target"] for each in autoscalers}
    return {each["id"]: [] if each["id"] in scaled else ["no autoscaler scales it"] for each in wanted}
