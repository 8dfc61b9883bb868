# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill is: an action plugin that plans steps, has them taken on the host, and leaves dated evidence."""

from __future__ import annotations

import getpass
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils.drills.evidence import DrillEvidence
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge

ACT = "golive.verify.act"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a drill showed: the evidence for people, numbers by name, and a sentence for each way in which it failed."""

    actual: Mapping[str, Any]
    problems: Sequence[str] = ()
    measured: Mapping[str, float] = field(default_factory=dict)


class Drill(ActionBase):
    """An active exercise. A subclass plans its steps, and says what their outcome shows."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def control(self, want: Wanted) -> str:
        """The control that it proves."""
        raise NotImplementedError

    def expected(self, want: Wanted) -> str:
        """What must hold, in words."""
        raise NotImplementedError

    def steps(self, want: Wanted) -> Sequence[Step]:
        """What is done on the host, in this order. It looks at nothing."""
        raise NotImplementedError

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        """What the outcome shows, beyond that all went as planned and was undone."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run this one drill, as a task of its own."""
        super().run(tmp, task_vars)
        kind = str(self._task.resolved_action)
        return self.exercise(kind, interface(kind).parse(self._task.args), task_vars or {})

    def exercise(self, kind: str, want: Wanted, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Show the plan in check mode; otherwise run the drill, judge it and keep the evidence."""
        steps = self.steps(want)
        _named_apart(steps)
        host = str(variables.get("inventory_hostname", "localhost"))
        plan = [f"on {host}, within {want.limit:g} s", *(step.line for step in steps)]
        if self._task.check_mode:
            return {"changed": False, "plan": plan, "msg": "\n".join(plan)}
        directory = Path(want.evidence_dir or Path(str(variables.get("inventory_dir") or ".")) / "drills")
        started = time.time()
        verdict, measured = self._verdict(want, steps, variables)
        evidence = DrillEvidence(
            drill=want.name,
            kind=kind.rpartition(".")[2],
            control=self.control(want),
            host=host,
            started=started,
            ended=time.time(),
            status=verdict.status.value,
            expected=verdict.expected,
            actual=verdict.actual,
            message=verdict.message,
            measured=measured,
            by=getpass.getuser(),
        )
        return {
            "changed": True,
            "failed": verdict.status is not Status.PASS,
            "msg": verdict.message or f"{want.name} went as it must",
            "verdict": verdict.status.value,
            "measured": dict(measured),
            "plan": plan,
            "evidence": str(evidence.write(directory)),
        }

    def _verdict(
        self, want: Wanted, steps: Sequence[Step], variables: Mapping[str, Any]
    ) -> tuple[Verdict, Mapping[str, float]]:
        """What came of it. Where nobody knows what came of it, an error: the host undoes it by itself."""
        arguments = {
            "name": want.name,
            "steps": [step.as_dict() for step in steps],
            "limit": want.limit,
            "abort_when": want.abort_when,
        }
        try:
            reply = self._execute_module(ACT, arguments, task_vars=dict(variables))
            outcome = Outcome.parse(reply.get("outcome_json") or _raise(str(reply.get("msg", "no answer"))))
        except (AnsibleError, ValueError) as failure:
            return Verdict(Status.ERROR, self.expected(want), None, f"the drill did not end: {failure}"), {}
        return self.judged(want, steps, outcome)

    def judged(self, want: Wanted, steps: Sequence[Step], outcome: Outcome) -> tuple[Verdict, Mapping[str, float]]:
        """The verdict on a drill that ended, and what it measured."""
        if unable := outcome.unable(steps):
            return Verdict(Status.ERROR, self.expected(want), None, "; ".join([unable, *outcome.problems()[1:]])), {}
        untold = [step.name for step in steps if step.name not in outcome.steps and not outcome.aborted]
        try:
            findings = Findings({}) if outcome.aborted or untold else self.findings(want, outcome)
        except (KeyError, ValueError) as wrong:
            untold = [f"what came of it: {wrong}"]
        if untold:
            said = f"the host does not tell: {', '.join(untold)}"
            return Verdict(Status.ERROR, self.expected(want), None, said[:500]), {}
        timed = {step.name: round(step.seconds, 1) for step in outcome.steps.values()}
        verdict = judge(
            expected=self.expected(want),
            actual={**findings.actual, "seconds": timed} if timed else None,
            problems=[*outcome.problems(), *findings.problems],
        )
        return verdict, findings.measured


def _raise(said: str) -> str:
    raise ValueError(said[:500])


def _named_apart(steps: Sequence[Step]) -> None:
    names = [step.name for step in steps]
    if not names or len(set(names)) != len(names):
        raise AnsibleActionFail("a drill has at least one step, and each has a name of its own")
