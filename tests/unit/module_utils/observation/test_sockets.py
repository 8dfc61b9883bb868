# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sockets: the sockets of this test, found in the real /proc; and recorded tables."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import sockets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = "   0: %s %s %s 00000000:00000000 00:00000000 00000000  %d        0 %d 1 0000000000000000 100 0 0 10 0\n"
LOOPBACK, ANY = "0100007F", "00000000"
ANY6, LOOPBACK6 = "0" * 32, "0" * 24 + "01000000"
MAPPED_LOOPBACK = "0000000000000000FFFF00000100007F"


def look():
    return sockets.sockets(Deadline(10))


def ours(found):
    return [s for s in found["sockets"] if s["pid"] == os.getpid()]


@pytest.fixture
def proc(shared_path, monkeypatch):
    """A machine's /proc: tables(tcp=[...]) writes the tables, process(7, "sshd", [inodes]) adds a process."""
    monkeypatch.setattr(sockets, "_PROC", str(shared_path))
    (shared_path / "net").mkdir()

    class Proc:
        root = shared_path

        def tables(self, **tables):
            for name in ("tcp", "udp", *tables):
                lines = "".join(LINE % entry for entry in tables.get(name, []))
                (shared_path / "net" / name).write_text(HEADER + lines)

        def process(self, pid, name, inodes):
            (shared_path / str(pid) / "fd").mkdir(parents=True)
            (shared_path / str(pid) / "comm").write_bytes(name + b"\n")
            for number, inode in enumerate(inodes):
                (shared_path / str(pid) / "fd" / str(number)).symlink_to("socket:[%d]" % inode)
            (shared_path / str(pid) / "fd" / "99").symlink_to("/dev/null")

    return Proc()


@pytest.mark.parametrize(
    ("family", "kind", "address", "protocol", "name"),
    [
        (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", "tcp", "ipv4"),
        (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", "udp", "ipv4"),
        (socket.AF_INET6, socket.SOCK_STREAM, "::1", "tcp", "ipv6"),
        (socket.AF_INET6, socket.SOCK_DGRAM, "::1", "udp", "ipv6"),
    ],
)
def test_a_socket_of_this_process_is_found(family, kind, address, protocol, name):
    with socket.socket(family, kind) as waiting:
        try:
            waiting.bind((address, 0))
        except OSError:
            pytest.skip("no IPv6 on this machine")
        if kind == socket.SOCK_STREAM:
            waiting.listen()
        port = waiting.getsockname()[1]
        (entry,) = [s for s in ours(look()) if s["port"] == port]
    with open("/proc/self/comm", encoding="utf-8") as comm:
        process = comm.read().strip()
    assert entry == {
        "protocol": protocol,
        "family": name,
        "address": address,
        "port": port,
        "uid": os.geteuid(),
        "pid": os.getpid(),
        "process": process,
    }


def test_sockets_with_a_peer_do_not_wait():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(type=socket.SOCK_DGRAM) as talker:
        talker.connect(("127.0.0.1", 9))
        with socket.create_connection(server.getsockname()) as client, contextlib.closing(server.accept()[0]):
            found = ours(look())
            assert [s["port"] for s in found] == [server.getsockname()[1]]
            assert client.getsockname()[1] not in [s["port"] for s in found]


def test_addresses_are_decoded(proc):
    proc.tables(
        tcp=[(LOOPBACK + ":1F90", ANY + ":0000", "0A", 33, 11)],
        tcp6=[
            (ANY6 + ":0016", ANY6 + ":0000", "0A", 0, 12),
            (LOOPBACK6 + ":0016", ANY6 + ":0000", "0A", 0, 13),
            ("B80D0120000000000000000001000000:01BB", ANY6 + ":0000", "0A", 0, 14),
            (MAPPED_LOOPBACK + ":0050", ANY6 + ":0000", "0A", 0, 15),
        ],
    )
    assert [(s["family"], s["address"], s["port"], s["uid"]) for s in look()["sockets"]] == [
        ("ipv4", "127.0.0.1", 8080, 33),
        ("ipv6", "::", 22, 0),
        ("ipv6", "::1", 22, 0),
        ("ipv6", "2001:db8::1", 443, 0),
        ("ipv4", "127.0.0.1", 80, 0),
    ]


def test_a_kernel_without_ipv6_has_only_the_other_tables(proc):
    proc.tables(tcp=[(ANY + ":0016", ANY + ":0000", "0A", 0, 1)])
    assert [s["family"] for s in look()["sockets"]] == ["ipv4"]


def test_the_oldest_holder_is_named_and_process_1_only_when_alone(proc):
    entries = [(ANY + ":%04X" % port, ANY + ":0000", "0A", 0, port) for port in (22, 80, 111)]
    proc.tables(tcp=entries)
    proc.process(1, b"systemd", [22, 111])
    proc.process(300, b"sshd", [22])
    proc.process(1000, b"nginx", [80])
    proc.process(90, b"nginx: \xff", [80])
    owners = [(s["port"], s["pid"], s["process"]) for s in look()["sockets"]]
    assert owners == [(22, 300, "sshd"), (80, 90, "nginx: \ufffd"), (111, 1, "systemd")]


def test_the_kernel_owns_sockets_too(proc):
    proc.tables(udp=[(ANY + ":CA6C", ANY + ":0000", "07", 0, 0)])
    proc.process(1, b"systemd", [])
    found = look()
    assert found["sockets"][0]["pid"] is None
    assert found["owners_denied"] is (os.geteuid() != 0)


def test_processes_of_others_are_said_to_be_unseen(proc, unprivileged):
    proc.tables(tcp=[(ANY + ":0016", ANY + ":0000", "0A", 0, 22)])
    proc.process(7, b"sshd", [22])
    (proc.root / "7" / "fd").chmod(0)
    answer = unprivileged(look)
    (proc.root / "7" / "fd").chmod(0o700)
    assert answer["owners_denied"] is True
    assert (answer["sockets"][0]["port"], answer["sockets"][0]["pid"]) == (22, None)


def test_nothing_waits_is_an_empty_list_not_an_error(proc):
    proc.tables()
    assert look() == {"sockets": [], "owners_denied": False}


def test_no_table_is_not_no_sockets(proc):
    with pytest.raises(FileNotFoundError):
        look()


@pytest.mark.parametrize("table", ["garbage\ngarbage\n", HEADER + "  0: XYZ:1 0:0 0A 0 0 0 0 0 1\n", HEADER + "\n"])
def test_garbage_is_malformed(proc, table):
    proc.tables()
    (proc.root / "net" / "tcp").write_text(table)
    with pytest.raises(CannotLook) as caught:
        look()
    assert caught.value.reason == "malformed"


def test_too_many_sockets_are_too_large(proc, monkeypatch):
    monkeypatch.setattr(sockets, "_LIMIT", 2)
    proc.tables(tcp=[(ANY + ":0016", ANY + ":0000", "0A", 0, 22)] * 3)
    with pytest.raises(CannotLook) as caught:
        look()
    assert caught.value.reason == "too_large"


def test_the_deadline_holds(proc):
    proc.tables(tcp=[(ANY + ":0016", ANY + ":0000", "0A", 0, 22)])
    with pytest.raises(CannotLook) as caught:
        sockets.sockets(Deadline(0))
    assert caught.value.reason == "timeout"
