# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of an environment: one at a time, given back by death alone, and no clock, number or text of it believed."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import lock

HOLDER = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from ansible_collections.golive.verify.plugins.plugin_utils import lock
import os
# As in a run: the worker takes it and is gone, the process that forked it stays.
if os.fork() == 0:
    lock.take(Path(sys.argv[1]), "r1", "2031-01-01T00:00:00Z")
    os._exit(0)
assert os.wait()[1] == 0
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return lock.path_for(tmp_path / "runs", "eu/shop")


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", HOLDER, str(path), *sys.path]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_it_is_held_after_the_worker_is_gone_and_until_the_run_is_killed(
    path: Path, holder: subprocess.Popen[str]
) -> None:
    # The clock was moved back since: when it began is only told, not believed.
    told = rf"^the run r1 has it since 2031-01-01T00:00:00Z, process {holder.pid} on \S+$"
    with pytest.raises(lock.Held, match=told):
        lock.take(path, "r2", "2026-11-23T03:00:00Z")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with lock.held(path, wait=5):
        pass


def test_environments_do_not_shut_each_other_out(path: Path, holder: subprocess.Popen[str]) -> None:
    with lock.held(lock.path_for(path.parent, "eu"), wait=0):
        pass


@pytest.mark.parametrize("content", [b"\0\xff{", b"[1]", b'{"run": "\x1b[2J", "since": 4}', b"", b"{" * 9000])
def test_what_stands_in_the_file_is_no_more_than_told(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with lock.held(path, wait=0):
        with pytest.raises(lock.Held, match="has it") as said:
            lock.take(path, "r", "now")
        assert str(said.value).isprintable()


def test_a_playbook_that_plans_twice_does_not_wait_for_itself(path: Path) -> None:
    lock.take(path, "r1", "now")
    lock.take(path, "r2", "now")


def test_one_of_another_user_is_as_good(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.touch()
    real = os.open

    def refuse(name: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(name, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    lock.take(path, "r1", "now")
    monkeypatch.undo()
    with pytest.raises(lock.Held, match="another run has it"):
        lock.take(path, "r2", "now")


def test_where_nobody_can_lock_it_says_so(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(lock.CannotLock, match=r"Not a directory|File exists"):
        lock.take(tmp_path / "file" / "lock", "r", "now")
    path.parent.mkdir()
    path.symlink_to(tmp_path / "file")
    with pytest.raises(lock.CannotLock, match="symbolic links"):
        lock.take(path, "r", "now")

    def refuse(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(lock.CannotLock, match="knows no locks"):
        lock.take(tmp_path / "lock", "r", "now")
