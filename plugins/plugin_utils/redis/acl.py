# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the rules of Redis users and tell who may do harm: entering without a password, or wiping and reconfiguring."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# What wipes, reveals or takes over a whole server, with the categories that contain it. A user who may only read with
# a command of subcommands (config|get) is harmless, so the harmful subcommand is the one judged.
DANGEROUS = {
    "flushall": {"keyspace", "write", "slow", "dangerous"},
    "flushdb": {"keyspace", "write", "slow", "dangerous"},
    "keys": {"keyspace", "read", "slow", "dangerous"},
    "config|set": {"admin", "slow", "dangerous"},
    "acl|setuser": {"admin", "slow", "dangerous"},
    "monitor": {"admin", "slow", "dangerous"},
    "debug": {"admin", "slow", "dangerous"},
    "module|load": {"admin", "slow", "dangerous"},
    "replicaof": {"admin", "slow", "dangerous"},
    "slaveof": {"admin", "slow", "dangerous"},
    "shutdown": {"admin", "slow", "dangerous"},
}


@dataclass(frozen=True, slots=True)
class User:
    """One user of the server. may: the dangerous commands that are allowed."""

    name: str
    on: bool
    nopass: bool
    may: tuple[str, ...]

    def __str__(self) -> str:
        entry = "off" if not self.on else "no password" if self.nopass else "password"
        return f"{shown(self.name)}: {entry}{', may ' + ' '.join(self.may) if self.may else ''}"


def parse_users(lines: Sequence[object], existing: Collection[str]) -> list[User]:
    """The users of ACL LIST. existing: the dangerous commands that this server has, under their own names.

    The lines hold hashes of passwords: they go no further than here.
    """
    users = [_user(str(line), existing) for line in lines]
    if not any(user.name == "default" for user in users):
        raise CannotLook("malformed", "ACL LIST: there is no default user in it")
    return users


def user_problems(users: Sequence[User], admins: Collection[str]) -> list[str]:
    """Who may enter without a password, and who may do harm without being one of the declared administrators."""
    entering = [user for user in users if user.on]
    problems = [f"user {shown(user.name)} needs no password" for user in entering if user.nopass]
    for user in entering:
        if user.may and user.name not in admins:
            problems.append(f"user {shown(user.name)} may {', '.join(user.may)} and is not a declared administrator")
    return problems


def _user(line: str, existing: Collection[str]) -> User:
    match = re.fullmatch(r"user (\S+) (.+)", line)
    if match is None:
        raise CannotLook("malformed", "ACL LIST: a line that describes no user")
    name, rules = match[1], match[2]
    # Each selector (in parentheses, since Redis 7) is a set of rights of its own, beside those of the rest of the line.
    selectors = re.findall(r"\(([^)]*)\)", rules)
    root = re.sub(r"\([^)]*\)", "", rules).split()
    if not {"on", "off"} & set(root):
        raise CannotLook("malformed", f"ACL LIST: whether user {shown(name)} is on is not said")
    may = [
        command
        for command in DANGEROUS
        if command in existing and any(_allows(each, command) for each in (root, *map(str.split, selectors)))
    ]
    return User(name, "on" in root, "nopass" in root, tuple(may))


def _allows(rules: Sequence[str], command: str) -> bool:
    """Whether the last rule that speaks of a command allows it; without one it is not allowed."""
    speaking = [rule for rule in rules if rule[:1] in "+-" and rule[1:].lower() in _words(command)]
    return bool(speaking) and speaking[-1].startswith("+")


def _words(command: str) -> set[str]:
    return {"@all", *(f"@{category}" for category in DANGEROUS[command]), *_names(command)}


def _names(command: str) -> Iterator[str]:
    yield command.partition("|")[0]
    yield command
