# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests ask of the host: collected while they run, asked in batches, known when they are run again.

A test that runs a command whose answer is not known ends there and then with Pending. When all tests of a round have
ended or are pending, all that they want is asked at once, and the pending ones are run again. A command is told from
another by its words and by how many times the same function (a test, or a fixture) has run it in one execution: so a
test that asks twice gets two answers, and what many tests ask is asked once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.interruptions import Key, Pending, Unseen

Answer = dict[str, Any]


@dataclass
class Frame:
    """One execution of a function: how often it ran which command, and the numbers of the answers that it got."""

    counts: Counter[str] = field(default_factory=Counter)
    looks: list[int] = field(default_factory=list)


@dataclass
class Attempt:
    """One execution of a test. pending: what it wants to know. unseen: why the host could not be asked.

    Both are kept here, because a test may swallow any exception.
    """

    pending: Key | None = None
    unseen: str = ""
    frame: Frame = field(default_factory=Frame)


class Questions:
    """Everything that is asked of the host. ask: gives one answer for each of the commands."""

    def __init__(self, ask: Callable[[Sequence[str]], Sequence[Answer]]) -> None:
        self._ask = ask
        self._known: dict[Key, tuple[int, Answer]] = {}
        self._wanted: dict[Key, None] = {}
        self._asked: set[Key] = set()
        self._frames: list[Frame] = []
        self._attempt: Attempt | None = None
        self._at_once = True

    @contextmanager
    def attempting(self, attempt: Attempt, at_once: bool) -> Iterator[None]:
        """Run a test. at_once: each of its commands is asked for itself, and the test never has to be run again."""
        self._attempt, self._at_once, self._frames = attempt, at_once, [attempt.frame]
        try:
            yield
        finally:
            self._attempt, self._at_once, self._frames = None, True, []

    @contextmanager
    def framed(self, frame: Frame) -> Iterator[None]:
        """Run a fixture, which may serve many tests."""
        self._frames.append(frame)
        try:
            yield
        finally:
            self._frames.pop()

    def answer(self, command: str) -> Answer:
        """What the host says to a command, as an observation's value; else Pending or Unseen is raised."""
        frame = self._frames[-1] if self._frames else Frame()
        frame.counts[command] += 1
        key = (command, frame.counts[command])
        self._asked.add(key)
        if key not in self._known:
            self._wanted[key] = None
            if not self._at_once:
                self._want(key)
            self._fetch()
        number, answer = self._known[key]
        frame.looks.append(number)
        if "value" not in answer:
            said = f"could not look ({answer.get('reason')}): {answer.get('detail')}"
            if self._attempt:
                self._attempt.unseen = said
            raise Unseen(said)
        value: Answer = answer["value"]
        return value

    def _want(self, key: Key) -> None:
        if self._attempt:
            self._attempt.pending = self._attempt.pending or key
        raise Pending(key)

    def begin_round(self) -> None:
        """Ask the host for all that is wanted, in one batch."""
        self._asked.clear()
        self._fetch()

    def strays(self, last: Attempt) -> bool:
        """Whether nobody asked again in this round for what the last attempt wanted: then its commands are never twice
        the same, and to run it again leads nowhere."""
        return last.pending is not None and last.pending not in self._asked

    def _fetch(self) -> None:
        wanted, self._wanted = list(self._wanted), {}
        if wanted:
            answers = self._ask([command for command, dummy in wanted])
            self._know(zip(wanted, answers, strict=True))

    def learn(self, known: Iterable[tuple[str, Answer]]) -> None:
        """Know what was asked before any test wanted it."""
        self._know(((command, 1), answer) for command, answer in known)

    def _know(self, answered: Iterable[tuple[Key, Answer]]) -> None:
        """Number the answers in the order in which they were asked, as the action plugin does."""
        for key, answer in answered:
            self._known[key] = (len(self._known), answer)
