# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL of the machine's own packages, as a drill finds it: owned by the user postgres, asked by peer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVER = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
NEEDS_POSTGRESQL = pytest.mark.skipif(not SERVER or os.geteuid() != 0, reason="needs root and Debian's PostgreSQL")


@contextmanager
def public_directory() -> Iterator[Path]:
    """A directory in which the user postgres may write, which those of pytest are not."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="golive-test-") as path:
        Path(path).chmod(0o1777)
        yield Path(path)


class ScratchServer:
    """A PostgreSQL of the test's own; gives the directory of its socket."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "source"
        self._data.mkdir()
        shutil.chown(self._data, "postgres")

    @property
    def conninfo(self) -> str:
        """How libpq finds it."""
        return f"host={self._data} dbname=postgres"

    def __enter__(self) -> str:
        self._run("initdb", "--auth=trust", "--no-sync", "-D")
        options = f"-k {self._data} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-l", str(self._data / "log"), "-o", options, "-D")
        return str(self._data)

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-D")

    def sql(self, text: str) -> None:
        """Run statements as the superuser."""
        psql = ["runuser", "-u", "postgres", "--", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self._data)]
        subprocess.run([*psql, "-d", "postgres"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def _run(self, tool: str, *arguments: str) -> None:
        program = ["runuser", "-u", "postgres", "--", str(SERVER[-1].with_name(tool))]
        subprocess.run([*program, *arguments, str(self._data)], check=True, stdout=subprocess.DEVNULL)
