# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a PostgreSQL server is and how to enter it, and how values become SQL and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, HOST
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

APPLICATION = "golive.verify"
"""The application_name of our own sessions, which are not those of the application."""
_CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Server:
    """One database of a server, with what a client needs to enter it. Paths are those of the place looked from.

    host: a name, an address, the directory of a Unix socket, or None for the usual socket. user: the role to log in
    as. os_user: the account on the host that the client runs as, which peer authentication knows. guess: a password
    that everybody knows, to see whether it opens the door; it is no secret, and is shown.
    """

    host: str | None
    port: int
    database: str
    client: str = "psql"
    user: str | None = None
    os_user: str | None = None
    password_file: str | None = None
    sslmode: str = "prefer"
    cafile: str | None = None
    cert: str | None = None
    key: str | None = None
    guess: str | None = None

    @classmethod
    def of(cls, want: Wanted) -> Server:
        """The server that the options of a check name, and its database for questions on the whole server."""
        given = {name: want[name] for name in cls.__slots__ if name in want}
        local = want["from"] == HOST and not want.host
        return cls(
            **given
            | {"database": want.database or "postgres", "os_user": want.os_user or ("postgres" if local else None)}
        )

    @property
    def conninfo(self) -> str:
        """The connection string of libpq, for psql and psycopg alike; the password is not in it."""
        parts = {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "sslmode": self.sslmode,
            "sslrootcert": self.cafile,
            "sslcert": self.cert,
            "sslkey": self.key,
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": APPLICATION,
            "client_encoding": "UTF8",
        }
        return " ".join(f"{name}={_conninfo_value(str(value))}" for name, value in parts.items() if value is not None)

    def argv(self, *options: str) -> list[str]:
        """A command line of psql that never asks for a password and reads nobody's settings."""
        return [self.client, "-X", "-w", "-d", self.conninfo, *options]


def _conninfo_value(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_./:@%+-]+", text):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def literal(text: str) -> str:
    """A text as a string constant of SQL, whatever standard_conforming_strings is."""
    _refuse_nul(text)
    quoted = text.replace("'", "''")
    return f"E'{quoted.replace(chr(92), chr(92) * 2)}'" if "\\" in text else f"'{quoted}'"


def literals(texts: Sequence[str]) -> str:
    """Texts as an array of SQL, an empty one too."""
    return f"ARRAY[{', '.join(map(literal, texts))}]::text[]"


def identifier(name: str) -> str:
    """A name as a quoted identifier of SQL, which stands for exactly this name."""
    _refuse_nul(name)
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """A table by its schema and name."""

    schema: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Relation:
        """Read schema.table, or table, which is then in public. Names stand for themselves: nothing is folded."""
        schema, dot, name = text.partition(".")
        found = cls(schema, name) if dot else cls("public", text)
        if not found.schema or not found.name:
            raise CannotLook("malformed", f"{shown(text)!r} names no table: write schema.table")
        return found

    @property
    def sql(self) -> str:
        """The table in SQL."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"

    def __str__(self) -> str:
        return f"{shown(self.schema)}.{shown(self.name)}"


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        raise CannotLook("malformed", "a name with a zero byte, which no database can hold")


def some(texts: Sequence[object], limit: int = 5) -> str:
    """The first of a list for people, and how many more there are."""
    more = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(shown(text) for text in texts[:limit]) + more


def few(problems: Iterable[str], limit: int = 20) -> list[str]:
    """The first problems, and how many more there are."""
    found = list(problems)
    return found[:limit] + ([f"and {len(found) - limit} more"] if len(found) > limit else [])


def target(want: Wanted) -> str:
    """The database that a check looks at, for people."""
    name = f" {want.database}" if want.database else ""
    if want["from"] == CONTROLLER or want.host:
        return f"{want.host or 'localhost'}:{want.port}{name}"
    return f"postgresql port {want.port}{name}"
