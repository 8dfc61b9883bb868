# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are plain files in a directory: dumps and archives, with a checksum file beside each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.formats import (
    ENCRYPTED,
    HEAD,
    format_of,
    header_problems,
    tested,
)
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import Copy, Repository
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

_CHECKSUM_HEAD = 512

# How many files one lsattr is asked about, so that its command line does not grow without bound.
_MOST = 1000
CHECKSUM_FILE = re.compile(r"\.sha256(sum)?(\.txt)?$")
SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Dumps(Repository):
    """Files below a directory by their names, and the digest that the checksum file beside each holds, if any."""

    files: Mapping[str, FileFact] = field(default_factory=dict)
    digests: Mapping[str, str | None] = field(default_factory=dict)

    async def whole(self, look: Observer, copy: Copy) -> Part:
        """Its checksum file and the tool of its format; where neither can speak, nothing proves that it is whole."""
        file = self.files[copy.label]
        checked, outcome = await together(self._checked(look, copy), tested(look, file, copy.label))
        if isinstance(outcome, CannotLook):
            if not checked.actual:
                raise outcome
            outcome = Part({"test": f"not made: {outcome.detail}"}, [])
        problems = [*checked.problems, *outcome.problems]
        if not checked.actual and not outcome.actual:
            problems.append(f"nothing proves that {copy.label} is whole: no {copy.label}.sha256 lies beside it")
        return Part({**checked.actual, **outcome.actual}, problems)

    async def same(self, look: Observer, copy: Copy, source: Repository | None) -> Part:
        """Its digest is that of the source's file of its name; without one, that of a checksum file beside it."""
        fact = self.files[copy.label]
        problems = [f"{copy.label} is readable by everyone ({fact.mode})"] if int(fact.mode, 8) & 0o004 else []
        original = source.files.get(copy.label) if isinstance(source, Dumps) else None
        if original is None:
            checked = await self._checked(look, copy)
            if not checked.actual:
                problems.append(
                    f"nothing proves that {copy.label} is a whole copy: no {copy.label}.sha256 lies beside it"
                )
            return Part({"mode": fact.mode, **checked.actual}, [*problems, *checked.problems])
        here, there = await together(look.file(original.path, digest=True), look.file(fact.path, digest=True))
        if here.sha256 is None or there.sha256 is None:
            raise CannotLook("malformed", f"{original.path} and {fact.path} were not digested")
        if here.sha256 != there.sha256:
            problems.append(f"{fact.path} differs from {original.path}")
        return Part({"mode": fact.mode, "sha256": there.sha256, "equals": original.path}, problems)

    async def _checked(self, look: Observer, copy: Copy) -> Part:
        if copy.label not in self.digests:
            return Part({}, [])
        wanted = self.digests[copy.label]
        digest = (await look.file(self.files[copy.label].path, digest=True)).sha256
        if wanted is None:
            return Part({"sha256": digest}, [f"the checksum file of {copy.label} holds no SHA-256"])
        return Part({"sha256": digest}, [] if digest == wanted else [f"{copy.label} does not match its checksum file"])

    async def unchangeable(self, look: Observer, copies: Sequence[Copy]) -> Part:
        """The file system lets nobody change or delete these files, but root after taking the flag away."""
        paths = [self.files[copy.label].path for copy in copies][-_MOST:]
        fact = await look.command(["lsattr", "-d", *paths], ok=(0, 1))
        if fact.exit:
            reason = "not_found" if "No such file" in fact.stderr else "malformed"
            raise CannotLook(reason, f"the file system does not tell: {fact.stderr.strip()[:300]}")
        return Part({"immutable": len(paths)}, flag_problems(fact.stdout, paths))


async def read(look: Observer, options: Mapping[str, Any]) -> Dumps:
    """List the files that match, without links and checksum files; where none does, the repository is empty."""
    directory = str(options["directory"]).rstrip("/") or "/"
    pattern = f"{directory}/{options['pattern']}"
    found, beside, itself = await together(
        look.glob(pattern, head=HEAD),
        look.glob(f"{pattern}.sha256*", head=_CHECKSUM_HEAD),
        present(look.file(directory)),
    )
    if itself is None:
        return Dumps(directory, [], [f"there is no directory {directory}"])
    top = len(directory) + 1
    files = {
        fact.path[top:]: fact
        for fact in found.files
        if fact.type == "file" and fact.link_target is None and not CHECKSUM_FILE.search(fact.path)
    }
    digests = {CHECKSUM_FILE.sub("", fact.path[top:]): _digest_in(fact) for fact in beside.files}
    copies = sorted((_copy(label, fact) for label, fact in files.items()), key=lambda copy: (copy.at, copy.label))
    return Dumps(directory, copies, files=files, digests=digests)


def _copy(label: str, fact: FileFact) -> Copy:
    kind = format_of(fact)
    return Copy(fact.mtime, label, fact.size, tuple(header_problems(label, fact)), kind if kind in ENCRYPTED else "")


def _digest_in(fact: FileFact) -> str | None:
    try:
        text = bytes.fromhex(fact.head or "").decode("utf-8", "replace").lower()
    except ValueError as error:
        raise CannotLook("malformed", f"the head of {fact.path} is not hexadecimal") from error
    found = SHA256.search(text)
    return found[0] if found else None


def flag_problems(text: str, paths: Sequence[str]) -> list[str]:
    """Which of these files "lsattr -d" does not show as immutable."""
    flags = {path: flags for flags, _space, path in (line.partition(" ") for line in text.splitlines())}
    if set(flags) != set(paths):
        raise CannotLook("malformed", f"not what lsattr tells: {text[:200]!r}")
    changeable = [path for path in paths if "i" not in flags[path]]
    if not changeable:
        return []
    return [f"{len(changeable)} of {len(paths)} copies are not immutable, such as {changeable[-1]}: set chattr +i"]
