# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NATS server of a cluster of three answers when all is as it should be, and ways to change it."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.unit import pki

URL = "http://127.0.0.1:8222"
JSZ = f"{URL}/jsz?accounts=true&streams=true&consumers=true&config=true&limit=1024"
DOOR = (
    r"""printf 'CONNECT {"verbose":false,"pedantic":false,"lang":"golive.verify","version":"0"}"""
    r"\015\012PING\015\012'"
    " | nc -w 5 127.0.0.1 4222"
)
HANDSHAKE = "sleep 1 | gnutls-cli --starttls --insecure --print-cert --sni-hostname 127.0.0.1 -p 4222 127.0.0.1"
UNIT = "systemctl show nats.service --property=LoadState,ExecStop,KillSignal,TimeoutStopUSec"
NOW = "2026-11-23T12:00:00.123456789Z"
HOUR = 3600 * 10**9
ROOT = pki.authority("NATS root")
LEAF = pki.issue("nats", ROOT, names=["127.0.0.1"], days=(-10, 80))

VARZ: dict[str, Any] = {
    "server_id": "NA",
    "server_name": "n1",
    "version": "2.15.1",
    "port": 4222,
    "auth_required": True,
    "tls_required": True,
    "max_payload": 1 << 20,
    "start": "2026-11-13T12:00:00Z",
    "now": NOW,
    "slow_consumers": 0,
    "cluster": {"name": "shop", "cluster_port": 6222, "tls_required": True},
    "gateway": {},
    "leaf": {},
    "mqtt": {},
    "websocket": {},
}


def peer(name: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "current": True, "active": 1, **state}


def group(leader: str, *peers: dict[str, Any]) -> dict[str, Any]:
    return {"name": "shop", "leader": leader, "replicas": list(peers)}


ALL = group("n1", peer("n2"), peer("n3"))
CONSUMER: dict[str, Any] = {
    "name": "mailer",
    "created": "2026-11-01T00:00:00Z",
    "config": {"durable_name": "mailer", "ack_policy": "explicit", "max_ack_pending": 1000, "max_deliver": 5},
    "delivered": {"last_active": "2026-11-23T11:59:59Z"},
    "ack_floor": {"last_active": "2026-11-23T11:59:59Z"},
    "num_ack_pending": 1,
    "num_redelivered": 0,
    "num_pending": 2,
    "cluster": ALL,
}
STREAM: dict[str, Any] = {
    "name": "ORDERS",
    "cluster": ALL,
    "config": {
        "subjects": ["orders.>"],
        "retention": "limits",
        "discard": "old",
        "storage": "file",
        "num_replicas": 3,
        "max_age": 24 * HOUR,
        "max_bytes": -1,
        "max_msgs": -1,
    },
    "state": {"messages": 3},
    "consumer_detail": [CONSUMER],
}
JETSTREAM: dict[str, Any] = {
    "server_id": "NA",
    "now": NOW,
    "accounts": 1,
    "storage": 100,
    "config": {"max_memory": 1, "max_storage": 1000, "store_dir": "/data/nats/jetstream"},
    "meta_cluster": {**ALL, "cluster_size": 3},
    "account_details": [{"name": "SHOP", "stream_detail": [STREAM]}],
}
# A pool of routes to each of the others.
ROUTEZ = {"routes": [{"remote_id": each, "remote_name": each} for each in ("n2", "n2", "n2", "n3", "n3", "n3")]}
INFO = "INFO " + json.dumps({"server_id": "NA", "auth_required": True, "tls_required": True}) + " \r\n"


def reply(body: Any, status: int = 200, truncated: bool = False) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "url": URL,
        "status": status,
        "headers": [],
        "body": text,
        "truncated": truncated,
        "redirects": [],
        "address": "127.0.0.1",
        "version": "HTTP/1.1",
    }


def conversation(text: str | None, state: str = "open") -> dict[str, Any]:
    return {"address": "127.0.0.1", "family": "ipv4", "port": 4222, "state": state, "reply": text}


def shaken(*chain: pki.Issued) -> dict[str, Any]:
    return {
        "accepted": True,
        "address": "127.0.0.1",
        "family": "ipv4",
        "version": "TLSv1.3",
        "cipher": "AES",
        "bits": 256,
        "chain": [base64.b64encode(each.der).decode() for each in chain],
        "chain_complete": True,
    }


def mount(path: str, kind: str = "ext4", size: int = 1 << 30) -> dict[str, Any]:
    return {
        "device": "/dev/sda",
        "path": path,
        "type": kind,
        "options": ["rw"],
        "size": size,
        "free": size,
        "inodes": 100,
        "inodes_free": 99,
    }


def file(path: str, kind: str = "directory") -> dict[str, Any]:
    return {
        "path": path,
        "type": kind,
        "size": 0,
        "mode": "0750",
        "uid": 1,
        "gid": 1,
        "owner": "nats",
        "group": "nats",
        "mtime": 0.0,
    }


ANSWERS: dict[str, Any] = {
    f"curl -sSi {URL}/varz": reply(VARZ),
    f"curl -sSi '{JSZ}'": reply(JETSTREAM),
    f"curl -sSi {URL}/routez": reply(ROUTEZ),
    f"curl -sSi {URL}/healthz": reply({"status": "ok"}),
    "findmnt --df": {"mounts": [mount("/"), mount("/data")], "unread": []},
    "stat -L /data/nats/jetstream": file("/data/nats/jetstream"),
    DOOR: conversation(INFO),
    HANDSHAKE: shaken(LEAF),
    "cat /ca.pem": {**file("/ca.pem", "regular"), "content": ROOT.pem.decode()},
    UNIT: {
        "exit": 0,
        "stderr": "",
        "stdout": "LoadState=loaded\nExecStop={ path=/bin/kill ; argv[]=/bin/kill -s SIGUSR2 $MAINPID ; }\n"
        "KillSignal=15\nTimeoutStopUSec=2min 30s\n",
    },
}
PLACES = dict(
    zip(
        ("varz", "jsz", "routez", "healthz", "mounts", "store", "door", "tls", "ca", "unit"),
        ANSWERS,
        strict=True,
    )
)
OPTIONS = {
    "cafile": "/ca.pem",
    "each_server": True,
    "unit": "nats.service",
    "streams": [{"name": "ORDERS", "max_age_hours": 24, "consumers": ["mailer"]}],
}


def varz(**changes: Any) -> dict[str, Any]:
    return reply(VARZ | changes)


def jsz(**changes: Any) -> dict[str, Any]:
    return reply(JETSTREAM | changes)


def stream(consumer: dict[str, Any] | None = None, config: dict[str, Any] | None = None, **changes: Any) -> Any:
    """JetStream with one stream, which is changed."""
    one = {**STREAM, "config": STREAM["config"] | (config or {}), "consumer_detail": [CONSUMER | (consumer or {})]}
    return jsz(account_details=[{"name": "SHOP", "stream_detail": [one | changes]}])
