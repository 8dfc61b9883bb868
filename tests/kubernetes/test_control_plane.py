# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubernetes verifier against a real API server, whose own controllers and scheduler make what is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.golive.verify.plugins.action.kubernetes import ActionModule as Kubernetes
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.least_privilege import KINDS
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, worst
from tests.integration.verifiers.kubernetes_world import (
    CLUSTER,
    CONTROLS,
    HARDENING,
    IMAGES,
    NETWORK,
    REDUNDANCY,
    RESOURCES,
    SCALING,
    SHOP,
    STRATEGY,
    SYSTEM,
    VOLUMES,
    daemon_set,
    deployment,
    ingress,
    node,
    policy,
    said,
    stateful_set,
)
from tests.integration.verifiers.live import prove_live, prove_together
from tests.kubernetes.control_plane import VERIFIER, ControlPlane, built, eventually

pytestmark = pytest.mark.skipif(not built(), reason="there is no API server: run make test-kubernetes once")
NEEDS = interface("golive.verify.kubernetes").needs
APPS, CORE = f"/apis/apps/v1/namespaces/{SHOP}", f"/api/v1/namespaces/{SHOP}"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """An object as a person writes it: with neither status nor what servers add."""
    keep = ("name", "labels")
    kept = {key: value for key, value in found["metadata"].items() if key in keep}
    body = {key: value for key, value in found.items() if key not in ("metadata", "status")}
    if "template" in body.get("spec", {}):
        body["spec"]["selector"] = {"matchLabels": body["spec"]["template"]["metadata"]["labels"]}
    return {**body, "metadata": kept}


def allowed(*without: str) -> list[dict[str, Any]]:
    """The rules of the role that playbooks/least_privilege.yml writes for all that is declared to be needed."""
    rights = sorted({right for rights in NEEDS.values() for right in rights} - set(without))
    written: list[dict[str, Any]] = yaml.safe_load(KINDS["kubernetes"].spell(rights))["rules"]
    return written


def permit(plane: ControlPlane, *without: str) -> None:
    plane.patch(f"{RBAC}/clusterroles/golive-verify", {"rules": allowed(*without)})


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with ControlPlane(tmp_path_factory.mktemp("plane")) as found:
        fill(found)
        yield found


def fill(plane: ControlPlane) -> None:
    subject = {"kind": "User", "name": "verifier", "apiGroup": "rbac.authorization.k8s.io"}
    ref = {"kind": "ClusterRole", "name": "golive-verify", "apiGroup": "rbac.authorization.k8s.io"}
    plane.create(f"{RBAC}/clusterroles", {"metadata": {"name": "golive-verify"}, "rules": allowed()})
    plane.create(
        f"{RBAC}/clusterrolebindings", {"metadata": {"name": "golive-verify"}, "roleRef": ref, "subjects": [subject]}
    )
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    plane.create("/api/v1/namespaces", {"metadata": {"name": SHOP, "labels": labels}}, {"metadata": {"name": "velero"}})
    for name in ("n1", "n2"):
        found = node(name, name)
        capacity = {"cpu": "4", "memory": "8Gi", "pods": "50"}
        found["status"] |= {"capacity": capacity, "allocatable": capacity}
        found["status"]["nodeInfo"] = {**dict.fromkeys(NODE_INFO, ""), "kubeletVersion": "v1.20.2"}
        found["metadata"] = {"name": name, "labels": {"kubernetes.io/hostname": name}}
        plane.create("/api/v1/nodes", found)
        plane.patch(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})
    crds(plane)
    storage(plane)
    plane.create(f"{APPS}/deployments", plain(deployment()))
    state = plain(stateful_set())
    state["spec"]["serviceName"] = "db"
    claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "ssd", "resources": {"requests": {"storage": "1Gi"}}}
    state["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    plane.create(f"{APPS}/statefulsets", state)
    plane.create(f"/apis/apps/v1/namespaces/{SYSTEM}/daemonsets", plain(daemon_set("calico-node", SYSTEM)))
    for name in ("api", "db"):
        spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}}
        budgets = f"/apis/policy/v1beta1/namespaces/{SHOP}/poddisruptionbudgets"
        plane.create(budgets, {"metadata": {"name": name}, "spec": spec})
    ports = [{"port": 80}]
    plane.create(
        f"{CORE}/services", {"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}, "ports": ports}}
    )
    plane.create(f"{CORE}/secrets", {"metadata": {"name": "shop-tls"}, "stringData": {"tls.key": "hunter2"}})
    networks = f"/apis/networking.k8s.io/v1/namespaces/{SHOP}"
    plane.create(f"{networks}/ingresses", plain(ingress()))
    plane.create(f"{networks}/networkpolicies", plain(policy()))
    plane.run_pods(SYSTEM, 2)
    plane.run_pods(SHOP, 4)
    scalers = f"/apis/autoscaling/v2beta2/namespaces/{SHOP}/horizontalpodautoscalers"
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    plane.create(
        scalers, {"metadata": {"name": "api"}, "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 6}}
    )
    eventually(lambda: settled(plane), "all controllers have seen everything")


NODE_INFO = (
    *("machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion"),
    *("kubeProxyVersion", "operatingSystem", "architecture"),
)


def settled(plane: ControlPlane) -> bool:
    api = plane.get(f"{APPS}/deployments/api")["status"]
    db = plane.get(f"{APPS}/statefulsets/db")["status"]
    budgets = plane.get(f"/apis/policy/v1beta1/namespaces/{SHOP}/poddisruptionbudgets")["items"]
    return (
        api.get("readyReplicas") == db.get("readyReplicas") == 2
        and all(each["status"].get("disruptionsAllowed") for each in budgets)
        and any(each["reason"] == "NewReplicaSetAvailable" for each in api["conditions"])
    )


def crds(plane: ControlPlane) -> None:
    """The resources of others that are looked at, with no schema of their own."""
    for group, version, kind in (
        ("velero.io", "v1", "Backup"),
        ("snapshot.storage.k8s.io", "v1", "VolumeSnapshot"),
        ("argoproj.io", "v1alpha1", "Rollout"),
    ):
        plural = f"{kind.lower()}s"
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        plane.create(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            {
                "metadata": {
                    "name": f"{plural}.{group}",
                    "annotations": {"api-approved.kubernetes.io": "unapproved, in a test"},
                },
                "spec": {
                    "group": group,
                    "scope": "Namespaced",
                    "names": {"kind": kind, "plural": plural},
                    "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
                },
            },
        )
        served = f"/apis/{group}/{version}/{plural}"
        eventually(partial(plane.get, served, plain=True), f"{served} is served")


def storage(plane: ControlPlane) -> None:
    """A class that can grow, volumes that stay, and their snapshots."""
    provisioner = {"provisioner": "kubernetes.io/no-provisioner", "allowVolumeExpansion": True}
    plane.create("/apis/storage.k8s.io/v1/storageclasses", {"metadata": {"name": "ssd"}, **provisioner})
    for number in (0, 1):
        spec = {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "ssd",
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": f"/data-{number}"},
        }
        plane.create("/api/v1/persistentvolumes", {"metadata": {"name": f"pv-{number}"}, "spec": spec})


@pytest.fixture
def asked(plane: ControlPlane) -> dict[str, Any]:
    return {
        "kubeconfig": plane.kubeconfig(VERIFIER),
        "namespaces": [SHOP],
        "volume_backups": ["elsewhere"],
        # The account that looks may list all secrets, of which it is given the metadata alone.
        "administrators": ["Group/system:masters", "User/verifier"],
        "end_of_life": {"kubernetes 1.20": "2999-01-01"},
    }


def test_what_controllers_and_scheduler_made_of_it_passes(asked):
    found = prove_together(Kubernetes, [each for each in CONTROLS if each != SCALING], asked)
    assert {control: said(verdicts) for control, verdicts in found.items() if said(verdicts)} == {}


def test_an_autoscaler_without_metrics_fails_as_its_controller_says(plane, asked):
    path = f"/apis/autoscaling/v2beta2/namespaces/{SHOP}/horizontalpodautoscalers/api"
    eventually(lambda: plane.get(path).get("status", {}).get("conditions"), "the autoscaler was looked at")
    assert "it does not act: FailedGetResourceMetric" in said(prove_live(Kubernetes, SCALING, asked))


def test_the_version_is_past_its_support(asked):
    del asked["end_of_life"]
    assert "kubernetes 1.20 gets no fixes since 2022-02-28" in said(prove_live(Kubernetes, CLUSTER, asked))


def test_one_right_less_is_an_error_that_names_it(plane, asked):
    asked |= {"volume_backups": ["velero", "snapshots"], "resources": ["shop/ConfigMap/settings"]}
    for right in ("list /pods", "list policy/poddisruptionbudgets", "list /secrets", "list velero.io/backups"):
        permit(plane, right)
        found = eventually(lambda: denied(asked), f"{right} is taken away")
        assert set(found) == {control for control, rights in NEEDS.items() if right in rights}
        assert all(f"needs {right}" in text for text in found.values())
        permit(plane)
        eventually(lambda: not denied(asked), f"{right} is given again")


def denied(asked: dict[str, Any]) -> dict[str, str]:
    found = prove_together(Kubernetes, CONTROLS, asked)
    texts = {control: said(verdicts) for control, verdicts in found.items()}
    return {control: text for control, text in texts.items() if "could not look (denied)" in text}


@pytest.mark.parametrize(
    ("control", "path", "change", "back", "words"),
    [
        (
            REDUNDANCY,
            f"{APPS}/deployments/api",
            {"spec": {"replicas": 3}},
            {"spec": {"replicas": 2}},
            "2 of 3 replicas",
        ),
        (RESOURCES, f"{APPS}/deployments/api", {"spec": {"paused": True}}, {"spec": {"paused": False}}, "is paused"),
        (
            NETWORK,
            f"/apis/networking.k8s.io/v1/namespaces/{SHOP}/networkpolicies/deny-all",
            {"spec": {"ingress": [{}]}},
            {"spec": {"ingress": None}},
            "opens its ingress to everything",
        ),
        (
            VOLUMES,
            "/api/v1/persistentvolumes/pv-0",
            {"spec": {"persistentVolumeReclaimPolicy": "Delete"}},
            {"spec": {"persistentVolumeReclaimPolicy": "Retain"}},
            "goes with the claim: reclaim policy Delete",
        ),
        (
            CLUSTER,
            "/api/v1/nodes/n2/status",
            {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}},
            {"status": {"conditions": [{"type": "Ready", "status": "True"}]}},
            "1 of 2 nodes are not ready: n2",
        ),
    ],
)
def test_what_is_broken_in_a_real_cluster_fails(plane, asked, control, path, change, back, words):
    plane.patch(path, change)
    try:
        eventually(lambda: words in said(prove_live(Kubernetes, control, asked)), words)
    finally:
        plane.patch(path, back)
    eventually(lambda: said(prove_live(Kubernetes, control, asked)) == "", f"{path} is right again")


def test_a_second_deployment_without_anything_fails_as_a_whole(plane, asked):
    bare = {"image": "ghcr.io/shop/api", "name": "main"}
    labels = {"app": "bare"}
    spec = {"selector": {"matchLabels": labels}, "strategy": {"type": "Recreate"}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [bare], "hostNetwork": True}}
    plane.create(f"{APPS}/deployments", {"metadata": {"name": "bare"}, "spec": {**spec, "template": template}})
    try:
        found = prove_together(Kubernetes, [REDUNDANCY, STRATEGY, HARDENING, IMAGES, NETWORK], asked)
        for control, words in (
            (REDUNDANCY, "shop/Deployment/bare: container main has no readiness probe"),
            (STRATEGY, "shop/Deployment/bare: its strategy is Recreate"),
            (HARDENING, "shop/Deployment/bare: it shares the node's Network"),
            (IMAGES, "shop/Deployment/bare: ghcr.io/shop/api runs as latest"),
            (NETWORK, "shop/Deployment/bare: it is on the network of its node"),
        ):
            assert worst(each.status for each in found[control]) is Status.FAIL
            assert words in said(found[control])
    finally:
        plane.delete(f"{APPS}/deployments/bare")


def test_a_cron_job_of_a_server_that_cannot_tell_when_it_succeeded_is_an_error(plane, asked):
    pod = {"spec": {"containers": [{"name": "main", "image": "image:1.0"}], "restartPolicy": "Never"}}
    spec = {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": pod}}}
    jobs = f"/apis/batch/v1beta1/namespaces/{SHOP}/cronjobs"
    plane.create(jobs, {"metadata": {"name": "cleanup"}, "spec": spec})
    try:
        (verdict,) = prove_live(Kubernetes, RESOURCES, {**asked, "job_grace_minutes": -10})
        assert verdict.status is Status.ERROR
        assert "does not tell when shop/CronJob/cleanup last succeeded" in verdict.message
    finally:
        plane.delete(f"{jobs}/cleanup")


def test_a_certificate_that_nobody_vouches_for_is_an_error(plane, asked, tmp_path):
    config = json.loads(Path(asked["kubeconfig"]).read_text())
    del config["clusters"][0]["cluster"]["certificate-authority"]
    asked["kubeconfig"] = str(tmp_path / "config")
    Path(asked["kubeconfig"]).write_text(json.dumps(config))
    (verdict,) = prove_live(Kubernetes, CLUSTER, asked)
    assert verdict.status is Status.ERROR
    assert "could not look (unreachable)" in verdict.message
    assert "TLS" in verdict.message


def test_a_server_that_stops_is_unreachable(plane, asked):
    for process in plane._processes:
        process.kill()
        process.wait()
    for control in CONTROLS:
        (verdict,) = prove_live(Kubernetes, control, asked)
        assert verdict.status is Status.ERROR
