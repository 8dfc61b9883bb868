# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are plain files in a directory: dumps and archives, with a checksum file beside each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import ANY_EXIT, Copy, Repository
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact, FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# The magic of tar stands at byte 257.
_HEAD = 264
_CHECKSUM_HEAD = 512
_CHECKSUM_FILE = re.compile(r"\.sha256(sum)?(\.txt)?$")
_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

# What the first bytes say, in hexadecimal digits. Of OpenPGP (RFC 9580 §4.2, §5.1, §5.3): the packet of an encrypted
# session key, its length, and its version. Of text: no control characters.
_MAGIC = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("zeros", "(00){16}"),
        ("gzip", "1f8b"),
        ("zstd", "28b52ffd"),
        ("xz", "fd377a585a00"),
        ("bzip2", "425a68"),
        ("lz4", "04224d18"),
        ("zip", "504b0304"),
        ("postgresql", b"PGDMP".hex()),
        ("redis", b"REDIS".hex()),
        ("sqlite", b"SQLite format 3\0".hex()),
        ("age", b"age-encryption.org/v1".hex()),
        ("age", b"-----BEGIN AGE ENCRYPTED FILE".hex()),
        ("gpg", b"-----BEGIN PGP MESSAGE".hex()),
        ("gpg", "(84..|85....|c1([0-9ab].|[cd]...))0[36]"),
        ("gpg", "(8c..|c3([0-9ab].|[cd]...))0[456]"),
        ("tar", ".{514}7573746172"),
        ("text", "(09|0a|0d|[2-6].|7[0-9a-e]|[89a-f].)+$"),
    )
)
_BY_SUFFIX = {
    "gz": {"gzip"},
    "tgz": {"gzip"},
    "zst": {"zstd"},
    "xz": {"xz"},
    "bz2": {"bzip2"},
    "lz4": {"lz4"},
    "zip": {"zip"},
    "tar": {"tar"},
    "age": {"age"},
    "gpg": {"gpg"},
    "pgp": {"gpg"},
    "rdb": {"redis"},
    "sqlite": {"sqlite"},
    "pgdump": {"postgresql"},
    "dump": {"postgresql", "text"},
    "sql": {"text"},
}
_ENCRYPTED = {"age", "gpg"}

# By format, the commands that read such a file and fail when it is damaged. pg_restore lists a dump of which only the
# beginning is there without complaint; reading its data takes a restore to nowhere.
_LIST = ("pg_restore", "-l")
_TESTS: Mapping[str, list[tuple[str, ...]]] = {
    "gzip": [("gzip", "-t")],
    "zstd": [("zstd", "-t", "-q")],
    "xz": [("xz", "-t")],
    "bzip2": [("bzip2", "-t")],
    "lz4": [("lz4", "-t", "-q")],
    "postgresql": [_LIST, ("pg_restore", "-f", "/dev/null")],
}


@dataclass(frozen=True, slots=True)
class Dumps(Repository):
    """Files below a directory by their names, and the digest that the checksum file beside each holds, if any."""

    files: Mapping[str, FileFact] = field(default_factory=dict)
    digests: Mapping[str, str | None] = field(default_factory=dict)

    async def whole(self, look: Observer, copy: Copy) -> Part:
        """Its checksum file and the tool of its format; where neither can speak, nothing proves that it is whole."""
        checked, tested = await together(self._checked(look, copy), self._tested(look, copy))
        if isinstance(tested, CannotLook):
            if not checked.actual:
                raise tested
            tested = Part({"test": f"not made: {tested.detail}"}, [])
        problems = [*checked.problems, *tested.problems]
        if not checked.actual and not tested.actual:
            problems.append(f"nothing proves that {copy.label} is whole: no {copy.label}.sha256 lies beside it")
        return Part({**checked.actual, **tested.actual}, problems)

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

    async def _tested(self, look: Observer, copy: Copy) -> Part | CannotLook:
        """What the format's tool says, nothing when the format has none; CannotLook when it is not installed."""
        file = self.files[copy.label]
        tests = _TESTS.get(_format(file), [])
        commands = together(*(look.command([*argv, file.path], ok=ANY_EXIT) for argv in tests))
        facts = await attempt(commands)
        if isinstance(facts, CannotLook):
            if facts.reason == "missing_tool":
                return facts
            raise facts
        told = [f"{' '.join(argv)}: exit {fact.exit}" for argv, fact in zip(tests, facts, strict=True)]
        problems = [_test_problems(argv, fact, copy.label) for argv, fact in zip(tests, facts, strict=True)]
        return Part({"test": told} if told else {}, list(dict.fromkeys(itertools.chain(*problems))))


async def read(look: Observer, options: Mapping[str, Any]) -> Dumps:
    """List the files that match, without links and checksum files; where none does, the repository is empty."""
    directory = str(options["directory"]).rstrip("/") or "/"
    pattern = f"{directory}/{options['pattern']}"
    found, beside, itself = await together(
        look.glob(pattern, head=_HEAD),
        look.glob(f"{pattern}.sha256*", head=_CHECKSUM_HEAD),
        present(look.file(directory)),
    )
    if itself is None:
        return Dumps(directory, [], [f"there is no directory {directory}"])
    top = len(directory) + 1
    files = {
        fact.path[top:]: fact
        for fact in found.files
        if fact.type == "file" and fact.link_target is None and not _CHECKSUM_FILE.search(fact.path)
    }
    digests = {_CHECKSUM_FILE.sub("", fact.path[top:]): _digest_in(fact) for fact in beside.files}
    copies = sorted((_copy(label, fact) for label, fact in files.items()), key=lambda copy: (copy.at, copy.label))
    return Dumps(directory, copies, files=files, digests=digests)


def _copy(label: str, fact: FileFact) -> Copy:
    kind = _format(fact)
    return Copy(fact.mtime, label, fact.size, tuple(header_problems(label, fact)), kind if kind in _ENCRYPTED else "")


def header_problems(label: str, fact: FileFact) -> list[str]:
    """Why the first bytes of a file are not those of a backup of its name's kind."""
    kind = _format(fact)
    if not fact.size:
        return ["is empty"]
    wanted = _BY_SUFFIX.get(label.rpartition(".")[2].lower())
    if kind == "zeros" or (wanted and kind not in wanted):
        begins = f"begins as {kind}" if kind else "begins with unknown bytes"
        return [f"{begins}, not as {' or '.join(sorted(wanted or {'a backup'}))}"]
    return []


def _format(fact: FileFact) -> str:
    return next((name for name, magic in _MAGIC if magic.match(fact.head or "")), "")


def _digest_in(fact: FileFact) -> str | None:
    try:
        text = bytes.fromhex(fact.head or "").decode("utf-8", "replace").lower()
    except ValueError as error:
        raise CannotLook("malformed", f"the head of {fact.path} is not hexadecimal") from error
    found = _SHA256.search(text)
    return found[0] if found else None


def _test_problems(argv: tuple[str, ...], fact: CommandFact, label: str) -> list[str]:
    said = fact.stderr.strip()[:300]
    if fact.exit and "permission denied" in said.lower():
        raise CannotLook("denied", said)
    if fact.exit and "unsupported version" in said:
        raise CannotLook("missing_tool", f"{argv[0]} is too old for {label}: {said}")
    if fact.exit:
        return [f"{label} is damaged: {said or f'{argv[0]} exit status {fact.exit}'}"]
    if argv == _LIST and " TABLE DATA " not in fact.stdout:
        return [f"{label} lists no data of any table"]
    return []
