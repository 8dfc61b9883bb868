# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that wait for peers: what the kernel lists, and which process owns each."""

from __future__ import annotations

import os
import re
import socket
import struct

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_PROC = "/proc"
_LIMIT = 20000

# The table of each protocol, and the state in which a socket waits for peers: TCP_LISTEN, and for UDP TCP_CLOSE,
# which is what the kernel calls a socket without a fixed peer.
_TABLES = (("tcp", "tcp", "0A"), ("tcp", "tcp6", "0A"), ("udp", "udp", "07"), ("udp", "udp6", "07"))

_IPV4_IN_IPV6 = bytes(10) + b"\xff\xff"
_SOCKET_LINK = re.compile(r"socket:\[(\d+)\]")


def sockets(deadline):
    """List listening TCP and unconnected UDP sockets of this network namespace.

    A socket bound to "::" may serve IPv4 as well: the kernel does not list whether it does.
    pid and process are null when the owner is unknown: then owners_denied tells that some processes could not be seen;
    otherwise the kernel itself owns the socket.
    """
    found = [entry for table in _TABLES for entry in _waiting(deadline, *table)]
    if len(found) > _LIMIT:
        raise CannotLook("too_large", "more than %d sockets wait for peers" % _LIMIT)
    owners, all_seen = _owners(deadline, {entry["inode"] for entry in found})
    for entry in found:
        entry["pid"] = owners.get(entry.pop("inode"))
        entry["process"] = None if entry["pid"] is None else _process_name(entry["pid"])
    unowned = any(entry["pid"] is None for entry in found)
    return {"sockets": found, "owners_denied": unowned and not all_seen}


def _waiting(deadline, protocol, table, state):
    path = os.path.join(_PROC, "net", table)
    found = []
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            next(lines, None)
            for line in lines:
                deadline.check()
                fields = line.split()
                if fields[3] == state:
                    found.append(_entry(protocol, fields))
    except FileNotFoundError:
        if not table.endswith("6"):
            raise
        return []  # A kernel without IPv6 has no such table.
    except (IndexError, ValueError) as error:
        raise CannotLook("malformed", "%s is not a table of sockets: %s" % (path, error)) from error
    return found


def _entry(protocol, fields):
    address, port = fields[1].split(":")
    family, text = _address(address)
    return {
        "protocol": protocol,
        "family": family,
        "address": text,
        "port": int(port, 16),
        "uid": int(fields[7]),
        "inode": int(fields[9]),
    }


def _address(digits):
    """Decode an address: the kernel prints each 32-bit word of it as a number in the machine's byte order."""
    words = [int(digits[i : i + 8], 16) for i in range(0, len(digits), 8)]
    packed = struct.pack("=%dI" % len(words), *words)
    if packed.startswith(_IPV4_IN_IPV6):
        packed = packed[len(_IPV4_IN_IPV6) :]
    if len(packed) == 4:
        return "ipv4", socket.inet_ntop(socket.AF_INET, packed)
    return "ipv6", socket.inet_ntop(socket.AF_INET6, packed)


def _owners(deadline, inodes):
    """Map inodes of sockets to process ids, and tell whether every process could be looked into.

    When several processes hold a socket, the oldest is named, but process 1 last: it holds those of socket units.
    """
    owners = {}
    # With /proc mounted hidepid=, other users' processes are not even listed.
    all_seen = os.geteuid() == 0
    pids = sorted(int(name) for name in os.listdir(_PROC) if name.isdigit())
    for pid in sorted(pids, key=lambda pid: pid == 1):
        deadline.check()
        try:
            for inode in _inodes(pid) & inodes:
                owners.setdefault(inode, pid)
        except PermissionError:
            all_seen = False
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has ended meanwhile.
    return owners, all_seen


def _inodes(pid):
    directory = os.path.join(_PROC, str(pid), "fd")
    inodes = set()
    for name in os.listdir(directory):
        try:
            link = _SOCKET_LINK.fullmatch(os.readlink(os.path.join(directory, name)))
        except FileNotFoundError:
            continue  # It has been closed meanwhile.
        if link:
            inodes.add(int(link.group(1)))
    return inodes


def _process_name(pid):
    try:
        with open(os.path.join(_PROC, str(pid), "comm"), encoding="utf-8", errors="replace") as comm:
            return comm.read().rstrip("\n")
    except (FileNotFoundError, ProcessLookupError):
        return None
