# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Offer a server what no OpenSSL of today can offer any more: SSL 3.0, and ciphers such as RC4, 3DES or EXPORT.

The ClientHello is written by hand and only the first answer is read: whether the server would go on with it.
"""

from __future__ import annotations

import ipaddress
import os
import shlex
import socket
import struct
from collections.abc import Callable, Sequence
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation import tcp, tls
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer

# Numbers of IANA's registry "TLS Cipher Suites", by what is weak in them.
WEAK_SUITES = {
    "NULL": (0x0001, 0x0002, 0x003B, 0xC001, 0xC006, 0xC00B, 0xC010, 0xC015),
    "EXPORT": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019, 0x0062, 0x0064),
    "DES": (0x0009, 0x000C, 0x000F, 0x0012, 0x0015, 0x001A),
    "RC4": (0x0004, 0x0005, 0x0018, 0xC002, 0xC007, 0xC00C, 0xC011, 0xC016),
    "3DES": (0x000A, 0x000D, 0x0010, 0x0013, 0x0016, 0x001B, 0xC003, 0xC008, 0xC00D, 0xC012, 0xC017),
    "anonymous": (0x0034, 0x003A, 0x0046, 0x006C, 0x006D, 0x0089, 0x009B, 0x00A6, 0x00A7, 0xC018, 0xC019),
}
# What clients offered with SSL 3.0: AES, 3DES and RC4 over RSA, DHE and ECDHE.
_SSL3_SUITES = (0x0005, 0x000A, 0x0016, 0x002F, 0x0033, 0x0035, 0x0039, 0xC012, 0xC013, 0xC014)
_SSL3, _TLS10, _TLS12 = 0x0300, 0x0301, 0x0303
_ALERT, _HANDSHAKE, _SERVER_HELLO = 21, 22, 2
_RENEGOTIATION_INFO = 0x00FF
_SECONDS = 10.0


def weak_cipher(look: Observer, host: str, port: int, address: str, starttls: str | None) -> Look[str]:
    """The weak cipher that the server takes when it is offered nothing else, in words; "" when it refuses them all."""
    suites = [number for numbers in WEAK_SUITES.values() for number in numbers]
    line = f"{_s_client(host, port, address, starttls)} -tls1_2 -cipher RC4:3DES:DES:NULL:EXPORT:aNULL:@SECLEVEL=0"
    return look.call(line, partial(_offer, host, port, address, starttls, _TLS12, suites))


def ssl3(look: Observer, host: str, port: int, address: str, starttls: str | None) -> Look[str]:
    """The cipher with which the server speaks SSL 3.0; "" when it refuses."""
    line = f"{_s_client(host, port, address, starttls)} -ssl3"
    return look.call(line, partial(_offer, host, port, address, starttls, _SSL3, _SSL3_SUITES))


def _s_client(host: str, port: int, address: str, starttls: str | None) -> str:
    peer = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    argv = ["openssl", "s_client", "-connect", peer, "-servername", host]
    return shlex.join([*argv, *(["-starttls", starttls] if starttls else [])])


def _offer(host: str, port: int, address: str, starttls: str | None, version: int, suites: Sequence[int]) -> str:
    deadline = Deadline(_SECONDS)
    connection, _place = tcp.connect(deadline, host, port, address)
    with connection:
        if starttls:
            ask_for_tls: Callable[..., None] = tls.STARTTLS[starttls]
            ask_for_tls(deadline, connection)
        try:
            tcp.transmit(deadline, connection, _client_hello(host, version, suites))
            answer = _answer(deadline, connection)
        except ConnectionError:
            return ""
    return _agreed(answer, version, suites)


def _answer(deadline: Deadline, connection: socket.socket) -> bytes:
    """The first record; what the server says before it closes, which may be nothing."""
    answer = b""
    while len(answer) < 5 or len(answer) < 5 + struct.unpack(">H", answer[3:5])[0]:
        block = tcp.receive(deadline, connection, 4096)
        if not block:
            break
        answer += block
    return answer


def _agreed(answer: bytes, version: int, suites: Sequence[int]) -> str:
    if not answer or answer[0] == _ALERT:
        return ""
    try:
        if (answer[0], answer[5]) != (_HANDSHAKE, _SERVER_HELLO):
            raise CannotLook("malformed", f"answered without TLS: {answer[:40]!r}")
        (chosen_version,) = struct.unpack_from(">H", answer, 9)
        (suite,) = struct.unpack_from(">H", answer, 9 + 2 + 32 + 1 + answer[9 + 2 + 32])
    except (IndexError, struct.error) as error:
        raise CannotLook("malformed", f"half a ServerHello: {answer[:40]!r}") from error
    if chosen_version > version or suite not in suites:
        raise CannotLook("malformed", f"chose what is not offered: {suite:#06x} of {chosen_version:#06x}")
    if chosen_version != version and version == _SSL3:
        return ""
    kinds = [kind for kind, numbers in WEAK_SUITES.items() if suite in numbers]
    return f"{kinds[0] if kinds else 'suite'} ({suite:#06x})"


def _client_hello(host: str, version: int, suites: Sequence[int]) -> bytes:
    offered = struct.pack(f">{len(suites) + 1}H", *suites, _RENEGOTIATION_INFO)
    body = struct.pack(">H", version) + os.urandom(32) + b"\0" + _sized(offered) + b"\1\0"
    if version > _SSL3:
        body += _sized(_extensions(host))
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", _HANDSHAKE, min(version, _TLS10), len(message)) + message


def _extensions(host: str) -> bytes:
    groups = struct.pack(">5H", 29, 23, 24, 25, 256)  # x25519, P-256, P-384, P-521, ffdhe2048
    hashes = bytes(each for digest in (6, 5, 4, 3, 2) for algorithm in (1, 3) for each in (digest, algorithm))
    extensions = [(10, _sized(groups)), (11, b"\1\0"), (13, _sized(hashes))]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        extensions.append((0, _sized(b"\0" + _sized(host.rstrip(".").encode("idna")))))
    return b"".join(struct.pack(">H", kind) + _sized(value) for kind, value in extensions)


def _sized(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data
