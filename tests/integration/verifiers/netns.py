# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network namespace that lives as long as a test, with a transport that looks at it as if it were a host."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request

_LOOK = f"""
import json, sys
sys.path[:0] = {sys.path!r}
from ansible_collections.golive.verify.plugins.module_utils.observation import batch
print(json.dumps(batch.run(json.load(sys.stdin), 60)))
"""


class Host:
    """The namespace, with files below a directory in place of those of the machine, and units as the test says."""

    def __init__(self, pid: int, root: Path) -> None:
        self.pid = pid
        self._enter = ["nsenter", "--net", f"--target={pid}", "--"]
        self._root = root
        self.units: dict[str, str] = {}
        self.user: list[str] = []
        self.missing: set[str] = set()

    def run(self, *argv: str, stdin: str = "") -> str:
        """Run a command in the namespace; it must succeed."""
        done = subprocess.run(
            [*self._enter, *argv], input=stdin, text=True, capture_output=True, timeout=90, check=False
        )
        if done.returncode:
            raise AssertionError(f"{argv}: {done.stderr}")
        return done.stdout

    def start(self, *argv: str) -> subprocess.Popen[str]:
        """Start a process in the namespace; it prints one line when it is ready."""
        process = subprocess.Popen([*self._enter, *argv], stdout=subprocess.PIPE, text=True)
        if process.stdout is not None:
            process.stdout.readline()
        return process

    def write(self, path: str, text: str) -> None:
        """Write a file of the host."""
        file = Path(f"{self._root}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """Make looks at this host: all of them in one process inside the namespace."""
        looks = [params for request in requests if (params := self._here(request))]
        made = iter(json.loads(self.run(sys.executable, "-c", _LOOK, stdin=json.dumps(looks))) if looks else [])
        return [next(made) if self._here(request) else self._told(request.params) for request in requests]

    def _here(self, request: Request) -> dict[str, Any]:
        """The look as it is made here; nothing for one that the test answers."""
        params = dict(request.params)
        if params["kind"] == "unit" or (params["kind"] == "command" and params["argv"][0] in self.missing):
            return {}
        if params["kind"] == "file":
            params["path"] = f"{self._root}{params['path']}"
        if params["kind"] == "command" and shutil.which(params["argv"][0]):
            params["argv"] = [*self.user, *params["argv"]]
            params["stdin"] = params.get("stdin", "").replace('"/etc/', f'"{self._root}/etc/')
        return params

    def _told(self, params: Mapping[str, Any]) -> Answer:
        if params["kind"] == "command":
            return {"reason": "missing_tool", "detail": f"{params['argv'][0]} is not installed", "at": 0.0, "ms": 0}
        return self._unit(params["name"])

    def _unit(self, name: str) -> Answer:
        if name not in self.units:
            return {"reason": "not_found", "detail": name, "at": 0.0, "ms": 0}
        return {"value": unit(name, self.units[name]), "at": 0.0, "ms": 0}


def unit(name: str, enabled: str) -> Mapping[str, Any]:
    """What systemd says of a unit that has run."""
    state = {"load": "loaded", "active": "active", "sub": "exited", "result": "success", "restart_policy": "no"}
    times = {"started": 1.0, "finished": 2.0, "exit": 0, "restarts": 0}
    return {"name": name, "enabled": enabled, "fragment": f"/lib/systemd/system/{name}", **state, **times}


@contextmanager
def namespace(root: Path) -> Iterator[Host]:
    """Make a namespace with its loopback interface up; needs root."""
    if os.geteuid() != 0 or not shutil.which("nsenter") or not shutil.which("ip"):
        pytest.skip("a network namespace needs root, util-linux and iproute2")
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 600"], stdout=subprocess.PIPE)
    try:
        if holder.stdout is None or holder.stdout.readline() != b"ready\n":
            pytest.skip("this machine does not let us make network namespaces")
        host = Host(holder.pid, root)
        host.run("ip", "link", "set", "lo", "up")
        yield host
    finally:
        holder.kill()
        holder.wait()
