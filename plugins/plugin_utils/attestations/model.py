# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attestation is: a signed, dated, expiring human statement for what no machine can see."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item

# What signatures are made for, so that one made for mail or a commit is none here.
NAMESPACE = "golive.verify.attestation"
# Longer than a year nobody can speak for.
LONGEST = timedelta(days=366)
# A person is a principal of allowed_signers, and part of a file's name: no pattern, no path, no option.
PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,99}")
ROLE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class BadAttestations(Exception):
    """Attestations or their lists cannot be used as they are: every problem, one line each, as path:line: what."""


class CannotVerify(Exception):
    """Whether an attestation holds could not be found out: why."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the statement rests on: an address, or a file below the environment's directory with its SHA-256."""

    url: str = ""
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lists said of a person when the attestation was signed.

    lines: SHA-256 of every line of allowed_signers that admits the person. roles: those that the person held.
    """

    lines: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    """One attestation as its file says it.

    data: the file's bytes, which is what is signed. wording: SHA-256 of what the item said (see wording).
    expires: the first moment at which it no longer holds. people: how those who sign stood in the lists.
    run: of a go-live decision, the run that it rests on. signatures: by person; who has not signed is not there.
    """

    path: Path
    data: bytes
    statement: str
    control: str
    item: str
    wording: str
    role: str
    person: str
    date: datetime
    expires: datetime
    evidence: tuple[Evidence, ...]
    approved_by: str
    people: Mapping[str, Standing]
    run: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[str, bytes] = field(default_factory=dict)

    def signed(self, person: str, signature: bytes) -> Attestation:
        """The same with one more signature."""
        return replace(self, signatures={**self.signatures, person: signature})

    def signature_file(self, person: str) -> Path:
        """Where the signature of a person lies: beside the file, that of the approver with the approver's name."""
        return self.path.with_name(f"{self.path.name}{'' if person == self.person else f'.{person}'}.sig")


def wording(item: Item) -> str:
    """SHA-256 of what an item asks for: its text, and the bullets below it that say more."""
    if not item.parameters:
        return item.text_hash
    return hashlib.sha256("\n".join((item.text_hash, *item.parameters)).encode()).hexdigest()
