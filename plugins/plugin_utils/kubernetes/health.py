# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the cluster itself is healthy, gets fixes, and lets in what it should."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.lifetimes import end_problems
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.telling import named
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_VERSION = re.compile(r"v?(\d+)\.(\d+)\b.*")
_OLDEST_KUBELET = 3  # minor versions behind the server that Kubernetes' version skew policy allows
_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_LEVELS = ("privileged", "baseline", "restricted")


def release(version: str) -> tuple[int, int]:
    """The major and minor number of a version, whatever a vendor adds to it."""
    found = _VERSION.fullmatch(version)
    if not found:
        raise CannotLook("malformed", f"{shown(version)!r} is no version of Kubernetes")
    return int(found[1]), int(found[2])


def version_problems(version: str, end_of_life: Mapping[str, Any]) -> list[str]:
    """Why a server's version gets no fixes; one of which nobody said until when it does is CannotLook."""
    return end_problems("kubernetes", ".".join(map(str, release(version))), end_of_life)


def node_problems(nodes: Items, version: str) -> list[str]:
    """What is wrong with the nodes of a cluster whose server has this version."""
    if not nodes:
        return ["there is no node"]
    groups = {
        "are not ready": [each["name"] for each in nodes if each["conditions"]["Ready"] != "True"],
        **{
            f"report {kind}": [each["name"] for each in nodes if each["conditions"].get(kind) == "True"]
            for kind in _PRESSURES
        },
        f"have a kubelet that does not fit the server's {version}": [
            each["name"] for each in nodes if not _fits(release(each["kubelet"]), release(version))
        ],
    }
    return [f"{len(names)} of {len(nodes)} nodes {what}: {named(names)}" for what, names in groups.items() if names]


def _fits(kubelet: tuple[int, int], server: tuple[int, int]) -> bool:
    return kubelet[0] == server[0] and server[1] - _OLDEST_KUBELET <= kubelet[1] <= server[1]


def admission_problems(namespaces: Items, wanted: Sequence[str], level: str) -> list[str]:
    """Which namespaces let in pods of more rights than a level of the Pod Security Standards allows."""
    enforced = {each["name"]: each["enforced"] for each in namespaces}
    weak = {
        name: enforced[name] or "nothing"
        for name in wanted
        if name in enforced and _strictness(enforced[name]) < _LEVELS.index(level)
    }
    return [f"Pod Security admission enforces {what} in {name}, not {level}" for name, what in weak.items()]


def _strictness(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else -1


def namespace_problems(namespaces: Items, wanted: Sequence[str]) -> list[str]:
    """Which namespaces do not exist or are on their way out."""
    phases = {each["name"]: each["phase"] for each in namespaces}
    absent = [f"there is no namespace {name}" for name in wanted if name not in phases]
    return absent + [f"namespace {name} is {phases[name]}" for name in wanted if phases.get(name, "Active") != "Active"]


def separation_problems(name: str, limited: Mapping[str, set[str]]) -> list[str]:
    """Why what is in a namespace is not apart. limited: by what it must be, and which namespaces are."""
    problems = (
        ["what nobody put anywhere else is in it too: it is not the application's own"] if name == "default" else []
    )
    return problems + [f"no {kind} limits what is in it" for kind, found in limited.items() if name not in found]


def ingress_problems(each: Mapping[str, Any], identities: set[str], tls: bool) -> list[str]:
    """Why an ingress does not serve what it should: hosts without a certificate, secrets and services that lack.

    identities: the ids of all secrets and services. tls: whether every host must have a certificate.
    """
    scope = each["namespace"]
    covered = {host for entry in each["tls"] for host in entry["hosts"]}
    every = any(entry["secret"] and not entry["hosts"] for entry in each["tls"])
    problems = [
        f"host {shown(host) or '*'} has no certificate"
        for host in each["hosts"]
        if tls and not every and not _covered(host, covered)
    ]
    secrets = {entry["secret"] for entry in each["tls"]} - {""}
    problems += [
        f"its secret {shown(name)} does not exist"
        for name in sorted(secrets)
        if f"{scope}/Secret/{name}" not in identities
    ]
    return problems + [
        f"its service {shown(name)} does not exist"
        for name in each["services"]
        if f"{scope}/Service/{name}" not in identities
    ]


def _covered(host: str, covered: set[str]) -> bool:
    return host in covered or f"*.{host.partition('.')[2]}" in covered
