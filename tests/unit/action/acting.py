# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an action of the controller as a task would, without a play."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.plugin_utils.attestations import place
from tests.unit.plugin_utils.reports import sample

# Of the fixture shop, which is the directory that tests of it run in.
RUN = "runs/shop/20261124T030000Z-1"
SHOP = {"checklist": "checklist.md", "environment": "shop", "runs_dir": "runs"}


def act(name: str, options: Mapping[str, Any], variables: Mapping[str, Any] | None = None, check: bool = False) -> Any:
    """What the task of this action gives back; what it raises is for the test."""
    action = f"golive.verify.{name}"
    task = MagicMock(args=dict(options), async_val=0, check_mode=check, diff=True, environment=[], action=action)
    task._uuid = "task"
    plugin = action_loader.get(
        action,
        task=task,
        connection=MagicMock(),
        play_context=MagicMock(check_mode=check),
        loader=MagicMock(),
        templar=MagicMock(template=lambda value: value),
        shared_loader_obj=MagicMock(),
    )
    return plugin.run(task_vars=dict(variables or {}))


def refused(name: str, options: Mapping[str, Any], variables: Mapping[str, Any] | None = None) -> str:
    """The one line in which an action refuses; of what is in the working directory nothing has changed."""
    before = content(Path())
    with pytest.raises(AnsibleError) as wrong:
        act(name, options, variables)
    said = str(wrong.value)
    assert "\n" not in said
    assert "Traceback" not in said
    assert content(Path()) == before
    return said


def content(directory: Path) -> dict[str, bytes]:
    """Every file below, drafts too, but for locks, which stay where they are."""
    files = (path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def edit(name: str, before: str, after: str) -> Callable[[], object]:
    """What changes a text in a file, once it is called."""
    return lambda: Path(name).write_text(Path(name).read_text("utf-8").replace(before, after), encoding="utf-8")


def inventory(*hosts: str, limit: str = "", **groups: list[str]) -> dict[str, Any]:
    """The variables that tell of these hosts and groups; all of the hosts are in the play."""
    return {
        "groups": {"all": list(hosts), "ungrouped": [], **groups},
        "ansible_play_hosts_all": list(hosts),
        "ansible_play_hosts": list(hosts),
        "ansible_limit": limit,
        "inventory_dir": "/inventories/shop",
    }


HOSTS = inventory("web1", "web2", web=["web1", "web2"])


def verified(run_dir: str = RUN, web2: str = "pass", **options: Any) -> RunDirectory:
    """A whole run over the shop as it stands. web2: how its second host stands."""
    planned = act("plan", {**SHOP, "run_dir": run_dir, **options}, HOSTS)
    run = RunDirectory(planned["golive_run_dir"])
    # Runs that begin in the same second, as only here, would have one name.
    run.write("plan.json", run.read("plan.json") | {"run": Path(run_dir).name})
    for host, status in {"web1": "pass", "web2": web2}.items():
        answered = sample.check("http.health", host, status, started=run.plan().started)
        run.write_results(host, "task", {"results": [answered], "unasked": []})
    act("gate", {"run_dir": run_dir}, HOSTS)
    return run


def admit(people: Mapping[str, Path], roles: Sequence[str]) -> None:
    """Write down that these people, each with a key, may sign in these roles."""
    lists = Path("attestations")
    lists.mkdir()
    lines = [place.line(person, key) for person, key in people.items()]
    (lists / "allowed_signers").write_text("\n".join(lines) + "\n", encoding="utf-8")
    of = [f"  {person}: [{', '.join(roles)}]" for person in people]
    (lists / "roles.yml").write_text("\n".join(["people:", *of]) + "\n", encoding="utf-8")
