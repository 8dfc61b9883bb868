# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The encrypted door to the database, as a pooler has it: the wheel's PostgreSQL is built without TLS."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import ssl
import struct
import threading
from pathlib import Path

# The first message of a client that wants TLS: its length and the code of the request.
_SSL_REQUEST = struct.pack("!II", 8, 80877103)
# What PostgreSQL says to a session in clear where only hostssl lines let anybody in.
_FIELDS = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry, no encryption\0\0"
_REJECTION = b"E" + struct.pack("!I", 4 + len(_FIELDS)) + _FIELDS


def start(port: int, certificate: tuple[Path, Path], database: Path) -> None:
    """Relay encrypted connections to a database's Unix socket as long as this process lives. Others are rejected."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*certificate)
    handler = type("_Relay", (_Relay,), {"context": context, "database": str(database)})
    server = _Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Relay(socketserver.BaseRequestHandler):
    context: ssl.SSLContext
    database: str

    def handle(self) -> None:
        self.request.settimeout(10)
        with contextlib.suppress(OSError):
            if self.request.recv(len(_SSL_REQUEST), socket.MSG_WAITALL) != _SSL_REQUEST:
                self.request.sendall(_REJECTION)
                return
            self.request.sendall(b"S")
            with (
                self.context.wrap_socket(self.request, server_side=True) as client,
                socket.socket(socket.AF_UNIX) as database,
            ):
                database.connect(self.database)
                _relay(client, database)


def _relay(client: ssl.SSLSocket, database: socket.socket) -> None:
    """Pass on what either says until one of them hangs up, however long both say nothing."""
    other: dict[socket.socket, socket.socket] = {client: database, database: client}
    while True:
        # What is decrypted already does not show at the socket.
        ready = [client] if client.pending() else select.select(other, (), ())[0]
        for source in ready:
            said = source.recv(65536)
            if not said:
                return
            other[source].sendall(said)
