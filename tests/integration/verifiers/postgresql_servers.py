# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real PostgreSQL servers, standbys and PgBouncers on loopback, gone when the test ends."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = "correct-horse-battery-staple"
# PostgreSQL refuses to run as root.
ACCOUNT = next((name for name in ("postgres", "nobody") if any(each.pw_name == name for each in pwd.getpwall())), None)
_WHEEL = importlib.util.find_spec("pgserver")
_FOUND = [
    *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
    *([Path(str(_WHEEL.origin)).parent / "pginstall/bin"] if _WHEEL else []),
]


def _version(directory: Path) -> str | None:
    try:
        said = subprocess.run(
            [*_as(), directory / "postgres", "--version"], capture_output=True, text=True, cwd="/", check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.split()[2].partition(".")[0]


def _as() -> list[str]:
    return ["runuser", "-u", str(ACCOUNT), "--"] if os.geteuid() == 0 else []


def account() -> str | None:
    """Whom to run a server as; None for ourselves."""
    return ACCOUNT if os.geteuid() == 0 else None


BINARIES: dict[str, Path] = {version: path for path in _FOUND if (version := _version(path))}
"""Directories of programs by major version, such as Debian's 15 and 16 of PyPI's pgserver."""
PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def workplace() -> Iterator[Path]:
    """A directory that the servers' account owns and can reach, which pytest's own are not."""
    place = Path(tempfile.mkdtemp(prefix="golive-pg-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def directory(path: Path) -> Path:
    """A directory that the servers' account owns."""
    path.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(path, str(ACCOUNT))
    return path


def run(*argv: str | Path, **env: str) -> str:
    """Run a program as the server's account."""
    done = subprocess.run(
        [*_as(), *map(str, argv)],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
        env={**os.environ, **env},
        check=False,
    )
    assert done.returncode == 0, (argv, done.stdout, done.stderr)
    return done.stdout


class Server:
    """One server, reachable as postgres by its socket (peer) and by TCP (password)."""

    def __init__(self, version: str, place: Path, port: int) -> None:
        self.bin = BINARIES[version]
        self.place = place
        self.data = place / "data"
        self.port = port

    def start(self, **settings: str) -> None:
        options = {
            "port": self.port,
            "unix_socket_directories": self.place,
            "listen_addresses": "127.0.0.1",
            **settings,
        }
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        run(self.bin / "pg_ctl", "-D", self.data, "-w", "-l", self.place / "log", "-o", words, "start")

    def stop(self) -> None:
        run(self.bin / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def restart(self, **settings: str) -> None:
        run(self.bin / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        self.start(**settings)

    def reload(self) -> None:
        run(self.bin / "pg_ctl", "-D", self.data, "reload")

    def connect(self, database: str = "postgres", user: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=user, password=PASSWORD, autocommit=True
        )

    def sql(self, *statements: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def broken(self, *statements: str, mend: Sequence[str], database: str = "postgres") -> Iterator[None]:
        """Break something for a while."""
        try:
            self.sql(*statements, database=database)
            yield
        finally:
            self.sql(*mend, database=database)


def initialized(version: str, place: Path, settings: Mapping[str, Any], *options: str) -> Server:
    """A new server that does not run yet, as one for production but for its speed."""
    directory(place)
    secret = place / "password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o644)
    server = Server(version, place, free_port())
    run(
        *(server.bin / "initdb", "-D", server.data, "-U", "postgres", "--auth-host=scram-sha-256", "--auth-local=peer"),
        *("-E", "UTF8", "--locale=C", "-N", "-k", f"--pwfile={secret}", *options),
    )
    lines = {"timezone": "UTC", "shared_buffers": "16MB", "log_min_duration_statement": "500", "wal_level": "replica"}
    text = "".join(f"{name} = '{value}'\n" for name, value in {**lines, **settings}.items())
    append(server.data / "postgresql.conf", text)
    return server


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text)


def standby_of(primary: Server, place: Path, slot: str) -> Server:
    """A copy of a server that streams from it through a slot. It does not run yet."""
    directory(place)
    server = Server(next(v for v, path in BINARIES.items() if path == primary.bin), place, free_port())
    run(
        *(server.bin / "pg_basebackup", "-D", server.data, "-R", "-C", "-S", slot, "-c", "fast", "-N"),
        *("-d", f"host=127.0.0.1 port={primary.port} user=postgres password={PASSWORD} application_name=standby1"),
    )
    return server


def until(holds: Callable[[], Any], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.03)
