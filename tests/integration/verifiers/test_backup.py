# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against real files and crontabs, right and really broken."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import crontabs
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.backups import DAY, Counting, needs, needs_root, on_nas, proof, run

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def dated(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * DAY,) * 2)


def write(path: Path, content: bytes, days: float = 0.1, mode: int = 0o640) -> Path:
    """A dump with its checksum file."""
    path.write_bytes(content)
    beside = path.with_name(f"{path.name}.sha256")
    beside.write_text(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    path.chmod(mode)
    dated(path, days)
    return path


DUMP = gzip.compress(os.urandom(4000))


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    for day in range(31):
        write(tmp_path / f"shop-{day:02d}.sql.gz", DUMP, day + 0.1)
    return tmp_path


def kept(directory: Path, **more: Any) -> dict[str, Any]:
    return {"directory": str(directory), "pattern": "shop-*.sql.gz", **more}


def test_a_month_of_dumps_is_fresh_and_kept(dumps: Path) -> None:
    assert proof("freshness", kept(dumps)).message == ""
    assert proof("freshness", kept(dumps)).status is Status.PASS
    assert proof("retention", kept(dumps)).status is Status.PASS


def test_the_newest_dump_costs_a_second_look(dumps: Path) -> None:
    for control, calls in (("freshness", 2), ("retention", 1)):
        host = Counting()
        assert proof(control, kept(dumps), host).status is Status.PASS
        assert host.calls == calls


def three_of_20_bytes(dumps: Path) -> None:
    for day in range(3):
        write(dumps / f"shop-{day:02d}.sql.gz", gzip.compress(b"", mtime=0), day + 0.1)


def three_days_old(dumps: Path) -> None:
    for day in range(3):
        (dumps / f"shop-{day:02d}.sql.gz").unlink()


def only_seven(dumps: Path) -> None:
    for day in range(7, 31):
        (dumps / f"shop-{day:02d}.sql.gz").unlink()


def five_days_missing(dumps: Path) -> None:
    for day in range(10, 15):
        (dumps / f"shop-{day:02d}.sql.gz").unlink()


def nothing(dumps: Path) -> None:
    for path in dumps.iterdir():
        path.unlink()


def changed(dumps: Path) -> None:
    path = dumps / "shop-00.sql.gz"
    path.write_bytes(DUMP[:-9] + b"x" + DUMP[-8:])
    dated(path, 0.1)


def cut(dumps: Path) -> None:
    write(dumps / "shop-00.sql.gz", DUMP[:3000])


def no_header(dumps: Path) -> None:
    write(dumps / "shop-00.sql.gz", DUMP[2:])


@pytest.mark.parametrize(
    ("break_it", "control", "says"),
    [
        (three_of_20_bytes, "freshness", "has only 20 bytes"),
        (three_of_20_bytes, "retention", "there is none between"),
        (three_days_old, "freshness", "74 h old"),
        (only_seven, "retention", "oldest restorable backup is 6 days old"),
        (five_days_missing, "retention", "there is none between"),
        (nothing, "freshness", "no backup at all"),
        (nothing, "retention", "no restorable backup at all"),
        (changed, "freshness", "does not match its checksum file"),
        (cut, "freshness", "unexpected end of file"),
        (no_header, "freshness", "begins with unknown bytes, not as gzip"),
    ],
)
def test_broken_dumps_fail(dumps: Path, break_it: Any, control: str, says: str) -> None:
    break_it(dumps)
    verdict = proof(control, kept(dumps))
    assert verdict.status is Status.FAIL
    assert says in verdict.message


@needs_root
def test_dumps_that_may_not_be_read_are_an_error(dumps: Path) -> None:
    dumps.chmod(0o700)
    with as_nobody():
        for control in ("freshness", "retention"):
            verdict = proof(control, kept(dumps))
            assert verdict.status is Status.ERROR
            assert "could not look (denied)" in verdict.message


@pytest.fixture(scope="module")
def sealed() -> bytes:
    """A dump as age encrypts it."""
    if not shutil.which("age"):
        pytest.skip("not installed: age")
    with tempfile.TemporaryDirectory() as directory:
        key = Path(directory, "key")
        run("age-keygen", "-o", key)
        Path(directory, "dump").write_bytes(DUMP)
        run("age", "-e", "-i", key, "-o", Path(directory, "sealed"), Path(directory, "dump"))
        return Path(directory, "sealed").read_bytes()


@pytest.fixture
def copied(tmp_path: Path, sealed: bytes) -> dict[str, Any]:
    """A directory of one encrypted dump, and its copy."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "shop.age", sealed)
    here, there = ({"directory": str(tmp_path / name), "pattern": "*.age"} for name in ("here", "there"))
    return {**here, "offsite": [there]}


def there(options: dict[str, Any]) -> Path:
    return Path(options["offsite"][0]["directory"], "shop.age")


def test_an_equal_encrypted_copy_elsewhere_is_off_site(copied: dict[str, Any]) -> None:
    verdict = proof("offsite", copied, on_nas)
    assert (verdict.status, verdict.message) == (Status.PASS, "")


def test_a_copy_on_a_disk_of_this_host_is_not_off_site(copied: dict[str, Any]) -> None:
    verdict = proof("offsite", copied)
    assert verdict.status is Status.FAIL
    assert "of this host" in verdict.message


def test_a_plain_readable_changed_or_old_copy_fails(copied: dict[str, Any]) -> None:
    copy = there(copied)
    copy.chmod(0o644)
    assert "readable by everyone (0644)" in proof("offsite", copied, on_nas).message
    write(copy, copy.read_bytes()[:-1] + b"x")
    assert "differs from" in proof("offsite", copied, on_nas).message
    dated(copy, 3)
    assert "72 h old" in proof("offsite", copied, on_nas).message
    write(copy, DUMP)
    assert "shop.age is not encrypted" in proof("offsite", copied, on_nas).message
    copy.unlink()
    assert "no backup at all" in proof("offsite", copied, on_nas).message


@needs("gpg")
def test_gpg_is_known_by_its_packets(tmp_path: Path, copied: dict[str, Any]) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    copied["offsite"][0]["pattern"] = "*.gpg"
    source, target = Path(copied["directory"], "shop.age"), there(copied).with_suffix(".gpg")
    options: list[str | Path] = [
        "--homedir",
        home,
        "--batch",
        "--yes",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "x",
    ]
    run("gpg", *options, "--output", target, "--symmetric", source)
    write(target, target.read_bytes())
    assert proof("offsite", copied, on_nas).message == ""
    run("gpg", *options, "--armor", "--output", target, "--symmetric", source)
    run("gpgconf", "--homedir", home, "--kill", "all")
    write(target, target.read_bytes())
    assert proof("offsite", copied, on_nas).message == ""


@needs_root
def test_a_copy_that_the_application_may_write_fails(copied: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        place = shutil.copytree(there(copied).parent, Path(open_to_all) / "there")
        options = copied | {"app_user": "nobody", "offsite": [copied["offsite"][0] | {"directory": str(place)}]}
        assert proof("offsite", options, on_nas).status is Status.PASS
        place.chmod(0o777)
        assert f"nobody may write {place}" in proof("offsite", options, on_nas).message


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "root"
    (root / "etc/cron.d").mkdir(parents=True)
    monkeypatch.setattr(crontabs, "_ROOT", str(root))
    monkeypatch.setattr(crontabs, "_SYSTEM_UID", os.geteuid())
    return root / "etc/cron.d/backup"


def test_an_entry_of_cron_must_be_there_and_run(dumps: Path, crontab: Path) -> None:
    options = kept(dumps, schedule={"cron": "/usr/local/bin/dump"})
    entry = "30 2 * * * root /usr/local/bin/dump shop\n"
    crontab.write_text(entry)
    assert proof("automated", options).message == ""
    crontab.write_text(f"# {entry}")
    assert proof("automated", options).status is Status.FAIL
    crontab.write_text(entry.replace("* * *", "* * 1"))
    assert "pauses it for 168 h" in proof("automated", options).message
    crontab.rename(crontab.with_name("backup.disabled"))
    assert proof("automated", options).status is Status.FAIL
    crontab.write_text(entry)
    three_days_old(dumps)
    assert "74 h old" in proof("automated", options).message
