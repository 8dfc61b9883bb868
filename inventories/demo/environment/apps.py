# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start what the shop's people wrote themselves: the shop and its worker, each with a dotenv file of its variables."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import journal
from process import Processes

_HERE = Path(__file__).resolve().parent
_PORTS = ("shop", "shop_plain", "pay", "pay_plain")


def start(
    processes: Processes, ports: Mapping[str, int], urls: Mapping[str, str], pki: Path, token_secret: str
) -> None:
    """Both, side by side; wait until they serve and work. urls: what they talk to, by variable."""
    both = {"APP_ENV": "production", "DEBUG": "0", "REDIS_URL": urls["REDIS_URL"]}
    _written(processes.directory / "shop.env", {**both, **urls, "JWT_SECRET": token_secret})
    # One of the things wrong: the supplier had not sent the key yet, and nobody came back to it.
    _written(processes.directory / "worker.env", {**both, "STOCK_API_KEY": "changeme"})
    journal.shop(processes.directory / "shop.log")
    journal.worker(processes.directory / "worker.log")
    shop = {name: ports[name] for name in _PORTS}
    _start(processes, "shop", {}, json.dumps(shop), pki)
    # Another: somebody looked for an error last week, and started the worker by hand.
    _start(processes, "worker", {"DEBUG": "1"})
    for name in ("shop", "worker"):
        processes.wait_for(name, partial(_ready, processes.directory / f"{name}.log"))


def _ready(log: Path) -> bool:
    return '"ready"' in log.read_text(errors="replace")


def _written(path: Path, variables: Mapping[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))


def _start(processes: Processes, name: str, by_hand: Mapping[str, str], *arguments: object) -> None:
    """As a shell does that has read the file; what was set by hand has precedence."""
    lines = (processes.directory / f"{name}.env").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    environ = {"PATH": os.environ.get("PATH", os.defpath), **variables, **by_hand}
    # The word tells it from an editor or a linter that has the same file open.
    processes.start(name, [sys.executable, _HERE / f"{name}.py", "serve", *arguments], environ, alone=True)
