# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the run directory into reports when the play ends, however it ends."""

from __future__ import annotations

DOCUMENTATION = r"""
name: report
type: aggregate
short_description: Write the reports of a verification run
version_added: 0.1.0
description:
  - When a playbook that began a run with M(golive.verify.plan) or M(golive.verify.merge) ends, writes the run's reports
    into its directory.
  - Where Ansible itself would end well although nothing was decided (no hosts matched, the gate was skipped), ends with
    exit status 2. A run that M(golive.verify.drift) compared ends as that says. One that did not begin because another
    run over the same environment goes on ends with 75. List it last in C(callbacks_enabled), as callbacks after it
    would then not hear of the end.
  - Leaves metrics of the run's end, for an alert where a check does not run any more.
options:
  formats:
    description: The formats to write.
    type: list
    elements: str
    default: [html, json, junit, markdown]
    env:
      - name: GOLIVE_REPORT_FORMATS
    ini:
      - section: golive
        key: report_formats
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import NO_GO
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

BEGIN = ("golive.verify.plan", "golive.verify.merge")
EXIT_NO_GO = 2
# That of sysexits.h for what may be tried again later.
EXIT_HELD = 75


class CallbackModule(CallbackBase):
    """Follows one run at a time: the one that the playbook's last plan began."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "golive.verify.report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._expected = False
        self._compared = False
        self._held = False
        self._run_dir = ""
        self._reported = ""
        self._playbook = ""
        self._heartbeat_dir = ""
        self._began = time.monotonic()

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Remember which playbook it is: verify-prod.yml and verify_prod.yml are the same one."""
        self._playbook = Path(playbook._file_name).stem.replace("-", "_")

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Remember that this playbook means to verify, so that a run which never began is noticed."""
        blocks = play.get_tasks() if hasattr(play, "get_tasks") else []
        tasks = [task for block in blocks for task in (block if isinstance(block, list) else [block])]
        self._expected = self._expected or any(getattr(task, "action", "") in BEGIN for task in tasks)

    def v2_runner_on_ok(self, result: Any) -> None:
        """Remember where the run is kept, and whether it ended with a comparison, which then says how well.

        One that looks at nothing, and only tells what it would need, is no run.
        """
        self._compared = self._compared or "golive_drift" in result.result
        self._expected = self._expected and "golive_needs_dir" not in result.result
        self._run_dir = result.result.get("golive_run_dir") or self._run_dir
        self._reported = result.result.get("golive_reported") or self._reported
        self._heartbeat_dir = result.result.get("golive_heartbeat_dir") or self._heartbeat_dir

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Remember that another run goes on, so that this one could not begin."""
        self._held = self._held or bool(result.result.get("golive_held"))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the reports, and make sure that a run without a decision does not look like a good one."""
        if not self._expected:
            return
        if self._held:
            raise SystemExit(EXIT_HELD)
        failed = bool(stats.failures or stats.dark)
        if not self._run_dir:
            if not failed:
                self._display.error("no-go: no hosts matched, so nothing was looked at")
                raise SystemExit(EXIT_NO_GO)
            return
        decision = self._write()
        if decision == NO_GO and not failed and not self._compared:
            raise SystemExit(EXIT_NO_GO)

    def _write(self) -> str:
        # Only now, since a playbook without a run has no use for it.
        from ansible_collections.golive.verify.plugins.plugin_utils import writing

        try:
            # What was packed for an audit stays as it was packed.
            keep = self._reported == self._run_dir
            written = writing.write(RunDirectory(self._run_dir), self.get_option("formats"), keep=keep)
        except BadRun as wrong:
            self._display.error(f"no report: {wrong}")
            return NO_GO
        for name, problem in written.problems.items():
            self._display.error(f"the {name} report could not be written: {problem}")
        for path in written.files.values():
            self._display.display(f"report: {path}")
        if self._heartbeat_dir:
            self._beat(written.report)
        return str(written.report["gate"]["decision"])

    def _beat(self, report: Mapping[str, Any]) -> None:
        from ansible_collections.golive.verify.plugins.plugin_utils import heartbeat

        try:
            drift = RunDirectory(self._run_dir).drift()
        except BadRun:
            drift = None
        beat = heartbeat.Beat(
            environment=report["run"]["environment"],
            playbook=self._playbook,
            at=time.time(),
            took=time.monotonic() - self._began,
            go=report["gate"]["decision"] != NO_GO,
            finished=report["run"]["finished"],
            regressed=drift["regressed"] if drift else None,
        )
        try:
            heartbeat.write(Path(self._heartbeat_dir), beat)
        except OSError as error:
            self._display.error(f"the heartbeat could not be left in {self._heartbeat_dir}: {error.strerror}")
