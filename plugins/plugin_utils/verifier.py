# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verifier is: an action plugin whose marked methods each prove one control, alone or in a list of checks."""

from __future__ import annotations

import difflib
import json
import math
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
from ansible_collections.golive.verify.plugins.plugin_utils.asked import EVERYTHING, Asked, Stated
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, Threshold
from ansible_collections.golive.verify.plugins.plugin_utils.host import HostTransport
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Interface, NotAsked, Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.questions import basis, question, where
from ansible_collections.golive.verify.plugins.plugin_utils.results import Result, Status, Verdict, plain, unseen, worst

Proven = Verdict | Sequence[Verdict]
Prover = Callable[[Any, Observer, Wanted], Awaitable[Proven]]
P = TypeVar("P", bound=Prover)
A = TypeVar("A", bound=ActionBase)
OWN = "golive.verify."
DEADLINE = 60.0  # seconds for one round of looks, where nobody says how many


def proves(control: str) -> Callable[[P], P]:
    """Mark the method of a verifier that proves this control.

    It takes an Observer and the Wanted options and gives one Verdict, or several on different subjects; none is an
    error. A CannotLook that it raises is the error of this control, and of no other.
    """

    def mark(method: P) -> P:
        method.control = control  # type: ignore[attr-defined]
        return method

    return mark


class Verifier(ActionBase):
    """Proves the controls of one system. A subclass has one method marked with proves() for each of them."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run this one check, as a task of its own."""
        super().run(tmp, task_vars)
        check = Check.of(self, str(self._task.resolved_action), self._task.args)
        deadline = max(DEADLINE, check.want.timeout or 0)
        return prove_all(self, [check], task_vars or {}, deadline=deadline).as_task_result()

    def target(self, want: Wanted) -> str:
        """What the check looks at, where that is not the inventory's host itself."""
        return ""

    @classmethod
    @cache
    def provers(cls) -> dict[str, Prover]:
        """The methods that prove something, by control, in the order of their definition."""
        methods = [getattr(cls, name) for base in reversed(cls.__mro__) for name in vars(base)]
        return {method.control: method for method in methods if hasattr(method, "control")}


@dataclass(frozen=True, slots=True)
class Check:
    """A verifier applied to one target with parameters. item: the one item that it is for; empty for all."""

    verifier: Verifier
    interface: Interface
    want: Wanted
    item: str = ""

    @classmethod
    def of(cls, verifier: Verifier, name: str, options: Mapping[str, Any]) -> Check:
        """Check the options of a verifier against its interface."""
        face = interface(name)
        check = cls(verifier, face, face.parse(options))
        for control in {*check.want.controls, *check.want.not_applicable}:
            if control not in face.controls:
                raise AnsibleActionFail(f"{name}: it does not prove {control}, but {', '.join(face.controls)}")
        for control, reason in check.want.not_applicable.items():
            if not str(reason).strip():
                raise AnsibleActionFail(f"{name}: not_applicable needs a reason for {control}")
        return check

    @property
    def name(self) -> str:
        """The verifier's name as users write it."""
        return self.interface.name.removeprefix(OWN)

    def controls(self, selected: Collection[str] | None) -> list[str]:
        """The controls to prove: those the check names, or all that the verifier can; of them, the selected ones."""
        named = self.want.controls or self.interface.controls
        return [control for control in named if selected is None or control in selected]


def load(action: ActionBase, entry: Any, where: str, item: str = "") -> Check:
    """Make a check of one entry of a list of checks: a verifier's name with its options. where: for the reader.
    item: the id of the one item of the checklist that it is for."""
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise AnsibleActionFail(f"{where} must be one verifier's name with its options, as in redis: {{port: 6379}}")
    ((name, options),) = entry.items()
    if not isinstance(options or {}, Mapping):
        raise AnsibleActionFail(f"{where} {name}: the options must be a mapping, not {type(options).__name__}")
    full = str(name) if "." in str(name) else OWN + str(name)
    found = _verifier_class(full)
    if found is None:
        near = difflib.get_close_matches(full, [OWN + known for known in verifier_names()], 1)
        hint = f"; did you mean {near[0].removeprefix(OWN)}?" if near else ""
        raise AnsibleActionFail(f"{where}: there is no verifier {name}{hint}")
    try:
        return replace(Check.of(within(found, action), full, options or {}), item=item)
    except AnsibleActionFail as wrong:
        raise AnsibleActionFail(f"{where}: {wrong.message}") from None


def within(plugin: type[A], action: ActionBase) -> A:
    """Another action plugin, in the place of one that runs: for the same task, on the same host."""
    placed: A = plugin(
        task=action._task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    return placed


@cache
def _verifier_class(name: str) -> type[Verifier] | None:
    found = action_loader.get(name, class_only=True)
    return found if isinstance(found, type) and issubclass(found, Verifier) else None


def verifier_names() -> list[str]:
    """The names of this collection's verifiers."""
    return sorted(path.stem for path in (Path(__file__).parents[1] / "action").glob("*.py"))


@dataclass(frozen=True, slots=True)
class Proofs:
    """What came of a list of checks on one host. failed: why not all of it could be run as it is written. questions: of
    each result, in their order, the digest of what it answers; empty where that cannot be told. needs: where
    nothing was looked at, what looking would have to be allowed. secrets: where some lie that should not."""

    results: list[Result]
    unasked: list[dict[str, str]]
    findings: list[str]
    round_trips: int
    unreachable: str
    failed: str = ""
    questions: list[str] = field(default_factory=list)
    needs: list[dict[str, Any]] | None = None
    secrets: list[str] = field(default_factory=list)

    def as_task_result(self) -> dict[str, Any]:
        """The task's result: a short summary, and the results as one JSON string, which costs Ansible little."""
        if self.needs is not None:
            return {"changed": False, "needs": self.needs}
        statuses = [result.status for result in self.results]
        answer: dict[str, Any] = {
            "changed": False,
            "verdict": worst(statuses).value,
            "summary": {status.value: statuses.count(status) for status in Status if status in statuses},
            "round_trips": self.round_trips,
            "checks_json": json.dumps([result.as_dict() for result in self.results], default=plain),
        }
        said = self.unreachable or self.failed
        return answer | ({"unreachable": True} if self.unreachable else {}) | ({"msg": said} if said else {})

    def as_outcome(self) -> dict[str, Any]:
        """What the run directory keeps of this host."""
        return {
            "results": [result.as_dict() for result in self.results],
            "unasked": self.unasked,
            "findings": self.findings,
            "secrets": self.secrets,
            "unreachable": self.unreachable,
            "failed": self.failed,
            "questions": self.questions,
            "needs": self.needs or [],
        }


def prove_all(
    action: ActionBase,
    checks: Sequence[Check],
    task_vars: Mapping[str, Any],
    asked: Asked = EVERYTHING,
    deadline: float = DEADLINE,
) -> Proofs:
    """Prove the controls of all checks, looking at the host as seldom as can be, and not for what was kept."""
    host = str(task_vars.get("inventory_hostname", "localhost"))
    transport = HostTransport(action, task_vars, deadline)
    tasks = [
        (_stated(check, control, asked.stated.get(control, {})), control)
        for check in checks
        for control in check.controls(asked.controls)
    ]
    posed = list(_posed(tasks, where(task_vars)))
    kept = {asks: asked.kept[asks] for asks in posed if asks in asked.kept}
    fresh = [(*task, asks) for task, asks in zip(tasks, posed, strict=True) if asks not in kept]
    answered = Answered()
    provers = [_prover(check, control, answered) for check, control, dummy in fresh]
    proofs, round_trips = engine.run(provers, transport, partial(engine.on_controller, seconds=deadline))
    answers = [(asks, Result.from_dict(each)) for asks, found in kept.items() for each in found]
    unasked: list[dict[str, str]] = []
    for (check, control, asks), proof in zip(fresh, proofs, strict=True):
        if isinstance(proof.error, NotAsked) and control not in check.want.controls:
            unasked.append({"control": control, "verifier": check.name, "host": host, "reason": str(proof.error)})
        else:
            answers += [(asks, each) for each in _results(check, check.interface.controls[control], host, proof)]
    findings = [lax for check, control in tasks for lax in _laxer(check, control, asked.stated.get(control, {}))]
    results, questions = [each for dummy, each in answers], [asks for asks, dummy in answers]
    return Proofs(results, unasked, findings, round_trips, transport.unreachable, questions=questions)


def _posed(tasks: Iterable[tuple[Check, str]], place: str) -> Iterator[str]:
    """The digest of each question, so that it is known when it is asked again."""
    known: dict[int, str] = {}
    for check, control in tasks:
        if id(check) not in known:
            known[id(check)] = basis(place, check.interface.name, check.want, check.item)
        yield question(known[id(check)], control)


def needed(checks: Sequence[Check], asked: Asked) -> Proofs:
    """What proving would have to be allowed: of each control that the checks speak of, with not one look being made."""
    tasks = [(check, control) for check in checks for control in check.controls(asked.controls)]
    answered = Answered()
    proofs, dummy = engine.run([_prover(*task, answered) for task in tasks], _refused, _refused)
    spoken = [task for task, proof in zip(tasks, proofs, strict=True) if not isinstance(proof.error, NotAsked)]
    return Proofs([], [], [], 0, "", needs=[_need(check, control) for check, control in spoken])


def _need(check: Check, control: str) -> dict[str, Any]:
    given = {name: value for name, value in check.want.items() if value is not None}
    return {
        "verifier": check.name,
        "control": control,
        "from": check.want["from"],
        "permissions": [
            permission.format_map(_Options(given)) for permission in check.interface.needs.get(control, ())
        ],
    }


class _Options(dict[str, Any]):
    """The options of a check, for the words of a permission; what is not given stays to be filled in."""

    def __missing__(self, name: str) -> str:
        return name.upper()


def _refused(requests: Sequence[Request]) -> Sequence[Answer]:
    return [{"reason": "denied", "detail": "nothing is looked at", "at": 0, "ms": 0} for dummy in requests]


def _stated(check: Check, control: str, stated: Mapping[str, Stated]) -> Check:
    """The check as the texts of the checklist want it for this control: over the defaults, under the inventory."""
    known = {name: each for name, each in stated.items() if name in check.interface.options}
    if not known:
        return check
    options, bounds = check.interface.options, check.interface.controls[control].thresholds
    values = {name: _typed(options[name], bounds[name].bound, each.value) for name, each in known.items()}
    origins = {name: f"text of line {each.line}: '{each.words}'" for name, each in known.items()}
    return replace(check, want=check.want.stating(values, origins))


def _typed(option: Mapping[str, Any], bound: str, value: float) -> float | int:
    """A threshold as the option wants it: where that is a whole number, rounded to the stricter side."""
    if option.get("type") != "int":
        return value
    return math.floor(value) if bound == "at_most" else math.ceil(value)


def _laxer(check: Check, control: str, stated: Mapping[str, Stated]) -> Iterator[str]:
    """A sentence for each threshold that the inventory sets laxer than the text of an item demands."""
    contradicted = {name: each for name, each in stated.items() if name in check.want.given}
    if not contradicted:
        return
    from ansible_collections.golive.verify.plugins.plugin_utils.binding.thresholds import laxer  # few hosts need it

    for name, each in contradicted.items():
        if sentence := laxer(check.interface.controls[control].thresholds[name], each.value, check.want[name]):
            yield f"{control}, line {each.line} of the checklist ('{each.words}'), {name}: {sentence}"


async def _declared(reason: str) -> Verdict:
    return Verdict(Status.NOT_APPLICABLE, "", None, reason)


def _prover(check: Check, control: str, answered: Answered) -> Coroutine[Any, Any, Any]:
    if control in check.want.not_applicable:
        return _declared(str(check.want.not_applicable[control]))

    async def prove() -> Proven:
        observer = Observer(check.want["from"], check.want.timeout, answered=answered)
        return await check.verifier.provers()[control](check.verifier, observer, check.want)

    return prove()


def _results(check: Check, control: Control, host: str, proof: engine.Proof) -> Iterable[Result]:
    evidence = list(proof.evidence.values())
    started = min((look.at for look in evidence), default=time.time())
    for verdict in _verdicts(proof):
        target = check.verifier.target(check.want) or host
        yield Result(
            control=control.id,
            verifier=check.name,
            host=host,
            target=f"{target} {verdict.subject}".strip(),
            vantage=check.want["from"],
            status=verdict.status,
            severity=verdict.severity or control.severity,
            expected=verdict.expected,
            actual=verdict.actual,
            message=verdict.message,
            remediation=control.remediation if verdict.status in (Status.FAIL, Status.ERROR) else "",
            reproduce="\n".join(dict.fromkeys(look.look for look in evidence)),
            threshold_source=_threshold_source(check, control),
            item=check.item,
            started=started,
            duration_ms=sum(look.ms for look in evidence),
            evidence=evidence,
        )


def _verdicts(proof: engine.Proof) -> Sequence[Verdict]:
    """The verdicts of a proof. No evidence, no pass: not one look that yielded a value means that nothing was seen."""
    if isinstance(proof.error, CannotLook):
        return [unseen(proof.error)]
    if proof.error is not None:
        return [Verdict(Status.ERROR, "", None, _explain(proof.error))]
    verdicts = [proof.value] if isinstance(proof.value, Verdict) else list(proof.value or ())
    if not verdicts:
        return [Verdict(Status.ERROR, "", None, "no evidence: there was nothing to judge")]
    seen = any(look.outcome == "value" for look in proof.evidence.values())
    if not seen and any(verdict.status is Status.PASS for verdict in verdicts):
        return [Verdict(Status.ERROR, "", None, "no evidence: it passed without one look that yielded a value")]
    return verdicts


def _explain(error: Exception) -> str:
    if isinstance(error, NotAsked):
        return f"cannot be proven: {error}"
    return f"the verifier failed: {type(error).__name__}: {error}; please report this"


def _threshold_source(check: Check, control: Control) -> str:
    def origin(name: str, threshold: Threshold) -> str:
        value = threshold.default if check.want[name] is None else check.want[name]
        return f"{name}={value} ({check.want.origin(name) or f'default: {threshold.source}'})"

    return "; ".join(origin(name, found) for name, found in control.thresholds.items() if name in check.want)
