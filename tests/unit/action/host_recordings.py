# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a well-kept Debian host answers to the looks of host_baseline: the state from which tests break one thing each.

What dnf 5, Wazuh and Falco say is written down from their documentation.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import reproduce

Recorded = dict[str, Any]
NOW = time.time()
HOUR, DAY = 3600, 86400
ABSENT = CannotLook("not_found", "No such file or directory")
NO_TOOL = CannotLook("missing_tool", "it is not installed")
UNKNOWABLE = [
    NO_TOOL,
    CannotLook("denied", "use become"),
    CannotLook("timeout", "not finished"),
    CannotLook("unreachable", "down"),
    CannotLook("malformed", "garbage"),
]


def argv(*words: str) -> str:
    """The line of a look at a command."""
    return reproduce.line({"kind": "command", "argv": list(words)})


def said(stdout: str = "", exit_status: int = 0, stderr: str = "") -> Recorded:
    return {"exit": exit_status, "stdout": stdout, "stderr": stderr}


def file(path: str, *, age: float = HOUR, mode: str = "0644", content: str | None = None, **changes: Any) -> Recorded:
    owner = {"uid": 0, "gid": 0, "owner": "root", "group": "root"}
    times = {"type": "file", "size": 10, "mode": mode, "mtime": NOW - age}
    return {"path": path, "content": content, **times, **owner, **changes}


def stat(path: str, **changes: Any) -> Recorded:
    return {f"stat -L {path}": file(path, **changes)}


def glob(pattern: str, *files: Mapping[str, Any]) -> Recorded:
    return {f"ls -ld {pattern}": {"pattern": pattern, "files": list(files)}}


def unit(name: str, active: str = "active", enabled: str = "enabled") -> Recorded:
    state = {
        "load": "loaded",
        "active": active,
        "sub": "running",
        "enabled": enabled,
        "result": "success",
        "exit": None,
    }
    times = {"started": NOW - DAY, "finished": None, "restarts": 0, "restart_policy": "no", "fragment": "/lib"}
    return {f"systemctl show {name}": {"name": name, **state, **times}}


def timer(name: str, **changes: Any) -> Recorded:
    times = {"next": NOW + HOUR, "last": NOW - 5 * HOUR}
    state = {"enabled": "enabled", "active": "active", "result": "success", "exit": 0}
    return {"name": name, "unit": name.replace(".timer", ".service"), **times, **state, **changes}


def timers(*entries: Mapping[str, Any]) -> Recorded:
    return {"systemctl list-timers --all": {"timers": list(entries)}}


def release_date(days: float) -> str:
    return formatdate(NOW - days * DAY, usegmt=True)
