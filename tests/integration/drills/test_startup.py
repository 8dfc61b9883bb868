# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases that refuse to start without a variable, and those that do not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.action.drill_startup import ActionModule
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.drills.exercise import exercise

pytestmark = pytest.mark.timeout(60)
SECRET = "canary-3f9d2c"
RELEASE = """
import os, sys, time
print("starting with", dict(os.environ), flush=True)
for name in ("JWT_SECRET", "DATABASE_URL"):
    if not os.environ.get(name):
        {refuse}
time.sleep({runs})
"""
STRICT = "sys.exit(f'{name} is not set')"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    found = tmp_path / "release.env"
    found.write_text(f'# the release\nexport JWT_SECRET="{SECRET}"\nDATABASE_URL=postgresql://shop\nPORT=8000\n')
    return found


def start(tmp_path: Path, env_file: Path, refuse: str = STRICT, runs: str = "60", **options: Any) -> Verdict:
    release = tmp_path / "release.py"
    release.write_text(RELEASE.format(refuse=refuse, runs=runs))
    sound = {
        "argv": [sys.executable, str(release)],
        "env_file": str(env_file),
        "variables": ["JWT_SECRET", "DATABASE_URL"],
        "settle": 0.5,
        "max_exit_seconds": 2,
        "work_dir": str(tmp_path),
    }
    return exercise(ActionModule, **(sound | options))[0]


def test_a_release_that_names_what_is_missing_passes(tmp_path: Path, env_file: Path) -> None:
    verdict = start(tmp_path, env_file)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["ended"]["without JWT_SECRET"] == "exit status 1, named: True"
    assert SECRET not in json.dumps(verdict.actual)
    assert not (tmp_path / "golive-drill-tested").exists()


@pytest.mark.parametrize(
    ("refuse", "runs", "problem"),
    [
        ("pass", "60", "without JWT_SECRET it still ran after 2 s"),
        ("sys.exit(1)", "60", "did not say that JWT_SECRET is missing"),
        ("print(name); sys.exit(0)", "60", "without DATABASE_URL it ended as if all were well"),
        (STRICT, "0); sys.exit(3", "with all variables it ended with exit status 3"),
    ],
)
def test_any_other_release_fails(tmp_path: Path, env_file: Path, refuse: str, runs: str, problem: str) -> None:
    verdict = start(tmp_path, env_file, refuse, runs)
    assert verdict.status is Status.FAIL
    assert problem in verdict.message
    assert SECRET not in verdict.message


def test_a_replaced_variable_is_missed_as_well(tmp_path: Path, env_file: Path) -> None:
    assert start(tmp_path, env_file, env={"DATABASE_URL": "postgresql://drill"}).status is Status.PASS


def test_a_file_with_the_variables_can_be_handed_over(tmp_path: Path, env_file: Path) -> None:
    argv = ["sh", "-c", "grep -q JWT_SECRET $0 || { echo JWT_SECRET; exit 1; }; sleep 9", "{env_file}"]
    assert start(tmp_path, env_file, argv=argv, variables=["JWT_SECRET"]).status is Status.PASS


def test_a_variable_that_nobody_sets_cannot_be_missed(tmp_path: Path, env_file: Path) -> None:
    verdict = start(tmp_path, env_file, variables=["STRIPE_KEY"])
    assert verdict.status is Status.FAIL
    assert "does not set STRIPE_KEY" in verdict.message


@pytest.mark.parametrize("missing", [{"file": Path("/nowhere")}, {"argv": ["/nowhere/release"]}])
def test_what_is_not_there_never_passes(tmp_path: Path, env_file: Path, missing: dict[str, Any]) -> None:
    assert start(tmp_path, missing.pop("file", env_file), **missing).status is not Status.PASS


def test_a_place_with_quotes_is_refused(tmp_path: Path, env_file: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="without quotes"):
        start(tmp_path, env_file, work_dir="/tmp/it's")
