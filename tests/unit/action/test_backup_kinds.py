# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against what rclone and barman told, and against files of Redis and SQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.rclone import resolved
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import (
    CANNOT,
    DAY,
    DIGEST,
    DUMPS,
    GZIP,
    HOUR,
    NOW,
    OTHER,
    directory,
    month,
    ran,
)
from tests.unit.proving import prove, status

REMOTE = {"rclone": {"remote": "off:shop", "config": "/etc/rclone.conf", "pattern": "*.age"}}
_RCLONE = "rclone --config=/etc/rclone.conf --ask-password=false --retries=1"
LIST = f"{_RCLONE} lsjson --recursive --files-only --no-mimetype '--include=*.age' '--include=*.age.sha256*' off:shop"
KEPT = "# only *.type, *.remote, *.endpoint, *.host, *.url, *.provider"
CONFIG = f"{_RCLONE} config dump {KEPT}"
HASH = f"{_RCLONE} hashsum sha256 --download off:shop/d0.age"
BESIDE = f"{_RCLONE} cat --head=512 off:shop/d0.age.sha256"
HEAD = f"{_RCLONE} cat --head=64 off:shop/d0.age"
S3 = ran(json.dumps({"off": {"type": "s3", "endpoint": "https://s3.test"}}))


def on_remote(
    days: int = 31, start: int = 0, size: int = 50_000, beside: bool = True, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    def entry(name: str, day: int, size: int) -> dict[str, Any]:
        moment = datetime.fromtimestamp(NOW - 3 * HOUR - day * DAY, UTC).isoformat()
        return {"Path": name, "Name": name, "Size": size, "ModTime": moment.replace("+00:00", "Z"), "IsDir": False}

    files = [entry(f"d{day}.age", day, size) for day in range(start, days)]
    files += [entry("d0.age.sha256", 0, 80)] if beside else []
    answers = {LIST: ran(json.dumps(files)), CONFIG: S3, HASH: ran(f"{DIGEST}  d0.age\n")}
    return answers | {
        BESIDE: ran(f"{DIGEST}  d0.age\n"),
        HEAD: ran("age-encryption.org/v1\n-> X25519 x"),
        **(more or {}),
    }


def remote(control: str, answers: dict[str, Any], **options: Any) -> Verdict:
    (verdict,) = prove(Backup, f"backup.{control}", REMOTE | options, answers)
    return verdict


def test_files_on_a_remote_are_fresh_and_kept() -> None:
    for control in ("freshness", "retention"):
        assert remote(control, on_remote()).message == ""
        assert remote(control, on_remote()).status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (on_remote(0, beside=False), "no backup at all"),
        (on_remote(more={LIST: ran("[\n", 3, "error in ListJSON: directory not found")}), "there is no off:shop"),
        (on_remote(beside=False), "nothing proves that d0.age is whole"),
        (on_remote(more={HASH: ran(f"{OTHER}  d0.age\n")}), "does not match its checksum file"),
        (on_remote(more={BESIDE: ran("")}), "holds no SHA-256"),
        (on_remote(size=20), "20 bytes"),
        (on_remote(size=0), "is empty"),
    ],
)
def test_a_bad_file_on_a_remote_fails(answers: dict[str, Any], says: str) -> None:
    verdict = remote("freshness", answers)
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_a_remote_that_cannot_be_read_is_an_error() -> None:
    for line in (LIST, CONFIG, HASH, BESIDE):
        for reason in CANNOT:
            assert remote("freshness", on_remote(more={line: CannotLook(reason, "x")})).status is Status.ERROR
    for line in (LIST, CONFIG, HASH):
        for garbage in ("", "{", '{"a": 1}', "[1]"):
            assert remote("freshness", on_remote(more={line: ran(garbage)})).status is Status.ERROR
    refused = on_remote(more={LIST: ran("", 1, "dial tcp 192.0.2.1:443: connect: connection refused")})
    assert "could not look (unreachable)" in remote("freshness", refused).message


def elsewhere(answers: dict[str, Any], pattern: str = "*.age") -> Verdict:
    entry = {"rclone": REMOTE["rclone"] | {"pattern": pattern}}
    (verdict,) = prove(Backup, "backup.offsite", DUMPS | {"offsite": [entry]}, directory("/b", month()) | answers)
    return verdict


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param({}, "", id="right"),
        pytest.param({HEAD: ran("-----BEGIN AGE ENCRYPTED FILE-----\n")}, "", id="armored"),
        pytest.param({HEAD: ran("\x1f\ufffd\x08\0")}, "d0.age is not encrypted", id="gzip"),
        pytest.param({HEAD: ran("\ufffd\x02\x0c\x03\ufffd")}, "d0.age is not encrypted", id="another name's format"),
        pytest.param({HASH: ran(f"{OTHER}  d0.age\n")}, "off:shop/d0.age differs from /b/d0.age", id="differs"),
        pytest.param(
            {CONFIG: ran('{"off": {"type": "s3", "endpoint": "http://127.0.0.1:9000"}}')}, "this host itself", id="here"
        ),
        pytest.param(
            on_remote(
                start=3, more={HEAD.replace("d0", "d3"): ran(""), HASH.replace("d0", "d3"): ran(f"{DIGEST}  d3.age")}
            ),
            "75 h old",
            id="old",
        ),
    ],
)
def test_a_remote_is_off_site_when_it_is_encrypted_and_elsewhere(answers: dict[str, Any], says: str) -> None:
    verdict = elsewhere(on_remote() | answers)
    assert verdict.status is (Status.FAIL if says else Status.PASS)
    assert says in verdict.message
    assert elsewhere(on_remote() | answers | {LIST: CannotLook("denied", "x")}).status is Status.ERROR


def test_a_remote_of_type_crypt_needs_no_other_encryption() -> None:
    crypt = ran('{"off": {"type": "crypt", "remote": "s3:bucket"}, "s3": {"type": "s3", "provider": "AWS"}}')
    verdict = elsewhere(on_remote(more={CONFIG: crypt}))
    assert (verdict.status, verdict.actual["encryption"]) == (Status.PASS, "rclone crypt")


CONFIGURED = {
    "here": {"type": "local"},
    "s3": {"type": "s3", "endpoint": "https://s3.test"},
    "dav": {"type": "webdav", "url": "https://me:secret@dav.test/x"},
    "sealed": {"type": "crypt", "remote": "s3:bucket/x"},
    "near": {"type": "crypt", "remote": "/srv/x"},
    "short": {"type": "alias", "remote": "sealed:y"},
    "loop": {"type": "alias", "remote": "loop:"},
    "many": {"type": "union", "upstreams": "s3: here:"},
}


@pytest.mark.parametrize(
    ("name", "place", "crypt"),
    [
        ("/srv/b", "/srv/b", False),
        ("here:/srv/b", "/srv/b", False),
        ("s3:b/c", "s3:https://s3.test/b/c", False),
        ("dav:c", "webdav:https://dav.test/x/c", False),
        ("sealed:c", "s3:https://s3.test/bucket/x/c", True),
        ("near:c", "/srv/x/c", True),
        ("short:z", "s3:https://s3.test/bucket/x/y/z", True),
    ],
)
def test_where_a_remote_lies_in_the_end(name: str, place: str, crypt: bool) -> None:
    assert resolved(name, CONFIGURED) == (place, crypt)


@pytest.mark.parametrize("name", ["loop:", "absent:b", "many:b"])
def test_a_remote_that_leads_nowhere(name: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        resolved(name, CONFIGURED)


BARMAN = {"barman": {"server": "main"}}
LISTED = "runuser -u barman -- barman --format=json list-backup main"
CHECKED = "runuser -u barman -- barman --format=json check main"


def barman(days: int = 31, start: int = 0, ends: str = "DONE", checks: Any = None) -> dict[str, Any]:
    """What barman 3.4 lists and checks; the newest backup is the last of the days."""

    def backup(day: int) -> dict[str, Any]:
        stop = int(NOW - 3 * HOUR - day * DAY)
        label = datetime.fromtimestamp(stop, UTC).strftime("%Y%m%dT%H%M%S")
        done = {"end_time_timestamp": str(stop), "size_bytes": 50_000, "size": "48.8 KiB", "status": "DONE"}
        if day == start and ends == "WAITING_FOR_WALS":
            return {"backup_id": label, **done, "status": ends}
        return {"backup_id": label, **done} if day > start or ends == "DONE" else {"backup_id": label, "status": ends}

    listing = {"main": [backup(day) for day in range(start, days)]}
    health = {"main": {"directories": {"hint": "", "status": "OK"}, **(checks or {})}}
    return {LISTED: ran(json.dumps(listing)), CHECKED: ran(json.dumps(health), 1 if checks else 0)}


def kept_by_barman(answers: dict[str, Any]) -> list[Verdict]:
    return [prove(Backup, control, BARMAN, answers)[0] for control in ("backup.freshness", "backup.retention")]


def test_barman_keeps_a_month() -> None:
    assert [verdict.message for verdict in kept_by_barman(barman())] == ["", ""]
    running = barman(ends="STARTED")
    assert kept_by_barman(running)[1].status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (barman(0), "no backup at all"),
        (barman(start=3), "75 h old"),
        (barman(ends="FAILED"), "ended as FAILED"),
        (barman(ends="WAITING_FOR_WALS"), "waits for WAL"),
        (
            barman(checks={"wal_archive": {"hint": "set up WAL shipping", "status": "FAILED"}}),
            "check, wal_archive: set up",
        ),
    ],
)
def test_barman_without_a_good_backup_fails(answers: dict[str, Any], says: str) -> None:
    verdict = kept_by_barman(answers)[0]
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_barman_that_cannot_be_asked_is_an_error() -> None:
    for line in (LISTED, CHECKED):
        for reason in CANNOT:
            assert kept_by_barman(barman() | {line: CannotLook(reason, "x")})[0].status is Status.ERROR
        for garbage in ("", "{", "[]", '{"main": {}}', '{"main": [1]}', '{"_ERROR": ["x"]}'):
            if (line, garbage) != (LISTED, '{"main": {}}'):
                assert kept_by_barman(barman() | {line: ran(garbage)})[0].status is Status.ERROR
    other = ran("ERROR: please run barman as 'barman' user", 1)
    assert "could not look (denied)" in kept_by_barman(barman() | {LISTED: other})[0].message


RDB, AOF, SQL = b"REDIS0010\xfa".hex(), b"*2\r\n$6\r\nSELECT".hex(), b"--\n-- PostgreSQL database dump\n".hex()
MARKS = "'^-- (PostgreSQL database |(MySQL|MariaDB) dump |Dump completed)'"


def whole(suffix: str, head: str, answers: dict[str, Any]) -> Verdict:
    files = directory("/b", month(name="d{}." + suffix, head=head), f"*.{suffix}")
    alone = {f"ls -ld /b/*.{suffix}.sha256*": {"pattern": "", "files": []}}
    (verdict,) = prove(
        Backup, "backup.freshness", {"directory": "/b", "pattern": f"*.{suffix}"}, files | alone | answers
    )
    return verdict


@pytest.mark.parametrize(
    ("suffix", "head", "line"),
    [
        ("rdb", RDB, "redis-check-rdb /b/d0.rdb"),
        ("aof", AOF, "redis-check-aof /b/d0.aof"),
        ("aof", RDB, "redis-check-aof /b/d0.aof"),
    ],
)
def test_a_copy_of_redis_is_read_by_its_own_tool(suffix: str, head: str, line: str) -> None:
    assert whole(suffix, head, {line: ran("looks OK")}).status is Status.PASS
    assert "is damaged" in whole(suffix, head, {line: ran("Unexpected EOF", 1)}).message
    assert "begins with unknown bytes" in whole(suffix, b"REDISxx".hex() + "00", {}).message
    absent, valkey = CannotLook("missing_tool", "x"), line.replace("redis-", "valkey-")
    assert whole(suffix, head, {line: absent, valkey: ran("looks OK")}).status is Status.PASS
    assert whole(suffix, head, {line: absent, valkey: absent}).status is Status.ERROR
    assert whole(suffix, head, {line: CannotLook("timeout", "x")}).status is Status.ERROR


END, BEGIN = "-- PostgreSQL database dump complete", "-- PostgreSQL database dump"
CLUSTER = "-- PostgreSQL database cluster dump"


@pytest.mark.parametrize(
    ("marks", "right"),
    [
        ((BEGIN, END), True),
        ((BEGIN,), False),
        ((CLUSTER, BEGIN, END, f"{CLUSTER} complete"), True),
        ((CLUSTER, BEGIN, END), False),
        (("-- MySQL dump 10.13  Distrib 8.0", "-- Dump completed on 2026-11-01"), True),
        (("-- MariaDB dump 10.19",), False),
    ],
)
def test_a_dump_in_sql_must_have_its_end(marks: tuple[str, ...], right: bool) -> None:
    said = ran("\n".join(marks) + "\n")
    for suffix, head, tool in (("sql", SQL, "grep"), ("sql.gz", GZIP, "zgrep")):
        path = f"/b/d0.{suffix}"
        verdict = whole(suffix, head, {f"gzip -t {path}": ran(), f"{tool} -ahE {MARKS} {path}": said})
        assert verdict.status is (Status.PASS if right else Status.FAIL)
        assert right or "breaks off" in verdict.message


def test_a_text_without_marks_proves_nothing_and_an_unreadable_one_is_an_error() -> None:
    line = f"grep -ahE {MARKS} /b/d0.sql"
    assert "nothing proves" in whole("sql", SQL, {line: ran("", 1)}).message
    assert whole("sql", SQL, {line: ran("", 2, "grep: x: Permission denied")}).status is Status.ERROR
    assert whole("sql", SQL, {line: ran("", 2, "grep: x: Input/output error")}).status is Status.ERROR
    for reason in CANNOT:
        assert whole("sql", SQL, {line: CannotLook(reason, "x")}).status is Status.ERROR
    assert status(
        Backup, "backup.retention", {"directory": "/b", "pattern": "*.sql"}, directory("/b", [], "*.sql")
    ) is (Status.FAIL)
