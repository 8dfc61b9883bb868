# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes as JSON for a program of the team's own, signed where there is a key."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.notify import http_post
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Message, headline
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route

VERSION = "1.0"
MOST = 500
SIGNATURE, IDENTITY = "X-Golive-Signature", "Idempotency-Key"


def deliver(route: Route, message: Message, until: float) -> str:
    """Post the document."""
    if not message.events:
        return ""
    data = document(message)
    body = json.dumps(data).encode()
    headers = {IDENTITY: data["id"]}
    if key := route.secrets.get("key"):
        headers[SIGNATURE] = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
    http_post.post(route, body, until, headers=headers)
    return f"{len(message.events)} changes"


def document(message: Message) -> dict[str, Any]:
    """The message as plain data. id: the same for the same news, however often it is sent."""
    changes = [event.as_dict() for event in message.events]
    identity = hashlib.sha256(json.dumps([message.environment, changes]).encode()).hexdigest()[:32]
    return {
        "version": VERSION,
        "id": identity,
        "environment": message.environment,
        "run": message.run,
        "decision": message.decision,
        "headline": headline(message),
        "report": message.link,
        "changes": changes[:MOST],
        "more": max(0, len(changes) - MOST),
    }
