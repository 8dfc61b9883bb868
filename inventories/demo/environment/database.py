# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's database: a real PostgreSQL with the schema of migrations/ and the rows of data.sql."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import front
import psycopg
from pki import Authority
from process import Processes
from psycopg.sql import SQL, Literal
from services import Secrets, find

_HERE = Path(__file__).resolve().parent
_SERVER = (
    SQL("CREATE ROLE shop_owner"),
    SQL("CREATE ROLE shop LOGIN PASSWORD {shop}"),
    SQL("CREATE ROLE golive LOGIN PASSWORD {golive} IN ROLE pg_monitor"),
    SQL("CREATE DATABASE shop OWNER shop_owner"),
    SQL("GRANT SELECT ON pg_authid, pg_hba_file_rules TO golive"),
    SQL("GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO golive"),
)


class PostgreSQL:
    """It refuses to run as root, so root runs it as nobody, with programs that nobody can reach."""

    def __init__(self, processes: Processes, authority: Authority, vault: Secrets, port: int) -> None:
        self._processes, self._port, self._password = processes, port, vault.new("postgres-admin")
        self._home = home = processes.directory / "postgres"
        home.mkdir(mode=0o700)
        self._bin, user = find("postgres").parent, None
        if os.geteuid() == 0:
            package = self._bin.parents[1]
            self._bin, user = _copied(processes, package) / self._bin.relative_to(package), pwd.getpwnam("nobody")
            processes.directory.chmod(0o711)
        password_file = home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if user:
            for path in (home, password_file):
                os.chown(path, user.pw_uid, user.pw_gid)
        data = home / "data"
        options = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--username=postgres", "--no-locale"]
        processes.run(
            self._bin / "initdb", "--encoding=UTF8", "--data-checksums", "--no-sync", *options, "-D", data, user=user
        )
        settings = {"listen_addresses": "", "unix_socket_directories": home, "port": port, "timezone": "UTC"}
        argv = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        processes.start("postgres", [self._bin / "postgres", "-D", data, *argv], user=user)
        processes.wait_for("postgres", self._answers, psycopg.Error)
        passwords = {name: vault.new(f"postgres-{name}") for name in ("shop", "golive")}
        self._fill(passwords)
        front.start(port, authority.issue("postgres"), home / f".s.PGSQL.{port}")
        address = f"127.0.0.1:{port}/shop?sslmode=verify-full&sslrootcert={authority.file}"
        self.url = f"postgresql://shop:{passwords['shop']}@{address}"

    def dump(self) -> str:
        """The shop's database in SQL."""
        environ = {"PGHOST": str(self._home), "PGPORT": str(self._port), "PGUSER": "postgres", "PGDATABASE": "shop"}
        return self._processes.run(self._bin / "pg_dump", environ={**environ, "PGPASSWORD": self._password})

    def _answers(self) -> bool:
        with self._session("postgres") as session:
            return session.execute("SELECT 1").fetchone() == (1,)

    def _fill(self, passwords: dict[str, str]) -> None:
        with self._session("postgres") as session:
            for statement in _SERVER:
                session.execute(statement.format(**{name: Literal(each) for name, each in passwords.items()}))
        with self._session("shop") as session:
            session.execute("SET ROLE shop_owner")
            for migration in sorted((_HERE / "migrations").glob("*.up.sql")):
                session.execute(migration.read_bytes())
            session.execute("RESET ROLE")
            session.execute((_HERE / "data.sql").read_bytes())

    def _session(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._home),
            port=self._port,
            user="postgres",
            password=self._password,
            dbname=database,
            autocommit=True,
        )


def _copied(processes: Processes, package: Path) -> Path:
    """A copy of a wheel's package with its libraries, where every user may read it."""
    processes.run("cp", "-r", package, *package.parent.glob(f"{package.name}*.libs"), processes.directory)
    return processes.directory / package.name
