"""What changed on a host since `up`, read from the upper directory of its overlay: the proof that a run only read."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from .base import Host, LabError

# What a path is and who may do what with it, its content, when that was written (ns, for files only).
Entry = tuple[str, str, int]
GONE: Entry = ("gone", "", 0)
OPAQUE = "trusted.overlay.opaque"  # on a directory that hides the one below it


def entry_of(path: Path) -> Entry:
    try:
        info = path.lstat()
        mode = f"{stat.filemode(info.st_mode)} {info.st_uid}:{info.st_gid}"
        if stat.S_ISLNK(info.st_mode):
            return mode, os.readlink(path), 0
        if stat.S_ISREG(info.st_mode):
            with path.open("rb") as file:
                return mode, hashlib.file_digest(file, "sha256").hexdigest(), info.st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return GONE
    # An overlay writes a deletion as a character device 0:0.
    return GONE if stat.S_ISCHR(info.st_mode) and info.st_rdev == 0 else (mode, "", 0)


def entries(host: Host) -> dict[str, Entry]:
    """Every path of the upper directory, and every path of the base tree that it hides."""
    found = dict[str, Entry]()
    for directory, directories, files in os.walk(host.upper):
        top = Path(directory)
        for name in [*directories, *files]:
            found[inside(host, top / name)] = entry_of(top / name)
        if OPAQUE in os.listxattr(top):
            for hidden in below(host, inside(host, top)):
                found.setdefault(hidden, GONE)
    # A hidden directory may hold what os.walk comes to later: that is there after all.
    return {path: entry_of(host.upper / path[1:]) if entry is GONE else entry for path, entry in found.items()}


def inside(host: Host, path: Path) -> str:
    return "/" + str(path.relative_to(host.upper))


def below(host: Host, directory: str) -> Iterator[str]:
    for top, directories, files in os.walk(host.tree / directory[1:]):
        for name in [*directories, *files]:
            yield "/" + str((Path(top) / name).relative_to(host.tree))


def snapshot_file(host: Host) -> Path:
    return host.home / "snapshot.json"


def snapshot(host: Host) -> None:
    snapshot_file(host).write_text(json.dumps(entries(host)))


def changes(host: Host) -> list[tuple[str, str]]:
    """(kind, path) by path. Kinds: A added; D deleted; M content, owner or mode changed; T rewritten as it was."""
    if not snapshot_file(host).exists():
        raise LabError(f"{host.name} has no snapshot: `lab up` has not finished")
    kept = json.loads(snapshot_file(host).read_text())
    before: dict[str, Entry] = {path: (mode, content, written) for path, (mode, content, written) in kept.items()}
    now = entries(host)
    found = [(kind(state(host, before, path), state(host, now, path)), path) for path in before.keys() | now.keys()]
    return sorted((change for change in found if change[0]), key=lambda change: change[1])


def state(host: Host, upper: Mapping[str, Entry], path: str) -> Entry:
    """What the host saw at a path: that of the upper directory, else that of the base tree."""
    return upper[path] if path in upper else entry_of(host.tree / path[1:])


def kind(old: Entry, new: Entry) -> str:
    if old == new:
        return ""
    if GONE in (old, new):
        return "A" if old == GONE else "D"
    return "T" if old[:2] == new[:2] else "M"
