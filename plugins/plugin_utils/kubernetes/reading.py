# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else there is in a cluster, as plain data, read strictly: networks, scaling, storage, rights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.reading_workloads import (
    conditions,
    moment,
    name,
)

_OLD_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
_OLD_METRICS = "autoscaling.alpha.kubernetes.io/metrics"


def namespace(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A namespace, and what Pod Security admission enforces in it."""
    labels = said["metadata"].get("labels") or {}
    return {
        "name": said["metadata"]["name"],
        "phase": said["status"]["phase"],
        "enforced": labels.get("pod-security.kubernetes.io/enforce") or "",
    }


def metadata(kind: str) -> Any:
    """Reads an object of which nothing but its name matters."""

    def read(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
        return {"id": name(said, kind), "namespace": said["metadata"]["namespace"]}

    return read


def service(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A Service."""
    return {
        "id": name(said, "Service"),
        "namespace": said["metadata"]["namespace"],
        "selector": dict(said["spec"].get("selector") or {}),
    }


def ingress(said: Mapping[str, Any], version: str) -> dict[str, Any]:
    """An Ingress: its hosts, which secret covers which of them, and the services behind it."""
    spec = said["spec"]
    rules = spec.get("rules") or []
    backends = [path["backend"] for rule in rules for path in (rule.get("http") or {}).get("paths") or ()]
    backends += [spec[key] for key in ("defaultBackend", "backend") if spec.get(key)]
    return {
        "id": name(said, "Ingress"),
        "namespace": said["metadata"]["namespace"],
        # Without a rule, all that comes for any host goes to the default backend.
        "hosts": sorted({rule.get("host") or "" for rule in rules or [{}]}),
        "tls": [
            {"hosts": list(each.get("hosts") or ()), "secret": each.get("secretName") or ""}
            for each in spec.get("tls") or ()
        ],
        "services": sorted({_service_of(each, version) for each in backends} - {""}),
    }


def _service_of(backend: Mapping[str, Any], version: str) -> str:
    if version == "v1":
        return str((backend.get("service") or {}).get("name") or "")
    return str(backend.get("serviceName") or "")


def network_policy(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A NetworkPolicy: what it selects, and for each direction that it speaks of, how wide it opens it."""
    spec = said["spec"]
    given = spec.get("policyTypes")
    types = given or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    return {
        "id": name(said, "NetworkPolicy"),
        "namespace": said["metadata"]["namespace"],
        "selector": spec.get("podSelector") or {},
        "opens": {
            each: _opening(spec.get(each.lower()) or [], "from" if each == "Ingress" else "to") for each in types
        },
    }


def _opening(rules: list[Mapping[str, Any]], peers: str) -> str:
    """How wide rules open: not at all, to what is named, or to everybody."""
    for rule in rules:
        named = rule.get(peers)
        if not rule.get("ports") and (not named or any(_is_anybody(peer) for peer in named)):
            return "everything"
    return "some" if rules else "nothing"


def _is_anybody(peer: Mapping[str, Any]) -> bool:
    """Whether a peer is every address, or every pod of every namespace."""
    block = peer.get("ipBlock") or {}
    everywhere = peer.get("namespaceSelector") == {} and not peer.get("podSelector")
    return everywhere or (block.get("cidr") in ("0.0.0.0/0", "::/0") and not block.get("except"))


def autoscaler(said: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A HorizontalPodAutoscaler, in any of the versions of the API."""
    spec, status = said["spec"], said.get("status") or {}
    target = spec["scaleTargetRef"]
    scope = said["metadata"]["namespace"]
    old = version == "v1"
    return {
        "id": name(said, "HorizontalPodAutoscaler"),
        "namespace": scope,
        "target": f"{scope}/{target['kind']}/{target['name']}",
        "min": int(spec.get("minReplicas", 1)),
        "max": int(spec["maxReplicas"]),
        "current": int(status.get("currentReplicas") or 0),
        "conditions": conditions(_annotated(said)) if old else conditions(status),
        "metrics": _old_metrics(said) if old else [_metric(each) for each in spec.get("metrics") or ()],
    }


def _metric(said: Mapping[str, Any]) -> dict[str, Any]:
    kind = said["type"]
    if kind not in ("Resource", "ContainerResource"):
        return {"resource": "", "percent": None}
    key = kind[0].lower() + kind[1:]
    target = said[key].get("target") or {}
    return {"resource": said[key]["name"], "percent": target.get("averageUtilization")}


def _annotated(said: Mapping[str, Any]) -> dict[str, Any]:
    """autoscaling/v1 keeps conditions as JSON in an annotation."""
    text = (said["metadata"].get("annotations") or {}).get(_OLD_CONDITIONS)
    try:
        return {"conditions": json.loads(text) if text else []}
    except ValueError as error:
        raise CannotLook("malformed", f"annotation {_OLD_CONDITIONS} is no JSON") from error


def _old_metrics(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    percent = said["spec"].get("targetCPUUtilizationPercentage")
    others = (said["metadata"].get("annotations") or {}).get(_OLD_METRICS)
    found = [] if percent is None else [{"resource": "cpu", "percent": int(percent)}]
    return found + ([{"resource": "", "percent": None}] if others else [])


def claim(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A PersistentVolumeClaim."""
    return {
        "id": name(said, "PersistentVolumeClaim"),
        "name": said["metadata"]["name"],
        "namespace": said["metadata"]["namespace"],
        "phase": said["status"]["phase"],
        "class": said["spec"].get("storageClassName") or "",
        "volume": said["spec"].get("volumeName") or "",
    }


def volume(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A PersistentVolume."""
    return {
        "name": said["metadata"]["name"],
        "phase": said["status"]["phase"],
        "reclaim": said["spec"].get("persistentVolumeReclaimPolicy") or "Retain",
    }


def storage_class(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A StorageClass."""
    return {"name": said["metadata"]["name"], "expands": bool(said.get("allowVolumeExpansion"))}


def snapshot(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A VolumeSnapshot."""
    status = said.get("status") or {}
    return {
        "namespace": said["metadata"]["namespace"],
        "claim": (said["spec"].get("source") or {}).get("persistentVolumeClaimName") or "",
        "usable": bool(status.get("readyToUse")) and not status.get("error"),
        "at": moment(status.get("creationTime")),
    }


def backup(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
    """A Backup of Velero. narrowed: whether it leaves out some of what is in its namespaces."""
    spec, status = said["spec"], said.get("status") or {}
    kinds = spec.get("includedResources") or ["*"]
    return {
        "namespace": said["metadata"]["namespace"],
        "phase": status.get("phase") or "",
        "at": moment(status.get("startTimestamp")),
        "included": list(spec.get("includedNamespaces") or ["*"]),
        "excluded": list(spec.get("excludedNamespaces") or ()),
        "volumes": spec.get("snapshotVolumes") is not False or bool(spec.get("defaultVolumesToFsBackup")),
        "narrowed": bool(spec.get("labelSelector") or spec.get("orLabelSelectors"))
        or not any(each in ("*", "persistentvolumeclaims", "pvc") for each in kinds),
    }


def role(kind: str) -> Any:
    """Reads a Role or ClusterRole: its rules, and whether it came with the server."""

    def read(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
        return {
            "id": name(said, kind),
            "namespace": said["metadata"].get("namespace") or "",
            "rules": [
                {key: list(rule.get(key) or ()) for key in ("apiGroups", "resources", "resourceNames", "verbs")}
                for rule in said.get("rules") or ()
            ],
        }

    return read


def binding(kind: str) -> Any:
    """Reads a RoleBinding or ClusterRoleBinding: which role it gives to whom."""

    def read(said: Mapping[str, Any], _version: str) -> dict[str, Any]:
        meta, ref = said["metadata"], said["roleRef"]
        scope = meta.get("namespace") or ""
        return {
            "id": name(said, kind),
            "namespace": scope,
            "built_in": (meta.get("labels") or {}).get("kubernetes.io/bootstrapping") == "rbac-defaults",
            "role": f"{scope}/Role/{ref['name']}" if ref["kind"] == "Role" else f"ClusterRole/{ref['name']}",
            "subjects": [_subject(each, scope) for each in said.get("subjects") or ()],
        }

    return read


def _subject(said: Mapping[str, Any], scope: str) -> str:
    where = f"{said.get('namespace') or scope}/" if said["kind"] == "ServiceAccount" else ""
    return f"{where}{said['kind']}/{said['name']}"
