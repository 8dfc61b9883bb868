# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS handshakes: what a server accepts, and the certificates it presents, all of them, unvalidated.

The handshake runs in memory and its bytes are carried by hand. So the deadline holds whatever the server does, a
failure of this machine's OpenSSL before anything was sent is never taken for the server's refusal, and up to TLS 1.2
the chain is read from the wire, where even a server that then asks for a client's certificate has shown it.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import ssl
import struct

from ansible_collections.golive.verify.plugins.module_utils.observation import stapling, tcp
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_WIRE_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE = 20, 21, 22
_SERVER_HELLO, _CERTIFICATE, _SERVER_HELLO_DONE = 2, 11, 14
_FATAL, _CLOSE_NOTIFY = 2, 0
_SUPPORTED_VERSIONS = 43
# RFC 8446, appendix B.2: why a server refuses before it has agreed to anything.
_ALERTS = {
    0: "close notify",
    10: "unexpected message",
    20: "bad record MAC",
    22: "record overflow",
    40: "handshake failure",
    47: "illegal parameter",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    70: "protocol version",
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user canceled",
    109: "missing extension",
    110: "unsupported extension",
    112: "unrecognized name",
    116: "certificate required",
    120: "no application protocol",
}
# Chains are a few kilobytes; OpenSSL itself takes 100 KiB for one.
_LONGEST_HANDSHAKE = 1 << 18
_LONGEST_LINE, _MOST_LINES = 2048, 64
# NATS tells the addresses of all servers of the cluster in it.
_LONGEST_INFO = 1 << 16


class _Refused(Exception):
    """The server was there and would not speak TLS as asked."""


def tls(
    deadline, host, port=443, address=None, server_name=None, version=None, ciphers=None, starttls=None, staple=False
):
    """Shake hands and tell what was agreed and every certificate presented, leaf first, as base64 of DER.

    address: connect there instead of to the first address of host. server_name: the name asked for, host unless given;
    none is sent when it is an IP address or "". version: this one only, one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.
    ciphers: an OpenSSL list, which governs TLS 1.2 and below only, so TLS 1.3 is not offered with it.
    starttls: ask for TLS in the words of "postgres", "smtp" or "nats" first.
    staple: ask for an OCSP response too, which takes TLS 1.2, and end before the keys.

    "chain_complete" is false where TLS 1.3 hid the chain from a Python older than 3.10: then only the leaf is there.
    """
    name = _server_name(host if server_name is None else server_name)
    offer = _Offer(["TLSv1.2"], "ALL:!aNULL") if staple else _Offer(_versions(version, ciphers), ciphers)
    if starttls is not None and starttls not in STARTTLS:
        raise CannotLook("malformed", "starttls is one of %s" % ", ".join(STARTTLS))
    where = {}
    try:
        shake = _shake(deadline, (host, port, address), where, name, offer, starttls, staple)
    except _Refused as refusal:
        return dict(where, accepted=False, refusal=str(refusal))
    chain, complete = shake.chain(), True
    if chain is None:
        chain, complete = _chain_below_13(deadline, (host, port, where["address"]), name, shake.leaf(), starttls)
    return dict(
        where,
        accepted=True,
        chain=[base64.b64encode(der).decode() for der in chain],
        chain_complete=complete,
        ocsp_response=shake.staple and base64.b64encode(shake.staple).decode(),
        **shake.agreed(),
    )


def _server_name(name):
    name = name.rstrip(".")
    try:
        ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return name or None
    return None


def _versions(version, ciphers):
    if version is None:
        return [name for name in _VERSIONS if not ciphers or name != "TLSv1.3"]
    if version not in _VERSIONS:
        raise CannotLook("malformed", "version is one of %s" % ", ".join(_VERSIONS))
    if version == "TLSv1.3" and ciphers:
        raise CannotLook("malformed", "the ciphers of TLS 1.3 cannot be chosen")
    return [version]


class _Offer:
    """What a client offers that takes anything: judging is done elsewhere."""

    def __init__(self, versions, ciphers=None):
        self.versions = versions
        self.context = context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Servers too old for RFC 5746 must be seen, not refused by OpenSSL 3. Python 3.12 named the constant.
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
        single = len(versions) == 1
        try:
            # Without a version asked for, one that this OpenSSL lacks is no reason not to look.
            context.minimum_version = _VERSIONS[versions[0]] if single else ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = (
                ssl.TLSVersion.MAXIMUM_SUPPORTED if "TLSv1.3" in versions else _VERSIONS[versions[-1]]
            )
            # Some mail servers prefer anonymous ciphers, and then show no certificate: offered only to probe a version.
            context.set_ciphers("%s:@SECLEVEL=0" % (ciphers or ("ALL" if single else "ALL:!aNULL")))
        except (ValueError, ssl.SSLError) as error:
            raise CannotLook("missing_tool", "this Python's OpenSSL cannot offer that: %s" % error) from None


def _shake(deadline, peer, where, name, offer, starttls, staple=False):
    connection, place = tcp.connect(deadline, *peer)
    where.update(place)
    with connection:
        if starttls:
            STARTTLS[starttls](deadline, connection)
        shake = _Handshake(deadline, connection, offer, name)
        if staple:
            shake.ask_for_staple()
        else:
            shake.run()
        return shake


class _Handshake:
    """One handshake: OpenSSL on one side of two memory buffers, the socket on the other, and a record of what came."""

    def __init__(self, deadline, connection, offer, name):
        self._deadline = deadline
        self._connection = connection
        self._offer = offer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = offer.context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._sent = False
        self._wire = bytearray()
        self._done = False
        self.staple = None

    def run(self):
        while not self._done:
            try:
                self._tls.do_handshake()
                self._done = True
            except ssl.SSLWantReadError:
                self._flush()
                self._fetch()
            except ssl.SSLError as error:
                self._failed(error)
                return
        self._flush()

    def ask_for_staple(self):
        """Read what the server says until it waits for the client's key: OpenSSL would not know what it was told."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush(stapling.asking)
        except ssl.SSLError as error:
            self._failed(error)
        alert, messages, size = None, {}, -1
        while alert is None and _SERVER_HELLO_DONE not in messages and size < len(self._wire):
            size = len(self._wire)
            self._fetch()
            alert, messages = _read_wire(self._wire)
        if alert is not None:
            raise _Refused("tls alert %s" % _ALERTS.get(alert, alert))
        version = _hello(messages.get(_SERVER_HELLO, b""))[0]
        if version is None or _SERVER_HELLO_DONE not in messages:
            raise CannotLook("malformed", "the server's part of the handshake has no end")
        if version not in self._offer.versions:
            raise _Refused("server answered with %s" % version)
        self.staple = stapling.response(messages.get(stapling.CERTIFICATE_STATUS))

    def _flush(self, changed=bytes):
        data = changed(self._outgoing.read())
        if not data:
            return
        self._sent = True
        # If it closed while we wrote, what it said before is still to be read.
        with contextlib.suppress(ConnectionError):
            tcp.transmit(self._deadline, self._connection, data)

    def _fetch(self):
        end = "closed"
        try:
            data = tcp.receive(self._deadline, self._connection, 16384)
        except ConnectionError:
            data, end = b"", "reset"
        if not data:
            if not self._wire:
                raise _Refused("connection %s after the ClientHello" % end)
            self._incoming.write_eof()
            return
        self._wire += data
        if len(self._wire) > _LONGEST_HANDSHAKE:
            raise CannotLook("too_large", "a handshake of more than %d bytes" % _LONGEST_HANDSHAKE)
        if self._wire[0] not in (_ALERT, _HANDSHAKE) or bytes(self._wire[1:2]) not in (b"", b"\x03"):
            raise CannotLook("malformed", "answered without TLS: %s" % _printable(self._wire))
        self._incoming.write(data)

    def _failed(self, error):
        """Tell whose failure it is: ours, the server's, or nobody's, since all that was wanted has been shown."""
        if not self._sent:
            raise CannotLook("missing_tool", "this Python's OpenSSL cannot do that: %s" % _reason(error))
        alert, messages = _read_wire(self._wire)
        version = _hello(messages[_SERVER_HELLO])[0] if _SERVER_HELLO in messages else None
        if version in self._offer.versions and _certificates(messages.get(_CERTIFICATE, b"")):
            return
        if alert is not None:
            raise _Refused("tls alert %s" % _ALERTS.get(alert, alert))
        if version is not None and version not in self._offer.versions:
            raise _Refused("server answered with %s" % version)
        raise CannotLook("malformed", "handshake failed: %s" % _reason(error))

    def agreed(self):
        if self._done:
            cipher, _protocol, bits = self._tls.cipher()
            return {"version": self._tls.version(), "cipher": cipher, "bits": bits}
        version, number = _hello(_read_wire(self._wire)[1][_SERVER_HELLO])
        known = {c["id"] & 0xFFFF: c for c in self._offer.context.get_ciphers()}.get(number, {})
        return {"version": version, "cipher": known.get("name"), "bits": known.get("strength_bits")}

    def leaf(self):
        return self._tls.getpeercert(binary_form=True)

    def chain(self):
        """List the DER certificates presented; None where this Python cannot say."""
        if not self._done or self._tls.version() != "TLSv1.3":
            return _certificates(_read_wire(self._wire)[1].get(_CERTIFICATE, b""))
        if hasattr(self._tls, "get_unverified_chain"):
            return self._tls.get_unverified_chain()
        if hasattr(self._tls._sslobj, "get_unverified_chain"):
            # Python 3.10 to 3.12 have it, unannounced; 2 is DER.
            return [certificate.public_bytes(2) for certificate in self._tls._sslobj.get_unverified_chain()]
        return None


def _chain_below_13(deadline, peer, name, leaf, starttls):
    """Ask the server for TLS 1.2, in which chains are not encrypted; good only if it presents the same leaf."""
    offer = _Offer([version for version in _VERSIONS if version != "TLSv1.3"])
    try:
        chain = _shake(deadline, peer, {}, name, offer, starttls).chain()
    except (_Refused, CannotLook, OSError):
        chain = []
    return (chain, True) if chain[:1] == [leaf] else ([leaf], False)


def _read_wire(wire):
    """Read the records up to encryption: the alert that ends it, by number, or None; the first message of each type."""
    alert, stream, at = None, bytearray(), 0
    while at + 5 <= len(wire):
        kind, _version, size = struct.unpack_from(">BHH", wire, at)
        payload = wire[at + 5 : at + 5 + size]
        at += 5 + size
        if kind == _HANDSHAKE:
            stream += payload
        elif kind != _ALERT or len(payload) != 2:
            break
        elif payload[0] == _FATAL or payload[1] == _CLOSE_NOTIFY:
            alert = payload[1]
            break
    messages, at = {}, 0
    while at + 4 <= len(stream):
        kind, size = stream[at], int.from_bytes(stream[at + 1 : at + 4], "big")
        if at + 4 + size > len(stream):
            break
        messages.setdefault(kind, bytes(stream[at + 4 : at + 4 + size]))
        at += 4 + size
    return alert, messages


def _hello(message):
    """Read version and cipher suite of a ServerHello."""
    try:
        number, session = struct.unpack(">H32xB", message[:35])
        (suite,) = struct.unpack_from(">H", message, 35 + session)
        at = 35 + session + 3 + 2
        while at + 4 <= len(message):
            kind, size = struct.unpack_from(">HH", message, at)
            if kind == _SUPPORTED_VERSIONS and size == 2:
                (number,) = struct.unpack_from(">H", message, at + 4)
            at += 4 + size
    except struct.error:
        return None, None
    return _WIRE_VERSIONS.get(number, "version %04x" % number), suite


def _certificates(message):
    certificates, at = [], 3
    while at + 3 <= len(message):
        size = int.from_bytes(message[at : at + 3], "big")
        certificates.append(message[at + 3 : at + 3 + size])
        at += 3 + size
    return certificates


def _reason(error):
    return (error.reason or error.strerror or str(error)).replace("_", " ").lower()


def _printable(data):
    return repr(bytes(data[:60]).decode("utf-8", "replace"))


def _postgres(deadline, connection):
    tcp.transmit(deadline, connection, struct.pack(">II", 8, 80877103))
    answer = tcp.receive(deadline, connection, 1)
    if answer == b"N":
        raise _Refused("server offers no TLS")
    if answer != b"S":
        raise CannotLook("malformed", "answered without PostgreSQL's protocol: %s" % _printable(answer))


def _smtp(deadline, connection):
    _expect(deadline, connection, b"220")
    tcp.transmit(deadline, connection, b"EHLO golive.invalid\r\n")
    offers = _expect(deadline, connection, b"250")
    if b"STARTTLS" not in [line[4:].strip().upper() for line in offers]:
        raise _Refused("server offers no TLS")
    tcp.transmit(deadline, connection, b"STARTTLS\r\n")
    _expect(deadline, connection, b"220")


def _expect(deadline, connection, code):
    """Read one reply of SMTP, a byte at a time: what follows its end belongs to TLS."""
    lines = [b""]
    while not (lines[-1].endswith(b"\n") and lines[-1][3:4] != b"-"):
        if lines[-1].endswith(b"\n"):
            lines.append(b"")
        byte = tcp.receive(deadline, connection, 1)
        lines[-1] += byte
        if not byte or len(lines[-1]) > _LONGEST_LINE or len(lines) > _MOST_LINES:
            raise CannotLook("malformed", "answered without SMTP: %s" % _printable(lines[-1]))
    if not lines[-1].startswith(code):
        raise CannotLook("malformed", "answered without SMTP's %s: %s" % (code.decode(), _printable(lines[-1])))
    return lines


def _nats(deadline, connection):
    """The server says first, in clear, whether TLS comes next; what follows that line belongs to TLS."""
    line = b""
    while not line.endswith(b"\n"):
        byte = tcp.receive(deadline, connection, 1)
        line += byte
        if not byte or len(line) > _LONGEST_INFO or not b"INFO ".startswith(line[:5]):
            raise CannotLook("malformed", "answered without NATS: %s" % _printable(line))
    try:
        info = json.loads(line[5:].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise CannotLook("malformed", "answered without NATS's INFO: %s" % _printable(line))
    if not (info.get("tls_required") or info.get("tls_available")):
        raise _Refused("server offers no TLS")


STARTTLS = {"postgres": _postgres, "smtp": _smtp, "nats": _nats}
