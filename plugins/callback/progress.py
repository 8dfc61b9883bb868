# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the terminal shows: a line per host as it finishes, then a summary that a person wants to read."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: stdout
short_description: Show a verification run as a person wants to read it
version_added: 0.1.0
description:
  - Shows one line per host as its checks finish, and at the end what failed, on what, why and what to do.
  - On a terminal, one more line tells how many hosts are done; elsewhere the output is plain and nothing is rewritten.
  - Everything else is shown as P(ansible.builtin.default#callback) shows it.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import chain
from typing import Any

from ansible import constants as C
from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

OWN = "golive.verify."
_QUIET = {"ansible.builtin.include_role", "ansible.builtin.validate_argument_spec", "ansible.builtin.assert"}


class CallbackModule(Default):
    """Quiet about our own tasks, whose results are verdicts and not events; the default's words for all others."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "golive.verify.progress"

    def __init__(self) -> None:
        super().__init__()
        # Ansible forks a worker for every task on every host: what is loaded before, none of them has to load.
        import_module("ansible_collections.golive.verify.plugins.action.checks")
        self._run_dir = ""
        self._hosts = 0
        self._done: set[str] = set()
        self._live = Live(self._display)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Announce only tasks that are not ours."""
        self._live.clear()
        if not _ours(task):
            super().v2_playbook_on_task_start(task, is_conditional)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """The roles that we include are no news."""

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """No banner for plays: there is one, and its name is the command's. Other tasks' banners need to know it."""
        self._play = play

    def v2_runner_on_ok(self, result: Any) -> None:
        """A line for a host whose checks are done."""
        shown = result.result
        self._run_dir = shown.get("golive_run_dir") or self._run_dir
        self._hosts = shown.get("target_count", self._hosts)
        for name, status, said in shown.get("golive_notes", ()):
            self._say(name, status, said)
        if "round_trips" in shown:
            # The documents of the checklist are examined in the name of some host, which has nothing to do with them.
            of_documents = result.task.action == f"{OWN}documents"
            name = "documents" if of_documents else result.host.get_name()
            self._line(name, shown["verdict"], summary.counts(shown["summary"]))
        elif shown.get("stored") is False:
            self._line("history", "error", str(shown["msg"]))
        elif not _ours(result.task):
            self._live.clear()
            super().v2_runner_on_ok(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task of ours that has nothing to do is no news."""
        if not _ours(result.task):
            super().v2_runner_on_skipped(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A line for a host that could not be reached."""
        self._line(result.host.get_name(), "error", f"unreachable: {result.result.get('msg') or ''}")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task of ours fails for bad input, or as the gate's no-go, which the summary shows."""
        if not _ours(result.task) or ignore_errors:
            self._live.clear()
            super().v2_runner_on_failed(result, ignore_errors)
        elif not {"decision", "golive_drift"} & set(result.result):
            self._line(result.host.get_name(), "error", str(result.result.get("msg")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The summary; for a playbook without a run, the default's recap."""
        self._live.clear()
        if not self._run_dir:
            super().v2_playbook_on_stats(stats)
            return
        for status, line in _summary(self._run_dir):
            self._display.display(line, color=_COLORS.get(status))

    def _line(self, host: str, status: str, said: str) -> None:
        self._say(host, status, said)
        self._done.add(host)
        if len(self._done) < self._hosts:
            self._live.show(f"{len(self._done)} of {self._hosts} hosts are done ...")

    def _say(self, name: str, status: str, said: str) -> None:
        self._live.clear()
        mark = summary.MARKS.get(status, " ")
        self._display.display(f"{mark} {name:<24} {summary.one_line(said, 1000)}", color=_COLORS.get(status))


class Live:
    """One line that is rewritten in place while the run goes on. Where output is not a terminal, there is none."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._width = 0

    def show(self, text: str) -> None:
        """Put the text at the end of the output."""
        if sys.stdout.isatty():
            self._write(text)
            self._width = len(text)

    def clear(self) -> None:
        """Make room for what stays."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        self._display.display(text, screen_only=True, newline=False)
        sys.stdout.flush()


_COLORS: Mapping[str, str] = {
    "pass": C.COLOR_OK,
    "go": C.COLOR_OK,
    "fail": C.COLOR_ERROR,
    "error": C.COLOR_UNREACHABLE,
    "no_go": C.COLOR_ERROR,
    "unbound": C.COLOR_WARN,
    "quiet": C.COLOR_VERBOSE,
}


def _summary(run_dir: str) -> Iterable[tuple[str, str]]:
    # Only now, since a playbook without a run has no use for them, and would wait for them.
    from ansible_collections.golive.verify.plugins.plugin_utils import report
    from ansible_collections.golive.verify.plugins.plugin_utils.drift import showing

    try:
        directory = RunDirectory(run_dir)
        lines = summary.lines(report.build(directory))
        drift = directory.drift()
    except BadRun as wrong:
        return [("error", f"no summary: {wrong}")]
    return chain(lines, showing.lines(drift)) if drift else lines


def _ours(task: Any) -> bool:
    action = str(getattr(task, "resolved_action", None) or task.action)
    return action.startswith(OWN) or action in _QUIET
