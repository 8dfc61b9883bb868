# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues that lie in tables, judged from recorded answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.golive.verify.plugins.action.sql import ActionModule as Sql
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.modules import sql as interface
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.sql.queues import queue_problems, systems
from tests.unit.action.psql_recordings import GARBAGE, UNSEEN, Psql, answered
from tests.unit.proving import prove, status

CONTROL = "queues.dead_letter"
OPTIONS: dict[str, Any] = {"database": "shop", "queues": [{"name": "jobs", "system": "pg-boss"}]}
LARAVEL = {"queues": [{"name": "jobs", "system": "laravel"}]}
OWN = {"name": "outbox", "dead": "SELECT 1", "waiting": "SELECT now()"}


def told(row: dict[str, Any], **options: Any) -> tuple[Status, str, Any]:
    (verdict,) = prove(Sql, CONTROL, OPTIONS | options, Psql(answered([row])))
    return verdict.status, verdict.message, verdict.actual


@pytest.mark.parametrize(
    ("row", "options", "actual"),
    [
        ({"dead": 0, "age": None}, {}, {"dead": 0, "oldest waits": "none does"}),
        ({"dead": 0, "age": -60.5}, {}, {"dead": 0, "oldest waits": "none does"}),
        ({"dead": 0, "age": 300}, {}, {"dead": 0, "oldest waits": "5 min"}),
        ({"dead": 9, "age": 900.5}, {"max_messages": 9, "max_wait": 901}, {"dead": 9, "oldest waits": "15 min"}),
        ({"dead": 0}, LARAVEL, {"dead": 0}),
        ({"dead": 0, "age": 1}, {"queues": [OWN]}, {"dead": 0, "oldest waits": "1 s"}),
    ],
)
def test_drained(row: dict[str, Any], options: dict[str, Any], actual: dict[str, Any]) -> None:
    assert told(row, **options) == (Status.PASS, "", actual)


@pytest.mark.parametrize(
    ("row", "options", "because"),
    [
        ({"dead": 1, "age": None}, {}, "1 jobs are dead, more than 0: they failed for good"),
        ({"dead": 0, "age": 301}, {}, "the oldest job that is due waits for 5 min, more than 5 min"),
        ({"dead": 0, "age": 7200}, {"max_wait": 3600}, "waits for 120 min, more than 60 min"),
        (
            {"dead": 10, "age": 9000},
            {"max_messages": 9},
            "10 jobs are dead, more than 9: they failed for good; the old",
        ),
        ({"dead": 1}, LARAVEL, "1 jobs are dead"),
    ],
)
def test_not_drained(row: dict[str, Any], options: dict[str, Any], because: str) -> None:
    found, message, _actual = told(row, **options)
    assert (found, because in message) == (Status.FAIL, True), message


@pytest.mark.parametrize(
    "row", [{"dead": None, "age": 1}, {"dead": True, "age": 1}, {"dead": 0, "age": "1"}, {"dead": 0}, {"age": 1}]
)
def test_no_answer(row: dict[str, Any]) -> None:
    assert told(row)[0] is Status.ERROR


@pytest.mark.parametrize("answer", [*UNSEEN, *GARBAGE, answered([]), answered([], []), answered("42P01")])
def test_nobody_could_look(answer: dict[str, Any] | CannotLook) -> None:
    assert status(Sql, CONTROL, OPTIONS, Psql(answer)) is Status.ERROR


def test_one_queue_that_is_not_there_costs_no_other() -> None:
    queues = [{"name": name, "system": name} for name in ("oban", "river", "good_job")]
    right, late = {"dead": 0, "age": None}, {"dead": 0, "age": 9000}
    said = prove(Sql, CONTROL, OPTIONS | {"queues": queues}, Psql(answered([right], "42P01", [late])))
    assert [(each.subject, each.status) for each in said] == [
        ("queue oban", Status.PASS),
        ("queue river", Status.ERROR),
        ("queue good_job", Status.FAIL),
    ]


@pytest.mark.parametrize(
    "queues",
    [
        [],
        [{"name": "jobs"}],
        [OWN | {"system": "oban"}],
        [{"name": "jobs", "system": "oban", "waiting": "SELECT now()"}],
        [OWN | {"schema": "public"}],
        [OWN, OWN],
    ],
)
def test_what_is_not_said_is_not_asked(queues: list[dict[str, Any]]) -> None:
    with pytest.raises(NotAsked):
        prove(Sql, CONTROL, OPTIONS | {"queues": queues}, {})


def test_what_is_known_is_what_the_option_takes() -> None:
    options = yaml.safe_load(interface.DOCUMENTATION)["options"]
    assert options["queues"]["suboptions"]["system"]["choices"] == sorted(systems())


@pytest.mark.parametrize("system", systems())
def test_a_system_tells_where_its_jobs_are(system: str) -> None:
    known = systems()[system]
    assert known.keys() - {"waiting"} == {"schema", "dead"}
    for statement in (known["dead"], known.get("waiting", "{schema}.")):
        tables = re.findall(r"(?:FROM|JOIN) ([^(\s]+)", statement)
        assert all(table.startswith("{schema}.") for table in tables), statement


def test_problems() -> None:
    assert queue_problems(0, None, 0, 300) == []
    assert queue_problems(5, 300.0, 5, 300) == []
