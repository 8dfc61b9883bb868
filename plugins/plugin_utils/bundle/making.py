# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the bundle of a run: everything that it rests on, searched for secrets, listed, signed, in one archive.

Whatever stands against it is told before anything is written where the bundle goes, and nothing of one is left.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import signers, ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    PERSON,
    BadAttestations,
    CannotVerify,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import DIRECTORY
from ansible_collections.golive.verify.plugins.plugin_utils.bundle import cover, packing, requests
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.gathering import COVER, CannotBundle, Source, stage
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.scanning import Scanner, is_text
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

README = "README.md"
_MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made. person, key: who signs, with what. dest: the directory that gets the archive.

    inventory, given: what the commands in the requests for signatures have to say beside the item. allowed: regular
    expressions of what looks like a secret and is none.
    """

    source: Source
    person: str
    key: Path
    dest: Path
    inventory: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    allowed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made. key: the fingerprint of the key that signed it. unwritten: reports that could not be made."""

    path: Path
    sha256: str
    key: str
    files: int
    decision: str
    missing: int
    unwritten: Mapping[str, str]


def make(wish: Wish) -> Bundle:
    """Write the archive, and beside the run the first page and the requests. CannotBundle, BadRun: nothing was made."""
    directory = RunDirectory(wish.source.run)
    plan = directory.plan()
    _insist(wish, plan.checklist.sha256)
    written = _reports(directory)
    told, unwritten = written.report, written.problems
    try:
        lists = signers.read(wish.source.environment / DIRECTORY)
    except BadAttestations as wrong:
        raise CannotBundle(str(wrong)) from wrong
    if not lists.admitting(wish.person):
        raise CannotBundle(f"{wish.person} is not in {DIRECTORY}/{signers.ALLOWED_SIGNERS}")
    asked = requests.requests(plan, told, lists)
    directory.write(requests.FILE, requests.page(asked, told, wish.inventory, wish.given))
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"golive-{plan.environment}-{plan.run}")
    with _room(wish.dest) as room:
        root = room / stem
        root.mkdir()
        packed = _packed(root, stem, wish, unwritten)
        first = cover.page(told, asked, packed)
        (root / README).write_text(first, encoding="utf-8", errors="backslashreplace")
        _refuse_secrets(root, [*packed.names, README], Scanner(wish.allowed))
        key = _signed(root, [*packed.names, README], wish.person, wish.key, lists)
        target = wish.dest / f"{stem}.tar.gz"
        packing.pack(root, target, plan.started)
    directory.write(COVER, first)
    return Bundle(
        path=target,
        sha256=packing.sha256(target),
        key=key,
        files=len(packed.names),
        decision=told["gate"]["decision"],
        missing=len(asked),
        unwritten=unwritten,
    )


def _insist(wish: Wish, checklist_sha256: str) -> None:
    """What is packed is what was verified; and the one who signs can be named in a command."""
    if not PERSON.fullmatch(wish.person):
        raise CannotBundle(f"{wish.person[:60]!r} is not a principal of {signers.ALLOWED_SIGNERS}")
    try:
        stands = hashlib.sha256(wish.source.checklist.read_bytes()).hexdigest()
    except OSError as error:
        raise CannotBundle(f"{wish.source.checklist}: {error.strerror}") from error
    if stands != checklist_sha256:
        raise CannotBundle(f"{wish.source.checklist} has changed since the run: verify again")


def _reports(directory: RunDirectory) -> writing.Written:
    """Every format that is not there yet. What is there stays: signatures may name its SHA-256."""
    try:
        current = directory.read("report.json")["run"]["finished"] == directory.decided()
    except (BadRun, LookupError, TypeError):
        current = False
    return writing.write(directory, writing.FORMATS, keep=current)


@contextmanager
def _room(dest: Path) -> Iterator[Path]:
    """A place beside the archive that is gone afterwards, and that nobody else may enter."""
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".draft-", dir=dest) as room:
            yield Path(room)
    except OSError as error:
        raise CannotBundle(f"{error.filename or dest}: {error.strerror}") from error


def _packed(root: Path, stem: str, wish: Wish, unwritten: Mapping[str, str]) -> cover.Packed:
    names = stage(wish.source, root)
    unread = [name for name in names if not is_text(root / name)]
    return cover.Packed(stem, wish.person, names, unread, unwritten, wish.allowed)


def _refuse_secrets(root: Path, names: Sequence[str], scanner: Scanner) -> None:
    hits = [hit for name in names for hit in scanner.hits(name, root / name)]
    if hits:
        more = [f"… and {len(hits) - _MOST_HITS} more"] if len(hits) > _MOST_HITS else []
        raise CannotBundle("\n".join(("secrets are not handed over", *map(str, hits[:_MOST_HITS]), *more)))


def _signed(root: Path, names: Sequence[str], person: str, key: Path, lists: signers.Signers) -> str:
    """Write the lists and the signature over them, once it stands. The fingerprint of the key."""
    every = [*names, packing.FILES]
    files = packing.listing([*every, packing.MANIFEST, packing.SIGNATURE])
    (root / packing.FILES).write_text(files, encoding="utf-8")
    data = packing.manifest(root, every).encode()
    try:
        signature = ssh_keygen.sign(key, data)
        public = ssh_keygen.verify(data, signature, person, lists.admitting(person), datetime.now(UTC))
    except (ssh_keygen.CannotSign, CannotVerify) as error:
        raise CannotBundle(str(error)) from error
    except ssh_keygen.BadSignature as error:
        raise CannotBundle(f"the signature of {person} does not stand: {error}") from error
    (root / packing.MANIFEST).write_bytes(data)
    (root / packing.SIGNATURE).write_bytes(signature)
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")
