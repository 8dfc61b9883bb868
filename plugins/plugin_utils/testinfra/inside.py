# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a suite: a plugin of pytest that runs the marked tests in rounds and tells the action plugin."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeVar
from urllib.parse import unquote

from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.backend import NAME, HostBackend
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.channel import VARIABLE, Channel
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.interruptions import Pending, TimedOut, Unseen
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.phases import ERROR, PASS, Phase, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.questions import (
    Answer,
    Attempt,
    Frame,
    Questions,
)

try:
    import pytest
    from testinfra.backend import BACKENDS
except ImportError:  # only the process of a suite has hooks
    pytest = None  # type: ignore[assignment]

F = TypeVar("F", bound=Callable[..., Any])
# The longest chain of commands of testinfra's own modules is shorter than ten. What is left then is asked one by one.
ROUNDS = 20
# Seconds that a test may take to end after it was told to.
GRACE = 5.0
MARKS = {
    "control": "control(id, ...): the controls of golive.verify that the test proves",
    "item": "item(id, ...): the items of the checklist that the test speaks for",
}


def hook(**options: Any) -> Callable[[F], F]:
    """Mark a hook of pytest."""
    return pytest.hookimpl(**options) if pytest else lambda function: function


def pytest_configure(config: Any) -> None:
    """Called by pytest, which was told to load this module: connect the suite with the action plugin."""
    for line in MARKS.values():
        config.addinivalue_line("markers", line)
    if VARIABLE in os.environ:
        channel = Channel(socket.socket(fileno=int(os.environ.pop(VARIABLE))))
        channel.end.set_inheritable(False)
        threading.Thread(target=_end_with, args=(channel.end,), daemon=True).start()
        BACKENDS[NAME] = f"{HostBackend.__module__}.{HostBackend.__name__}"
        config.pluginmanager.register(Rounds(channel))


def _end_with(end: socket.socket) -> None:
    """Outlive the action plugin by nothing: no test, and no process of a test, may hang on when nobody listens."""
    waiter = select.poll()
    waiter.register(end, 0)  # POLLHUP alone, which needs no asking for
    waiter.poll()
    os.killpg(os.getpgid(0), signal.SIGKILL)


class Rounds:
    """Runs the tests that the action plugin wants, again and again until none is pending."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._questions = HostBackend.questions = Questions(self._ask)
        self._problems: list[str] = []
        self._seconds = 60.0
        self._fixtures: dict[Any, Frame] = {}
        self._phases: list[Phase] = []
        self._attempt = Attempt()
        self._overrun = False

    def _ask(self, commands: Sequence[str]) -> Sequence[Answer]:
        left, dummy = signal.setitimer(signal.ITIMER_REAL, 0)  # what the host needs has limits of its own
        answers: Sequence[Answer] = self._channel.request("ask", commands=list(commands))["answers"]
        signal.setitimer(signal.ITIMER_REAL, left, GRACE if left else 0)
        return answers

    def pytest_collectreport(self, report: Any) -> None:
        """A file that cannot be read, or that skips itself, hides tests: that is told."""
        if not report.passed:
            how = "could not be collected" if report.failed else "skips itself as a whole"
            phase = Phase.of(report, None)
            said = (phase.text.strip() or phase.said).splitlines() or [""]
            self._problems.append(f"{report.nodeid or 'the suite'} {how}: {said[-1].removeprefix('E ').strip()}")

    def pytest_runtestloop(self, session: Any) -> bool:
        """Instead of pytest's own loop: rounds over what is pending."""
        here = unquote(session.config.option.hosts.rpartition("://")[2])
        told = self._channel.request(
            "collected", tests=[_described(item, here) for item in session.items], problems=self._problems
        )
        self._seconds = told["test_timeout"]
        self._questions.learn(told["known"])
        signal.signal(signal.SIGALRM, self._time_is_up)
        left = [Waiting(number, session.items[number]) for number in told["run"]]
        for at_once in (*[False] * ROUNDS, True):
            self._questions.begin_round()
            left = [
                test
                for test, nextitem in zip_longest(left, [test.item for test in left[1:]])
                if not self._ended(test, nextitem, at_once)
            ]
        self._channel.send(done=True)
        return True

    def _time_is_up(self, *_signal: Any) -> None:
        self._overrun = True
        raise TimedOut(f"it did not end within {self._seconds:g} s")

    def _ended(self, test: Waiting, nextitem: Any, at_once: bool) -> bool:
        """Run a test once, and tell how it ended; false where it has to be run again."""
        last, test.attempt = test.attempt, Attempt()
        self._attempt = test.attempt
        self._phases, self._overrun = [], False
        self._channel.send(started=test.number)
        started = time.monotonic()
        HostBackend.forget()
        with self._questions.attempting(test.attempt, at_once or test.strays):
            # pytest reports what is raised in a test; what is raised between two of its phases ends here.
            with suppress(TimedOut):
                signal.setitimer(signal.ITIMER_REAL, self._seconds, GRACE)
                test.item.config.hook.pytest_runtest_protocol(item=test.item, nextitem=nextitem)
                signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        test.strays = test.strays or self._questions.strays(last)
        if test.attempt.pending and not self._overrun:
            return False
        self._channel.send(number=test.number, ended={**self._end(test), "seconds": time.monotonic() - started})
        return True

    def _end(self, test: Waiting) -> dict[str, Any]:
        status, message, detail = verdict(self._phases)
        if self._overrun:
            status, message = ERROR, f"it did not end within {self._seconds:g} s"
        elif test.attempt.unseen:
            status, message, detail = ERROR, test.attempt.unseen, ""
        info = getattr(test.item, "_fixtureinfo", None)  # custom items have none
        made = [fixture for these in info.name2fixturedefs.values() for fixture in these] if info else []
        frames = [test.attempt.frame, *(self._fixtures[fixture] for fixture in made if fixture in self._fixtures)]
        looks = sorted({look for frame in frames for look in frame.looks})
        if status == PASS and not looks:
            status, message = ERROR, "no evidence: it passed without asking the host anything"
        return {"status": status, "message": message, "detail": detail, "looks": looks}

    @hook(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, Any]:
        """Keep what is reported of each phase, after marks as xfail have had their say."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        self._phases.append(Phase.of(report, error))
        # A fixture that serves many tests is interrupted once, and pytest raises the same again for each of them.
        if isinstance(error, Pending):
            self._attempt.pending = self._attempt.pending or error.key
        elif isinstance(error, Unseen):
            self._attempt.unseen = str(error)
        return report

    @hook(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        """What a fixture asks belongs to every test that uses it, also to those that find it made."""
        self._fixtures[fixturedef] = Frame()
        with self._questions.framed(self._fixtures[fixturedef]):
            return (yield)


@dataclass
class Waiting:
    """A test that has not ended. strays: it is no use to run it again, see Questions.strays()."""

    number: int
    item: Any
    attempt: Attempt = field(default_factory=Attempt)
    strays: bool = False


def _described(item: Any, here: str) -> dict[str, Any]:
    """What the action plugin has to know of a test. here: the host, which pytest names in each of them.

    hosts: those that its module is for, in testinfra's own words.
    """
    marked = {name: [str(each) for mark in item.iter_markers(name) for each in mark.args] for name in MARKS}
    documented = (getattr(item.obj, "__doc__", None) or "").strip().splitlines() if hasattr(item, "obj") else []
    hosts = getattr(getattr(item, "module", None), "testinfra_hosts", None)
    return {
        "name": item.nodeid.replace(f"[{here}]", "").replace(f"[{here}-", "["),
        "says": documented[0] if documented else "",
        "controls": list(dict.fromkeys(marked["control"])),
        "items": list(dict.fromkeys(marked["item"])),
        "hosts": None if hosts is None else [str(each) for each in hosts],
    }
