# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs in containers has no more rights than it needs, on its node and in the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import Reference
from ansible_collections.golive.verify.plugins.plugin_utils.docker.provenance import is_allowed, tag_problems
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_HARMLESS = {"NET_BIND_SERVICE"}
_PROFILES = {"RuntimeDefault", "Localhost"}


def hardening_problems(pod: Mapping[str, Any], want: Wanted) -> list[str]:
    """Which rights a pod's containers have that they should not, and which secrets its definition shows."""
    problems = [f"it shares the node's {name.removeprefix('host')} ({name})" for name in pod["host"]]
    problems += [f"it mounts {shown(each['of'])} of the node" for each in pod["volumes"] if each["kind"] == "hostPath"]
    for each in pod["containers"]:
        found = _container_problems(each, pod["security"])
        found += [f"has the secret {shown(name)} in plain text in its definition" for name in each["literals"]]
        if want.secrets_as_files:
            found += [f"has secrets in variables: {shown(name)}" for name in each["from_secrets"]]
        problems += [f"container {each['name']} {problem}" for problem in found]
    return problems


def _container_problems(each: Mapping[str, Any], of_pod: Mapping[str, Any]) -> list[str]:
    own = each["security"]
    problems = ["is privileged, which is to be root of the node"] if own["privileged"] else []
    user = of_pod["user"] if own["user"] is None else own["user"]
    non_root = of_pod["non_root"] if own["non_root"] is None else own["non_root"]
    if user == 0 or (not user and not non_root):
        problems.append("runs as root" if user == 0 else "may run as root: neither runAsNonRoot nor a user's number")
    if own["escalation"] is not False:
        problems.append("may gain privileges: allowPrivilegeEscalation is not false")
    if not own["read_only"]:
        problems.append("can write its root file system")
    added = sorted({_capability(name) for name in own["added"]} - _HARMLESS)
    if added:
        problems.append(f"is given {', '.join(map(shown, added))}")
    if "ALL" not in map(_capability, own["dropped"]):
        problems.append("does not drop all capabilities")
    if (own["seccomp"] or of_pod["seccomp"]) not in _PROFILES:
        problems.append("has no seccomp profile")
    if each["host_ports"]:
        problems.append(f"takes ports of the node: {', '.join(map(str, each['host_ports']))}")
    return problems


def _capability(name: str) -> str:
    return name.upper().removeprefix("CAP_")


def image_problems(pod: Mapping[str, Any], want: Wanted) -> list[str]:
    """Which images of a pod, those that run first included, are not pinned or come from elsewhere."""
    problems = []
    for each in pod["containers"]:
        called = Reference.parse(each["image"])
        if called is None:
            problems.append(f"container {each['name']} runs an image without a name")
            continue
        problems += [] if called.digest else tag_problems(each["image"], called, want.tag_pattern)
        if want.registries and not is_allowed(called.repository, want.registries):
            problems.append(f"{shown(called.repository)} is not from {', '.join(want.registries)}")
    return problems
