# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: as few calls as the longest chain of questions, each question once, every failure its own control's."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import (
    CONTROLLER,
    HOST,
    Answer,
    Observer,
    Request,
    attempt,
    present,
    together,
)

LOOK = Observer(HOST)
COMMAND = {"exit": 0, "stdout": "said", "stderr": ""}


class Host:
    """Answers every command with its name, and remembers each batch."""

    def __init__(self, **answers: Answer) -> None:
        self.batches: list[list[str]] = []
        self.answers = answers

    def __call__(self, requests: Sequence[Request]) -> list[Answer]:
        self.batches.append([request.line for request in requests])
        return [
            {**self.answers.get(request.line, {"value": COMMAND | {"stdout": request.line}}), **TOOK}
            for request in requests
        ]


TOOK = {"at": 1.0, "ms": 2}


async def says(*argv: str) -> str:
    return (await LOOK.command(argv)).stdout


async def chain(*names: str) -> str:
    said = ""
    for name in names:
        said += await says(name)
    return said


def values(proofs: Sequence[engine.Proof]) -> list[Any]:
    return [proof.value for proof in proofs]


def test_looks_of_all_provers_travel_in_one_batch() -> None:
    host = Host()
    proofs, calls = engine.run([says(f"tool{n}") for n in range(200)], host)
    assert calls == 1
    assert len(host.batches[0]) == 200
    assert values(proofs)[-1] == "tool199"


def test_the_longest_chain_of_questions_decides_the_number_of_calls() -> None:
    host = Host()
    proofs, calls = engine.run([says("a"), chain("b", "c", "d"), chain("e", "f")], host)
    assert calls == 3
    assert host.batches == [["a", "b", "e"], ["c", "f"], ["d"]]
    assert values(proofs) == ["a", "bcd", "ef"]


def test_the_same_look_is_made_once() -> None:
    host = Host()
    proofs, calls = engine.run([says("a"), says("a"), chain("b", "a")], host)
    assert (calls, host.batches) == (1, [["a", "b"]])
    assert values(proofs) == ["a", "a", "ba"]


def test_together_asks_side_by_side_even_in_unequal_chains() -> None:
    async def prover() -> list[str]:
        return await together(chain("a", "b", "c"), says("d"), together(says("e"), chain("f", "g")))

    host = Host()
    (proof,), calls = engine.run([prover()], host)
    assert calls == 3
    assert proof.value == ["abc", "d", ["e", "fg"]]


def test_what_cannot_be_read_costs_only_who_needs_it() -> None:
    async def bug() -> float:
        return len(await says("a")) / 0

    host = Host(broken={"reason": "denied", "detail": "sudo"})
    (good, bad, bugged), _calls = engine.run([says("a"), chain("a", "broken"), bug()], host)
    assert good.value == "a"
    assert isinstance(bad.error, CannotLook)
    assert bad.error.reason == "denied"
    assert [look.outcome for look in bad.evidence.values()] == ["value", "denied"]
    assert isinstance(bugged.error, ZeroDivisionError)


def test_a_cannot_look_can_be_caught_in_one_strand_of_together() -> None:
    async def prover() -> list[Any]:
        return await together(attempt(says("broken")), says("a"), present(says("absent")))

    host = Host(broken={"reason": "denied", "detail": "sudo"}, absent={"reason": "not_found", "detail": "no"})
    (proof,), _calls = engine.run([prover()], host)
    denied, said, absent = proof.value
    assert (denied.reason, said, absent) == ("denied", "a", None)


def test_where_one_strand_breaks_no_other_is_left_lying(recwarn: pytest.WarningsRecorder) -> None:
    async def broken() -> None:
        raise CannotLook("malformed", "x")

    async def within(part: Awaitable[str]) -> list[str]:
        return await together(part, says("b"))

    async def prover() -> list[Any]:
        return await together(broken(), within(says("a")))

    (proof,), calls = engine.run([prover()], Host())
    gc.collect()
    assert (str(proof.error), calls, [str(each.message) for each in recwarn]) == ("malformed: x", 0, [])


def test_privileges_batch_apart_only_where_a_look_insists() -> None:
    async def unprivileged() -> str:
        return (await LOOK.unprivileged().command(["u"])).stdout

    host = Host()
    _proofs, calls = engine.run([says("a"), says("b"), unprivileged()], host)
    assert (calls, host.batches) == (2, [["a", "b"], ["u"]])


def test_a_controller_look_needs_no_call_of_the_host() -> None:
    async def outside() -> int:
        return await Observer(CONTROLLER).call("add 1 1", lambda: 1 + 1)

    (proof,), calls = engine.run([outside()], Host())
    assert (proof.value, calls) == (2, 0)


def test_a_library_that_hangs_is_a_timeout_and_one_that_breaks_is_malformed() -> None:
    requests = [
        Request(CONTROLLER, {"kind": "call", "line": "hang"}, call=lambda: time.sleep(30)),
        Request(CONTROLLER, {"kind": "call", "line": "break"}, call=lambda: int("x")),
    ]
    hang, broken = engine.on_controller(requests, seconds=0.3)
    assert hang["reason"] == "timeout"
    assert broken["reason"] == "malformed"


def test_an_answer_of_the_wrong_shape_is_malformed() -> None:
    host = Host(a={"value": {"exit": "zero"}})
    (proof,), _calls = engine.run([says("a")], host)
    assert isinstance(proof.error, CannotLook)
    assert proof.error.reason == "malformed"


def test_an_unexpected_exit_status_is_never_a_fact() -> None:
    async def exit_of(tool: str, ok: Sequence[int] = (0,)) -> int:
        return (await LOOK.command([tool], ok=ok)).exit

    host = Host(
        a={"value": COMMAND | {"exit": 1, "stderr": "Permission denied"}},
        b={"value": COMMAND | {"exit": 3}},
    )
    (denied, odd, expected), _calls = engine.run([exit_of("a"), exit_of("b"), exit_of("b", (0, 3))], host)
    assert isinstance(denied.error, CannotLook)
    assert denied.error.reason == "denied"
    assert isinstance(odd.error, CannotLook)
    assert expected.value == 3
