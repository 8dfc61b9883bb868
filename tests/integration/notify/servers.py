# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who are told: Alertmanager, a mail server, webhooks that keep what they get, and peers that misbehave."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.unit import pki

ALERTMANAGER = shutil.which("prometheus-alertmanager")
SETTINGS = "route: {receiver: none, group_wait: 1h}\nreceivers: [{name: none}]\n"


@dataclass
class Hook:
    """A webhook. status: what it answers, one after the other, the last of them again and again."""

    url: str = ""
    status: list[int] = field(default_factory=lambda: [200])
    kind: str = "application/json"
    got: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def hook(tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    """A webhook on this machine."""
    known = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.bodies.append(body)
            known.got.append(json.loads(body))
            known.headers.append({**self.headers, "path": self.path})
            status = known.status.pop(0) if len(known.status) > 1 else known.status[0]
            self.send_response(status)
            self.send_header("Content-Type", known.kind)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        known.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/services/T0/q7Xv9Lr2Zt4"
        try:
            yield known
        finally:
            server.shutdown()


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port whose every connection is treated like this."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            kept = []
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                kept.append(connection)
                threading.Thread(target=_treat, args=(behave, connection), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _treat(behave: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with suppress(OSError):
        behave(connection)


def silence(connection: socket.socket) -> None:
    """Take everything, and never answer."""
    while connection.recv(65536):
        pass


def dribble(connection: socket.socket) -> None:
    """Answer, one byte after the other, without end."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)


def garbage(connection: socket.socket) -> None:
    """Speak of something else."""
    connection.sendall(b"\x00\xffSSH-2.0-q7Xv9Lr2Zt4\r\n\r\n" * 3)
    connection.close()


@dataclass
class Mailbox:
    """A mail server and what it took. codes: what it says to a recipient, where that is no."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.codes:
            return self.codes[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.to.append(envelope.rcpt_tos)
        return "250 OK"


PASSWORD = "q7Xv9Lr2Zt4-mail"


def _login(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (b"golive", PASSWORD.encode())
    return AuthResult(success=good, handled=good)


class _Server(Controller):
    """Wherever there is room."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox(tls: ssl.SSLContext, at_once: bool = False) -> Iterator[Mailbox]:
    """A mail server that insists on TLS and on a login. at_once: TLS from the first byte on."""
    known = Mailbox()
    login: dict[str, Any] = {"authenticator": _login, "auth_required": True}
    if at_once:
        server = _Server(known, hostname="127.0.0.1", port=0, ssl_context=tls, auth_require_tls=False, **login)
    else:
        server = _Server(known, hostname="127.0.0.1", port=0, tls_context=tls, require_starttls=True, **login)
    server.start()
    try:
        known.port = server.port
        yield known
    finally:
        server.stop()


def certificate(directory: Path) -> ssl.SSLContext:
    """A server's certificate for this machine, and beside it `ca.pem`, which is to be trusted."""
    ca = pki.issue("CA", ca=True)
    issued = pki.issue("here", ca, names=["127.0.0.1"])
    (directory / "ca.pem").write_bytes(ca.pem)
    (directory / "own.pem").write_bytes(issued.pem + issued.key_pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(directory / "own.pem")
    return context


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def answering(argv: Sequence[str], ready: Callable[[], bool]) -> Iterator[None]:
    """A program that serves, from when it is ready until the end."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not ready():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def alertmanager(directory: Path, settings: str = SETTINGS) -> Iterator[str]:
    """The real one; its address."""
    (directory / "alertmanager.yml").write_text(settings, encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    argv = [
        str(ALERTMANAGER),
        f"--config.file={directory / 'alertmanager.yml'}",
        f"--storage.path={directory}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with answering(argv, lambda: _ready(url)):
        yield url


def alerts(url: str) -> list[dict[str, Any]]:
    """What fires there now."""
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
