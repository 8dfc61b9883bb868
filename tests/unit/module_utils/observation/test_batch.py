# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""batch: real commands and scripted kinds; whatever is asked, and however it ends, there is one answer for each."""

from __future__ import annotations

import json
import os
import threading
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import batch
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import REASONS, CannotLook


class Scripted:
    """A kind that waits and answers, and remembers how many looks it saw at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now = self.most = self.calls = 0

    def look(self, deadline, seconds=0.0, value=None):
        with self.lock:
            self.calls += 1
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(seconds)
        with self.lock:
            self.now -= 1
        return {"value": value, "left": deadline.left()}


@pytest.fixture
def kind(monkeypatch):
    """kind(cap=…, timeout=…, look=…) adds the kind "scripted"."""

    def add(look, cap=4, timeout=5, grouped=False):
        monkeypatch.setitem(batch.KINDS, "scripted", batch.Kind(look, cap, timeout, grouped))

    return add


def asked(**parameters):
    return dict(parameters, kind="scripted")


def reasons(answers):
    return [answer.get("reason") for answer in answers]


def test_answers_come_in_the_order_of_the_questions(tmp_path):
    (tmp_path / "x").write_text("text")
    slow = {"kind": "command", "argv": ["sh", "-c", "sleep 0.3; echo slow"]}
    answers = batch.run(
        [
            slow,
            {"kind": "file", "path": str(tmp_path / "x"), "content": True},
            {"kind": "command", "argv": ["echo", "fast"]},
            {"kind": "file", "path": str(tmp_path / "nothing")},
            {"kind": "command", "argv": ["no-such-tool"]},
            {"kind": "glob", "pattern": str(tmp_path / "*")},
        ],
        10,
    )
    assert answers[0]["value"]["stdout"] == "slow\n"
    assert answers[1]["value"]["content"] == "text"
    assert answers[2]["value"]["stdout"] == "fast\n"
    assert reasons(answers[3:5]) == ["not_found", "missing_tool"]
    assert len(answers[5]["value"]["files"]) == 1
    assert answers[0]["ms"] >= 300 > answers[2]["ms"]
    assert all(abs(answer["at"] - time.time()) < 10 for answer in answers)
    json.dumps(answers)


def test_nothing_asked_is_nothing_answered():
    assert batch.run([], 1) == []


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "no-such-kind"},
        {"kind": None},
        {"kind": ["file"]},
        {"kind": {}},
        {},
        {"kind": "file"},
        {"kind": "file", "path": "/etc/passwd", "nonsense": 1},
        {"kind": "file", "path": 7.5},
        {"kind": "file", "path": "a\0b"},
        {"kind": "file", "path": "/etc/passwd", "timeout": "soon"},
        {"kind": "file", "path": "/etc/passwd", "deadline": 9},
        {"kind": "command", "argv": []},
        {"kind": "command", "argv": "echo x"},
        {"kind": "command", "argv": ["echo", "a\0b"]},
        {"kind": "command"},
        {"kind": "unit"},
        {"kind": "unit", "name": "a b"},
        {"kind": "sockets", "x": 1},
    ],
)
def test_a_question_that_makes_no_sense_is_malformed_and_hurts_no_other(request_):
    good = {"kind": "command", "argv": ["echo", "x"]}
    answers = batch.run([good, request_, good], 10)
    assert reasons(answers)[::2] == [None, None]
    # Where there is no systemd, that is what a question about units hears.
    expected = ("malformed", "missing_tool", "unreachable") if request_.get("kind") == "unit" else ("malformed",)
    assert answers[1]["reason"] in expected
    assert answers[1]["detail"]


@pytest.mark.parametrize("cap", [1, 3])
def test_no_more_than_the_cap_at_once(kind, cap):
    script = Scripted()
    kind(script.look, cap=cap)
    answers = batch.run([asked(seconds=0.05, value=n) for n in range(9)], 10)
    assert [answer["value"]["value"] for answer in answers] == list(range(9))
    assert script.most == cap


def test_different_kinds_do_not_wait_for_each_other(kind):
    kind(Scripted().look, cap=1)
    begun = time.monotonic()
    answers = batch.run([asked(seconds=3), {"kind": "command", "argv": ["sleep", "3"]}], 30)
    assert reasons(answers) == [None, None]
    assert time.monotonic() - begun < 5.8


def test_each_look_has_its_own_deadline(kind):
    kind(Scripted().look, timeout=5)
    default, own, whole = batch.run([asked(), asked(timeout=2), asked(timeout=100)], 10)
    assert 4 < default["value"]["left"] <= 5
    assert 1 < own["value"]["left"] <= 2
    assert 9 < whole["value"]["left"] <= 10


def test_when_the_whole_deadline_passes_nothing_is_lost(kind, tmp_path):
    script = Scripted()
    kind(script.look, cap=2)
    stuck = [asked(seconds=0.05, value=1), *[asked(seconds=60) for dummy in range(6)]]
    command = {"kind": "command", "argv": ["sh", "-c", "echo $$ > %s/pid; sleep 300" % tmp_path]}
    begun = time.monotonic()
    answers = batch.run([*stuck, command, {"kind": "command", "argv": ["true"]}], 0.6)
    assert time.monotonic() - begun < 30
    assert reasons(answers) == [None, *["timeout"] * 7, None]
    assert all(answer["detail"] for answer in answers[1:8])
    assert script.calls <= 3
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_one_command_that_hangs_holds_up_no_other():
    hanging = {"kind": "command", "argv": ["sleep", "300"], "timeout": 0.3}
    answers = batch.run([hanging] + [{"kind": "command", "argv": ["true"]}] * 20, 10)
    assert reasons(answers) == ["timeout", *[None] * 20]


def test_a_grouped_kind_is_asked_once_for_all(kind):
    groups = []

    def look(_deadline, wanted):
        groups.append(wanted)
        return [CannotLook("denied", "no") if want["n"] == 1 else {"n": want["n"]} for want in wanted]

    kind(look, cap=1, grouped=True)
    answers = batch.run([asked(n=0), {"kind": "command", "argv": ["true"]}, asked(n=1), asked(n=2, timeout=3)], 10)
    assert groups == [[{"n": 0}, {"n": 1}, {"n": 2}]]
    assert [answers[0]["value"], answers[3]["value"]] == [{"n": 0}, {"n": 2}]
    assert (answers[2]["reason"], answers[2]["detail"]) == ("denied", "no")


def test_a_grouped_kind_that_cannot_look_says_so_for_all(kind):
    def look(_deadline, _wanted):
        raise CannotLook("missing_tool", "no systemctl")

    kind(look, grouped=True)
    assert reasons(batch.run([asked(n=0), asked(n=1)], 10)) == ["missing_tool", "missing_tool"]


def test_a_grouped_kind_that_answers_too_little_loses_nothing(kind):
    kind(lambda _deadline, _wanted: [{}], grouped=True)
    answers = batch.run([asked(n=0), asked(n=1)], 2)
    assert reasons(answers) == ["malformed", "malformed"]


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RecursionError(), MemoryError(), OSError(5, "I/O")])
def test_whatever_goes_wrong_is_an_answer(kind, error):
    def look(_deadline):
        raise error

    kind(look)
    (answer,) = batch.run([asked()], 5)
    assert answer["reason"] in REASONS
    assert answer["detail"]


def test_file_names_that_are_no_text_can_be_written_down(tmp_path):
    with open(str(tmp_path).encode() + b"/\xff.pem", "wb"):
        pass
    (answer,) = batch.run([{"kind": "glob", "pattern": str(tmp_path / "*.pem")}], 5)
    json.dumps(answer, ensure_ascii=False).encode()
    assert len(answer["value"]["files"]) == 1


def test_a_value_that_is_no_data_is_malformed(kind):
    kind(lambda _deadline: {"x": object()})
    assert reasons(batch.run([asked()], 5)) == ["malformed"]


def test_who_must_become_whom_is_not_the_kinds_business(tmp_path):
    assert reasons(batch.run([{"kind": "file", "path": str(tmp_path), "become": True}], 5)) == [None]
