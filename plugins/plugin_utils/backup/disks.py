# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two directories lie on the same disk, which is lost with both of them."""

from __future__ import annotations

import re

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.offsite import file_system, is_address, local_path
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

_MEMORY = {"tmpfs", "ramfs"}
_MACHINE = re.compile(r"//[^/]+|[^/]+?(?=:/)")


async def apart(look: Observer, where: str, *others: str) -> Part:
    """The copies at a place are on another disk than the data that they are of."""
    place = local_path(where)
    if is_address(place):
        return Part({"disk": f"another machine's: {place}"}, [])
    if not place.startswith("/"):
        raise NotAsked(f"nothing tells on which disk {place} lies")
    told = await together(*(look.command(["df", "-P", "-T", path]) for path in (place, *others)))
    (device, kind), *rest = [file_system(fact.stdout) for fact in told]
    if kind in _MEMORY:
        return Part({"disk": kind}, [f"{place} lies in memory ({kind})"])
    disks, *theirs = await together(_disks(look, device), *(_disks(look, each) for each, _kind in rest))
    problems = [
        f"{place} lies on the same disk as {path}: {', '.join(sorted(disks & found))}"
        for path, found in zip(others, theirs, strict=True)
        if disks & found
    ]
    return Part({"disk": ", ".join(sorted(disks))}, problems)


async def _disks(look: Observer, device: str) -> frozenset[str]:
    """The disks below a device. What another machine exports is lost with that machine, whatever its path there."""
    if not device.startswith("/dev/"):
        machine = _MACHINE.match(device)
        return frozenset([machine[0] if machine else device])
    fact = await look.command(["lsblk", "-n", "-s", "-l", "-o", "NAME,TYPE", device])
    return disks(fact.stdout, device)


def disks(text: str, device: str) -> frozenset[str]:
    """Read the output of "lsblk" on one device: the disks that it lies on."""
    lines = [line.split() for line in text.splitlines()]
    found = frozenset(f"/dev/{line[0]}" for line in lines if len(line) == 2 and line[1] == "disk")
    if not found or any(len(line) != 2 for line in lines):
        raise CannotLook("malformed", f"not what lsblk tells of {device}: {text[:200]!r}")
    return found
