# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what pods keep lies on volumes that are bound, stay when a claim goes, can grow and are backed up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

_HOUR = 3600
Newest = Mapping[tuple[str, str], float]


def claim_problems(
    each: Mapping[str, Any],
    volumes: Mapping[str, Mapping[str, Any]],
    classes: Mapping[str, Mapping[str, Any]],
    allowed: Sequence[str],
) -> list[str]:
    """Why a claim has no volume, or one that goes with it or cannot grow. allowed: classes, all when empty."""
    if each["phase"] != "Bound":
        return [f"it is {each['phase']}, and so has no volume"]
    volume, kind = volumes.get(each["volume"]), classes.get(each["class"])
    problems = []
    if volume is None:
        problems.append(f"its volume {each['volume'] or ''} does not exist".replace("  ", " "))
    else:
        if volume["phase"] != "Bound":
            problems.append(f"its volume is {volume['phase']}")
        if volume["reclaim"] != "Retain":
            problems.append(f"its volume goes with the claim: reclaim policy {volume['reclaim']}, not Retain")
    if each["class"] and kind is None:
        problems.append(f"its storage class {each['class']} does not exist")
    elif kind is not None and not kind["expands"]:
        problems.append(f"its storage class {each['class']} cannot grow volumes")
    if allowed and each["class"] not in allowed:
        problems.append(f"its storage class is {each['class'] or 'none'}, not {' or '.join(allowed)}")
    return problems


def state_problems(each: Mapping[str, Any]) -> list[str]:
    """Why what a StatefulSet keeps goes with its pods."""
    kinds = {volume["kind"] for volume in each["pod"]["volumes"]}
    if each["claims"] and each["gone_with_it"]:
        return [f"its claims are deleted: persistentVolumeClaimRetentionPolicy {', '.join(each['gone_with_it'])}"]
    if each["claims"] or "persistentVolumeClaim" in kinds:
        return []
    if "emptyDir" in kinds:
        return ["it keeps its state in an emptyDir, which goes with the pod"]
    return [] if "hostPath" not in kinds else ["it keeps its state on one node (hostPath)"]


def snapshotted(snapshots: Items) -> Newest:
    """When each claim, by namespace and name, was last snapshotted."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for each in snapshots:
        if each["usable"] and each["at"]:
            key = (each["namespace"], each["claim"])
            found[key] = max(found[key], each["at"])
    return found


def backed_up(backups: Items, namespaces: Sequence[str]) -> Newest:
    """When all of each namespace was last backed up with its volumes, under the name of any claim: *."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for each in backups:
        if each["phase"] != "Completed" or not each["volumes"] or each["narrowed"] or not each["at"]:
            continue
        for namespace in namespaces:
            if like(namespace, each["included"]) and not like(namespace, each["excluded"]):
                found[namespace, "*"] = max(found[namespace, "*"], each["at"])
    return found


def backup_problems(each: Mapping[str, Any], newest: Newest, max_hours: int, now: float) -> list[str]:
    """Why a claim's data would be lost with its volume."""
    at = max(newest.get((each["namespace"], each["name"]), 0), newest.get((each["namespace"], "*"), 0))
    if not at:
        return ["nothing backs it up"]
    hours = (now - at) / _HOUR
    return [f"its last backup is {hours:.0f} hours old, not {max_hours}"] if hours > max_hours else []
