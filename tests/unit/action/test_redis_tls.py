# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier on encryption, as recorded: right, broken, unreadable and absent."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.redis.encryption import clear_reply
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit import pki
from tests.unit.action.redis_recordings import csv, error, info
from tests.unit.proving import prove, status


def port(number: int, state: str = "open", reply: str | None = "") -> dict[str, Any]:
    return {"address": "127.0.0.1", "family": "ipv4", "port": number, "state": state, "reply": reply}


@pytest.fixture(scope="module")
def chain() -> tuple[str, list[str]]:
    """A root as PEM, and a chain that leads to it."""
    root = pki.authority("Root")
    leaf = pki.issue("cache", root, names=["127.0.0.1"])
    return root.pem.decode(), [base64.b64encode(leaf.der).decode()]


def tls(
    chain: tuple[str, list[str]],
    clear: Any,
    listener: Any,
    shake: Any = None,
    more: dict[str, Any] | None = None,
    **options: Any,
) -> Status:
    root, ders = chain
    file = {"path": "/ca.pem", "type": "file", "size": 1, "mode": "0644", "uid": 0, "gid": 0, "owner": "root"}
    file |= {"group": "root", "mtime": 0.0, "content": root}
    agreed = {"accepted": True, "address": "127.0.0.1", "family": "ipv4", "version": "TLSv1.3", "chain": ders}
    cli = "redis-cli -h 127.0.0.1 -p 6380 --tls --cacert /ca.pem"
    answers = {
        "openssl s_client -connect 127.0.0.1:6380 -servername 127.0.0.1 -showcerts": shake or agreed,
        "cat /ca.pem": file,
        f"{cli} --csv CONFIG GET port": listener,
        f"{cli} --csv CONFIG GET tls-replication": csv("tls-replication", "no"),
        f"{cli} --csv CONFIG GET tls-cluster": csv("tls-cluster", "no"),
        f"{cli} INFO": info(),
        r"printf 'PING\015\012' | nc -w 5 127.0.0.1 6379": clear,
        r"printf 'PING\015\012' | nc -w 5 127.0.0.1 6380": port(6380),
    } | (more or {})
    return status(Redis, "redis.tls", {"port": 6380, "tls": True, "cafile": "/ca.pem"} | options, answers)


OFF, REFUSED = csv("port", "0"), CannotLook("denied", "NOPERM")


@pytest.mark.parametrize(
    ("clear", "listener", "proven"),
    [
        (port(6379, "refused"), OFF, Status.PASS),
        (port(6379, "refused"), REFUSED, Status.PASS),
        (port(6379, "silent"), OFF, Status.PASS),
        (port(6379, "silent"), REFUSED, Status.ERROR),
        (port(6379, "open", "+PONG\r\n"), REFUSED, Status.FAIL),
        (port(6379, "open", "-NOAUTH Authentication required.\r\n"), OFF, Status.FAIL),
        (port(6379, "refused"), csv("port", "6399"), Status.FAIL),
        (port(6379, "open", None), REFUSED, Status.ERROR),
        (port(6379, "open", "HTTP/1.1 400\r\n"), OFF, Status.ERROR),
        (CannotLook("unreachable", "no route"), OFF, Status.ERROR),
    ],
)
def test_clear_text_must_be_off(chain: Any, clear: Any, listener: Any, proven: Status) -> None:
    assert tls(chain, clear, listener) is proven


def test_a_handshake_must_show_a_valid_chain(chain: Any) -> None:
    other = pki.issue("cache", pki.authority("Another"), names=["127.0.0.1"])
    at = {"address": "127.0.0.1", "family": "ipv4"}
    untrusted = at | {"accepted": True, "chain": [base64.b64encode(other.der).decode()]}
    for shake, proven in (
        (untrusted, Status.FAIL),
        (at | {"accepted": False, "refusal": "tls alert handshake failure"}, Status.FAIL),
        (at | {"accepted": True, "chain": []}, Status.ERROR),
        (CannotLook("malformed", "answered without TLS"), Status.ERROR),
        (CannotLook("timeout", "10 s"), Status.ERROR),
    ):
        assert tls(chain, port(6379, "refused"), OFF, shake) is proven


def test_tls_is_proven_only_where_it_is_declared() -> None:
    with pytest.raises(NotAsked):
        prove(Redis, "redis.tls", {}, {})
    assert clear_reply(TcpFact("127.0.0.1", "ipv4", 6379, "open", "\x15\x03\x01"), "x").problems == []


TLS = "redis-cli -h 127.0.0.1 -p 6380 --tls --cacert /ca.pem"
YES = {name: csv(name, "yes") for name in ("tls-replication", "tls-cluster")}
UNKNOWN = error("ERR unknown command 'CONFIG', with args beginning with: 'GET'")


@pytest.mark.parametrize(
    ("told", "settings", "declared", "proven"),
    [
        ({"role": "slave"}, YES, {}, Status.PASS),
        ({"role": "master"}, {}, {}, Status.PASS),
        ({"role": "slave"}, {}, {}, Status.FAIL),
        ({"cluster_enabled": 1}, YES, {}, Status.PASS),
        ({"cluster_enabled": 1}, {}, {}, Status.FAIL),
        ({"role": "slave"}, {"tls-replication": UNKNOWN}, {}, Status.ERROR),
        ({"role": "slave"}, {"tls-replication": UNKNOWN}, {"tls-replication": True}, Status.PASS),
        ({"role": "slave"}, {"tls-replication": UNKNOWN}, {"tls-replication": False}, Status.FAIL),
        ({"role": "slave"}, {}, {"tls-replication": True}, Status.FAIL),  # the server says otherwise
        ({"role": CannotLook("timeout", "10 s")}, YES, {}, Status.ERROR),
    ],
)
def test_what_goes_between_servers_is_encrypted_too(
    chain: Any, told: dict[str, Any], settings: dict[str, Any], declared: dict[str, Any], proven: Status
) -> None:
    hidden = [value for value in told.values() if isinstance(value, CannotLook)]
    more = {f"{TLS} INFO": hidden[0] if hidden else info(**told)}
    more |= {f"{TLS} --csv CONFIG GET {name}": answer for name, answer in settings.items()}
    assert tls(chain, port(6379, "refused"), OFF, more=more, declared=declared) is proven


def test_a_filtered_clear_port_is_off_where_the_provider_says_so(chain: Any) -> None:
    assert tls(chain, port(6379, "silent"), UNKNOWN) is Status.ERROR
    assert tls(chain, port(6379, "silent"), UNKNOWN, declared={"port": 0}) is Status.PASS
    assert tls(chain, port(6379, "silent"), UNKNOWN, declared={"port": 6379}) is Status.FAIL


@pytest.mark.parametrize(
    ("clear", "accepted", "proven"),
    [
        (port(26379, "open", ""), True, Status.PASS),
        (port(26379, "open", "+PONG\r\n"), True, Status.FAIL),
        (port(26379, "open", ""), False, Status.FAIL),
        (port(26379, "silent"), True, Status.ERROR),
        (CannotLook("unreachable", "no route"), True, Status.ERROR),
    ],
)
def test_sentinels_speak_tls_only(chain: Any, clear: Any, accepted: bool, proven: Status) -> None:
    shake = {"accepted": accepted, "address": "127.0.0.1", "family": "ipv4", "chain": chain[1], "refusal": "closed"}
    more = {
        "openssl s_client -connect 127.0.0.1:26379 -servername 127.0.0.1 -showcerts": shake,
        r"printf 'PING\015\012' | nc -w 5 127.0.0.1 26379": clear,
    }
    assert tls(chain, port(6379, "refused"), OFF, more=more, sentinels=["127.0.0.1"]) is proven
