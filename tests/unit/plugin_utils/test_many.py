# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of many things: what fails is told one by one, what could not be seen costs the pass, and none proves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.many import MOST_SHOWN, Kind, Seen, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge, unseen

PASS, FAIL, ERROR = Status.PASS, Status.FAIL, Status.ERROR


def one(status: Status, subject: str = "a") -> Verdict:
    if status is ERROR:
        return unseen(CannotLook("denied", "needs s3:List"), subject=subject)
    return judge(expected="x", actual="y", problems=["is bad"] if status is FAIL else [], subject=subject)


def told(*statuses: Status) -> list[Status]:
    return [each.status for each in whole("x", {}, [Kind.of("keys", "are old", [one(each) for each in statuses])])]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([PASS, PASS], [PASS]),
        ([PASS, FAIL], [FAIL, FAIL]),
        ([PASS, ERROR], [ERROR]),
        ([FAIL, ERROR], [FAIL, FAIL, ERROR]),
        ([], [ERROR]),
    ],
)
def test_a_verdict_on_the_whole_comes_first_but_where_only_errors_are(
    given: Sequence[Status], expected: Sequence[Status]
) -> None:
    assert told(*given) == expected


def test_it_tells_how_many_there_are_and_shows_a_hundred_of_each_kind() -> None:
    kinds = [Kind.of(name, "are old", [one(PASS), *[one(FAIL)] * 150], {"aside": 1}) for name in ("keys", "roles")]
    first, *rest = whole("x", {"account": "1"}, kinds, problems=["no trail"])
    assert first.actual == {"account": "1", "keys": 151, "roles": 151, "aside": 1}
    assert first.message == "no trail; 150 of 151 keys are old; 150 of 151 roles are old"
    assert len(rest) == 2 * MOST_SHOWN


def test_what_nobody_need_have_may_be_missing() -> None:
    kinds = [Kind.of("keys", "are old", [], optional=True), Kind.of("users", "are old", [one(PASS)])]
    assert [each.status for each in whole("x", {}, kinds)] == [PASS]


def test_a_kind_that_cannot_be_looked_at_is_an_error_of_its_own() -> None:
    async def denied() -> Kind:
        raise CannotLook("denied", "needs iam:ListUsers")

    (found,) = asyncio.run(looked("users", denied())).errors
    assert (found.status, found.subject) == (ERROR, "users")


def clean() -> Seen:
    return {"age": 1}, []


def bad() -> Seen:
    return {"size": 9}, ["is too large"]


def hidden() -> Seen:
    raise CannotLook("timeout", "no answer within 3 s")


@pytest.mark.parametrize(
    ("looks", "status", "actual"),
    [
        ([clean], PASS, {"age": 1}),
        ([clean, bad], FAIL, {"age": 1, "size": 9}),
        ([clean, hidden], ERROR, None),
        ([hidden, bad], FAIL, {"size": 9}),
        ([], ERROR, None),
    ],
)
def test_what_is_known_to_be_wrong_with_one_thing_is_a_failure_whatever_is_hidden(
    looks: list[object], status: Status, actual: object
) -> None:
    found = verdict("a", "x", *looks)  # type: ignore[arg-type]
    assert (found.status, found.actual or None) == (status, actual)
