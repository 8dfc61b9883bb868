# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run any list of checks on a host, in one batch of looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import keys_in_variables, verifier
from ansible_collections.golive.verify.plugins.plugin_utils.asked import EVERYTHING, Asked
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

PREFIX = "golive_checks_"


class ActionModule(ActionBase):
    """All the checks of a host in one task; a check that fails or errs is a result, not a failed task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Load the checks, prove them, and keep what came of it where the run wants it."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        want = interface("golive.verify.checks").parse(self._task.args)
        if not want.run_dir:
            return self._prove(want, variables, EVERYTHING).as_task_result()
        host, prove = str(variables["inventory_hostname"]), partial(self._prove, want, variables)
        return RunDirectory(want.run_dir).keep(host, self._task._uuid, prove).as_task_result()

    def _prove(self, want: Wanted, variables: Mapping[str, Any], asked: Asked) -> verifier.Proofs:
        entries = [(f"checks[{index}]", entry) for index, entry in enumerate(want.checks)]
        if want.from_inventory:
            entries += self._from_inventory(variables)
        checks = [verifier.load(self, entry, where) for where, entry in entries]
        if asked.only_needs:
            return verifier.needed(checks, asked)
        proofs = verifier.prove_all(self, checks, variables, asked, want.deadline)
        return replace(proofs, secrets=keys_in_variables.told(variables)) if want.from_inventory else proofs

    def _from_inventory(self, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name in sorted(name for name in variables if name.startswith(PREFIX)):
            entries = self._templar.template(variables[name])
            if not isinstance(entries, list):
                raise AnsibleActionFail(f"{name} must be a list of checks, not {type(entries).__name__}")
            yield from ((f"{name}[{index}]", entry) for index, entry in enumerate(entries))
