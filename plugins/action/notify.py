# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell people what a run changed. Whatever becomes of that, the run's verdict stands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.golive.verify.plugins.plugin_utils import lock, owners, report
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.notify import message, outbox, routes, sending
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

# For how long another run may be telling of the same environment.
_PATIENCE = 60.0


class ActionModule(ActionBase):
    """Runs on the controller, when the run is decided, kept and compared."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take over what is new, and deliver what is there; what goes wrong is said in warnings, never as a failure."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.notify").parse(self._task.args)
        if self._task.check_mode:
            return {"changed": False, "skipped": True}
        teller = _Teller(want)
        try:
            teller.tell(report.build(RunDirectory(want.run_dir)))
        except (BadRun, lock.Held) as wrong:
            teller.problems.append(f"nobody was told: {wrong}")
        except Exception as wrong:  # noqa: BLE001 - the verdict must survive it; what it says may hold what is secret
            teller.problems.append(f"nobody was told: {type(wrong).__name__}")
        for problem in teller.problems:
            Display().warning(f"notify: {problem}")
        notes = [("pass", f"{name}: {said}") for name, said in teller.told.items()]
        notes += [("error", problem) for problem in teller.problems]
        return {
            "changed": bool(teller.told),
            "golive_told": teller.told,
            "problems": teller.problems,
            # Where ours is the callback that shows the run, it shows no warnings of our tasks.
            "golive_notes": [["notify", *note] for note in notes],
        }


class _Teller:
    def __init__(self, want: Wanted) -> None:
        self.told: dict[str, str] = {}
        self.problems: list[str] = []
        self._want = want

    def tell(self, told: Mapping[str, Any]) -> None:
        """Tell everybody what concerns them."""
        environment = told["run"]["environment"]
        path = outbox.path_for(Path(self._want.runs_dir), environment)
        try:
            with lock.held(path.with_suffix(".lock"), _PATIENCE):
                self._alone(path, told)
        except lock.CannotLock:
            # Where no lock can be had, nothing can be kept either, which is said there.
            self._alone(path, told)

    def _alone(self, path: Path, told: Mapping[str, Any]) -> None:
        known, wrong = routes.read(self._want["routes"])
        declared, unclear = owners.read(self._want["owners"])
        self.problems += [*wrong, *unclear]
        try:
            box = outbox.read(path)
        except outbox.BadOutbox as lost:
            self.problems.append(f"what was told before is not known, so that something may be told twice: {lost}")
            box = outbox.Outbox()
        news, heard = message.news(told, declared, box.heard)
        nobodys = box.take(told["run"]["id"], news, known, heard)
        if nobodys and known:
            self.problems.append(
                f"{len(nobodys)} changes concern no route, {nobodys[0].control or nobodys[0].title} first"
            )
        at, link = time.time(), _link(self._want.report_url, told["run"])
        messages = {
            route.name: (route, said) for route in known if (said := box.message(route, told, at, link)) is not None
        }
        kept = self._keep(path, box)
        for name, words, delivered in sending.deliver(messages, self._want.deadline):
            if not delivered:
                self.problems.append(f"{name} was not told: {words}")
                continue
            if words:
                self.told[name] = words
            box.delivered(*messages[name])
            kept = kept and self._keep(path, box)

    def _keep(self, path: Path, box: outbox.Outbox) -> bool:
        """Keep what is told, so that a run killed now tells nobody twice. Whether that worked."""
        try:
            outbox.write(path, box)
        except outbox.BadOutbox as wrong:
            self.problems.append(f"what was told cannot be kept, so that it may be told again: {wrong}")
            return False
        return True


def _link(template: str | None, run: Mapping[str, Any]) -> str:
    """The address of the report; no more than these two words are replaced in what was declared."""
    link = template or ""
    for name, value in (("{environment}", run["environment"]), ("{run}", run["id"])):
        link = link.replace(name, quote(value, safe=""))
    return link
