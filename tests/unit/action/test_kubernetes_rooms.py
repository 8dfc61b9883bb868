# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kubernetes verifier says of room: how full volumes are, who limits namespaces, and who reads all secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import pytest

from ansible_collections.golive.verify.plugins.action.kubernetes import ActionModule as Kubernetes
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import RESOURCES as READ
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.kubernetes import FakeKubernetes, meta, rules
from tests.integration.verifiers.kubernetes_world import (
    CLUSTER,
    HARDENING,
    RESOURCES,
    SHOP,
    VOLUMES,
    binding,
    fill,
    said,
)
from tests.unit.action.aws_answers import REASONS
from tests.unit.proving import prove

URL = "http://prometheus.test:9090"
CLAIMS = ("data-db-1", "data-db-2")
FIRST = f"{SHOP}/PersistentVolumeClaim/data-db-1"


def answer(percents: Mapping[str, Any]) -> dict[str, Any]:
    """What Prometheus says of claims."""
    series = [
        {"metric": {"namespace": SHOP, "persistentvolumeclaim": name}, "value": [1.0, str(percent)]}
        for name, percent in percents.items()
    ]
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}})
    known: dict[str, Any] = {"headers": [], "truncated": False, "redirects": []}
    return {**known, "url": URL, "status": 200, "address": "192.0.2.1", "version": "HTTP/1.1", "body": body}


HALF = dict.fromkeys(CLAIMS, 50)


class Asked(dict[str, Any]):
    """Lists by their lines, and of Prometheus the bytes and the inodes."""

    def __init__(self, world: FakeKubernetes, used: Any, inodes: Any) -> None:
        self.prometheus = {"kubelet_volume_stats_used_bytes": used, "kubelet_volume_stats_inodes_used": inodes}
        for plural, resource in READ.items():
            where = " -A" if resource.namespaced else ""
            line = f"kubectl get {resource.name}{where}{'' if resource.metadata else ' -o json'}"
            self[line] = [resource.read(one, resource.versions[0]) for one in world.objects[plural]]
        self["kubectl version -o json"] = {"version": world.version}

    def __contains__(self, line: object) -> bool:
        return super().__contains__(line) or URL in str(line)

    def __getitem__(self, line: str) -> Any:
        if URL not in line:
            return super().__getitem__(line)
        return next(found for name, found in self.prometheus.items() if quote_plus(name) in line)


@pytest.fixture
def world() -> FakeKubernetes:
    """What a cluster as it should be has, with no server before it."""
    fake = FakeKubernetes.__new__(FakeKubernetes)
    fake.reset()
    fill(fake)
    return fake


def verdicts(
    world: FakeKubernetes, control: str, used: Any = None, inodes: Any = None, **options: Any
) -> list[Verdict]:
    """used, inodes: percent by claim, or why nobody tells."""
    told = [HALF if each is None else each for each in (used, inodes)]
    known = [each if isinstance(each, CannotLook) else answer(each) for each in told]
    wanted = {"namespaces": [SHOP], "volume_backups": ["velero"], "metrics_url": f"{URL}/", **options}
    return prove(Kubernetes, control, wanted, Asked(world, *known))


def status(world: FakeKubernetes, control: str, used: Any = None, inodes: Any = None, **options: Any) -> Status:
    return worst(each.status for each in verdicts(world, control, used, inodes, **options))


def test_volumes_with_room_pass_and_so_do_file_systems_without_inodes(world: FakeKubernetes) -> None:
    assert status(world, VOLUMES) is Status.PASS
    assert status(world, VOLUMES, inodes={}) is Status.PASS


@pytest.mark.parametrize("what", ["bytes", "inodes"])
def test_a_volume_that_is_nearly_full_fails(world: FakeKubernetes, what: str) -> None:
    full = {**HALF, CLAIMS[0]: 81.4}
    used, inodes = (full, HALF) if what == "bytes" else (HALF, full)
    found = verdicts(world, VOLUMES, used, inodes)
    assert f"{FIRST}: 81 % of the {what} of its volume are used, more than 80" in said(found)
    assert status(world, VOLUMES, used, inodes, max_volume_percent=90) is Status.PASS


@pytest.mark.parametrize("used", [{}, {CLAIMS[1]: 50}, {**HALF, CLAIMS[0]: "NaN"}, {**HALF, CLAIMS[0]: "+Inf"}])
def test_a_volume_of_which_nothing_is_told_is_an_error_of_its_own(world: FakeKubernetes, used: Any) -> None:
    found = {each.subject: each.status for each in verdicts(world, VOLUMES, used)}
    assert found[FIRST] is Status.ERROR
    assert Status.PASS not in found.values()


@pytest.mark.parametrize("reason", REASONS)
def test_metrics_that_cannot_be_read_are_an_error_and_hide_no_failure(world: FakeKubernetes, reason: str) -> None:
    hidden = CannotLook(reason, "so it is")
    for used, inodes in ((hidden, None), (None, hidden)):
        assert {each.status for each in verdicts(world, VOLUMES, used, inodes)} == {Status.ERROR}
    world.find("persistentvolumes", "pv-1")["spec"]["persistentVolumeReclaimPolicy"] = "Delete"
    assert status(world, VOLUMES, hidden) is Status.FAIL


def test_without_a_place_to_ask_nobody_is_asked_how_full_they_are(world: FakeKubernetes) -> None:
    assert status(world, VOLUMES, CannotLook("denied", "so it is"), metrics_url=None) is Status.PASS


def test_a_namespace_that_nothing_limits_fails_where_that_is_wanted(world: FakeKubernetes) -> None:
    limited = {"limited_by": ["ResourceQuota", "LimitRange"]}
    assert status(world, RESOURCES, **limited) is Status.PASS
    world.empty("resourcequotas")
    assert "Namespace/shop: no ResourceQuota limits what is in it" in said(verdicts(world, RESOURCES, **limited))
    assert status(world, RESOURCES) is Status.PASS


def test_the_default_namespace_is_nobodys_own(world: FakeKubernetes) -> None:
    world.add("namespaces", {"metadata": meta("default", labels={}), "status": {"phase": "Active"}})
    found = said(verdicts(world, RESOURCES, namespaces=[SHOP, "default"]))
    assert "Namespace/default: what nobody put anywhere else is in it too" in found
    spared = [{"match": "Namespace/default", "controls": [], "reason": "a cluster for one application"}]
    assert status(world, RESOURCES, namespaces=[SHOP, "default"], exceptions=spared) is Status.PASS


@pytest.mark.parametrize(
    ("rule", "more", "reads"),
    [
        (([""], ["secrets"], ["get"]), {}, True),
        (([""], ["secrets"], ["list"]), {}, True),
        ((["*"], ["*"], ["watch"]), {}, True),
        (([""], ["secrets"], ["*"]), {}, True),
        (([""], ["secrets"], ["get"]), {"resourceNames": ["own"]}, False),
        (([""], ["secrets"], ["create"]), {}, False),
        ((["example.com"], ["secrets"], ["get"]), {}, False),
        (([""], ["configmaps"], ["get"]), {}, False),
    ],
)
def test_who_reads_all_secrets_administers(world: FakeKubernetes, rule: Any, more: dict[str, Any], reads: bool) -> None:
    (given,) = rules(rule)
    world.find("roles", "api")["rules"] = [{**given, **more}]
    expected = Status.FAIL if reads else Status.PASS
    assert status(world, HARDENING) is expected
    declared = [f"{SHOP}/ServiceAccount/api"]
    assert status(world, HARDENING, administrators=declared) is Status.PASS
    world.add("clusterroles", {"metadata": meta("reader"), "rules": [{**given, **more}]})
    world.add("clusterrolebindings", binding("readers", "Group", "support", role="reader"))
    assert status(world, CLUSTER) is expected
