# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams and consumers of a real NATS server: right, really broken, and not seen from where the check looks."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.nats_servers import (
    DECIDED,
    NEEDED,
    Server,
    alone,
    errs,
    fails,
    one_of_each,
    passes,
    publish,
    running,
    single,
    until,
    verdict,
)
from tests.unit import pki

pytestmark = NEEDED


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("jetstream")
    pki.pem_file(directory / "ca.pem", pki.authority("NATS test root"))
    return directory


@pytest.fixture(scope="module")
def plain(work: Path) -> Iterator[Server]:
    """A server alone, open to everybody, which cuts slow readers off soon."""
    server = alone(work / "plain", f"jetstream {{ store_dir: '{work}/plain' }}\nwrite_deadline: '100ms'\n")
    try:
        yield server
    finally:
        server.stop()


def test_streams_that_do_not_last_fail(plain: Server, work: Path) -> None:
    publish(plain, one_of_each)
    good = {"name": "GOOD", "max_bytes": 1 << 20, "retention": "limits", "discard": "old"}
    passes("jetstream", single(plain, work, streams=[good, *DECIDED]))
    memory = ("stream GOOD2 is stored in memory, not in file", "has no limit")
    fails("jetstream", single(plain, work, streams=[{"name": "GOOD2"}]), *memory)
    fails("jetstream", single(plain, work, streams=[good]), *memory)
    fails("jetstream", single(plain, work, streams=[{**good, "max_age_hours": 24}, *DECIDED]), "0.0, not 24")
    fails("jetstream", single(plain, work, streams=[{**good, "retention": "workqueue"}, *DECIDED]), "not workqueue")
    fails("jetstream", single(plain, work, streams=[{**good, "account": "SHOP"}, *DECIDED]), "there is no stream GOOD")
    fails("jetstream", single(plain, work, streams=[*DECIDED, {"name": "ORDERS"}]), "there is no stream ORDERS")
    fails("jetstream", single(plain, work, streams=[good, *DECIDED], store_dir="/srv/nats"), "not in /srv/nats")


def test_the_file_system_is_seen_on_the_host_only(plain: Server, work: Path) -> None:
    streams = [{"name": "GOOD"}, *DECIDED]
    publish(plain, one_of_each)
    errs(
        "jetstream", single(plain, work, streams=streams, **{"from": "controller"}), "unreachable", "declare store_dir"
    )
    passes("jetstream", single(plain, work, streams=streams, store_dir=str(work), **{"from": "controller"}))


@pytest.mark.skipif(not Path("/dev/shm").is_mount(), reason="needs a file system in memory at /dev/shm")
def test_files_in_memory_fail(work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        settings = f"jetstream {{ store_dir: '{memory}', max_file: 1M }}\n"
        with running(tmp_path_factory.mktemp("memory"), settings) as server:
            fails("jetstream", single(server, work, streams=[{"name": "ORDERS"}]), "is on tmpfs", "there is no stream")


async def backlog(jetstream: Any) -> None:
    from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

    await jetstream.add_stream(StreamConfig(name="WORK", subjects=["work.>"], max_msgs=100))
    await jetstream.add_consumer("WORK", ConsumerConfig(durable_name="idle", ack_policy=AckPolicy.EXPLICIT))
    await jetstream.add_consumer(
        "WORK", ConsumerConfig(durable_name="failing", ack_policy=AckPolicy.EXPLICIT, ack_wait=0.2, max_ack_pending=4)
    )
    for _number in range(20):
        await jetstream.publish("work.do", b"x")
    subscription = await jetstream.pull_subscribe_bind("failing", "WORK")
    for message in await subscription.fetch(4):
        await message.nak()
    await subscription.fetch(4)


def test_consumers_that_do_not_keep_up_fail(plain: Server, work: Path) -> None:
    publish(plain, backlog)
    fails("server", single(plain, work, max_pending=5), "20 messages wait for consumer idle of stream WORK")
    fails("server", single(plain, work, max_redelivered=3), "4 messages of consumer failing of stream WORK are redel")
    fails("server", single(plain, work), "consumer failing of stream WORK gets nothing more: 4 messages")
    fails("server", single(plain, work, max_ack_age=0), "consumer idle of stream WORK made no progress for 0 minutes")
    streams = [{"name": "WORK", "consumers": ["idle", "gone"]}]
    fails("server", single(plain, work, streams=streams), "stream WORK has no durable consumer gone")


async def poison(jetstream: Any) -> None:
    from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

    await jetstream.add_stream(StreamConfig(name="MAIL", subjects=["mail.>"], max_msgs=100))
    config = ConsumerConfig(durable_name="sender", ack_policy=AckPolicy.EXPLICIT, ack_wait=0.1, max_deliver=1)
    await jetstream.add_consumer("MAIL", config)


async def dead_letters(jetstream: Any) -> None:
    from nats.js.api import StreamConfig

    subject = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>"
    await jetstream.add_stream(StreamConfig(name="DEAD", subjects=[subject], max_msgs=100))


async def one_bad_message(jetstream: Any) -> None:
    await jetstream.publish("mail.send", b"?")
    await (await jetstream.pull_subscribe_bind("sender", "MAIL")).fetch(1)


async def for_ever(jetstream: Any) -> None:
    from nats.js.api import AckPolicy, ConsumerConfig

    await jetstream.add_consumer("MAIL", ConsumerConfig(durable_name="stubborn", ack_policy=AckPolicy.EXPLICIT))


def test_dead_letters(work: Path, tmp_path: Path) -> None:
    with running(tmp_path, f"jetstream {{ store_dir: '{tmp_path}/store' }}\n") as server:
        options = single(server, work, dead_letter_stream="DEAD", streams=[{"name": "MAIL"}])

        def dead(**more: Any) -> Verdict:
            return verdict("queues.dead_letter", options | more)

        assert dead(streams=[]).status is Status.FAIL
        publish(server, poison)
        assert "there is no stream DEAD" in dead().message
        publish(server, dead_letters)
        assert dead().status is Status.PASS
        publish(server, one_bad_message)
        until(lambda: server.ask("/jsz")["messages"] == 2, server)
        assert "1 dead letters lie in stream DEAD" in dead().message
        assert dead(max_messages=1).status is Status.PASS
        publish(server, for_ever)
        assert "consumer stubborn of stream MAIL is given the same message for ever" in dead(max_messages=1).message


def test_slow_consumers_fail(plain: Server, work: Path) -> None:
    with socket.create_connection(("127.0.0.1", plain.port)) as slow, socket.socket() as fast:
        slow.sendall(b'CONNECT {"verbose":false}\r\nSUB flood 1\r\nPING\r\n')
        fast.connect(("127.0.0.1", plain.port))
        fast.sendall(b'CONNECT {"verbose":false}\r\n')
        message = b"PUB flood 65536\r\n" + b"x" * 65536 + b"\r\n"
        for _try in range(20):
            fast.sendall(message * 40)
            if plain.ask("/varz")["slow_consumers"]:
                break
        until(lambda: plain.ask("/varz")["slow_consumers"], plain)
    fails("server", single(plain, work, max_slow_consumers=0), "slow consumers a day are cut off, more than 0")
