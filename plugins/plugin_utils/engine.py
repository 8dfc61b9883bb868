# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run many provers side by side: collect what they wait for, look at it all in one batch, feed the answers back.

A prover is a coroutine that proves one control. It never looks by itself: it awaits looks (see look.py), and the engine
sends the looks of all provers of a host in as few batches as their longest chain of questions needs (the DataLoader
pattern). The same look, asked by several provers, is made once a run.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation import batch
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Evidence

Batch = Sequence[Request]
Transport = Callable[[Batch], Sequence[Answer]]


@dataclass
class Proof:
    """One prover under way, and in the end what it gave back or raised, with every look that it made, by key."""

    prover: Coroutine[Any, Any, Any]
    value: Any = None
    error: Exception | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def advance(self, answers: Sequence[Answer] | None) -> None:
        """Give the prover its answers and let it run until it asks again or ends."""
        self.asked = []
        try:
            self.asked = self.prover.send(answers)
        except StopIteration as stop:
            self.value = stop.value
        except Exception as error:  # noqa: BLE001 - a prover that breaks costs its own control, never another's
            self.error = error


def run(
    provers: Iterable[Coroutine[Any, Any, Any]], host: Transport, controller: Transport | None = None
) -> tuple[list[Proof], int]:
    """Run the provers to their ends; answer their proofs, in order, and how often the host was called.

    controller: answers the looks from outside; without it they are made from here.
    """
    proofs = [Proof(prover) for prover in provers]
    known: dict[str, Answer] = {}
    calls = 0
    for proof in proofs:
        proof.advance(None)
    while waiting := [proof for proof in proofs if proof.asked]:
        new = {request.key: request for proof in waiting for request in proof.asked if request.key not in known}
        calls += _look(new, known, host, controller or on_controller)
        for proof in waiting:
            # Who asks again for what is known must not fall a call behind those who ask for something new.
            while proof.asked and all(request.key in known for request in proof.asked):
                answers = [known[request.key] for request in proof.asked]
                proof.evidence.update({r.key: _evidence(r, a) for r, a in zip(proof.asked, answers, strict=True)})
                proof.advance(answers)
    return proofs, calls


def _look(new: dict[str, Request], known: dict[str, Answer], host: Transport, controller: Transport) -> int:
    """Make the new looks, the host's and the controller's at the same time; tell how often the host was called."""
    outside = [request for request in new.values() if request.vantage == CONTROLLER]
    inside = [request for request in new.values() if request.vantage != CONTROLLER]
    calls = [part for part in (_like(inside, False), _like(inside, True)) if part]
    with ThreadPoolExecutor(max_workers=1) as pool:
        from_outside = pool.submit(controller, outside)
        for part in calls:
            known.update(zip((request.key for request in part), host(part), strict=True))
        known.update(zip((request.key for request in outside), from_outside.result(), strict=True))
    return len(calls)


def _like(requests: Batch, unprivileged: bool) -> list[Request]:
    return [request for request in requests if request.unprivileged is unprivileged]


def on_controller(requests: Batch, seconds: float = 60) -> Sequence[Answer]:
    """Make looks from the controller: the primitives that hosts have, and calls of libraries that hosts lack."""
    asked = [{**request.params, **({"function": request.call} if request.call else {})} for request in requests]
    answers: Sequence[Answer] = batch.run(asked, seconds, _KINDS)
    return answers


def _call(deadline: Any, function: Callable[[], Any], line: str, reading: str = "") -> Any:
    return function()


_KINDS = {**batch.KINDS, "call": batch.Kind(_call, cap=16, timeout=15, travels=False)}


def _evidence(request: Request, answer: Answer) -> Evidence:
    return Evidence(
        look=request.line,
        vantage=request.vantage,
        at=float(answer.get("at", 0)),
        ms=int(answer.get("ms", 0)),
        outcome="value" if "value" in answer else str(answer.get("reason")),
        detail=str(answer.get("detail", ""))[:500],
    )
