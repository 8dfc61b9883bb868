# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web servers of shop and pay: HTTPS on every address of their name, and plain HTTP that only redirects."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}

# A page is its status, its headers and its text.
Page = tuple[int, Mapping[str, str], str]
Components = Mapping[str, Callable[[], bool]]


def addresses() -> list[str]:
    """The addresses of localhost at which servers can be started here."""
    return [address for address in ("127.0.0.1", "::1") if _usable(address)]


def _usable(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def html(text: str) -> Page:
    """A page for people."""
    return (
        200,
        {"Content-Type": "text/html; charset=utf-8", **_HSTS, **_HEADERS},
        f"<!doctype html><title>{text}</title>",
    )


def api(text: str) -> Page:
    """A reply of the API. Its headers were forgotten when it moved behind another proxy: one of the things wrong."""
    return 200, {"Content-Type": "application/json", **_HSTS}, text


def health(components: Components) -> Page:
    """What the components really say at this moment."""
    states = {name: _state(well) for name, well in components.items()}
    well = set(states.values()) == {"up"}
    body = {"status": "ok" if well else "failing", "components": {name: {"status": s} for name, s in states.items()}}
    return 200 if well else 503, {"Content-Type": "application/json", **_HSTS, **_HEADERS}, json.dumps(body)


def _state(well: Callable[[], bool]) -> str:
    try:
        return "up" if well() else "down"
    except Exception:  # noqa: BLE001 - whatever a client library raises, the component is down
        return "down"


def start(port: int, plain_port: int, certificate: tuple[Path, Path], pages: Mapping[str, Callable[[], Page]]) -> None:
    """Serve the pages by their paths as long as this process lives."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*certificate)
    for address in addresses():
        secure = _Server(address, port, lambda path: pages.get(path, lambda: (404, _HSTS | _HEADERS, "not found"))())
        # The handshake is left to each connection's own thread: a client that says nothing must not stop the others.
        secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
        plain = _Server(address, plain_port, lambda path: (308, {"Location": f"https://localhost:{port}{path}"}, ""))
        for server in (secure, plain):
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()


class _Server(ThreadingHTTPServer):
    def __init__(self, address: str, port: int, page: Callable[[str], Page]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.page = page
        super().__init__((address, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that break off, and those that offer too little, are none of our business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10
    protocol_version = "HTTP/1.1"

    def version_string(self) -> str:
        return "shop"

    def do_GET(self) -> None:
        status, headers, text = self.server.page(self.path.partition("?")[0])
        body = text.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
