# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier where there is nothing to see: a server that is down, a client that is not there, garbage."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from tests.integration.verifiers.redis_servers import SERVER, free_port
from tests.integration.verifiers.redis_verdicts import VANTAGES, Options, errs

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs redis-cli (apt-get install redis-server)")

ASKED: dict[str, Options] = {
    "provisioned": {},
    "persistence": {},
    "maxmemory": {"maxmemory_policy": "noeviction"},
    "tls": {"tls_port": 1},
    "ha": {"sentinels": ["127.0.0.1:1"], "master_name": "shop"},
    "connectivity": {"clients": ["shop"]},
    "caching": {"cache_keys": ["*"]},
    "queue_health": {"queues": ["mail"]},
}


@pytest.mark.parametrize("vantage", VANTAGES)
@pytest.mark.parametrize("control", ASKED)
def test_a_server_that_is_down_is_an_error(control: str, vantage: str) -> None:
    options = {"port": free_port(), "plain_ports": [], "from": vantage} | ASKED[control]
    if control == "tls":
        options["tls_port"] = options["port"]
    errs(control, options, "unreachable")


@pytest.mark.parametrize("control", [name for name in ASKED if name != "tls"])
def test_a_missing_client_and_garbage_are_errors(control: str, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage-cli"
    garbage.write_text("#!/bin/sh\necho 'I am no Redis, (nil) \"'\n")
    garbage.chmod(0o755)
    empty = tmp_path / "silent-cli"
    empty.write_text("#!/bin/sh\n")
    empty.chmod(0o755)
    errs(control, ASKED[control] | {"client": "redis-cli-that-is-not-there"}, "missing_tool")
    errs(control, ASKED[control] | {"client": str(garbage)}, "malformed")
    errs(control, ASKED[control] | {"client": str(empty)}, "malformed")


@pytest.mark.parametrize("control", ASKED)
def test_a_peer_that_is_no_redis_is_an_error_from_outside(control: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, dummy = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(1024)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        options = {"from": "controller", "port": port, "plain_ports": []} | ASKED[control]
        options |= {"tls_port": port} if control == "tls" else {}
        options |= {"sentinels": [f"127.0.0.1:{port}"]} if control == "ha" else {}
        errs(control, options, "malformed")
        listener.shutdown(socket.SHUT_RDWR)


def test_a_client_that_hangs_is_a_timeout(tmp_path: Path) -> None:
    hanging = tmp_path / "hanging-cli"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    errs("persistence", {"client": str(hanging), "timeout": 0.3}, "timeout")
