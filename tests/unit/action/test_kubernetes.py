# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubernetes verifier against recorded lists: right, broken at the edges, unreadable and absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.kubernetes import ActionModule as Kubernetes
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import RESOURCES as READ
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.kubernetes import FakeKubernetes, conditions, stamp
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
    binding,
    daemon_set,
    deployment,
    fill,
    policy,
    said,
    spec_of,
)
from tests.unit.action.aws_answers import REASONS
from tests.unit.proving import prove

Break = Callable[[FakeKubernetes], Any]
VERSION = "kubectl version -o json"
OPTIONS: dict[str, Any] = {"namespaces": [SHOP], "volume_backups": ["velero", "snapshots"]}
# What each control cannot do without.
LISTS = {
    CLUSTER: ("pods", "nodes", "namespaces", "clusterroles", "clusterrolebindings"),
    RESOURCES: ("deployments", "statefulsets", "daemonsets", "cronjobs", "pods", "namespaces", "ingresses", "services"),
    VOLUMES: ("persistentvolumeclaims", "persistentvolumes", "storageclasses", "statefulsets", "backups"),
    NETWORK: ("deployments", "statefulsets", "daemonsets", "cronjobs", "networkpolicies"),
    SCALING: ("horizontalpodautoscalers", "deployments", "statefulsets"),
    REDUNDANCY: ("deployments", "statefulsets", "pods", "nodes", "poddisruptionbudgets", "horizontalpodautoscalers"),
    STRATEGY: ("deployments", "statefulsets", "daemonsets"),
    HARDENING: ("deployments", "cronjobs", "clusterroles", "clusterrolebindings", "roles", "rolebindings"),
    IMAGES: ("deployments", "statefulsets", "daemonsets", "cronjobs"),
}


@pytest.fixture
def world() -> FakeKubernetes:
    """What a cluster as it should be has, with no server before it."""
    fake = FakeKubernetes.__new__(FakeKubernetes)
    fake.reset()
    fill(fake)
    return fake


def line(plural: str, namespace: str = "") -> str:
    resource = READ[plural]
    where = f" -n {namespace}" if namespace else " -A" if resource.namespaced else ""
    return f"kubectl get {resource.name}{where}{'' if resource.metadata else ' -o json'}"


def verdicts(
    world: FakeKubernetes, control: str, changed: dict[str, Any] | None = None, **options: Any
) -> list[Verdict]:
    lists = {line(each): [READ[each].read(one, READ[each].versions[0]) for one in world.objects[each]] for each in READ}
    answers = {VERSION: {"version": world.version}, **lists, **(changed or {})}
    return prove(Kubernetes, control, {**OPTIONS, **options}, answers)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_cluster_as_it_should_be_passes(world: FakeKubernetes, control: str) -> None:
    assert [(one.status, one.message) for one in verdicts(world, control)] == [(Status.PASS, "")]


def change(plural: str, name: str, part: str, **changed: Any) -> Break:
    return lambda world: world.find(plural, name)[part].update(changed)


def pods(part: str, **changed: Any) -> Break:
    return lambda world: [each[part].update(changed) for each in world.objects["pods"]]


def of_cleanup(world: FakeKubernetes) -> dict[str, Any]:
    container: dict[str, Any] = spec_of(world.find("cronjobs", "cleanup"))["containers"][0]
    return container


STRICT = {"pod-security.kubernetes.io/enforce": "strict"}
BACKEND = {"defaultBackend": {"service": {"name": "api"}}}  # takes what comes for any host, in clear
ANYBODY = policy("a", policyTypes=["Ingress"], ingress=[{"from": [{"ipBlock": {"cidr": "::/0"}}]}])
OF_ONE = policy(podSelector={"matchLabels": {"app": "api"}})
ALL_OF_SHOP = binding("easy", "Group", "system:serviceaccounts:shop", namespace=SHOP)
NOWHERE = {"desiredNumberScheduled": 0, "numberReady": 0}
ONE_AWAY = {"rollingUpdate": {"maxUnavailable": "10%", "maxSurge": 0}}
BROKEN: list[tuple[str, Break, str]] = [
    (CLUSTER, lambda world: world.empty("nodes"), "there is no node"),
    (CLUSTER, change("nodes", "n1", "status", nodeInfo={"kubeletVersion": "v1.37.0"}), "does not fit the server's"),
    (CLUSTER, change("namespaces", SHOP, "status", phase="Terminating"), "namespace shop is Terminating"),
    (CLUSTER, change("namespaces", SHOP, "metadata", labels=STRICT), "enforces strict in shop"),
    (RESOURCES, lambda world: world.find("ingresses", "web").update(spec=BACKEND), "host * has no certificate"),
    (RESOURCES, change("daemonsets", "logs", "status", **NOWHERE), "it runs nowhere"),
    (RESOURCES, change("deployments", "api", "status", observedGeneration=0), "generation 1 of it was not seen"),
    (VOLUMES, change("backups", "daily", "spec", excludedNamespaces=["sh*"]), "nothing backs it up"),
    (VOLUMES, change("backups", "daily", "spec", labelSelector={"matchLabels": {"a": "b"}}), "nothing backs it up"),
    (VOLUMES, change("backups", "daily", "spec", snapshotVolumes=False), "nothing backs it up"),
    (VOLUMES, lambda world: world.remove("persistentvolumes", "pv-1"), "its volume pv-1 does not exist"),
    (NETWORK, lambda world: world.add("networkpolicies", ANYBODY), "opens its ingress to everything"),
    (NETWORK, lambda world: world.objects.update(networkpolicies=[OF_ONE]), "no policy denies all ingress by default"),
    (NETWORK, change("daemonsets", "calico-node", "status", **NOWHERE), "runs on no node"),
    (SCALING, change("horizontalpodautoscalers", "api", "spec", metrics=[]), "it follows no metric"),
    (SCALING, change("deployments", "api", "spec", replicas=0), "scaled to zero, which switches it off"),
    (REDUNDANCY, change("poddisruptionbudgets", "api", "status", observedGeneration=0), "was not seen by its control"),
    (REDUNDANCY, pods("status", conditions=conditions(Ready=("False", "x"))), "its ready pods are on 0 nodes, not 2"),
    (REDUNDANCY, pods("metadata", deletionTimestamp=stamp()), "its ready pods are on 0 nodes, not 2"),
    (STRATEGY, change("statefulsets", "db", "spec", updateStrategy={"rollingUpdate": {"partition": 1}}), "below 1 on"),
    (STRATEGY, change("deployments", "api", "spec", strategy=ONE_AWAY), "may take 1 of its 2 pods away"),
    (HARDENING, lambda world: world.add("rolebindings", ALL_OF_SHOP), "api: may do everything in namespace shop"),
    (IMAGES, lambda world: of_cleanup(world).update(image="api:v1"), "shop/CronJob/cleanup: "),
]


@pytest.mark.parametrize(("control", "breaking", "words"), BROKEN, ids=[f"{each[0]}: {each[2]}" for each in BROKEN])
def test_what_is_broken_fails(world: FakeKubernetes, control: str, breaking: Break, words: str) -> None:
    if control == VOLUMES:
        world.empty("volumesnapshots")
    breaking(world)
    found = verdicts(world, control)
    assert found[0].status is Status.FAIL
    assert words in said(found)


@pytest.mark.parametrize(("control", "plural"), [(control, plural) for control in LISTS for plural in LISTS[control]])
def test_a_list_that_cannot_be_read_is_an_error(world: FakeKubernetes, control: str, plural: str) -> None:
    for reason in REASONS:
        hidden = CannotLook(reason, "so it is")
        changed = {line(plural): hidden, line(plural, SHOP): hidden, line(plural, SYSTEM): hidden}
        found = verdicts(world, control, changed | {line(plural, "velero"): hidden})
        assert {each.status for each in found} == {Status.ERROR}, reason


@pytest.mark.parametrize("control", CONTROLS)
def test_where_nothing_is_nothing_passes(world: FakeKubernetes, control: str) -> None:
    world.objects.clear()
    assert Status.PASS not in {each.status for each in verdicts(world, control)}


@pytest.mark.parametrize("control", CONTROLS)
def test_what_is_all_excepted_or_not_asked_for_proves_nothing(world: FakeKubernetes, control: str) -> None:
    excepted = {"match": "*", "reason": "we know"}
    assert worst(each.status for each in verdicts(world, control, exceptions=[excepted])) is Status.FAIL
    unreasoned = verdicts(world, control, exceptions=[{**excepted, "reason": " "}])
    assert [each.status for each in unreasoned] == [Status.ERROR]
    with pytest.raises(NotAsked):
        verdicts(world, control, namespaces=[])


def test_what_is_hidden_in_one_namespace_hides_no_failure_in_another(world: FakeKubernetes) -> None:
    world.add("deployments", deployment("weak", replicas=1))
    own = [READ["deployments"].read(each, "v1") for each in world.objects["deployments"]]
    denied = CannotLook("denied", "needs list apps/deployments")
    changed = {line("deployments"): denied, line("deployments", SHOP): own, line("deployments", "bank"): denied}
    found = verdicts(world, REDUNDANCY, changed, namespaces=[SHOP, "bank"])
    assert [(each.status, each.subject) for each in found] == [
        (Status.FAIL, ""),
        (Status.FAIL, "shop/Deployment/weak"),
        (Status.ERROR, "Namespace/bank"),
    ]
    excepted = {"match": "shop/Deployment/weak", "reason": "a trial"}
    left = verdicts(world, REDUNDANCY, changed, namespaces=[SHOP, "bank"], exceptions=[excepted])
    assert [(each.status, each.subject) for each in left] == [(Status.ERROR, "Namespace/bank")]


def test_a_plugin_that_is_not_known_to_enforce_is_an_error(world: FakeKubernetes) -> None:
    world.objects["daemonsets"] = [daemon_set("flannel", SYSTEM), daemon_set("logs", SHOP)]
    assert [(each.status, each.subject) for each in verdicts(world, NETWORK)] == [(Status.ERROR, "network plugin")]
