# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who hears what Google Cloud tells: notification channels of Cloud Monitoring, and topics of Pub/Sub."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader


def channels(reader: Reader, names: Iterable[str]) -> dict[str, Detail]:
    """Of each of these notification channels its title, its type, and what is wrong with it; empty where it works."""

    def one(name: str) -> dict[str, str]:
        said = reader.get("monitoring", f"v3/{name}", "monitoring.notificationChannels.get")
        if "type" not in said:
            raise CannotLook("malformed", "a notification channel without a type")
        wrong = ""
        if not said.get("enabled", True):
            wrong = "is disabled"
        elif said.get("verificationStatus") == "UNVERIFIED":
            wrong = "is not verified"
        elif said["type"] == "pubsub":
            wrong = _unheard(reader, said["labels"]["topic"])
        return {"title": said.get("displayName", ""), "type": said["type"], "wrong": wrong}

    return _existing(reader, names, one, {"title": "", "type": "", "wrong": "does not exist"})


def topics(reader: Reader, names: Iterable[str]) -> dict[str, Detail]:
    """What is wrong with each of these topics; empty where somebody subscribes to it."""
    return _existing(reader, names, lambda name: _topic(reader, name), "does not exist")


def _topic(reader: Reader, name: str) -> str:
    said = reader.get("pubsub", f"v1/{name}/subscriptions", "pubsub.topics.get", pageSize=1)
    return "" if said.get("subscriptions") else "has no subscription"


def _unheard(reader: Reader, topic: str) -> str:
    """What is wrong with a channel that leads to this topic."""
    try:
        wrong = _topic(reader, topic)
    except CannotLook as reason:
        if reason.reason != "not_found":
            raise
        wrong = "does not exist"
    return f"leads to {topic}, which {wrong}" if wrong else ""


def _existing(reader: Reader, names: Iterable[str], read: Callable[[str], Any], absent: Any) -> dict[str, Detail]:
    found = reader.each(names, read)
    return {name: {"value": absent} if entry.get("reason") == "not_found" else entry for name, entry in found.items()}
