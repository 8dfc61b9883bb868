# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and TCP ports, and the deadline-bound connection under every other look at the network."""

from __future__ import annotations

import errno
import ipaddress
import queue
import socket
import threading
import time

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

# Linux repeats an unanswered SYN after one second: who waited less has not heard silence, only a lost packet.
_SILENCE = 2.0
# A reply is over when its sender pauses this long; protocols of requests and replies do not say where a reply ends.
_PAUSE = 0.3
_FAMILIES = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}
_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
}


def resolve(deadline, host):
    """Tell the addresses of a host, in the order in which a client would try them.

    A name that does not exist or has no address is not_found; a resolver that fails is unreachable.
    """
    addresses = []
    for family, sockaddr in _lookup(deadline, host, 0):
        address = {"address": sockaddr[0], "family": _FAMILIES[family]}
        if address not in addresses:
            addresses.append(address)
    return {"host": host, "addresses": addresses}


def tcp(deadline, host, port, send="", read=0, address=None, patience=None):
    """Connect to a port: "open", "refused" (it said so) or "silent" (no answer in at least two seconds).

    address: connect there instead of to the first address of host. send: text sent once connected.
    read: how many bytes of reply to wait for; the reply is "" when the other end closes without one, null when none
    came in time or none was asked for. patience: seconds to wait for an answer to the connect, counted from the connect
    itself, since that a look waits for its turn is no silence; without it, all that the deadline leaves.
    """
    family, sockaddr = _endpoint(deadline, host, port, address)
    value = {"address": sockaddr[0], "family": _FAMILIES[family], "port": sockaddr[1], "reply": None}
    start = time.monotonic()
    try:
        with _connected(Deadline(patience or deadline.seconds, deadline), family, sockaddr) as connection:
            value["reply"] = _converse(deadline, connection, send, read)
    except ConnectionRefusedError:
        return dict(value, state="refused")
    except TimeoutError:
        if time.monotonic() - start < _SILENCE:
            raise CannotLook("timeout", "waited less than %g s for %s" % (_SILENCE, sockaddr[0])) from None
        return dict(value, state="silent")
    return dict(value, state="open")


def connect(deadline, host, port, address=None):
    """Open a connection to the first address of host, or to address.

    Returns the socket and {"address", "family"}. Silence is a timeout, a refusal unreachable.
    """
    family, sockaddr = _endpoint(deadline, host, port, address)
    return _connected(deadline, family, sockaddr), {"address": sockaddr[0], "family": _FAMILIES[family]}


def receive(deadline, connection, size):
    """Read up to size bytes; none at the end. However slowly they drip, the deadline holds."""
    _arm(deadline, connection)
    try:
        return connection.recv(size)
    except socket.timeout:
        raise TimeoutError("no answer within %g s" % deadline.seconds) from None


def transmit(deadline, connection, data):
    """Write all data within the deadline."""
    while data:
        _arm(deadline, connection)
        try:
            data = data[connection.send(data[:16384]) :]
        except socket.timeout:
            raise TimeoutError("not taken within %g s" % deadline.seconds) from None


def _arm(deadline, connection):
    # Zero would make the socket non-blocking.
    deadline.check()
    connection.settimeout(max(deadline.left(), 0.001))


def _lookup(deadline, host, port):
    """List (family, sockaddr) of a host. The C library's resolver knows no deadline: it waits in its own thread."""
    # The C library would look up what stands before a NUL.
    if not isinstance(host, str) or not host or "\0" in host:
        raise CannotLook("malformed", "a host is a name or an address")
    answer = _numeric(host, port) or _resolved(deadline, host, port)
    if isinstance(answer, socket.gaierror):
        reason = "not_found" if answer.errno in _NO_SUCH_NAME else "unreachable"
        raise CannotLook(reason, "%s: %s" % (host, answer.strerror))
    if isinstance(answer, Exception):
        raise CannotLook("malformed", "%s: %s" % (host, answer))
    found = [(family, sockaddr) for family, _type, _protocol, _name, sockaddr in answer if family in _FAMILIES]
    if not found:
        raise CannotLook("not_found", "%s has no address" % host)
    return found


def _numeric(host, port):
    """What an address is, for which no resolver is asked: hundreds of ports are looked at side by side."""
    try:
        ipaddress.ip_address(host)
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (ValueError, OSError):
        return None


def _resolved(deadline, host, port):
    answers = queue.Queue()
    threading.Thread(target=_ask_resolver, args=(host, port, answers), daemon=True).start()
    try:
        return answers.get(timeout=max(deadline.left(), 0.001))
    except queue.Empty:
        raise CannotLook("timeout", "%s not resolved within %g s" % (host, deadline.seconds)) from None


def _ask_resolver(host, port, answers):
    try:
        answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except Exception as error:  # noqa: BLE001 - handed to the thread that waits
        answers.put(error)


def _endpoint(deadline, host, port, address):
    port = int(port)
    if not 0 < port < 65536:
        raise CannotLook("malformed", "%d is not a port" % port)
    return _lookup(deadline, address or host, port)[0]


def _connected(deadline, family, sockaddr):
    """Connect; raise ConnectionRefusedError or TimeoutError as they come, on every Python."""
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        _arm(deadline, connection)
        connection.connect(sockaddr)
        if connection.getsockname() == connection.getpeername():
            # On this machine a free port of the ephemeral range can be given to the very socket that looks for it.
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    except socket.timeout:
        connection.close()
        raise TimeoutError("no answer from %s within %g s" % (sockaddr[0], deadline.seconds)) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _converse(deadline, connection, send, read):
    try:
        transmit(deadline, connection, send.encode())
        return _reply(deadline, connection, read) if read else None
    except ConnectionError:
        return ""
    except TimeoutError:
        return None


def _reply(deadline, connection, read):
    """Read until read bytes, the end, the deadline, or, once it began, a pause."""
    reply = b""
    while len(reply) < read and deadline.left():
        connection.settimeout(max(min(_PAUSE, deadline.left()) if reply else deadline.left(), 0.001))
        try:
            block = connection.recv(min(read - len(reply), 65536))
        except socket.timeout:
            break
        except ConnectionError:
            block = b""
        if not block:
            return reply.decode("utf-8", "replace")
        reply += block
    return reply.decode("utf-8", "replace") if reply else None
