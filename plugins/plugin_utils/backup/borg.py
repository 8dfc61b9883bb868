# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that borg keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    ANY_EXIT,
    SIZED,
    Copy,
    Repository,
    output,
    parsed,
)
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# Modes that only sign what they store, or not even that.
_CLEAR = {"none", "authenticated", "authenticated-blake2"}


@dataclass(frozen=True, slots=True)
class Archives(Repository):
    """A repository of borg, and how to ask it more. A remote one does not tell what its server refuses."""

    options: Mapping[str, Any] = field(default_factory=dict)

    async def unchangeable(self, look: Observer, copies: Sequence[Copy]) -> Part:
        """The repository is append-only: what borg deletes can be brought back."""
        if ":" in self.place:
            raise NotAsked(f"{self.place} does not tell whether its server lets archives be deleted")
        said = (await output(_borg(look, self.options, "config", self.place, "append_only"))).strip()
        if said not in ("0", "1"):
            raise CannotLook("malformed", f"borg config tells no append_only: {said[:100]!r}")
        return Part({"append_only": said == "1"}, [] if said == "1" else [f"{self.place} is not append-only"])


async def read(look: Observer, options: Mapping[str, Any]) -> Repository:
    """List the archives, and the files of the newest ones for their sizes, which borg tells in no other way.

    An archive of more files than can be listed has no size here.
    """
    place = str(options["repository"])
    glob = [f"--glob-archives={options['archives']}"] if options["archives"] else []
    copies = archives(await output(_borg(look, options, "list", "--json", *glob, place)))
    newest = copies[-SIZED:]
    sizes = await together(*(attempt(_size(look, options, f"{place}::{copy.label}")) for copy in newest))
    untold = ""
    for copy, size in zip(newest, sizes, strict=True):
        if not isinstance(size, CannotLook):
            copies[copies.index(copy)] = replace(copy, size=size)
        elif size.reason == "too_large":
            untold = "not told: it has too many files to list"
        else:
            raise size
    secrets = [options["passphrase_file"]] if options["passphrase_file"] else []
    return Archives(place, copies, secrets=secrets, untold=untold, options=options)


def _borg(look: Observer, options: Mapping[str, Any], *arguments: str) -> Look[Any]:
    # Without a lock nothing is written to the repository. borg remembers a repository that its user never used before.
    return look.command(
        ["borg", "--bypass-lock", *arguments],
        env_files={"BORG_PASSPHRASE": options["passphrase_file"]} if options["passphrase_file"] else None,
        user=options["user"],
        ok=ANY_EXIT,
    )


async def _size(look: Observer, options: Mapping[str, Any], archive: str) -> int:
    text = await output(_borg(look, options, "list", "--format={size}{NL}", archive))
    try:
        return sum(int(line) for line in text.split())
    except ValueError as error:
        raise CannotLook("malformed", f"borg list tells no sizes of {archive}") from error


def archives(text: str) -> list[Copy]:
    """Read the output of "borg list --json", whose times are in UTC here, the oldest archive first."""
    listing = parsed(text)
    try:
        mode = str(listing["encryption"]["mode"])
        copies = [
            Copy(
                datetime.fromisoformat(archive["time"]).replace(tzinfo=UTC).timestamp(),
                str(archive["name"]),
                encryption="" if mode in _CLEAR else f"borg {mode}",
            )
            for archive in listing["archives"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"not a list of archives: {type(error).__name__} {error}") from error
    return sorted(copies, key=lambda copy: copy.at)
