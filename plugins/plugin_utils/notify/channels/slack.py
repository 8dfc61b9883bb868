# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message for an incoming webhook as Slack and Mattermost have it: what targets say links and calls nobody."""

from __future__ import annotations

import json

from ansible_collections.golive.verify.plugins.plugin_utils.notify import http_post
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Message, headline, told
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route

# What is read in a chat.
MOST = 15
_LONGEST = 1000
# Slack's own three, by its rules; an @ calls people elsewhere.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@\u200b"})


def deliver(route: Route, message: Message, until: float) -> str:
    """Post the text."""
    if not message.events:
        return ""
    data = {"text": text(message), "mrkdwn": True, "unfurl_links": False, "unfurl_media": False}
    http_post.post(route, json.dumps(data).encode(), until)
    return f"{len(message.events)} changes"


def text(message: Message) -> str:
    """The headline, each change in some lines, how many more there are, and where to read on."""
    parts = [f"*{escaped(headline(message))}*"]
    for event in message.events[:MOST]:
        first, *rest = told(event)
        parts.append("\n".join([f"• {escaped(first)}", *(f"    {escaped(line)}" for line in rest)])[:_LONGEST])
    if (more := len(message.events) - MOST) > 0:
        parts.append(f"… and {more} more in the report")
    parts.append(
        f"<{message.link}|report of the run {escaped(message.run)}>" if message.link else f"run {escaped(message.run)}"
    )
    return "\n".join(parts)


def escaped(said: str) -> str:
    """A text that is shown as it is."""
    return said.translate(_ESCAPES)
