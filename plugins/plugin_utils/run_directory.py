# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run directory: what a run knows, on disk the moment it knows it, so that a killed run loses nothing.

    plan.json              before the first look
    asked.json             what of it every host has to know, which is little
    kept/<host>.json       before the first look, of a resumed run: what the earlier one saw of the host
    results/<host>.json    the moment a host finishes
    decision.json          when the gate has decided
    history.json           when it was kept in history, or compared with earlier runs
    drift.json             when it was compared with earlier runs

Each file appears whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
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
        except (LookupError, TypeError, ValueError, AttributeError) as wrong:
            raise BadRun(f"{self.path / 'plan.json'}: it is not a plan: {wrong}") from wrong

    def asked(self) -> Asked:
        """What the run asks of each host."""
        return Asked.from_dict(self._read(self.path / "asked.json"))

    def keep(self, host: str, part: str, prove: Callable[[Asked], Proofs]) -> Proofs:
        """Prove what is asked of one task on one host, and keep what came of it, or why nothing could.

        AnsibleError where it can neither be proven nor kept: the host then has no results.
        """
        try:
            asked = replace(self.asked(), kept=self.kept(host))
        except BadRun as wrong:
            raise AnsibleError(f"the run cannot be read: {wrong}") from wrong
        try:
            proofs = prove(asked)
        except AnsibleError as failure:
            self._keep(host, part, {"results": [], "unasked": [], "failed": str(failure)})
            raise
        self._keep(host, part, proofs.as_outcome())
        return proofs

    def _keep(self, host: str, part: str, outcome: Mapping[str, Any]) -> None:
        try:
            self.write_results(host, part, outcome)
        except OSError as error:
            raise AnsibleError(f"what was seen cannot be kept: {self.path}: {error.strerror}") from error

    def keep_earlier(self, host: str, answers: Mapping[str, Any]) -> None:
        """Lay ready what an earlier run saw of a host, by the question that it answers: nobody need look again."""
        (self.path / "kept").mkdir(mode=0o700, exist_ok=True)
        self.write(f"kept/{quote(host, safe='')}.json", answers)

    def kept(self, host: str) -> dict[str, Any]:
        """What keep_earlier laid ready for a host; nothing where it did not."""
        path = self.path / "kept" / f"{quote(host, safe='')}.json"
        return self._read(path) if path.exists() else {}

    def write_results(self, host: str, part: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of one task on one host. part tells several tasks on the same host apart."""
        self.write(f"results/{quote(host, safe='')}.{quote(part, safe='')}.json", outcome)

    def results(self) -> dict[str, list[dict[str, Any]]]:
        """What came of each host that finished, by host; of one that ran several tasks, several."""
        found: dict[str, list[dict[str, Any]]] = {}
        texts: dict[str, str] = {}
        for name, host in self.result_files():
            _sharing(outcome := self.read(name), texts)
            found.setdefault(host, []).append(outcome)
        return found

    def result_files(self) -> Iterator[tuple[str, str]]:
        """The name of each file of results, and the host whose they are."""
        for path in sorted((self.path / "results").glob("*.json")):
            yield f"results/{path.name}", unquote(path.name.rsplit(".", 2)[0])

    def decided(self) -> bool:
        """Whether the gate came to its decision; a killed run did not."""
        return (self.path / "decision.json").exists()

    def drift(self) -> dict[str, Any] | None:
        """What changed since earlier runs, where that was asked."""
        path = self.path / "drift.json"
        return self._read(path) if path.exists() else None

    def read(self, name: str) -> dict[str, Any]:
        """One file that was written with write(); BadRun where it cannot be read."""
        return self._read(self.path / name)

    def write(self, name: str, data: Mapping[str, Any] | str) -> Path:
        """Write one file, whole or not at all."""
        target = self.path / name
        text = data if isinstance(data, str) else json.dumps(data, default=plain)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return target

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadRun(f"{path}: {error}") from error
        if not isinstance(data, dict):
            raise BadRun(f"{path}: not a JSON object")
        return data


def _sharing(values: Any, texts: dict[str, str]) -> None:
    """Let each text in a dict or list be one with those that equal it: results of many hosts repeat each other."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        if isinstance(value, str):
            values[key] = texts.setdefault(value, value)
        elif isinstance(value, (dict, list)):
            _sharing(value, texts)
