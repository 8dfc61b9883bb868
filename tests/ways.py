# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which controls were seen in which ways on real systems: right, broken, unreadable, absent.

Tests note what they see while they run, each process in a file of its own; `python -m tests.ways` counts it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

NOTES = Path(__file__).resolve().parent / "output" / "ways"
WAYS = {"pass": "right", "fail": "broken", "error": "unreadable"}
ALL = ("right", "broken", "unreadable")


def note(control: str, statuses: Iterable[str]) -> None:
    """Keep how a control was judged on a real system."""
    seen = {f"{control} {WAYS[status]}\n" for status in statuses if status in WAYS}
    if not seen:
        return
    with contextlib.suppress(PermissionError):  # some tests run as a user who may write nothing
        NOTES.mkdir(parents=True, exist_ok=True)
        with (NOTES / f"{os.getpid()}.txt").open("a", encoding="utf-8") as stream:
            stream.writelines(sorted(seen))


def noted() -> Mapping[str, set[str]]:
    """The ways of every control that was seen at all."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in NOTES.glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            control, dummy, way = line.rpartition(" ")
            found[control].add(way)
    return found


def summary() -> str:
    """One line for each control whose row is not complete, and how many are."""
    from ansible_collections.golive.verify.plugins.plugin_utils.interface import provable

    controls = sorted(provable([Path(__file__).resolve().parents[1] / "plugins"]))
    seen = noted()
    missing = {control: [way for way in ALL if way not in seen.get(control, ())] for control in controls}
    lines = [f"{control}: not seen {', '.join(ways)}" for control, ways in missing.items() if ways]
    complete = len(controls) - len(lines)
    return "\n".join(
        [*lines, f"{complete} of {len(controls)} controls were seen right, broken and unreadable for real"]
    )


if __name__ == "__main__":
    importlib.import_module("tests.conftest")  # makes the collection importable
    print(summary())
