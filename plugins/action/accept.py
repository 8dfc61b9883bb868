# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accept how everything stands in a run: write the baseline and sign it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.drift import baseline
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs on the controller, where the keys are."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write both files; whatever stands against it fails the task before anything is written."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.accept").parse(self._task.args)
        environment = Environment.meant(want, task_vars or {})
        try:
            told = report.build(_run(want, environment))
            _insist(told, environment)
            side = Side.of_report(told)
            path = environment.checklist.with_name(baseline.FILE)
            now = datetime.now(UTC).replace(microsecond=0)
            found = baseline.Baseline(side, str(want.person), now, str(want.reason))
            directory = Path(want.environment_dir or environment.checklist.parent).absolute()
            files = [] if self._task.check_mode else baseline.accept(path, directory, found, Path(want.key))
        except (BadRun, baseline.BadBaseline) as wrong:
            raise AnsibleActionFail(f"nothing was accepted: {wrong}") from wrong
        return {
            "changed": True,
            "run": side.run,
            "files": [str(path) for path in files],
            "summary": dict(Counter(item["status"] for item in told["items"])),
        }


def _run(want: Wanted, environment: Environment) -> RunDirectory:
    found = RunDirectory(want.run_dir) if want.run_dir else environment.latest_run()
    if found is None:
        raise BadRun(f"there is no run in {environment.runs}: verify first")
    return found


def _insist(told: Mapping[str, Any], environment: Environment) -> None:
    """What is accepted is a whole run, of this environment, over the checklist as it stands."""
    run = told["run"]
    name = run["id"]
    if run["environment"] != environment.name:
        raise BadRun(f"the run {name} is one of {run['environment']}, not of {environment.name}")
    if not run["finished"]:
        raise BadRun(f"the run {name} did not finish: verify again")
    if told["summary"]["left_out"]:
        raise BadRun(f"the run {name} was narrowed to {told['summary']['left_out']}: verify without narrowing")
    if not told["checks"]:
        raise BadRun(f"the run {name} looked at nothing")
    try:
        stands = hashlib.sha256(environment.checklist.read_bytes()).hexdigest()
    except OSError as error:
        raise BadRun(f"{environment.checklist}: cannot be read: {error.strerror}") from error
    if run["checklist_sha256"] != stands:
        raise BadRun(f"the checklist has changed since the run {name}: verify again")
