"""Two who read a large account or cluster: the verifiers, and one that makes one call after another.

`python -m tests.bench.cloud_readers READER URL-OR-KUBECONFIG` prints what it cost, as JSON. What a reader has to import
is not counted.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
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
_OF_PEOPLE = (
    *("get_account_summary", "get_account_password_policy", "get_credential_report"),
    "get_account_authorization_details",
)
_OF_A_NETWORK = (
    *("describe_security_groups", "describe_vpcs", "describe_subnets", "describe_flow_logs"),
    "describe_route_tables",
)
_ACTION = "ansible_collections.golive.verify.plugins.action"
_OF_AN_ACCOUNT = [f"{_ACTION}.{name}" for name in ("aws_iam", "aws_s3", "aws_network")]
_OF_A_CLUSTER = [f"{_ACTION}.kubernetes"]
_ABSENT = {404, 410}
_A_PAGE = 500
_KUBERNETES = {
    "apps_v1": ("deployment", "stateful_set", "daemon_set"),
    "batch_v1": ("cron_job",),
    "core_v1": ("pod", "service", "persistent_volume_claim"),
    "policy_v1": ("pod_disruption_budget",),
    "autoscaling_v2": ("horizontal_pod_autoscaler",),
    "networking_v1": ("ingress", "network_policy"),
    "rbac_authorization_v1": ("role", "role_binding"),
}
_OF_THE_CLUSTER = {
    "core_v1": ("node", "namespace", "persistent_volume"),
    "storage_v1": ("storage_class",),
    "rbac_authorization_v1": ("cluster_role", "cluster_role_binding"),
}


def account_by_verifiers(url: str) -> dict[str, Any]:
    """What the verifiers prove of an account, by status."""
    options = {"endpoint_url": url, "regions": [REGION], "timeout": _SECONDS}
    return _proven(options, _OF_AN_ACCOUNT)


def cluster_by_verifier(kubeconfig: str) -> dict[str, Any]:
    """What the verifier proves of a cluster, by status."""
    options = {"kubeconfig": kubeconfig, "timeout": _SECONDS, "volume_backups": ["snapshots", "velero"]}
    return _proven({**options, "namespaces": NAMESPACES}, _OF_A_CLUSTER)


def _proven(options: dict[str, Any], plugins: Sequence[str]) -> dict[str, Any]:
    from ansible_collections.golive.verify.plugins.plugin_utils import engine
    from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
    from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
    from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
    from ansible_collections.golive.verify.plugins.plugin_utils.verifier import _verdicts

    answered = Answered()

    async def prove(prover: Any, verifier: Any, want: Any) -> Any:
        return await prover(verifier, Observer(want["from"], want.timeout, answered=answered), want)

    proving = []
    for plugin in plugins:
        kind = import_module(plugin).ActionModule
        want = interface(f"golive.verify.{plugin.rpartition('.')[2]}").parse(options)
        proving += [prove(prover, kind.__new__(kind), want) for prover in kind.provers().values()]
    proofs, _calls = engine.run(proving, engine.on_controller, partial(engine.on_controller, seconds=_SECONDS))
    asked = [proof for proof in proofs if not isinstance(proof.error, NotAsked)]
    verdicts = [verdict for proof in asked for verdict in _verdicts(proof)]
    errors = [f"{verdict.subject}: {verdict.message}" for verdict in verdicts if verdict.status.value == "error"]
    return {"controls": len(asked), "verdicts": Counter(each.status.value for each in verdicts), "errors": errors[:5]}


def account_serially(url: str) -> dict[str, Any]:
    """The same facts by boto3 as it comes: one call after another, each once."""
    import boto3

    connect: Any = boto3.client
    services = ("sts", "cloudtrail", "iam", "s3control", "s3", "ec2", "rds", "elasticache")
    clients = {service: connect(service, endpoint_url=url, region_name=REGION) for service in services}
    _called(clients["sts"], "get_caller_identity")
    _called(clients["cloudtrail"], "describe_trails")
    _people(clients["iam"])
    _called(clients["s3control"], "get_public_access_block", AccountId=ACCOUNT)
    for bucket in _names(_called(clients["s3"], "list_buckets"), "Buckets", "Name"):
        for operation in _OF_A_BUCKET:
            _called(clients["s3"], operation, Bucket=bucket)
    for operation in _OF_A_NETWORK:
        _called(clients["ec2"], operation)
    _called(clients["rds"], "describe_db_instances")
    _called(clients["elasticache"], "describe_cache_clusters")
    return {}


def _people(iam: Any) -> None:
    for operation in _OF_PEOPLE:
        _called(iam, operation)
    for user in _names(_called(iam, "list_users"), "Users", "UserName"):
        for key in _names(_called(iam, "list_access_keys", UserName=user), "AccessKeyMetadata", "AccessKeyId"):
            _called(iam, "get_access_key_last_used", AccessKeyId=key)
        if _called(iam, "get_login_profile", UserName=user):
            _called(iam, "list_mfa_devices", UserName=user)


def _called(asked: Any, operation: str, **arguments: Any) -> dict[str, Any] | None:
    """All pages of an answer; None where there is no such thing."""
    from botocore.exceptions import ClientError

    try:
        if asked.can_paginate(operation):
            return dict(asked.get_paginator(operation).paginate(**arguments).build_full_result())
        answer: dict[str, Any] = getattr(asked, operation)(**arguments)
        return answer
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _ABSENT:
            return None
        raise


def _names(answer: dict[str, Any] | None, listed: str, name: str) -> Iterable[str]:
    return [each[name] for each in (answer or {}).get(listed, ())]


def cluster_serially(kubeconfig: str) -> dict[str, Any]:
    """The same facts by the official client as it comes: one page after another, each once."""
    from kubernetes import client, config

    config.load_kube_config(kubeconfig)
    for names, where in ((_OF_THE_CLUSTER, ""), (_KUBERNETES, "_for_all_namespaces")):
        for api, kinds in names.items():
            asked = getattr(client, f"{api.title().replace('_', '')}Api")()
            for kind in kinds:
                _listed(getattr(asked, f"list_{kind}{where}"))
    others: Any = client.CustomObjectsApi()
    for group, plural in (("snapshot.storage.k8s.io", "volumesnapshots"), ("velero.io", "backups")):
        others.list_cluster_custom_object(group, "v1", plural, limit=_A_PAGE)
    return {}


def _listed(ask: Callable[..., Any]) -> None:
    page = ask(limit=_A_PAGE)
    while page.metadata._continue:
        page = ask(limit=_A_PAGE, _continue=page.metadata._continue)


_SERIAL_CLUSTER = [f"kubernetes.client.api.{api}_api" for api in _OF_THE_CLUSTER | _KUBERNETES]
# Each reader, with what it has to load.
READERS: dict[str, tuple[Callable[[str], dict[str, Any]], Sequence[str]]] = {
    "account_by_verifiers": (account_by_verifiers, _OF_AN_ACCOUNT),
    "account_serially": (account_serially, ("boto3",)),
    "cluster_by_verifier": (cluster_by_verifier, [*_OF_A_CLUSTER, "kubernetes.client"]),
    "cluster_serially": (
        cluster_serially,
        [f"kubernetes.client.api.{api}_api" for api in _OF_THE_CLUSTER | _KUBERNETES],
    ),
}


def cost(reader: str, where: str) -> dict[str, Any]:
    """Seconds by the clock and of CPU, MB at the peak, and what the reader says."""
    read, loaded = READERS[reader]
    if loaded[0].startswith(_ACTION):
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
    return {"seconds": seconds, "cpu": cpu, "memory_mb": _peak(), "load": os.getloadavg()[0], **said}


def _peak() -> float:
    """Not what getrusage says, which counts the process that this one was forked from."""
    said = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    print(json.dumps(cost(*sys.argv[1:])))
