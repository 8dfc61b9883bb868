# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may sign for what: allowed_signers, in ssh-keygen's own format, and roles.yml, both in attestations/.

An attestation keeps what the lists said of its people when they signed: the digest of each line of allowed_signers that
admits them, and their roles. All of that must still stand, byte for byte. Lines and roles that came later void nothing,
and neither do lines of other people.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    PERSON,
    ROLE,
    BadAttestations,
    Standing,
)
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import (
    BadYaml,
    Entry,
    Fields,
    Problems,
    parse,
    read_bytes,
)

ALLOWED_SIGNERS, ROLES = "allowed_signers", "roles.yml"
GO_LIVE, GO_LIVE_CONTROL = "go_live", "signoff.golive"
# Who holds it may approve what others state, in whatever role they do.
APPROVER = "approver"
_SIGN_OFF = "signoff."


@dataclass(frozen=True, slots=True)
class Signers:
    """The lists. lines: of allowed_signers. roles: by person. reserved: by pattern, who may attest a control."""

    lines: tuple[bytes, ...]
    roles: Mapping[str, tuple[str, ...]]
    reserved: Mapping[str, tuple[str, ...]]

    def admitting(self, person: str) -> list[bytes]:
        """The lines that admit a person, in the list's order."""
        return [line for line in self.lines if _admits(line, person)]

    def standing(self, person: str) -> Standing:
        """What the lists say of a person now."""
        return Standing(tuple(map(digest, self.admitting(person))), self.roles.get(person, ()))

    def wanted_roles(self, controls: Sequence[str], item: Item | None) -> tuple[str, ...]:
        """The roles that may attest this; empty where any may.

        roles.yml says so for a control; else the item, where it names who signs; else a sign-off by its own last word.
        """
        for pattern, roles in self.reserved.items():
            if any(fnmatch.fnmatchcase(control, pattern) for control in controls):
                return roles
        if item is not None and item.role:
            return (slug(item.role),)
        if GO_LIVE_CONTROL in controls:
            return (GO_LIVE,)
        return tuple(control.removeprefix(_SIGN_OFF) for control in controls if control.startswith(_SIGN_OFF))


def read(directory: Path) -> Signers:
    """The lists of an environment. Where one does not exist, nobody is on it."""
    try:
        lines = _content(directory / ALLOWED_SIGNERS).split(b"\n")
        people, reserved = _roles(directory / ROLES)
    except BadYaml as error:
        raise BadAttestations(str(error)) from error
    return Signers(
        tuple(line for line in lines if line.strip() and not line.lstrip().startswith(b"#")), people, reserved
    )


def digest(line: bytes) -> str:
    """SHA-256 of a line as it stands, without its end."""
    return hashlib.sha256(line).hexdigest()


def slug(words: str) -> str:
    """A role as people write it, as the lists name it: Security Officer is security_officer."""
    return re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")


def _content(path: Path) -> bytes:
    return read_bytes(path) if path.is_symlink() or path.exists() else b""


def _roles(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    problems = Problems(path)
    document = parse(path, _content(path))
    if document.value is None:
        return {}, {}
    top = Fields(document, ("people", "controls"), problems, "the file")
    people = _lists(top.entry("people"), PERSON, "a person", problems)
    reserved = _lists(top.entry("controls"), re.compile(r"[a-z0-9_.*]+"), "a control", problems)
    if problems.lines:
        raise BadAttestations("\n".join(problems.lines))
    return people, reserved


def _lists(entry: Entry | None, name: re.Pattern[str], what: str, problems: Problems) -> dict[str, tuple[str, ...]]:
    if entry is None or entry.value is None:
        return {}
    if not isinstance(entry.value, dict):
        problems.add(entry.line, f"is not a mapping from {what} to a list of roles")
        return {}
    part = Fields(entry, list(entry.value), problems, "roles")
    found = {key: part.texts(key) for key in entry.value}
    for key, roles in found.items():
        if not name.fullmatch(key):
            part.bad(key, f"{key[:60]!r} is not {what}")
        for role in roles:
            if not ROLE.fullmatch(role):
                part.bad(key, f"{role[:60]!r} is not a role: small letters, digits, _ and -")
    return found


def _admits(line: bytes, person: str) -> bool:
    """Whether the first field, a list of patterns, matches: one of them must, and none with a ! may.

    A quoted field is not understood here, and so admits nobody: ssh-keygen is given only lines that do.
    """
    matched = False
    for pattern in line.split(None, 1)[0].decode("utf-8", "replace").split(","):
        if _matches(pattern.removeprefix("!"), person):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def _matches(pattern: str, person: str) -> bool:
    """As ssh_config(5) has it: * and ? stand for characters, everything else for itself."""
    return fnmatch.fnmatchcase(person, pattern.replace("[", "[[]"))
