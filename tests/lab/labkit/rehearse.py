"""Break and heal every fault, and see that nothing stays: the test of the table itself."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from . import diff, faults
from .base import LabError, lab

# What the services of the hosts write while they run and stop and start, whoever asks them to.
OWN = (
    *("/var/log/", "/var/tmp/systemd-private-", "/var/lib/redis/", "/etc/redis/sentinel.conf"),
    *("/var/lib/postgresql/", "/var/lib/pgbackrest/archive/", "/var/cache/bind/", "/var/lib/systemd/timers/"),
)


def lanes(chosen: Iterable[faults.Fault]) -> list[list[faults.Fault]]:
    """Faults that share a host one after another, those that share none side by side."""
    found = list[tuple[set[str], list[faults.Fault]]]()
    for fault in chosen:
        hosts, members = set(fault.hosts), [fault]
        for lane in [lane for lane in found if lane[0] & hosts]:
            found.remove(lane)
            hosts, members = lane[0] | hosts, lane[1] + members
        found.append((hosts, members))
    return [members for dummy, members in found]


def left() -> set[tuple[str, str, str]]:
    """(kind, host, path) of everything changed since `up`, but for what services write by themselves."""
    return {
        (kind, host.name, path)
        for host in lab().hosts.values()
        for kind, path in diff.changes(host)
        if not path.startswith(OWN) and not any(own.startswith(path + "/") for own in OWN)
    }


def rehearse(names: list[str]) -> list[str]:
    """Make and heal these faults, or all; returns what went wrong, a sentence each."""
    if faults.broken():
        raise LabError(f"heal {', '.join(faults.broken())} first")
    before = left()

    def run(lane: list[faults.Fault]) -> list[str]:
        problems = []
        for fault in lane:
            try:
                faults.make(fault.name)
            except LabError as problem:
                problems.append(f"{fault.name} cannot be broken: {problem}")
            try:
                faults.heal(fault.name)
            except LabError as problem:
                problems.append(f"{fault.name} cannot be healed: {problem}")
                break  # what follows on these hosts would fail for this reason
        return problems

    chosen = [faults.find(name) for name in names] or faults.possible()
    with ThreadPoolExecutor(4) as pool:
        problems = [problem for found in pool.map(run, lanes(chosen)) for problem in found]
    return problems + [f"left behind: {kind} {host}:{path}" for kind, host, path in sorted(left() - before)]
