# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user gets from Ansible Galaxy: the built artifact, installed into an empty place, works from there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent


def ansible(command: str, *arguments: str | Path, cwd: Path, **environment: str) -> str:
    """Run an Ansible command away from this clone and its ansible.cfg; return its output."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHONPATH"))}
    kept |= {"ANSIBLE_HOME": str(cwd / ".ansible"), "ANSIBLE_NOCOLOR": "1", **environment}
    done = subprocess.run(
        [BIN / command, *arguments], cwd=cwd, env=kept, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("build")
    ansible("ansible-galaxy", "collection", "build", REPOSITORY, "--output-path", place, cwd=place)
    [built] = place.glob("golive-verify-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def installed(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("user")
    ansible("ansible-galaxy", "collection", "install", artifact, "--collections-path", place, "--offline", cwd=place)
    return place


def test_artifact_holds_what_users_need_and_nothing_else(artifact: Path) -> None:
    with tarfile.open(artifact) as tar:
        top = {re.split("/", name, maxsplit=1)[0] for name in tar.getnames()}
    needed = {"CHANGELOG.md", "LICENSE", "README.md", "docs", "inventories", "meta", "playbooks", "plugins", "roles"}
    also = {"ARCHITECTURE.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md", "changelogs", "requirements"}
    assert needed <= top
    assert top <= needed | also | {"FILES.json", "MANIFEST.json"}


def test_artifact_holds_no_file_that_a_tool_made(artifact: Path) -> None:
    with tarfile.open(artifact) as tar:
        names = tar.getnames()
    generated = re.compile(r"(^|/)(__pycache__|\.\w+_cache|_build|collections|runs|output)(/|$)|\.(pyc|retry|log)$")
    assert [name for name in names if generated.search(name)] == []


def test_playbook_is_found_by_its_qualified_name(installed: Path) -> None:
    inventory = installed / "hosts.yml"
    inventory.write_text("all: {hosts: {one: {ansible_connection: local}}}\n", encoding="utf-8")
    out = ansible(
        "ansible-playbook", "golive.verify.verify_prod", "--syntax-check", "-i", inventory,
        cwd=installed, ANSIBLE_COLLECTIONS_PATH=str(installed),
    )  # fmt: skip
    assert str(installed / "ansible_collections/golive/verify/playbooks/verify_prod.yml") in out


def test_plugins_document_themselves_from_there(installed: Path) -> None:
    listed = ansible("ansible-doc", "--list", "golive.verify", cwd=installed, ANSIBLE_COLLECTIONS_PATH=str(installed))
    modules = {path.stem for path in (REPOSITORY / "plugins" / "modules").glob("[!_]*.py")}
    assert {line.split()[0].removeprefix("golive.verify.") for line in listed.splitlines()} == modules
