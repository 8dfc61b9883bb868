# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callbacks are told, reduced to what ours read: Ansible's own classes differ between its series."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.plugins.loader import callback_loader

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.plugin_utils.reports import sample


@dataclass
class Host:
    name: str

    def get_name(self) -> str:
        return self.name


@dataclass
class Task:
    action: str
    resolved_action: str | None = None


@dataclass
class Result:
    host: Host
    task: Task
    result: dict[str, Any]


@dataclass
class Play:
    blocks: list[Any]

    def get_tasks(self) -> list[Any]:
        return self.blocks


@dataclass
class Playbook:
    _file_name: str


@dataclass
class Stats:
    failures: dict[str, int] = field(default_factory=dict)
    dark: dict[str, int] = field(default_factory=dict)


def result(host: str, action: str, **shown: Any) -> Result:
    return Result(Host(host), Task(action), shown)


def callback(name: str) -> Any:
    """A callback as Ansible makes it, with its options."""
    made = callback_loader.get(f"golive.verify.{name}")
    made.set_options()
    return made


def run_directory(path: Path, status: str = "pass", decided: bool = True) -> RunDirectory:
    """A run over one item and one host."""
    directory = RunDirectory(path)
    directory.create(
        Plan(
            run="r",
            environment="shop",
            started=sample.STARTED,
            checklist=Checklist(
                "checklist.md", "0" * 64, (sample.item("Redis", "Redis survives", "redis.persistence", line=3),)
            ),
            targets={"cache1": ["all"]},
            everywhere={"all": ["cache1"]},
            narrowing=Narrowing(),
            selected_controls=None,
        )
    )
    checks = [
        sample.check("redis.persistence", "cache1", status, message="" if status == "pass" else "appendonly is no")
    ]
    directory.write_results("cache1", "task", {"results": checks, "unasked": []})
    if decided:
        directory.write("decision.json", {"decision": "go", "reasons": []})
    return directory
