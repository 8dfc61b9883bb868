# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small world of TLS on loopback: servers, a certificate authority, and those who tell what it revoked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from tests.unit.pki import NOW, Issued, authority, issue, pem_file

# What a client of PostgreSQL says that wants TLS, and what the server says to one that does not, where it must.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
REJECTION = b"E\0\0\0\x0cC28000\0\0"


class World:
    """Everything that a test starts, and how to stop it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stack = contextlib.ExitStack()
        self.root = authority("Root")
        self.inter = authority("Inter", self.root)
        self.cafile = pem_file(directory / "ca.pem", self.root)
        self.answers: dict[str, Callable[[], bytes]] = {}
        self.url = self._http()

    def close(self) -> None:
        """Stop what was started."""
        self._stack.close()

    def leaf(self, issuer: Issued | None = None, **options: object) -> Issued:
        """A certificate of shop.test."""
        return issue("shop", issuer or self.inter, **{"names": ["shop.test"], **options})  # type: ignore[arg-type]

    def serve(
        self,
        *chain: Issued,
        address: str = "127.0.0.1",
        port: int = 0,
        oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        ciphers: str = "",
        postgres: bool = False,
    ) -> int:
        """Serve a chain until the end of the test; the port is the answer. postgres: TLS begins as it does there."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(ciphers or "DEFAULT:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = oldest, newest
        context.load_cert_chain(pem_file(self._directory / f"{id(chain)}.pem", *chain, key=True))

        def shake(connection: socket.socket) -> None:
            if postgres and connection.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                connection.sendall(REJECTION)
                return
            if postgres:
                connection.sendall(b"S")
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                pass

        return self.listen(shake, address, port)

    def staple(self, path: str, *chain: Issued, without: str = "-no_tls1_1") -> int:
        """Serve a chain by OpenSSL, with what is published at a path stapled to it; the port is the answer.

        without: the option of `openssl s_server` that says which version is not spoken.
        """
        staple = self._directory / "staple.der"
        staple.write_bytes(self.answers[path]())
        leaf = pem_file(self._directory / "leaf.pem", chain[0], key=True)
        files = ["-cert", leaf, "-cert_chain", pem_file(self._directory / "above.pem", *chain[1:])]
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", *files, "-status_file", str(staple), without],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(server.communicate)
        self._stack.callback(server.kill)
        line = next(line for line in server.stdout or () if line.startswith(b"ACCEPT"))
        return int(line.rsplit(b":", 1)[1])

    def listen(self, talk: Callable[[socket.socket], None], address: str = "127.0.0.1", port: int = 0) -> int:
        """Talk to everyone who connects."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, port), family=family)
        self._stack.callback(listener.close)
        self._stack.callback(listener.shutdown, socket.SHUT_RDWR)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _peer = listener.accept()
                    threading.Thread(target=self._talk, args=(talk, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return int(listener.getsockname()[1])

    def crl(self, path: str, issuer: Issued, *revoked: Issued, hours: float = 24, signer: Issued | None = None) -> str:
        """Publish a list that holds for some hours; the URL is the answer."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
        builder = builder.last_update(NOW - timedelta(days=2)).next_update(NOW + timedelta(hours=hours))
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number).revocation_date(NOW)
            builder = builder.add_revoked_certificate(
                entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False).build()
            )
        crl = builder.sign((signer or issuer).key, hashes.SHA256())
        self.answers[path] = lambda: crl.public_bytes(serialization.Encoding.DER)
        return self.url + path

    def ocsp(
        self,
        path: str,
        issued: Issued,
        issuer: Issued,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        hours: float = 24,
        signer: Issued | None = None,
    ) -> None:
        """Answer requests about one certificate."""
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        by = signer or issuer
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=issued.certificate,
                issuer=issuer.certificate,
                algorithm=hashes.SHA1(),
                cert_status=status,
                this_update=NOW - timedelta(days=2),
                next_update=NOW + timedelta(hours=hours),
                revocation_time=NOW if revoked else None,
                revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
            .certificates([by.certificate])
        )
        response = builder.sign(by.key, hashes.SHA256())
        self.answers[path] = lambda: response.public_bytes(serialization.Encoding.DER)

    def _talk(self, talk: Callable[[socket.socket], None], connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            talk(connection)

    def _http(self) -> str:
        answers = self.answers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = answers[self.path]() if self.path in answers else b""
                self.send_response(200 if self.path in answers else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"
