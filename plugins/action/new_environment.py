# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the directory of an environment: whole or not at all, and never over another."""

from __future__ import annotations

import difflib
import re
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue, catalogue_in
from ansible_collections.golive.verify.plugins.plugin_utils.environments import plugins_of
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface

FILES = Path(__file__).parents[2] / "playbooks" / "files"
# Each directory is an example environment; the first line of its README.md says which product it is for.
REFERENCES = FILES / "reference"
# What is laid around a team's own list.
AROUND = FILES / "environment"
CHECKLIST, VARIABLES = "checklist.md", "group_vars/all.yml"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAMED = re.compile(rb"^golive_environment:.*$", re.M)


class ActionModule(ActionBase):
    """Runs on the controller, where inventories are."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make the directory; whatever stands against it fails the task before anything is written."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.new_environment").parse(self._task.args)
        if want.reference and want.checklist:
            raise AnsibleActionFail("start from a reference or from a checklist of your own, not from both")
        if not want.reference and not want.checklist:
            return {"changed": False, "directory": "", "files": [], "lines": _choice()}
        directory = _place(want)
        files, next_steps = _from_reference(want.reference) if want.reference else _around(want)
        files[VARIABLES] = _NAMED.sub(f'golive_environment: "{want.name}"'.encode(), files[VARIABLES])
        if not self._task.check_mode:
            _make(directory, files)
        made = "would make" if self._task.check_mode else "made"
        result: dict[str, Any] = {
            "changed": True,
            "directory": str(directory),
            "files": sorted(files),
            "lines": [
                f"{made} {directory} from {want.reference or want.checklist}: {len(files)} files",
                *(step.format(shlex.quote(str(directory))) for step in next_steps),
            ],
        }
        return result | ({"diff": _diff(directory, files)} if self._task.diff else {})


def references() -> Mapping[str, str]:
    """The references by name, each with what it is for."""
    readmes = sorted(REFERENCES.glob("*/README.md"))
    return {path.parent.name: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for path in readmes}


def _choice() -> list[str]:
    width = max(map(len, references()))
    return [
        "nothing was made: say what to start from, with -e reference=NAME or with -e checklist=YOUR_LIST.md",
        *(f"{name:<{width}}  {title}" for name, title in references().items()),
    ]


def _place(want: Wanted) -> Path:
    if not _NAME.fullmatch(want.name):
        raise AnsibleActionFail(f"{want.name!r} is no name: letters, digits, '.', '_' and '-', a letter or digit first")
    directory = Path(want.directory or Path("inventories") / want.name)
    try:
        free = not directory.is_symlink() and (not directory.exists() or not any(directory.iterdir()))
    except OSError as error:
        raise AnsibleActionFail(f"{directory} cannot be used: {error.strerror}") from error
    if not free:
        raise AnsibleActionFail(f"{directory} is there already and not empty: nothing is ever overwritten")
    return directory


def _from_reference(name: str) -> tuple[dict[str, bytes], list[str]]:
    known = references()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise AnsibleActionFail(f"there is no reference {name}; {hint}")
    return _content(REFERENCES / name), [
        "1. put your hosts into hosts.yml, and see them:  ansible-inventory -i {} --graph",
        "2. verify what needs the least access:  ansible-playbook golive.verify.network -i {}",
        "3. verify everything:  ansible-playbook golive.verify.verify_prod -i {}",
    ]


def _around(want: Wanted) -> tuple[dict[str, bytes], list[str]]:
    own = Path(want.checklist)
    try:
        read = checklist.read(own, catalogue(map(catalogue_in, plugins_of(want.collections))))
        files = _content(AROUND) | {CHECKLIST: own.read_bytes()}
    except checklist.BadChecklist as wrong:
        raise AnsibleActionFail(str(wrong)) from wrong
    if not read.items:
        raise AnsibleActionFail(f"{own}:1: nothing in it reads as an item; write one as '- [ ] what must be true'")
    unbound = sum(not (item.bindings or item.mark or item.document) for item in read.items)
    secrets = [f"take the secrets out of line {line}, and replace them" for line in read.secrets]
    return files, [
        *secrets,
        f"{len(read.items)} items, {unbound} of them bound to nothing yet",
        "1. see what could prove them:  ansible-playbook golive.verify.bind -i {} --check --diff",
        "2. put your hosts into hosts.yml, and see them:  ansible-inventory -i {} --graph",
        "3. verify everything:  ansible-playbook golive.verify.verify_prod -i {}",
    ]


def _content(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def _make(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write everything beside the place and move it there in one step, which fails where something has come between."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".golive-", dir=directory.parent) as beside:
            staged = Path(beside) / "environment"
            for name, data in files.items():
                path = staged / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            staged.rename(directory)
    except OSError as error:
        raise AnsibleActionFail(f"{directory} cannot be made, and was not: {error.strerror}") from error


def _diff(directory: Path, files: Mapping[str, bytes]) -> list[dict[str, str]]:
    return [
        {"before": "", "after": data.decode("utf-8", "replace"), "after_header": str(directory / name)}
        for name, data in sorted(files.items())
    ]
