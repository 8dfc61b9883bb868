# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the environment's processes, notice when one ends, and leave nothing behind, whatever ends first."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

# Every process that belongs to an environment carries this variable with the environment's directory.
MARK = "GOLIVE_DEMO_DIR"
_READY_WITHIN = 40.0
_TERM_WITHIN = 5.0


# As whom a process runs; None is this process' own user.
User = pwd.struct_passwd | None


class Broken(Exception):
    """The environment cannot be started, or did not keep running: one line for the user."""


class Processes:
    """A directory of its own and the processes in it. A guard outside clears both away as soon as this process ends."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="golive-demo-")).resolve()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._starting = threading.Lock()
        self._closed = False
        self._guard = subprocess.Popen(
            [sys.executable, __file__, str(self.directory)], stdin=subprocess.PIPE, cwd="/", start_new_session=True
        )

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_error: object) -> None:
        """End everything, as it ends when this process is killed: the guard sees its standard input close."""
        with self._starting:
            self._closed = True
        if self._guard.stdin:
            self._guard.stdin.close()
        self._guard.wait()
        for process in list(self._running.values()):
            process.wait()

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment variables of every process here: no proxies, nothing of the user's Ansible or cloud."""
        foreign = ("ANSIBLE_", "AWS_", "GOLIVE_", "PG", "BAO_", "VAULT_")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {name: value for name, value in own.items() if not name.lower().endswith("_proxy")} | {
            MARK: str(self.directory)
        }

    def start(
        self,
        name: str,
        argv: Sequence[object],
        environ: Mapping[str, str] | None = None,
        user: User = None,
        *,
        alone: bool = False,
    ) -> None:
        """Start a server that runs as long as the environment; what it says goes to <name>.log.

        alone: it gets no environment variable but those given, whatever the user of this machine has set.
        """
        around = {MARK: str(self.directory)} if alone else self.surroundings
        with (self.directory / f"{name}.log").open("ab") as log:
            self._running[name] = self._begin(argv, around | dict(environ or {}), user, log, log)

    def run(self, *argv: object, environ: Mapping[str, str] | None = None, user: User = None) -> str:
        """Run a command to its end; what it printed. Broken when it fails."""
        process = self._begin(argv, self.surroundings | dict(environ or {}), user, subprocess.PIPE, subprocess.PIPE)
        printed, said = process.communicate()
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-3:]
            raise Broken(f"{Path(str(argv[0])).name} ended with {process.returncode}: {' '.join(last)}")
        return printed.decode(errors="replace")

    def _begin(
        self,
        argv: Sequence[object],
        environ: Mapping[str, str],
        user: User,
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
    ) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._closed:
                raise Broken("the environment is being stopped")
            return subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=self.directory,
                env=environ,
                start_new_session=True,
                user=user and user.pw_uid,
                group=user and user.pw_gid,
                extra_groups=[] if user else None,
            )

    def check(self) -> None:
        """Raise Broken when a server is no longer there."""
        for name, process in list(self._running.items()):
            if process.poll() is not None:
                log = (self.directory / f"{name}.log").read_text(errors="replace").strip().splitlines()
                raise Broken(f"{name} ended with {process.returncode}: {' | '.join(log[-3:]) or 'without a word'}")

    def wait_for(self, what: str, ready: Callable[[], bool], *failures: type[Exception]) -> None:
        """Wait until ready() is true; what it raises meanwhile means not yet."""
        end = time.monotonic() + _READY_WITHIN
        while time.monotonic() < end:
            self.check()
            with contextlib.suppress(OSError, *failures):
                if ready():
                    return
            time.sleep(0.05)
        raise Broken(f"{what} is not ready after {_READY_WITHIN:.0f} s")


def check_free(ports: Mapping[str, int]) -> None:
    """Raise Broken when a port is in use, by TCP or UDP."""
    for name, port in ports.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind is socket.SOCK_STREAM)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise Broken(
                        f"port {port} ({name}) is in use ({error.strerror}): stop what listens there (ss -lntup), "
                        "or change it in inventories/demo/group_vars/all.yml"
                    ) from error


def _members(directory: str) -> set[int]:
    """The processes that carry the directory's mark."""
    mark, found = f"{MARK}={directory}".encode(), set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
    return found


def _end(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _alive(pids: Iterable[int]) -> set[int]:
    """Those that still run; one that has ended and waits for its parent to notice does not."""
    return {pid for pid in pids if (stat := _stat(pid)) and stat.rpartition(")")[2].split()[0] != "Z"}


def _stat(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return ""


def guard(directory: str) -> None:
    """Wait until standard input closes, which it does when its writer ends, killed or not; then clear away."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    members = _members(directory)
    _end(members, signal.SIGTERM)
    end = time.monotonic() + _TERM_WITHIN
    while _alive(members) and time.monotonic() < end:
        time.sleep(0.02)
    while left := _alive(_members(directory)):
        _end(left, signal.SIGKILL)
        time.sleep(0.02)
    # What was still being written when it was stopped may come while it is cleared away.
    while Path(directory).exists() and time.monotonic() < end + _TERM_WITHIN:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    guard(sys.argv[1])
