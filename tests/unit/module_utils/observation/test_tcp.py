# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import tcp
from tests.unit.module_utils.observation.servers import (
    closed_port,
    dripping,
    look,
    mute,
    reason,
    reset,
    saying,
    serving,
    silent_port,
)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback")


def answer_resolver(monkeypatch, answer):
    def getaddrinfo(*_arguments, **_keywords):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "ipv4"), ("::1", "ipv6")])
def test_numeric_hosts_resolve_to_themselves(host, family):
    assert look(tcp.resolve, host=host) == {"host": host, "addresses": [{"address": host, "family": family}]}


def test_names_resolve():
    found = look(tcp.resolve, host="localhost")["addresses"]
    assert {"address": "127.0.0.1", "family": "ipv4"} in found or {"address": "::1", "family": "ipv6"} in found
    assert len(found) == len({each["address"] for each in found})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "not_found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "unreachable"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), "unreachable"),
        (UnicodeError("label too long"), "malformed"),
    ],
)
def test_a_name_that_is_not_there_is_told_from_a_resolver_that_fails(monkeypatch, error, expected):
    answer_resolver(monkeypatch, error)
    assert reason(look(tcp.resolve, host="db.example.com")) == expected


def test_no_address_of_a_known_family_is_not_found(monkeypatch):
    answer_resolver(monkeypatch, [])
    assert reason(look(tcp.resolve, host="db.example.com")) == "not_found"


@pytest.mark.parametrize("host", ["", None, "a\0b", "x" * 70 + ".example"])
def test_what_is_no_host_is_malformed(host):
    assert reason(look(tcp.resolve, host=host)) == "malformed"


def test_a_hanging_resolver_is_left_behind(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_keywords: time.sleep(60))
    start = time.monotonic()
    assert reason(look(tcp.resolve, seconds=0.2, host="db.example.com")) == "timeout"
    assert time.monotonic() - start < 30


def test_an_open_port():
    with serving(mute) as port:
        assert look(tcp.tcp, host="localhost", address="127.0.0.1", port=port) == {
            "address": "127.0.0.1",
            "family": "ipv4",
            "port": port,
            "state": "open",
            "reply": None,
        }


@needs_ipv6
def test_an_open_port_over_ipv6():
    with serving(mute, "::1") as port:
        value = look(tcp.tcp, host="::1", port=port)
    assert (value["family"], value["state"]) == ("ipv6", "open")


def test_a_closed_port_is_refused():
    assert look(tcp.tcp, host="127.0.0.1", port=closed_port())["state"] == "refused"


def test_a_dropped_packet_is_silence_once_there_was_time_for_another():
    with silent_port() as port:
        assert look(tcp.tcp, seconds=2.1, host="127.0.0.1", port=port)["state"] == "silent"


def test_a_look_that_had_to_wait_for_its_turn_still_waits_for_the_answer(monkeypatch):
    endpoint = tcp._endpoint

    def late(*asked):
        time.sleep(0.4)
        return endpoint(*asked)

    with silent_port() as port:
        asked = {"host": "127.0.0.1", "port": port, "patience": 2.1}
        monkeypatch.setattr(tcp, "_endpoint", late)
        assert reason(look(tcp.tcp, seconds=2.3, **asked)) == "timeout"
        assert look(tcp.tcp, seconds=5, **asked)["state"] == "silent"


def test_too_little_time_is_no_silence():
    with silent_port() as port:
        assert reason(look(tcp.tcp, seconds=0.3, host="127.0.0.1", port=port)) == "timeout"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(113, "No route to host"), "unreachable"),
        (OSError(101, "Network is unreachable"), "unreachable"),
        (PermissionError(1, "Operation not permitted"), "denied"),
        (PermissionError(13, "Permission denied"), "denied"),
    ],
)
def test_a_network_that_cannot_be_crossed_says_nothing_of_the_port(monkeypatch, error, expected):
    class Walled(socket.socket):
        def connect(self, _address):
            raise error

    monkeypatch.setattr(socket, "socket", Walled)
    assert reason(look(tcp.tcp, host="127.0.0.1", port=9)) == expected


def test_a_socket_that_found_itself_is_no_open_port(monkeypatch):
    class Narcissus(socket.socket):
        def connect(self, address):
            self.bind(address)
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Narcissus)
    assert look(tcp.tcp, host="127.0.0.1", port=closed_port())["state"] == "refused"


@pytest.mark.parametrize("port", [0, -1, 65536, "ssh"])
def test_what_is_no_port_is_malformed(port):
    assert reason(look(tcp.tcp, host="127.0.0.1", port=port)) == "malformed"


def test_a_reply_is_read():
    with serving(saying(b"+PONG\r\n", first=6)) as port:
        assert look(tcp.tcp, host="127.0.0.1", port=port, send="PING\r\n", read=64)["reply"] == "+PONG\r\n"


def test_a_reply_ends_with_a_pause():
    def greet(connection):
        connection.sendall(b"220 mail \xff\r\n")
        mute(connection)

    start = time.monotonic()
    with serving(greet) as port:
        assert look(tcp.tcp, host="127.0.0.1", port=port, read=64)["reply"] == "220 mail \ufffd\r\n"
    assert time.monotonic() - start < 30


def test_a_reply_is_never_longer_than_asked():
    with serving(saying(b"x" * 100000)) as port:
        assert look(tcp.tcp, host="127.0.0.1", port=port, read=10)["reply"] == "x" * 10


def test_an_endless_trickle_ends_with_the_deadline():
    start = time.monotonic()
    with serving(dripping(b"x")) as port:
        value = look(tcp.tcp, seconds=0.5, host="127.0.0.1", port=port, read=1000)
    assert value["state"] == "open"
    assert set(value["reply"]) == {"x"}
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(("handle", "reply"), [(mute, None), (saying(b""), ""), (reset, "")])
def test_no_reply_is_told_from_a_closed_connection(handle, reply):
    with serving(handle) as port:
        value = look(tcp.tcp, seconds=0.5, host="127.0.0.1", port=port, send="hi", read=10)
    assert (value["state"], value["reply"]) == ("open", reply)
