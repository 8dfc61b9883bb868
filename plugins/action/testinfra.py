# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a team's own pytest-testinfra tests on a host, in a process beside Ansible and through Ansible's connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils.asked import EVERYTHING, Asked
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue_in
from ansible_collections.golive.verify.plugins.plugin_utils.environments import plugins_of
from ansible_collections.golive.verify.plugins.plugin_utils.host import HostTransport
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra import outcomes, suite
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Proofs


class ActionModule(ActionBase):
    """One suite on one host; a test that fails or errs is a result, not a failed task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the suite, and keep what came of it where the run wants it."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.testinfra").parse(self._task.args)
        variables = task_vars or {}
        host, prove = str(variables["inventory_hostname"]), partial(self._prove, want, variables)
        if not want.run_dir:
            return prove(EVERYTHING).as_task_result()
        return RunDirectory(want.run_dir).keep(host, self._task._uuid, prove).as_task_result()

    def _prove(self, want: Wanted, variables: Mapping[str, Any], asked: Asked) -> Proofs:
        if asked.only_needs:
            return Proofs([], [], [], 0, "", needs=[])
        if find_spec("testinfra") is None:
            raise AnsibleActionFail("the controller lacks pytest-testinfra: pip install pytest-testinfra")
        marks = outcomes.Marks(
            host=str(variables["inventory_hostname"]),
            groups=[str(name) for name in variables.get("group_names", ())],
            named=want.controls,
            selected=asked.controls,
            items=asked.items,
            catalogues=[catalogue_in(plugins) for plugins in plugins_of(want.collections)],
        )
        host = _Host(self, variables, want.test_timeout)
        limits = suite.Limits(want.test_timeout, want.deadline)
        story = suite.run(_found(want.paths, variables), marks.host, limits, marks.choose, host.ask)
        failed = outcomes.shown(f"its tests: {'; '.join(story.problems)}", 1000) if story.problems else ""
        return Proofs(outcomes.results(story, marks), [], [], story.round_trips, host.unreachable, failed)


class _Host:
    """The host of the task, asked in batches until it cannot be reached."""

    def __init__(self, action: ActionBase, task_vars: Mapping[str, Any], test_timeout: float) -> None:
        self._action, self._task_vars, self._test_timeout = action, task_vars, test_timeout
        self.unreachable = ""

    def ask(self, commands: Sequence[str], seconds: float) -> Sequence[Answer]:
        """One answer for each command, all within so many seconds."""
        if self.unreachable:
            return [{"reason": "unreachable", "detail": self.unreachable}] * len(commands)
        transport = HostTransport(self._action, self._task_vars, seconds)
        answers = transport([outcomes.request(command, self._test_timeout) for command in commands])
        self.unreachable = transport.unreachable
        return answers


def _found(paths: Sequence[str], variables: Mapping[str, Any]) -> list[Path]:
    """The paths as they are on the controller."""
    bases = [Path(str(variables[name])) for name in ("inventory_dir", "playbook_dir") if variables.get(name)]
    found = []
    for path in paths:
        there = next((base / path for base in (*bases, Path()) if (base / path).exists()), None)
        if there is None:
            raise AnsibleActionFail(f"there are no tests at {path}, neither beside the inventory nor the playbook")
        found.append(there.absolute())
    return found
