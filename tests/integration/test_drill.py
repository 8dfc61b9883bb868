# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills as a user runs them: named, planned, run, and believed by the next verification."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import LOCAL, REPOSITORY, Environment, surroundings

CHECKLIST = """\
# Shop
- [ ] We live without the cache <!-- golive: failover.chaos -->
"""


def scenario(flag: Path, wait: str = "true", **changed: Any) -> dict[str, Any]:
    """A cache that is a file: it goes, and comes back."""
    steps = [
        {
            "name": "the cache goes",
            "argv": ["mv", str(flag), f"{flag}.gone"],
            "undo": ["mv", f"{flag}.gone", str(flag)],
        },
        {"name": "the shop lives", "argv": [wait], "within": 1},
    ]
    sound = {"name": "cache-down", "control": "failover.chaos", "expected": "it lives", "limit": 20, "steps": steps}
    return {"drill_scenario": sound | {"measure": {"interruption_seconds": "the shop lives"}} | changed}


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    found = tmp_path / "cache"
    found.touch()
    return found


def shop(tmp_path: Path, drills: list[dict[str, Any]]) -> Environment:
    checks = [{"drill": {"evidence_dir": str(tmp_path / "drills"), "controls": ["failover.chaos"]}}]
    hosts = {"web": LOCAL | {"golive_drills": drills, "golive_checks_drills": checks}, "db": dict(LOCAL)}
    return Environment(tmp_path).write(CHECKLIST, hosts)


def drill(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    playbook = [str(Path(sys.executable).parent / "ansible-playbook"), str(REPOSITORY / "playbooks" / "drill.yml")]
    return subprocess.run(
        [*playbook, "-i", str(environment.path / "hosts.yml"), *arguments],
        cwd=REPOSITORY,
        env=surroundings(ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_drill_is_planned_run_undone_and_believed(tmp_path: Path, flag: Path) -> None:
    environment = shop(tmp_path, [scenario(flag)])
    planned = drill(environment, "-e", "golive_drill=cache-down", "--check")
    assert planned.returncode == 0, planned.stdout
    assert f"undone by: mv {flag}.gone {flag}" in planned.stdout
    assert not (tmp_path / "drills").exists()
    assert environment.verify().status == 2
    ran = drill(environment, "-e", "golive_drill=cache-down")
    assert ran.returncode == 0, ran.stdout
    assert flag.exists()
    evidence = json.loads((tmp_path / "drills" / "cache-down.json").read_text())
    assert (evidence["status"], evidence["host"]) == ("pass", "web")
    assert evidence["measured"]["interruption_seconds"] < 1
    verified = environment.verify()
    assert verified.items == {"We live without the cache": "pass"}
    assert verified.status == 0


def test_a_drill_that_fails_is_undone_fails_the_run_and_fails_its_item(tmp_path: Path, flag: Path) -> None:
    environment = shop(tmp_path, [scenario(flag, wait="false")])
    ran = drill(environment, "-e", "golive_drill=all")
    assert ran.returncode == 2
    assert flag.exists()
    verified = environment.verify()
    assert verified.items == {"We live without the cache": "fail"}


@pytest.mark.parametrize(
    ("changed", "arguments", "said"),
    [
        ({}, [], "name the drills to run"),
        ({}, ["-e", "golive_drill=other"], "no host of all has a drill named other"),
        ({"control": "redis.tls"}, ["-e", "golive_drill=all"], "no drill proves redis.tls"),
        ({"measure": {"x": "y"}}, ["-e", "golive_drill=all"], "there is no step y"),
        ({"steps": []}, ["-e", "golive_drill=all"], "at least one step"),
        ({"limt": 3}, ["-e", "golive_drill=all"], "did you mean limit?"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, flag: Path, changed: dict[str, Any], arguments: list[str], said: str
) -> None:
    drills = [scenario(flag, **changed)]
    if "measure" not in changed:
        drills[0]["drill_scenario"].pop("measure")
    ran = drill(shop(tmp_path, drills), *arguments)
    assert ran.returncode != 0
    assert said in ran.stdout + ran.stderr
    assert flag.exists()
