# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python's ssl cannot ask a server for: the OCSP response that it staples (RFC 6066, section 8).

Up to TLS 1.2 it comes in clear. So OpenSSL's ClientHello is sent with one extension more, and what the server says
before keys are needed is read by hand.
"""

from __future__ import annotations

import struct

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

CERTIFICATE_STATUS = 22
_OCSP = 1
# Type 5 with 5 bytes: OCSP, of any responder, without extensions.
_STATUS_REQUEST = struct.pack(">HHBHH", 5, 5, _OCSP, 0, 0)
_RECORD, _HEADER, _VERSION_AND_RANDOM = 5, 4, 34


def asking(hello):
    """The record of a ClientHello with extensions, with the question for a staple as the last of them."""
    at = _RECORD + _HEADER + _VERSION_AND_RANDOM
    for size in ("B", "H", "B"):  # The session, the ciphers and the compressions, each behind its size.
        at += struct.calcsize(size) + struct.unpack_from(">" + size, hello, at)[0]
    more = len(_STATUS_REQUEST)
    (extensions,) = struct.unpack_from(">H", hello, at)
    asked = bytearray(hello + _STATUS_REQUEST)
    struct.pack_into(">H", asked, 3, len(asked) - _RECORD)
    asked[_RECORD + 1 : _RECORD + _HEADER] = (len(asked) - _RECORD - _HEADER).to_bytes(3, "big")
    struct.pack_into(">H", asked, at, extensions + more)
    return bytes(asked)


def response(message):
    """The DER of a CertificateStatus message; None where the server sent no such message."""
    if message is None:
        return None
    if message[:1] != bytes([_OCSP]) or len(message) < 5 or int.from_bytes(message[1:4], "big") != len(message) - 4:
        raise CannotLook("malformed", "what is stapled is no OCSP response")
    return message[4:]
