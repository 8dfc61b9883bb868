# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell how much of a checklist can be proven, and by what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, coverage, report
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
        """Count, and write the file that was asked for."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.coverage").parse(self._task.args)
        environment = Environment.meant(want, task_vars or {})
        known = environment.known()
        run = RunDirectory(want.run_dir) if want.run_dir else environment.latest_run()
        try:
            read = checklist.read(environment.checklist, known)
            found = coverage.coverage(read, known, environment.provable(), report.build(run) if run else None)
            changed = bool(want.output) and self._write(Path(want.output), found)
        except (checklist.BadChecklist, BadRun, OSError) as wrong:
            raise AnsibleActionFail(f"no coverage: {wrong}") from wrong
        return {"changed": changed, "lines": list(coverage.lines(found)), "coverage": found.as_dict()}

    def _write(self, path: Path, found: coverage.Coverage) -> bool:
        """Write the file where it says something else, and tell whether it did."""
        text = coverage.render(found, path.suffix)
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
            return False
        if not self._task.check_mode:
            path.write_text(text, encoding="utf-8")
        return True
