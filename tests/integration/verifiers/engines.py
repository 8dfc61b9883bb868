# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Docker engine of the test's own (Debian: docker.io), with images made here, and hosts whose units are told."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import struct
import subprocess
import tarfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request

Units = Mapping[str, Mapping[str, Any]]

# Machine code for x86-64: pause for ever, exit with 0, exit with 1.
_PROGRAMS = {
    "bin/pause": bytes.fromhex("b822000000 0f05 ebf7"),
    "bin/true": bytes.fromhex("b83c000000 31ff 0f05"),
    "bin/false": bytes.fromhex("b83c000000 bf01000000 0f05"),
}


def told(units: Units) -> engine.Transport:
    """This machine, but what systemd would say of units is told: it does not run here."""

    def answer(requests: Sequence[Request]) -> Sequence[Answer]:
        made = iter(engine.on_controller([each for each in requests if each.params["kind"] != "unit"]))
        return [_unit(units, each) if each.params["kind"] == "unit" else next(made) for each in requests]

    return answer


def _unit(units: Units, request: Request) -> Answer:
    name = request.params["name"]
    if name not in units:
        return {"reason": "not_found", "detail": name, "at": 0.0, "ms": 0}
    usual = {"load": "loaded", "active": "active", "sub": "running", "enabled": "enabled", "result": "success"}
    more = {"exit": None, "started": 1.0, "finished": None, "restarts": 0, "restart_policy": "always", "fragment": "/x"}
    return {"value": {"name": name, **usual, **more, **units[name]}, "at": 0.0, "ms": 0}


class Engine:
    """A running engine. client: a command that talks to it and to no other."""

    def __init__(self, root: Path) -> None:
        self.socket = f"unix://{root}/docker.sock"
        self.data = root / "data"
        self.client = root / "docker"
        self.client.write_text(f'#!/bin/sh\nexec {shutil.which("docker")} -H {self.socket} "$@"\n')
        self.client.chmod(0o755)

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> str:
        argv = [str(self.client), *arguments]
        done = subprocess.run(argv, input=stdin, capture_output=True, timeout=30, check=False)
        assert not done.returncode, done.stderr.decode()
        return done.stdout.decode().strip()

    def image(self, name: str, *changes: str, release: str = 'ID=debian\nVERSION_ID="12"\n', size: int = 0) -> str:
        """Import an image of our programs and an os-release; size: bytes that it has besides."""
        files = {path: _elf(code) for path, code in _PROGRAMS.items()}
        files |= {"etc/os-release": release.encode()} if release else {}
        files |= {"padding": bytes(size)} if size else {}
        options = [part for change in changes for part in ("--change", change)]
        return self("import", *options, "-", name, stdin=_tar(files))

    def run(self, name: str, image: str, *options: str, program: str = "pause") -> None:
        self("run", "-d", "--network=none", "--name", name, *options, image, f"/bin/{program}")

    def wait(self, name: str, field: str, value: str) -> None:
        end = time.monotonic() + 10
        while self("inspect", "--format", f"{{{{json {field}}}}}", name) != json.dumps(value):
            assert time.monotonic() < end, f"{name} never has {field} {value}"
            time.sleep(0.05)


@contextmanager
def docker_engine(root: Path, *more: str) -> Iterator[Engine]:
    """An engine that is gone afterwards, with its containers."""
    if os.geteuid() != 0 or not shutil.which("dockerd") or not shutil.which("docker"):
        pytest.skip("a Docker engine needs root and dockerd: Debian's docker.io")
    if platform.machine() != "x86_64":
        pytest.skip("the images of the tests have programs for x86-64")
    found = Engine(root)
    argv = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"]
    argv += [
        "-H",
        found.socket,
        f"--data-root={found.data}",
        f"--exec-root={root}/exec",
        f"--pidfile={root}/pid",
        *more,
    ]
    with (root / "log").open("wb") as log:
        daemon = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 15
        while subprocess.run([str(found.client), "info"], capture_output=True, check=False).returncode:
            if daemon.poll() is not None or time.monotonic() > end:
                pytest.skip(f"no Docker engine can run here: {(root / 'log').read_text()[-300:]}")
            time.sleep(0.1)
        yield found
        containers = found("ps", "-aq").split()
        if containers:
            found("rm", "-f", *containers)
    finally:
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


class _Registry(BaseHTTPRequestHandler):
    """As much of a registry as an engine needs to push to; of what it gets it keeps the size."""

    protocol_version = "HTTP/1.1"
    sizes: dict[str, int]

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": "0"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_GET(self) -> None:
        self._say(200)

    def do_HEAD(self) -> None:
        digest = self.path.rpartition("/")[2]
        known = digest in self.sizes
        self._say(200 if known else 404, Content_Length=str(self.sizes.get(digest, 0)), Docker_Content_Digest=digest)

    def do_POST(self) -> None:
        self._body()
        self._say(202, Location=f"{self.path}{uuid.uuid4()}", Range="0-0")

    def do_PATCH(self) -> None:
        self.sizes[self.path] = len(self._body())
        self._say(202, Location=self.path, Range=f"0-{self.sizes[self.path] - 1}")

    def do_PUT(self) -> None:
        body, url = self._body(), urlsplit(self.path)
        digest = parse_qs(url.query).get("digest", [f"sha256:{hashlib.sha256(body).hexdigest()}"])[0]
        self.sizes[digest] = len(body) or self.sizes.get(url.path, 0)
        self._say(201, Docker_Content_Digest=digest)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def registry() -> Iterator[str]:
    """A registry on loopback, by its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Registry", (_Registry,), {"sizes": {}}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _elf(code: bytes) -> bytes:
    """A static program of a few instructions."""
    base, size = 0x400000, 64 + 56 + len(code)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000) + code


def _tar(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in (".", "bin", "etc"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
