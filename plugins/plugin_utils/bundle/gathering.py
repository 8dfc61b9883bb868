# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are the evidence of a run, and a copy of them that nobody else writes to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import BadAttestations
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import ALLOWED_SIGNERS, ROLES
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import DIRECTORY
from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened

RUN, ENVIRONMENT, CHECKLIST = "run", "environment", "checklist"
# The first page of an audit, which in the bundle is README.md.
COVER = "audit.md"
# More than this nobody hands over in one file.
MOST_BYTES = 8 * 1024**3
_DECISIONS = ("components.yml", "waivers.yml", "baseline.json", "baseline.json.sig")
_SIGNED = re.compile(r"\.(ya?ml|json|sig)$")
# sha256sum writes the names of other files in a way of its own.
_NAME = re.compile(r"[^\\]+")


class CannotBundle(Exception):
    """No bundle was made, and nothing of one is left: why."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the evidence lies. environment: the directory of what people decided. drills: that of what drills left."""

    run: Path
    environment: Path
    checklist: Path
    drills: Path

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file by its name in the bundle; of the environment only what belongs to a run."""
        yield from _below(RUN, self.run)
        yield self._name(self.checklist), self.checklist
        for name in _DECISIONS:
            for directory in dict.fromkeys((self.environment, self.checklist.parent)):
                if (directory / name).is_file():
                    yield self._name(directory / name), directory / name
        for path in sorted((self.environment / DIRECTORY).glob("*")):
            if path.is_file() and (path.name in (ALLOWED_SIGNERS, ROLES) or _SIGNED.search(path.name)):
                yield f"{ENVIRONMENT}/{DIRECTORY}/{path.name}", path
        yield from self._signed_for()
        for path in sorted(self.drills.glob("*.json")):
            yield f"{ENVIRONMENT}/drills/{path.name}", path

    def _name(self, path: Path) -> str:
        if path.is_relative_to(self.environment):
            return f"{ENVIRONMENT}/{path.relative_to(self.environment)}"
        return f"{CHECKLIST}/{path.name}"

    def _signed_for(self) -> Iterator[tuple[str, Path]]:
        """The files that attestations rest on. One that is gone is told by how its attestation stands in the run."""
        try:
            attestations = reading.read_all(self.environment / DIRECTORY)
        except BadAttestations as wrong:
            raise CannotBundle(str(wrong)) from wrong
        root = self.environment.resolve()
        for each in (evidence for attestation in attestations for evidence in attestation.evidence if evidence.file):
            path = (root / each.file).resolve()
            if path.is_relative_to(root) and path.is_file():
                yield f"{ENVIRONMENT}/{path.relative_to(root)}", path


def stage(source: Source, directory: Path) -> list[str]:
    """Copy all of it below a directory. The names, each once."""
    copied: dict[str, None] = {}
    room = MOST_BYTES
    for name, path in source.files():
        if name in copied:
            continue
        if not (name.isprintable() and _NAME.fullmatch(name)):
            raise CannotBundle(f"{name!r}: rename this file; its name has characters that lists of files do not show")
        room -= _copy(path, directory / name)
        if room < 0:
            raise CannotBundle(f"the evidence has more than {MOST_BYTES:,} bytes")
        copied[name] = None
    return list(copied)


def _copy(path: Path, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with opened(path) as stream, target.open("xb") as copy:
            shutil.copyfileobj(stream, copy)
            return copy.tell()
    except ValueError as error:
        raise CannotBundle(f"{path}: {error}") from error


def _below(name: str, directory: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(directory.rglob("*")):
        within = path.relative_to(directory)
        hidden = any(part.startswith(".") for part in within.parts)
        made = len(within.parts) == 1 and (within.name == COVER or within.name.endswith(".tar.gz"))
        if path.is_file() and not path.is_symlink() and not hidden and not made:
            yield f"{name}/{within}", path
