"""What a large account and a large cluster cost, beside a reader that makes one call after another.

`python -m tests.bench.cloud_cost` makes both as fakes, lets everybody read them, and prints the cost as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.bench import measure
from tests.fakes.aws import FakeAws
from tests.fakes.kubernetes import FakeKubernetes

# Seconds for an answer, as from a region that is not next door; and none, as loopback gives it.
LATENCIES = (0.03, 0.0)
AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def cost() -> dict[str, Any]:
    """What each of the readers cost, for each latency, and what the ratio is."""
    from tests.bench import cloud_world  # moto takes seconds to load

    with tempfile.TemporaryDirectory() as directory, FakeKubernetes() as kubernetes, cloud_world.Remembering() as aws:
        say("filling an account and a cluster")
        cloud_world.fill_account(aws)
        cloud_world.fill_cluster(kubernetes)
        kubeconfig = kubernetes.kubeconfig(Path(directory) / "kubeconfig")
        return {
            "account": _compared(aws, aws.url, "account_by_verifiers", "account_serially"),
            "cluster": _compared(kubernetes, kubeconfig, "cluster_by_verifier", "cluster_serially"),
        }


def _compared(fake: FakeAws | FakeKubernetes, where: str, ours: str, serial: str) -> list[dict[str, Any]]:
    for reader in (ours, serial):  # once to warm up
        fake.latency = 0.0
        _read(fake, where, reader)
    found = []
    for latency in LATENCIES:
        fake.latency = latency
        first, second = _read(fake, where, ours), _read(fake, where, serial)
        ratio = second["seconds"] / first["seconds"]
        found.append({"latency_ms": latency * 1000, "ours": first, "serial": second, "times_as_fast": ratio})
    return found


def _read(fake: FakeAws | FakeKubernetes, where: str, reader: str) -> dict[str, Any]:
    """What it cost, and how often it called for what; a reader that could not see something proves nothing."""
    say(f"{reader}, {fake.latency * 1000:.0f} ms for an answer")
    fake.calls, fake.requests = Counter(), Counter()
    argv = [sys.executable, "-m", "tests.bench.cloud_readers", reader, where]
    done = subprocess.run(argv, env={**os.environ, **AWS}, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise measure.BenchError(f"{reader} ended with {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout)
    if said.get("errors"):
        raise measure.BenchError(f"{reader} could not see everything: {said['errors']}")
    twice = sorted(asked for asked, count in fake.requests.items() if count > 1)
    return {**said, "calls": fake.requests.total(), "calls_by_kind": dict(sorted(fake.calls.items())), "twice": twice}


def say(what: str) -> None:
    """Progress, on the other stream than the figures."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        print(json.dumps(cost(), indent=1))
    except measure.BenchError as problem:
        sys.exit(f"cloud_cost: {problem}")
