# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run directory: what a run knows, on disk the moment it knows it, so that a killed run loses nothing.

    plan.json              before the first look
    asked.json             what of it every host has to know, which is little
    results/<host>.json    the moment a host finishes
    decision.json          when the gate has decided
    drift.json             when it was compared with earlier runs

Each file appears whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from ansible.errors import AnsibleError

from ansible_collections.golive.verify.plugins.plugin_utils.asked import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.results import plain

if TYPE_CHECKING:
    from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
    from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Proofs


class BadRun(Exception):
    """A run directory that cannot be read: which file, and why."""


class RunDirectory:
    """One run on disk."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def create(self, plan: Plan) -> None:
        """Begin the run. Only its owner may read it: evidence is not for everybody."""
        (self.path / "results").mkdir(parents=True, mode=0o700)
        self.path.chmod(0o700)
        self.write("asked.json", plan.asked().as_dict())
        self.write("plan.json", plan.as_dict())

    def plan(self) -> Plan:
        """What the run set out to do."""
        from ansible_collections.golive.verify.plugins.plugin_utils.plan import SCHEMA, Plan  # hosts need not load it

        data = self._read(self.path / "plan.json")
        if data.get("schema") != SCHEMA:
            raise BadRun(f"{self.path / 'plan.json'}: schema {data.get('schema')} is not {SCHEMA}, the one I know")
        try:
            return Plan.from_dict(data)
        except ImportError as missing:
            needed = f"reading a plan needs the Python library {missing.name}: see requirements/core.txt"
            raise BadRun(needed) from missing

    def asked(self) -> Asked:
        """What the run asks of each host."""
        return Asked.from_dict(self._read(self.path / "asked.json"))

    def keep(self, host: str, part: str, prove: Callable[[Asked], Proofs]) -> Proofs:
        """Prove what is asked of one task on one host, and keep what came of it, or why nothing could."""
        try:
            proofs = prove(self.asked())
        except AnsibleError as failure:
            self.write_results(host, part, {"results": [], "unasked": [], "failed": str(failure)})
            raise
        self.write_results(host, part, proofs.as_outcome())
        return proofs

    def write_results(self, host: str, part: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of one task on one host. part tells several tasks on the same host apart."""
        self.write(f"results/{quote(host, safe='')}.{quote(part, safe='')}.json", outcome)

    def results(self) -> dict[str, list[dict[str, Any]]]:
        """What came of each host that finished, by host; of one that ran several tasks, several."""
        found: dict[str, list[dict[str, Any]]] = {}
        for path in sorted((self.path / "results").glob("*.json")):
            host = unquote(path.name.rsplit(".", 2)[0])
            found.setdefault(host, []).append(self._read(path))
        return found

    def decided(self) -> bool:
        """Whether the gate came to its decision; a killed run did not."""
        return (self.path / "decision.json").exists()

    def drift(self) -> dict[str, Any] | None:
        """What changed since earlier runs, where that was asked."""
        path = self.path / "drift.json"
        return self._read(path) if path.exists() else None

    def write(self, name: str, data: Mapping[str, Any] | str) -> Path:
        """Write one file, whole or not at all."""
        target = self.path / name
        text = data if isinstance(data, str) else json.dumps(data, default=plain)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(target)
        return target

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadRun(f"{path}: {error}") from error
        if not isinstance(data, dict):
            raise BadRun(f"{path}: not a JSON object")
        return data
