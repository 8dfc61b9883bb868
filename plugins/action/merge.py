# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge the run directories of slices into one run."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import kept_run
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.inventory import Inventory
from ansible_collections.golive.verify.plugins.plugin_utils.merging.whole import CannotMerge, Whole, merge
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import MERGED
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs once, on the controller; the hosts of the play are those that the whole must have looked at."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the run that the slices make, whole or not at all. The slices stay as they are."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.merge").parse(self._task.args)
        slices, unreadable = _read(want.slices)
        try:
            whole = merge(slices, unreadable, Inventory.of(task_vars or {}), want.window_hours)
            directory = _written(want, whole)
        except (CannotMerge, BadRun) as wrong:
            raise AnsibleActionFail(f"nothing was merged: {wrong}") from wrong
        except OSError as error:
            said = f"nothing was merged: {error.filename or want.runs_dir}: {error.strerror}"
            raise AnsibleActionFail(said) from error
        return {
            "changed": False,
            "golive_run_dir": str(directory.path.absolute()),
            "slice_count": len(whole.plan.sources),
            "target_count": len(whole.plan.targets),
            "narrowed": whole.plan.narrowing.words(),
        }


def _read(paths: Iterable[str]) -> tuple[list[kept_run.KeptRun], list[str]]:
    """The slices that can be read, and why others cannot."""
    slices, unreadable = [], []
    for path in _directories(paths):
        try:
            slices.append(kept_run.read(path))
        except BadRun as wrong:
            unreadable.append(str(wrong))
    return slices, unreadable


def _directories(paths: Iterable[str]) -> Iterator[Path]:
    """The directories of runs; one that holds runs stands for all of them but those that were merged themselves."""
    for path in map(Path, paths):
        if not path.is_dir():
            raise AnsibleActionFail(f"golive.verify.merge: slices: there is no directory {path}")
        below = [each for each in sorted(path.glob("[!.]*")) if each.is_dir()]
        if (path / "plan.json").exists() or (path / "asked.json").exists() or not below:
            yield path
        else:
            yield from (each for each in below if not _merged(each))


def _merged(path: Path) -> bool:
    try:
        return any(source.kind == MERGED for source in RunDirectory(path).plan().sources)
    except BadRun:
        return False


def _written(want: Wanted, whole: Whole) -> RunDirectory:
    """The run's directory, which appears whole. One that is there holds these very slices already, or is another's."""
    path = Path(want.run_dir or Path(want.runs_dir) / whole.plan.environment / whole.plan.run).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=path.parent, prefix=".draft-"))
    try:
        made = RunDirectory(draft)
        made.create(whole.plan)
        for host, parts in whole.outcomes.items():
            for part, outcome in parts.items():
                made.write_results(host, part, outcome)
        draft.rename(path)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        if not _holds(path, whole.plan.run):
            raise CannotMerge(f"{path} exists already: a run never overwrites another") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return RunDirectory(path)


def _holds(path: Path, run: str) -> bool:
    try:
        return RunDirectory(path).plan().run == run
    except BadRun:
        return False
