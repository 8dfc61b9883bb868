# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about workloads without a look at any: schedules, selectors, shares, templates, rights."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes import access, cluster, network, templates
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.health import node_problems, release
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.reading_workloads import pod
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.schedule import due_before
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.selectors import selects
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.strategy import unavailable

NOW = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("schedule", "zone", "due"),
    [
        ("* * * * *", "", "2026-11-25T12:34"),
        ("*/10 * * * *", "", "2026-11-25T12:30"),
        ("35 12 * * *", "", "2026-11-24T12:35"),
        ("0 0 1 * *", "", "2026-11-01T00:00"),
        ("0 3 * * sun", "", "2026-11-22T03:00"),
        ("0 3 * * 7", "", "2026-11-22T03:00"),
        ("0 3 * * 1-5", "", "2026-11-25T03:00"),
        ("0 3 13 * fri", "", "2026-11-20T03:00"),
        ("15,45 8-10/2 * feb,nov *", "", "2026-11-25T10:45"),
        ("0 0 29 2 *", "", "2024-02-29T00:00"),
        ("0 0 30 2 *", "", None),
        ("@daily", "", "2026-11-25T00:00"),
        ("@weekly", "", "2026-11-22T00:00"),
        ("0 12 * * *", "Europe/Berlin", "2026-11-25T11:00"),
        ("TZ=Asia/Tokyo 0 21 * * *", "", "2026-11-25T12:00"),
    ],
)
def test_when_a_schedule_was_last_due(schedule: str, zone: str, due: str | None) -> None:
    found = due_before(schedule, zone, NOW.timestamp())
    assert (found and datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%dT%H:%M")) == due


@pytest.mark.parametrize(
    "schedule", ["", "* * * *", "60 * * * *", "* * * * 8", "*/0 * * * *", "a b c d e", "5-1 * * * *"]
)
def test_what_is_no_schedule_cannot_be_judged(schedule: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        due_before(schedule, "", NOW.timestamp())
    with pytest.raises(CannotLook, match="no time zone"):
        due_before("* * * * *", "Mars/Olympus", NOW.timestamp())


LABELS = {"app": "api", "tier": "web"}


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "api"}}, True),
        ({"matchLabels": {"app": "api", "tier": "db"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "worker"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}, True),
    ],
)
def test_what_a_selector_selects(selector: Any, chosen: bool) -> None:
    assert selects(selector, LABELS) is chosen


def test_an_unknown_operator_cannot_be_judged() -> None:
    with pytest.raises(CannotLook):
        selects({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}, LABELS)


@pytest.mark.parametrize(
    ("most", "surge", "replicas", "lost"),
    [("25%", "25%", 3, 0), ("25%", "25%", 4, 1), (0, 1, 4, 0), ("0%", "0%", 4, 1), (2, 0, 4, 2), ("100%", "25%", 2, 2)],
)
def test_how_many_pods_a_rollout_takes_away(most: Any, surge: Any, replicas: int, lost: int) -> None:
    assert unavailable(most, surge, replicas) == lost
    with pytest.raises(CannotLook):
        unavailable("a lot", surge, replicas)


@pytest.mark.parametrize(
    ("variable", "secret"),
    [
        ({"name": "DB_PASSWORD", "value": "hunter2"}, True),
        ({"name": "DATABASE_URL", "value": "postgres://shop:hunter2@db/shop"}, True),
        ({"name": "DATABASE_URL", "value": "postgres://db/shop"}, False),
        ({"name": "DATABASE_URL", "value": "postgres://shop:$(DB_PASSWORD)@db/shop"}, False),
        ({"name": "DB_PASSWORD_FILE", "value": "/run/secrets/db"}, False),
        ({"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}, False),
        ({"name": "DB_PASSWORD", "value": ""}, False),
    ],
)
def test_which_variables_show_a_secret(variable: dict[str, Any], secret: bool) -> None:
    template = {"spec": {"containers": [{"name": "main", "image": "image", "env": [variable]}]}}
    found = templates.pod(template)
    assert found["containers"][0]["literals"] == ([variable["name"]] if secret else [])
    assert "hunter2" not in str(found)


def test_a_container_that_starts_first_and_stays_is_one_of_them() -> None:
    first = [{"name": "proxy", "image": "image", "restartPolicy": "Always"}, {"name": "migrate", "image": "image"}]
    template = {"spec": {"containers": [{"name": "main", "image": "image"}], "initContainers": first}}
    found = {each["name"]: each["init"] for each in templates.pod(template)["containers"]}
    assert found == {"main": False, "proxy": False, "migrate": True}


@pytest.mark.parametrize(
    ("kind", "name", "labels", "workload"),
    [
        ("ReplicaSet", "api-5d8f9c", {"pod-template-hash": "5d8f9c"}, "shop/Deployment/api"),
        ("ReplicaSet", "api-5d8f9c", {"rollouts-pod-template-hash": "5d8f9c"}, "shop/Rollout/api"),
        ("ReplicaSet", "own", {}, "shop/ReplicaSet/own"),
        ("Job", "cleanup-29012345", {}, "shop/CronJob/cleanup"),
        ("Job", "migrate", {}, "shop/Job/migrate"),
        ("StatefulSet", "db", {}, "shop/StatefulSet/db"),
    ],
)
def test_which_workload_made_a_pod(kind: str, name: str, labels: dict[str, str], workload: str) -> None:
    owner = [{"kind": kind, "name": name, "controller": True}]
    meta = {"name": "p", "namespace": "shop", "labels": labels, "ownerReferences": owner}
    meta["creationTimestamp"] = "2026-11-25T12:00:00Z"
    assert pod({"metadata": meta, "spec": {}, "status": {"phase": "Running"}}, "v1")["workload"] == workload


@pytest.mark.parametrize(
    ("rule", "administers"),
    [
        ((["*"], ["*"], ["*"]), True),
        (([""], ["*"], ["*"]), True),
        ((["*"], ["*"], ["get", "list", "watch"]), True),  # all secrets among them
        ((["*"], ["configmaps"], ["get", "list", "watch"]), False),
        (([""], ["pods"], ["*"]), False),
        ((["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"]), True),
        (([""], ["users"], ["impersonate"]), True),
        (([""], ["serviceaccounts"], ["create"]), False),
    ],
)
def test_which_rules_administer(rule: Any, administers: bool) -> None:
    groups, resources, verbs = rule
    rules = [{"apiGroups": groups, "resources": resources, "verbs": verbs, "resourceNames": []}]
    roles = [{"id": "ClusterRole/r", "rules": rules}]
    binding = {"id": "ClusterRoleBinding/b", "namespace": "", "built_in": False, "role": "ClusterRole/r"}
    found = access.administrators([{**binding, "subjects": ["User/ada"]}], roles, [])
    assert bool(found) is administers
    assert access.administrators([{**binding, "subjects": ["User/ada"]}], roles, ["User/ada"]) == {}
    everybody = {**binding, "subjects": ["Group/system:authenticated"]}
    assert bool(access.administrators([everybody], roles, ["*"])) is administers
    used = access.accounts({"Group/system:serviceaccounts:shop": ["all"]}, ["shop/ServiceAccount/api"])
    assert used == {"shop/ServiceAccount/api": ["all"]}


@pytest.mark.parametrize(
    ("name", "containers", "known"),
    [
        ("calico-node", ["calico-node"], True),
        ("aws-node", ["aws-node", "aws-eks-nodeagent"], True),
        ("aws-node", ["aws-node"], False),
        ("kube-flannel-ds", ["kube-flannel"], False),
    ],
)
def test_which_network_plugins_enforce_policies(name: str, containers: list[str], known: bool) -> None:
    found = [{"name": each} for each in containers]
    plugin = {
        "id": f"kube-system/DaemonSet/{name}",
        "name": name,
        "replicas": 2,
        "ready": 2,
        "pod": {"containers": found},
    }
    if known:
        assert network.enforcer([plugin], None) == (plugin["id"], [])
    else:
        with pytest.raises(CannotLook, match="network_plugin"):
            network.enforcer([plugin], None)


@pytest.mark.parametrize("version", ["v1.36.2", "v1.36.2-eks-99", "v1.36.2+k3s1", "1.36"])
def test_vendors_add_to_versions(version: str) -> None:
    assert release(version) == (1, 36)


@pytest.mark.parametrize(
    ("kubelet", "fits"), [("v1.36.0", True), ("v1.33.9", True), ("v1.32.0", False), ("v1.37.0", False)]
)
def test_which_kubelets_fit(kubelet: str, fits: bool) -> None:
    node = {"name": "n1", "conditions": {"Ready": "True"}, "kubelet": kubelet}
    assert (node_problems([node], "v1.36.2") == []) is fits


def test_the_line_is_that_of_kubectl() -> None:
    assert cluster.Cluster("/etc/kube config", "prod").line("get nodes -o json") == (
        "kubectl --kubeconfig '/etc/kube config' --context prod get nodes -o json"
    )
