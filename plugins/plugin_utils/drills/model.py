# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill is made of: the steps that are planned, and what came of those that were taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import reproduce


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a drill, and how it is undone.

    It is as wanted when it ends with one of ok and its output holds matches. within: seconds for which it is repeated
    until it is as wanted, every so many seconds; 0 for once. timeout: seconds of one command. env_files: variables
    whose value is read on the host and shown to nobody.
    """

    name: str
    argv: Sequence[str]
    undo: Sequence[str] = ()
    ok: Sequence[int] = (0,)
    matches: str = ""
    within: float = 0
    every: float = 0.5
    timeout: float = 60
    user: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    env_files: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as the host takes it."""
        return asdict(self)

    @property
    def line(self) -> str:
        """What is run, and how it is undone, for the person who decides whether to run it."""
        given = {name: getattr(self, name) for name in ("user", "env_files") if getattr(self, name)}
        line = reproduce.line({"kind": "command", "argv": list(self.argv), **given})
        again = f", until it is so, for {self.within:g} s at most" if self.within else ""
        undo = f"; undone by: {reproduce.line({'kind': 'command', 'argv': list(self.undo)})}" if self.undo else ""
        return f"{self.name}: {line}{again}{undo}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one step. seconds: how long it took, with all its repetitions. problem: why it is not as wanted."""

    name: str
    at: float
    seconds: float
    tries: int
    exit: int | None
    output: str
    problem: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a drill on its host. aborted: why its last step was not reached. owed: what is not undone."""

    steps: Mapping[str, Taken]
    aborted: str
    owed: Sequence[str]

    @classmethod
    def parse(cls, text: Any) -> Outcome:
        """Read the answer of a host, which may be hostile or broken; ValueError when it is not one."""
        try:
            raw = json.loads(text)
            steps = [
                Taken(
                    str(each["name"]),
                    float(each["at"]),
                    int(each["ms"]) / 1000,
                    int(each["tries"]),
                    each["exit"],
                    str(each["output"]),
                    str(each["problem"]),
                )
                for each in raw["steps"]
            ]
            owed = [f"{each['name']}: {each['problem']}" for each in raw["undone"] + raw["cleaned"] if each["problem"]]
            return cls({step.name: step for step in steps}, str(raw["aborted"]), owed)
        except (KeyError, TypeError, AttributeError) as wrong:
            raise ValueError(f"not the outcome of a drill: {wrong!r}") from None

    def unable(self, planned: Sequence[Step]) -> str:
        """Why the last step could not even be run, which proves nothing; empty where it was. One that is repeated was
        given its time."""
        last = next(reversed([*self.steps.values()]), None)
        repeated = {step.name for step in planned if step.within}
        return last.problem if last and last.exit is None and last.name not in repeated else ""

    def problems(self) -> list[str]:
        """What went wrong, whatever the drill was for."""
        wrong = [f"{step.name}: {step.problem}" for step in self.steps.values() if step.problem]
        return ([self.aborted] if self.aborted else wrong) + [f"not undone: {each}" for each in self.owed]
