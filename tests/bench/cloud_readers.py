"""Two who read a large account or cluster: the verifiers, and one that makes one call after another.

`python -m tests.bench.cloud_readers READER URL-OR-KUBECONFIG` prints what it cost, as JSON. What a reader has to import
is not counted.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

ACCOUNT, REGION = "123456789012", "eu-central-1"
NAMESPACES = [f"team-{number:02}" for number in range(20)]
LOOPBACK = "127.0.0.1"
# Nothing here is to be an error because the machine is busy.
_SECONDS = 1800.0
_OF_A_BUCKET = (
    *("get_public_access_block", "get_bucket_policy_status", "get_bucket_acl", "get_bucket_policy"),
    "get_bucket_encryption",
)
_OF_A_NETWORK = (
    *("describe_security_groups", "describe_vpcs", "describe_subnets", "describe_flow_logs"),
    "describe_route_tables",
)
_A_PAGE = 500
_KUBERNETES = {
    "AppsV1Api": ("deployment", "stateful_set", "daemon_set"),
    "BatchV1Api": ("cron_job",),
    "CoreV1Api": ("pod", "service", "persistent_volume_claim", "secret"),
    "PolicyV1Api": ("pod_disruption_budget",),
    "AutoscalingV2Api": ("horizontal_pod_autoscaler",),
    "NetworkingV1Api": ("ingress", "network_policy"),
    "RbacAuthorizationV1Api": ("role", "role_binding"),
}
_OF_THE_CLUSTER = {
    "CoreV1Api": ("node", "namespace", "persistent_volume"),
    "StorageV1Api": ("storage_class",),
    "RbacAuthorizationV1Api": ("cluster_role", "cluster_role_binding"),
}


def account_by_verifiers(url: str) -> dict[str, Any]:
    """What the verifiers prove of an account, by status."""
    options = {"endpoint_url": url, "regions": [REGION], "timeout": _SECONDS}
    return _proven(options, "aws_iam", "aws_s3", "aws_network")


def cluster_by_verifier(kubeconfig: str) -> dict[str, Any]:
    """What the verifier proves of a cluster, by status."""
    options = {"kubeconfig": kubeconfig, "timeout": _SECONDS, "volume_backups": ["snapshots", "velero"]}
    return _proven({**options, "namespaces": NAMESPACES}, "kubernetes")


def _proven(options: dict[str, Any], *names: str) -> dict[str, Any]:
    from ansible_collections.golive.verify.plugins.plugin_utils import engine
    from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
    from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
    from ansible_collections.golive.verify.plugins.plugin_utils.verifier import _verdicts

    async def prove(prover: Any, verifier: Any, want: Any) -> Any:
        return await prover(verifier, Observer(want["from"], want.timeout), want)

    proving = []
    for name in names:
        kind = import_module(f"ansible_collections.golive.verify.plugins.action.{name}").ActionModule
        want = interface(f"golive.verify.{name}").parse(options)
        proving += [prove(prover, kind.__new__(kind), want) for prover in kind.provers().values()]
    proofs, _calls = engine.run(proving, partial(engine.on_controller, seconds=_SECONDS))
    asked = [proof for proof in proofs if not isinstance(proof.error, NotAsked)]
    verdicts = [verdict for proof in asked for verdict in _verdicts(proof)]
    errors = [f"{verdict.subject}: {verdict.message}" for verdict in verdicts if verdict.status.value == "error"]
    return {"controls": len(asked), "verdicts": Counter(each.status.value for each in verdicts), "errors": errors[:5]}


def account_serially(url: str) -> dict[str, Any]:
    """The same facts by boto3 as it comes: one call after another, each once."""
    import boto3
    from botocore.exceptions import ClientError

    connect: Any = boto3.client

    def client(service: str) -> Any:
        return connect(service, endpoint_url=url, region_name=REGION)

    def called(asked: Any, operation: str, **arguments: Any) -> dict[str, Any] | None:
        try:
            if not asked.can_paginate(operation):
                answer: dict[str, Any] = getattr(asked, operation)(**arguments)
                return answer
            return dict(asked.get_paginator(operation).paginate(**arguments).build_full_result())
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 410):
                return None
            raise

    called(client("sts"), "get_caller_identity")
    called(client("cloudtrail"), "describe_trails")
    iam, s3, ec2 = client("iam"), client("s3"), client("ec2")
    for operation in ("get_account_summary", "get_credential_report", "get_account_authorization_details"):
        called(iam, operation)
    for user in _names(called(iam, "list_users"), "Users", "UserName"):
        for key in _names(called(iam, "list_access_keys", UserName=user), "AccessKeyMetadata", "AccessKeyId"):
            called(iam, "get_access_key_last_used", AccessKeyId=key)
        if called(iam, "get_login_profile", UserName=user):
            called(iam, "list_mfa_devices", UserName=user)
    called(client("s3control"), "get_public_access_block", AccountId=ACCOUNT)
    for bucket in _names(called(s3, "list_buckets"), "Buckets", "Name"):
        for operation in _OF_A_BUCKET:
            called(s3, operation, Bucket=bucket)
    for operation in _OF_A_NETWORK:
        called(ec2, operation)
    called(client("rds"), "describe_db_instances")
    called(client("elasticache"), "describe_cache_clusters")
    return {}


def _names(answer: dict[str, Any] | None, listed: str, name: str) -> Iterable[str]:
    return [each[name] for each in (answer or {}).get(listed, ())]


def cluster_serially(kubeconfig: str) -> dict[str, Any]:
    """The same facts by the official client as it comes: one page after another, each once."""
    from kubernetes import client, config

    config.load_kube_config(kubeconfig)
    for api, kinds in _OF_THE_CLUSTER.items():
        for kind in kinds:
            _listed(getattr(getattr(client, api)(), f"list_{kind}"))
    for api, kinds in _KUBERNETES.items():
        for kind in kinds:
            _listed(getattr(getattr(client, api)(), f"list_{kind}_for_all_namespaces"))
    others: Any = client.CustomObjectsApi()
    for group, plural in (("snapshot.storage.k8s.io", "volumesnapshots"), ("velero.io", "backups")):
        others.list_cluster_custom_object(group, "v1", plural, limit=_A_PAGE)
    return {}


def _listed(ask: Callable[..., Any]) -> None:
    page = ask(limit=_A_PAGE)
    while page.metadata._continue:
        page = ask(limit=_A_PAGE, _continue=page.metadata._continue)


_ENGINE = "ansible_collections.golive.verify.plugins.plugin_utils.verifier"
# Each reader, with what it has to load.
READERS: dict[str, tuple[Callable[[str], dict[str, Any]], Sequence[str]]] = {
    "account_by_verifiers": (account_by_verifiers, (_ENGINE, "boto3")),
    "account_serially": (account_serially, ("boto3",)),
    "cluster_by_verifier": (cluster_by_verifier, (_ENGINE, "kubernetes.client")),
    "cluster_serially": (cluster_serially, ("kubernetes.client",)),
}


def cost(reader: str, where: str) -> dict[str, Any]:
    """Seconds by the clock and of CPU, MB at the peak, and what the reader says."""
    read, loaded = READERS[reader]
    if _ENGINE in loaded:
        import_module("ansible.plugins.loader").init_plugin_loader()  # makes the collection known to Python
    for library in loaded:
        import_module(library)
    # S3 Control is asked under the account's own host name, whatever the URL.
    resolve: Any = socket.getaddrinfo
    here: Any = lambda host, *rest, **more: resolve(  # noqa: E731
        LOOPBACK if str(host).endswith(f".{LOOPBACK}") else host, *rest, **more
    )
    socket.getaddrinfo = here
    begun, used = time.monotonic(), time.process_time()
    said = read(where)
    seconds, cpu = time.monotonic() - begun, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "memory_mb": peak, "load": os.getloadavg()[0], **said}


if __name__ == "__main__":
    print(json.dumps(cost(*sys.argv[1:])))
