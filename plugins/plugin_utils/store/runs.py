# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write runs to history and read them again: each once, however often it is written, and old ones only for so long."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.drift.history import Point
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import BAD, Side, Standing
from ansible_collections.golive.verify.plugins.plugin_utils.store.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select, Table

# However old they are, so many of the last runs stay: a clock that jumped ahead must not cost all history.
ALWAYS_KEPT = 10
T = TypeVar("T")
_DAY = 86400.0
_AT_ONCE = 500
_ACTUAL = json.JSONEncoder(default=str)


@dataclass(frozen=True, slots=True)
class Keep:
    """How long an environment's runs are kept: for so many days, and so many of them. None: without end."""

    days: float | None = None
    runs: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of storing a run. dropped: how many older runs were too old to keep."""

    results: int
    dropped: int


def write(connection: Connection, report: Mapping[str, Any], keep: Keep) -> Stored:
    """Keep a run in the place of what was kept of it before, and drop what is too old."""
    side = Side.of_report(report)
    made = tables()
    key = _key(connection, report)
    for table in (made.items, made.results):
        connection.execute(table.delete().where(table.c.run_key == key))
    results = [each for each in side.standings.values() if each.uid not in side.items]
    items = _rows(made.items, key, side.items.values(), lambda each: int(each.uid in side.standings))
    _insert(connection, made.items, items)
    _insert(connection, made.results, _rows(made.results, key, results, lambda each: _ACTUAL.encode(each.actual)))
    return Stored(len(results), _drop(connection, side.environment, key, side.started, keep))


def last(connection: Connection, environment: str, run: str, started: float) -> Side | None:
    """The last whole run of an environment before this one; where all began later, the last of them; None without any.

    A narrowed run and one that did not finish tell too little to be compared with.
    """
    newest, of = whole(environment, run).limit(1), tables().runs.c
    row = connection.execute(newest.where(of.started <= started)).first() or connection.execute(newest).first()
    return _side(connection, row) if row else None


def whole(environment: str, run: str) -> Select[Any]:
    """The whole runs of an environment but this one, the newest first."""
    runs = tables().runs
    wanted = (runs.c.environment == environment) & (runs.c.run != run) & runs.c.finished & (runs.c.left_out == "")
    return runs.select().where(wanted).order_by(runs.c.started.desc(), runs.c.key.desc())


def decision(connection: Connection, side: Side) -> str:
    """What the gate decided in a run that is stored."""
    runs = tables().runs
    wanted = runs.select().where(runs.c.environment == side.environment, runs.c.run == side.run)
    return str(connection.execute(wanted).one().decision)


def points(connection: Connection, environment: str, uids: Iterable[str], run: str) -> dict[str, list[Point]]:
    """How statements stood in the finished runs of an environment but this one, in the order of time."""
    import sqlalchemy as sa

    made = tables()
    wanted_uids = list(uids)
    found: dict[str, list[Point]] = defaultdict(list)
    for table in (made.items, made.results):
        joined = sa.select(table.c.uid, made.runs.c.started, table.c.status).join_from(table, made.runs)
        wanted = joined.where(made.runs.c.environment == environment, made.runs.c.run != run, made.runs.c.finished)
        for some in _batched(wanted_uids, _AT_ONCE):
            for uid, started, status in connection.execute(wanted.where(table.c.uid.in_(some))):
                found[uid].append((started, status))
    return {uid: sorted(each) for uid, each in found.items()}


def unsteady(connection: Connection, environment: str, runs: int) -> list[str]:
    """The statements that were proven and bad within the last so many finished runs."""
    import sqlalchemy as sa

    made = tables()
    of = made.runs.c
    latest = sa.select(of.key).where(of.environment == environment, of.finished).order_by(of.started.desc()).limit(runs)
    keys = connection.execute(latest).scalars().all()
    found: list[str] = []
    for table in (made.items, made.results):
        proven = sa.case((table.c.status.in_(sorted(PROVEN)), 1), else_=0)
        told = sa.select(table.c.uid).where(table.c.run_key.in_(keys), table.c.status.in_(sorted(PROVEN | BAD)))
        both = told.group_by(table.c.uid).having(sa.func.min(proven) != sa.func.max(proven))
        found += connection.execute(both).scalars()
    return found


def _key(connection: Connection, report: Mapping[str, Any]) -> int:
    """The number of the run in this store. Whoever else writes the same run waits here."""
    from sqlalchemy.dialects import postgresql, sqlite

    run = report["run"]
    name = {"environment": _text(run["environment"]), "run": _text(run["id"])}
    values = {
        "started": float(run["started"]),
        "finished": bool(run["finished"]),
        "decision": report["gate"]["decision"],
        "left_out": _text(report["summary"]["left_out"]),
        "checklist_sha256": run["checklist_sha256"],
        "versions": json.dumps(run["versions"]),
    }
    runs = tables().runs
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(runs).values(**name, **values)
    kept = statement.on_conflict_do_update(index_elements=[*name], set_=values).returning(runs.c.key)
    return int(connection.execute(kept).scalar_one())


def _insert(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows in the order of the table's columns, in one go, by what each driver offers for very many of them.

    SQLAlchemy's own way takes five times as long, most of it for making the parameters of each row ready one by one.
    """
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({', '.join(table.c.keys())}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif many := list(rows):
        connection.exec_driver_sql(str(table.insert().compile(connection)), many)


def _rows(
    table: Table, key: int, standings: Iterable[Standing], own: Callable[[Standing], Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of standings in the order of their keys, which is how they are stored soonest."""
    columns = table.columns[1:-1]
    middle = attrgetter(*(column.name for column in columns))
    written = attrgetter(*(column.name for column in columns if column.type.python_type is str))
    for standing in sorted(standings, key=attrgetter("uid")):
        values: Iterable[Any] = middle(standing)
        texts = "".join(written(standing))
        if not texts.isascii() or "\0" in texts:
            values = map(_text, values)
        yield (key, *values, own(standing))


def _text(value: Any) -> Any:
    """A text that every database takes: what a target says may hold NUL and halves of characters."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _side(connection: Connection, run: Row[Any]) -> Side:
    made = tables()
    items = {each.uid: (each, alone) for each, alone in _standings(connection, made.items, run.key)}
    return Side.made(
        run.run,
        run.environment,
        run.started,
        standings=chain(
            (each for each, alone in items.values() if alone),
            (each for each, dummy in _standings(connection, made.results, run.key)),
        ),
        items=(each for each, dummy in items.values()),
        left_out=run.left_out,
        versions=json.loads(run.versions),
    )


def _standings(connection: Connection, table: Table, key: int) -> Iterator[tuple[Standing, bool]]:
    import sqlalchemy as sa

    *names, own = (name for name in table.c.keys() if name != "run_key")  # noqa: SIM118
    wanted = sa.select(*(table.c[name] for name in (*names, own))).where(table.c.run_key == key)
    for *values, last in chain.from_iterable(connection.execute(wanted.order_by(table.c.line)).partitions(_AT_ONCE)):
        fields = dict(zip(names, values, strict=True))
        if own == "actual":
            yield Standing(**fields, actual=json.loads(last)), False
        else:
            yield Standing(**fields), bool(last)


def _drop(connection: Connection, environment: str, key: int, now: float, keep: Keep) -> int:
    made = tables()
    runs = made.runs
    known = runs.select().where(runs.c.environment == environment).order_by(runs.c.started.desc(), runs.c.key.desc())
    old = [row.key for row in _old(connection.execute(known).all(), now, keep) if row.key != key]
    for some in _batched(old, _AT_ONCE):
        for table, column in ((made.items, "run_key"), (made.results, "run_key"), (runs, "key")):
            connection.execute(table.delete().where(table.c[column].in_(some)))
    return len(old)


def _old(newest_first: Sequence[Row[Any]], now: float, keep: Keep) -> Iterator[Row[Any]]:
    for index, row in enumerate(newest_first):
        too_many = keep.runs is not None and index >= keep.runs
        too_old = keep.days is not None and row.started < now - keep.days * _DAY and index >= ALWAYS_KEPT
        if too_many or too_old:
            yield row


def _batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """As itertools has it from Python 3.12 on."""
    iterator = iter(values)
    while some := list(islice(iterator, size)):
        yield some
