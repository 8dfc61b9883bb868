# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a PostgreSQL server from the controller, through psycopg."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import Failed, failed_to_connect
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Server

try:
    import psycopg
except ImportError as error:
    MISSING: str | None = str(error)
else:
    MISSING = None


def ask(server: Server, questions: Sequence[tuple[str, str]]) -> list[str]:
    """One line for each question, as psql prints it: its rows, or its error."""
    with _connected(server) as connection:
        return [_line(connection, before, question) for before, question in questions]


def table(server: Server, command: str) -> list[dict[str, str]]:
    """The table that a console gives to a command."""
    with _connected(server) as connection, _answered():
        cursor = connection.execute(command)
        names = [column.name for column in cursor.description or ()]
        return [
            {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]


def stream(server: Server, before: Sequence[str], copy: str, take: Callable[[bytes], None]) -> None:
    """Take what a COPY ... TO STDOUT prints, as it comes. before: what to say first."""
    with _connected(server) as connection:
        with _answered():
            for statement in before:
                connection.execute(statement)
        try:
            with connection.cursor().copy(copy) as blocks:
                for block in blocks:
                    take(bytes(block))
        except psycopg.Error as error:
            if connection.broken:
                raise failed_to_connect(str(error)) from None
            raise Failed(error.sqlstate or "", error.diag.message_primary or str(error), server.user) from None


@contextmanager
def _connected(server: Server) -> Iterator[Any]:
    password = server.guess
    if server.password_file:
        password = Path(server.password_file).read_text(encoding="utf-8").strip()
    try:
        # Nothing is prepared: behind a pool, what one session prepares another one finds.
        connection = psycopg.connect(server.conninfo, password=password, autocommit=True, prepare_threshold=None)
    except psycopg.errors.ConnectionTimeout as error:
        raise CannotLook("timeout", str(error)) from None
    except psycopg.Error as error:
        raise failed_to_connect(str(error)) from None
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise failed_to_connect(str(error)) from None


def _line(connection: Any, before: str, question: str) -> str:
    """One answer as text: psycopg would make values of it that psql cannot print."""
    with _answered():
        connection.execute(before.replace("\\;", ";"))
    try:
        ((rows,),) = connection.execute(f"SELECT ({question})::text").fetchall()
        line = str(rows)
    except psycopg.Error as error:
        if connection.broken:
            raise failed_to_connect(str(error)) from None
        line = json.dumps({"sqlstate": error.sqlstate or "", "message": error.diag.message_primary or str(error)})
    with _answered():
        connection.execute("ROLLBACK")
    return line
