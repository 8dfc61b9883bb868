# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a release replaces what runs step by step, and stops where the new does not serve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.running import rollout_problems

_NO_DEADLINE = 2**31 - 1  # as Kubernetes writes that there is none


def rolling_problems(each: Mapping[str, Any], max_unavailable: int) -> list[str]:
    """Why a Deployment, StatefulSet or DaemonSet does not roll, or its last rollout is not complete."""
    problems = []
    if each["strategy"] == "Recreate":
        problems.append("its strategy is Recreate: all pods stop before the first new one starts")
    elif each["strategy"] != "RollingUpdate":
        problems.append(f"its strategy is {each['strategy']}, so a release waits for somebody's hand")
    elif each["kind"] == "Deployment":
        problems += _deployment_problems(each, max_unavailable)
    elif each.get("partition"):
        problems.append(f"its partition keeps pods below {each['partition']} on the old definition")
    problems += [
        f"container {container['name']} has no readiness probe, so nothing stops a rollout of a broken one"
        for container in each["pod"]["containers"]
        if not container["init"] and not container["readiness"]
    ]
    return problems + rollout_problems(each)


def _deployment_problems(each: Mapping[str, Any], most: int) -> list[str]:
    problems = []
    lost = unavailable(each["max_unavailable"], each["max_surge"], each["replicas"])
    if lost > most:
        problems.append(f"a rollout may take {lost} of its {each['replicas']} pods away (maxUnavailable), not {most}")
    if each["deadline"] >= _NO_DEADLINE:
        problems.append("a rollout that is stuck is never told: it has no progress deadline")
    return problems


def unavailable(most: int | str, surge: int | str, replicas: int) -> int:
    """How many pods a rollout may take away: shares are rounded down, and where nothing could move, one may go."""
    lost = _count(most, replicas, math.floor)
    return 1 if lost == 0 and _count(surge, replicas, math.ceil) == 0 else lost


def _count(value: int | str, replicas: int, rounded: Any) -> int:
    text = str(value)
    if text.endswith("%") and text[:-1].isdigit():
        return int(rounded(replicas * int(text[:-1]) / 100))
    if not text.isdigit():
        raise CannotLook("malformed", f"{value!r} is neither a number nor a share of pods")
    return int(text)


def canary_problems(each: Mapping[str, Any]) -> list[str]:
    """Why a Rollout is not a canary release that ends by itself when a figure is bad."""
    if each["mode"] != "canary":
        return ["it is no canary release"]
    problems = [] if any(0 < weight < 100 for weight in each["weights"]) else ["no step gives it a part of the traffic"]
    if not each["analysis"]:
        problems.append("no analysis ends it when a figure is bad")
    return problems + _phase_problems(each)


def blue_green_problems(each: Mapping[str, Any], services: set[str]) -> list[str]:
    """Why a Rollout does not bring up a second stack beside the first, to be looked at before it is served."""
    if each["mode"] != "blue_green":
        return ["it is no blue-green release"]
    problems = []
    for role in ("active", "preview"):
        if not each[role]:
            problems.append(f"it has no {role} service")
        elif f"{each['namespace']}/Service/{each[role]}" not in services:
            problems.append(f"its {role} service {each[role]} does not exist")
    if not each["checked"]:
        problems.append("it is switched by itself, with no analysis before")
    return problems + _phase_problems(each)


def _phase_problems(each: Mapping[str, Any]) -> list[str]:
    if each["phase"] == "Healthy":
        return []
    return [f"its phase is {each['phase'] or 'not told'}{': ' if each['message'] else ''}{each['message']}"]
