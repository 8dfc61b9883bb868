# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback, well-behaved and hostile, for the tests of what looks at the network."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
import time

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    CannotLook,
    Deadline,
    cannot_look_from,
)


def look(kind, seconds=5, **params):
    """Observe as a batch does: a value, or (reason, detail)."""
    try:
        return kind(Deadline(seconds), **params)
    except Exception as error:  # noqa: BLE001 - as a batch does
        cannot = cannot_look_from(error)
        return cannot.reason, cannot.detail


def reason(outcome):
    return outcome[0] if isinstance(outcome, tuple) else None


@contextlib.contextmanager
def serving(handle, address="127.0.0.1"):
    """Call handle(connection) for every connection to the port this yields."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind((address, 0))
        listener.listen(16)
        threading.Thread(target=_accept, args=(listener, handle), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener, handle):
    with contextlib.suppress(OSError):
        while True:
            connection, _peer = listener.accept()
            connection.settimeout(10)
            threading.Thread(target=_handle, args=(connection, handle), daemon=True).start()


def _handle(connection, handle):
    with connection, contextlib.suppress(OSError, CannotLook):
        handle(connection)


def saying(data, first=0):
    """A handler that reads up to first bytes, says data, and waits for the other end to close."""

    def handle(connection):
        if first:
            connection.recv(first)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return handle


def dripping(data, pause=0.05):
    """A handler that says data again and again, a byte at a time."""

    def handle(connection):
        while True:
            for byte in data:
                connection.sendall(bytes([byte]))
                time.sleep(pause)

    return handle


def mute(connection):
    """Never say a word."""
    while connection.recv(65536):
        pass


def reset(connection):
    """Hear something, then hang up the rude way."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed_port(address="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind((address, 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def silent_port():
    """A port whose backlog is full: Linux drops further SYNs without a word."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _number in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


class Authority:
    """A root, an intermediate and a server's certificate for localhost and the loopback addresses."""

    def __init__(self, directory):
        self.directory = directory
        self._certificate("root", None, "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")
        self._certificate("intermediate", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")
        self._certificate("leaf", "intermediate", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
        self._certificate("wrong", "intermediate", "subjectAltName=DNS:elsewhere.example")
        self.chain = self.bundle("chain", "leaf", "intermediate")
        self.root = str(directory / "root.crt")

    def _certificate(self, name, issuer, extensions):
        def path(stem, suffix):
            return str(self.directory / (stem + suffix))

        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        _openssl("req", *curve, "-keyout", path(name, ".key"), "-out", path(name, ".csr"), "-subj", "/CN=" + name)
        (self.directory / (name + ".ext")).write_text(extensions)
        signer = (
            ["-CA", path(issuer, ".crt"), "-CAkey", path(issuer, ".key"), "-CAcreateserial"]
            if issuer
            else ["-signkey", path(name, ".key")]
        )
        files = ["-in", path(name, ".csr"), "-out", path(name, ".crt"), "-extfile", path(name, ".ext")]
        _openssl("x509", "-req", "-days", "2", *files, *signer)

    def bundle(self, name, *certificates):
        """Write certificates, in this order, and the first one's key to a file."""
        parts = [(self.directory / (certificate + ".crt")).read_text() for certificate in certificates]
        bundle = self.directory / (name + ".pem")
        bundle.write_text("".join([*parts, (self.directory / (certificates[0] + ".key")).read_text()]))
        return str(bundle)

    def der(self, name):
        return ssl.PEM_cert_to_DER_cert((self.directory / (name + ".crt")).read_text())

    def server(self, chain=None, minimum="MINIMUM_SUPPORTED", maximum="MAXIMUM_SUPPORTED", ciphers=None):
        """A context for a server; minimum and maximum are names of ssl.TLSVersion."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain or self.chain)
        context.minimum_version = ssl.TLSVersion[minimum]
        context.maximum_version = ssl.TLSVersion[maximum]
        if ciphers:
            context.set_ciphers(ciphers)
        return context


def _openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True)


def secured(context, handle=mute):
    """Make a handler that speaks TLS and then goes on with handle."""

    def shake(connection):
        with context.wrap_socket(connection, server_side=True) as inner:
            handle(inner)

    return shake


@contextlib.contextmanager
def openssl_server(authority, *arguments):
    """Run `openssl s_server`, which still speaks what Python's servers would rather not."""
    files = ["-cert", str(authority.directory / "leaf.crt"), "-key", str(authority.directory / "leaf.key")]
    chain = ["-cert_chain", str(authority.directory / "intermediate.crt")]
    process = subprocess.Popen(
        ["openssl", "s_server", "-accept", "127.0.0.1:0", *files, *chain, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        for line in process.stdout or ():
            if line.startswith(b"ACCEPT"):
                yield int(line.rsplit(b":", 1)[1])
                break
    finally:
        process.kill()
        process.communicate()
