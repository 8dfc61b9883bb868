# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod template says, as plain data: everything that is judged, and no value of any variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import named_like_a_secret
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.selectors import selects

_HOST = ("hostNetwork", "hostPID", "hostIPC")
_WITH_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")


def pod(template: Mapping[str, Any]) -> dict[str, Any]:
    """What a pod template says of its pods."""
    spec, labels = template["spec"], dict(template.get("metadata", {}).get("labels") or {})
    return {
        "labels": labels,
        "account": spec.get("serviceAccountName") or "default",
        "host": [name for name in _HOST if spec.get(name)],
        "security": _security(spec.get("securityContext")),
        "spread": sorted(set(_spread(spec, labels))),
        "volumes": [_volume(each) for each in spec.get("volumes") or ()],
        "containers": [
            *(_container(each, init=False) for each in spec["containers"]),
            *(_container(each, init=True) for each in spec.get("initContainers") or ()),
        ],
    }


def _volume(said: Mapping[str, Any]) -> dict[str, str]:
    kind = next((key for key in said if key != "name"), "emptyDir")
    source = said.get(kind) or {}
    return {"kind": kind, "of": str(source.get("path") or source.get("claimName") or "")}


def _spread(spec: Mapping[str, Any], labels: Mapping[str, str]) -> Iterable[str]:
    """The topologies over which pods of this template keep away from each other, firmly or if it can be."""
    for each in spec.get("topologySpreadConstraints") or ():
        if selects(each.get("labelSelector"), labels):
            yield each["topologyKey"]
    away = (spec.get("affinity") or {}).get("podAntiAffinity") or {}
    terms = list(away.get("requiredDuringSchedulingIgnoredDuringExecution") or ())
    terms += [each["podAffinityTerm"] for each in away.get("preferredDuringSchedulingIgnoredDuringExecution") or ()]
    for term in terms:
        if selects(term.get("labelSelector"), labels):
            yield term["topologyKey"]


def _security(said: Mapping[str, Any] | None) -> dict[str, Any]:
    said = said or {}
    capabilities = said.get("capabilities") or {}
    return {
        "user": said.get("runAsUser"),
        "non_root": said.get("runAsNonRoot"),
        "seccomp": (said.get("seccompProfile") or {}).get("type"),
        "privileged": bool(said.get("privileged")),
        "escalation": said.get("allowPrivilegeEscalation"),
        "read_only": bool(said.get("readOnlyRootFilesystem")),
        "added": list(capabilities.get("add") or ()),
        "dropped": list(capabilities.get("drop") or ()),
    }


def _container(said: Mapping[str, Any], *, init: bool) -> dict[str, Any]:
    resources = said.get("resources") or {}
    limits = resources.get("limits") or {}
    return {
        "name": said["name"],
        "image": said["image"],
        # A container that starts before the others and stays is one of them.
        "init": init and said.get("restartPolicy") != "Always",
        "readiness": bool(said.get("readinessProbe")),
        "liveness": bool(said.get("livenessProbe")),
        "same": bool(said.get("livenessProbe")) and said["livenessProbe"] == said.get("readinessProbe"),
        "requests": sorted({*(resources.get("requests") or {}), *limits}),  # a limit alone is the request too
        "limits": sorted(limits),
        "security": _security(said.get("securityContext")),
        "host_ports": sorted(each["hostPort"] for each in said.get("ports") or () if each.get("hostPort")),
        "literals": sorted(each["name"] for each in said.get("env") or () if _is_secret(each)),
        "from_secrets": sorted(_from_secrets(said)),
    }


def _is_secret(variable: Mapping[str, Any]) -> bool:
    """Whether a variable holds a secret in plain text. One that is made of others, $(NAME), holds none itself."""
    name, value = variable["name"], str(variable.get("value") or "")
    if not value or "$(" in value:
        return False
    return bool(_WITH_PASSWORD.search(value)) or named_like_a_secret(name)


def _from_secrets(said: Mapping[str, Any]) -> Iterable[str]:
    for each in said.get("env") or ():
        if (each.get("valueFrom") or {}).get("secretKeyRef"):
            yield each["name"]
    for each in said.get("envFrom") or ():
        if each.get("secretRef"):
            yield f"all of secret {each['secretRef'].get('name')}"
