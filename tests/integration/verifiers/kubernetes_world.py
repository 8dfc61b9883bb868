# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as it should be, piece by piece: what a test breaks."""

from __future__ import annotations

from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.kubernetes import FakeKubernetes, conditions, meta, rules, stamp

CLUSTER, RESOURCES, VOLUMES = "kubernetes.cluster_ready", "kubernetes.resources", "kubernetes.volumes"
NETWORK, SCALING, REDUNDANCY = "kubernetes.network_policies", "kubernetes.autoscaling", "ha.redundancy"
STRATEGY, HARDENING, IMAGES = "deploy.strategy", "containers.hardening", "docker.image_provenance"
CONTROLS = (CLUSTER, RESOURCES, VOLUMES, NETWORK, SCALING, REDUNDANCY, STRATEGY, HARDENING, IMAGES)
SHOP, SYSTEM = "shop", "kube-system"
PROBE = {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 10}
READY = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}
HARD = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
DIGEST = "ghcr.io/shop/api@sha256:" + "a" * 64


def container(name: str = "main", **changed: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": "ghcr.io/shop/api:1.2.3",
        "readinessProbe": READY,
        "livenessProbe": PROBE,
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": HARD,
        "env": [{"name": "LOG_LEVEL", "value": "info"}],
        **changed,
    }


def template(app: str, **spec: Any) -> dict[str, Any]:
    labels = {"app": app}
    away = {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"}
    return {
        "metadata": {"labels": labels},
        "spec": {
            "serviceAccountName": app,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container()],
            "topologySpreadConstraints": [{**away, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
            **spec,
        },
    }


def deployment(name: str = "api", replicas: int = 2, namespace: str = SHOP) -> dict[str, Any]:
    return {
        "metadata": meta(name, namespace),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            "progressDeadlineSeconds": 600,
            "template": template(name),
        },
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "readyReplicas": replicas,
            "updatedReplicas": replicas,
            "conditions": conditions("Available", Progressing=("True", "NewReplicaSetAvailable")),
        },
    }


def stateful_set(name: str = "db", replicas: int = 2) -> dict[str, Any]:
    return {
        "metadata": meta(name, SHOP),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "template": template(name),
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
        },
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "readyReplicas": replicas,
            "currentRevision": "db-1",
            "updateRevision": "db-1",
        },
    }


def daemon_set(name: str, namespace: str) -> dict[str, Any]:
    return {
        "metadata": meta(name, namespace),
        "spec": {"updateStrategy": {"type": "RollingUpdate"}, "template": template(name)},
        "status": {
            "observedGeneration": 1,
            "desiredNumberScheduled": 2,
            "numberReady": 2,
            "updatedNumberScheduled": 2,
        },
    }


def cron_job(name: str = "cleanup", **spec: Any) -> dict[str, Any]:
    batch = template(name)
    return {
        "metadata": meta(name, SHOP),
        "spec": {"schedule": "*/10 * * * *", "jobTemplate": {"spec": {"template": batch}}, **spec},
        "status": {"lastSuccessfulTime": stamp(300), "lastScheduleTime": stamp(300)},
    }


def pod(workload: str, number: int, node: str, namespace: str = SHOP, kind: str = "ReplicaSet") -> dict[str, Any]:
    owner = f"{workload}-5d8f9c" if kind == "ReplicaSet" else workload
    labels = {"app": workload, **({"pod-template-hash": "5d8f9c"} if kind == "ReplicaSet" else {})}
    return {
        "metadata": meta(
            f"{owner}-{number}",
            namespace,
            labels=labels,
            ownerReferences=[{"kind": kind, "name": owner, "controller": True}],
        ),
        "spec": {"nodeName": node},
        "status": {
            "phase": "Running",
            "conditions": conditions("Ready"),
            "containerStatuses": [{"name": "main", "restartCount": 0, "state": {"running": {}}, "lastState": {}}],
        },
    }


def node(name: str, zone: str) -> dict[str, Any]:
    return {
        "metadata": meta(name, labels={"topology.kubernetes.io/zone": zone}),
        "spec": {},
        "status": {
            "conditions": conditions("Ready", MemoryPressure=("False", "Fine"), DiskPressure=("False", "Fine")),
            "nodeInfo": {"kubeletVersion": "v1.36.1"},
        },
    }


def budget(name: str) -> dict[str, Any]:
    return {
        "metadata": meta(name, SHOP),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}},
        "status": {"disruptionsAllowed": 1, "observedGeneration": 1},
    }


def autoscaler(name: str = "api") -> dict[str, Any]:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    return {
        "metadata": meta(name, SHOP),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": 2,
            "maxReplicas": 6,
            "metrics": [{"type": "Resource", "resource": cpu}],
        },
        "status": {
            "currentReplicas": 2,
            "desiredReplicas": 2,
            "conditions": conditions("AbleToScale", "ScalingActive", ScalingLimited=("False", "DesiredWithinRange")),
        },
    }


def ingress() -> dict[str, Any]:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "api", "port": {"number": 80}}}}
    return {
        "metadata": meta("web", SHOP),
        "spec": {
            "tls": [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}],
            "rules": [{"host": "shop.example.com", "http": {"paths": [path]}}],
        },
    }


def policy(name: str = "deny-all", **spec: Any) -> dict[str, Any]:
    return {"metadata": meta(name, SHOP), "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec}}


def rollout(mode: str = "blue_green") -> dict[str, Any]:
    strategies = {
        "blue_green": {
            "blueGreen": {"activeService": "api", "previewService": "api-next", "autoPromotionEnabled": False}
        },
        "canary": {"canary": {"steps": [{"setWeight": 10}, {"analysis": {"templates": [{"templateName": "errors"}]}}]}},
    }
    return {
        "metadata": meta("api", SHOP),
        "spec": {"strategy": strategies[mode]},
        "status": {"phase": "Healthy"},
    }


def fill(fake: FakeKubernetes) -> None:
    """A cluster as it should be: two nodes, an application of every kind of workload, and everything around it."""
    enforced = {"pod-security.kubernetes.io/enforce": "restricted"}
    for name, labels in ((SHOP, enforced), (SYSTEM, {}), ("velero", {})):
        fake.add("namespaces", {"metadata": meta(name, labels=labels), "status": {"phase": "Active"}})
    fake.add("nodes", node("n1", "a"), node("n2", "b"))
    fake.add("deployments", deployment(), deployment("coredns", namespace=SYSTEM))
    fake.add("statefulsets", stateful_set())
    fake.add("daemonsets", daemon_set("logs", SHOP), daemon_set("calico-node", SYSTEM))
    fake.add("cronjobs", cron_job())
    for number, name in ((1, "n1"), (2, "n2")):
        fake.add("pods", pod("api", number, name), pod("db", number, name, kind="StatefulSet"))
        fake.add("pods", pod("logs", number, name, kind="DaemonSet"), pod("coredns", number, name, namespace=SYSTEM))
        volume = {"storageClassName": "ssd", "volumeName": f"pv-{number}"}
        bound = {"status": {"phase": "Bound"}}
        fake.add("persistentvolumeclaims", {"metadata": meta(f"data-db-{number}", SHOP), "spec": volume, **bound})
        retained = {"persistentVolumeReclaimPolicy": "Retain"}
        fake.add("persistentvolumes", {"metadata": meta(f"pv-{number}"), "spec": retained, **bound})
        source = {"source": {"persistentVolumeClaimName": f"data-db-{number}"}}
        taken = {"readyToUse": True, "creationTime": stamp(3600)}
        fake.add("volumesnapshots", {"metadata": meta(f"s-{number}", SHOP), "spec": source, "status": taken})
    fake.add("storageclasses", {"metadata": meta("ssd"), "allowVolumeExpansion": True})
    done = {"phase": "Completed", "startTimestamp": stamp(3600)}
    fake.add("backups", {"metadata": meta("daily", "velero"), "spec": {}, "status": done})
    fake.add("poddisruptionbudgets", budget("api"), budget("db"))
    fake.add("horizontalpodautoscalers", autoscaler())
    for name in ("api", "api-next"):
        fake.add("services", {"metadata": meta(name, SHOP), "spec": {"selector": {"app": "api"}}})
    fake.add("ingresses", ingress())
    fake.add("secrets", {"metadata": meta("shop-tls", SHOP), "data": {"tls.key": "c2VjcmV0"}})
    fake.add("resourcequotas", {"metadata": meta("shop", SHOP), "spec": {"hard": {"pods": "50"}}})
    fake.add("limitranges", {"metadata": meta("shop", SHOP), "spec": {"limits": []}})
    fake.add("configmaps", {"metadata": meta("settings", SHOP), "data": {"mode": "production"}})
    fake.add("networkpolicies", policy())
    fake.add("rollouts", rollout())
    fill_rights(fake)


def fill_rights(fake: FakeKubernetes) -> None:
    """What the server itself binds, and a narrow role of the application's."""
    built_in = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    everything = rules((["*"], ["*"], ["*"]))
    fake.add("clusterroles", {"metadata": meta("cluster-admin", labels=built_in), "rules": everything})
    fake.add("clusterrolebindings", binding("cluster-admin", "Group", "system:masters", labels=built_in))
    narrow = rules(([""], ["configmaps"], ["get"]))
    fake.add("roles", {"metadata": meta("api", SHOP), "rules": narrow})
    ref = {"roleRef": {"kind": "Role", "name": "api"}}
    subject = {"kind": "ServiceAccount", "name": "api", "namespace": SHOP}
    fake.add("rolebindings", {"metadata": meta("api", SHOP), **ref, "subjects": [subject]})


def binding(name: str, kind: str, subject: str, role: str = "cluster-admin", **more: Any) -> dict[str, Any]:
    """A binding of a ClusterRole; the service account of a namespace is given as namespace/name."""
    scope, _slash, called = subject.rpartition("/")
    return {
        "metadata": meta(name, **more),
        "roleRef": {"kind": "ClusterRole", "name": role},
        "subjects": [{"kind": kind, "name": called, **({"namespace": scope} if scope else {})}],
    }


def spec_of(found: dict[str, Any]) -> dict[str, Any]:
    """The specification of a workload's pods."""
    inner = found["spec"]["jobTemplate"]["spec"] if "jobTemplate" in found["spec"] else found["spec"]
    spec: dict[str, Any] = inner["template"]["spec"]
    return spec


def said(proven: list[Verdict]) -> str:
    """What is said of everything that does not pass, by subject."""
    return "\n".join(f"{each.subject}: {each.message}" for each in proven if each.status is not Status.PASS)
