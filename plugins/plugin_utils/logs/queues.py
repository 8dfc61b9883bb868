# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shipper could not send yet: its queue on disk, which grows where the store takes less than is logged."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, ScanFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs.shipping import shippers
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import MEGABYTE
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MINUTE = 60
_WILD = re.compile(r"[*?\[]")


async def named(look: Observer, want: Wanted) -> Part:
    """The configuration names the queue: what lies there, or does not, is what the shipper could not send."""
    shipper, files = want.shipper["name"], want.shipper["queue"]["files"]
    pattern = _pattern(_known(shipper)["queues"], files)
    configs = want.shipper["config"] or _known(shipper)["config"]
    seen = await together(*(attempt(look.scan(path=path, rotated=False, patterns=[pattern])) for path in configs))
    if any(each.findings for each in seen if isinstance(each, ScanFact)):
        return Part({}, [])
    for each in seen:
        if isinstance(each, CannotLook) and each.reason != "not_found":
            raise each
    return Part({}, [f"the configuration of {shipper} does not name the queue {', '.join(files)}"])


async def held(look: Observer, want: Wanted) -> Part:
    """The queue holds neither too much nor anything too old. It may be empty, but its directory must be there."""
    shipper, queue = want.shipper["name"], want.shipper["queue"]
    if not queue["files"]:
        raise NotAsked("option shipper.queue.files names no file")
    directories, found = await together(
        together(*(look.file(directory(pattern)) for pattern in queue["files"])),
        together(*map(look.glob, queue["files"])),
    )
    for fact in directories:
        if fact.type != "directory":
            raise CannotLook("malformed", f"{shown(fact.path)} is a {fact.type}, not the directory of a queue")
    files = list({file.path: file for fact in found for file in fact.files if file.type == "file"}.values())
    if not files and _known(shipper).get("keeps_a_file"):
        raise CannotLook("not_found", f"there is no file {', '.join(queue['files'])}, and {shipper} always has one")
    holds = f"{len(files)} files, {_megabytes(files):.3g} MB" if files else "empty"
    return Part({"queue": holds}, queue_problems(shipper, files, queue, time.time()))


def _known(shipper: str) -> Mapping[str, Any]:
    known: Mapping[str, Any] = shippers()[shipper]
    if "queues" not in known:
        raise NotAsked(f"option shipper.queue: {shipper} has no queue on disk")
    return known


def directory(pattern: str) -> str:
    """Where files that match a pattern lie: all that stands before the first part with a wildcard."""
    parts = pattern.split("/")
    fixed = next((at for at, part in enumerate(parts) if _WILD.search(part)), len(parts) - 1)
    return "/".join(parts[:fixed]) or "/"


def queue_problems(shipper: str, files: Sequence[FileFact], queue: Mapping[str, Any], now: float) -> list[str]:
    """Why a queue shows that less is sent than comes in. now: Unix time.

    Shippers go on writing to the file that is newest, or keep it when all was sent: only of those before it can be said
    that what is in them waits.
    """
    megabytes, problems = _megabytes(files), []
    if megabytes > queue["max_megabytes"]:
        problems.append(f"the queue of {shipper} holds {megabytes:.3g} MB, more than {queue['max_megabytes']:g}")
    waiting = waiting_files(files)
    if waiting and queue["max_minutes"] is not None:
        oldest = min(waiting, key=lambda file: file.mtime)
        minutes = (now - oldest.mtime) / _MINUTE
        if minutes > queue["max_minutes"]:
            problems.append(
                f"{shown(oldest.path)} waits in the queue of {shipper} since {minutes:.0f} min, "
                f"longer than {queue['max_minutes']:g}"
            )
    return problems


def waiting_files(files: Sequence[FileFact]) -> list[FileFact]:
    """All but the newest of each directory."""
    newest: dict[str, FileFact] = {}
    for file in sorted(files, key=lambda each: (each.mtime, each.path)):
        newest[posixpath.dirname(file.path)] = file
    return [file for file in files if file not in newest.values()]


def _pattern(regex: str, files: Sequence[str]) -> dict[str, str]:
    """How the configuration names the queue that lies in these files."""
    stems = {re.split(r"[.*?\[]", posixpath.basename(pattern))[0] for pattern in files}
    names = "|".join(map(re.escape, sorted(stems - {""}))) if "" not in stems else r"[^\"\s]+"
    above = {path for pattern in files for path in _ancestors(directory(pattern))}
    paths = "|".join(map(re.escape, sorted(above)))
    return {"name": "queue", "regex": regex.replace("{name}", f"(?:{names})").replace("{path}", f"(?:{paths})")}


def _ancestors(path: str) -> list[str]:
    found = [path]
    while posixpath.dirname(found[-1]) not in ("/", found[-1]):
        found.append(posixpath.dirname(found[-1]))
    return found


def _megabytes(files: Sequence[FileFact]) -> float:
    return sum(file.size for file in files) / MEGABYTE
