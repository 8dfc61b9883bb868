# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the logs verifier share: a log as services write it, and proofs on it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.action.logs import ActionModule as Logs
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from tests.integration.verifiers.live import prove_live

DAY = 86400


def proof(control: str, options: dict[str, Any], host: engine.Transport = engine.on_controller) -> Verdict:
    (verdict,) = prove_live(Logs, f"logs.{control}", options, host)
    return verdict


def entry(age: float = 60, **fields: Any) -> str:
    return json.dumps(
        {"time": time.time() - age, "level": "info", "msg": "request completed", "reqId": "7f3e", **fields}
    )


def written(place: Path) -> Path:
    """A healthy log of JSON, a line a minute."""
    path = place / "shop.log"
    path.write_text("".join(f"{entry(60 * n)}\n" for n in range(100, 0, -1)), encoding="utf-8")
    return path


def add(log: Path, *lines: str) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def sources(log: Path, **options: Any) -> dict[str, Any]:
    return {"sources": [{"file": str(log)}], **options}
