# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""History in real databases: SQLite files, and a PostgreSQL server where the machine has one."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext

from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.store import opening, past, runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import CannotStore, opened
from ansible_collections.golive.verify.plugins.plugin_utils.store.runs import Keep, Stored
from ansible_collections.golive.verify.plugins.plugin_utils.store.tables import tables
from tests.integration.verifiers import postgresql_servers as servers
from tests.unit.plugin_utils.reports import sample

DAY = 86400.0
FORK = get_context("fork")
RELEASED = Path(__file__).parent / "released"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    if not servers.BINARIES:
        pytest.skip("no PostgreSQL on this machine")
    version = max(servers.BINARIES, key=int)
    with servers.workplace() as place, ExitStack() as stack:
        servers.directory(place)
        server = servers.Server(version, place, servers.free_port())
        servers.run(server.bin / "initdb", "-D", server.data, "-U", "postgres", "--auth=trust", "--no-sync")
        server.start(fsync="off")
        stack.callback(server.stop)
        yield f"postgresql://postgres@127.0.0.1:{server.port}/postgres"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "below" / "history.sqlite")
    url: str = request.getfixturevalue("postgresql")
    with sa.create_engine(url.replace("postgresql", "postgresql+psycopg", 1)).begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return url


def report(run: str = "r1", started: float = DAY, status: str = "pass", **fields: Any) -> dict[str, Any]:
    items = [sample.item("Redis", "Redis survives", "redis.persistence", on="cache"), sample.item("A", "B")]
    checks = {"cache1": [sample.check("redis.persistence", "cache1", status, **fields)]}
    made = sample.build(items, checks, environment="shop")
    made["run"] |= {"id": run, "started": started}
    return made


def write(store: str, made: dict[str, Any], keep: Keep = Keep()) -> Stored:  # noqa: B008
    with opened(store) as connection:
        return runs.write(connection, made, keep)


def names(store: str) -> list[str]:
    with opened(store) as connection:
        return [row.run for row in connection.execute(tables().runs.select().order_by(tables().runs.c.started))]


def count(store: str, table: str = "results") -> int:
    with opened(store) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(getattr(tables(), table))).scalar_one())


def test_a_run_comes_back_as_it_was_and_is_there_once_however_often_it_is_stored(store: str) -> None:
    hostile = "".join(sample.HOSTILE.values())
    made = report(actual={"copies": [1, None, hostile]}, message="A\0B\ud800")
    assert write(store, made) == write(store, made) == Stored(results=1, dropped=0)
    assert (names(store), count(store), count(store, "items")) == (["r1"], 1, 2)
    with opened(store) as connection:
        found = runs.last(connection, "shop", "another", 2 * DAY)
    side = Side.of_report(made)
    assert found is not None
    assert found.standings.keys() == side.standings.keys()
    assert found.items == side.items
    (checked,) = (each for each in found.standings.values() if each.target)
    assert checked.actual == {"copies": [1, None, hostile]}
    assert checked.message == "A\\x00B\\ud800"
    write(store, report(status="fail"))
    with opened(store) as connection:
        again = runs.last(connection, "shop", "another", 2 * DAY)
    assert again is not None
    assert {each.status for each in again.standings.values() if each.target} == {"fail"}


def test_the_last_run_is_a_whole_one_of_the_environment_before_this_one(store: str) -> None:
    write(store, report("r1", 1 * DAY))
    write(store, report("r2", 2 * DAY))
    unfinished, narrowed, other = report("r3", 3 * DAY), report("r4", 4 * DAY), report("r5", 5 * DAY)
    unfinished["run"]["finished"] = False
    narrowed["summary"]["left_out"] = "limit cache1"
    other["run"]["environment"] = "staging"
    for made in (unfinished, narrowed, other):
        write(store, made)
    with opened(store) as connection:

        def last(run: str, started: float) -> str | None:
            found = runs.last(connection, "shop", run, started)
            return found.run if found else None

        assert last("r6", 6 * DAY) == "r2"
        assert last("r2", 2 * DAY) == "r1"
        # The clock was moved back behind all that is there: better the newest than none.
        assert last("r0", 0) == "r2"
        assert runs.last(connection, "nowhere", "r", DAY) is None


def test_history_tells_since_when_and_what_is_unsteady(store: str) -> None:
    for at, status in enumerate(("pass", "fail", "pass", "fail", "fail"), 1):
        write(store, report(f"r{at}", at * DAY, status))
    checked = next(uid for uid, each in Side.of_report(report()).standings.items() if each.target)
    with opened(store) as connection:
        found = runs.points(connection, "shop", [checked], "r5")
        assert found[checked] == [(1 * DAY, "pass"), (2 * DAY, "fail"), (3 * DAY, "pass"), (4 * DAY, "fail")]
        assert checked in runs.unsteady(connection, "shop", 10)
        assert checked not in runs.unsteady(connection, "shop", 2)
        assert runs.points(connection, "shop", [f"{number:032}" for number in range(1200)], "") == {}


def test_old_runs_are_dropped_but_never_the_last_ones_for_their_age(store: str) -> None:
    for at in range(1, 15):
        write(store, report(f"r{at:02}", at * DAY))
    other = report("other", DAY)
    other["run"]["environment"] = "staging"
    write(store, other)
    assert write(store, report("r15", 15 * DAY), Keep(days=12.5)).dropped == 2
    # A clock that jumped a century ahead.
    assert write(store, report("r16", 36500 * DAY), Keep(days=30)).dropped == 4
    assert names(store) == ["other", *(f"r{at:02}" for at in range(7, 17))]
    assert write(store, report("r17", 36501 * DAY), Keep(runs=3)).dropped == 8
    assert names(store) == ["other", "r15", "r16", "r17"]
    assert count(store) == 4


def _write_many(store: str, writer: int) -> int:
    return sum(write(store, report(f"w{writer}-{at % 3}", DAY + at)).results for at in range(6))


def test_several_write_at_once_even_the_first_time_and_the_same_run(store: str) -> None:
    with ProcessPoolExecutor(3, mp_context=FORK) as pool:
        done = list(pool.map(_write_many, [store] * 3, [1, 2, 2]))
    assert done == [6, 6, 6]
    assert (len(names(store)), count(store), count(store, "items")) == (6, 6, 12)


def test_what_fails_in_between_leaves_what_was_there(store: str) -> None:
    write(store, report())
    broken = report("r2", status="fail")
    broken["checks"][0]["actual"] = {1j}
    broken["run"]["checklist_sha256"] = None
    with pytest.raises(CannotStore):
        write(store, broken)
    assert (names(store), count(store)) == (["r1"], 1)


# The functions by which storing comes, in their order: killed right behind each of them, and before the very end.
POINTS = {"opening": (opening, "_migrate"), "rows": (runs, "_insert"), "dropping": (runs, "_drop"), "end": None}


def _killed(store: str, point: str) -> None:
    if there := POINTS[point]:
        real = getattr(*there)

        def then_die(*given: Any) -> None:
            real(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(*there, then_die)
    with opened(store) as connection:
        runs.write(connection, report("r1", status="fail"), Keep())
        runs.write(connection, report("r2"), Keep())
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("empty", [False, True], ids=["again", "first"])
def test_who_is_killed_while_storing_leaves_a_store_that_works(store: str, point: str, empty: bool) -> None:
    if not empty:
        write(store, report())
    killed = FORK.Process(target=_killed, args=(store, point))
    killed.start()
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    assert names(store) == ([] if empty else ["r1"])
    assert count(store) == (0 if empty else 1)
    assert write(store, report("r2")).results == 1


def test_a_database_that_goes_down_in_between_is_named_and_has_all_or_nothing(postgresql: str) -> None:
    with sa.create_engine(postgresql.replace("postgresql", "postgresql+psycopg", 1)).begin() as other:
        other.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    write(postgresql, report())

    def interrupted() -> None:
        with opened(postgresql) as connection:
            runs.write(connection, report("r2"), Keep())
            own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with sa.create_engine(postgresql.replace("postgresql", "postgresql+psycopg", 1)).begin() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({own}, 5000)")
            runs.write(connection, report("r3"), Keep())

    with pytest.raises(CannotStore, match=r"^postgresql\+psycopg://postgres@127.0.0.1:\d+/postgres: ") as wrong:
        interrupted()
    assert "\n" not in str(wrong.value)
    assert names(postgresql) == ["r1"]


def test_every_released_schema_becomes_the_one_of_today(store: str) -> None:
    """From each released schema, made by its own migrations, with what a release wrote into it."""
    url = opening.address(store)
    Path(url.database or "").parent.mkdir(exist_ok=True, parents=True) if "sqlite" in store else None
    script = opening.scripts()
    released = sorted(RELEASED.glob("*.sql"))
    assert [path.stem for path in released] == sorted(each.revision for each in script.walk_revisions())
    for path in released:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for name in ("golive_results", "golive_items", "golive_runs", "golive_schema"):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
            to = path.stem
            with EnvironmentContext(
                opening.configuration(), script, fn=lambda at, _context, to=to: script._upgrade_revs(to, at)
            ) as environment:
                environment.configure(connection=connection, version_table="golive_schema")
                environment.run_migrations()
            for statement in filter(str.strip, path.read_text(encoding="utf-8").split(";\n")):
                connection.exec_driver_sql(statement)
        with opened(store) as connection:
            found = runs.last(connection, "shop", "none", 9e9)
            context = MigrationContext.configure(connection, opts={"version_table": "golive_schema"})
            assert compare_metadata(context, tables().metadata) == []
        assert found is not None
        assert sorted(each.status for each in found.standings.values()) == ["pass", "unbound"]
        assert write(store, report("r2")).results == 1


def test_a_store_of_a_newer_release_is_left_alone(store: str) -> None:
    write(store, report())
    with opened(store) as connection:
        connection.exec_driver_sql("UPDATE golive_schema SET version_num = '9999'")
    with pytest.raises(CannotStore, match="the schema 9999 of a newer"), opened(store):
        pass


def test_what_cannot_be_stored_is_one_line_without_the_password(tmp_path: Path) -> None:
    said = []
    (tmp_path / "text.sqlite").write_text("this is no database, but a text that somebody left here", encoding="utf-8")
    (tmp_path / "plain").write_text("", encoding="utf-8")
    for where in (
        "postgresql://golive:s3cret@127.0.0.1:9/golive",
        "mysql://golive:s3cret@127.0.0.1/golive",
        "postgresql://golive:s3cret@[::1/golive",
        "sqlite://",
        str(tmp_path / "text.sqlite"),
        str(tmp_path / "plain" / "history.sqlite"),
    ):
        with pytest.raises(CannotStore) as wrong, opened(where):
            pass
        said.append(str(wrong.value))
    assert all("s3cret" not in each and "\n" not in each for each in said), said
    assert said[0].startswith("postgresql+psycopg://golive:***@127.0.0.1:9/golive: connection")
    assert "it is one of mysql" in said[1]
    assert "text.sqlite: file is not a database" in said[4]
    assert "Not a directory" in said[5] or "File exists" in said[5]


def _as_nobody(store: str, said: Any) -> None:
    os.setuid(65534)
    try:
        write(store, report())
    except CannotStore as wrong:
        said.put(str(wrong))


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes nobody")
def test_a_read_only_directory_is_named() -> None:
    with servers.workplace() as place:
        write(str(place / "full.sqlite"), report())
        said = FORK.Queue()
        for name in ("history.sqlite", "full.sqlite"):
            process = FORK.Process(target=_as_nobody, args=(str(place / name), said))
            process.start()
            assert said.get(timeout=30).startswith(f"{place / name}: "), name
            process.join(30)


def _without_room(store: str, said: Any) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        write(store, report(actual="x" * 200_000))
    except CannotStore as wrong:
        said.put(str(wrong))


def test_a_full_disk_is_named_and_costs_nothing_that_was_there(tmp_path: Path) -> None:
    store = str(tmp_path / "history.sqlite")
    write(store, report())
    said = FORK.Queue()
    process = FORK.Process(target=_without_room, args=(store, said))
    process.start()
    assert said.get(timeout=30).startswith(f"{store}: d")
    process.join(30)
    assert names(store) == ["r1"]
    assert write(store, report("r2")).results == 1


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write(str(tmp_path / "history.sqlite"), report())
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_a_missing_library_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alembic.util", None)
    with pytest.raises(
        CannotStore, match=r"history needs the Python library alembic.util: see requirements/history.in"
    ):
        write(str(tmp_path / "history.sqlite"), report())


def test_what_is_done_to_store_a_run_does_not_grow_with_its_results(store: str) -> None:
    """In rows it does; in statements, each of which is a way to the database and back, it must not."""
    done: list[tuple[str, bool]] = []

    def executed(_connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, many: bool) -> None:
        done.append((statement.partition(" VALUES")[0], many))

    def cost(hosts: int) -> list[tuple[str, bool]]:
        checks = {
            f"h{host}": [sample.check("redis.persistence", f"h{host}", target=f"{number}") for number in range(200)]
            for host in range(hosts)
        }
        made = sample.build([sample.item("A", "B"), sample.item("C", "D")], checks)
        done.clear()
        with opened(store) as connection:
            sa.event.listen(connection, "before_cursor_execute", executed)
            assert runs.write(connection, made, Keep()).results == 200 * hosts
        return list(done)

    few, more = cost(1), cost(6)
    assert more == few
    assert len(few) <= 6, few
    if "sqlite" in store:
        # The rows of a table at once; PostgreSQL takes them as a stream (COPY), past SQLAlchemy.
        assert [statement.split()[2] for statement, many in few if many] == ["golive_items", "golive_results"]


def test_the_past_of_a_run_is_told_from_whole_runs_before_it(store: str) -> None:
    for at, status in enumerate(("pass", "fail", "pass"), 1):
        write(store, report(f"r{at}", at * DAY, status))
    unfinished, narrowed = report("r4", 3.5 * DAY), report("r5", 3.6 * DAY)
    unfinished["run"]["finished"] = False
    narrowed["summary"]["left_out"] = "limit cache1"
    now = report("r6", 4 * DAY, "fail")
    for made in (unfinished, narrowed, now, report("later", 9 * DAY)):
        write(store, made)
    with opened(store) as connection:
        found = past.read(connection, Side.of_report(now))
        first = past.read(connection, Side.of_report(report("r0", DAY / 2)))
    assert found.before is not None
    assert (found.before.run, found.decision) == ("r3", "no_go")
    assert [(each["run"], each["started"], each["counts"]) for each in found.runs] == [
        ("r1", DAY, {"pass": 1, "unbound": 1}),
        ("r2", 2 * DAY, {"fail": 1, "unbound": 1}),
        ("r3", 3 * DAY, {"pass": 1, "unbound": 1}),
    ]
    kept = {item["id"]: item for item in now["items"]}
    assert {kept[item]["text"]: points for item, points in found.timelines.items()} == {
        "Redis survives": [(DAY, "pass"), (2 * DAY, "fail"), (3 * DAY, "pass")],
        "B": [(DAY, "unbound"), (2 * DAY, "unbound"), (3 * DAY, "unbound")],
    }
    assert (first.runs, first.timelines) == ([], {})
