# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that binds a checklist, as a user runs it: preview, write, and never over a person's head."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.playbook import REPOSITORY, surroundings

CHECKLIST = """\
# Shop

## Cache
- [ ] Redis persistence configured (RDB + AOF)
- [ ] Redis is quick <!-- golive: human -->

## Team
- [ ] Everybody had a good breakfast
"""
MATCHER = """\
class Matcher:
    confidence = 0.5

    def __init__(self, controls):
        self.candidate = controls["team.trained"]

    def rank(self, questions):
        from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate

        return [[Candidate("team.trained", 1, 1.0, "it always is")] for dummy in questions]
"""


def bind(directory: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(REPOSITORY / "playbooks" / "bind.yml")]
    return subprocess.run(
        [*command, "-i", str(directory / "hosts.yml"), *arguments],
        cwd=REPOSITORY,
        env=surroundings() | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {cache-1: {}}}\n", encoding="utf-8")
    (tmp_path / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
    return tmp_path


def test_a_preview_shows_the_diff_and_writes_nothing(shop: Path) -> None:
    done = bind(shop, "--check", "--diff")
    assert done.returncode == 0, done.stdout
    assert "+- [ ] Redis persistence configured (RDB + AOF) <!-- golive: redis.persistence -->" in done.stdout
    assert (shop / "checklist.md").read_text(encoding="utf-8") == CHECKLIST


def test_what_is_certain_is_written_once_and_the_rest_is_left_to_a_person(shop: Path) -> None:
    done = bind(shop)
    assert "3 items: 1 decided before, 1 bound now, 1 left to you" in done.stdout
    assert "line 8: Everybody had a good breakfast" in done.stdout
    bound = (shop / "checklist.md").read_text(encoding="utf-8")
    expected = CHECKLIST.replace("(RDB + AOF)", "(RDB + AOF) <!-- golive: redis.persistence -->")
    assert bound == expected
    assert "nothing changes" in bind(shop).stdout
    assert (shop / "checklist.md").read_text(encoding="utf-8") == expected


def test_a_matcher_of_ones_own_is_used(shop: Path) -> None:
    (shop / "acme_matching.py").write_text(MATCHER, encoding="utf-8")
    done = bind(shop, "-e", "matcher=acme_matching.Matcher", PYTHONPATH=str(shop))
    assert done.returncode == 0, done.stdout
    assert (shop / "checklist.md").read_text(encoding="utf-8").count("golive: team.trained") == 2


def test_a_checklist_that_cannot_be_read_is_one_clear_line_and_stays_as_it_is(shop: Path) -> None:
    wrong = CHECKLIST.replace("human", "redis.persistance")
    (shop / "checklist.md").write_text(wrong, encoding="utf-8")
    done = bind(shop)
    assert done.returncode == 2
    assert "checklist.md:5: there is no control redis.persistance; did you mean redis.persistence?" in done.stdout
    assert (shop / "checklist.md").read_text(encoding="utf-8") == wrong
