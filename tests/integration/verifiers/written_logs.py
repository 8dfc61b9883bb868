# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the logs verifier share: a log as services write it, and proofs on it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
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


@contextlib.contextmanager
def rsyslogd(place: Path, name: str, config: str) -> Iterator[None]:
    """Run rsyslog with a configuration, in a directory of its own below a place."""
    work = place / name
    work.mkdir(exist_ok=True)
    path = place / f"{name}.conf"
    path.write_text(f'global(workDirectory="{work}")\n{config}', encoding="utf-8")
    argv = ["rsyslogd", "-n", "-f", str(path), "-i", str(work / "pid")]
    daemon = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


def until(true: Any, seconds: float = 30) -> bool:
    """Wait for something to become true; whether it did."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(true())
