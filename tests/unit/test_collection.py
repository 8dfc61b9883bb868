# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the metadata says of the collection agrees with what lies in it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = REPOSITORY / "requirements"
REQUIRED_TAGS = {
    "application", "cloud", "database", "infrastructure", "linux", "monitoring", "networking", "security", "storage",
    "tools", "windows",
}  # fmt: skip


def load(name: str):
    return yaml.safe_load((REPOSITORY / name).read_text(encoding="utf-8"))


def requirements(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_galaxy_accepts_name_tags_and_dependencies():
    galaxy = load("galaxy.yml")
    assert galaxy["namespace"] == "golive"
    assert galaxy["name"] == "verify"
    assert REQUIRED_TAGS & set(galaxy["tags"])
    assert len(galaxy["tags"]) <= 20
    assert galaxy["dependencies"] == {}


def test_execution_environment_needs_what_the_verifiers_need():
    declared = load("meta/execution-environment.yml")["dependencies"]
    for area in ("core", "aws", "kubernetes", "data", "history"):
        assert requirements(REQUIREMENTS / f"{area}.in") <= requirements(REPOSITORY / declared["python"])
    assert (REPOSITORY / declared["system"]).is_file()


def test_every_requirement_is_pinned_with_hashes_and_names_no_registry():
    for wanted in REQUIREMENTS.glob("*.in"):
        pinned = wanted.with_suffix(".txt").read_text(encoding="utf-8")
        names = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==.+$", pinned, re.MULTILINE)
        blocks = re.findall(r"^[a-z0-9].*==.+\\\n    --hash=sha256:[0-9a-f]{64}", pinned, re.MULTILINE)
        assert names, wanted
        assert len(names) == len(blocks), wanted
        assert not re.search(r"https?:|--(extra-)?index-url|--find-links|\bfile:", pinned), wanted


def test_all_requirements_agree_on_one_version():
    seen: dict[tuple[str, str], str] = {}
    for path in REQUIREMENTS.glob("*.txt"):
        if path.stem.startswith(("ansible-", "hosts-python")):
            continue
        for name, version, marker in re.findall(
            r"^([\w.-]+)==([^ ]+)( ;[^\\]*)?", path.read_text(encoding="utf-8"), re.M
        ):
            assert seen.setdefault((name, marker.strip()), version) == version, name


def test_every_python_file_of_the_plugins_names_its_license():
    for path in (REPOSITORY / "plugins").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not text or "SPDX-License-Identifier: GPL-3.0-or-later" in text[:400], path
