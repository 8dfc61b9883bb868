# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the kubernetes verifier asks: pages, rights, versions of the API, and answers that are none."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.kubernetes import ActionModule as Kubernetes
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes import asking
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, worst
from tests.fakes.kubernetes import TOKEN, FakeKubernetes
from tests.integration.verifiers.kubernetes_world import (
    CLUSTER,
    CONTROLS,
    NETWORK,
    REDUNDANCY,
    RESOURCES,
    SCALING,
    SHOP,
    STRATEGY,
    VOLUMES,
    deployment,
    policy,
    said,
)
from tests.integration.verifiers.live import prove_live, prove_together

NEEDS = interface("golive.verify.kubernetes").needs
RIGHTS = sorted({right for rights in NEEDS.values() for right in rights})


def statuses(asked: dict[str, Any], **more: Any) -> dict[str, Status]:
    found = prove_together(Kubernetes, CONTROLS, {**asked, **more})
    return {control: worst(each.status for each in verdicts) for control, verdicts in found.items()}


def test_what_is_asked_is_declared_and_the_other_way_round(kubernetes, asked):
    paths = {}
    for control in CONTROLS:
        kubernetes.calls.clear()
        for strategy in ("rolling", "blue_green"):
            prove_live(Kubernetes, control, {**asked, "strategy": strategy})
        paths[control] = set(kubernetes.calls)
    rights = {each.path(each.versions[0], ""): each.permission for each in asking.RESOURCES.values()}
    rights["/version"] = "get nonResourceURLs/version"
    assert {control: tuple(sorted(rights[path] for path in found)) for control, found in paths.items()} == NEEDS


@pytest.mark.parametrize("right", RIGHTS)
def test_one_right_less_is_an_error_of_those_controls_alone_that_need_it(kubernetes, asked, right):
    kubernetes.denied = {right}
    strategy = "blue_green" if "rollouts" in right or "services" in right else "rolling"
    found = prove_together(Kubernetes, CONTROLS, {**asked, "strategy": strategy})
    wrong = {control for control, verdicts in found.items() if Status.ERROR in [each.status for each in verdicts]}
    needing = {control for control, rights in NEEDS.items() if right in rights}
    # Of the two strategies each needs only its own lists.
    if strategy == "rolling" or right == "list /services":
        assert wrong == needing
    else:
        assert wrong == {STRATEGY}
    assert all(f"needs {right}" in said(found[control]) for control in wrong)
    assert all(said(found[control]) == "" for control in set(CONTROLS) - wrong)


def test_rights_in_the_namespaces_alone_are_enough_for_what_is_in_them(kubernetes, asked):
    kubernetes.permitted_in = {SHOP, "kube-system", "velero"}
    assert statuses(asked) == dict.fromkeys(CONTROLS, Status.PASS)


def test_a_namespace_that_cannot_be_read_hides_no_other(kubernetes, asked):
    kubernetes.permitted_in = {SHOP, "kube-system", "velero"}
    asked = {**asked, "namespaces": [SHOP, "closed"]}
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, asked)
    assert (verdict.status, verdict.subject) == (Status.ERROR, "Namespace/closed")
    assert "needs list apps/deployments in namespace closed" in verdict.message
    kubernetes.add("deployments", deployment("worker", replicas=1))
    assert {each.subject: each.status for each in prove_live(Kubernetes, REDUNDANCY, asked)} == {
        "": Status.FAIL,
        "shop/Deployment/worker": Status.FAIL,
        "Namespace/closed": Status.ERROR,
    }


def test_every_page_is_read_and_a_list_that_expires_is_read_anew(kubernetes, asked):
    kubernetes.add("deployments", *(deployment(f"worker-{number}", replicas=1) for number in range(30)))
    kubernetes.page_size = 7
    assert "30 of 33 workloads" in said(prove_live(Kubernetes, REDUNDANCY, asked))
    kubernetes.expiring = 2
    assert "30 of 33 workloads" in said(prove_live(Kubernetes, REDUNDANCY, asked))
    kubernetes.expiring = 1000
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, asked)
    assert verdict.status is Status.ERROR
    assert "expired 3 times" in verdict.message


def older(fake: FakeKubernetes, group: str, plural: str, version: str | None, new: str = "v1") -> None:
    """Serve something in an older version only, or not at all."""
    kind = fake.served[group, new].pop(plural)
    if version:
        fake.served[group, version] = {plural: kind}


def test_older_versions_of_an_api_say_the_same(kubernetes, asked):
    older(kubernetes, "policy", "poddisruptionbudgets", "v1beta1")
    older(kubernetes, "batch", "cronjobs", "v1beta1")
    older(kubernetes, "autoscaling", "horizontalpodautoscalers", "v2beta2", new="v2")
    assert statuses(asked) == dict.fromkeys(CONTROLS, Status.PASS)
    kubernetes.find("poddisruptionbudgets", "api")["spec"]["selector"] = {}
    assert "no disruption budget selects it" in said(prove_live(Kubernetes, REDUNDANCY, asked))


def test_the_first_version_of_autoscalers_tells_its_conditions_in_an_annotation(kubernetes, asked):
    older(kubernetes, "autoscaling", "horizontalpodautoscalers", "v1", new="v2")
    scaler = kubernetes.find("horizontalpodautoscalers", "api")
    del scaler["spec"]["metrics"]
    scaler["spec"]["targetCPUUtilizationPercentage"] = 70
    told = scaler["status"].pop("conditions")
    assert "it does not act: ScalingActive is not told" in said(prove_live(Kubernetes, SCALING, asked))
    annotation = "autoscaling.alpha.kubernetes.io/conditions"
    scaler["metadata"]["annotations"] = {annotation: json.dumps(told)}
    assert said(prove_live(Kubernetes, SCALING, asked)) == ""
    scaler["metadata"]["annotations"] = {annotation: "{"}
    assert "is no JSON" in said(prove_live(Kubernetes, SCALING, asked))


@pytest.mark.parametrize(
    ("control", "group", "plural", "version"),
    [
        (REDUNDANCY, "policy", "poddisruptionbudgets", "v1"),
        (SCALING, "autoscaling", "horizontalpodautoscalers", "v2"),
        (VOLUMES, "velero.io", "backups", "v1"),
    ],
)
def test_what_is_not_served_is_an_error_that_says_so(kubernetes, asked, control, group, plural, version):
    older(kubernetes, group, plural, None, version)
    (verdict,) = prove_live(Kubernetes, control, asked)
    assert verdict.status is Status.ERROR
    assert f"does not serve {plural}.{group} in {version}" in verdict.message


def test_a_server_that_cannot_tell_when_a_job_succeeded_is_an_error(kubernetes, asked):
    older(kubernetes, "batch", "cronjobs", "v1beta1")
    kubernetes.find("cronjobs", "cleanup")["status"].pop("lastSuccessfulTime")
    (verdict,) = prove_live(Kubernetes, RESOURCES, asked)
    assert (verdict.status, verdict.subject) == (Status.ERROR, "shop/CronJob/cleanup")


def test_a_version_of_which_nobody_said_until_when_it_is_supported_is_an_error(kubernetes, asked):
    kubernetes.version = "v1.39.0"
    (verdict,) = prove_live(Kubernetes, CLUSTER, asked)
    assert verdict.status is Status.ERROR
    assert "say so in option end_of_life" in verdict.message
    kubernetes.version = "banana"
    assert "is no version of Kubernetes" in said(prove_live(Kubernetes, CLUSTER, asked))


def test_an_unknown_network_plugin_is_an_error(kubernetes, asked):
    kubernetes.remove("daemonsets", "calico-node")
    (verdict,) = prove_live(Kubernetes, NETWORK, asked)
    assert (verdict.status, verdict.subject) == (Status.ERROR, "network plugin")
    kubernetes.add("networkpolicies", policy("open", ingress=[{}]))
    assert worst(each.status for each in prove_live(Kubernetes, NETWORK, asked)) is Status.FAIL


def test_what_is_throttled_is_asked_again(kubernetes, asked):
    kubernetes.throttle("deployments", times=2)
    assert said(prove_live(Kubernetes, REDUNDANCY, asked)) == ""
    kubernetes.throttle("deployments")
    assert "still throttled after 4 attempts" in said(prove_live(Kubernetes, REDUNDANCY, asked))


LISTED_BY_ALL = "statefulsets"  # by all but cluster_ready, which is asked for its nodes


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("way", ["garbage", "not the list", "failure", "unreachable"])
def test_an_answer_that_is_none_is_an_error(kubernetes, asked, control, way, tmp_path):
    plural = "nodes" if control == CLUSTER else LISTED_BY_ALL
    if way == "garbage":
        kubernetes.garble(plural)
    elif way == "not the list":
        kubernetes.garble(plural, b'{"kind": "Status", "items": []}')
    elif way == "failure":
        kubernetes.fail(plural, 500)
    else:
        config = json.loads(Path(asked["kubeconfig"]).read_text())
        config["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:1"
        gone = tmp_path / "gone"
        gone.write_text(json.dumps(config))
        asked["kubeconfig"] = str(gone)
    reason = {"garbage": "malformed", "not the list": "malformed"}.get(way, "unreachable")
    (verdict,) = prove_live(Kubernetes, control, asked)
    assert verdict.status is Status.ERROR
    assert f"could not look ({reason})" in verdict.message


def test_a_server_that_says_nothing_is_a_timeout(kubernetes, asked):
    kubernetes.hang("deployments")
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, {**asked, "timeout": 0.3})
    assert (verdict.status, "could not look (timeout)" in verdict.message) == (Status.ERROR, True)


def test_values_of_secrets_are_not_taken_from_a_server_that_cannot_give_less(kubernetes, asked):
    kubernetes.garble("secrets", b'{"kind": "SecretList", "items": [{"data": {"key": "aHVudGVyMg=="}}]}')
    (verdict,) = prove_live(Kubernetes, RESOURCES, asked)
    assert verdict.status is Status.ERROR
    assert "only metadata was asked for" in verdict.message


def test_credentials_that_are_not_accepted_or_missing_are_an_error(kubernetes, asked, tmp_path, monkeypatch):
    asked["kubeconfig"] = kubernetes.kubeconfig(tmp_path / "other", token="wrong")
    assert "credentials are not accepted" in said(prove_live(Kubernetes, CLUSTER, asked))
    for number, text in enumerate(["", "{", "[]", "clusters: 1", '{"current-context": "x", "contexts": []}']):
        path = tmp_path / f"broken-{number}"
        path.write_text(text)
        assert "could not look (denied)" in said(prove_live(Kubernetes, CLUSTER, {**asked, "kubeconfig": str(path)}))
    assert "could not look (denied)" in said(prove_live(Kubernetes, CLUSTER, {**asked, "context": "staging"}))


@pytest.mark.parametrize("declared", ["shop/Widget/api", "api", "shop/Service/", "closed/Service/api"])
def test_what_is_not_looked_at_cannot_be_declared(kubernetes, asked, declared):
    (verdict,) = prove_live(Kubernetes, RESOURCES, {**asked, "resources": [declared]})
    assert (verdict.status, f"option resources: {declared}" in verdict.message) == (Status.ERROR, True)


def test_credentials_of_a_login_plugin_are_used(kubernetes, asked, tmp_path):
    config = json.loads(Path(asked["kubeconfig"]).read_text())
    version = "client.authentication.k8s.io/v1"
    credential = json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": {"token": TOKEN}})
    for number, (said_of_it, passes) in enumerate([(credential, True), ("{}", False)]):
        plugin = {"apiVersion": version, "command": "echo", "args": [said_of_it], "interactiveMode": "Never"}
        config["users"][0]["user"] = {"exec": plugin}
        path = tmp_path / f"exec-{number}"
        path.write_text(json.dumps(config))
        assert (said(prove_live(Kubernetes, CLUSTER, {**asked, "kubeconfig": str(path)})) == "") is passes


def test_an_object_without_what_it_must_have_is_an_error(kubernetes, asked):
    del kubernetes.find("deployments", "api")["spec"]["template"]
    (verdict,) = prove_live(Kubernetes, REDUNDANCY, asked)
    assert (verdict.status, "could not look (malformed)" in verdict.message) == (Status.ERROR, True)


def test_what_servers_say_is_fit_for_a_terminal_and_has_an_end(kubernetes, asked):
    scaler = kubernetes.find("horizontalpodautoscalers", "api")["status"]
    scaler["conditions"][1] |= {"status": "False", "reason": "\x1b[2J", "message": "m" * 100_000}
    found = said(prove_live(Kubernetes, SCALING, asked))
    assert "\\x1b[2J" in found
    assert "\x1b" not in found
    assert len(found) < 2000


def test_without_the_library_everything_is_an_error(asked, monkeypatch):
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    assert "pip install kubernetes" in said(prove_live(Kubernetes, CLUSTER, {**asked, "timeout": 7}))


def test_without_namespaces_nothing_is_asked_for(kubernetes, asked):
    for control in CONTROLS:
        with pytest.raises(NotAsked):
            prove_live(Kubernetes, control, {"kubeconfig": asked["kubeconfig"]})
    del asked["volume_backups"]
    with pytest.raises(NotAsked):
        prove_live(Kubernetes, VOLUMES, asked)
    assert kubernetes.calls == {}
