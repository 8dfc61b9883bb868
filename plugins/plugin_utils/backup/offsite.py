# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a copy of the backups would outlive this host, and whom on it could destroy that copy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.files import Dumps
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import Repository
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# File systems whose files lie on another machine. A disk of this host, even another one, is lost with the host.
_REMOTE_TYPES = {
    *("nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "afs"),
    *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.mount-s3", "fuse.gcsfuse", "fuse.blobfuse2", "fuse.goofys"),
    *("fuse.juicefs", "fuse.glusterfs", "fuse.ceph-fuse", "fuse.davfs2"),
}
_DF_LINE = re.compile(r"(?P<device>\S.*?) +(?P<type>\S+) +[\d-]+ +[\d-]+ +-?[\d-]+ +(?:\d+%|-) +/.*")
_ADDRESS = re.compile(r"(?!file:|local:)[^/]*:")
_LOOPBACK = re.compile(r"(?<![\w.-])(localhost|127(\.\d+){3}|::1)(?![\w.-])")


async def place_part(look: Observer, place: str) -> Part:
    """Where a repository lies: a remote address, or a path on a file system that is another machine's."""
    if is_address(place):
        return Part({"place": place}, _loopback_problems(place, place))
    path = local_path(place)
    device, kind = file_system((await look.command(["df", "-P", "-T", path])).stdout)
    if kind in _REMOTE_TYPES:
        return Part({"place": f"{place} ({device})"}, _loopback_problems(place, device))
    return Part({"place": f"{place} ({device})"}, [f"{place} lies on {device} ({kind}) of this host"])


def is_address(place: str) -> bool:
    """Whether a place is told by an address, as tools do that reach it over a network, and not by a path."""
    return _ADDRESS.match(place) is not None


def local_path(place: str) -> str:
    """The path in a place that is one of this host."""
    return re.sub("^(file|local):(//)?", "", place)


def file_system(text: str) -> tuple[str, str]:
    """Read the output of "df -P -T" for one path: the device and the type of the file system."""
    lines = text.strip().split("\n")
    match = _DF_LINE.fullmatch(lines[-1]) if len(lines) == 2 else None
    if match is None:
        raise CannotLook("malformed", f"not what df tells: {text[:200]!r}")
    return match["device"], match["type"]


def _loopback_problems(place: str, address: str) -> list[str]:
    return [f"{place} lies on this host itself"] if _LOOPBACK.search(address) else []


async def access_part(look: Observer, repository: Repository, user: str | None) -> Part:
    """What a user of this host may do to a repository: write it, or read the secret with which it is written."""
    if not user:
        return Part({}, [])
    rights = (
        [("w", repository.place)] if isinstance(repository, Dumps) else [("r", path) for path in repository.secrets]
    )
    if isinstance(repository, Dumps) and repository.newest:
        rights.append(("w", repository.files[repository.newest.label].path))
    return Part({"app_user": user}, [problem for problem in await _allowed(look, rights, user) if problem])


async def _allowed(look: Observer, rights: Sequence[tuple[str, str]], user: str) -> list[str | None]:
    facts = await together(*(look.command(["test", f"-{right}", path], user=user, ok=(0, 1)) for right, path in rights))
    verbs = {"w": "write", "r": "read"}
    return [
        f"{user} may {verbs[right]} {path}" if fact.exit == 0 else None
        for (right, path), fact in zip(rights, facts, strict=True)
    ]
