# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether file systems have room, in bytes and in inodes."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Mount, MountsFact
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import few
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Images that are full by nature.
_IMAGES = {"squashfs", "iso9660", "udf", "erofs", "cramfs"}
_FEW = 12


def writable(fact: MountsFact, ignored: Sequence[str]) -> list[Mount]:
    """The file systems that can fill up, each once, however often it is mounted; in the order of their paths."""
    found: dict[tuple[str, str, int, int], Mount] = {}
    for mount in sorted(fact.mounts, key=lambda each: (len(each.path), each.path)):
        if mount.size and "ro" not in mount.options and mount.type not in _IMAGES and not _named(mount.path, ignored):
            found.setdefault((mount.device, mount.type, mount.size, mount.inodes), mount)
    return sorted(found.values(), key=lambda each: each.path)


def _named(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def unread(fact: MountsFact, ignored: Sequence[str]) -> CannotLook | None:
    """Why some file systems could not be asked."""
    silent = [each for each in fact.unread if not _named(each.path, ignored)]
    return CannotLook(silent[0].reason, f"how full is {few([each.path for each in silent])}") if silent else None


def percent_free(free: int, whole: int) -> float:
    """Percent of a whole that is free; a file system that counts no inodes has no lack of them."""
    return 100 * free / whole if whole else 100.0


def room_problems(mounts: Iterable[Mount], min_bytes: float, min_inodes: float) -> list[str]:
    """Which file systems are nearly full. min_bytes and min_inodes: percent that must be free."""
    problems = []
    for mount in mounts:
        bytes_free, inodes_free = _free(mount)
        if bytes_free < min_bytes:
            problems.append(f"{shown(mount.path)} has {bytes_free:.1f} % of its bytes free")
        if inodes_free < min_inodes:
            problems.append(f"{shown(mount.path)} has {inodes_free:.1f} % of its inodes free")
    return problems


def _free(mount: Mount) -> tuple[float, float]:
    return percent_free(mount.free, mount.size), percent_free(mount.inodes_free, mount.inodes)


def shown_room(mounts: Sequence[Mount]) -> dict[str, str]:
    """The fullest file systems, for people."""
    fullest = sorted(mounts, key=lambda mount: min(_free(mount)))[:_FEW]
    rows = {shown(mount.path): "{:.0f} % of bytes, {:.0f} % of inodes free".format(*_free(mount)) for mount in fullest}
    return rows | ({"others": f"{len(mounts) - _FEW}, with more room"} if len(mounts) > _FEW else {})
