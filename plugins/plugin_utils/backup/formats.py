# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files of backups are like: the first bytes of each format, and the commands that tell whether one is whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import ANY_EXIT
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact, FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# The magic of tar stands at byte 257.
HEAD = 264

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
        ("redis", b"REDIS".hex() + "(3[0-9]){4}"),
        ("aof", "2a(3[0-9])+0d0a24"),
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
    "aof": {"aof", "redis"},
    "sqlite": {"sqlite"},
    "pgdump": {"postgresql"},
    "dump": {"postgresql", "text"},
    "sql": {"text"},
}
ENCRYPTED = {"age", "gpg"}

# By format, the commands that read such a file and fail when it is damaged. pg_restore lists a dump of which only the
# beginning is there without complaint; reading its data takes a restore to nowhere.
_LIST = ("pg_restore", "-l")
_TESTS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "gzip": [("gzip", "-t")],
    "zstd": [("zstd", "-t", "-q")],
    "xz": [("xz", "-t")],
    "bzip2": [("bzip2", "-t")],
    "lz4": [("lz4", "-t", "-q")],
    "postgresql": [_LIST, ("pg_restore", "-f", "/dev/null")],
    "redis": [("redis-check-rdb",)],
    "aof": [("redis-check-aof",)],
}
_ELSE = {"redis-check-rdb": "valkey-check-rdb", "redis-check-aof": "valkey-check-aof"}

# A compressed dump may be sound and yet end early, when what was piped into it failed. Dumps in SQL say how they begin
# and how they end; these commands find both lines.
_SEARCH = {"text": "grep", "gzip": "zgrep", "zstd": "zstdgrep", "xz": "xzgrep", "bzip2": "bzgrep"}
_MARKS = "^-- (PostgreSQL database |(MySQL|MariaDB) dump |Dump completed)"
_SQL_NAME = re.compile(r"sql|dump", re.IGNORECASE)


def format_of(fact: FileFact) -> str:
    """The format that the first bytes of a file are of; empty when none is known."""
    return next((name for name, magic in _MAGIC if magic.match(fact.head or "")), "")


def header_problems(label: str, fact: FileFact) -> list[str]:
    """Why the first bytes of a file are not those of a backup of its name's kind."""
    kind = format_of(fact)
    if not fact.size:
        return ["is empty"]
    wanted = _BY_SUFFIX.get(label.rpartition(".")[2].lower())
    if kind == "zeros" or (wanted and kind not in wanted):
        begins = f"begins as {kind}" if kind else "begins with unknown bytes"
        return [f"{begins}, not as {' or '.join(sorted(wanted or {'a backup'}))}"]
    return []


async def tested(look: Observer, file: FileFact, label: str) -> Part | CannotLook:
    """What the tools of a file's format say, nothing when it has none; CannotLook when they are not installed."""
    kind = format_of(file)
    if kind == "redis" and label.endswith(".aof"):
        kind = "aof"  # Redis may write the first part of this file as a snapshot.
    outcome = await attempt(
        together(_by_tools(look, kind, file.path, label), _to_its_end(look, kind, file.path, label))
    )
    if isinstance(outcome, CannotLook):
        if outcome.reason == "missing_tool":
            return outcome
        raise outcome
    told = [line for part in outcome for line in part.actual.get("test", [])]
    problems = dict.fromkeys(problem for part in outcome for problem in part.problems)
    return Part({"test": told} if told else {}, list(problems))


async def _by_tools(look: Observer, kind: str, path: str, label: str) -> Part:
    tests = _TESTS.get(kind, [])
    facts = await together(*(_run(look, argv, path) for argv in tests))
    told = [f"{' '.join(argv)}: exit {fact.exit}" for argv, fact in zip(tests, facts, strict=True)]
    return Part(
        {"test": told},
        [problem for argv, fact in zip(tests, facts, strict=True) for problem in _test_problems(argv, fact, label)],
    )


async def _run(look: Observer, argv: tuple[str, ...], path: str) -> CommandFact:
    outcome = await attempt(look.command([*argv, path], ok=ANY_EXIT))
    if not isinstance(outcome, CannotLook):
        return outcome
    if outcome.reason != "missing_tool" or argv[0] not in _ELSE:
        raise outcome
    return await look.command([_ELSE[argv[0]], *argv[1:], path], ok=ANY_EXIT)


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


async def _to_its_end(look: Observer, kind: str, path: str, label: str) -> Part:
    """Whether a dump in SQL has its last line. What does not look like such a dump has nothing to say here."""
    if kind not in _SEARCH or not (kind == "text" or _SQL_NAME.search(label)):
        return Part({}, [])
    fact = await look.command([_SEARCH[kind], "-ahE", _MARKS, path], ok=ANY_EXIT)
    if "permission denied" in fact.stderr.lower():
        raise CannotLook("denied", fact.stderr.strip()[:300])
    if fact.exit > 1 and kind == "text":
        raise CannotLook("malformed", f"{label} cannot be searched: {fact.stderr.strip()[:300]}")
    marks = [line.strip("- \r") for line in fact.stdout.splitlines()]
    if not marks:
        return Part({}, [])
    return Part({"test": [f"last of its marks: {marks[-1][:80]}"]}, end_problems(marks, label))


def end_problems(marks: Sequence[str], label: str) -> list[str]:
    """Why a dump in SQL is not all there, given the lines in which it speaks of its beginning and its end."""
    first, last = marks[0], marks[-1]
    wanted = f"{first.removesuffix(' complete')} complete" if first.startswith("PostgreSQL") else "Dump completed"
    return [] if last.startswith(wanted) else [f"{label} breaks off: it does not end with '{wanted}'"]
