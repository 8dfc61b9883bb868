# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security updates where packages come by dnf, from what its cache already holds: asking must not fetch anything."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact, FileFact, Timer, TimersFact
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.updates import (
    Upgrades,
    list_problems,
    pending_problems,
    run_problems,
)
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import DAY, few, when
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import timer_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

TOOL = "/usr/bin/dnf"
_ADVISORIES = ["dnf", "-q", "-C", "updateinfo", "list", "--security"]
# Of packages that excludepkgs hides too: they are "all" to dnf 4, and "*" to dnf 5.
_UNHIDDEN = "--setopt=disable_excludes=all,*"
_EVERY_ADVISORY = [*_ADVISORIES, _UNHIDDEN]
# What the system comes from is where its C library comes from.
_SYSTEM = ["dnf", "-q", "-C", "repoquery", _UNHIDDEN, "--qf", "%{repoid}\\n", "glibc"]
_RESTART = ["dnf", "-q", "-C", "needs-restarting", "-r"]
_CACHES = ("/var/cache/dnf/*/repodata/*.xml*", "/var/cache/libdnf5/*/repodata/*.xml*")
_SECONDS = 30.0

# "RHSA-2026:1234 Important/Sec. openssl-libs-1:3.0.7-27.el9.x86_64"; dnf 5 has columns and a date of issue.
_DNF4 = re.compile(r"(\S+)\s+\S+/Sec\.\s+(\S+)")
_DNF5 = re.compile(r"(\S+)\s+security\s+\S+\s+(\S+)\s+\d{4}-\d\d-\d\d.*")
_HEADER = re.compile(r"Name\s+Type\s+Severity\s+Package\s+Issued\s*")
_REPOSITORY = re.compile(r"[\w.:+-]+")
_CACHED = re.compile(r"(.*/([^/]+)-[0-9a-f]{16})/repodata/.*\b(primary|updateinfo)\.xml.*")
_TIMERS = ("dnf-automatic.timer", "dnf-automatic-install.timer", "dnf5-automatic.timer")
_INSTALLS = re.compile(r"^\s*apply_updates\s*=\s*(yes|true|1|on)\s*$", re.MULTILINE | re.IGNORECASE)


async def pending(look: Observer, want: Wanted, now: float) -> Part:
    """No security update waits for longer than may be."""
    listed, every, system, timers, *caches = await together(
        *(look.command(argv, timeout=_SECONDS) for argv in (_ADVISORIES, _EVERY_ADVISORY, _SYSTEM)),
        look.timers(),
        *map(look.glob, _CACHES),
    )
    fixes = parse_advisories(every.stdout)
    held = sorted(set(fixes) - set(parse_advisories(listed.stdout)))
    learned = learned_of(parse_repositories(system.stdout), [file for cache in caches for file in cache.files])
    oldest = min(learned.values())
    seen = Upgrades(_succeeded(_timer(timers)) if want.automatic else None, oldest)
    problems = [
        *pending_problems(fixes, held, seen, want.max_pending_days, now),
        *list_problems("dnf", oldest, want.max_pending_days, now),
    ]
    lists = {name: when(moment) for name, moment in learned.items()}
    actual = {"security updates not installed": few(fixes) or "none", "held back": few(held) or "none"}
    return Part({**actual, "lists of updates": lists}, problems)


def parse_advisories(text: str) -> list[str]:
    """The packages for which `dnf updateinfo list --security` names an advisory."""
    found: dict[str, None] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _DNF4.fullmatch(line) or _DNF5.fullmatch(line)
        if match:
            found[match[2]] = None
        elif not _HEADER.fullmatch(line):
            raise CannotLook("malformed", f"dnf updateinfo printed {shown(line)!r}")
    return sorted(found)


def parse_repositories(text: str) -> list[str]:
    """The repositories that `dnf repoquery` names: those that are enabled, and of which dnf knows something."""
    found = sorted(set(text.split()))
    if strange := [each for each in found if not _REPOSITORY.fullmatch(each)]:
        raise CannotLook("malformed", f"dnf repoquery printed {shown(strange[0])!r}")
    if not found:
        raise CannotLook("not_found", "dnf knows of no enabled repository of the system: run dnf makecache")
    return found


def learned_of(system: Sequence[str], cached: Sequence[FileFact]) -> dict[str, float]:
    """Since when dnf knows, of each repository of the system that tells which updates are security updates.

    The newest primary list of a repository has the moment at which dnf last saw that there is no newer one. Where no
    repository of the system has advisories, as with CentOS Stream, dnf names no security update, whatever waits.
    """
    newest: dict[str, tuple[float, str]] = {}
    advised = set()
    for file in cached:
        match = _CACHED.fullmatch(file.path)
        if match and match[3] == "updateinfo":
            advised.add(match[1])
        elif match and match[2] in system:
            newest[match[2]] = max((file.mtime, match[1]), newest.get(match[2], (0.0, "")))
    if not newest:
        raise CannotLook("not_found", f"dnf has no list of {few(system)} in its cache: run dnf makecache")
    found = {name: mtime for name, (mtime, directory) in newest.items() if directory in advised}
    if not found:
        raise CannotLook(
            "not_found", f"{few(system)} has no advisories (updateinfo), so dnf cannot tell which updates are security"
        )
    return found


async def automatic(look: Observer, want: Wanted, now: float) -> Part:
    """The host installs security updates by itself, and that works."""
    if not want.automatic:
        return Part({"automatic updates": "not wanted"}, [])
    timers, config = await together(look.timers(), present(look.file("/etc/dnf/automatic.conf", content=True)))
    timer = _timer(timers)
    if timer is None:
        return Part({"automatic updates": "none"}, [f"there is none of {', '.join(_TIMERS)}"])
    succeeded = _succeeded(timer)
    problems = [*timer_problems(timer), *run_problems(succeeded, want.max_pending_days, now)]
    if timer.name != "dnf-automatic-install.timer" and not (config and _INSTALLS.search(config.content or "")):
        problems.append("apply_updates is not yes in /etc/dnf/automatic.conf, so updates are not installed")
    return Part({"automatic updates last succeeded": when(succeeded) if succeeded else "never"}, problems)


def _timer(fact: TimersFact) -> Timer | None:
    """The timer that installs updates: of several the one that is enabled."""
    found = [timer for timer in fact.timers if timer.name in _TIMERS]
    return next((timer for timer in found if timer.enabled == "enabled"), found[0] if found else None)


def _succeeded(timer: Timer | None) -> float | None:
    return timer.last if timer and timer.result == "success" and timer.exit in (None, 0) else None


async def reboot(look: Observer, want: Wanted, now: float) -> Part:
    """What was installed is what runs. Since when it is not cannot be seen, but not since before the last boot."""
    hint, uptime = await together(
        look.command(_RESTART, ok=(0, 1), timeout=_SECONDS), look.file("/proc/uptime", content=True)
    )
    required = parse_hint(hint)
    words = (uptime.content or "").split()
    try:
        up = float(words[0])
    except (IndexError, ValueError) as error:
        raise CannotLook("malformed", "/proc/uptime has no number") from error
    late = required and up > want.max_pending_days * DAY
    problem = f"a reboot is required, and the host runs for {up / DAY:.0f} days"
    return Part({"reboot required": required, "up for days": round(up / DAY, 1)}, [problem] if late else [])


def parse_hint(hint: CommandFact) -> bool:
    """Whether a reboot is required. dnf ends with status 1 for that, and for errors of its own too."""
    if hint.exit == 0:
        return False
    if "reboot is required" in hint.stdout.lower():
        return True
    said = shown(hint.stderr.strip() or hint.stdout.strip())
    reason = "missing_tool" if "no such command" in said.lower() else "malformed"
    raise CannotLook(reason, f"dnf needs-restarting: {said or 'said nothing'}")
