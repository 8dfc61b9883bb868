# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real control plane of Kubernetes 1.20 on loopback: etcd, API server, controllers and scheduler, without a kubelet.

tests/kubernetes/build makes the programs. What a kubelet would tell of nodes and pods is told by run_pods().
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "golive-kubernetes"
PROGRAMS = Path(os.environ.get("GOLIVE_KUBERNETES_CACHE") or CACHE) / "bin"
ADMIN, VERIFIER = "token-of-the-administrator", "token-of-the-verifier"
_LATE = 60.0


def built() -> bool:
    """Whether there is anything to start."""
    return (PROGRAMS / "complete").exists()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for dummy in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def eventually(holds: Callable[[], Any], what: str) -> Any:
    """Wait until something holds, and give it back."""
    end = time.monotonic() + _LATE
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {_LATE:g} s: {what}")


class ControlPlane:
    """A context manager; afterwards its processes are gone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port, self._etcd, self._peer, controllers, scheduler = _free_ports(5)
        self._others = (controllers, scheduler)
        self._trust: ssl.SSLContext | None = None

    def __enter__(self) -> ControlPlane:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGKILL)
        for process in self._processes:
            process.wait()

    def _run(self, program: str, *flags: str) -> None:
        log = (self._directory / f"{program}.log").open("wb")
        self._processes.append(
            subprocess.Popen([str(PROGRAMS / program), *flags], cwd=self._directory, stdout=log, stderr=log)
        )

    def _start(self) -> None:
        here, etcd = self._directory, f"http://127.0.0.1:{self._etcd}"
        peer = f"http://127.0.0.1:{self._peer}"
        key = ["openssl", "genpkey", "-algorithm", "RSA", "-out", str(here / "sa.key")]
        subprocess.run(key, check=True, capture_output=True)
        tokens = f'{ADMIN},admin,1,"system:masters"\n{VERIFIER},verifier,2\n'
        (here / "tokens.csv").write_text(tokens, encoding="utf-8")
        self._run(
            "etcd",
            *("--data-dir", str(here / "etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}", "--unsafe-no-fsync"),
        )
        self._run(
            "kube-apiserver",
            *(f"--etcd-servers={etcd}", "--bind-address=127.0.0.1", f"--secure-port={self._port}", "--insecure-port=0"),
            *("--advertise-address=127.0.0.1", f"--cert-dir={here}", "--service-account-key-file=sa.key"),
            *("--service-account-signing-key-file=sa.key", f"--service-account-issuer=https://127.0.0.1:{self._port}"),
            *("--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", "--token-auth-file=tokens.csv"),
            *("--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none"),
            *("--allow-privileged=true", "--runtime-config=api/all=true"),
        )
        eventually(self._ready, "the API server is ready")
        config = self.kubeconfig(ADMIN)
        controllers, scheduler = self._others
        self._run(
            "kube-controller-manager",
            *(f"--kubeconfig={config}", "--bind-address=127.0.0.1", f"--secure-port={controllers}", "--port=0"),
            *("--leader-elect=false", "--service-account-private-key-file=sa.key"),
            "--controllers=*,-nodelifecycle,-serviceaccount-token",
        )
        self._run(
            "kube-scheduler",
            *(f"--kubeconfig={config}", "--bind-address=127.0.0.1", f"--secure-port={scheduler}", "--port=0"),
            "--leader-elect=false",
        )

    def _ready(self) -> bool:
        # It begins to listen some time before it knows the roles that it comes with.
        try:
            return bool(self.get("/readyz/poststarthook/rbac/bootstrap-roles", plain=True) == "ok")
        except (OSError, ssl.SSLError):
            return False

    def kubeconfig(self, token: str = VERIFIER) -> str:
        """A kubeconfig for one of the two who are known, with the server's own authority."""
        path = self._directory / f"kubeconfig-{token}"
        server = {"server": f"https://127.0.0.1:{self._port}", "certificate-authority": str(self._authority)}
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "real", "cluster": server}],
                    "users": [{"name": "user", "user": {"token": token}}],
                    "contexts": [{"name": "real", "context": {"cluster": "real", "user": "user"}}],
                    "current-context": "real",
                }
            ),
            encoding="utf-8",
        )
        return str(path)

    @property
    def _authority(self) -> Path:
        return self._directory / "apiserver.crt"

    def get(self, path: str, *, plain: bool = False) -> Any:
        """What the server answers to its administrator."""
        return self._ask("GET", path, None, "application/json", plain=plain)

    def create(self, path: str, *objects: dict[str, Any]) -> None:
        """Create objects, and say what their statuses are where that is given."""
        for each in objects:
            self._ask("POST", path, each, "application/json")
            if "status" in each:
                self.patch(f"{path}/{each['metadata']['name']}/status", {"status": each["status"]})

    def patch(self, path: str, change: dict[str, Any]) -> None:
        """Change a part of an object."""
        self._ask("PATCH", path, change, "application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Delete an object."""
        self._ask("DELETE", path, None, "application/json")

    def _ask(self, method: str, path: str, body: Any, kind: str, *, plain: bool = False) -> Any:
        if self._trust is None:
            self._trust = ssl.create_default_context(cafile=str(self._authority))
        request = urllib.request.Request(
            f"https://127.0.0.1:{self._port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {ADMIN}", "Content-Type": kind},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=10, context=self._trust) as response:
                text = response.read().decode()
        except urllib.error.HTTPError as error:
            if plain:
                return ""
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from error
        return text if plain else json.loads(text)

    def run_pods(self, namespace: str, wanted: int) -> None:
        """Be the kubelet: let every pod that has a node run, until so many of a namespace do."""

        def running() -> bool:
            pods = self.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
            for pod in pods:
                if pod["spec"].get("nodeName") and pod["status"]["phase"] == "Pending":
                    self.patch(
                        f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}/status",
                        {"status": {"phase": "Running", "conditions": _RUNNING, "containerStatuses": [_STARTED]}},
                    )
            return len([pod for pod in pods if pod["status"]["phase"] == "Running"]) >= wanted

        eventually(running, f"{wanted} pods of {namespace} run")


_RUNNING = [{"type": kind, "status": "True"} for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")]
_STARTED = {
    "name": "main",
    "image": "image",
    "imageID": "",
    "ready": True,
    "restartCount": 0,
    "state": {"running": {}},
    "lastState": {},
}
