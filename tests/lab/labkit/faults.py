"""Faults: named, reversible changes of one host or several, all of them below faults/."""

from __future__ import annotations

import dataclasses
import functools
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from .base import HERE, RUN, Host, LabError, lab, step
from .hosts import enter, leader, shell

BROKEN = RUN / "broken"
FAULTS = HERE / "faults"
Steps = tuple[tuple[str, str], ...]  # host, shell script


@dataclasses.dataclass(frozen=True)
class Fault:
    """One line of the table; faults/common.yml says what its fields mean."""

    name: str
    controls: tuple[str, ...]
    also: tuple[str, ...]
    hosts: tuple[str, ...]
    title: str
    expect: str
    replace: dict[str, str]
    keep: tuple[str, ...]
    breaks: Steps
    heals: Steps
    then: Steps

    @property
    def home(self) -> Path:
        """Exists as long as the fault does; holds what heals it."""
        return BROKEN / self.name

    @property
    def kept(self) -> tuple[str, ...]:
        return (*self.keep, *self.replace)


@functools.cache
def table() -> dict[str, Fault]:
    files = sorted(path for path in FAULTS.glob("*.yml") if path.name != "common.yml")
    found = [parse(entry, common()["together"]) for path in files for entry in yaml.safe_load(path.read_text())]
    names = [fault.name for fault in found]
    if len(set(names)) != len(names):
        raise LabError(f"the faults have a name twice: {sorted(name for name in set(names) if names.count(name) > 1)}")
    return {fault.name: fault for fault in found}


def possible() -> list[Fault]:
    """Those whose hosts were not left out."""
    return [fault for fault in table().values() if lab().hosts.keys() >= set(fault.hosts)]


@functools.cache
def common() -> dict[str, Any]:
    return dict(yaml.safe_load((FAULTS / "common.yml").read_text()))


@functools.cache
def helpers() -> str:
    return str(common()["helpers"])


def parse(entry: dict[str, Any], together: dict[str, list[str]]) -> Fault:
    hosts = several(entry["host"])
    if unknown := set(hosts) - lab().described.keys():
        raise LabError(f"fault {entry['name']} is on {', '.join(unknown)}, which lab.yml does not describe")
    fields = ("name", "control", "also", "host", "title", "expect", "replace", "keep")
    if entry.keys() - {*fields, "break", "heal", "then"}:
        raise LabError(f"fault {entry['name']} has a field that nothing reads")
    if entry["expect"] not in ("fail", "error"):
        raise LabError(f"fault {entry['name']} must expect fail or error")

    def steps(what: str) -> Steps:
        script = entry.get(what, [])
        if isinstance(script, str):
            return tuple((host, script) for host in hosts)
        return tuple((host, text) for part in script for host, text in part.items())

    return Fault(
        name=entry["name"],
        controls=several(entry["control"]),
        also=tuple(control for word in several(entry.get("also", ())) for control in together.get(word, [word])),
        hosts=hosts,
        title=entry["title"],
        expect=entry["expect"],
        replace=entry.get("replace", {}),
        keep=tuple(entry.get("keep", ())),
        breaks=steps("break"),
        heals=steps("heal"),
        then=steps("then"),
    )


def several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def broken() -> list[str]:
    """Names of the faults that exist now, the newest first."""
    if not BROKEN.exists():
        return []
    return [path.name for path in sorted(BROKEN.iterdir(), key=lambda path: path.stat().st_ctime_ns, reverse=True)]


def find(name: str) -> Fault:
    if name not in table():
        raise LabError(f"no fault {name!r}; `lab faults` lists them")
    return table()[name]


def make(name: str) -> None:
    fault = find(name)
    if fault.home.exists():
        print(f"{name} is broken already")
        return
    for other in map(find, broken()):
        shared = set(other.kept) & set(fault.kept) if set(other.hosts) & set(fault.hosts) else set()
        if shared:
            raise LabError(f"{other.name} holds {', '.join(sorted(shared))}: heal it first")
    with step(f"break {name} on {', '.join(fault.hosts)}: {fault.title}"):
        fault.home.mkdir(parents=True)
        for host in map(lab().host, fault.hosts):
            save(fault, host)
            for target, source in fault.replace.items():
                content = (RUN / source).read_bytes()
                # Through the shell on the host, so that owner and mode stay those of the file it replaces.
                inside(host, ["sh", "-c", 'cat >"$1"', "replace", target], content)
        execute(fault.breaks + fault.then)


def heal(name: str | None = None) -> None:
    """Undo one fault, or all of them, the newest first."""
    for fault in map(find, [name] if name else broken()):
        if not fault.home.exists():
            print(f"{fault.name} is not broken")
            continue
        with step(f"heal {fault.name} on {', '.join(fault.hosts)}"):
            for host in map(lab().host, fault.hosts):
                put_back(fault, host)
            execute(fault.heals + fault.then)
            shutil.rmtree(fault.home)


def execute(steps: Steps) -> None:
    for name, script in steps:
        shell(lab().host(name), script, helpers())


def save(fault: Fault, host: Host) -> None:
    """Keep the paths of a fault: contents, owners, modes and times to the nanosecond, or that they are absent."""
    is_absent = 'test -e "$1" -o -L "$1" || echo absent'
    present = [path for path in fault.kept if not inside(host, ["sh", "-c", is_absent, "", path])]
    absent = sorted(set(fault.kept) - set(present))
    (fault.home / f"{host.name}.json").write_text(json.dumps({"present": present, "absent": absent}))
    if present:
        argv = ["tar", "--create", "--format=posix", "--numeric-owner", "--directory=/", "--", *relative(present)]
        (fault.home / f"{host.name}.tar").write_bytes(inside(host, argv))


def put_back(fault: Fault, host: Host) -> None:
    listing = fault.home / f"{host.name}.json"
    if not listing.exists():  # it never got that far
        return
    listed = json.loads(listing.read_text())
    archive = fault.home / f"{host.name}.tar"
    if listed["present"] and not archive.exists():
        return
    if fault.kept:
        inside(host, ["rm", "-rf", "--", *listed["present"], *listed["absent"]])
    if listed["present"]:
        argv = ["tar", "--extract", "--same-permissions", "--numeric-owner", "--directory=/"]
        inside(host, argv, archive.read_bytes())


def relative(paths: Sequence[str]) -> list[str]:
    return [path.lstrip("/") for path in paths]


def inside(host: Host, argv: Sequence[str], given: bytes = b"") -> bytes:
    done = subprocess.run(enter(leader(host), argv), input=given, capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise LabError(f"on {host.name}: {' '.join(argv)[:200]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def show() -> None:
    for line in lines():
        print(line)


def lines() -> Iterator[str]:
    rows = [("FAULT", "HOST", "CONTROL", "EXPECT", "WHAT IS BROKEN")]
    rows += [(f.name, ",".join(f.hosts), ",".join(f.controls), f.expect, f.title) for f in table().values()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])
