# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of a suite are for, by their marks, and the results that they become."""

from __future__ import annotations

import difflib
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.controls import OWN, Control, control
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Evidence, Result, Status, worst
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.suite import Case, Ended, Story

VERIFIER = "testinfra"
# What a suite as a whole proves, and a test that is marked with an item and no control.
SUITE = "tests.infrastructure"
_MOST_LOOKS = 20
_LINE = 300


@dataclass(frozen=True, slots=True)
class Marks:
    """What marks may name here. items: the ids of the checklist's items; None where there is no checklist.

    catalogues: directories of other catalogues. named: the controls to prove, all if empty. selected: those that the
    run has left in; None for all. groups: what the host is called in testinfra_hosts, besides its name.
    """

    host: str
    groups: Collection[str]
    named: Sequence[str]
    selected: Collection[str] | None
    items: Collection[str] | None
    catalogues: Sequence[Path]

    def choose(self, cases: Sequence[Case]) -> tuple[list[int], list[str]]:
        """The tests to run, by number, and what is wrong with the marks of all of them."""
        here = [number for number, case in enumerate(cases) if self._is_for_this_host(case)]
        marked = [number for number in here if cases[number].controls or cases[number].items]
        problems = list(dict.fromkeys(wrong for number in marked for wrong in self._wrong(cases[number])))
        if not cases:
            problems.append("it has no tests")
        elif not here:
            problems.append(f"none of its {len(cases)} tests is for this host, says their testinfra_hosts")
        elif not marked:
            problems.append(f"none of its {len(here)} tests is marked with a control or an item, so they prove nothing")
        proven = {each for number in marked for each in cases[number].controls}
        problems += [
            f"no test is marked with {each}, which is to be proven" for each in self.named if each not in proven
        ]
        return [number for number in marked if self.spoken_of(cases[number])], problems

    def spoken_of(self, case: Case) -> list[tuple[Control, str]]:
        """What the test proves here: controls, and the id of an item where it speaks for that one alone."""
        names = case.controls or [SUITE]
        found = [self.control(name) for name in names if self._wanted(name) or not case.controls]
        return [(each, item) for each in found if each for item in (case.items or [""])]

    def _wanted(self, name: str) -> bool:
        return (not self.named or name in self.named) and (self.selected is None or name in self.selected)

    def control(self, name: str) -> Control | None:
        """A control of a catalogue."""
        return next((found for directory in (OWN, *self.catalogues) if (found := control(name, directory))), None)

    def _wrong(self, case: Case) -> Iterator[str]:
        for name in case.controls:
            if self.control(name) is None:
                yield f"{case.name} is marked with the control {name}, which no catalogue knows"
        for name in case.items:
            if self.items is not None and name not in self.items:
                near = difflib.get_close_matches(name, self.items, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield f"{case.name} is marked with the item {name}, which the checklist does not have{hint}"

    def _is_for_this_host(self, case: Case) -> bool:
        if case.hosts is None:
            return True
        called = {self.host, "all", *self.groups}
        patterns = [part for each in case.hosts for part in each.rpartition("://")[2].split(",")]
        return any(fnmatchcase(name, pattern or "all") for name in called for pattern in patterns)


def results(story: Story, marks: Marks) -> list[Result]:
    """A result for each thing that each test speaks of, and one for the suite."""
    made = [
        _result(story, marks.host, *subject, story.run[number], ended)
        for number, ended in sorted(story.ended.items())
        for subject in marks.spoken_of(story.run[number])
    ]
    suite = marks.control(SUITE)
    return [*made, _whole(story, marks.host, suite)] if suite and (made or story.problems) else made


def _result(story: Story, host: str, proven: Control, item: str, case: Case, ended: Ended) -> Result:
    status, message = Status(ended.status), shown(ended.message, 500)
    evidence = [_evidence(*story.looks[number]) for number in ended.looks[:_MOST_LOOKS]]
    return Result(
        control=proven.id,
        verifier=VERIFIER,
        host=host,
        target=f"{host} {shown(case.name, _LINE)}",
        vantage=HOST,
        status=status,
        severity=proven.severity,
        expected=shown(case.says, _LINE) or "the test passes",
        actual=shown(ended.detail, 4000, lines=True) or f"{status}; it ran {len(ended.looks)} commands",
        message=message,
        remediation="" if status is Status.PASS else proven.remediation,
        reproduce="\n".join(look.look for look in evidence),
        threshold_source="",
        item=item,
        started=min((look.at for look in evidence), default=time.time()),
        duration_ms=sum(look.ms for look in evidence) + int(ended.seconds * 1000),
        evidence=evidence,
    )


def _whole(story: Story, host: str, suite: Control) -> Result:
    """The suite itself: it passes only if all that it holds for this host was run and passed."""
    counted = Counter(ended.status for ended in story.ended.values())
    status = worst([*map(Status, counted), *([Status.ERROR] if story.problems else [])])
    evidence = [_evidence(*look) for look in story.looks[:_MOST_LOOKS]]
    told = [f"{number} of {len(story.run)} tests: {name}" for name, number in sorted(counted.items())]
    return Result(
        control=suite.id,
        verifier=VERIFIER,
        host=host,
        target=f"{host} the whole suite",
        vantage=HOST,
        status=status,
        severity=suite.severity,
        expected="every marked test runs to its end and passes",
        actual={"tests": dict(counted), "left out": story.left_out, "commands": len(story.looks)},
        message="" if status is Status.PASS else shown("; ".join([*story.problems, *told]), 1000),
        remediation="" if status is Status.PASS else suite.remediation,
        reproduce="\n".join(look.look for look in evidence),
        threshold_source="",
        started=min((look.at for look in evidence), default=time.time()),
        duration_ms=sum(look.ms for look in evidence) + int(sum(e.seconds for e in story.ended.values()) * 1000),
        evidence=evidence,
    )


def request(command: str, seconds: float) -> Request:
    """A command line of a test as a look. It is the user's own code, and as testinfra promises, a shell reads it."""
    return Request(HOST, {"kind": "command", "argv": ["/bin/sh", "-c", command], "timeout": seconds})


def _evidence(command: str, answer: Answer) -> Evidence:
    return Evidence(
        look=shown(request(command, 0).line, _LINE),
        vantage=HOST,
        at=float(answer.get("at", 0)),
        ms=int(answer.get("ms", 0)),
        outcome="value" if "value" in answer else str(answer.get("reason")),
        detail=shown(str(answer.get("detail", "")), 500),
    )


def shown(text: str, limit: int, lines: bool = False) -> str:
    """What a test or a host says, for a report: bounded, and with nothing that moves a terminal's cursor."""
    kept = text if len(text) <= limit else f"{text[: limit - 1]}…"
    clean = "".join(char if char.isprintable() or (lines and char == "\n") else " " for char in kept)
    return clean if lines else " ".join(clean.split())
