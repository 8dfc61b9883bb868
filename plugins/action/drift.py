# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a run with the accepted baseline and with the run before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.drift import baseline, document, history, showing
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import Comparison, compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import BadRules, rules
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.store import runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import CannotStore, exists, opened, place


class ActionModule(ActionBase):
    """Runs on the controller, after the gate."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write drift.json and drift.md, and fail where something is worse, or where nothing could be compared."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.drift").parse(self._task.args)
        directory = RunDirectory(want.run_dir)
        try:
            drift = _drift(want, report.build(directory))
        except (BadRun, BadRules, baseline.BadBaseline) as wrong:
            raise AnsibleActionFail(f"nothing was compared: {wrong}") from wrong
        except _NothingToCompare as wrong:
            raise AnsibleActionFail(str(wrong)) from wrong
        files = [directory.write(showing.FILE, drift), directory.write(showing.PAGE, showing.page(drift))]
        return {
            "changed": False,
            "failed": drift["regressed"],
            "msg": "regressed" if drift["regressed"] else "nothing regressed",
            "golive_drift": {each["against"]: each["counts"] for each in drift["comparisons"]},
            "files": [str(path) for path in files],
        }


class _NothingToCompare(Exception):
    """There is no baseline and no earlier run."""


def _drift(want: Wanted, told: Mapping[str, Any]) -> dict[str, Any]:
    known = rules(want["values"])
    side = Side.of_report(told)
    directory = Path(want.environment_dir or Path(told["run"]["checklist"]).parent).absolute()
    path = Path(want.baseline) if want.baseline else Path(told["run"]["checklist"]).with_name(baseline.FILE)
    accepted = baseline.read(path.absolute(), directory, side.environment, now=datetime.now(UTC))
    comparisons: dict[str, Comparison] = {}
    if accepted:
        comparisons[document.BASELINE] = compare(accepted.side, side, known)
    notes = []
    points: document.Points = {}
    try:
        before, points = _history(want, side)
        if before:
            comparisons[document.LAST_RUN] = compare(before, side, known)
    except CannotStore as wrong:
        notes.append(f"history could not be read, so that the last run was not compared: {wrong}")
    if not comparisons:
        why = "; ".join(notes) or "history holds no earlier run, this being the first"
        said = f"there is nothing to compare with: {path} does not exist (playbooks/accept.yml makes it), and {why}"
        raise _NothingToCompare(said)
    return document.contract(side, comparisons, points, accepted=accepted, notes=notes)


def _history(want: Wanted, side: Side) -> tuple[Side | None, document.Points]:
    """The run before this one, and how what is bad or unsteady stood in all the others."""
    where = place(want.store, Path(want.runs_dir))
    if not exists(where):
        return None, {}
    with opened(where) as connection:
        before = runs.last(connection, side.environment, side.run, side.started)
        wanted = {uid for uid, standing in side.standings.items() if not standing.proven}
        wanted |= set(runs.unsteady(connection, side.environment, history.RUNS))
        return before, runs.points(connection, side.environment, wanted, side.run)
