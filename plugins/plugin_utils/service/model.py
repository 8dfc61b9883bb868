# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a supervisor says of one service, and how it is judged whoever the supervisor is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Process:
    """One process, container or cron entry that does the work. started: Unix seconds.

    user: where the supervisor itself tells it. release: texts of the supervisor that name what runs.
    """

    name: str
    pid: int | None = None
    started: float | None = None
    user: str | None = None
    release: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one service.

    actual: for people. faults: why it does not run as it should. leaving: why it would not return after a crash or a
    reboot. last: when its last job began, as Unix seconds, where the supervisor knows.
    """

    actual: Mapping[str, Any]
    faults: Sequence[str]
    leaving: Sequence[str] = ()
    processes: Sequence[Process] = ()
    last: float | None = None


def up_problems(name: str, started: float | None, now: float, want: Wanted) -> list[str]:
    """Why it is not known that a running process stays up."""
    if started is None:
        return [f"{name} does not say since when it runs"]
    up = now - started
    return (
        [f"{name} is up for {up:.0f} s only, not {want.min_uptime_seconds} s"] if up < want.min_uptime_seconds else []
    )


def loop_problems(name: str, restarts: int, want: Wanted) -> list[str]:
    """Why a process is taken to crash again and again."""
    return [f"{name} was restarted {restarts} times, not at most {want.max_restarts}"] * (restarts > want.max_restarts)


def pause_problems(name: str, seconds: float | None, want: Wanted) -> list[str]:
    """Why a crash would be felt for too long; None is a pause without an end."""
    if seconds is None:
        return [f"{name} waits forever before it is restarted"]
    late = seconds > want.max_restart_seconds
    return [f"{name} waits {seconds:g} s before it is restarted, not at most {want.max_restart_seconds} s"] * late


def is_named(release: str, text: str) -> bool:
    """Whether a text names a release: as a word of its own, or a commit as any abbreviation of seven digits or more."""
    if _COMMIT.fullmatch(release):
        words = re.findall(r"(?<![0-9A-Za-z])[0-9a-f]{7,64}(?![0-9A-Za-z])", text)
        return any(word.startswith(release) or release.startswith(word) for word in words)
    return bool(re.search(rf"(?<![0-9A-Za-z.])v?{re.escape(release)}(?![0-9A-Za-z]|[.-][0-9A-Za-z])", text))
