# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read attestations: one YAML or JSON file each, with its signatures beside it. What is wrong is told all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    LONGEST,
    PERSON,
    ROLE,
    Attestation,
    BadAttestations,
    Evidence,
    Standing,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import ROLES
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import (
    BadYaml,
    Entry,
    Fields,
    Problems,
    parse,
    read_bytes,
)

SUFFIXES = (".yml", ".yaml", ".json")
MAX_FILES = 5000
MAX_BYTES = 64 * 1024
_MAX_SIGNATURE = 16 * 1024
_FIELDS = (
    *("statement", "control", "item", "text_sha256", "role", "person", "date", "expires"),
    *("evidence", "approved_by", "people", "run"),
)
_RUN = ("id", "report_sha256", "decision")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_all(directory: Path) -> list[Attestation]:
    """Every attestation of an environment, by name; none where the directory does not exist."""
    problems: list[str] = []
    found: list[Attestation] = []
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES and path.name != ROLES)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadAttestations(f"{directory}:1: cannot be read: {error.strerror}") from error
    if len(paths) > MAX_FILES:
        raise BadAttestations(f"{directory}:1: has more than {MAX_FILES:,} attestations")
    for path in paths:
        try:
            found.append(read(path))
        except BadAttestations as error:
            problems.append(str(error))
    if problems:
        raise BadAttestations("\n".join(problems))
    return found


def read(path: Path) -> Attestation:
    """One attestation with the signatures that are there."""
    try:
        attestation = understood(path, read_bytes(path, MAX_BYTES))
        return replace(attestation, signatures=dict(_signatures(attestation)))
    except BadYaml as error:
        raise BadAttestations(str(error)) from error


def understood(path: Path, data: bytes) -> Attestation:
    """What a file with this content attests, not yet signed by anybody."""
    problems = Problems(path)
    try:
        found = _attestation(path, data, parse(path, data), problems)
    except BadYaml as error:
        raise BadAttestations(str(error)) from error
    if found is None or problems.lines:
        raise BadAttestations("\n".join(problems.lines))
    return found


def _signatures(attestation: Attestation) -> Iterator[tuple[str, bytes]]:
    for person in filter(None, (attestation.person, attestation.approved_by)):
        path = attestation.signature_file(person)
        if path.is_symlink() or path.exists():
            yield person, read_bytes(path, _MAX_SIGNATURE)


def _attestation(path: Path, data: bytes, document: Entry, problems: Problems) -> Attestation | None:
    fields = Fields(document, _FIELDS, problems, "the attestation")
    if not isinstance(document.value, dict):
        return None
    control, item = fields.text("control"), fields.text("item")
    if bool(control) == bool(item):
        fields.bad("item", "an attestation speaks of a control or of an item: give one of the two")
    wording = fields.made("text_sha256", _sha256, required=bool(item)) or ""
    if wording and not item:
        fields.bad("text_sha256", "text_sha256 belongs to an item, and none is given")
    date = fields.made("date", moments.moment, required=True)
    expires = fields.made("expires", moments.end, required=True)
    if date and expires and not date < expires <= date + LONGEST:
        fields.bad("expires", f"expires is not within {LONGEST.days} days after the date")
    statement = fields.text("statement", required=True)
    role = fields.made("role", _role, required=True) or ""
    person = fields.made("person", _person, required=True) or ""
    approver = fields.made("approved_by", _person) or ""
    evidence = tuple(_evidence(fields, problems))
    people = dict(_people(fields, problems))
    if date is None or expires is None:
        return None
    return Attestation(
        path=path,
        data=data,
        statement=statement,
        control=control,
        item=item,
        wording=wording,
        role=role,
        person=person,
        date=date,
        expires=expires,
        evidence=evidence,
        approved_by=approver,
        people=people,
        run=_run(fields, problems),
    )


def _evidence(fields: Fields, problems: Problems) -> Iterator[Evidence]:
    entry = fields.entry("evidence")
    if entry is None or entry.value is None:
        return
    if not isinstance(entry.value, list):
        fields.bad("evidence", "evidence is not a list")
        return
    for each in entry.value:
        part = Fields(each, ("url", "file", "sha256"), problems, "the evidence")
        url, file = part.made("url", _url) or "", part.text("file")
        if isinstance(each.value, dict) and bool(url) == bool(file) and ("url" not in part or file):
            part.bad("url", "evidence is a url or a file: give one of the two")
        digest = part.made("sha256", _sha256, required=bool(file)) or ""
        if digest and not file:
            part.bad("sha256", "sha256 belongs to a file, and none is given")
        yield Evidence(url, file, digest)


def _people(fields: Fields, problems: Problems) -> Iterator[tuple[str, Standing]]:
    entry = fields.entry("people")
    if entry is None or not isinstance(entry.value, dict):
        fields.bad("people", "the attestation does not say how its people stood in the lists (people)")
        return
    for person, each in entry.value.items():
        part = Fields(each, ("lines", "roles"), problems, f"what is said of {person[:100]}")
        if isinstance(each.value, dict):
            yield person, Standing(part.texts("lines"), part.texts("roles"))


def _run(fields: Fields, problems: Problems) -> dict[str, str]:
    entry = fields.entry("run")
    if entry is None:
        return {}
    part = Fields(entry, _RUN, problems, "the run")
    return {name: part.text(name, required=True) for name in _RUN}


def _role(text: str) -> str:
    if not ROLE.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is not a role: small letters, digits, _ and -")
    return text


def _person(text: str) -> str:
    if not PERSON.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is not a person: letters, digits and . _ + @ -, as in an address for mail")
    return text


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not a SHA-256: 64 digits from 0 to f")
    return text


def _url(text: str) -> str:
    if not text.startswith(("https://", "http://")) or not text.isprintable() or " " in text:
        raise ValueError(f"{text[:80]!r} is not an address that begins with https://")
    return text
