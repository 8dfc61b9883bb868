# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of a Kubernetes API server on loopback, for what a real one that can be built here (1.20) does not serve.

It answers as the API reference of Kubernetes 1.36 says, and nothing but reads: /version, discovery, and lists of what
is in `objects`, whole or by namespace, in pages, as objects or as their metadata alone. It answers 401 to a wrong
token, 403 as RBAC does, 404 for what is not served, 405 to every write, and fails when told to. It validates nothing
and has no controllers: a status is what a test puts there.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-a-test"
_RBAC = "rbac.authorization.k8s.io"
# What is served: the kinds of each group's version, by their plural.
SERVED: dict[tuple[str, str], dict[str, str]] = {
    ("", "v1"): {
        "namespaces": "Namespace",
        "nodes": "Node",
        "pods": "Pod",
        "services": "Service",
        "secrets": "Secret",
        "configmaps": "ConfigMap",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "persistentvolumes": "PersistentVolume",
        "resourcequotas": "ResourceQuota",
        "limitranges": "LimitRange",
    },
    ("apps", "v1"): {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet"},
    ("batch", "v1"): {"cronjobs": "CronJob"},
    ("policy", "v1"): {"poddisruptionbudgets": "PodDisruptionBudget"},
    ("autoscaling", "v2"): {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    ("networking.k8s.io", "v1"): {"networkpolicies": "NetworkPolicy", "ingresses": "Ingress"},
    ("storage.k8s.io", "v1"): {"storageclasses": "StorageClass"},
    ("snapshot.storage.k8s.io", "v1"): {"volumesnapshots": "VolumeSnapshot"},
    ("velero.io", "v1"): {"backups": "Backup"},
    ("argoproj.io", "v1alpha1"): {"rollouts": "Rollout"},
    (_RBAC, "v1"): {
        "clusterroles": "ClusterRole",
        "clusterrolebindings": "ClusterRoleBinding",
        "roles": "Role",
        "rolebindings": "RoleBinding",
    },
}
_PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>\w+)"
)
_LATE = 60

Failure = Callable[["_Handler"], None]


class FakeKubernetes:
    """One cluster, empty at first. A context manager; everything may be set at any time."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        self.closing = threading.Event()
        self.reset()

    def __enter__(self) -> FakeKubernetes:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """Empty the cluster and forget everything that was set."""
        self.version = "v1.36.2"
        self.objects: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.served = {key: dict(kinds) for key, kinds in SERVED.items()}
        # Rights that are missing, as "list apps/deployments"; and where lists are permitted, when not everywhere.
        self.denied: set[str] = set()
        self.permitted_in: set[str] | None = None
        self.page_size = 0
        self.expiring = 0  # how often a list expires before its second page
        self.failures: dict[str, Failure] = {}
        # How often each list was asked, and how often the very same: the same page of it.
        self.calls: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.latency = 0.0  # seconds that each answer takes to come, as from far away
        self.values_of_secrets = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def kubeconfig(self, path: Path, token: str = TOKEN) -> str:
        """Write a kubeconfig that reaches it, and give its path."""
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "fake", "cluster": {"server": self.url}}],
                    "users": [{"name": "verifier", "user": {"token": token}}],
                    "contexts": [{"name": "production", "context": {"cluster": "fake", "user": "verifier"}}],
                    "current-context": "production",
                }
            ),
            encoding="utf-8",
        )
        return str(path)

    def add(self, plural: str, *objects: dict[str, Any]) -> None:
        """Put objects there."""
        self.objects[plural] += objects

    def find(self, plural: str, name: str) -> dict[str, Any]:
        """The object of this name."""
        return next(each for each in self.objects[plural] if each["metadata"]["name"] == name)

    def remove(self, plural: str, name: str) -> None:
        """Take the object of this name away."""
        self.objects[plural].remove(self.find(plural, name))

    def empty(self, plural: str) -> bool:
        """Take all objects of a resource away."""
        return self.objects.pop(plural, None) is not None

    def throttle(self, plural: str, times: int = 1 << 30) -> None:
        """Answer that there were too many requests, so many times."""
        left = iter(range(times))
        serve = self.failures.get(plural)

        def failure(handler: _Handler) -> None:
            if next(left, None) is None:
                self.failures.pop(plural, None) if serve is None else self.failures.update({plural: serve})
                handler.serve()
            else:
                handler.status(429, "TooManyRequests", "too many requests", {"Retry-After": "0"})

        self.failures[plural] = failure

    def garble(self, plural: str, body: bytes = b"<!doctype html>Please sign in", status: int = 200) -> None:
        """Answer with something else than what was asked for."""
        self.failures[plural] = lambda handler: handler.answer(status, body, {"Content-Type": "text/html"})

    def hang(self, plural: str) -> None:
        """Take the request and say nothing for a minute."""
        self.failures[plural] = lambda handler: handler.hang()

    def fail(self, plural: str, status: int) -> None:
        """Answer with a status of failure."""
        self.failures[plural] = lambda handler: handler.status(status, "InternalError", "in a test")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of connections that begin at the same time


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the second half of an answer may wait for the client's receipt of the first
    fake: FakeKubernetes

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = _PATH.fullmatch(where.path)
        thing = asked["plural"] if asked else where.path
        self.fake.calls[where.path] += 1
        self.fake.requests[self.path] += 1
        time.sleep(self.fake.latency)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.status(401, "Unauthorized", "Unauthorized")
        elif thing in self.fake.failures:
            self.fake.failures[thing](self)
        else:
            self.serve()

    def do_POST(self) -> None:
        self.status(405, "MethodNotAllowed", "the verifier only reads")

    do_PUT = do_PATCH = do_DELETE = do_POST

    def serve(self) -> None:
        """Answer as if nothing were wrong."""
        where = urlsplit(self.path)
        asked = _PATH.fullmatch(where.path)
        if where.path == "/version":
            if "get nonResourceURLs/version" in self.fake.denied:
                self.status(403, "Forbidden", 'forbidden: User "verifier" cannot get path "/version"')
            else:
                self.json({"gitVersion": self.fake.version, "platform": "linux/amd64"})
        elif where.path == "/apis":
            groups = sorted({group for group, _version in self.fake.served if group})
            self.json({"kind": "APIGroupList", "groups": [{"name": group} for group in groups]})
        elif asked:
            self._list(asked["group"] or "", asked["core"] or asked["version"], asked["namespace"], asked["plural"])
        else:
            self.answer(404, b"404 page not found\n", {"Content-Type": "text/plain"})

    def _list(self, group: str, version: str, namespace: str | None, plural: str) -> None:
        fake = self.fake
        right = f"list {group}/{plural}"
        if right in fake.denied or self._elsewhere(namespace, plural):
            scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            words = f'User "verifier" cannot list resource "{plural}" in API group "{group}" {scope}'
            self.status(403, "Forbidden", f"{plural} is forbidden: {words}")
            return
        kind = fake.served.get((group, version), {}).get(plural)
        if kind is None:
            self.answer(404, b"404 page not found\n", {"Content-Type": "text/plain"})
            return
        found = [each for each in fake.objects[plural] if namespace in (None, each["metadata"].get("namespace"))]
        self._page(group, version, kind, found)

    def _elsewhere(self, namespace: str | None, plural: str) -> bool:
        """Whether rights in some namespaces only do not reach so far."""
        cluster_wide = plural in ("nodes", "namespaces", "persistentvolumes", "storageclasses", "clusterroles")
        return (
            self.fake.permitted_in is not None
            and not cluster_wide
            and plural != "clusterrolebindings"
            and namespace not in self.fake.permitted_in
        )

    def _page(self, group: str, version: str, kind: str, found: list[dict[str, Any]]) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        start = int(query.get("continue", "0"))
        if start and self.fake.expiring > 0:
            self.fake.expiring -= 1
            self.status(410, "Expired", "The provided continue parameter is too old")
            return
        size = min(int(query.get("limit", "0")) or len(found), self.fake.page_size or len(found) or 1)
        page, rest = found[start : start + size], found[start + size :]
        more = {"continue": str(start + size), "remainingItemCount": len(rest)} if rest else {}
        meta = {"resourceVersion": "1", **more}
        if "as=PartialObjectMetadataList" in self.headers.get("Accept", ""):
            items = [{"kind": "PartialObjectMetadata", "metadata": each["metadata"]} for each in page]
            self.json({"kind": "PartialObjectMetadataList", "metadata": meta, "items": items})
            return
        self.fake.values_of_secrets += kind == "Secret"
        api = f"{group}/{version}" if group else version
        self.json({"kind": f"{kind}List", "apiVersion": api, "metadata": meta, "items": page or None})

    def json(self, said: dict[str, Any]) -> None:
        self.answer(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def status(self, code: int, reason: str, message: str, headers: dict[str, str] | None = None) -> None:
        """A failure, in the form of Kubernetes."""
        said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message}
        body = json.dumps({**said, "metadata": {}, "code": code}).encode()
        self.answer(code, body, {"Content-Type": "application/json", **(headers or {})})

    def answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang(self) -> None:
        self.fake.closing.wait(_LATE)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def stamp(ago: float = 0) -> str:
    """A time of the API, so many seconds ago."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))


def conditions(*true: str, **others: tuple[str, str]) -> list[dict[str, str]]:
    """Conditions of a status: those that are true, and others as (status, reason)."""
    found = [{"type": kind, "status": "True", "reason": "Fine"} for kind in true]
    return found + [{"type": kind, "status": said[0], "reason": said[1]} for kind, said in others.items()]


def meta(name: str, namespace: str | None = None, **more: Any) -> dict[str, Any]:
    """The metadata of an object."""
    return {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        "generation": 1,
        "creationTimestamp": stamp(30 * 86400),
        **more,
    }


def rules(*found: tuple[Iterable[str], Iterable[str], Iterable[str]]) -> list[dict[str, list[str]]]:
    """Rules of a role: API groups, resources, verbs."""
    return [{"apiGroups": list(g), "resources": list(r), "verbs": list(v)} for g, r, v in found]
