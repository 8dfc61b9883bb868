# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the REST APIs of Google Cloud for a project: every page, in bounded time and size, and errors told apart."""

from __future__ import annotations

import json
import random
import shlex
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
from ansible_collections.golive.verify.plugins.plugin_utils.details import SIDE_BY_SIDE, Detail, details
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import errors

try:
    import google.auth
    import requests
    from google.auth import exceptions, impersonated_credentials
    from google.auth.credentials import AnonymousCredentials
    from google.auth.transport.requests import AuthorizedSession
    from google.auth.transport.requests import Request as TokenRequest

    MISSING = ""
except ImportError as import_error:
    MISSING = str(import_error)

_SECONDS = 60.0  # for one look; a page of a large project takes a second or two
_ATTEMPTS = 4
_FIRST_PAUSE = 0.5
_LONGEST_REQUEST = 10.0
_MOST_BYTES = 64 << 20  # a page has at most a thousand things of some kilobytes
_MOST_PAGES = 1000
_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]  # some of what is read has no narrower one


def library() -> None:
    """Raise CannotLook("missing_tool") when the controller has no google-auth."""
    if MISSING:
        raise CannotLook(
            "missing_tool", f"the controller lacks google-auth ({MISSING}): pip install google-auth requests"
        )


class Project:
    """One project, as the credentials that Google's own library finds see it. Safe to use from many threads.

    seconds: how long one look may take, all its requests and retries included.
    """

    def __init__(
        self,
        name: str,
        *,
        impersonate: str | None = None,
        quota_project: str | None = None,
        endpoint_url: str | None = None,
        seconds: float | None = None,
    ) -> None:
        library()
        self.name = name
        self.seconds = seconds or _SECONDS
        self.credentials = (impersonate, quota_project, endpoint_url)
        self._impersonate = impersonate
        self._quota_project = quota_project
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._session: Any = None
        self._refused: CannotLook | None = None

    def line(self, command: str) -> str:
        """The command of Google's own clients, as it must be typed to ask this project."""
        name = shlex.quote(self.name)
        for client, flag in (("gcloud ", "--project"), ("bq ", "--project_id")):
            command = command.replace(client, f"{client}{flag}={name} ")
        beside = {"as": self._impersonate, "billed to": self._quota_project, "at": self._endpoint_url}
        return command + "".join(f"  # {how} {whom}" for how, whom in beside.items() if whom)

    def session(self) -> Any:
        """The session; credentials that were refused are not asked for again by every look."""
        with self._lock:
            if self._refused:
                raise self._refused
            if self._session is None:
                try:
                    self._session = self._sign_in()
                except CannotLook as refused:
                    self._refused = refused
                    raise
            return self._session

    def url(self, service: str, path: str) -> str:
        """Where an API answers, such as v1/projects/shop/secrets of secretmanager."""
        return f"{self._endpoint_url or f'https://{service}.googleapis.com'}/{path}"

    def _sign_in(self) -> Any:
        try:
            credentials = self._credentials()
        except exceptions.GoogleAuthError as error:
            raise no_credentials(error) from error
        session = AuthorizedSession(credentials, refresh_timeout=_LONGEST_REQUEST)
        session.headers["User-Agent"] = "golive.verify"
        session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=SIDE_BY_SIDE * 2))
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=SIDE_BY_SIDE * 2))
        return session

    def _credentials(self) -> Any:
        """Signed in, so that what is wrong with the credentials is known once. An emulator gets to see none."""
        if self._endpoint_url:
            return AnonymousCredentials()
        credentials, _own_project = google.auth.default(scopes=_SCOPES, quota_project_id=self._quota_project)
        if self._impersonate:
            credentials = impersonated_credentials.Credentials(
                source_credentials=credentials,
                target_principal=self._impersonate,
                target_scopes=_SCOPES,
                quota_project_id=self._quota_project,
            )
        credentials.refresh(partial(TokenRequest(), timeout=_LONGEST_REQUEST))
        return credentials


class Reader:
    """What one look asks of a project, all of it before one deadline. answered: what was asked of it before."""

    def __init__(self, project: Project, answered: Answered | None = None) -> None:
        self._project = project
        self._answered = answered or Answered()
        self._deadline = Deadline(project.seconds)
        self.project = project.name
        self.seconds = project.seconds

    def get(self, service: str, path: str, permission: str, **query: Any) -> dict[str, Any]:
        """One answer. Raise CannotLook: denied names the permission, not_found is what Google says does not exist."""
        return self._once("GET", service, path, permission, query, None)

    def again(self, service: str, path: str, permission: str, **query: Any) -> dict[str, Any]:
        """As get(), for what has another answer each time."""
        return self._ask("GET", service, path, permission, query, None)

    def post(self, service: str, path: str, permission: str, body: Mapping[str, Any], **query: Any) -> dict[str, Any]:
        """The answer to a question that has a body; nothing is changed by any that we ask."""
        return self._once("POST", service, path, permission, query, body)

    def pages(self, service: str, path: str, items: str, permission: str, **query: Any) -> list[dict[str, Any]]:
        """The list of that name in all pages of an answer; Google leaves the name out where the list is empty.

        Places that Google could not ask, and leaves out of the list, are told as such.
        """
        found: list[dict[str, Any]] = []
        token = ""
        for dummy in range(_MOST_PAGES):
            page = self.get(service, path, permission, **query, **({"pageToken": token} if token else {}))
            listed = page.get(items, [])
            if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
                raise CannotLook("malformed", f"{items} is no list of objects")
            if page.get("unreachable"):
                raise CannotLook("unreachable", f"{items} of {', '.join(map(str, page['unreachable']))}"[:300])
            found += listed
            token = page.get("nextPageToken", "")
            if not token:
                return found
        raise CannotLook("too_large", f"more than {_MOST_PAGES} pages of {items}")

    def each(self, names: Iterable[str], read: Callable[[str], Any]) -> dict[str, Detail]:
        """What read gives for each name, side by side: its value, or the reason and the detail why it has none."""
        return details(names, read, self._deadline)

    def _once(
        self,
        method: str,
        service: str,
        path: str,
        permission: str,
        query: Mapping[str, Any],
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        question = (*self._project.credentials, method, service, path, json.dumps([query, body], sort_keys=True))
        ask = partial(self._ask, method, service, path, permission, query, body)
        return self._answered.once(question, ask, self._deadline)

    def _ask(
        self,
        method: str,
        service: str,
        path: str,
        permission: str,
        query: Mapping[str, Any],
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        url, pause = self._project.url(service, path), _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return errors.answer(*self._attempt(method, url, query, body), permission)
            except errors.Passing:
                if attempt == _ATTEMPTS:
                    raise
            time.sleep(min(pause * random.uniform(0.5, 1.5), self._deadline.left()))  # noqa: S311
            pause *= 2
        raise CannotLook("timeout", "no attempt was made")

    def _attempt(
        self, method: str, url: str, query: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        session = self._project.session()
        self._deadline.check()
        seconds = max(0.1, min(_LONGEST_REQUEST, self._project.seconds / _ATTEMPTS, self._deadline.left()))
        try:
            with session.request(
                method, url, params=query, json=body, timeout=seconds, stream=True, allow_redirects=False
            ) as reply:
                return reply.status_code, self._body(reply)
        except exceptions.GoogleAuthError as error:
            raise no_credentials(error) from error
        except requests.Timeout as error:
            raise CannotLook("timeout", f"no answer within {seconds:g} s") from error
        except requests.ConnectionError as error:
            raise errors.Passing("unreachable", str(error)[:300]) from error
        except requests.RequestException as error:
            raise CannotLook("malformed", f"{type(error).__name__}: {error}"[:300]) from error

    def _body(self, reply: Any) -> bytes:
        read = b""
        for part in reply.iter_content(1 << 16):
            read += part
            self._deadline.check()
            if len(read) > _MOST_BYTES:
                raise CannotLook("too_large", f"an answer of more than {_MOST_BYTES} bytes")
        return read


def no_credentials(error: Exception) -> CannotLook:
    """What is wrong with the credentials, or with the way to whoever gives them."""
    if isinstance(error, exceptions.TransportError):
        return CannotLook("unreachable", f"no credentials: {error}"[:500])
    return CannotLook("denied", f"no credentials that are accepted: {error}"[:500])
