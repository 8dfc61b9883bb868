# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove controls against recorded observations: a test states what is asked and answered; nothing else may be."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, _verdicts

Answers = Mapping[str, Any]


class Unexpected(BaseException):
    """A verifier asked for something that the test does not speak of."""


def prove(verifier: type[Verifier], control: str, options: Mapping[str, Any], answers: Answers) -> list[Verdict]:
    """The verdicts of one control, given the answer to each look by its line (see plugin_utils/reproduce.py).

    An answer is the value of the observation (a mapping as in OBSERVE's table), or a CannotLook; a pair of the two
    forms (value, milliseconds) sets how long the look took. NotAsked is raised.
    """
    name = "golive.verify." + verifier.__module__.rpartition(".")[2]
    want = interface(name).parse(options)
    subject = verifier.__new__(verifier)

    async def prover() -> Any:
        return await verifier.provers()[control](subject, Observer(want["from"], want.timeout), want)

    def answer(requests: Sequence[Request]) -> list[Answer]:
        return [_answer(request, answers) for request in requests]

    ((proof,), _calls) = engine.run([prover()], answer, answer)
    if isinstance(proof.error, NotAsked):
        raise proof.error
    return list(_verdicts(proof))


def status(verifier: type[Verifier], control: str, options: Mapping[str, Any], answers: Answers) -> Status:
    """The status of a control on which there is one verdict."""
    (verdict,) = prove(verifier, control, options, answers)
    return verdict.status


def _answer(request: Request, answers: Answers) -> Answer:
    if request.line not in answers:
        known = "\n  ".join(answers)
        raise Unexpected(f"unexpected look: {request.line}\nanswers are given for:\n  {known}")
    value, ms = answers[request.line], 1
    if isinstance(value, tuple):
        value, ms = value
    took = {"at": time.time(), "ms": ms}
    if isinstance(value, CannotLook):
        return {"reason": value.reason, "detail": value.detail, **took}
    return {"value": value, **took}
