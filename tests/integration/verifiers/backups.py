# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the backup verifier share: commands, proofs, and this machine as a host."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from tests.integration.verifiers.live import prove_live

DAY = 86400
PG_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), Path("/absent"))


def needs(*tools: str) -> pytest.MarkDecorator:
    absent = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(absent), reason=f"not installed: {', '.join(absent)}")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="other users can be played by root only")


def run(*argv: str | Path, env: dict[str, str] | None = None, user: str | None = None) -> str:
    prefix = ["runuser", "-u", user, "--"] if user else []
    done = subprocess.run(
        [*prefix, *map(str, argv)], env=env, text=True, capture_output=True, timeout=60, cwd="/", check=False
    )
    if done.returncode:
        raise AssertionError(f"{argv}: {done.stdout}{done.stderr}")
    return done.stdout


def proof(control: str, options: dict[str, Any], host: engine.Transport = engine.on_controller) -> Verdict:
    (verdict,) = prove_live(Backup, f"backup.{control}", options, host)
    return verdict


def on_nas(requests: Sequence[Request]) -> Sequence[Answer]:
    """This machine, but every directory lies on another one: what no test can really have."""
    seen = {"value": {"exit": 0, "stdout": "Filesystem\nnas:/export nfs4 9 3 6 33% /mnt\n", "stderr": ""}}
    answers = engine.on_controller(requests)
    return [
        {**answer, **seen} if request.params.get("argv", [""])[0] == "df" else answer
        for request, answer in zip(requests, answers, strict=True)
    ]


class Counting:
    """This machine, and how often it was looked at."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        self.calls += 1
        return engine.on_controller(requests)


def files_of(path: Path) -> dict[str, float]:
    return {str(each): each.stat().st_mtime for each in path.rglob("*")}
