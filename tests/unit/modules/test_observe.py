# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""observe: the module in a process of its own, as Ansible runs it, and once by Ansible itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import ansible_collections.golive.verify.plugins.modules.observe as module
from tests.unit.modules.driver import COLLECTIONS, ENVIRONMENT, run

CANARY = "canary-7d1f"


def observe(log, observations, check=False, **arguments):
    return run(module.__name__, log, observations=observations, _ansible_check_mode=check, **arguments)


def answers(log, observations, **arguments):
    result = observe(log, observations, **arguments)
    assert result["changed"] is False
    assert "failed" not in result
    return json.loads(result["answers_json"])


@pytest.mark.parametrize("check", [False, True])
def test_one_answer_for_each_question(tmp_path, check):
    (tmp_path / "x").write_text("text")
    seen = answers(
        tmp_path / "log",
        [
            {"kind": "file", "path": str(tmp_path / "x"), "content": True},
            {"kind": "command", "argv": ["echo", "x"], "timeout": 5},
            {"kind": "file", "path": str(tmp_path / "nothing")},
            {"kind": "nonsense"},
            {"kind": "mounts"},
            {"kind": "sockets"},
        ],
        check=check,
    )
    assert seen[0]["value"]["content"] == "text"
    assert seen[1]["value"] == {"exit": 0, "stdout": "x\n", "stderr": ""}
    assert [answer.get("reason") for answer in seen[2:4]] == ["not_found", "malformed"]
    assert seen[4]["value"]["mounts"]
    assert "sockets" in seen[5]["value"]
    assert all(answer["ms"] >= 0 and answer["at"] > 0 for answer in seen)


def test_the_hosts_log_does_not_learn_what_is_asked(tmp_path):
    asked = [{"kind": "command", "argv": ["true", CANARY], "env": {"PASSWORD": CANARY}}]
    assert answers(tmp_path / "log", asked)[0]["value"]["exit"] == 0
    assert not (tmp_path / "log").exists()


def test_that_test_would_see_a_module_that_tells_the_log(tmp_path):
    assert run("ansible.modules.ping", tmp_path / "log", data=CANARY)["ping"] == CANARY
    assert CANARY in (tmp_path / "log").read_text()


def test_the_whole_call_ends_at_its_deadline(tmp_path):
    hanging = {"kind": "command", "argv": ["sleep", "300"]}
    seen = answers(tmp_path / "log", [hanging, {"kind": "command", "argv": ["true"]}], deadline=0.5)
    assert [answer.get("reason") for answer in seen] == ["timeout", None]


def test_nothing_asked_is_nothing_answered(tmp_path):
    assert answers(tmp_path / "log", []) == []


def test_arguments_that_make_no_sense_fail_as_ansible_says_it(tmp_path):
    result = observe(tmp_path / "log", [], nonsense=1)
    assert result["failed"] is True
    assert "nonsense" in result["msg"]


def test_ansible_runs_it_also_in_check_mode(tmp_path):
    asked = {"observations": [{"kind": "command", "argv": ["echo", "x"]}, {"kind": "file", "path": "/nonexistent"}]}
    ansible_ = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-i", "localhost,", "-c", "local", "--check"]
    ran = subprocess.run(
        [*ansible_, "--one-line", "-m", "golive.verify.observe", "-a", json.dumps(asked)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **ENVIRONMENT,
            "HOME": str(tmp_path),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "LC_ALL": "C.UTF-8",
        },
        cwd=tmp_path,
    )
    assert " | SUCCESS => " in ran.stdout, ran.stderr
    result = json.loads(ran.stdout.split(" => ", 1)[1])
    seen = json.loads(result["answers_json"])
    assert seen[0]["value"]["stdout"] == "x\n"
    assert seen[1]["reason"] == "not_found"
