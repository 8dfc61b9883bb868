# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a secret store answers: the shapes that OpenBao 2.7 gave, which are those of HashiCorp Vault's documentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import reproduce

Answers = dict[str, Any]
URL = "https://vault.example.com:8200"
OPTIONS: dict[str, Any] = {"url": URL, "token_file": "/etc/golive/token", "cafile": "/etc/ssl/internal.pem"}


def asked(
    path: str, *, url: str = URL, token: bool = True, headers: Mapping[str, str] | None = None, body: str = ""
) -> str:
    """The line of one question."""
    params: dict[str, Any] = {"kind": "http", "url": f"{url}/v1/{path}", "cafile": OPTIONS["cafile"], "body": body}
    params |= {"method": "POST"} if body else {}
    params |= {"headers": headers} if headers else {}
    params |= {"header_files": {"X-Vault-Token": OPTIONS["token_file"]}} if token else {}
    return reproduce.line(params)


def reply(status: int, body: str) -> dict[str, Any]:
    return {
        "url": URL,
        "status": status,
        "headers": [["Content-Type", "application/json"]],
        "body": body,
        "truncated": False,
        "redirects": [],
        "address": "192.0.2.7",
        "version": "HTTP/1.1",
    }


def answer(**data: Any) -> dict[str, Any]:
    return reply(200, json.dumps({"request_id": "x", "lease_id": "", "data": data, "warnings": None, "auth": None}))


def nothing() -> dict[str, Any]:
    return reply(404, '{"errors":[]}')


def denied() -> dict[str, Any]:
    return reply(403, '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}')


def seal_status(**changed: Any) -> dict[str, Any]:
    said = {"type": "shamir", "initialized": True, "sealed": False, "version": "2.7.2", "storage_type": "raft"}
    return reply(200, json.dumps(said | changed))


def device(**options: Any) -> dict[str, Any]:
    return {"description": "", "local": False, "options": options, "path": "main/", "type": "file"}


STATUS = seal_status()
AUDIT = answer(**{"main/": device(file_path="/var/log/openbao/audit.log")})
