# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that are killed at a named point, without any chance to clean up, and writes for which there is no room."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

FORK = get_context("fork")
# What writing a file comes by, in this order: the function, and whether the point lies behind it.
POINTS: Mapping[str, tuple[Any, str, bool]] = {
    "before a draft": (tempfile, "mkstemp", False),
    "with an empty draft": (tempfile, "mkstemp", True),
    "with a whole draft": (os, "fsync", True),
    "before it takes its place": (Path, "replace", False),
    "in its place": (Path, "replace", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def no_room() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def failing(point: str, nth: int, how: Callable[[], None]) -> Iterator[None]:
    """Something happens when this point is reached for the nth time."""
    where, name, behind = POINTS[point]
    real = getattr(where, name)
    reached = 0

    def instead(*given: Any, **named: Any) -> Any:
        nonlocal reached
        reached += 1
        if reached == nth and not behind:
            how()
        done = real(*given, **named)
        if reached == nth and behind:
            how()
        return done

    with mock.patch.object(where, name, instead):
        yield


def killed(point: str, nth: int, work: Callable[[], object]) -> bool:
    """Whether a process that does this work is killed there; where it never comes there, it ends well."""

    def child() -> None:
        with failing(point, nth, die):
            work()

    process = FORK.Process(target=child)
    process.start()
    process.join(30)
    if process.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"the process ended with {process.exitcode}")
    return process.exitcode != 0
