# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of Bitwarden's Public API on loopback: its server cannot be installed for the tests.

What it answers follows the vendor's published description of that API: `POST /connect/token` below the identity's
address for an organization's key, and below `/public` the lists of members (without their collections), collections and
groups (with theirs), one member (with its collections), and the ids of a group's members.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT_ID, CLIENT_SECRET, TOKEN = "organization.0b6e3b52", "fake + secret/9", "fake-token"


def uuid(number: int) -> str:
    """The id of the thing of this number."""
    return f"{number:08x}-0000-4000-8000-00000000abcd"


def access(*collections: int, hidden: bool = False) -> list[dict[str, Any]]:
    """What a member or a group may see."""
    return [{"id": uuid(each), "readOnly": False, "hidePasswords": hidden, "manage": False} for each in collections]


class FakeBitwarden:
    """A context manager. instead: what is answered at a path, as (status, body), in place of what is known."""

    def __init__(self) -> None:
        self.members: list[dict[str, Any]] = []
        self.collections: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        self.group_members: dict[str, list[str]] = {}
        self.instead: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.delay = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.fake = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api"

    def __enter__(self) -> FakeBitwarden:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *dummy: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def empty(self) -> None:
        """Forget everybody and everything."""
        self.members, self.collections, self.groups, self.group_members = [], [], [], {}
        self.instead, self.asked, self.delay = {}, [], 0.0

    def member(
        self, number: int, address: str, *, status: int = 2, two_step: bool = True, sees: Any = (), group: int = 0
    ) -> None:
        """Add one."""
        known = {"object": "member", "id": uuid(number), "userId": uuid(number + 1000), "email": address, "type": 2}
        self.members.append({**known, "status": status, "twoFactorEnabled": two_step, "collections": list(sees)})
        if group:
            self.group_members.setdefault(uuid(group), []).append(uuid(number))

    def collection(self, number: int, external_id: str | None = None) -> None:
        """Add one. Its name is encrypted, so nobody is told."""
        self.collections.append({"object": "collection", "id": uuid(number), "externalId": external_id, "groups": None})

    def group(self, number: int, sees: Any) -> None:
        """Add one."""
        self.groups.append({"object": "group", "id": uuid(number), "name": "Ops", "collections": list(sees)})

    def answer(self, path: str) -> tuple[int, Any]:
        """What is known at a path."""
        what, dummy, rest = path.removeprefix("/api/public/").partition("/")
        identity, dummy, below = rest.partition("/")
        if what == "members":
            listed = [{**each, "collections": None} for each in self.members]
            return self._one(self.members, identity) if identity else (200, _list(listed))
        if what == "collections" and not identity:
            return 200, _list(self.collections)
        if what == "groups" and below == "member-ids":
            return 200, self.group_members.get(identity, [])
        return (200, _list(self.groups)) if what == "groups" and not identity else (404, "")

    @staticmethod
    def _one(things: list[dict[str, Any]], identity: str) -> tuple[int, Any]:
        return next(((200, each) for each in things if each["id"] == identity), (404, ""))


def _list(things: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": things, "continuationToken": None}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        fake: FakeBitwarden = self.server.fake  # type: ignore[attr-defined]
        allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
        self._say(*(fake.answer(self.path) if allowed else (401, "")))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        wanted = {"grant_type": "client_credentials", "scope": "api.organization"}
        wanted |= {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        if self.path != "/identity/connect/token" or form != {name: [value] for name, value in wanted.items()}:
            self._say(400, {"error": "invalid_client"})
        else:
            self._say(
                200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer", "scope": wanted["scope"]}
            )

    def _say(self, status: int, answer: Any) -> None:
        fake: FakeBitwarden = self.server.fake  # type: ignore[attr-defined]
        fake.asked.append(self.path)
        time.sleep(fake.delay)
        status, text = fake.instead.get(self.path, (status, json.dumps(answer)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        if 300 <= status < 400:
            self.send_header("Location", "https://portal.test/login")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # Who asked may have lost patience.
            self.end_headers()
            self.wfile.write(text.encode())

    def log_message(self, *dummy: Any) -> None:
        """Keep quiet."""
