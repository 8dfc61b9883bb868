# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One OpenBao or HashiCorp Vault server, asked over its HTTP API; the token stays on the machine looked from."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

T = TypeVar("T")
_LONGEST_NAME = 512


class Absent(CannotLook):
    """The store answered that there is nothing. A file of ours that is missing has the same reason, and is not this."""


@dataclass(frozen=True, slots=True)
class SealStatus:
    """What a server tells anybody of itself. storage: the kind of its storage, such as raft or inmem."""

    initialized: bool
    sealed: bool
    storage: str
    version: str


@dataclass(frozen=True, slots=True)
class Vault:
    """One server, and the place it is asked from. Paths of files are those of that place."""

    look: Observer
    url: str
    token_file: str | None = None
    namespace: str | None = None
    cafile: str | None = None

    @classmethod
    def of(cls, look: Observer, want: Wanted) -> Vault:
        """The server that the options of a check name."""
        return cls(look, want.url.rstrip("/"), want.token_file, want.namespace, want.cafile)

    @property
    def in_clear(self) -> bool:
        """Whether what is said to the server crosses a network unencrypted."""
        parts = urlsplit(self.url)
        return parts.scheme != "https" and not is_loopback(parts.hostname or "")

    async def seal_status(self) -> SealStatus:
        """Whether it is initialized and unsealed, which it tells without a token."""
        said = _json(await self.look.http(f"{self.url}/v1/sys/seal-status", cafile=self.cafile), "sys/seal-status")
        return SealStatus(
            initialized=member(said, "initialized", bool),
            sealed=member(said, "sealed", bool),
            storage=member(said, "storage_type", str),
            version=member(said, "version", str),
        )

    async def cluster(self, path: str, *capabilities: str) -> Mapping[str, Any]:
        """What the server says of itself at a path of the API; such paths exist in no namespace but the first."""
        return await self._ask(path, capabilities or ("read",), None)

    async def ask(self, path: str, *capabilities: str, body: str = "") -> Mapping[str, Any]:
        """The data at a path of the API; where there is nothing, Absent.

        capabilities: what a policy must grant there, read unless given. body: JSON to send, where asking takes a POST.
        """
        return await self._ask(path, capabilities or ("read",), self.namespace, body)

    async def listed(self, path: str, *capabilities: str) -> list[str]:
        """The names below a path."""
        said = await self._ask(path, capabilities or ("list",), self.namespace, query="?list=true")
        keys = member(said, "keys", list)
        if not all(isinstance(key, str) and len(key) <= _LONGEST_NAME for key in keys):
            raise CannotLook("malformed", f"{path}: keys that are no names")
        return keys

    async def _ask(
        self, path: str, capabilities: tuple[str, ...], namespace: str | None, body: str = "", query: str = ""
    ) -> Mapping[str, Any]:
        if self.in_clear:
            raise CannotLook("denied", f"no token is sent to {self.url}: it would cross the network in clear")
        fact = await self.look.http(
            f"{self.url}/v1/{quote(path)}{query}",
            method="POST" if body else "GET",
            headers={"X-Vault-Namespace": namespace} if namespace else {},
            header_files={"X-Vault-Token": self.token_file} if self.token_file else {},
            body=body,
            cafile=self.cafile,
        )
        if fact.status != 200:
            raise self._refusal(fact, path, capabilities)
        return member(_json(fact, path), "data", dict)

    def _refusal(self, fact: HttpFact, path: str, capabilities: tuple[str, ...]) -> CannotLook:
        said = f"{path}: {fact.status} {shown(_errors(fact))}".rstrip()
        if fact.status == 403:
            rights = ", ".join(f'"{capability}"' for capability in capabilities)
            whose = f"the token of {self.token_file}" if self.token_file else "a token, by token_file,"
            return CannotLook("denied", f'{said}; {whose} needs path "{path}" {{ capabilities = [{rights}] }}')
        if fact.status == 404:
            return Absent("not_found", said)
        if 300 <= fact.status < 400:
            return CannotLook("malformed", f"{said}; a redirect is not followed with a token: name where it leads")
        return CannotLook("unreachable" if fact.status in (429, 500, 502, 503) else "malformed", said)


async def found(asked: Awaitable[T]) -> T | None:
    """An answer, or None where the store says that there is nothing."""
    try:
        return await asked
    except Absent:
        return None


def member(said: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A member of a JSON object; CannotLook("malformed") where it is missing or of another type."""
    value = said.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise CannotLook("malformed", f"not the answer of a secret store: {name} is no {kind.__name__}")
    return value


def _json(fact: HttpFact, path: str) -> Mapping[str, Any]:
    if fact.truncated:
        raise CannotLook("too_large", f"{path}: the answer was cut and cannot be judged")
    try:
        said = json.loads(fact.body)
    except (ValueError, RecursionError):
        said = None
    if fact.status != 200 or not isinstance(said, dict):
        raise CannotLook("malformed", f"{path}: {fact.status}, not the answer of a secret store")
    return said


def _errors(fact: HttpFact) -> str:
    """The complaints in the body of an answer; nothing where it has none."""
    try:
        errors = json.loads(fact.body)["errors"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return " ".join(" ".join(map(str, errors)).split()) if isinstance(errors, list) else ""


def is_loopback(host: str) -> bool:
    """Whether only the machine itself can reach this host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
