# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real dumps are restored into real servers, and what is wrong with them is found."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_restore_postgresql import ActionModule
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.drills.exercise import exercise
from tests.integration.drills.scratch_server import NEEDS_POSTGRESQL, ScratchServer, public_directory

pytestmark = [pytest.mark.timeout(120), NEEDS_POSTGRESQL]
DUMP = """
CREATE TABLE orders (id int PRIMARY KEY, placed timestamptz NOT NULL);
INSERT INTO orders SELECT n, now() - n * interval '1 hour' FROM generate_series(1, 500) n;
"""


@pytest.fixture
def dumps() -> Iterator[Path]:
    """A directory with last night's dump and an older one that is no dump at all."""
    with public_directory() as place:
        found = place / "dumps"
        found.mkdir()
        (found / "shop-2.sql.gz").write_bytes(gzip.compress(DUMP.encode()))
        (found / "shop-1.sql.gz").write_bytes(b"garbage")
        os.utime(found / "shop-1.sql.gz", (1, 1))
        yield found
        assert not (place / "golive-drill-tested").exists(), "the drill left its place behind"


def restore(directory: Path, *invariants: dict[str, Any], **options: Any) -> tuple[Verdict, Any]:
    asked = list(invariants) or [{"name": "orders", "sql": "SELECT count(*) FROM orders", "equals": "500"}]
    return exercise(
        ActionModule,
        directory=str(directory),
        pattern="shop-*",
        database="shop",
        invariants=asked,
        work_dir=str(directory.parent),
        **options,
    )


def test_the_newest_dump_is_restored_and_holds_what_it_must(dumps: Path) -> None:
    verdict, measured = restore(dumps, newest="SELECT max(placed) FROM orders;")
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["orders"] == "500"
    assert verdict.actual["backup"].endswith("shop-2.sql.gz")
    assert measured["rto_seconds"] > 0
    assert measured["rpo_seconds"] == pytest.approx(3600, abs=60)


def test_a_dump_in_postgresql_s_own_format_is_restored(dumps: Path) -> None:
    made, _measured = restore(dumps)
    assert made.status is Status.PASS
    with ScratchServer(dumps.parent) as socket:
        psql = ["runuser", "-u", "postgres", "--", "psql", "-h", socket, "-q", "-d", "postgres"]
        subprocess.run(psql, input=DUMP, text=True, check=True)
        dump = ["runuser", "-u", "postgres", "--", "pg_dump", "-h", socket, "-Fc", "postgres"]
        (dumps / "shop-3.dump").write_bytes(subprocess.run(dump, check=True, capture_output=True).stdout)
    verdict, _measured = restore(dumps)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["backup"].endswith("shop-3.dump")


def test_an_encrypted_dump_is_restored_with_its_key_and_with_no_other(dumps: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed")
    for key in ("right", "wrong"):
        subprocess.run(["age-keygen", "-o", dumps / key], check=True, capture_output=True)
        (dumps / key).chmod(0o644)
    public = subprocess.run(["age-keygen", "-y", dumps / "right"], check=True, capture_output=True, text=True).stdout
    dump = subprocess.run(["age", "-r", public.strip()], input=DUMP.encode(), check=True, capture_output=True).stdout
    (dumps / "shop-3.sql.age").write_bytes(dump)
    assert restore(dumps, identity_file=str(dumps / "right"))[0].status is Status.PASS
    assert restore(dumps, identity_file=str(dumps / "wrong"))[0].status is Status.FAIL


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (gzip.compress(DUMP.encode())[:60], "the backup is restored"),
        (b"", "the backup is restored"),
        (gzip.compress(b""), "orders"),
        (gzip.compress(DUMP.replace("500", "488").encode()), "orders is '488', and must be '500'"),
        (gzip.compress(b"CREATE EXTENSION nothing_like_it;" + DUMP.encode()), "nothing_like_it"),
    ],
    ids=["truncated", "of 0 bytes", "without a table", "with rows missing", "with an extension that is not there"],
)
def test_a_dump_that_does_not_restore_fails(dumps: Path, content: bytes, problem: str) -> None:
    (dumps / "shop-3.sql.gz").write_bytes(content)
    verdict, _measured = restore(dumps)
    assert verdict.status is Status.FAIL
    assert problem in verdict.message


def test_no_dump_at_all_fails(dumps: Path) -> None:
    for path in dumps.iterdir():
        path.unlink()
    verdict, _measured = restore(dumps)
    assert verdict.status is Status.FAIL
    assert "no file in" in verdict.message


def test_without_the_programs_nobody_can_tell(dumps: Path) -> None:
    verdict, _measured = restore(dumps, user="nobody-of-that-name")
    assert verdict.status is Status.ERROR
