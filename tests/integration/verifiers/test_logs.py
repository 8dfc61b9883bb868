# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs verifier on real files, a real journal and two real rsyslogds; the stores over HTTP are fakes."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import scans
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import Deadline
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.log_store import INDEX, QUERY, SELECTOR, FakeLogStore
from tests.integration.verifiers.backups import needs, needs_root
from tests.integration.verifiers.written_logs import DAY, add, entry, proof, rsyslogd, sources, until, written

JOURNAL_WRITER = "/lib/systemd/systemd-journal-remote"
# As they stand in a log; none of them may leave the host.
CANARIES = {
    "card number": "4111 1111 1111 1111",
    "password in an address": "postgresql://shop:c4nary-in-url@db/shop",
    "password": '{"password":"c4nary-in-json"}',
    "authorization header": "Authorization: Basic c4naryInHeader",
    "e-mail address": "c4nary@shop.example",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjNG5hcnkifQ.c4nary",
    "private key": "-----BEGIN PRIVATE KEY-----",
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path)


CONTENT = ("no_sensitive_data", "structured", "quiet")


@pytest.mark.parametrize("control", CONTENT)
def test_a_healthy_log_passes(log: Path, control: str) -> None:
    verdict = proof(control, sources(log))
    assert (verdict.status, verdict.actual["lines"]) == (Status.PASS, 100)


@pytest.mark.parametrize("kind", CANARIES)
@pytest.mark.parametrize("packed", [False, True], ids=["written now", "rotated and packed"])
def test_what_must_not_be_logged_fails_and_never_leaves_the_host(log: Path, kind: str, packed: bool) -> None:
    if packed:
        with gzip.open(f"{log}.1.gz", "wt") as stream:
            stream.write(f"{entry(3600)}\n{CANARIES[kind]}\n")
    else:
        add(log, CANARIES[kind])
    answered: list[str] = []

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        answers = engine.on_controller(requests)
        answered.append(json.dumps(list(answers)))
        return answers

    verdict = proof("no_sensitive_data", sources(log), host)
    assert verdict.status is Status.FAIL
    assert verdict.message == f"{kind} in 1 line ({log}{'.1.gz:2' if packed else ':101'})"
    left = json.dumps(verdict.actual) + verdict.message + "".join(answered)
    assert "4nary" not in left
    assert "4111" not in left
    assert "BEGIN" not in left


def test_a_secret_of_the_host_is_known_by_its_value(log: Path, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("DB_PASSWORD=plain-words-only\n", encoding="utf-8")
    options = sources(log, known_secrets=[{"file": str(tmp_path / "env"), "key": "DB_PASSWORD"}])
    assert proof("no_sensitive_data", options).status is Status.PASS
    add(log, "trying plain-words-only as shop")
    verdict = proof("no_sensitive_data", options)
    assert (verdict.status, "plain-words" in str(verdict)) == (Status.FAIL, False)
    (tmp_path / "env").unlink()
    assert proof("no_sensitive_data", options).status is Status.ERROR


@pytest.mark.parametrize(
    ("control", "lines", "says"),
    [
        ("structured", ["console.log"] * 3, "97.1 % of the lines are structured"),
        ("structured", [entry(level="debug")] * 3, "2.9 % of the lines are of level debug"),
        ("structured", [entry(level="error", err={"type": "E", "stack": "at x"}, reqId=None)], "without request_id"),
        ("quiet", ["Error: connect ECONNREFUSED 127.0.0.1:6379"] * 300, "level error: 300 lines"),
        ("quiet", [entry(level="warn")], "level warn: 1 line"),
    ],
)
def test_a_log_that_is_not_fit(log: Path, control: str, lines: list[str], says: str) -> None:
    add(log, *lines)
    verdict = proof(control, sources(log))
    assert (verdict.status, says in verdict.message) == (Status.FAIL, True), verdict.message


def test_known_noise_is_quiet(log: Path) -> None:
    add(log, entry(level="warn", msg="slow query"))
    assert proof("quiet", sources(log, known_noise=['"msg": "slow query"'])).status is Status.PASS


def empty(log: Path) -> None:
    log.write_text("", encoding="utf-8")


def old(log: Path) -> None:
    os.utime(log, (time.time() - 2 * DAY,) * 2)


def garbage(log: Path) -> None:
    log.write_bytes(os.urandom(50000))


def directory(log: Path) -> None:
    log.unlink()
    log.mkdir()


def damaged(log: Path) -> None:
    Path(f"{log}.1.gz").write_bytes(gzip.compress(os.urandom(5000))[:-20])


@pytest.mark.parametrize("control", CONTENT)
@pytest.mark.parametrize("spoil", [Path.unlink, empty, old, directory, damaged])
def test_a_log_that_cannot_be_judged_is_an_error(log: Path, control: str, spoil: Any) -> None:
    spoil(log)
    assert proof(control, sources(log)).status is Status.ERROR


@pytest.mark.parametrize("control", CONTENT)
def test_a_log_that_is_no_text_never_passes(log: Path, control: str) -> None:
    garbage(log)
    assert proof(control, sources(log)).status is not Status.PASS


def test_a_log_larger_than_what_is_read(log: Path) -> None:
    add(log, *[entry(msg="x" * 1000)] * 1200)
    assert proof("no_sensitive_data", sources(log, max_scan_megabytes=1)).status is Status.ERROR
    assert proof("structured", sources(log, max_scan_megabytes=1)).status is Status.PASS
    assert proof("no_sensitive_data", sources(log, max_scan_megabytes=2)).status is Status.PASS


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal as a remote host sends it: one entry a minute, the last of them an error with a password."""
    directory = tmp_path_factory.mktemp("journal")
    lines = [entry(), *["plain"] * 9, "password=c4nary-in-journal"]
    with (directory / "export").open("w", encoding="utf-8") as stream:
        for number, text in enumerate(lines):
            at = int((time.time() - 60 * (len(lines) - number)) * 1e6)
            stream.write(
                f"__REALTIME_TIMESTAMP={at}\n__MONOTONIC_TIMESTAMP={number + 1}\n_BOOT_ID={'01' * 16}\n"
                f"_HOSTNAME=web-1\n_SYSTEMD_UNIT=shop.service\nPRIORITY={3 if number == 10 else 6}\nMESSAGE={text}\n\n"
            )
    subprocess.run(
        [JOURNAL_WRITER, "-o", directory / "web-1.journal", directory / "export"], check=True, capture_output=True
    )
    return directory


@pytest.mark.skipif(not os.path.exists(JOURNAL_WRITER), reason="not installed: systemd-journal-remote")
@needs("journalctl")
def test_a_real_journal(journal: Path) -> None:
    unit = {"journal": ["_SYSTEMD_UNIT=shop.service"], "directory": str(journal), "window": 3600}
    pattern = {"name": "password", "regex": "password=([^ ]+)"}
    seen = scans.scan(Deadline(10), **unit, patterns=[pattern])
    assert (seen["lines"], seen["levels"], seen["complete"]) == (11, {"info": 10, "error": 1}, True)
    assert seen["findings"][0]["lines"] == 1
    assert "c4nary" not in json.dumps(seen)

    def received(hostname: str, directory: Path = journal, minutes: float = 5) -> Status:
        sender = {"hostname": hostname, "directory": str(directory)}
        return proof("shipped", {"received": [sender], "max_delay_minutes": minutes}).status

    assert received("web-1") is Status.PASS
    assert received("web-1", minutes=0.5) is Status.FAIL
    assert received("web-2") is Status.ERROR
    assert received("web-1", journal / "none") is Status.ERROR


@pytest.fixture(scope="module")
def store() -> Iterator[FakeLogStore]:
    with FakeLogStore() as running:
        yield running


STORES = {
    "loki": ({"type": "loki"}, SELECTOR),
    "elasticsearch": ({"type": "elasticsearch", "index": INDEX}, QUERY),
}


@pytest.mark.parametrize("kind", STORES)
class TestStores:
    @pytest.fixture(autouse=True)
    def fresh(self, store: FakeLogStore) -> None:
        store.entries, store.token, store.says, store.delay = [time.time() - 30], "", "", 0

    def shipped(self, store: FakeLogStore, log: Path, kind: str, **more: Any) -> Verdict:
        where, query = STORES[kind]
        options = {"store": {**where, "url": store.url, **more}, "timeout": 1}
        return proof("shipped", {"sources": [{"file": str(log), "query": query}], **options})

    def test_what_arrived(self, store: FakeLogStore, log: Path, kind: str) -> None:
        assert self.shipped(store, log, kind).status is Status.PASS
        assert self.shipped(store, log, kind, **{"from": "controller"}).status is Status.PASS

    def test_what_did_not(self, store: FakeLogStore, log: Path, kind: str) -> None:
        store.entries = [time.time() - 3600]
        assert "min behind" in self.shipped(store, log, kind).message
        store.entries = []
        assert "nothing of" in self.shipped(store, log, kind).message

    def test_a_store_that_does_not_answer(self, store: FakeLogStore, log: Path, kind: str, tmp_path: Path) -> None:
        store.token = "Bearer c4nary-token"
        assert "denied" in self.shipped(store, log, kind).message
        (tmp_path / "token").write_text("Bearer c4nary-token\n", encoding="utf-8")
        entered = self.shipped(store, log, kind, header_files={"Authorization": str(tmp_path / "token")})
        assert entered.status is Status.PASS
        store.token, store.says = "", "<html>"
        assert "malformed" in self.shipped(store, log, kind).message
        store.says, store.delay = "", 3
        assert "timeout" in self.shipped(store, log, kind).message
        store.delay = 0
        assert "unreachable" in self.shipped(store, log, kind, url="http://127.0.0.1:9").message

    def test_a_log_that_is_empty_has_nothing_to_arrive(self, store: FakeLogStore, log: Path, kind: str) -> None:
        empty(log)
        assert self.shipped(store, log, kind).status is Status.ERROR


def carried(log: Path, arrived: Path) -> bool:
    """Write a line and tell whether any has arrived yet: what is written before the sender listens may be lost."""
    add(log, "request completed")
    return arrived.exists()


@needs("rsyslogd")
@needs_root
def test_what_one_rsyslog_sends_another_receives(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log, arrived = tmp_path / "shop.log", tmp_path / "received.log"
    log.write_text("", encoding="utf-8")
    receiver = (
        f'module(load="imtcp")\ninput(type="imtcp" port="{port}" address="127.0.0.1")\n'
        f'action(type="omfile" file="{arrived}" template="RSYSLOG_FileFormat")\n'
    )
    sender = (
        f'module(load="imfile" mode="inotify")\ninput(type="imfile" file="{log}" tag="shop")\n'
        f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp")\n'
    )

    def received(minutes: float = 5) -> Verdict:
        return proof("shipped", {"received": [{"file": str(arrived)}], "max_delay_minutes": minutes})

    with rsyslogd(tmp_path, "receiver", receiver):
        assert received().status is Status.ERROR
        with rsyslogd(tmp_path, "sender", sender):
            assert until(lambda: carried(log, arrived))
            assert received().status is Status.PASS, received().message
        add(log, "nobody carries this away")
        time.sleep(1.2)
        verdict = received(minutes=0.01)
        assert (verdict.status, "the last line of" in verdict.message) == (Status.FAIL, True)
    arrived.write_text("", encoding="utf-8")
    assert received().status is Status.ERROR
