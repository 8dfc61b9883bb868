# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CONTRIBUTING promises: the template of a verifier is complete, and its tests pass at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.playbook import REPOSITORY

COPIED = (
    "plugins",
    "meta",
    "galaxy.yml",
    "pyproject.toml",
    "ansible.cfg",
    "tests/conftest.py",
    "tests/__init__.py",
    "tests/unit",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    for name in COPIED:
        source, target = REPOSITORY / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return root


def run(clone: Path, *command: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
    return subprocess.run(command, cwd=clone, env=own, capture_output=True, text=True, timeout=120, check=False)


def new_verifier(clone: Path, name: str, control: str) -> subprocess.CompletedProcess[str]:
    return run(clone, sys.executable, str(REPOSITORY / ".ci" / "new_verifier.py"), name, control, str(clone))


def test_a_generated_verifier_is_complete_and_its_tests_pass(clone: Path) -> None:
    made = new_verifier(clone, "motd", "host.motd_set")
    assert made.returncode == 0, made.stderr
    assert len(made.stdout.splitlines()) == 4
    tests = run(
        clone, sys.executable, "-m", "pytest", "-q", "tests/unit/action/test_motd.py", "tests/unit/test_verifiers.py"
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    rendered = run(clone, str(Path(sys.executable).parent / "ansible-doc"), "golive.verify.motd")
    assert rendered.returncode == 0, rendered.stderr
    assert "max_bytes" in rendered.stdout


def test_nothing_is_overwritten_and_bad_names_are_refused(clone: Path) -> None:
    assert new_verifier(clone, "http", "http.other").returncode != 0
    assert new_verifier(clone, "other", "http.health").returncode != 0
    assert "usage: make verifier" in new_verifier(clone, "Other", "nodot").stderr
