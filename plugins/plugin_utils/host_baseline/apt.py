# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security updates where packages come by apt: what waits, how fresh the lists are, and what installs it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, Timer
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

TOOL = "/usr/bin/apt-get"
_LISTS = "/var/lib/apt/lists"
_SUCCESS = "/var/lib/apt/periodic/upgrade-stamp"

# Without these apt, run by root, would write its caches anew.
_WRITES_NOTHING = ["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]
_UPGRADABLE = ["apt", *_WRITES_NOTHING, "list", "--upgradable"]
_POLICY = ["apt-cache", *_WRITES_NOTHING, "policy"]
_HOLDS = ["apt-mark", *_WRITES_NOTHING, "showhold"]
_TARGETS = "$(SUITE)|$(CODENAME)|$(LABEL)|$(FILENAME)"
_SOURCES = ["apt-get", *_WRITES_NOTHING, "indextargets", "--format", _TARGETS, "Identifier: Packages"]
_DATES = ["grep", "-rHE", "--include=*Release", "--exclude-dir=partial", "-m", "1", "^Date: ", _LISTS]
_SECONDS = 30.0
_MOST = 1000

_UPGRADE = re.compile(r"([^/\s]+)/(\S+) \S+ \S+ \[upgradable from: [^\]]+\]")
_SETTING = re.compile(r'(\S+) "(.*)";')
_TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")


async def pending(look: Observer, want: Wanted, now: float) -> Part:
    """No security update waits for longer than may be."""
    listed, held, stamp, lists = await together(
        look.command(_UPGRADABLE, timeout=_SECONDS),
        look.command(_HOLDS),
        present(look.file(_SUCCESS)),
        look.file(_LISTS),
    )
    upgrades = parse_upgradable(listed.stdout)
    fixes = [name for name, suites in upgrades.items() if is_security(suites)]
    others = [name for name in upgrades if name not in fixes]
    if others:
        fixes += await _overtaken(look, others)
    holds = held.stdout.split()
    seen = Upgrades(stamp.mtime if stamp and want.automatic else None, lists.mtime)
    actual = {
        "security updates not installed": few(sorted(fixes)) or "none",
        "other updates": len(upgrades) - len(fixes),
    }
    return Part(
        {**actual, "held back": few(holds) or "none"},
        pending_problems(fixes, holds, seen, want.max_pending_days, now),
    )


def parse_upgradable(text: str) -> dict[str, str]:
    """The packages that `apt list --upgradable` names, each with the suites that its new version comes from."""
    found = {}
    for line in text.splitlines():
        match = _UPGRADE.fullmatch(line)
        if match:
            found[match[1]] = match[2]
        elif line.strip() and not line.startswith("Listing..."):
            raise CannotLook("malformed", f"apt list printed {shown(line)!r}")
    return found


def is_security(suite: str) -> bool:
    """Whether a suite, or a list of them, holds security updates, as those of Debian, Ubuntu and Ubuntu ESM."""
    return "security" in suite.lower()


async def _overtaken(look: Observer, names: Sequence[str]) -> list[str]:
    """Packages whose newest version is an ordinary one, and which lack a security update that came before it."""
    if len(names) > _MOST:
        raise CannotLook("too_large", f"{len(names)} packages can be upgraded: too many to ask for each")
    policy = await look.command([*_POLICY, *names], timeout=_SECONDS)
    return overtaken(policy.stdout)


def overtaken(text: str) -> list[str]:
    """Packages for which `apt-cache policy` lists a version from a security suite above the installed one."""
    found: dict[str, None] = {}
    package, newer = "", False
    for line in text.splitlines():
        if line and not line[0].isspace():
            package, newer = line.removesuffix(":"), True
        elif line.startswith(" ***"):
            newer = False
        elif newer and is_security(line):
            found[package] = None
    return list(found)


async def sources(look: Observer, want: Wanted, now: float) -> Part:
    """Security updates are asked for, and what is known of them is fresh."""
    targets, dates, _lists = await together(look.command(_SOURCES), look.command(_DATES, ok=(0, 1)), look.file(_LISTS))
    found = parse_sources(targets.stdout, dates.stdout)
    if not found:
        return Part(
            {"sources of security updates": "none"}, ["no source of security updates is configured and fetched"]
        )
    problems = [p for suite, dated in found.items() for p in list_problems(suite, dated, want.max_pending_days, now)]
    return Part({"sources of security updates": {suite: when(dated) for suite, dated in found.items()}}, problems)


def parse_sources(targets: str, dates: str) -> dict[str, float]:
    """The configured suites of security updates, each with the moment at which its archive dated the list."""
    dated: dict[str, float] = {}
    for line in dates.splitlines():
        path, _colon, date = line.partition(":Date: ")
        dated[re.sub(r"(In)?Release$", "", path)] = _seconds(date)
    found: dict[str, float] = {}
    for line in targets.splitlines():
        suite, codename, label, path = (line.split("|") + [""] * 3)[:4]
        if not path:
            raise CannotLook("malformed", f"apt-get indextargets printed {shown(line)!r}")
        if not is_security(suite + codename + label):
            continue
        when_dated = next((moment for prefix, moment in dated.items() if path.startswith(prefix)), None)
        if when_dated is None:
            raise CannotLook("not_found", f"{_LISTS} has no dated Release file of {shown(suite)}")
        name = shown(codename or suite)
        found[name] = min(when_dated, found.get(name, when_dated))
    return found


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError as error:
        raise CannotLook("malformed", f"{_LISTS} has the date {shown(date)!r}") from error


async def automatic(look: Observer, want: Wanted, now: float) -> Part:
    """The host installs security updates by itself, and that works."""
    if not want.automatic:
        return Part({"automatic updates": "not wanted"}, [])
    program, dumped, timers, stamp = await together(
        present(look.file("/usr/bin/unattended-upgrade")),
        look.command(["apt-config", "dump"]),
        look.timers(),
        present(look.file(_SUCCESS)),
    )
    succeeded = stamp.mtime if stamp else None
    actual = {"automatic updates last succeeded": when(succeeded) if succeeded else "never"}
    if program is None:
        return Part(actual, ["unattended-upgrades is not installed"])
    problems = [*setting_problems(parse_settings(dumped.stdout)), *_timers(timers.timers)]
    return Part(actual, [*problems, *run_problems(succeeded, want.max_pending_days, now)])


def parse_settings(text: str) -> dict[str, list[str]]:
    """The settings that `apt-config dump` prints; a list has its values in order."""
    found: dict[str, list[str]] = {}
    for name, value in _SETTING.findall(text):
        found.setdefault(name.rstrip(":").lower(), []).append(value)
    if not found:
        raise CannotLook("malformed", "apt-config dump printed no settings")
    return found


def setting_problems(settings: Mapping[str, Sequence[str]]) -> list[str]:
    """Why apt does not fetch lists and install security updates every few days."""
    problems = []
    if settings.get("apt::periodic::enable") == ["0"]:
        problems.append("APT::Periodic::Enable is 0")
    for name in ("Update-Package-Lists", "Unattended-Upgrade"):
        interval = "".join(settings.get(f"apt::periodic::{name.lower()}", []))
        if interval in ("", "0"):
            problems.append(f"APT::Periodic::{name} is {interval or 'not set'}")
    chosen = [
        pattern
        for name in ("unattended-upgrade::origins-pattern", "unattended-upgrade::allowed-origins")
        for pattern in settings.get(name, [])
    ]
    if not any(is_security(pattern) for pattern in chosen):
        problems.append("unattended-upgrades is not told to take security updates")
    return problems


def _timers(timers: Sequence[Timer]) -> list[str]:
    by_name = {timer.name: timer for timer in timers}
    problems = [f"there is no {name}" for name in _TIMERS if name not in by_name]
    return [*problems, *(p for name in _TIMERS if name in by_name for p in timer_problems(by_name[name]))]


@dataclass(frozen=True, slots=True)
class Kernels:
    """The kernel that runs, those that could (each with the moment of its installation), and what packages ask for."""

    running: str
    installed: Mapping[str, float]
    asked: FileFact | None
    packages: Sequence[str]

    @property
    def newer(self) -> tuple[str, float] | None:
        """The newest installed kernel of the running one's flavor, where it is another than that.

        A container sees another machine's kernel: one that is not installed here has nothing to be compared with.
        """
        if self.running not in self.installed:
            return None
        flavor = _flavor(self.running)
        alike = [kernel for kernel in self.installed if _flavor(kernel) == flavor]
        newest = max(alike, key=_numbers)
        return None if newest == self.running else (newest, self.installed[newest])


async def reboot(look: Observer, want: Wanted, now: float) -> Part:
    """What was installed is what runs."""
    asked, packages, running, images, records = await together(
        present(look.file("/run/reboot-required")),
        present(look.file("/run/reboot-required.pkgs", content=True)),
        look.file("/proc/sys/kernel/osrelease", content=True),
        look.glob("/boot/vmlinuz-*"),
        look.glob("/var/lib/dpkg/info/linux-image-*.list"),
    )
    recorded = {re.sub(r".*/linux-image-(unsigned-)?|\.list$", "", each.path): each.mtime for each in records.files}
    bootable = {each.path.removeprefix("/boot/vmlinuz-"): each.mtime for each in images.files}
    kernels = Kernels(
        (running.content or "").strip(),
        {kernel: recorded.get(kernel, mtime) for kernel, mtime in bootable.items()},
        asked,
        sorted(set((packages.content or "").split())) if packages else [],
    )
    actual = {"kernel": shown(kernels.running), "reboot required since": when(asked.mtime) if asked else "not required"}
    return Part(actual, reboot_problems(kernels, want.max_pending_days, now))


def reboot_problems(kernels: Kernels, max_days: float, now: float) -> list[str]:
    """Why a host must have been restarted by now."""
    problems = []
    if kernels.asked and now - kernels.asked.mtime > max_days * DAY:
        days = (now - kernels.asked.mtime) / DAY
        problems.append(f"a reboot is required for {days:.0f} days by {few(kernels.packages) or 'some package'}")
    if kernels.newer and now - kernels.newer[1] > max_days * DAY:
        days = (now - kernels.newer[1]) / DAY
        problems.append(
            f"kernel {shown(kernels.running)} runs, though {shown(kernels.newer[0])} was installed {days:.0f} days ago"
        )
    return problems


def _flavor(kernel: str) -> str:
    match = re.search(r"-([a-z][a-z0-9-]*)$", kernel)
    return match[1] if match else ""


def _numbers(kernel: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", kernel.removesuffix(_flavor(kernel)))]
