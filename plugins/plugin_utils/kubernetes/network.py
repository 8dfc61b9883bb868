# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether pods are reached only by those that a network policy names, and something enforces that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.selectors import Selecting

# The DaemonSets of network plugins that enforce policies, by their name; for some only with a container of this name.
_ENFORCING = {
    "anetd": "",
    "antrea-agent": "",
    "aws-node": "aws-*-nodeagent",
    "azure-npm": "",
    "calico-node": "",
    "canal": "",
    "cilium": "",
    "kube-router": "",
    "kube-router-*": "",
    "ovnkube-node": "",
    "rke2-canal": "",
    "weave-net": "",
}


def namespace_problems(policies: Items, directions: Sequence[str]) -> list[str]:
    """Which directions of traffic are open by default in a namespace with these policies."""
    closed = {
        direction
        for policy in policies
        if policy["selector"] in ({}, {"matchLabels": {}})
        for direction, opening in policy["opens"].items()
        if opening == "nothing"
    }
    return [f"no policy denies all {each.lower()} by default" for each in directions if each not in closed]


def workload_problems(each: Mapping[str, Any], policies: Selecting, directions: Sequence[str]) -> list[str]:
    """Which directions of a workload's traffic no policy of its namespace restricts, or one opens to everybody."""
    if "hostNetwork" in each["pod"]["host"]:
        return ["it is on the network of its node, where policies have no effect"]
    chosen = policies.of(each["pod"]["labels"])
    problems = []
    for direction in directions:
        speaking = [policy for policy in chosen if direction in policy["opens"]]
        if not speaking:
            problems.append(f"no policy selects it for {direction.lower()}")
        problems += [
            f"{policy['id']} opens its {direction.lower()} to everything"
            for policy in speaking
            if policy["opens"][direction] == "everything"
        ]
    return problems


def enforcer(daemon_sets: Items, declared: str | None) -> tuple[str, list[str]]:
    """The network plugin that enforces policies, and what is wrong with it.

    declared: the id of its DaemonSet. Where none is declared and none is known, nobody can say whether policies have
    any effect, which is CannotLook.
    """
    plugins = [each for each in daemon_sets if (each["id"] == declared if declared else _enforces(each))]
    if not plugins and declared:
        return declared, [f"there is no {declared}, so nothing enforces policies"]
    if not plugins:
        detail = "no network plugin that is known to enforce policies: name its DaemonSet in option network_plugin"
        raise CannotLook("not_found", detail)
    plugin = plugins[0]
    lacking = plugin["replicas"] - plugin["ready"]
    problems = [f"{plugin['id']} is not ready on {lacking} nodes, which may enforce no policy"] if lacking else []
    return plugin["id"], problems if plugin["replicas"] else [f"{plugin['id']} runs on no node"]


def _enforces(each: Mapping[str, Any]) -> bool:
    containers = [container["name"] for container in each["pod"]["containers"]]
    return any(
        fnmatchcase(each["name"], pattern) and (not container or _any_like(containers, container))
        for pattern, container in _ENFORCING.items()
    )


def _any_like(names: Iterable[str], pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)
