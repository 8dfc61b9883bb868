# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nats verifier against real servers: right, really broken, unreadable and absent, from both vantage points."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.integration.verifiers.nats_servers import (
    ACCOUNTS,
    DECIDED,
    NEEDED,
    OLD_SERVER,
    SHOP,
    VANTAGES,
    Options,
    Server,
    alone,
    cluster,
    errs,
    fails,
    free_ports,
    one_of_each,
    passes,
    publish,
    running,
    single,
    stop,
    tls,
    until,
)
from tests.unit import pki

pytestmark = NEEDED
CONTROLS = ["server", "jetstream", "clustering"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("nats")
    authority = pki.authority("NATS test root")
    pki.pem_file(directory / "ca.pem", authority)
    pki.pem_file(directory / "other-ca.pem", pki.authority("Another root"))
    uses = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
    for name, days in (("good", (-1, 90)), ("expiring", (-80, 10))):
        pki.pem_file(
            directory / f"{name}.pem", pki.issue(name, authority, names=["127.0.0.1"], days=days, uses=uses), key=True
        )
    return directory


async def shop_streams(jetstream: Any) -> None:
    from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

    await jetstream.add_stream(
        StreamConfig(name="ORDERS", subjects=["orders.>"], num_replicas=3, max_age=86400, max_bytes=1 << 20)
    )
    await jetstream.add_consumer("ORDERS", ConsumerConfig(durable_name="mailer", ack_policy=AckPolicy.EXPLICIT))


@pytest.fixture(scope="module")
def servers(work: Path) -> Iterator[list[Server]]:
    found = cluster(work / "cluster", ACCOUNTS + tls(work), tls(work))
    try:
        publish(found[0], shop_streams, cafile=str(work / "ca.pem"), **SHOP)
        yield found
    finally:
        stop(found)


def whole(work: Path, servers: list[Server], **more: Any) -> Options:
    """The whole cluster, with what was decided for it."""
    options = {
        "port": servers[0].port,
        "monitors": [server.monitor for server in servers],
        "cafile": str(work / "ca.pem"),
        "store_dir": str(work),
        "streams": [{"name": "ORDERS", "max_age_hours": 24, "max_bytes": 1 << 20, "consumers": ["mailer"]}],
    }
    return {**options, **more}


@pytest.mark.parametrize("vantage", VANTAGES)
@pytest.mark.parametrize("control", CONTROLS)
def test_a_cluster_as_it_should_be_passes(work: Path, servers: list[Server], control: str, vantage: str) -> None:
    passes(control, whole(work, servers, **{"from": vantage}))


@pytest.fixture(scope="module")
def plain(work: Path) -> Iterator[Server]:
    """What somebody gets who starts it without a configuration; but it cuts slow readers off soon."""
    server = alone(work / "plain", f"jetstream {{ store_dir: '{work}/plain' }}\nwrite_deadline: '100ms'\n")
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("vantage", VANTAGES)
def test_a_server_without_a_configuration_fails(plain: Server, work: Path, vantage: str) -> None:
    wanted = ("clients need no credentials", "without credentials is let in", "talk in clear", "refuses TLS")
    fails("server", single(plain, work, **{"from": vantage}), *wanted)
    fails("clustering", single(plain, work, streams=[{"name": "ORDERS"}]), "in no cluster", "not clustered")
    fails("clustering", single(plain, work, jetstream=False), "in no cluster")


CLOSED = "authorization { user: app, password: secret }\n"


@pytest.mark.parametrize(
    ("settings", "certificate", "because"),
    [
        ("accounts { A: {users: [{user: a, password: b}]} }\nno_auth_user: a\n", "good", "without credentials is let"),
        (CLOSED + "allow_non_tls: true\n", "good", "may talk in clear"),
        (CLOSED, "expiring", "expires in 10 days"),
        (CLOSED + "websocket { listen: '127.0.0.1:-1', no_tls: true }\n", "good", "websocket: port"),
        (CLOSED + "leafnodes { listen: '127.0.0.1:-1' }\n", "good", "leaf nodes: port"),
    ],
)
def test_a_door_left_open_fails(work: Path, tmp_path: Path, settings: str, certificate: str, because: str) -> None:
    with running(tmp_path, settings + tls(work, certificate)) as server:
        fails("server", single(server, work), because)


def test_a_server_alone_passes_where_that_is_meant(work: Path, tmp_path: Path) -> None:
    with running(tmp_path, CLOSED + tls(work)) as server:
        passes("server", single(server, work))
        passes("server", single(server, work, jetstream=False, max_payload=1 << 20))
        fails("server", single(server, work, max_payload=1 << 10), "max_payload")
        fails("server", single(server, work, cafile=str(work / "other-ca.pem")), "an intermediate is missing")
        fails("server", single(server, work, server_name="nats.test"), "not for nats.test")
        fails("server", single(server, work, min_days_left=100), "the certificate in use ends", "expires in 90 days")
        fails("jetstream", single(server, work, streams=[{"name": "ORDERS"}]), "JetStream is disabled")


def test_tls_before_a_word_is_proven_from_the_controller(work: Path, tmp_path: Path) -> None:
    with running(tmp_path, CLOSED + tls(work, more="handshake_first: true, timeout: 0.5")) as server:
        errs("server", single(server, work), "say handshake_first")
        errs("server", single(server, work, handshake_first=True), "from the controller")
        passes("server", single(server, work, handshake_first=True, **{"from": "controller"}))
    guest = "accounts { A: {users: [{user: a, password: b}]} }\nno_auth_user: a\n"
    with running(tmp_path, guest + tls(work, more="handshake_first: true, timeout: 0.5")) as server:
        options = single(server, work, handshake_first=True, **{"from": "controller"})
        fails("server", options, "without credentials is let in")


@pytest.mark.skipif(OLD_SERVER is None, reason="needs nats-server of Debian (apt-get install nats-server)")
def test_an_old_server_is_understood(work: Path, tmp_path: Path) -> None:
    settings = f"{ACCOUNTS}{tls(work)}jetstream {{ store_dir: '{tmp_path}/store' }}\n"
    with running(tmp_path, settings, OLD_SERVER) as server:
        publish(server, one_of_each, cafile=str(work / "ca.pem"), **SHOP)
        fails("server", single(server, work), "is older than 2.14")
        passes("server", single(server, work, min_version="2.9"))
        passes("jetstream", single(server, work, streams=[{"name": "GOOD", "max_bytes": 1 << 20}, *DECIDED]))
        fails("jetstream", single(server, work, streams=[{"name": "GOOD"}]), "GOOD2 of account SHOP is stored in mem")


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Something on a port that is no NATS: it answers every connection with the same, or holds it open in silence."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def serve() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            held.append(connection)
            if reply:
                connection.recv(1024)
                connection.sendall(reply)
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()
        for connection in held:
            connection.close()


@pytest.mark.parametrize("control", CONTROLS)
def test_what_cannot_be_seen_is_an_error(work: Path, control: str) -> None:
    (closed,) = free_ports(1)
    streams = [{"name": "ORDERS"}]
    gone = {"port": closed, "monitors": [f"http://127.0.0.1:{closed}"], "streams": streams, "jetstream": True}
    errs(control, gone, "unreachable", "is monitoring on")
    for reply, because in (
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", "malformed"),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", "malformed"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100000, "malformed"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "not_found"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "denied"),
        (b"SSH-2.0-OpenSSH\r\n", "malformed"),
    ):
        with answering(reply) as port:
            errs(control, {**gone, "monitors": [f"http://127.0.0.1:{port}"]}, because)
    with answering(b"") as port:
        errs(control, {**gone, "port": port, "monitors": [f"http://127.0.0.1:{port}"], "timeout": 0.3}, "timeout")


def test_what_others_lead_is_not_known_here(work: Path, servers: list[Server]) -> None:
    leader = servers[0].ask("/jsz?streams=true")["account_details"][0]["stream_detail"][0]["cluster"]["leader"]
    other = next(server for server in servers if server.name != leader)
    asked = whole(work, servers, port=other.port, monitors=[other.monitor])
    errs("clustering", asked, f"is led by {leader}, which alone knows how it stands")
    passes("clustering", {**asked, "each_server": True})
    errs("jetstream", asked, "1 of 3 servers of the cluster were asked")
    passes("jetstream", {**asked, "each_server": True})
    gone = [{"name": "ORDERS"}, {"name": "GONE", "replicas": 1}]
    errs("jetstream", {**asked, "each_server": True, "streams": gone}, "GONE is on none of the servers")
    fails("jetstream", {**asked, "streams": [{"name": "ORDERS"}, {"name": "GONE"}]}, "stream GONE is not here")


async def one_replica(jetstream: Any) -> None:
    from nats.js.api import StreamConfig

    await jetstream.add_stream(StreamConfig(name="ONE", subjects=["one.>"], num_replicas=1, max_msgs=10))


async def no_replica(jetstream: Any) -> None:
    await jetstream.delete_stream("ONE")


def test_a_stream_with_one_replica_fails(work: Path, servers: list[Server]) -> None:
    cafile = str(work / "ca.pem")
    publish(servers[0], one_replica, cafile=cafile, **SHOP)
    fails("clustering", whole(work, servers), "stream ONE of account SHOP has 1 replicas, not 3")
    orders = whole(work, servers)["streams"]
    passes("clustering", whole(work, servers, streams=[*orders, {"name": "ONE", "replicas": 1}]))
    publish(servers[0], no_replica, cafile=cafile, **SHOP)
    fails("clustering", whole(work, servers, streams=[*orders, {"name": "ONE"}]), "there is no stream ONE")
    fails("clustering", whole(work, servers, min_servers=5), "JetStream has 3 servers, not 5")


def test_a_lost_server_fails_and_a_lost_quorum_too(work: Path, servers: list[Server]) -> None:
    first, second, third = servers
    third.stop()
    until(lambda: len({route["remote_name"] for route in first.ask("/routez")["routes"]}) == 1, first)
    lost = whole(work, servers[:2])
    fails("clustering", lost, "n3 is offline, seen by n1", "after one more loss 1 of 3 servers would be left")
    # Its own monitoring port is silent as well, which hides nothing of what the others know.
    fails("clustering", whole(work, servers), "n3 is offline")
    second.stop()
    until(lambda: not first.ask("/routez")["routes"], first)
    fails("clustering", whole(work, servers[:1], each_server=True), "n2 is offline", "after one more loss 0 of 3")
