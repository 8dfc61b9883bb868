# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the results of a run back into its checklist."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, report, write_back
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs on the controller, where checklist and runs are."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the file and tell what changed; whatever stands against it fails the task and leaves the file alone."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.write_back").parse(self._task.args)
        environment = Environment.meant(want, task_vars or {})
        path, known = environment.checklist, environment.known()
        run = RunDirectory(want.run_dir) if want.run_dir else environment.latest_run()
        if run is None:
            raise AnsibleActionFail(f"nothing was written: there is no run of {environment.name} yet; verify first")
        try:
            read = checklist.read(path, known)
            before = path.read_bytes()
            found = report.build(run)
            written = write_back.written_back(before, read, found, known, want.tick, _link(want.report, path))
            if written.data != before and not self._task.check_mode:
                write_back.put(path, written.data, before)
        except (checklist.BadChecklist, write_back.Refused, BadRun, OSError) as wrong:
            raise AnsibleActionFail(f"nothing was written: {wrong}") from wrong
        sides = {"before_header": str(path), "after_header": str(path)}
        shown = {"before": write_back.shown(before), "after": write_back.shown(written.data)}
        return {
            "changed": written.data != before,
            "checklist": str(path),
            "run": found["run"]["id"],
            "changes": [asdict(change) for change in written.changes],
            "without_box": list(written.without_box),
            "without_evidence": list(written.without_evidence),
            "patch": write_back.patch(path, before, written.data).splitlines(),
            **({"diff": {**sides, **shown}} if self._task.diff else {}),
        }


def _link(report_at: str | None, path: Path) -> str:
    """Where the report is, as seen from the checklist."""
    if not report_at or "://" in report_at:
        return report_at or ""
    return os.path.relpath(report_at, path.parent)
