# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read and write files: those that are declared, those of every system, and all below a directory."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import count, few
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_STICKY, _OTHERS_WRITE, _OTHERS_READ = 0o1000, 0o002, 0o004
_SECONDS = 60.0
_FEW = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """What paths must be like. mode: the bits that may be set, at most; needs: those that must be."""

    pattern: str
    mode: int
    needs: int = 0
    owner: str | None = None
    group: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rule:
        """The rule that an entry of the option files gives."""
        if not posixpath.isabs(given["path"]):
            raise CannotLook("malformed", f"option files: {given['path']} is not an absolute path")
        needs = _octal(given["needs"]) if given["needs"] else 0
        return cls(given["path"], _octal(given["mode"]), needs, given["owner"], given["group"])

    def problems(self, file: FileFact) -> list[str]:
        """Why a path is not as it must be."""
        mode, path = int(file.mode, 8), shown(file.path)
        problems = []
        if mode & 0o777 & ~self.mode:
            problems.append(f"{path} has mode {file.mode}, more than {self.mode:04o}")
        if self.needs & ~mode:
            problems.append(f"{path} has mode {file.mode}, which lacks some of {self.needs:04o}")
        for kind, found, wanted in (("owner", file.owner, self.owner), ("group", file.group, self.group)):
            if wanted is not None and found != wanted:
                problems.append(f"{path} has the {kind} {shown(found)}, not {wanted}")
        return problems


def _octal(text: str) -> int:
    try:
        mode = int(text, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise CannotLook("malformed", f"option files: {text!r} is no mode in octal digits, such as '0640'")
    return mode


# What every system has. A private key or a crontab that others may write is the system itself in their hands.
SYSTEM = (
    Rule("/etc/passwd", 0o644, owner="root"),
    Rule("/etc/group", 0o644, owner="root"),
    Rule("/etc/shadow", 0o640, owner="root"),
    Rule("/etc/gshadow", 0o640, owner="root"),
    Rule("/etc/sudoers", 0o640, owner="root"),
    Rule("/etc/sudoers.d/*", 0o640, owner="root"),
    Rule("/etc/ssh/sshd_config", 0o644, owner="root"),
    Rule("/etc/ssh/ssh_host_*_key", 0o640, owner="root"),
    Rule("/root", 0o755, owner="root"),
    Rule("/root/.ssh/authorized_keys", 0o644, owner="root"),
    Rule("/home/*/.ssh/authorized_keys", 0o644),
    Rule("/etc/crontab", 0o644, owner="root"),
    Rule("/etc/cron.*", 0o755, owner="root"),
    Rule("/etc/cron.*/*", 0o755, owner="root"),
)


async def system(look: Observer) -> Part:
    """The files of the system that decide who is who. Those that are not there do no harm, but for the accounts."""
    facts = await together(*(look.glob(rule.pattern) for rule in SYSTEM))
    if not facts[0].files:
        raise CannotLook("not_found", "there is no /etc/passwd")
    problems = [
        problem
        for rule, fact in zip(SYSTEM, facts, strict=True)
        for file in fact.files
        if file.type != "link"  # A dangling link leads to nothing that could be read.
        for problem in rule.problems(file)
    ]
    return Part({"files of the system": sum(len(fact.files) for fact in facts)}, problems)


async def declared(look: Observer, rule: Rule) -> Part:
    """A declared path, or all that match a pattern: it is there, and is as it must be."""
    fact, above = await together(look.glob(rule.pattern), present(look.file(posixpath.dirname(rule.pattern))))
    if not fact.files:
        return Part({rule.pattern: "not there"}, [f"{rule.pattern} is not there"])
    problems = [problem for file in fact.files for problem in rule.problems(file)]
    if above and int(above.mode, 8) & (_STICKY | _OTHERS_WRITE) == _OTHERS_WRITE:
        problems.append(f"everybody may replace what is in {shown(above.path)} (mode {above.mode})")
    seen = [f"{file.mode} {shown(file.owner)}:{shown(file.group)} {shown(file.path)}" for file in fact.files[:_FEW]]
    return Part(
        {rule.pattern: seen if len(fact.files) <= _FEW else [*seen, f"and {len(fact.files) - _FEW} more"]}, problems
    )


def find(tree: str, secrets: Sequence[str]) -> list[str]:
    """The command that lists what everybody may write below a directory, and secrets that everybody may read."""
    names = [word for pattern in secrets for word in ("-o", "-name", pattern)][1:]
    readable = ["-o", "-type", "f", "-perm", "-0004", "(", *names, ")"] if names else []
    writable = ["-perm", "-0002", "!", "-type", "l", "!", "(", "-type", "d", "-perm", "-1000", ")"]
    return ["find", tree, "-xdev", "(", *writable, *readable, ")", "-printf", r"%m %u %p\0"]


async def tree(look: Observer, top: str, secrets: Sequence[str]) -> Part:
    """Nothing below a directory that everybody may write, and no secret that everybody may read."""
    below, found = await together(look.file(top), look.command(find(top, secrets), timeout=_SECONDS))
    if below.type != "directory":
        raise CannotLook("malformed", f"option trees: {top} is a {below.type}")
    listed = parse_found(found.stdout)
    return Part({f"below {top}": f"{count(len(listed), 'path')} too open"}, tree_problems(top, listed))


def parse_found(text: str) -> list[tuple[int, str]]:
    """What find printed: mode, owner and path of each file, ended by a null byte."""
    found = []
    for entry in filter(None, text.split("\0")):
        mode, _owner, path = (entry.split(" ", 2) + ["", ""])[:3]
        if not path or set(mode) - set("01234567"):
            raise CannotLook("malformed", f"find printed {shown(entry)!r}")
        found.append((int(mode, 8), path))
    return found


def tree_problems(top: str, found: Iterable[tuple[int, str]]) -> list[str]:
    """One sentence on all that everybody may write, and one on the secrets that everybody may read."""
    found = list(found)
    writable = [path for mode, path in found if mode & _OTHERS_WRITE]
    readable = [path for mode, path in found if not mode & _OTHERS_WRITE]
    problems = [f"everybody may write {count(len(writable), 'path')} below {top}: {few(writable)}"] if writable else []
    if readable:
        problems.append(f"everybody may read {count(len(readable), 'secret')} below {top}: {few(readable)}")
    return problems
