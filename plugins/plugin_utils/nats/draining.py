# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server sends its clients away in good order before it stops."""

from __future__ import annotations

import re
import signal

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_PROPERTIES = ("LoadState", "ExecStop", "KillSignal", "TimeoutStopUSec")
# What begins the lame duck mode: the signal itself, or nats-server --signal ldm.
_LAME_DUCK = re.compile(r"\b(?:SIG)?USR2\b|--?(?:signal|sl)[ =]ldm\b")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+)(us|ms|min|s|h|d)")


async def stop(look: Observer, unit: str, lame_duck: float) -> Part:
    """Stopping the unit begins the lame duck mode, and leaves it its time. lame_duck: seconds."""
    argv = ["systemctl", "show", unit, f"--property={','.join(_PROPERTIES)}"]
    fact = await look.at(HOST).command(argv)
    values = dict(line.split("=", 1) for line in fact.stdout.splitlines() if "=" in line)
    if values.get("LoadState") == "not-found":
        raise CannotLook("not_found", f"there is no unit {unit}")
    if not {"LoadState", "KillSignal", "TimeoutStopUSec"} <= set(values):
        raise CannotLook("malformed", f"systemctl show {unit}: {shown(fact.stdout)!r}")
    how, seconds = values.get("ExecStop") or f"signal {values['KillSignal']}", _seconds(values["TimeoutStopUSec"])
    problems = []
    if not (_LAME_DUCK.search(how) or values["KillSignal"] == str(int(signal.SIGUSR2))):
        problems.append(f"stopping {unit} cuts its clients off: it does not begin the lame duck mode (SIGUSR2)")
    if seconds is not None and seconds <= lame_duck:
        problems.append(f"{unit} is killed after {seconds:g} s, while the lame duck mode takes {lame_duck:g} s")
    return Part({"stopped by": shown(how), "killed after": values["TimeoutStopUSec"]}, problems)


def _seconds(span: str) -> float | None:
    """A span as systemctl prints it; None for one without end."""
    if span == "infinity":
        return None
    parts = span.split()
    matches = [_SPAN.fullmatch(part) for part in parts]
    if not parts or None in matches:
        raise CannotLook("malformed", f"{shown(span)!r} is no span of time")
    return sum(int(match[1]) * _UNITS[match[2]] for match in matches if match)
