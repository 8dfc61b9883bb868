# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what runs by itself on a host: systemd timers and cron entries."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CronEntry, CrontabsFact, Timer

# Debian packages bring cron entries that do nothing where systemd runs, beside a timer that does the same.
_GIVES_WAY = "! -d /run/systemd/system"


def timer_problems(timer: Timer) -> list[str]:
    """Why a timer does not prove that what it starts runs and works, after the next boot too."""
    problems = []
    if timer.enabled != "enabled":
        problems.append(f"{timer.name} is {timer.enabled or 'not enabled'}, so it is not started at boot")
    if timer.active != "active":
        problems.append(f"{timer.name} is {timer.active}")
    elif timer.next is None:
        problems.append(f"{timer.name} has no next run")
    if timer.last is None:
        problems.append(f"{timer.name} has never run")
    if timer.result not in (None, "success") or timer.exit not in (None, 0):
        problems.append(f"the last run of {timer.unit} failed: {timer.result}, exit status {timer.exit}")
    elif timer.last is not None and timer.result is None:
        problems.append(f"how the last run of {timer.unit} ended is not known")
    return problems


def cron_problems(entries: Sequence[CronEntry], fact: CrontabsFact, text: str, systemd: bool) -> list[str]:
    """Why no entry will run; when one might hide where we were not permitted to look, that is CannotLook."""
    good = [entry for entry in entries if not _idle(entry, systemd)]
    if good:
        return []
    if fact.denied:
        raise CannotLook("denied", f"no cron entry has {text!r}, but these cannot be read: {fact.denied[:10]}")
    return [_idle(entry, systemd) or "" for entry in entries] or [f"no cron entry has {text!r} in its command"]


def _idle(entry: CronEntry, systemd: bool) -> str | None:
    if not entry.runnable:
        return f"cron does not run {entry.source}{f' line {entry.line}' if entry.line else ''}"
    if systemd and _GIVES_WAY in entry.command:
        return f"the entry of {entry.source} does nothing where systemd runs, as it does here"
    return None
