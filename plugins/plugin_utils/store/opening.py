# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open a store: which database is meant, its schema brought up to date, and every error one line without a secret."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

FILE = "history.sqlite"
VERSION_TABLE = "golive_schema"
# For how long one writer waits for another.
BUSY_SECONDS = 60
CONNECT_SECONDS = 10
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_PATIENCE = {"connect_timeout": CONNECT_SECONDS, "options": f"-c lock_timeout={BUSY_SECONDS}s"}
_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, but the same for all who bring this schema up to date.
_LOCK = 4_711_001


class CannotStore(Exception):
    """History cannot be read or written: which database, and why, in one line."""


@contextlib.contextmanager
def opened(where: str) -> Iterator[Connection]:
    """A transaction on the store at a path or URL: kept whole at the end, or not at all after an error."""
    try:
        import sqlalchemy as sa
        from alembic.util import CommandError
    except ImportError as missing:
        needed = f"history needs the Python library {missing.name}: see requirements/history.in"
        raise CannotStore(needed) from missing
    try:
        url = address(where)
        shown = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    except (sa.exc.ArgumentError, ValueError) as error:
        # The address itself may hold a password, and is not repeated.
        raise CannotStore(
            f"the store's address is neither a path nor a URL of SQLite or PostgreSQL{_why(error)}"
        ) from None
    try:
        engine = _engine(url)
        try:
            with engine.begin() as connection:
                _migrate(connection)
            with engine.begin() as connection:
                yield connection
        except engine.dialect.loaded_dbapi.Error as error:
            # The driver itself, where many rows are written past SQLAlchemy.
            raise CannotStore(f"{shown}: {_line(error)}") from error
        finally:
            engine.dispose()
    except sa.exc.DBAPIError as error:
        raise CannotStore(f"{shown}: {_line(error.orig or error)}") from error
    except (sa.exc.SQLAlchemyError, CommandError) as error:
        raise CannotStore(f"{shown}: {_line(error)}") from error
    except ImportError as missing:
        raise CannotStore(f"{shown} needs the Python library {missing.name}: see requirements/history.in") from missing
    except OSError as error:
        raise CannotStore(f"{shown}: {error.strerror or error}") from error


def place(store: str, runs_dir: Path) -> str:
    """The path or URL that is meant; by a plain yes, a file beside the runs."""
    return str(runs_dir / FILE) if store.casefold() in ("true", "yes", "on", "1") else store


def address(where: str) -> URL:
    """The database that a path or URL means; ValueError when it is none of those we know."""
    import sqlalchemy as sa

    if "://" not in where:
        return sa.URL.create("sqlite", database=str(Path(where).expanduser().absolute()))
    url = sa.make_url(where)
    name = url.get_backend_name() if url.drivername.partition("+")[0] != "postgres" else "postgres"
    if name not in DRIVERS:
        raise ValueError(f"it is one of {name}")
    if name == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("it names no file")
        return sa.URL.create("sqlite", database=str(Path(url.database).absolute()))
    return url.set(drivername=DRIVERS[name])


def exists(where: str) -> bool:
    """Whether there may be history to read: of a file, whether it is there."""
    try:
        url = address(where)
    except Exception:  # noqa: BLE001 - whoever opens it is told what is wrong
        return True
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def _engine(url: URL) -> Engine:
    import sqlalchemy as sa

    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=_PATIENCE)
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Evidence is not for everybody. What SQLite puts beside the file takes over its mode.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _write_ahead(connection)

    @sa.event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # From the first statement on: one that reads first and writes later would fail where another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: Any) -> None:
    """Readers and a writer side by side. SQLite does not wait for others here by itself, so that we do."""
    import sqlite3

    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _migrate(connection: Connection) -> None:
    """Bring the schema to what this release knows; of one that a newer release made, say so."""
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    script = scripts()
    current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    head = script.get_current_head()
    if current == head:
        return
    if current is not None and current not in {each.revision for each in script.walk_revisions()}:
        raise CannotStore(f"the store has the schema {current} of a newer golive.verify; this one knows {head}")
    with EnvironmentContext(
        configuration(),
        script,
        fn=lambda revision, _context: script._upgrade_revs("head", revision),
        destination_rev="head",
    ) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()


def configuration() -> Any:
    """What Alembic insists on having; everything is said in code."""
    from alembic.config import Config

    return Config()


def scripts() -> Any:
    """Every released schema, as Alembic knows them."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(_MIGRATIONS))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def _why(error: Exception) -> str:
    said = _line(error)
    return f": {said}" if isinstance(error, ValueError) and said.startswith("it ") else ""
