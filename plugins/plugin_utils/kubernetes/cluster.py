# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a Kubernetes API server through the official client: every page, in bounded time, and errors told apart."""

from __future__ import annotations

import json
import random
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_SECONDS = 60.0  # for one look; a page of a large cluster takes a second or two
_LONGEST_ATTEMPT = 20.0
_ATTEMPTS = 4
_RESTARTS = 3
_PAGE = 500
_MOST_BYTES = 64 << 20  # of one page: an object may have up to 1.5 MiB, but then few have
_SIDE_BY_SIDE = 16
_JSON = "application/json"
_METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_AGAIN = {429, 503}
_DOWN = {500, 502, 503, 504}

Read = Callable[[dict[str, Any], str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that an API server lists: the versions that say the same, best first, and how it is read.

    metadata: of these only the metadata is asked for, so that no value of a secret ever leaves the server.
    """

    group: str
    plural: str
    versions: tuple[str, ...]
    read: Read
    namespaced: bool = True
    metadata: bool = False

    @property
    def permission(self) -> str:
        """The right to list it, as a role names it: verb, API group (nothing for the core's) and resource."""
        return f"list {self.group}/{self.plural}"

    @property
    def name(self) -> str:
        """As kubectl names it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, version: str, namespace: str) -> str:
        """Where its list is; without a namespace that of all of them."""
        root = f"/apis/{self.group}/{version}" if self.group else f"/api/{version}"
        return f"{root}/namespaces/{namespace}/{self.plural}" if namespace else f"{root}/{self.plural}"


class Cluster:
    """One cluster, as a context of a kubeconfig reaches it. Safe to use from many threads.

    seconds: how long one look may take, all its pages and retries included.
    """

    def __init__(self, kubeconfig: str | None = None, context: str | None = None, seconds: float | None = None) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self.seconds = seconds or _SECONDS
        self._lock = threading.Lock()
        self._client: Any = None
        self._refused: CannotLook | None = None

    def line(self, command: str) -> str:
        """The command of kubectl as it must be typed to ask this cluster."""
        options = {"kubeconfig": self._kubeconfig, "context": self._context}
        flags = [part for name, value in options.items() if value for part in (f"--{name}", shlex.quote(value))]
        return " ".join(["kubectl", *flags, command])

    def version(self) -> dict[str, str]:
        """The server's own version."""
        status, said = self._get("/version", {}, _JSON, Deadline(self.seconds))
        _check(status, said, "get nonResourceURLs/version")
        return {"version": said["gitVersion"]}

    def all(self, resource: Resource, namespace: str = "") -> list[dict[str, Any]]:
        """All there is of a resource, in one namespace or in all, in the first of its versions that is served."""
        deadline = Deadline(self.seconds)
        for version in resource.versions:
            found = self._in_version(resource, version, namespace, deadline)
            if found is not None:
                return found
        served = " or ".join(resource.versions)
        raise CannotLook("not_found", f"the API server does not serve {resource.name} in {served}")

    def _in_version(
        self, resource: Resource, version: str, namespace: str, deadline: Deadline
    ) -> list[dict[str, Any]] | None:
        """Every page of a list; None where this version is not served."""
        for _restart in range(_RESTARTS):
            found: list[dict[str, Any]] = []
            for status, said in self._pages(resource, version, namespace, deadline):
                if status == 404:
                    return None
                if status == 410:  # the list changed for too long while it was read: begin again
                    break
                _check(status, said, resource.permission + (f" in namespace {namespace}" if namespace else ""))
                found += [resource.read(item, version) for item in _items(said, resource)]
            else:
                return found
        raise CannotLook("timeout", f"the list of {resource.name} expired {_RESTARTS} times before its end was read")

    def _pages(
        self, resource: Resource, version: str, namespace: str, deadline: Deadline
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        path, accept = resource.path(version, namespace), _METADATA if resource.metadata else _JSON
        token: str | None = ""
        while token is not None:
            query = {"limit": str(_PAGE), **({"continue": token} if token else {})}
            status, said = self._get(path, query, accept, deadline)
            yield status, said
            token = said.get("metadata", {}).get("continue") or None

    def _get(self, path: str, query: dict[str, str], accept: str, deadline: Deadline) -> tuple[int, dict[str, Any]]:
        """The status of an answer and its JSON; what is throttled is asked again, at moments of chance."""
        client = self._connected()
        status, body = 0, b""
        for attempt in range(_ATTEMPTS):
            deadline.check()
            request = client.param_serialize(
                "GET",
                path,
                query_params=list(query.items()),
                header_params={"Accept": accept},
                auth_settings=["BearerToken"],
            )
            status, body, wait = _answer(client, request, min(_LONGEST_ATTEMPT, max(0.1, deadline.left())))
            if status not in _AGAIN or attempt == _ATTEMPTS - 1:
                break
            time.sleep(min(deadline.left(), wait + random.uniform(0.05, 0.2) * 2**attempt))  # noqa: S311
        return status, _decoded(status, body)

    def _connected(self) -> Any:
        """The client; a kubeconfig that cannot be used is not tried again by every look."""
        with self._lock:
            if self._refused:
                raise self._refused
            if self._client is None:
                try:
                    self._client = _connect(self._kubeconfig, self._context)
                except CannotLook as refused:
                    self._refused = refused
                    raise
            return self._client


def _connect(kubeconfig: str | None, context: str | None) -> Any:
    """A client; the library is loaded by the first cluster alone, since that takes a second."""
    try:
        from kubernetes import client, config
        from yaml import YAMLError
    except ImportError as missing:
        detail = f"the controller lacks the client of Kubernetes ({missing}): pip install kubernetes"
        raise CannotLook("missing_tool", detail) from missing
    settings = client.Configuration()
    settings.retries = False
    settings.connection_pool_maxsize = _SIDE_BY_SIDE
    try:
        load: Any = config.load_kube_config
        load(kubeconfig, context, settings, persist_config=False)
    except config.ConfigException as error:
        if kubeconfig or context or not _inside(settings):
            raise CannotLook("denied", f"no credentials: {error}") from error
    except (OSError, YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotLook("denied", f"the kubeconfig cannot be used: {type(error).__name__}: {error}"[:500]) from error
    found = client.ApiClient(settings)
    found.user_agent = "golive.verify"
    return found


def _inside(settings: Any) -> bool:
    """Whether this runs in a pod, whose own account is then used."""
    from kubernetes import config

    load: Any = config.load_incluster_config
    try:
        load(settings)
    except config.ConfigException:
        return False
    return True


def _answer(client: Any, request: Any, seconds: float) -> tuple[int, bytes, float]:
    """Status, body, and how long the server asks to wait."""
    import urllib3
    from kubernetes.client.exceptions import ApiException

    try:
        response = client.call_api(*request, _request_timeout=seconds)
        body = response.response.read(_MOST_BYTES + 1)
    except ApiException as error:
        raise CannotLook("unreachable", f"TLS: {error.reason}"[:500]) from error
    except urllib3.exceptions.NewConnectionError as error:  # which counts as one that timed out
        raise CannotLook("unreachable", str(error)[:500]) from error
    except urllib3.exceptions.TimeoutError as error:
        raise CannotLook("timeout", f"no answer within {seconds:g} s") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise CannotLook("unreachable", f"{type(error).__name__}: {error}"[:500]) from error
    if len(body) > _MOST_BYTES:
        response.response.close()
        raise CannotLook("too_large", f"one page is larger than {_MOST_BYTES >> 20} MiB")
    response.response.release_conn()
    wait = str(response.headers.get("Retry-After") or "")
    return int(response.status), body, float(wait) if wait.isdigit() else 0.0


def _decoded(status: int, body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:
        if status != 200:  # proxies and routers answer errors as they like
            return {}
        raise CannotLook("malformed", f"no JSON, but {shown(body[:60].decode('utf-8', 'replace'))!r}") from error
    if not isinstance(said, dict):
        raise CannotLook("malformed", f"a JSON {type(said).__name__} where an object must be")
    return said


def _check(status: int, said: dict[str, Any], permission: str) -> None:
    """Raise CannotLook for every status but 200."""
    words = shown(said.get("message") or f"HTTP {status}", 400)
    if status == 200:
        return
    if status == 401:
        raise CannotLook("denied", f"the credentials are not accepted: {words}")
    if status == 403:
        raise CannotLook("denied", f"needs {permission}: {words}")
    if status == 429:
        raise CannotLook("timeout", f"still throttled after {_ATTEMPTS} attempts: {words}")
    raise CannotLook("unreachable" if status in _DOWN else "malformed", f"HTTP {status}: {words}")


def _items(said: dict[str, Any], resource: Resource) -> list[dict[str, Any]]:
    kind = str(said.get("kind"))
    if resource.metadata and kind != "PartialObjectMetadataList":
        raise CannotLook("malformed", f"the server gives {shown(kind)} where only metadata was asked for")
    if not kind.endswith("List") or "items" not in said:
        raise CannotLook("malformed", f"no list of {resource.name}, but {shown(kind)}")
    return said["items"] or []  # Go writes null for none
