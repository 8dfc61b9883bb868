# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether workloads came up as they are defined now, and stay up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.schedule import due_before

_NOT_STARTING = {
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}
_MINUTE = 60


def rollout_problems(each: Mapping[str, Any]) -> list[str]:
    """Why the newest definition of a Deployment, StatefulSet or DaemonSet does not run in full."""
    wanted = each["replicas"]
    problems = []
    if each["observed"] < each["generation"]:
        problems.append(
            f"generation {each['generation']} of it was not seen by its controller, only {each['observed']}"
        )
    progressing = each["conditions"].get("Progressing", {})
    if progressing.get("status") == "False":
        problems.append(f"its rollout is stuck: {progressing['reason']}")
    failing = each["conditions"].get("ReplicaFailure", {})
    if failing.get("status") == "True":
        problems.append(f"its pods cannot be made: {failing['reason']}")
    if each.get("paused"):
        problems.append("its rollout is paused")
    if not wanted:
        problems.append("it runs nowhere: no node is wanted" if each["kind"] == "DaemonSet" else "it is scaled to zero")
    if each["updated"] < wanted and each["strategy"] != "OnDelete":
        problems.append(f"{each['updated']} of {wanted} pods are of its newest definition")
    elif each.get("old", 0) > 0:
        problems.append(f"{each['old']} pods of an older definition are left")
    if each["ready"] < wanted:
        problems.append(f"{each['ready']} of {wanted} pods are ready")
    return problems


def job_problems(each: Mapping[str, Any], grace_minutes: int, now: float) -> list[str]:
    """Why a CronJob does not succeed on its schedule. grace_minutes: how long a run may take."""
    if each["suspended"]:
        return ["it is suspended, so it does not run"]
    due = due_before(each["schedule"], each["zone"], now - grace_minutes * _MINUTE)
    if due is None or due < each["created"]:
        return []
    if each["succeeded"] is None and not each["tells"]:
        raise CannotLook("not_found", f"this server's API does not tell when {each['id']} last succeeded")
    if each["succeeded"] is None:
        return ["it has never succeeded"]
    if each["succeeded"] < due:
        return [f"it was due {_ago(now - due)} ago, and succeeded last {_ago(now - each['succeeded'])} ago"]
    return []


def pod_problems(pods: Items, restart_minutes: int, pending_minutes: int, now: float) -> dict[str, list[str]]:
    """What is wrong with the pods of each workload that has any, by its id."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in pods:
        found[each["workload"]].append(each)
    return {
        workload: _grouped(_pod_problems(each, restart_minutes, pending_minutes, now) for each in of)
        for workload, of in found.items()
    }


def _pod_problems(each: Mapping[str, Any], restart_minutes: int, pending_minutes: int, now: float) -> list[str]:
    problems = [f"does not start: {reason}" for reason in each["waiting"] if reason in _NOT_STARTING]
    if each["crashed"] and each["restarts"] and now - each["crashed"] < restart_minutes * _MINUTE:
        problems.append(f"restarted within the last {restart_minutes} minutes")
    if each["phase"] == "Pending" and not problems and now - each["created"] > pending_minutes * _MINUTE:
        why = "no node takes it" if each["unschedulable"] else "it does not start"
        problems.append(f"is pending for more than {pending_minutes} minutes: {why}")
    if each["phase"] == "Unknown":
        problems.append("is on a node that does not answer")
    return problems


def _grouped(each_pod: Iterable[list[str]]) -> list[str]:
    """The same problem of several pods once."""
    counts: dict[str, int] = defaultdict(int)
    for problems in each_pod:
        for problem in problems:
            counts[problem] += 1
    return [f"a pod {problem}" if count == 1 else f"{count} pods: each {problem}" for problem, count in counts.items()]


def _ago(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.0f} hours" if hours >= 2 else f"{seconds / _MINUTE:.0f} minutes"
