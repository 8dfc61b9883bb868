# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounted file systems: where, with which options, and how full. A dead network mount never holds up the others."""

from __future__ import annotations

import os
import queue
import re
import threading
import time

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from

_MOUNTINFO = "/proc/self/mountinfo"
_LIMIT = 20000
_READERS = 16

# Seconds for the answers of all file systems: a local one needs microseconds, only a dead one needs longer.
_PATIENCE = 3.0

# They store nothing, so they have no size. Asking autofs would mount what it stands for.
# fmt: off
_PSEUDO = {
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs",
    "fuse.gvfsd-fuse", "fuse.lxcfs", "fuse.portal", "fusectl", "hugetlbfs", "mqueue", "nfsd", "nsfs", "proc",
    "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tracefs",
}
# fmt: on

_ESCAPE = re.compile(rb"\\([0-7]{3})")


def mounts(deadline):
    """List the mounts that can be seen, with bytes and inodes in all and free for a user without privileges.

    options are those of the mount and of its file system; "ro" when either is read-only. A file system that counts no
    inodes says 0 of 0. A mount whose file system does not answer, or may not be asked, is in "unread" with the reason.
    """
    visible = [mount for mount in _visible(_read(deadline)) if mount["type"] not in _PSEUDO]
    usage = _usage([mount["raw_path"] for mount in visible], min(_PATIENCE, deadline.left()))
    found, unread = [], []
    for mount in visible:
        seen = usage[mount.pop("raw_path")]
        if isinstance(seen, CannotLook):
            unread.append({"path": mount["path"], "reason": seen.reason, "detail": seen.detail})
        else:
            found.append(dict(mount, **seen))
    return {"mounts": found, "unread": unread}


def _read(deadline):
    table = []
    with open(_MOUNTINFO, "rb") as lines:
        for line in lines:
            deadline.check()
            table.append(_parse(line))
            if len(table) > _LIMIT:
                raise CannotLook("too_large", "more than %d mounts" % _LIMIT)
    if not table:
        raise CannotLook("malformed", "%s is empty" % _MOUNTINFO)
    return table


def _parse(line):
    """Read one line: id, parent, device number, root, path, options, optional fields, "-", type, device, options."""
    try:
        mount, file_system = (part.split(b" ") for part in line.rstrip(b"\n").split(b" - ", 1))
        number, parent, path, own = int(mount[0]), int(mount[1]), _unescape(mount[4]), mount[5]
        kind, device = file_system[:2]
    except (ValueError, IndexError) as error:
        raise CannotLook("malformed", "%s has the line %r" % (_MOUNTINFO, line[:200])) from error
    return {
        "id": number,
        "parent": parent,
        "raw_path": path,
        "device": _text(_unescape(device)),
        "path": _text(path),
        "type": _text(_unescape(kind)),
        "options": _options(own, *file_system[2:3]),
    }


def _unescape(field):
    return _ESCAPE.sub(lambda escape: bytes([int(escape.group(1), 8) & 0xFF]), field)


def _text(data):
    return data.decode("utf-8", "replace")


def _options(*lists):
    options = list(dict.fromkeys(_text(_unescape(o)) for options in lists for o in options.split(b",") if o))
    return [o for o in options if o != "rw" or "ro" not in options]


def _visible(table):
    """Leave out what other mounts cover: its path leads to another file system, or nowhere."""
    by_id = {mount["id"]: mount for mount in table}
    children = {}
    for mount in table:
        children.setdefault(mount["parent"], set()).add(mount["raw_path"])

    def covered_above(mount):
        return any(directory in children[mount["parent"]] for directory in _above(mount["raw_path"]))

    visible = []
    for mount in table:
        stacked_on = mount["raw_path"] in children.get(mount["id"], ()) and mount["parent"] != mount["id"]
        if not stacked_on and not any(map(covered_above, _lineage(mount, by_id))):
            visible.append({k: v for k, v in mount.items() if k not in ("id", "parent")})
    return visible


def _lineage(mount, by_id):
    """The mount, the mount it lies on, and so on; ends where this process sees no further."""
    seen = {}
    while mount is not None and mount["id"] not in seen:
        seen[mount["id"]] = mount
        mount = by_id.get(mount["parent"])
    return list(seen.values())


def _above(path):
    while path not in (b"/", b""):
        path = os.path.dirname(path)
        yield path


def _usage(paths, seconds):
    """Ask every file system; what has not answered in time gets a CannotLook."""
    end = time.monotonic() + seconds
    waiting, done = queue.Queue(), queue.Queue()
    for path in paths:
        waiting.put(path)
    for _reader in range(min(_READERS, len(paths))):
        # Daemon threads: one that hangs in the kernel must not keep the call from answering.
        threading.Thread(target=_ask, args=(waiting, done), daemon=True).start()
    usage = {}
    while len(usage) < len(set(paths)):
        try:
            path, answer = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        usage[path] = answer
    silent = CannotLook("timeout", "the file system did not answer within %g s" % seconds)
    return {path: usage.get(path, silent) for path in paths}


def _ask(waiting, done):
    while True:
        try:
            path = waiting.get_nowait()
        except queue.Empty:
            return
        done.put((path, _answer(path)))


def _answer(path):
    try:
        status = os.statvfs(path)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one file system is its answer
        return cannot_look_from(error)
    return {
        "size": status.f_blocks * status.f_frsize,
        "free": status.f_bavail * status.f_frsize,
        "inodes": status.f_files,
        "inodes_free": status.f_favail,
    }
