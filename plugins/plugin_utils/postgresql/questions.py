# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a PostgreSQL server the same questions from the host, through psql, and from the controller, through psycopg.

Each question is one SELECT. It runs in a read-only transaction of its own, so that one that fails costs no other, with
nothing but pg_catalog in the search path, so that nobody's function runs with our rights, and with row security off,
which makes a policy that would hide rows an error.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import facts, reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Look, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import Failed, failed_to_connect
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Server
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Row = Mapping[str, Any]
Answer = list[Row] | Failed
# Seconds for one look, unless the option timeout says otherwise; each question may take a quarter of it.
_SECONDS = 30.0
_CONNECTION_BAD = 2
# Rows of one answer. One that has more is no answer: what was cut off could be what is wrong.
_MOST = 5000


def framed(sql: str, milliseconds: int) -> tuple[str, str]:
    """What to say before a question, and the question as one row: its rows as one line of JSON."""
    bounded = f"SELECT * FROM ({sql}) r LIMIT {_MOST + 1}"
    return "\\; ".join(safely(milliseconds)), f"SELECT coalesce(jsonb_agg(q), '[]') FROM ({bounded}) q"


def safely(milliseconds: int) -> tuple[str, ...]:
    """What to say before anything is asked."""
    return (
        "BEGIN READ ONLY",
        f"SET LOCAL statement_timeout = {milliseconds}",
        "SET LOCAL row_security = off",
        "SET LOCAL search_path = pg_catalog, pg_temp",
        # To compile a question takes seconds where the machine is busy, longer than to answer it.
        "SET LOCAL jit = off",
    )


def script(questions: Sequence[str], milliseconds: int) -> str:
    """The input of psql: it prints one line for each question, its rows as an array or its error as an object."""
    return "".join(_asked(*framed(sql, milliseconds)) for sql in questions)


def _asked(before: str, question: str) -> str:
    return (
        f"{before};\n{question};\n\\if :ERROR\nROLLBACK;\n"
        "SELECT jsonb_build_object('sqlstate', :'LAST_ERROR_SQLSTATE', 'message', :'LAST_ERROR_MESSAGE');\n"
        "\\else\nROLLBACK;\n\\endif\n"
    )


def parse(lines: Sequence[str], questions: Sequence[str], role: str | None) -> list[Answer]:
    """The answers, in the order of the questions; anything but one line for each is CannotLook("malformed")."""
    if len(lines) != len(questions):
        raise CannotLook("malformed", f"{len(lines)} answers to {len(questions)} questions")
    return [_answer(line, role) for line in lines]


def _answer(line: str, role: str | None) -> Answer:
    try:
        value = json.loads(line)
    except ValueError:
        raise CannotLook("malformed", f"not an answer: {shown(line)!r}") from None
    if isinstance(value, dict) and set(value) == {"sqlstate", "message"}:
        return Failed(str(value["sqlstate"]), str(value["message"]), role)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise CannotLook("malformed", f"not an answer: {shown(line)!r}")


@dataclass(frozen=True, slots=True)
class _Questions(Request):
    """A request that a person repeats by the questions alone, without what makes them safe and machine-readable."""

    by_hand: str = ""

    @property
    def line(self) -> str:
        """The same questions, answered as tables."""
        return self.by_hand


@dataclass(frozen=True, slots=True)
class Postgresql:
    """One database of a server, and the place it is asked from. seconds: what one look may take."""

    look: Observer
    server: Server
    seconds: float = _SECONDS

    @classmethod
    def of(cls, look: Observer, want: Wanted) -> Postgresql:
        """The database that the options of a check name."""
        return cls(look, Server.of(want), want.timeout or _SECONDS)

    def changed(self, **changes: Any) -> Postgresql:
        """The same server entered in another way: another database, another role."""
        return replace(self, server=replace(self.server, **changes))

    def ask(self, **questions: str) -> Asked:
        """Several questions to come, by name, answered over one connection."""
        return Asked(questions, self._answers(list(questions.values())))

    async def rows(self, sql: str) -> list[Row]:
        """The rows of one question."""
        return await self.ask(only=sql).rows("only")

    async def timed(self, sql: str) -> tuple[list[Row], int]:
        """The rows of one question, and the milliseconds that it took to connect, ask and leave."""
        (answer,), milliseconds = await self._answers([sql]).timed()
        return _rows(answer), milliseconds

    def table(self, command: str) -> Look[list[dict[str, str]]]:
        """The table that a console which knows no SQL gives to a command, such as PgBouncer's to SHOW POOLS."""
        argv = self.server.argv("--csv", "-c", command)
        if self.look.vantage == CONTROLLER:
            return self.look.call(reproduce.line(self.params(argv)), lambda: library().table(self.server, command))
        request = Request(self.look.vantage, self.params(argv))
        return Look(request, lambda value: _table(_output(value)))

    def _answers(self, questions: list[str]) -> Look[list[Answer]]:
        by_hand = reproduce.line(self.params(self.server.argv(*(part for sql in questions for part in ("-c", sql)))))
        milliseconds = int(self.seconds * 1000 / 4)
        user = self.server.user
        if self.look.vantage == CONTROLLER:
            ask = partial(_ask, self.server, questions, milliseconds)
            look = self.look.call(by_hand, ask, timeout=self.seconds)
            return Look(look.request, lambda lines: parse(lines, questions, user))
        params = self.params(self.server.argv("-q", "-A", "-t")) | {"stdin": script(questions, milliseconds)}
        request = _Questions(self.look.vantage, params | {"timeout": self.seconds}, by_hand=by_hand)
        return Look(request, lambda value: parse(_lines(_output(value)), questions, user))

    def params(self, argv: Sequence[str]) -> dict[str, object]:
        """How the host runs a command line of psql."""
        secrets = {"PGPASSWORD": self.server.password_file} if self.server.password_file else {}
        guess = {"PGPASSWORD": self.server.guess} if self.server.guess else {}
        given = {"env_files": secrets, "env": guess, "user": self.server.os_user}
        return {"kind": "command", "argv": list(argv), **{name: value for name, value in given.items() if value}}


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions that are asked over one connection, whoever of several awaits their answers."""

    questions: Mapping[str, str]
    answers: Look[list[Answer]]

    async def rows(self, name: str) -> list[Row]:
        """The rows of one of the questions; what went wrong with it is raised, and concerns no other."""
        answers = await self.answers
        return _rows(answers[list(self.questions).index(name)])

    async def row(self, name: str) -> Row:
        """The one row of one of the questions."""
        rows = await self.rows(name)
        if len(rows) != 1:
            raise CannotLook("malformed", f"{name}: {len(rows)} rows, not one")
        return rows[0]


def _rows(answer: Answer) -> list[Row]:
    if isinstance(answer, Failed):
        raise answer
    if len(answer) > _MOST:
        raise CannotLook("too_large", f"more than {_MOST} rows")
    return answer


def _output(value: Any) -> str:
    fact = facts.decode(facts.CommandFact, value)
    if fact.exit == _CONNECTION_BAD:
        raise failed_to_connect(fact.stderr)
    if fact.exit:
        raise CannotLook("malformed", f"psql: exit status {fact.exit}: {shown(fact.stderr, 300)}")
    return fact.stdout


def _lines(stdout: str) -> list[str]:
    return stdout.split("\n")[:-1]


def _table(stdout: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(stdout), strict=True))
    if any(None in row or None in row.values() for row in rows):
        raise CannotLook("malformed", "psql printed what is no table")
    return rows


def _ask(server: Server, questions: Sequence[str], milliseconds: int) -> list[str]:
    lines: list[str] = library().ask(server, [framed(sql, milliseconds) for sql in questions])
    return lines


def library() -> Any:
    from ansible_collections.golive.verify.plugins.plugin_utils.postgresql import library

    if library.MISSING:
        raise CannotLook(
            "missing_tool", f"the controller lacks psycopg ({library.MISSING}): pip install psycopg[binary]"
        )
    return library
