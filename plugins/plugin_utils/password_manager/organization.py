# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization of Bitwarden, asked over its Public API: never for what it keeps, so nothing is decrypted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from ansible_collections.golive.verify.plugins.module_utils.observation import files
from ansible_collections.golive.verify.plugins.module_utils.observation.http import http
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import is_loopback

SECONDS = 30.0  # for all requests of one look, where nobody says how many
_MOST_BYTES = 1 << 22
_LONGEST_ADDRESS = 320
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REASONS = {401: "denied", 403: "denied", 404: "not_found", 408: "timeout", 429: "unreachable", 504: "timeout"}
_HINTS = {
    401: "; the API wants the key of an organization",
    403: "; the organization's plan must have the Public API",
    404: "; url must be where Bitwarden's API begins; Vaultwarden lacks this part of it",
    429: "; it was asked too often: assign members by groups, or try again later",
}


class Standing(IntEnum):
    """How far somebody is a member, by the numbers of the API. Only who is confirmed holds the organization's key."""

    REVOKED = -1
    INVITED = 0
    ACCEPTED = 1
    CONFIRMED = 2


@dataclass(frozen=True, slots=True)
class Member:
    """One member. two_step: whether a second factor is asked for."""

    identity: str
    address: str
    standing: Standing
    two_step: bool


class Organization:
    """One organization and the key to its API. Each look has a deadline of its own; the first one gets the token."""

    def __init__(self, want: Wanted) -> None:
        self._url: str = want.url.rstrip("/")
        self._identity_url = identity_url(want)
        self._client_id, self._secret_file, self._cafile = want.client_id, want.client_secret_file, want.cafile
        self._seconds = want.timeout or SECONDS
        self._token = ""

    def members(self) -> list[Member]:
        """All members, whatever their standing."""
        return [_member(entry) for entry in self._list(Deadline(self._seconds), "members")]

    def seers(self, wanted: Collection[str], confirmed: Collection[str], enough: int) -> Mapping[str, set[str] | None]:
        """By the id or the external id of a collection, the confirmed members who can see what is in it.

        None where there is no such collection. Members are not looked for any more where there are enough of them.
        """
        deadline = Deadline(self._seconds)
        meant = _meant(wanted, self._list(deadline, "collections"))
        seers: dict[str, set[str]] = {identity: set() for identity in meant.values() if identity}
        for group in self._list(deadline, "groups"):
            if opened := set(_opened(group)) & set(seers):
                people = self._ask(deadline, f"groups/{_identity(group)}/member-ids")
                known = {_uuid(each) for each in _typed(people, list, "member-ids")} & set(confirmed)
                for collection in opened:
                    seers[collection] |= known
        for member in confirmed:
            if all(len(people) >= enough for people in seers.values()):
                break
            entry = _typed(self._ask(deadline, f"members/{member}"), dict, "member")
            if _identity(entry) != member:
                raise _unlike("another member than was asked for")
            for collection in set(_opened(entry)) & set(seers):
                seers[collection].add(member)
        return {name: seers[identity] if identity else None for name, identity in meant.items()}

    def _list(self, deadline: Deadline, what: str) -> list[Mapping[str, Any]]:
        said = _typed(self._ask(deadline, what), dict, what)
        if said.get("continuationToken"):
            raise CannotLook("too_large", f"{what}: the list is only a part of it")
        return [_typed(each, dict, what) for each in _typed(said.get("data"), list, what)]

    def _ask(self, deadline: Deadline, path: str) -> Any:
        self._token = self._token or self._issued(deadline)
        url = f"{self._url}/public/{path}"
        return self._answer(deadline, url, self._token, headers={"Authorization": f"Bearer {self._token}"})

    def _issued(self, deadline: Deadline) -> str:
        for url in (self._url, self._identity_url):
            parts = urlsplit(url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise CannotLook("denied", f"no secret is sent to {url}: it would cross the network in clear")
        secret = files.secret_text(deadline, self._secret_file)
        form = {"grant_type": "client_credentials", "scope": "api.organization"}
        said = self._answer(
            deadline,
            f"{self._identity_url}/connect/token",
            secret,
            refused={400: "denied"},
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode({**form, "client_id": self._client_id, "client_secret": secret}),
        )
        token: str = _typed(_typed(said, dict, "token").get("access_token"), str, "access_token")
        if not token:
            raise _unlike("access_token is empty")
        return token

    def _answer(
        self, deadline: Deadline, url: str, secret: str, refused: Mapping[int, str] | None = None, **asked: Any
    ) -> Any:
        try:
            fact = http(deadline, url, limit=_MOST_BYTES, cafile=self._cafile, **asked)
            return _parsed(fact, {**_REASONS, **(refused or {})})
        except CannotLook as reason:
            raise CannotLook(reason.reason, f"{url}: {files.masked(reason.detail, [secret])}") from None


def identity_url(want: Wanted) -> str:
    """Where tokens are issued: as given, or else where Bitwarden has it beside the API."""
    if want.identity_url:
        return str(want.identity_url).rstrip("/")
    parts = urlsplit(str(want.url).rstrip("/"))
    if parts.path.endswith("/api"):
        return urlunsplit(parts._replace(path=f"{parts.path.removesuffix('api')}identity"))
    if parts.netloc.startswith("api."):
        return urlunsplit(parts._replace(netloc=f"identity.{parts.netloc.removeprefix('api.')}"))
    raise CannotLook("malformed", f"{want.url} does not tell where tokens are issued: give identity_url")


def _parsed(fact: Mapping[str, Any], reasons: Mapping[int, str]) -> Any:
    status = fact["status"]
    if fact["truncated"]:
        raise CannotLook("too_large", f"more than {_MOST_BYTES} bytes")
    if status != 200:
        reason = reasons.get(status, "unreachable" if status >= 500 else "malformed")
        hint = "; client_id and client_secret_file must be those of the organization's API key"
        raise CannotLook(reason, f"{status}{hint if status == 400 else _HINTS.get(status, '')}")
    try:
        return json.loads(fact["body"])
    except (ValueError, RecursionError):
        raise _unlike("it is no JSON") from None


def _member(entry: Mapping[str, Any]) -> Member:
    address, status, two_step = entry.get("email"), entry.get("status"), entry.get("twoFactorEnabled")
    if not isinstance(address, str) or "@" not in address or len(address) > _LONGEST_ADDRESS:
        raise _unlike("a member has no address")
    if isinstance(status, bool) or not isinstance(status, int) or status not in [*Standing]:
        raise _unlike(f"status {shown(status)} of {shown(address)}")
    return Member(_identity(entry), address, Standing(status), _typed(two_step, bool, "twoFactorEnabled"))


def _meant(wanted: Iterable[str], collections: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By id or external id, the id of the collection that is meant; empty where there is none."""
    by_name: dict[str, set[str]] = {}
    for each in collections:
        identity = _identity(each)
        for name in (identity, _typed(each.get("externalId") or identity, str, "externalId")):
            by_name.setdefault(name, set()).add(identity)
    meant = {}
    for name in wanted:
        found = by_name.get(name) or by_name.get(name.lower() if _UUID.fullmatch(name.lower()) else name) or {""}
        if len(found) > 1:
            raise CannotLook("malformed", f"{len(found)} collections have the external id {shown(name)}: give an id")
        (meant[name],) = found
    return meant


def _opened(entry: Mapping[str, Any]) -> Iterator[str]:
    """The collections whose passwords a member or the members of a group may see."""
    given = entry.get("collections")
    for each in _typed([] if given is None else given, list, "collections"):
        access = _typed(each, dict, "collections")
        if not _typed(access.get("hidePasswords") or False, bool, "hidePasswords"):
            yield _identity(access)


def _identity(entry: Mapping[str, Any]) -> str:
    return _uuid(entry.get("id"))


def _uuid(value: object) -> str:
    """A UUID, and nothing else: it becomes part of an address."""
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise _unlike(f"{shown(value)} is no id")
    return value.lower()


def _typed(value: object, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise _unlike(f"{name} is no {kind.__name__}")
    return value


def _unlike(why: str) -> CannotLook:
    return CannotLook("malformed", f"not the answer of Bitwarden: {why}")
