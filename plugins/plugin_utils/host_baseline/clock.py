# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host's clock is in step: what its time service says, and what the controller's own clock says."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import HOUR, few, when
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_CHRONY, _TIMESYNCD, _NTPD = "chrony", "systemd-timesyncd", "ntpd"
_UNITS = {
    "chrony.service": _CHRONY,
    "chronyd.service": _CHRONY,
    "systemd-timesyncd.service": _TIMESYNCD,
    "ntpsec.service": _NTPD,
    "ntp.service": _NTPD,
    "ntpd.service": _NTPD,
}
_UTC = {"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Etc/Universal", "Universal", "Etc/Zulu", "Zulu"}
_ZONES = "/zoneinfo/"
_NO_SOURCE = "00000000"
_ITSELF = "7F7F0101"

# Seconds beyond which two clocks that are each in step cannot disagree, whatever the network does.
_APART = 2.0
_SPANS = {"us": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}  # in milliseconds
_SPAN = re.compile(r"([+-]?)((?:\d+(?:\.\d+)?(?:us|μs|ms|s|min|h|d) ?)+)")


@dataclass(frozen=True, slots=True)
class Sync:
    """What a time service says: whether it follows a source, its offset in milliseconds, and when it last heard of one.

    heard: Unix seconds; None where the service does not tell.
    """

    follows: str
    offset: float
    heard: float | None = None


async def service(look: Observer, want: Wanted, now: float) -> Part:
    """One time service runs, now and after a boot, and is in step with its sources."""
    asked = [
        attempt(look.command(["chronyc", "-n", "-c", "tracking"])),
        attempt(look.command(["timedatectl", "timesync-status"])),
        attempt(look.command(["ntpq", "-n", "-c", "rv 0 leap,stratum,offset"])),
    ]
    answers = await together(*asked, *(attempt(look.unit(name)) for name in _UNITS))
    told = dict(zip((_CHRONY, _TIMESYNCD, _NTPD), answers, strict=False))
    units = answers[len(asked) :]
    for unit in units:
        if isinstance(unit, CannotLook) and unit.reason != "not_found":
            raise unit
    # An alias is the same unit under another name.
    known = {unit.name: unit for unit in units if isinstance(unit, UnitFact)}
    active = [unit for unit in known.values() if unit.active == "active"]
    problems = service_problems(list(known.values()), active)
    if not active:
        return Part({"service": "none"}, problems)
    kind = _UNITS[active[0].name]
    answer = told[kind]
    if isinstance(answer, CannotLook):
        raise CannotLook(answer.reason, f"{kind} runs, and its client cannot be asked: {answer.detail}")
    sync = _READERS[kind](answer.stdout)
    actual = {
        "service": active[0].name,
        "follows": shown(sync.follows) or "nothing",
        "offset, ms": round(sync.offset, 3),
    }
    return Part(actual, [*problems, *sync_problems(sync, want.max_offset_ms, now)])


def service_problems(units: list[UnitFact], active: list[UnitFact]) -> list[str]:
    """Why the clock is not followed by exactly one service, now and after a boot."""
    if not active:
        found = ", ".join(f"{unit.name} is {unit.active}" for unit in units)
        return [f"no time service is active{f': {found}' if found else ' or installed'}"]
    problems = [f"{unit.name} is not enabled at boot" for unit in active if unit.enabled not in ("enabled", "alias")]
    if len(active) > 1:
        problems.append(f"{few([unit.name for unit in active])} steer the clock against each other")
    return problems


def sync_problems(sync: Sync, max_offset: float, now: float) -> list[str]:
    """Why a time service does not keep the clock in step."""
    if not sync.follows:
        return ["the time service follows no source"]
    problems = []
    if abs(sync.offset) > max_offset:
        problems.append(f"the clock is {sync.offset:+.0f} ms off its sources")
    if sync.heard is not None and now - sync.heard > 24 * HOUR:
        problems.append(f"the time service last heard from its sources on {when(sync.heard)}")
    return problems


def parse_chrony(text: str) -> Sync:
    """`chronyc -c tracking`: id and name of the reference, stratum, its time, the offset in seconds, … leap status."""
    fields = text.strip().split(",")
    try:
        reference, name, stratum, heard, offset = (
            fields[0],
            fields[1],
            int(fields[2]),
            float(fields[3]),
            float(fields[4]),
        )
        leap = fields[13]
    except (IndexError, ValueError) as error:
        raise CannotLook("malformed", f"chronyc -c tracking printed {shown(text.strip())!r}") from error
    follows = leap != "Not synchronised" and 0 < stratum < 16 and reference not in (_NO_SOURCE, _ITSELF)
    return Sync(f"{name or reference}, stratum {stratum}" if follows else "", offset * 1000, heard)


def parse_timesyncd(text: str) -> Sync:
    """`timedatectl timesync-status`: a name, a colon and a value on each line; no offset until a packet came."""
    values = {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in text.splitlines())}
    if "Server" not in values:
        raise CannotLook("malformed", "timedatectl timesync-status names no server")
    if "Offset" not in values:
        return Sync("", 0.0)
    return Sync(f"{values['Server']}, stratum {values.get('Stratum', 'unknown')}", milliseconds(values["Offset"]))


def milliseconds(span: str) -> float:
    """A span of time as systemd prints it, such as "-1.234ms" or "+1min 2.5s"."""
    match = _SPAN.fullmatch(span)
    if not match:
        raise CannotLook("malformed", f"timedatectl says the offset {shown(span)!r}")
    parts = re.findall(r"(\d+(?:\.\d+)?)(us|μs|ms|s|min|h|d)", match[2])
    whole = sum(float(number) * _SPANS[unit] for number, unit in parts)
    return -whole if match[1] == "-" else whole


def parse_ntpd(text: str) -> Sync:
    """`ntpq -c "rv 0 leap,stratum,offset"`: names and values, the offset in milliseconds; leap 11 is out of step."""
    values: dict[str, str] = dict(re.findall(r"(\w+)=([^,\s]+)", text))
    try:
        stratum, offset, leap = int(values["stratum"]), float(values["offset"]), values["leap"]
    except (KeyError, ValueError) as error:
        raise CannotLook("malformed", f"ntpq printed {shown(text.strip())!r}") from error
    follows = leap not in ("11", "leap_alarm", "3") and 0 < stratum < 16
    return Sync(f"stratum {stratum}" if follows else "", offset)


_READERS = {_CHRONY: parse_chrony, _TIMESYNCD: parse_timesyncd, _NTPD: parse_ntpd}


async def agreement(look: Observer) -> Part:
    """The host's clock agrees with the controller's.

    The host looks at its clock at some moment between our question and its answer, so a difference is known only as far
    as the clock is outside of these two.
    """
    before = time.time()
    said = await look.command(["date", "+%s"])
    after = time.time()
    if not re.fullmatch(r"\d{1,12}", said.stdout.strip()):
        raise CannotLook("malformed", f"date +%s printed {shown(said.stdout.strip())!r}")
    here = float(said.stdout)
    # It says whole seconds, rounded down.
    apart = max(before - (here + 1), here - after, 0.0)
    problems = [f"the clock differs from the controller's by {apart:.0f} s or more"] if apart > _APART else []
    return Part({"differs from the controller, s": f"at least {apart:.0f}" if problems else "not noticeably"}, problems)


async def zone(look: Observer, wanted: str) -> Part:
    """The time zone is the one decided on."""
    found = zone_of((await look.file("/etc/localtime")).link_target)
    same = found == wanted or {found, wanted} <= _UTC
    return Part({"time zone": shown(found)}, [] if same else [f"the time zone is {shown(found)}, not {wanted}"])


def zone_of(link: str | None) -> str:
    """The zone that /etc/localtime leads to."""
    if link is None or _ZONES not in link:
        raise CannotLook("malformed", "/etc/localtime is no link into the zone database: set it by timedatectl")
    return link.partition(_ZONES)[2].removeprefix("posix/")
