"""A large account of AWS and a large cluster, as fakes on loopback, filled within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from ansible.plugins.loader import init_plugin_loader
from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from tests.bench.cloud_readers import ACCOUNT, NAMESPACES, REGION
from tests.fakes.aws import Answer, FakeAws
from tests.fakes.aws_buckets import BLOCKED
from tests.fakes.aws_protocols import Asked
from tests.fakes.kubernetes import FakeKubernetes, conditions, meta

init_plugin_loader()

from tests.integration.verifiers import kubernetes_world  # noqa: E402

T = TypeVar("T")
USERS, POLICIES, BUCKETS, GROUPS, WORKLOADS = 2000, 1000, 500, 300, 2000
WITH_KEY, WITH_CONSOLE = 4, 8  # one user of so many
_PAGE = 100  # what IAM gives at once, unless it is asked for more


class Remembering(FakeAws):
    """Gives an answer of moto's that it gave before: what is measured are those who ask, not moto."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}
        super().__init__()

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        where = headers.get("Authorization", "").partition(",")[0]
        return self._once(
            (method, path, where, headers.get("Host"), body), super().forward, method, path, headers, body
        )

    def corrected(self, request: Asked, body: bytes) -> bytes:
        asked = (request.permission, request.region, json.dumps(request.said, sort_keys=True), body)
        return self._once(asked, super().corrected, request, body)

    def _once(self, asked: Any, answer: Callable[..., T], *given: Any) -> T:
        if asked not in self._known:
            self._known[asked] = answer(*given)
        known: T = self._known[asked]
        return known


def fill_account(fake: FakeAws) -> None:
    """People with keys and consoles, who read a bucket each by a policy of their own or of two; and networks."""
    fake.page_size = _PAGE
    fake.buckets.account_block = BLOCKED
    _fill_people(_backend(iam_backends, "aws"))
    stored = _backend(s3_backends, "aws")
    for number in range(BUCKETS):
        name = f"shop-{number:04}"
        stored.create_bucket(name, REGION)
        stored.put_bucket_policy(name, _bucket_policy(name).encode())
    networks = _backend(ec2_backends, REGION)
    for number in range(GROUPS):
        group = networks.create_security_group(f"web-{number}", "web", networks.default_vpc.id)
        sources = [{"CidrIp": "10.0.0.0/8"}]
        networks.authorize_security_group_ingress(group.id, "tcp", "5432", "5432", sources, vpc_id=group.vpc_id)


def _backend(backends: BackendDict[Any], where: str) -> Any:
    return backends[ACCOUNT][where]


def _fill_people(iam: Any) -> None:
    policies = [
        iam.create_policy("", "/", _reading(f"shop-{number % BUCKETS:04}"), f"read-{number:04}", [])
        for number in range(POLICIES)
    ]
    for number in range(USERS):
        name = f"user-{number:04}"
        policies[number % POLICIES].attach_to(iam.create_user("us-east-1", name))
        if number % WITH_KEY == 0:
            iam.create_access_key(name)
        if number % WITH_CONSOLE == 0:
            iam.create_login_profile(name, "correct horse battery 9 !")
            device = iam.create_virtual_mfa_device(name, "/")
            iam.enable_mfa_device(name, device.serial_number, "123456", "654321")


def _reading(bucket: str) -> str:
    lets = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [lets]})


def _bucket_policy(bucket: str) -> str:
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything, "Condition": insecure}
    return json.dumps({"Version": "2012-10-17", "Statement": [denied]})


def fill_cluster(fake: FakeKubernetes) -> None:
    """Deployments of two pods each, with all that goes with them, beside what a cluster has anyway."""
    kubernetes_world.fill(fake)
    enforced = {"pod-security.kubernetes.io/enforce": "restricted"}
    for scope in NAMESPACES:
        fake.add("namespaces", {"metadata": meta(scope, labels=enforced), "status": {"phase": "Active"}})
        fake.add("networkpolicies", _within(scope, kubernetes_world.policy()))
    for number in range(WORKLOADS):
        scope, name = NAMESPACES[number % len(NAMESPACES)], f"app-{number:04}"
        fake.add("deployments", kubernetes_world.deployment(name, namespace=scope))
        fake.add("pods", *(_pod(name, each, scope) for each in (1, 2)))
        fake.add("poddisruptionbudgets", _within(scope, kubernetes_world.budget(name)))
        fake.add("services", {"metadata": meta(name, scope), "spec": {"selector": {"app": name}}})
    _complete(fake)
    remember(fake)


def remember(fake: FakeKubernetes) -> None:
    """Let it give an answer that it gave before, as Remembering does."""
    known: dict[tuple[str, str | None], tuple[Any, ...]] = {}

    def give(handler: Any) -> None:
        asked, answer = (handler.path, handler.headers.get("Accept")), handler.answer
        if asked not in known:
            handler.answer = lambda *given: known.update({asked: given})
            handler.serve()
            handler.answer = answer
        answer(*known[asked])

    fake.failures |= dict.fromkeys((plural for kinds in fake.served.values() for plural in kinds), give)


_OF_A_NODE = (
    *("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "machineID"),
    *("operatingSystem", "osImage", "systemUUID"),
)


def _complete(fake: FakeKubernetes) -> None:
    """What a server always says, and the official client insists on."""
    for each in fake.objects["nodes"]:
        each["status"]["nodeInfo"] |= dict.fromkeys(_OF_A_NODE, "fake")
    for each in fake.objects["storageclasses"]:
        each["provisioner"] = "disks.example.com"
    for each in fake.objects["daemonsets"]:
        each["spec"]["selector"] = {"matchLabels": each["spec"]["template"]["metadata"]["labels"]}
        each["status"] |= {"currentNumberScheduled": 2, "numberMisscheduled": 0}
    for each in fake.objects["pods"]:
        each["spec"]["containers"] = [kubernetes_world.container()]
        for status in each["status"]["containerStatuses"]:
            status |= {"image": "ghcr.io/shop/api:1.2.3", "imageID": kubernetes_world.DIGEST, "ready": True}
        for owner in each["metadata"]["ownerReferences"]:
            owner |= {"apiVersion": "apps/v1", "uid": owner["name"]}


def _pod(name: str, number: int, scope: str) -> dict[str, Any]:
    found = kubernetes_world.pod(name, number, f"n{number}", scope)
    found["status"]["conditions"] = conditions("Ready", "PodScheduled")
    return found


def _within(scope: str, found: dict[str, Any]) -> dict[str, Any]:
    found["metadata"]["namespace"] = scope
    return found
