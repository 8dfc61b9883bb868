# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time over an environment: an flock that the kernel takes back when ansible-playbook ends, however.

Tasks run in forked workers, which end long before the run. So a worker that got the lock sends its open file through
a socket that the process of ansible-playbook made before it forked, and nobody reads: there it stays until that process
is gone. Nothing is left to be cleaned up, not after a kill or a reboot either, and no clock or process number is
believed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line

_PAUSE = 0.2
_MOST = 4096
# What file systems say that know no locks.
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
# Made where this is imported first: linear and free load the action of a task before they fork its worker. Plain file
# descriptors, which nobody closes by forgetting them.
_KEPT_OPEN, _KEEPER = (end.detach() for end in socket.socketpair())
# By this a playbook that plans twice knows the lock that it has already.
_OWN = secrets.token_hex(8)


class Held(Exception):
    """Another run has the lock: which one, and since when."""


class CannotLock(Exception):
    """Nobody can have the lock: why."""


def path_for(runs_dir: Path, environment: str) -> Path:
    """The lock of an environment, beside the directory of its runs."""
    return runs_dir / f".{quote(environment, safe='')}.lock"


def take(path: Path, run: str, since: str, wait: float = 0.0) -> None:
    """Take the lock for as long as ansible-playbook lives. wait: for how many seconds another run may still have it."""
    if _told(path).get("by") == _OWN:
        return
    file = _locked(path, wait)
    holder = {"run": run, "since": since, "process": os.getppid(), "machine": socket.gethostname(), "by": _OWN}
    try:
        _describe(file, holder)
        with socket.socket(fileno=os.dup(_KEEPER)) as keeper:
            socket.send_fds(keeper, [b"."], [file])
    finally:
        os.close(file)


@contextmanager
def held(path: Path, wait: float) -> Iterator[None]:
    """The lock for as long as the block takes."""
    file = _locked(path, wait)
    try:
        yield
    finally:
        os.close(file)


def _locked(path: Path, wait: float) -> int:
    """The file, opened and locked."""
    file = _opened(path)
    until = time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Held(_holder(path)) from None
                time.sleep(_PAUSE)
            else:
                return file
    except OSError as error:
        os.close(file)
        known = "its file system knows no locks" if error.errno in _NO_LOCKS else error.strerror
        raise CannotLock(f"{path}: {known}") from error
    except BaseException:
        os.close(file)
        raise


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except PermissionError:
            # Made by another user, and still as good for a lock: only who has it stays untold.
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise CannotLock(f"{path}: {error.strerror}") from error


def _describe(file: int, holder: dict[str, Any]) -> None:
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps(holder).encode(), 0)


def _told(path: Path) -> dict[str, Any]:
    """What the file tells of who has, or last had, the lock."""
    try:
        with path.open("rb") as stream:
            told = json.loads(stream.read(_MOST))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _holder(path: Path) -> str:
    told = _told(path)
    if not told.get("run"):
        return "another run has it"
    words = "the run {run} has it since {since}, process {process} on {machine}"
    return one_line(words.format_map(defaultdict(str, {name: str(value)[:80] for name, value in told.items()})))
