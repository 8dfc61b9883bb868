# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify attestations: who signed, whether they might, and whether everything is still as it was when they did."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading, signers, ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    Attestation,
    CannotVerify,
    Evidence,
    wording,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import Signers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.ssh_keygen import BadSignature
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status

DIRECTORY = "attestations"
MAX_EVIDENCE = 1024**3
# By how much two clocks may differ.
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Verified:
    """An attestation and how it stands: attested, expired, fail (it does not hold), or error (could not be verified).

    controls: those that it speaks of, by itself or through its item.
    """

    attestation: Attestation
    status: Status
    reason: str
    controls: tuple[str, ...]

    @property
    def subject(self) -> tuple[str, str]:
        """What is attested, in which role. Of several attestations of one subject, the best counts (see current)."""
        return self.attestation.item or self.attestation.control, self.attestation.role


class World:
    """What attestations are held against: the environment's directory with its lists, its items, the known controls."""

    def __init__(
        self,
        environment: Path,
        items: Iterable[Item],
        known: Container[str],
        now: datetime,
        lists: Signers | None = None,
    ) -> None:
        self.environment = environment
        self.items = {item.id: item for item in items}
        self.known, self.now = known, now
        self.signers = lists or signers.read(environment / DIRECTORY)

    def controls(self, control: str, item: str) -> tuple[str, ...]:
        """The controls that are spoken of when this control or item is."""
        found = self.items.get(item)
        return found.controls if found else ((control,) if control else ())


def verify_all(environment: Path, items: Iterable[Item], known: Container[str], *, now: datetime) -> list[Verified]:
    """How every attestation of the environment stands. Files that cannot be understood raise BadAttestations."""
    attestations = reading.read_all(environment / DIRECTORY)
    if not attestations:
        return []
    world = World(environment, items, known, now)
    return [verify(attestation, world) for attestation in attestations]


def current(verified: Iterable[Verified]) -> list[Verified]:
    """Of each subject in each role the attestation that counts: the latest that holds, or the latest that does not."""
    counts: dict[tuple[str, str], Verified] = {}
    for each in sorted(verified, key=lambda v: (v.status == Status.ATTESTED, v.attestation.date)):
        counts[each.subject] = each
    return list(counts.values())


def verify(attestation: Attestation, world: World, *, approval: bool = True) -> Verified:
    """How one attestation stands. approval=False: before the second approver has signed."""
    problems, unseen = [], []
    signatures = partial(_signatures, approval=approval)
    for look in (_world, _people, _evidence, signatures):
        try:
            problems += list(look(attestation, world))
        except CannotVerify as error:
            unseen.append(str(error))
    status, reason = Status.ATTESTED, ""
    if problems:
        status, reason = Status.FAIL, "; ".join((*problems, *unseen))
    elif unseen:
        status, reason = Status.ERROR, "; ".join(unseen)
    elif world.now >= attestation.expires:
        status, reason = Status.EXPIRED, f"it expired at {moments.shown(attestation.expires)}"
    return Verified(attestation, status, reason, world.controls(attestation.control, attestation.item))


def _world(attestation: Attestation, world: World) -> Iterator[str]:
    """What it speaks of is still there, and says the same."""
    if attestation.item:
        item = world.items.get(attestation.item)
        if item is None:
            yield f"the checklist has no item {attestation.item} any more"
        elif wording(item) != attestation.wording:
            yield f"the item's text (line {item.line}) has changed since {attestation.person} signed it: sign again"
    elif attestation.control not in world.known:
        yield f"there is no control {attestation.control}"
    if attestation.date > world.now + _SKEW:
        yield f"it is dated {moments.shown(attestation.date)}, which is yet to come"


def _people(attestation: Attestation, world: World) -> Iterator[str]:
    """Those who sign are on the lists as they were, and may sign in this role."""
    author, approver, role = attestation.person, attestation.approved_by, attestation.role
    wanted = world.signers.wanted_roles(
        world.controls(attestation.control, attestation.item), world.items.get(attestation.item)
    )
    if wanted and role not in wanted:
        yield f"{attestation.item or attestation.control} is to be signed as {' or '.join(wanted)}, not as {role}"
    if role not in world.signers.standing(author).roles:
        yield f"{author} does not have the role {role} in {signers.ROLES}"
    if approver.casefold() == author.casefold():
        yield f"{author} cannot approve what {author} states"
    elif approver and not {role, signers.APPROVER} & set(world.signers.standing(approver).roles):
        yield f"{approver}, who approves, has neither the role {role} nor {signers.APPROVER} in {signers.ROLES}"
    for person in filter(None, (author, approver)):
        then, today = attestation.people.get(person), world.signers.standing(person)
        if then is None or not then.lines:
            yield f"it does not say how {person} stood in the lists"
        elif not set(then.lines) <= set(today.lines):
            yield f"the lines of {person} in {signers.ALLOWED_SIGNERS} are not those of the signing: sign it again"
        elif not set(then.roles) <= set(today.roles):
            yield f"the roles of {person} in {signers.ROLES} are not those of the signing: sign it again"


def _signatures(attestation: Attestation, world: World, *, approval: bool) -> Iterator[str]:
    """The author has signed these bytes, and so has the approver, with another key."""
    keys: dict[str, bytes] = {}
    for person in filter(None, (attestation.person, attestation.approved_by if approval else "")):
        signature = attestation.signatures.get(person)
        if signature is None:
            yield f"{person} has not {'signed' if person == attestation.person else 'approved'} it"
            continue
        then = attestation.people.get(person)
        lines = [line for line in world.signers.admitting(person) if then and signers.digest(line) in then.lines]
        try:
            keys[person] = ssh_keygen.verify(attestation.data, signature, person, lines, attestation.date)
        except BadSignature as error:
            yield f"the signature of {person} does not stand: {error}"
    if len(keys) > len(set(keys.values())):
        yield f"{attestation.person} and {attestation.approved_by} signed with the same key"


def _evidence(attestation: Attestation, world: World) -> Iterator[str]:
    for evidence in attestation.evidence:
        if evidence.file:
            yield from _file(evidence, world.environment)


def _file(evidence: Evidence, environment: Path) -> Iterator[str]:
    try:
        found = file_sha256(environment, evidence.file)
    except FileNotFoundError:
        yield f"the evidence {evidence.file} is not there"
    except (ValueError, RuntimeError) as error:
        yield f"the evidence {evidence.file} {error}"
    except OSError as error:
        raise CannotVerify(f"the evidence {evidence.file} cannot be read: {error.strerror}") from error
    else:
        if found != evidence.sha256:
            yield f"the evidence {evidence.file} is not the file that {evidence.sha256[:12]}… was made of"


def file_sha256(environment: Path, name: str) -> str:
    """SHA-256 of a plain file below the environment's directory; ValueError when it is none."""
    root = environment.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or Path(name).is_absolute():
        raise ValueError("does not lie below the environment's directory")
    with opened(path) as stream:
        if os.fstat(stream.fileno()).st_size > MAX_EVIDENCE:
            raise ValueError(f"has more than {MAX_EVIDENCE:,} bytes")
        return hashlib.file_digest(stream, "sha256").hexdigest()
