"""Run a command and say what it cost: wall clock, CPU and, in a run of its own, memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class BenchError(Exception):
    """The bench cannot go on; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: seconds by the clock, CPU seconds of the command with all its children, and what it printed."""

    seconds: float
    cpu: float
    output: str


def run(argv: Sequence[str], env: Mapping[str, str], expected: Mapping[str, int]) -> Cost:
    """One run. expected: how often which words must be in the output, since a run that failed early looks fast."""
    started = time.monotonic()
    before = os.times()
    done = subprocess.run(
        argv,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds, after = time.monotonic() - started, os.times()
    for words, count in expected.items():
        if done.stdout.count(words) != count:
            said = f"{words!r} {done.stdout.count(words)} times instead of {count}"
            raise BenchError(f"{' '.join(argv)} ended with {done.returncode} and said {said}:\n{done.stdout[-3000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds, cpu, done.stdout)


def peak_memory(argv: Sequence[str], env: Mapping[str, str]) -> float:
    """The most MB that the command and all its children had at one time, pages that they share counted once."""
    process = subprocess.Popen(
        argv, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        time.sleep(0.05)
        peak = max(peak, sum(map(_proportional, _family(process.pid))))
    return peak / 1024


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # gone meanwhile
            continue
        children.setdefault(parent, []).append(int(entry.parts[2]))
    family = [pid]
    for member in family:
        family += children.get(member, ())
    return family


def _proportional(pid: int) -> int:
    """The proportional set size in KiB: what a process has for itself and its share of what it shares."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and extremes of a figure."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}
