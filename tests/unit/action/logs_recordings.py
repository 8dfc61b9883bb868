# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts answer to the logs verifier. Logrotate's words are those of version 3.21, systemd's of 252."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.action.logs import ActionModule as Logs
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import patterns
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from tests.unit.proving import prove

NOW, DAY = time.time(), 86400.0
KINDS = f"# judged in place: {len(patterns())} kinds"
UNIT = f"journalctl -o cat --since=-24h _SYSTEMD_UNIT=shop.service {KINDS}"
CONTAINER = f"docker logs --since=24h shop {KINDS}"
LOG = "/var/log/shop.log"
FILE = f"zcat -f {LOG} {LOG}[.-]* {KINDS}"
SHOP = {"sources": [{"unit": "shop"}]}
CANNOT = [CannotLook(reason, "x") for reason in ("missing_tool", "denied", "timeout", "unreachable", "malformed")]


def scanned(**more: Any) -> dict[str, Any]:
    """A day of a healthy log."""
    usual: dict[str, Any] = {"lines": 1000, "bytes": 100000, "garbled": 0, "structured": 1000, "explained": 0}
    usual |= {"levels": {"info": 1000}, "oldest": NOW - DAY, "newest": NOW - 5, "modified": None, "complete": True}
    usual |= {name: [] for name in ("files", "findings", "unstructured", "lacking", "unexplained")}
    return {**usual, **more}


def thing(name: str, lines: int, *places: str) -> list[dict[str, Any]]:
    return [{"name": name, "lines": lines, "places": list(places)}]


def ran(stdout: str = "", stderr: str = "", code: int = 0) -> dict[str, Any]:
    return {"exit": code, "stdout": stdout, "stderr": stderr}


def file(path: str, age: float = 0, size: int = 1000, kind: str = "file") -> dict[str, Any]:
    owner = {"uid": 0, "gid": 0, "owner": "root", "group": "adm", "mode": "0640"}
    return {"path": path, "type": kind, "size": size, "mtime": NOW - age * DAY, **owner}


def one(control: str, options: Mapping[str, Any], answers: Mapping[str, Any]) -> Verdict:
    (verdict,) = prove(Logs, f"logs.{control}", options, answers)
    return verdict
