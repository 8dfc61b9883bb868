# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""act: the module in a process of its own. What its steps do is tested beside module_utils/drilling."""

from __future__ import annotations

import json

import pytest

import ansible_collections.golive.verify.plugins.modules.act as module
from ansible_collections.golive.verify.plugins.module_utils.drilling import journal
from tests.unit.modules.driver import run

CANARY = "canary-5e0b"


@pytest.fixture
def act(tmp_path):
    place = str(tmp_path / "journals")
    (tmp_path / "journals").mkdir(mode=0o700)
    own = f"import {journal.__name__} as journal\njournal.directory = lambda: {place!r}"

    def done(**arguments):
        return run(module.__name__, tmp_path / "log", before=own, **arguments)

    return done


def test_check_mode_does_nothing(act, tmp_path):
    steps = [{"name": "flag", "argv": ["touch", str(tmp_path / "flag")]}]
    assert act(name="it", steps=steps, _ansible_check_mode=True)["changed"] is False
    assert not (tmp_path / "flag").exists()


def test_steps_are_taken_and_told_and_nothing_is_logged(act, tmp_path):
    answer = act(name="it", steps=[{"name": "say", "argv": ["echo", CANARY]}])
    assert answer["changed"] is True
    (step,) = json.loads(answer["outcome_json"])["steps"]
    assert (step["name"], step["output"], step["problem"]) == ("say", CANARY + "\n", "")
    assert not (tmp_path / "log").exists()


def test_without_a_name_only_what_is_left_is_undone(act):
    answer = act()
    assert answer["changed"] is False
    assert json.loads(answer["outcome_json"])["cleaned"] == []


def test_a_name_that_is_a_path_fails_in_one_line(act):
    answer = act(name="../x", steps=[])
    assert answer["failed"] is True
    assert "no name of a drill" in answer["msg"]
