# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill owes its host: how to undo each step, on disk before the step is taken, and paid whatever happens."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import stat
import sys

from ansible_collections.golive.verify.plugins.module_utils.observation.commands import command
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    CannotLook,
    Deadline,
    cannot_look_from,
)

ROOT = "/var/lib/golive-verify/drills"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_GRACE = 10
_UNDO_SECONDS = 120


def directory():
    """Where the journals of this user lie. Nobody else may write there: what it says is run."""
    path = ROOT if os.geteuid() == 0 else os.path.expanduser("~/.local/state/golive-verify/drills")
    os.makedirs(path, mode=0o700, exist_ok=True)
    owner = os.lstat(path)
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid != os.geteuid() or owner.st_mode & 0o022:
        raise CannotLook("denied", "%s must be a directory of this user, which nobody else may write" % path)
    return path


class Journal:
    """The journal of one drill, held under its lock. Whoever gets the lock of a journal that is not empty undoes it."""

    def __init__(self, name, lock):
        self.name = name
        self.lock = lock
        self._path = _path(name, "json")

    @classmethod
    def held(cls, name, wait=False):
        """Take the lock; None while another process has it."""
        lock = os.open(_path(name, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return cls(name, lock)

    def owed(self):
        """The undo steps that wait, the newest last."""
        try:
            with open(self._path, encoding="utf-8") as stream:
                return json.load(stream)
        except FileNotFoundError:
            return []

    def promise(self, undo):
        """Keep one undo step. It is safe on the disk when this returns."""
        self._write(self.owed() + [undo])

    def undo(self):
        """Undo all steps, the newest first, each even where another fails; what failed stays in the journal."""
        outcomes, left = [], self.owed()
        for step in reversed(list(left)):
            outcomes.append(_undo(step))
            if not outcomes[-1]["problem"]:
                left.remove(step)
                self._write(left)
        return outcomes

    def release(self):
        """Let go of the lock."""
        os.close(self.lock)

    def _write(self, steps):
        if not steps:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
            return
        draft = self._path + ".draft"
        with open(draft, "w", encoding="utf-8") as stream:
            json.dump(steps, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, self._path)


def _path(name, ending):
    if not _NAME.fullmatch(name):
        raise CannotLook("malformed", "%r is no name of a drill: small letters, digits, '-', '_' and '.'" % name)
    return os.path.join(directory(), "%s.%s" % (name, ending))


def _undo(step):
    try:
        done = command(Deadline(_UNDO_SECONDS), step["argv"], user=step.get("user"))
        problem = "" if done["exit"] == 0 else "exit status %d: %s" % (done["exit"], done["stderr"].strip()[:500])
    except Exception as error:  # noqa: BLE001 - one that cannot be undone must not keep the others from it
        problem = str(cannot_look_from(error))
    return {"name": step["name"], "argv": step["argv"], "problem": problem}


def leftovers():
    """Undo what crashed drills left, and tell it."""
    done = []
    for entry in sorted(os.listdir(directory())):
        name, _dot, ending = entry.rpartition(".")
        journal = Journal.held(name) if ending == "json" else None
        if journal is not None:
            done += [dict(outcome, drill=name) for outcome in journal.undo()]
            journal.release()
    return done


def watch(name, lock, limit):
    """Leave a process behind that undoes the drill when this one dies or overstays; give the pipe that dismisses it."""
    actor = os.getpid()
    hear, tell = os.pipe()
    child = os.fork()
    if child:
        os.close(hear)
        os.waitpid(child, 0)
        return tell
    try:
        os.setsid()
        if os.fork() == 0:
            os.close(tell)
            os.close(lock)  # A fork shares it: the lock would never be free.
            _be_quiet()
            _guard(name, hear, actor, limit + _GRACE)
    finally:
        os._exit(0)


def _guard(name, hear, actor, seconds):
    heard = select.select([hear], [], [], seconds)[0]
    if heard and os.read(hear, 1):
        return
    if not heard:
        os.kill(actor, signal.SIGKILL)
    Journal.held(name, wait=True).undo()


def _be_quiet():
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
