# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories: what a path is, who owns it, and, bounded, what it holds."""

from __future__ import annotations

import fnmatch
import grp
import hashlib
import os
import pwd
import stat

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_TYPES = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISFIFO, "fifo"),
    (stat.S_ISBLK, "block"),
    (stat.S_ISCHR, "character"),
)


def file(deadline, path, content=False, digest=False, head=0, limit=1 << 20, follow=True):
    """Describe one path.

    content: the text of a regular file, if it has at most limit bytes (else too_large).
    digest: its SHA-256, whatever its size, within the deadline. head: its first bytes as hexadecimal digits.
    """
    facts = _stat(path, follow)
    if content or digest or head:
        if facts["type"] != "file":
            raise CannotLook("malformed", "%s is a %s, not a regular file" % (path, facts["type"]))
        with open_regular(path) as stream:
            if head:
                facts["head"] = stream.read(head).hex()
                stream.seek(0)
            if content:
                facts["content"] = _bounded(stream, path, limit)
                stream.seek(0)
            if digest:
                facts["sha256"] = _digest(stream, deadline)
    return facts


def glob(deadline, pattern, head=0, digest=False, limit=20000):
    """Describe every path that matches; an unreadable directory on the way is denied, not an empty answer."""
    matches = []
    for path in _expand(pattern, deadline):
        if len(matches) >= limit:
            raise CannotLook("too_large", "more than %d paths match %s" % (limit, pattern))
        try:
            matches.append(_described(deadline, path, head, digest))
        except FileNotFoundError:
            continue  # What is gone since it was listed, as from a spool, matches no more.
    return {"pattern": pattern, "files": matches}


def _described(deadline, path, head, digest):
    follow = os.path.exists(path)  # A dangling link is described as a link: it must not hide the other matches.
    regular = _stat(path, follow)["type"] == "file"
    return file(deadline, path, head=head if regular else 0, digest=digest and regular, follow=follow)


def secret_text(deadline, path):
    """The stripped text of a file that holds one secret and nothing else, for a look that must enter somewhere."""
    value = file(deadline, path, content=True, limit=65536)["content"].strip()
    if not value:
        raise CannotLook("malformed", "%s is empty" % path)
    return value


def masked(text, secrets):
    """The text without these secrets, of which one may be part of another."""
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, "***")
    return text


def _stat(path, follow):
    info = os.stat(path) if follow else os.lstat(path)
    facts = {
        "path": path,
        "type": next((name for test, name in _TYPES if test(info.st_mode)), "unknown"),
        "size": info.st_size,
        "mode": "%04o" % stat.S_IMODE(info.st_mode),
        "uid": info.st_uid,
        "gid": info.st_gid,
        "owner": _name(pwd.getpwuid, info.st_uid),
        "group": _name(grp.getgrgid, info.st_gid),
        "mtime": info.st_mtime,
    }
    if facts["type"] == "link" or os.path.islink(path):
        facts["link_target"] = os.readlink(path)
    return facts


def _name(lookup, number):
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)


def open_regular(path):
    """Open what is a regular file, and nothing else, for reading bytes."""
    # A device or FIFO put in place of the file after stat must not block us: O_NONBLOCK has no effect on regular files.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CannotLook("malformed", "%s is not a regular file" % path)
    return os.fdopen(descriptor, "rb")


def _bounded(stream, path, limit):
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise CannotLook("too_large", "%s has more than %d bytes" % (path, limit))
    return data.decode("utf-8", "replace")


def _digest(stream, deadline):
    sha256 = hashlib.sha256()
    while True:
        block = stream.read(1 << 20)
        if not block:
            return sha256.hexdigest()
        sha256.update(block)
        deadline.check()


def _expand(pattern, deadline):
    """Paths that match, like the glob module, but an unreadable directory raises instead of matching nothing."""
    if not os.path.isabs(pattern):
        raise CannotLook("malformed", "%s is not an absolute path" % pattern)
    found = ["/"]
    parts = pattern.strip("/").split("/")
    for index, part in enumerate(parts):
        deadline.check()
        if part == "**":
            last = index == len(parts) - 1
            found = [below for path in found for below in _tree(path, deadline, with_files=last)]
        elif any(c in part for c in "*?["):
            found = [os.path.join(path, name) for path in found for name in _names(path, part)]
        else:
            found = [p for p in (os.path.join(path, part) for path in found) if _exists(p)]
    return sorted(set(found))


def _exists(path):
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _names(directory, pattern):
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return []
    hidden = pattern.startswith(".")
    return [n for n in names if fnmatch.fnmatch(n, pattern) and n.startswith(".") == hidden]


def _tree(top, deadline, with_files):
    def denied(error):
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise error

    paths = []
    for directory, directories, names in os.walk(top, onerror=denied):
        deadline.check()
        paths.append(directory)
        if with_files:
            paths.extend(os.path.join(directory, name) for name in directories + names)
    return paths
