# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each question is asked once in a run, by however many at the same time, and again only if it ended by chance."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, HOST, Observer

LONG = 60.0


class Asking:
    """Counts how often it is asked; each of the answers is given once, the last of them for ever."""

    def __init__(self, *answers: Any) -> None:
        self.often = 0
        self._answers = list(answers)

    def __call__(self) -> Any:
        self.often += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, str(error)


@pytest.mark.parametrize("answer", [{"buckets": []}, None])
def test_an_answer_is_known_from_then_on(answer: Any) -> None:
    answered, asking = Answered(), Asking(answer)
    assert [answered.once("a", asking, Deadline(LONG)) for dummy in range(3)] == [answer] * 3
    assert asking.often == 1
    answered.once("b", asking, Deadline(LONG))
    Answered().once("a", asking, Deadline(LONG))
    assert asking.often == 3


@pytest.mark.parametrize(
    ("error", "often"),
    [
        (CannotLook("denied", "needs s3:GetBucketPolicy"), 1),
        (CannotLook("not_found", "NoSuchBucket"), 1),
        (CannotLook("malformed", "a page for people"), 1),
        (CannotLook("too_large", "many pages"), 1),
        (CannotLook("timeout", "throttled"), 2),
        (CannotLook("unreachable", "refused"), 2),
        (KeyError("Buckets"), 2),
    ],
)
def test_of_failures_those_that_would_not_pass_are_known(error: Exception, often: int) -> None:
    answered, asking = Answered(), Asking(error)
    found = [outcome(lambda: answered.once("a", asking, Deadline(LONG))) for dummy in range(2)]
    assert found == [(type(error).__name__, str(error))] * 2
    assert asking.often == often


def test_who_asks_at_the_same_time_waits_for_the_answer() -> None:
    answered, begun, free = Answered(), threading.Event(), threading.Event()
    asked = []

    def slow() -> str:
        asked.append(1)
        begun.set()
        free.wait(LONG)
        return "told"

    with ThreadPoolExecutor(8) as pool:
        several = [pool.submit(answered.once, "a", slow, Deadline(LONG)) for dummy in range(8)]
        begun.wait(LONG)
        free.set()
        assert [each.result(LONG) for each in several] == ["told"] * 8
    assert len(asked) == 1


def test_who_waited_for_what_failed_by_chance_asks_itself() -> None:
    answered, begun, free = Answered(), threading.Event(), threading.Event()

    def late() -> str:
        begun.set()
        free.wait(LONG)
        raise CannotLook("timeout", "no answer")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(outcome, lambda: answered.once("a", late, Deadline(LONG)))
        begun.wait(LONG)
        second = pool.submit(answered.once, "a", lambda: "told", Deadline(LONG))
        free.set()
        assert (first.result(LONG), second.result(LONG)) == (("CannotLook", "timeout: no answer"), "told")


def test_nobody_waits_longer_than_its_own_deadline() -> None:
    answered, begun, free = Answered(), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        free.wait(LONG)
        return "told"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(answered.once, "a", slow, Deadline(LONG))
        begun.wait(LONG)
        impatient = Asking("asked")
        with pytest.raises(CannotLook, match="timeout: no answer within 0 s"):
            answered.once("a", impatient, Deadline(0))
        free.set()
        assert (first.result(LONG), impatient.often) == ("told", 0)


def test_observers_of_one_run_share_and_others_do_not() -> None:
    answered = Answered()
    look = Observer(HOST, answered=answered)
    assert look.at(CONTROLLER).answered is look.unprivileged().answered is answered
    assert Observer(HOST).answered is not Observer(HOST).answered
