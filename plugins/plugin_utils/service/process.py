# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the processes of a service are: whose they are, of which release, and whether they do their work."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import Found, Process, is_named
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Find = Callable[[], Awaitable[Found]]
# Clocks of hosts are this many seconds apart at most; a later time is no evidence of anything.
_SKEW = 120
_MOST = 4096


async def owner(look: Observer, find: Find, user: str) -> Part:
    """Each process runs as a user: as the supervisor tells it, or by what its effective user id is now."""
    processes = (await find()).processes
    owners = await together(*(_owner(look, process, user) for process in processes))
    problems = [
        f"{process.name} runs as {whose}, not as {user}"
        for process, whose in zip(processes, owners, strict=True)
        if whose != user
    ]
    return Part({"user": sorted(set(owners))} if owners else {}, problems)


async def _owner(look: Observer, process: Process, user: str) -> str:
    if process.user is not None:
        return shown(process.user.partition(":")[0])
    if process.pid is None:
        raise CannotLook("not_found", f"{process.name} has no process whose user could be seen")
    # The owner of the directory is root also where a process has dropped its privileges itself.
    status, known = await together(
        look.file(f"/proc/{process.pid}/status", content=True), look.command(["id", "-u", "--", user], ok=(0, 1))
    )
    ids = re.search(r"^Uid:\s+\d+\s+(\d+)\s", status.content or "", re.MULTILINE)
    if ids is None or (known.exit == 0 and not known.stdout.strip().isdigit()):
        raise CannotLook("malformed", f"{status.path} or id tells no user id")
    return user if ids[1] == known.stdout.strip() else f"user id {ids[1]}"


async def release(look: Observer, find: Find, wanted: str, path: str | None) -> Part:
    """Each process is of a release: by the file that names it and is older than the process, else by the image of a
    container, else by the directory that the process works in.
    """
    if path:
        file, found = await together(present(look.file(path, content=True, limit=_MOST)), find())
        return _by_file(path, file, found, wanted)
    found = await find()
    texts = await together(*(_texts(look, process) for process in found.processes))
    problems = [
        f"{process.name} is of another release than {wanted}: {shown(' '.join(told))}"
        for process, told in zip(found.processes, texts, strict=True)
        if not any(is_named(wanted, text) for text in told)
    ]
    return Part({"release": sorted({shown(" ".join(told)) for told in texts})} if texts else {}, problems)


def _by_file(path: str, file: FileFact | None, found: Found, wanted: str) -> Part:
    if file is None:
        return Part({}, [f"{path} is not there, so nothing says which release runs"])
    said = shown((file.content or "").strip())
    problems = [] if is_named(wanted, file.content or "") else [f"{path} names {said or 'nothing'}, not {wanted}"]
    problems += [
        f"{process.name} runs since before {path} was written: it was not restarted with the release"
        for process in found.processes
        if process.started is not None and process.started < file.mtime
    ]
    return Part({"release": said}, problems)


async def _texts(look: Observer, process: Process) -> list[str]:
    if process.release:
        return list(process.release)
    if process.pid is None:
        raise CannotLook("not_found", f"{process.name} has no process whose release could be seen: name a release_file")
    directory = await look.file(f"/proc/{process.pid}/cwd")
    return [directory.link_target or ""]


async def busy(look: Observer, find: Find, entry: Mapping[str, Any]) -> Part:
    """Something was done within the period: by the file that it touches, for a timer also by its last run."""
    path, period = entry["heartbeat_file"], entry["period"]
    if path:
        file = await present(look.file(path))
        last, what = (None if file is None else file.mtime), path
    else:
        last, what = (await find()).last, f"the last run of {entry['timer']}"
    if last is None:
        return Part({}, [f"{what} is not there: it never did its work"])
    age = time.time() - last
    if age < -_SKEW:
        raise CannotLook("malformed", f"{what} is {-age:.0f} s in the future")
    problems = [f"{what} is {age:.0f} s old, not at most {period} s"] if age > period else []
    return Part({"seconds since the last job": max(0, round(age))}, problems)
