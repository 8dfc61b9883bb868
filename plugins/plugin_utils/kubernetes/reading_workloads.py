# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workloads and their pods as an API server tells of them, as plain data, read strictly.

A part that must be there and is not is a KeyError, which is the look's end as malformed. What Go leaves out when it is
zero counts as zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.templates import pod as template

_TEMPLATE_HASHES = ("pod-template-hash", "rollouts-pod-template-hash")
_RETENTION = "persistentVolumeClaimRetentionPolicy"
_OF_CRON = re.compile(r"(.+)-\d{8,}$")


def name(said: Mapping[str, Any], kind: str) -> str:
    """The id of an object that stays the same over rollouts: namespace/Kind/name, or Kind/name."""
    meta = said["metadata"]
    return "/".join(filter(None, (meta.get("namespace"), kind, meta["name"])))


def moment(text: str | None) -> float | None:
    """A time of the API in Unix seconds."""
    return None if not text else datetime.fromisoformat(text).timestamp()


def conditions(status: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the conditions of an object say, by their type."""
    return {
        each["type"]: {"status": each["status"], "reason": each.get("reason") or "", "message": each.get("message", "")}
        for each in status.get("conditions") or ()
    }


def _workload(said: Mapping[str, Any], kind: str) -> dict[str, Any]:
    meta, status = said["metadata"], said.get("status") or {}
    return {
        "id": name(said, kind),
        "kind": kind,
        "namespace": meta["namespace"],
        "generation": int(meta.get("generation") or 0),
        "observed": int(status.get("observedGeneration") or 0),
        "conditions": conditions(status),
    }


def deployment(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A Deployment."""
    spec, status = said["spec"], said.get("status") or {}
    strategy = spec.get("strategy") or {}
    rolling = strategy.get("rollingUpdate") or {}
    return {
        **_workload(said, "Deployment"),
        "replicas": int(spec.get("replicas", 1)),
        "ready": int(status.get("readyReplicas") or 0),
        "updated": int(status.get("updatedReplicas") or 0),
        "old": int(status.get("replicas") or 0) - int(status.get("updatedReplicas") or 0),
        "strategy": strategy.get("type") or "RollingUpdate",
        "max_unavailable": rolling.get("maxUnavailable", "25%"),
        "max_surge": rolling.get("maxSurge", "25%"),
        "deadline": spec.get("progressDeadlineSeconds", 600),
        "paused": bool(spec.get("paused")),
        "pod": template(spec["template"]),
    }


def stateful_set(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A StatefulSet."""
    spec, status = said["spec"], said.get("status") or {}
    strategy = spec.get("updateStrategy") or {}
    return {
        **_workload(said, "StatefulSet"),
        "replicas": int(spec.get("replicas", 1)),
        "ready": int(status.get("readyReplicas") or 0),
        "updated": _all_updated(status) or int(status.get("updatedReplicas") or 0),
        "strategy": strategy.get("type") or "RollingUpdate",
        "partition": int((strategy.get("rollingUpdate") or {}).get("partition") or 0),
        "gone_with_it": sorted(when for when, what in (spec.get(_RETENTION) or {}).items() if what == "Delete"),
        "claims": [each["metadata"]["name"] for each in spec.get("volumeClaimTemplates") or ()],
        "pod": template(spec["template"]),
    }


def _all_updated(status: Mapping[str, Any]) -> int:
    """Its replicas, where all are of the newest revision: then the count of updated ones may be left out."""
    same = status.get("updateRevision") and status.get("updateRevision") == status.get("currentRevision")
    return int(status.get("replicas") or 0) if same else 0


def daemon_set(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A DaemonSet; its replicas are the nodes on which it must run."""
    spec, status = said["spec"], said.get("status") or {}
    return {
        **_workload(said, "DaemonSet"),
        "name": said["metadata"]["name"],
        "replicas": int(status.get("desiredNumberScheduled") or 0),
        "ready": int(status.get("numberReady") or 0),
        "updated": int(status.get("updatedNumberScheduled") or 0),
        "strategy": (spec.get("updateStrategy") or {}).get("type") or "RollingUpdate",
        "pod": template(spec["template"]),
    }


def cron_job(said: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A CronJob. tells: whether this version of the API can tell when it last succeeded."""
    spec, status = said["spec"], said.get("status") or {}
    return {
        **_workload(said, "CronJob"),
        "created": moment(said["metadata"]["creationTimestamp"]),
        "schedule": spec["schedule"],
        "zone": spec.get("timeZone") or "",
        "suspended": bool(spec.get("suspend")),
        "succeeded": moment(status.get("lastSuccessfulTime")),
        "tells": version == "v1" or "lastSuccessfulTime" in status,
        "pod": template(spec["jobTemplate"]["spec"]["template"]),
    }


def rollout(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A Rollout of Argo: the steps of a canary by their weights, or the services of blue and green."""
    strategy = said["spec"].get("strategy") or {}
    canary, blue_green = strategy.get("canary"), strategy.get("blueGreen")
    steps = (canary or {}).get("steps") or []
    return {
        **_workload(said, "Rollout"),
        "mode": "canary" if canary is not None else "blue_green" if blue_green is not None else "",
        "weights": [each["setWeight"] for each in steps if "setWeight" in each],
        "analysis": bool((canary or {}).get("analysis")) or any("analysis" in each for each in steps),
        "checked": bool((blue_green or {}).get("prePromotionAnalysis"))
        or (blue_green or {}).get("autoPromotionEnabled") is False,
        "active": (blue_green or {}).get("activeService") or "",
        "preview": (blue_green or {}).get("previewService") or "",
        "phase": (said.get("status") or {}).get("phase") or "",
        "message": (said.get("status") or {}).get("message") or "",
    }


def pod(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A pod, under the id of the workload that made it; its own name changes with every rollout."""
    meta, status = said["metadata"], said["status"]
    states = [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]
    ended = (((each.get("lastState") or {}).get("terminated") or {}).get("finishedAt") for each in states)
    return {
        "workload": _made_by(meta),
        "namespace": meta["namespace"],
        "labels": dict(meta.get("labels") or {}),
        "node": said["spec"].get("nodeName") or "",
        "phase": status["phase"],
        "ready": conditions(status).get("Ready", {}).get("status") == "True",
        "created": moment(meta["creationTimestamp"]),
        "leaving": bool(meta.get("deletionTimestamp")),
        "restarts": sum(int(each.get("restartCount") or 0) for each in states),
        "crashed": max((at for at in map(moment, ended) if at), default=None),
        "waiting": sorted(
            {
                each["state"]["waiting"].get("reason") or ""
                for each in states
                if (each.get("state") or {}).get("waiting")
            }
        ),
        "unschedulable": conditions(status).get("PodScheduled", {}).get("reason") == "Unschedulable",
    }


def _made_by(meta: Mapping[str, Any]) -> str:
    owner = next((each for each in meta.get("ownerReferences") or () if each.get("controller")), None)
    if owner is None:
        return f"{meta['namespace']}/Pod/{meta['name']}"
    kind, called = owner["kind"], owner["name"]
    labels = meta.get("labels") or {}
    digest = next((labels[each] for each in _TEMPLATE_HASHES if each in labels), "")
    if kind == "ReplicaSet" and digest and called.endswith(f"-{digest}"):
        kind, called = ("Rollout" if _TEMPLATE_HASHES[1] in labels else "Deployment"), called.removesuffix(f"-{digest}")
    elif kind == "Job" and (cron := _OF_CRON.fullmatch(called)):
        kind, called = "CronJob", cron[1]
    return f"{meta['namespace']}/{kind}/{called}"


def budget(said: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A PodDisruptionBudget. An empty selector selects everything, but nothing before policy/v1."""
    selector, status = said["spec"].get("selector"), said.get("status") or {}
    return {
        "id": name(said, "PodDisruptionBudget"),
        "namespace": said["metadata"]["namespace"],
        "selector": selector if selector or version == "v1" else None,
        "allows": int(status.get("disruptionsAllowed") or 0),
        "current": int(status.get("observedGeneration") or 0) >= int(said["metadata"].get("generation") or 0),
    }


def node(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A node."""
    labels = said["metadata"].get("labels") or {}
    known = conditions(said["status"])
    if "Ready" not in known:
        raise CannotLook("malformed", f"node {said['metadata']['name']} does not say whether it is ready")
    return {
        "name": said["metadata"]["name"],
        "zone": labels.get("topology.kubernetes.io/zone") or labels.get("failure-domain.beta.kubernetes.io/zone") or "",
        "conditions": {kind: each["status"] for kind, each in known.items()},
        "cordoned": bool(said["spec"].get("unschedulable")),
        "kubelet": said["status"]["nodeInfo"]["kubeletVersion"],
    }
