# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue on disk of a real rsyslog whose store is away, and comes back. What systemd would say is a recording."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.log_store import SELECTOR, FakeLogStore
from tests.integration.verifiers.backups import needs, needs_root
from tests.integration.verifiers.written_logs import add, entry, proof, rsyslogd, until, written
from tests.unit.action.logs_recordings import scanned

UNIT: dict[str, Any] = dict.fromkeys(
    ("result", "exit", "started", "finished", "restarts", "restart_policy", "fragment")
)
UNIT |= {"name": "rsyslog.service", "load": "loaded", "active": "active", "sub": "running", "enabled": "enabled"}


def host(requests: Sequence[Request]) -> Sequence[Answer]:
    """This machine, on which no unit runs rsyslog."""
    recorded = {"unit": UNIT, "scan": scanned(lines=0)}
    told = [each.params["kind"] == "unit" or "journal" in each.params for each in requests]
    seen = iter(engine.on_controller([each for each, known in zip(requests, told, strict=True) if not known]))
    return [
        {"value": recorded[each.params["kind"]], "at": time.time(), "ms": 1} if known else next(seen)
        for each, known in zip(requests, told, strict=True)
    ]


@needs("rsyslogd")
@needs_root
def test_a_queue_grows_while_the_store_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log, spool, arrived = written(tmp_path), tmp_path / "sender", tmp_path / "received.log"
    sender = (
        f'module(load="imfile" mode="inotify")\ninput(type="imfile" file="{log}" tag="shop")\n'
        f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" action.resumeRetryCount="-1"\n'
        '  action.resumeInterval="1" queue.type="Disk" queue.size="10000" queue.filename="forward"\n'
        '  queue.maxFileSize="16k")\n'
    )
    receiver = (
        f'module(load="imtcp")\ninput(type="imtcp" port="{port}" address="127.0.0.1")\n'
        f'action(type="omfile" file="{arrived}")\n'
    )

    def shipped(store: FakeLogStore, files: str = "forward.0*", **bounds: float) -> Verdict:
        queue = {"files": [str(spool / files)], "max_megabytes": 0.03, **bounds}
        shipper = {"name": "rsyslog", "config": [str(tmp_path / "sender.conf")], "queue": queue}
        options = {"store": {"type": "loki", "url": store.url}, "shipper": shipper}
        return proof("shipped", {"sources": [{"file": str(log), "query": SELECTOR}], **options}, host)

    with FakeLogStore() as store:
        store.entries = [time.time() + 60]
        # Before the sender starts: it misses what is written between its first look and its watch.
        add(log, *[entry(msg=f"request {number}") for number in range(2000)])
        with rsyslogd(tmp_path, "sender", sender):
            assert until(lambda: any("request 1999" in path.read_text() for path in spool.glob("forward.0*")))
            verdict = shipped(store)
            assert (verdict.status, "the queue of rsyslog holds" in verdict.message) == (Status.FAIL, True)
            assert shipped(store, max_megabytes=9).status is Status.PASS
            oldest = min(spool.glob("forward.0*"))
            os.utime(oldest, (time.time() - 3600,) * 2)
            verdict = shipped(store, max_megabytes=9, max_minutes=30)
            assert (verdict.status, f"{oldest} waits" in verdict.message) == (Status.FAIL, True), verdict.message
            with rsyslogd(tmp_path, "receiver", receiver):
                assert until(lambda: shipped(store, max_minutes=30).status is Status.PASS)
        assert "does not name the queue" in shipped(store, "elsewhere.0*").message
        for path in spool.glob("forward*"):
            path.unlink()
        empty = shipped(store)
        assert (empty.status, empty.actual["queue"]) == (Status.PASS, "empty")
        (tmp_path / "sender.conf").unlink()
        assert "does not name the queue" in shipped(store).message
        spool.rename(tmp_path / "away")
        assert shipped(store).status is Status.FAIL
        (tmp_path / "sender.conf").write_text(sender, encoding="utf-8")
        verdict = shipped(store)
        assert (verdict.status, "not_found" in verdict.message) == (Status.ERROR, True), verdict.message
