# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether files of logs are rotated: planned by logrotate, started by itself, and seen to have happened."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact, FileFact, Timer
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs import logrotate
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import MEGABYTE, Source, when
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import cron_problems, timer_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY = 86400.0
_STATES = ("/var/lib/logrotate/status", "/var/lib/logrotate/logrotate.status", "/var/lib/logrotate.status")
_SYSTEMD_RUNS = "/run/systemd/system"


async def planned(look: Observer, want: Wanted, source: Source) -> Part:
    """Each of the files is covered, rotated ones are there, and what is kept is neither too little nor too much."""
    found, beside, said, ages = await together(
        look.glob(source.name), look.glob(f"{source.name}[.-]*"), _dry_run(look, want), _maxages(look, want)
    )
    now = time.time()
    live = [fact for fact in found.files if fact.type == "file"]
    if not live:
        raise CannotLook("not_found", f"there is no file {source.name}")
    plan = logrotate.parse(said.stderr + said.stdout)
    problems: list[str] = []
    actual: dict[str, Any] = {}
    for fact in live:
        planned_for = plan.of(fact.path)
        if planned_for is None:
            told = f" ({shown('; '.join(plan.errors[:2]))})" if plan.errors else ""
            problems += [f"logrotate does not rotate {shown(fact.path)}{told}", *size_problems([fact], want)]
            continue
        stanza, log = planned_for
        rotated = await _rotated(look, fact, stanza, beside.files)
        actual[shown(fact.path)] = {
            "plan": str(stanza),
            "last rotated": when(log.last) if log.recorded else None,
            "rotated files": len(rotated),
            "oldest": when(min(each.mtime for each in rotated)) if rotated else None,
            "megabytes": round(fact.size / MEGABYTE, 1),
        }
        problems += [
            *plan_problems(fact, stanza, log, want, now),
            *history_problems(fact, stanza, rotated, want, now),
            *size_problems([fact, *rotated], want),
            *await _age_problems(look, want, stanza, logrotate.maxages(ages.stdout)),
        ]
    return Part(actual, problems)


def _dry_run(look: Observer, want: Wanted) -> Look[CommandFact]:
    state = ["--state", want.logrotate_state] if want.logrotate_state else []
    return look.command(["logrotate", "--debug", *state, want.logrotate_config], ok=(0, 1))


def _maxages(look: Observer, want: Wanted) -> Look[CommandFact]:
    """The dry run does not tell maxage, which removes files however many are to be kept."""
    pattern = r"^[[:space:]]*maxage[[:space:]]+[0-9]+[[:space:]]*$"
    return look.command(["grep", "-rHsE", "-e", pattern, *_configs(want)], ok=(0, 1, 2))


def _configs(want: Wanted) -> list[str]:
    return [want.logrotate_config, f"{os.path.splitext(want.logrotate_config)[0]}.d"]


async def _rotated(
    look: Observer, fact: FileFact, stanza: logrotate.Stanza, beside: Sequence[FileFact]
) -> list[FileFact]:
    """The rotated files of one log, beside it or where its stanza puts them."""
    start = fact.path
    if stanza.olddir:
        start = f"{stanza.olddir.rstrip('/')}/{os.path.basename(fact.path)}"
        beside = (await look.glob(f"{start}[.-]*")).files
    return [each for each in beside if each.type == "file" and each.path.startswith((f"{start}.", f"{start}-"))]


def plan_problems(fact: FileFact, stanza: logrotate.Stanza, log: logrotate.Log, want: Wanted, now: float) -> list[str]:
    """Why a log would not be rotated, or not kept as long as agreed."""
    path = shown(fact.path)
    if log.skipped:
        return [f"logrotate skips {path}: {shown(log.skipped)}"]
    problems = []
    if stanza.count is None:
        problems.append(f"logrotate never removes a rotated {path}: it has no count to rotate")
    elif stanza.days is not None and stanza.days < want.retention_days:
        problems.append(f"{path} is kept for {stanza.days:g} days ({stanza}), not {want.retention_days}")
    elif not stanza.count:
        problems.append(f"no rotated {path} is kept")
    if not log.recorded:
        problems.append(f"logrotate has no record of {path}: it has never looked at it")
    elif stanza.period is not None and log.last is not None and not _may_rest(fact, stanza):
        days = (now - log.last) / _DAY
        # Once a day is how often logrotate runs; twice that and twice the period is more than being late.
        if days > 2 * max(stanza.period, 1):
            problems.append(f"{path} was last rotated {days:.0f} days ago, due every {stanza.period:g} days")
    return problems


def _may_rest(fact: FileFact, stanza: logrotate.Stanza) -> bool:
    """Whether a log may go unrotated because it is empty, small or young."""
    return stanza.minimum or (not stanza.empty and not fact.size)


def history_problems(
    fact: FileFact, stanza: logrotate.Stanza, rotated: Sequence[FileFact], want: Wanted, now: float
) -> list[str]:
    """What the rotated files say against what is planned for them."""
    path = shown(fact.path)
    if not rotated:
        return [f"there is no rotated file of {path}: that it is rotated is not seen"]
    oldest = (now - min(each.mtime for each in rotated)) / _DAY
    problems = []
    full = stanza.count is not None and len(rotated) >= stanza.count
    if full and oldest < want.retention_days - 2 * (stanza.period or 1):
        problems.append(f"the {len(rotated)} rotated files of {path} reach back {oldest:.1f} days only")
    if stanza.count is not None and len(rotated) > stanza.count + 1:
        problems.append(f"there are {len(rotated)} rotated files of {path}, of which {stanza.count} are to be kept")
    if want.max_retention_days is not None and oldest > want.max_retention_days:
        problems.append(f"the oldest rotated file of {path} is {oldest:.0f} days old: it does not expire")
    return problems


def size_problems(facts: Sequence[FileFact], want: Wanted) -> list[str]:
    """A sentence for each file that is too large, the first few of them."""
    large = [fact for fact in facts if fact.size > want.max_file_megabytes * MEGABYTE]
    return [f"{shown(fact.path)} has {fact.size / MEGABYTE:.0f} megabytes" for fact in large[:5]]


async def _age_problems(look: Observer, want: Wanted, stanza: logrotate.Stanza, ages: Any) -> list[str]:
    """Why rotated files are removed by age too early: a maxage for all logs, or in a file that names this one."""
    early = {file: days for file, days in ages if days < want.retention_days}
    if not early:
        return []
    named = await look.command(["grep", "-lsF", "-e", stanza.files.split()[0].strip('"'), *sorted(early)], ok=(0, 1, 2))
    files = {*named.stdout.splitlines(), want.logrotate_config} & set(early)
    return [f"maxage {early[file]} of {shown(file)} removes rotated files earlier" for file in sorted(files)]


async def scheduled(look: Observer, want: Wanted) -> Part:
    """Logrotate is started by itself, and has lately been: it writes its state each time."""
    paths = [want.logrotate_state] if want.logrotate_state else _STATES
    systemd, timers, crontabs, *states = await together(
        present(look.file(_SYSTEMD_RUNS)),
        attempt(look.timers()),
        attempt(look.crontabs()),
        *(present(look.file(path)) for path in paths),
    )
    now = time.time()
    timer = None
    if not isinstance(timers, CannotLook):
        timer = next((each for each in timers.timers if each.name == want.logrotate_timer), None)
    elif systemd is not None:
        raise timers
    written = max((state.mtime for state in states if state is not None), default=None)
    problems = state_problems(written, now)
    if timer is not None:
        problems = [*timer_problems(timer), *problems]
    elif isinstance(crontabs, CannotLook):
        raise crontabs
    else:
        entries = [entry for entry in crontabs.entries if "logrotate" in entry.command]
        problems = [*cron_problems(entries, crontabs, "logrotate", systemd is not None), *problems]
    return Part({"started by": _starter(timer), "logrotate ran": when(written)}, problems)


def _starter(timer: Timer | None) -> str:
    return "cron" if timer is None else f"{timer.name} ({timer.enabled}, {timer.active})"


def state_problems(written: float | None, now: float) -> list[str]:
    """Why logrotate does not run every day. written: Unix time of its state file; None when there is none."""
    if written is None:
        return ["logrotate has no state file: it has never run"]
    days = (now - written) / _DAY
    return [f"logrotate last ran {days:.0f} days ago"] if days > 2 else []
