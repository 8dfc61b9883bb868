# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubernetes verifier through the official client against a fake API server: right, broken, and nothing there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.kubernetes import ActionModule as Kubernetes
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.kubernetes import FakeKubernetes, conditions, meta, rules, stamp
from tests.integration.verifiers.kubernetes_world import (
    CLUSTER,
    CONTROLS,
    DIGEST,
    HARD,
    HARDENING,
    IMAGES,
    NETWORK,
    READY,
    REDUNDANCY,
    RESOURCES,
    SCALING,
    SHOP,
    STRATEGY,
    SYSTEM,
    VOLUMES,
    binding,
    budget,
    container,
    cron_job,
    daemon_set,
    deployment,
    policy,
    rollout,
    said,
    spec_of,
)
from tests.integration.verifiers.live import prove_live, prove_together

Break = Callable[[FakeKubernetes], Any]


def test_a_cluster_as_it_should_be_passes_and_each_list_is_read_once(kubernetes, asked):
    found = prove_together(Kubernetes, CONTROLS, asked)
    assert {control: said(verdicts) for control, verdicts in found.items() if said(verdicts)} == {}
    assert [len(verdicts) for verdicts in found.values()] == [1] * len(CONTROLS)
    assert set(kubernetes.calls.values()) == {1}
    assert kubernetes.values_of_secrets == 0


@pytest.mark.parametrize("control", CONTROLS)
def test_where_nothing_is_nothing_passes(kubernetes, asked, control):
    kubernetes.objects.clear()
    assert Status.PASS not in [verdict.status for verdict in prove_live(Kubernetes, control, asked)]


def shop_pod(fake: FakeKubernetes) -> dict[str, Any]:
    return next(each for each in fake.objects["pods"] if each["metadata"]["name"].startswith("api-"))


def waiting(reason: str) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "main", "restartCount": 7, "state": {"waiting": {"reason": reason}}}]}


def crashed(ago: float) -> dict[str, Any]:
    last = {"terminated": {"finishedAt": stamp(ago)}}
    return {"containerStatuses": [{"name": "main", "restartCount": 3, "state": {"running": {}}, "lastState": last}]}


def change(plural: str, name: str, part: str, **changed: Any) -> Break:
    """What is changed; a function says it at the moment of the test, which may run long after this file is read."""
    return lambda fake: fake.find(plural, name)[part].update(
        {key: value() if callable(value) else value for key, value in changed.items()}
    )


def system_pod(changed: Callable[[], dict[str, Any]]) -> Break:
    return lambda fake: next(each for each in fake.objects["pods"] if each["metadata"]["namespace"] == SYSTEM)[
        "status"
    ].update(changed())


def inside(name: str = "api", plural: str = "deployments", **changed: Any) -> Break:
    """Change the only container of a workload."""
    return lambda fake: spec_of(fake.find(plural, name))["containers"][0].update(changed)


def around(name: str = "api", plural: str = "deployments", **changed: Any) -> Break:
    """Change the pods of a workload."""
    return lambda fake: spec_of(fake.find(plural, name)).update(changed)


def secure(**changed: Any) -> Break:
    return inside(securityContext={**HARD, **changed})


def target(percent: int) -> list[dict[str, Any]]:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}
    return [{"type": "Resource", "resource": cpu}]


NOT_READY = {
    "conditions": conditions(Ready=("Unknown", "NodeStatusUnknown")),
    "nodeInfo": {"kubeletVersion": "v1.36.1"},
}
BROKEN: list[tuple[str, Break, str]] = [
    (CLUSTER, change("nodes", "n2", "status", **NOT_READY), "1 of 2 nodes are not ready: n2"),
    (CLUSTER, lambda fake: setattr(fake, "version", "v1.20.2"), "kubernetes 1.20 gets no fixes since 2022-02-28"),
    (CLUSTER, change("nodes", "n1", "status", nodeInfo={"kubeletVersion": "v1.30.1"}), "does not fit the server's"),
    (CLUSTER, change("namespaces", SHOP, "metadata", labels={}), "enforces nothing in shop, not baseline"),
    (
        CLUSTER,
        system_pod(lambda: waiting("CrashLoopBackOff")),
        "kube-system/Deployment/coredns: a pod does not start: CrashLoop",
    ),
    (CLUSTER, system_pod(lambda: crashed(300)), "a pod restarted within the last 60 minutes"),
    (CLUSTER, lambda fake: fake.empty("pods"), "nothing runs in kube-system"),
    (
        CLUSTER,
        lambda fake: fake.add("clusterrolebindings", binding("ops", "User", "ada")),
        "User/ada: may do everything in the cluster, by ClusterRole/cluster-admin through ClusterRoleBinding/ops",
    ),
    (
        CLUSTER,
        lambda fake: fake.add("clusterrolebindings", binding("open", "Group", "system:authenticated")),
        "Group/system:authenticated: may do everything",
    ),
    (RESOURCES, lambda fake: fake.remove("namespaces", SHOP), "there is no namespace shop"),
    (RESOURCES, lambda fake: fake.remove("configmaps", "settings"), "there is no shop/ConfigMap/settings"),
    (RESOURCES, change("deployments", "api", "metadata", generation=2), "generation 2 of it was not seen"),
    (RESOURCES, change("deployments", "api", "status", readyReplicas=1), "shop/Deployment/api: 1 of 2 pods are ready"),
    (
        RESOURCES,
        change(
            "deployments", "api", "status", conditions=conditions(Progressing=("False", "ProgressDeadlineExceeded"))
        ),
        "its rollout is stuck: ProgressDeadlineExceeded",
    ),
    (RESOURCES, change("deployments", "api", "spec", replicas=0), "it is scaled to zero"),
    (RESOURCES, change("deployments", "api", "spec", paused=True), "its rollout is paused"),
    (RESOURCES, change("deployments", "api", "status", replicas=3), "1 pods of an older definition are left"),
    (RESOURCES, change("statefulsets", "db", "status", updateRevision="db-2"), "0 of 2 pods are of its newest"),
    (RESOURCES, lambda fake: shop_pod(fake)["status"].update(waiting("ImagePullBackOff")), "start: ImagePullBackOff"),
    (RESOURCES, change("cronjobs", "cleanup", "status", lastSuccessfulTime=lambda: stamp(9000)), "it was due"),
    (RESOURCES, change("cronjobs", "cleanup", "spec", suspend=True), "it is suspended"),
    (RESOURCES, lambda fake: fake.find("cronjobs", "cleanup").update(status={}), "it has never succeeded"),
    (RESOURCES, lambda fake: fake.remove("secrets", "shop-tls"), "its secret shop-tls does not exist"),
    (RESOURCES, change("ingresses", "web", "spec", tls=[]), "host shop.example.com has no certificate"),
    (RESOURCES, lambda fake: fake.remove("services", "api"), "its service api does not exist"),
    (VOLUMES, change("persistentvolumeclaims", "data-db-1", "status", phase="Pending"), "it is Pending"),
    (VOLUMES, change("persistentvolumes", "pv-1", "spec", persistentVolumeReclaimPolicy="Delete"), "not Retain"),
    (VOLUMES, lambda fake: fake.find("storageclasses", "ssd").update(allowVolumeExpansion=False), "cannot grow"),
    (VOLUMES, lambda fake: fake.empty("persistentvolumeclaims"), "there is no claim"),
    (
        VOLUMES,
        lambda fake: (
            fake.empty("volumesnapshots"),
            fake.find("backups", "daily")["status"].update(startTimestamp=stamp(40 * 3600)),
        ),
        "its last backup is 40 hours old, not 26",
    ),
    (
        VOLUMES,
        lambda fake: (
            fake.empty("volumesnapshots"),
            fake.find("backups", "daily")["status"].update(phase="PartiallyFailed"),
        ),
        "nothing backs it up",
    ),
    (
        VOLUMES,
        lambda fake: (
            fake.find("statefulsets", "db")["spec"].update(volumeClaimTemplates=[]),
            around("db", "statefulsets", volumes=[{"name": "data", "emptyDir": {}}])(fake),
        ),
        "shop/StatefulSet/db: it keeps its state in an emptyDir",
    ),
    (
        VOLUMES,
        change("statefulsets", "db", "spec", persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}),
        "shop/StatefulSet/db: its claims are deleted: persistentVolumeClaimRetentionPolicy whenDeleted",
    ),
    (NETWORK, lambda fake: fake.empty("networkpolicies"), "no policy denies all ingress by default"),
    (NETWORK, lambda fake: fake.empty("networkpolicies"), "api: no policy selects it for ingress"),
    (
        NETWORK,
        lambda fake: fake.add("networkpolicies", policy("open", policyTypes=["Ingress"], ingress=[{}])),
        "shop/NetworkPolicy/open opens its ingress to everything",
    ),
    (
        NETWORK,
        lambda fake: fake.add("networkpolicies", policy("wide", ingress=[{"from": [{"namespaceSelector": {}}]}])),
        "shop/NetworkPolicy/wide opens its ingress to everything",
    ),
    (NETWORK, change("daemonsets", "calico-node", "status", numberReady=1), "not ready on 1 nodes"),
    (NETWORK, around(hostNetwork=True), "on the network of its node"),
    (SCALING, lambda fake: fake.empty("horizontalpodautoscalers"), "there is no autoscaler"),
    (SCALING, change("horizontalpodautoscalers", "api", "spec", minReplicas=6), "leaves nothing to its maximum"),
    (SCALING, change("horizontalpodautoscalers", "api", "status", currentReplicas=6), "stands at its maximum of 6"),
    (
        SCALING,
        change(
            "horizontalpodautoscalers",
            "api",
            "status",
            conditions=conditions("AbleToScale", ScalingActive=("False", "FailedGetResourceMetric")),
        ),
        "it does not act: FailedGetResourceMetric",
    ),
    (SCALING, change("horizontalpodautoscalers", "api", "status", conditions=[]), "it does not act"),
    (SCALING, change("horizontalpodautoscalers", "api", "spec", metrics=target(95)), "above 95 % of cpu, not 80 %"),
    (SCALING, inside(resources={}), "requests no cpu"),
    (SCALING, lambda fake: fake.remove("deployments", "api"), "its target shop/Deployment/api does not exist"),
    (REDUNDANCY, change("deployments", "api", "spec", replicas=1), "1 replicas are wanted of it, not 2"),
    (REDUNDANCY, change("deployments", "api", "status", readyReplicas=1), "1 of 2 replicas are ready"),
    (
        REDUNDANCY,
        lambda fake: [each["spec"].update(nodeName="n1") for each in fake.objects["pods"]],
        "are on 1 node, not",
    ),
    (REDUNDANCY, around(topologySpreadConstraints=[]), "nothing keeps its pods on different nodes"),
    (REDUNDANCY, lambda fake: fake.remove("poddisruptionbudgets", "api"), "no disruption budget selects it"),
    (REDUNDANCY, lambda fake: fake.add("poddisruptionbudgets", budget("api")), "2 disruption budgets select it"),
    (REDUNDANCY, change("poddisruptionbudgets", "db", "status", disruptionsAllowed=0), "allows no disruption now"),
    (REDUNDANCY, inside(readinessProbe=None), "container main has no readiness probe"),
    (
        REDUNDANCY,
        inside("logs", "daemonsets", livenessProbe=None),
        "shop/DaemonSet/logs: container main has no liveness",
    ),
    (REDUNDANCY, inside(resources={"requests": {"cpu": "1"}}), "no limit of memory"),
    (
        REDUNDANCY,
        around(initContainers=[container("migrate", resources={})]),
        "container migrate has no request of cpu",
    ),
    (REDUNDANCY, change("horizontalpodautoscalers", "api", "spec", minReplicas=1), "may go down to 1 replicas"),
    (STRATEGY, change("deployments", "api", "spec", strategy={"type": "Recreate"}), "its strategy is Recreate"),
    (
        STRATEGY,
        change("deployments", "api", "spec", strategy={"rollingUpdate": {"maxUnavailable": "50%"}}),
        "take 1 of",
    ),
    (STRATEGY, change("statefulsets", "db", "spec", updateStrategy={"type": "OnDelete"}), "waits for somebody's hand"),
    (STRATEGY, change("deployments", "api", "status", updatedReplicas=1), "1 of 2 pods are of its newest definition"),
    (STRATEGY, change("deployments", "api", "spec", progressDeadlineSeconds=2**31 - 1), "no progress deadline"),
    (HARDENING, secure(privileged=True), "shop/Deployment/api: container main is privileged"),
    (HARDENING, secure(runAsUser=0), "runs as root"),
    (HARDENING, around(securityContext={}), "may run as root"),
    (HARDENING, secure(allowPrivilegeEscalation=None), "may gain privileges"),
    (HARDENING, secure(readOnlyRootFilesystem=False), "can write its root file system"),
    (HARDENING, secure(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}), "is given SYS_ADMIN"),
    (HARDENING, around(hostPID=True), "shares the node's PID (hostPID)"),
    (
        HARDENING,
        around(volumes=[{"name": "d", "hostPath": {"path": "/var/run/docker.sock"}}]),
        "mounts /var/run/docker",
    ),
    (HARDENING, around("cleanup", "cronjobs", hostNetwork=True), "shop/CronJob/cleanup: it shares the node's Network"),
    (HARDENING, around(initContainers=[container("migrate", securityContext={})]), "container migrate may gain"),
    (HARDENING, inside(env=[{"name": "DB_PASSWORD", "value": "hunter2"}]), "has the secret DB_PASSWORD in plain text"),
    (
        HARDENING,
        lambda fake: fake.add("clusterrolebindings", binding("easy", "ServiceAccount", "shop/api")),
        "shop/ServiceAccount/api: may do everything in the cluster",
    ),
    (IMAGES, inside(image="ghcr.io/shop/api"), "runs as latest"),
    (IMAGES, inside(image="ghcr.io/shop/api:stable"), "neither a version nor a commit"),
    (IMAGES, around(initContainers=[container("migrate", image="busybox")]), "busybox runs as latest"),
]


@pytest.mark.parametrize(("control", "breaking", "words"), BROKEN, ids=[f"{each[0]}: {each[2]}" for each in BROKEN])
def test_what_is_broken_fails(kubernetes, asked, control, breaking, words):
    breaking(kubernetes)
    verdicts = prove_live(Kubernetes, control, asked)
    assert worst(each.status for each in verdicts) is Status.FAIL
    assert verdicts[0].status is Status.FAIL
    assert words in said(verdicts)
    assert "hunter2" not in str(verdicts)


FINE: list[tuple[str, Break, dict[str, Any]]] = [
    (
        CLUSTER,
        lambda fake: setattr(fake, "version", "v1.38.0+k3s1"),
        {"end_of_life": {"kubernetes 1.38": "2999-01-01"}},
    ),
    (CLUSTER, system_pod(lambda: crashed(7200)), {}),
    (
        CLUSTER,
        lambda fake: fake.add("clusterrolebindings", binding("o", "User", "ada")),
        {"administrators": ["User/*"]},
    ),
    (RESOURCES, change("cronjobs", "cleanup", "status", lastSuccessfulTime=lambda: stamp(3600)), {}),
    (RESOURCES, change("ingresses", "web", "spec", tls=[{"hosts": ["*.example.com"], "secretName": "shop-tls"}]), {}),
    (RESOURCES, lambda fake: fake.add("cronjobs", cron_job("yearly", schedule="0 3 29 2 *")), {}),
    (VOLUMES, lambda fake: fake.empty("backups"), {"volume_backups": ["snapshots"]}),
    (VOLUMES, lambda fake: fake.empty("backups"), {"volume_backups": ["elsewhere"]}),
    (
        NETWORK,
        lambda fake: fake.add("daemonsets", daemon_set("own", SYSTEM)),
        {"network_plugin": "kube-system/DaemonSet/own", "directions": ["Ingress", "Egress"]},
    ),
    (REDUNDANCY, lambda fake: None, {"spread_over": "zone"}),
    (
        REDUNDANCY,
        lambda fake: fake.add("cronjobs", cron_job()),
        {"workloads": ["shop/CronJob/*", "shop/Deployment/api"]},
    ),
    (STRATEGY, lambda fake: fake.remove("deployments", "api"), {"strategy": "blue_green"}),
    (STRATEGY, lambda fake: fake.objects.update(rollouts=[rollout("canary")]), {"strategy": "canary"}),
    (IMAGES, inside(image=DIGEST), {"registries": ["ghcr.io/shop"]}),
]


@pytest.mark.parametrize(("control", "changing", "more"), FINE)
def test_what_is_right_in_another_way_passes(kubernetes, asked, control, changing, more):
    if "spread_over" in more:
        for plural, name in (("deployments", "api"), ("statefulsets", "db")):
            constraints = spec_of(kubernetes.find(plural, name))["topologySpreadConstraints"]
            constraints[0]["topologyKey"] = "topology.kubernetes.io/zone"
    changing(kubernetes)
    assert said(prove_live(Kubernetes, control, {**asked, **more})) == ""


OTHERWISE: list[tuple[str, dict[str, Any], str]] = [
    (REDUNDANCY, {"workloads": ["shop/Deployment/worker"]}, "there is no workload like shop/Deployment/worker"),
    (REDUNDANCY, {"workloads": ["shop/CronJob/cleanup"]}, "there are no workloads to judge"),
    (REDUNDANCY, {"spread_over": "zone"}, "nothing keeps its pods on different zones"),
    (REDUNDANCY, {"min_instances": 3, "min_zones": 3}, "2 replicas are wanted of it, not 3"),
    (CLUSTER, {"namespaces": ["shop", "velero"], "pod_security": "restricted"}, "enforces nothing in velero"),
    (SCALING, {"autoscaled": ["shop/StatefulSet/db"]}, "shop/StatefulSet/db: no autoscaler scales it"),
    (SCALING, {"autoscaled": ["shop/Deployment/worker"]}, "there is no workload like shop/Deployment/worker"),
    (IMAGES, {"registries": ["registry.example.com"]}, "ghcr.io/shop/api is not from registry.example.com"),
    (NETWORK, {"network_plugin": "kube-system/DaemonSet/cilium"}, "there is no kube-system/DaemonSet/cilium"),
    (RESOURCES, {"resources": ["shop/Service/gone"]}, "there is no shop/Service/gone"),
    (STRATEGY, {"strategy": "canary"}, "it is no canary release"),
    (VOLUMES, {"storage_classes": ["fast"]}, "its storage class is ssd, not fast"),
]


@pytest.mark.parametrize(("control", "more", "words"), OTHERWISE)
def test_what_is_asked_for_otherwise_fails(kubernetes, asked, control, more, words):
    verdicts = prove_live(Kubernetes, control, {**asked, **more})
    assert worst(each.status for each in verdicts) is Status.FAIL
    assert words in said(verdicts)


def test_secrets_in_variables_fail_where_they_must_be_files(kubernetes, asked):
    inside(env=[{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}])(kubernetes)
    assert said(prove_live(Kubernetes, HARDENING, asked)) == ""
    strict = prove_live(Kubernetes, HARDENING, {**asked, "secrets_as_files": True})
    assert "has secrets in variables: DB_PASSWORD" in said(strict)


def test_a_liveness_probe_that_asks_what_readiness_asks_is_told(kubernetes, asked):
    inside(livenessProbe=READY)(kubernetes)
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, asked)
    assert verdict.actual["liveness asks just what readiness asks"] == "shop/Deployment/api"


def test_an_exception_is_told_with_its_reason_and_hides_nothing_else(kubernetes, asked):
    kubernetes.add("deployments", deployment("import", replicas=1))
    excepted = {"match": "shop/Deployment/import", "controls": [REDUNDANCY], "reason": "runs once a night"}
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, {**asked, "exceptions": [excepted]})
    assert verdict.status is Status.PASS
    assert verdict.actual["excepted"] == {"shop/Deployment/import": "runs once a night"}
    spec_of(kubernetes.find("deployments", "import")).update(hostPID=True)
    assert "import: it shares" in said(prove_live(Kubernetes, HARDENING, {**asked, "exceptions": [excepted]}))
    for wrong, words in (
        ({"match": "*", "reason": "we know"}, "so nothing was proven"),
        ({"match": "shop/*", "reason": " "}, "has no reason"),
    ):
        assert words in said(prove_live(Kubernetes, REDUNDANCY, {**asked, "exceptions": [wrong]}))


def test_at_most_a_hundred_failures_are_shown_and_all_are_counted(kubernetes, asked):
    kubernetes.add("deployments", *(deployment(f"worker-{number:03}", replicas=1) for number in range(150)))
    verdicts: list[Verdict] = prove_live(Kubernetes, REDUNDANCY, asked)
    assert "150 of 153 workloads are not as they must be" in verdicts[0].message
    assert len(verdicts) == 101


def test_a_role_that_can_climb_is_an_administrator(kubernetes, asked):
    climbing = rules((["rbac.authorization.k8s.io"], ["clusterroles"], ["escalate"]))
    kubernetes.add("clusterroles", {"metadata": meta("climber"), "rules": climbing})
    kubernetes.add("clusterrolebindings", binding("climb", "Group", "dev", role="climber"))
    assert "Group/dev: may give itself any right (escalate)" in said(prove_live(Kubernetes, CLUSTER, asked))
