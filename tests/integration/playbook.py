# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the collection's playbooks as a user would, against an inventory made for the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


@dataclass
class Ran:
    """A finished ansible-playbook: its exit status, what it printed, and the report, if there is one."""

    status: int
    output: str
    run_dir: Path

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.run_dir / "report.json").read_text(encoding="utf-8"))
        return report

    @property
    def items(self) -> dict[str, str]:
        """Status by the text of the item."""
        return {item["text"]: item["status"] for item in self.report["items"]}


@dataclass
class Environment:
    """An inventory with a checklist in a directory of its own."""

    path: Path
    runs: int = 0
    variables: dict[str, str] = field(default_factory=dict)

    def write(self, checklist: str, hosts: dict[str, Any], **groups: Any) -> Environment:
        """hosts: variables by host. groups: {name: {hosts: …, vars: …}}."""
        inventory = {"all": {"hosts": hosts, "children": groups}}
        (self.path / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
        (self.path / "checklist.md").write_text(checklist, encoding="utf-8")
        return self

    def command(self, *arguments: str, inventory: Path | None = None) -> list[str]:
        """The command line of the next run."""
        self.runs += 1
        self.variables = {"golive_run_dir": str(self.path / f"run{self.runs}")}
        playbook = str(REPOSITORY / "playbooks" / "verify-prod.yml")
        ansible = str(Path(sys.executable).parent / "ansible-playbook")
        hosts = str(inventory or self.path / "hosts.yml")
        return [ansible, playbook, "-i", hosts, "-e", json.dumps(self.variables), *arguments]

    @property
    def run_dir(self) -> Path:
        """Where the latest run is kept."""
        return self.path / f"run{self.runs}"

    def verify(self, *arguments: str, inventory: Path | None = None, **environ: str) -> Ran:
        """Run to the end."""
        command = self.command(*arguments, inventory=inventory)
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=surroundings(**environ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr, self.run_dir)


def surroundings(**environ: str) -> dict[str, str]:
    """The environment of a run: this clone's ansible.cfg, and nothing of the caller's Ansible."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return own | {"ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"), "ANSIBLE_FORKS": "5"} | environ
