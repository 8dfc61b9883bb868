# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a workload survives the loss of one pod, one node or one zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items, Seen, by
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.selectors import Selecting

_TOPOLOGIES = {
    "node": ("kubernetes.io/hostname",),
    "zone": ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
}


@dataclass(frozen=True, slots=True)
class Around:
    """What bears on workloads: their pods in service by workload, autoscalers by target, budgets by namespace; nodes'
    zones by name."""

    pods: Mapping[str, Items]
    autoscalers: Mapping[str, Items]
    budgets: Mapping[str, Selecting]
    zones: Mapping[str, str]

    @classmethod
    def of(cls, seen: Seen) -> Around:
        """Look once through all, since there may be thousands of each."""
        serving = [pod for pod in seen["pods"] if pod["ready"] and not pod["leaving"]]
        return cls(
            by("workload", serving),
            by("target", seen["horizontalpodautoscalers"]),
            {name: Selecting(found) for name, found in by("namespace", seen["poddisruptionbudgets"]).items()},
            {node["name"]: node["zone"] for node in seen["nodes"]},
        )


def redundancy_problems(each: Mapping[str, Any], around: Around, want: Wanted) -> list[str]:
    """Why a Deployment, StatefulSet or DaemonSet is a single point of failure."""
    problems = probe_problems(each["pod"]) + resource_problems(each["pod"], want.requests, want.limits)
    problems += _replica_problems(each, around.autoscalers.get(each["id"], []), want.min_instances)
    if each["kind"] == "DaemonSet":  # on each node by its nature, and left alone by evictions
        return problems
    budgets = around.budgets.get(each["namespace"])
    problems += _budget_problems(budgets.of(each["pod"]["labels"]) if budgets else [])
    pods = around.pods.get(each["id"], [])
    return problems + _spread_problems(each["pod"], pods, around.zones, want.spread_over, want.min_zones)


def _replica_problems(each: Mapping[str, Any], autoscalers: Items, least: int) -> list[str]:
    problems = []
    if each["observed"] < each["generation"]:
        problems.append("its controller has not seen its newest definition, so its counts are old")
    if each["replicas"] < least:
        problems.append(f"{each['replicas']} replicas are wanted of it, not {least}")
    if each["ready"] < max(each["replicas"], least):
        problems.append(f"{each['ready']} of {max(each['replicas'], least)} replicas are ready")
    lowest = [scaler["min"] for scaler in autoscalers]
    return problems + [f"its autoscaler may go down to {low} replicas" for low in lowest if low < least]


def probe_problems(pod: Mapping[str, Any]) -> list[str]:
    """Which containers nobody asks whether they can serve and whether they live."""
    return [
        f"container {each['name']} has no {kind} probe"
        for each in pod["containers"]
        for kind in ("readiness", "liveness")
        if not each["init"] and not each[kind]
    ]


def same_probes(found: Items) -> list[str]:
    """The workloads of which a container is killed by the very question that takes it out of service."""
    return [each["id"] for each in found if any(container["same"] for container in each["pod"]["containers"])]


def resource_problems(pod: Mapping[str, Any], requests: Sequence[str], limits: Sequence[str]) -> list[str]:
    """Which containers, those that run first included, may take what others need or be given too little."""
    return [
        f"container {each['name']} has no {kind[:-1]} of {name}"
        for each in pod["containers"]
        for kind, wanted in (("requests", requests), ("limits", limits))
        for name in wanted
        if name not in each[kind]
    ]


def _budget_problems(selecting: Items) -> list[str]:
    if not selecting:
        return ["no disruption budget selects it"]
    if len(selecting) > 1:
        return [f"{len(selecting)} disruption budgets select it, so that none of its pods can be evicted"]
    (budget,) = selecting
    if not budget["current"]:
        return [f"{budget['id']} was not seen by its controller"]
    return [] if budget["allows"] > 0 else [f"{budget['id']} allows no disruption now"]


def _spread_problems(
    template: Mapping[str, Any], pods: Items, zones: Mapping[str, str], over: str, least: int
) -> list[str]:
    """over: node or zone. Spread by chance is not kept: it must be wanted, and be so."""
    problems = []
    wider = [key for kind in ("node", "zone") for key in _TOPOLOGIES[kind] if over == "node" or kind == "zone"]
    if not any(key in template["spread"] for key in wider):
        problems.append(f"nothing keeps its pods on different {over}s: no topology spread and no anti-affinity")
    places = {pod["node"] if over == "node" else zones.get(pod["node"], "") for pod in pods if pod["node"]}
    if over == "zone" and "" in places:
        problems.append("it runs on nodes that do not tell their zone")
    places.discard("")
    if len(places) < least:
        problems.append(f"its ready pods are on {len(places)} {over}{'' if len(places) == 1 else 's'}, not {least}")
    return problems
