# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a suite for one host in a process of its own: answer what it asks, cut it off when it hangs, lose no test."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.channel import VARIABLE, Channel, Closed, Message

# Seconds beyond its own limit after which a test that cannot be interrupted is given up, with the whole process.
_PATIENCE = 15.0
# Seconds that the process may take to end after its last test.
_FAREWELL = 5.0
_TAIL = 4000

# What testinfra's own modules ask of a host before anything else, and each in a chain: known while the suite starts, it
# spares it most of its rounds.
FORESEEN = (
    *("uname -s", "uname -m", "cat /etc/os-release", "test -d /run/systemd/system/", "realpath /sbin/init"),
    *("realpath /bin/ps", "test -e /bin/busybox"),
    *(f"command -v {tool}" for tool in ("command", "systemctl", "service", "ss", "ip", "sysctl")),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A test of the suite. says: what it proves, in the words of its author. hosts: those that its file is for."""

    name: str
    says: str
    controls: Sequence[str]
    items: Sequence[str]
    hosts: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a test ended: a Status, why, what pytest shows of it, the numbers of its looks, and seconds of its own."""

    status: str
    message: str
    detail: str = ""
    looks: Sequence[int] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Story:
    """What came of a suite. run: the tests that were to run, by number, and how each ended. looks: every command with
    its answer. problems: why it is not the whole suite."""

    run: dict[int, Case] = field(default_factory=dict)
    ended: dict[int, Ended] = field(default_factory=dict)
    looks: list[tuple[str, Answer]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: int = 0
    round_trips: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: of one execution of a test, and of the whole suite."""

    test: float
    suite: float


# Which of the tests are to run, and what is wrong with their marks.
Choose = Callable[[Sequence[Case]], tuple[Sequence[int], Sequence[str]]]
# Ask the host these commands, within so many seconds.
Ask = Callable[[Sequence[str], float], Sequence[Answer]]


def run(paths: Sequence[Path], host: str, limits: Limits, choose: Choose, ask: Ask) -> Story:
    """Run the suite to its end, or to that of its time."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        output, printed = os.pipe()
        process = subprocess.Popen(
            _command(paths, host),
            cwd=paths[0] if paths[0].is_dir() else paths[0].parent,
            env=_environment(theirs),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        os.close(printed)
        serving = _Serving(process, Channel(ours), output, limits, choose, ask)
        try:
            serving.serve()
        finally:
            _end(process)
            os.close(output)
    return serving.story


def _command(paths: Sequence[Path], host: str) -> list[str]:
    plugins = ("testinfra.plugin", f"{__package__}.inside", "no:cacheprovider")
    # What a team has set for its other runs (stop at the first failure, run in parallel) is not for this one.
    options = [*(word for name in plugins for word in ("-p", name)), "-o", "addopts=", "--tb=short", "--no-summary"]
    return [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        *options,
        f"--hosts=golive://{quote(host, safe='')}",
        *map(str, paths),
    ]


def _environment(end: socket.socket) -> Mapping[str, str]:
    # The directory that holds ansible_collections, through which Python finds this package without Ansible's help.
    collections = Path(sys.modules["ansible_collections.golive.verify"].__path__[0]).parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    path = os.pathsep.join(filter(None, (str(collections), kept.get("PYTHONPATH"))))
    # Plugins that merely happen to be installed would order, repeat or time tests in their own way, and take longer to
    # load than most suites to run.
    own = {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", VARIABLE: str(end.fileno())}
    return {**kept, **own}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process of the suite behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Serving:
    """One suite under way."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        channel: Channel,
        output: int,
        limits: Limits,
        choose: Choose,
        ask: Ask,
    ) -> None:
        self.story = Story()
        self._process, self._channel, self._output = process, channel, output
        self._limits, self._choose, self._ask = limits, choose, ask
        os.set_blocking(output, False)
        self._end = time.monotonic() + limits.suite
        self._give_up, self._why = self._end, f"the suite did not end within {limits.suite:g} s"
        self._collected = self._done = False
        self._running: int | None = None
        self._said = b""

    def serve(self) -> None:
        """Answer until the process is gone or has used up its time; then every test has ended in some way."""
        self._answer(FORESEEN)
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel.end, selectors.EVENT_READ)
            selector.register(self._output, selectors.EVENT_READ)
            why = self._talk(selector)
        if not self._collected:
            self.story.problems.append(f"the suite did not begin: {why}{_last_words(self._said)}")
        elif not self._done:
            self.story.problems.append(f"the suite was cut off: {why}")
        for number in self.story.run:
            said = f"{why} while this test ran" if number == self._running else f"it was not run to its end: {why}"
            self.story.ended.setdefault(number, Ended("error", said))

    def _talk(self, selector: selectors.BaseSelector) -> str:
        """Why it ended."""
        try:
            while True:
                ready = selector.select(max(0.0, self._give_up - time.monotonic()))
                # A process that never stops printing is always ready.
                if not ready or time.monotonic() > self._give_up:
                    return self._why
                for key, dummy in ready:
                    if key.fileobj is self._channel.end:
                        for message in self._channel.read():
                            self._hear(message)
                    elif not self._listen():
                        selector.unregister(key.fileobj)
        except Closed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_FAREWELL)
            while self._listen():
                pass
            return f"its process ended with status {self._process.returncode}"

    def _listen(self) -> bool:
        """Keep the end of what the process prints; false when there is no more."""
        try:
            block = os.read(self._output, _TAIL)
        except BlockingIOError:  # a process that the suite has left behind may hold it open
            return False
        self._said = (self._said + block)[-_TAIL:]
        return bool(block)

    def _hear(self, message: Message) -> None:
        if "ask" in message:
            answers = self._answer([str(command) for command in message["ask"]["commands"]])
            self._channel.send(ask={"answers": answers})
            self._be_patient()
        elif "collected" in message:
            self._collected = True
            self._choose_tests(message["collected"])
        elif "started" in message:
            self._running = message["started"]
            self._be_patient()
        elif "ended" in message:
            self._running = None
            self.story.ended[message["number"]] = Ended(**message["ended"])
        elif "done" in message:
            self._done = True
            self._give_up = min(self._end, time.monotonic() + _FAREWELL)

    def _answer(self, commands: Sequence[str]) -> Sequence[Answer]:
        answers = self._ask(commands, max(1.0, self._end - time.monotonic()))
        self.story.looks += zip(commands, answers, strict=True)
        self.story.round_trips += 1
        return answers

    def _be_patient(self) -> None:
        """From now on, whatever runs has the time of one test."""
        self._give_up = min(self._end, time.monotonic() + self._limits.test + _PATIENCE)
        self._why = f"the suite did not end within {self._limits.suite:g} s"
        if self._give_up < self._end:
            self._why = f"a test that could not be interrupted did not end within {self._limits.test:g} s"

    def _choose_tests(self, collected: Mapping[str, Any]) -> None:
        cases = [Case(**each) for each in collected["tests"]]
        chosen, problems = self._choose(cases)
        self.story.run = {number: cases[number] for number in chosen}
        self.story.left_out = len(cases) - len(chosen)
        self.story.problems += [*collected["problems"], *problems]
        told = {"run": list(chosen), "test_timeout": self._limits.test, "known": self.story.looks}
        self._channel.send(collected=told)


def _last_words(said: bytes) -> str:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {' | '.join(lines[-5:])}" if lines else ""
