# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make attestations: compose one, sign it, see that it stands, and only then write it. Nothing is ever overwritten."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading, ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    Attestation,
    BadAttestations,
    wording,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import ALLOWED_SIGNERS, ROLES
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import (
    DIRECTORY,
    World,
    file_sha256,
    verify,
)
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status


class CannotAttest(Exception):
    """No attestation was made, and nothing was written: why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be attested. item is its id; evidence: addresses, or files below the environment's directory.

    expires: as in the file. run: of a go-live decision, what examined gave.
    """

    statement: str
    role: str
    person: str
    expires: str
    control: str = ""
    item: str = ""
    evidence: Sequence[str] = ()
    approved_by: str = ""
    run: Mapping[str, str] | None = None


def composed(said: Statement, world: World) -> Attestation:
    """The attestation that says so, unsigned; CannotAttest where it would not stand."""
    subject = said.control or said.item
    path = world.environment / DIRECTORY / f"{world.now:%Y%m%dT%H%M%SZ}-{subject}-{said.role}.yml"
    item = world.items.get(said.item)
    content: dict[str, Any] = {
        "statement": said.statement,
        **({"item": said.item, "text_sha256": wording(item)} if item else {"control": said.control}),
        "role": said.role,
        "person": said.person,
        "date": moments.shown(world.now),
        "expires": said.expires,
        "evidence": [_evidence(each, world.environment) for each in said.evidence],
        "approved_by": said.approved_by,
        "people": {person: _standing(person, world) for person in (said.person, said.approved_by) if person},
        "run": dict(said.run or {}),
    }
    # Through JSON: Ansible's texts carry tags, which YAML would not write.
    kept = json.loads(json.dumps({name: value for name, value in content.items() if value}))
    data = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=110).encode()
    try:
        return reading.understood(path, data)
    except BadAttestations as error:
        raise CannotAttest(str(error).replace(f"{path}:", "line ")) from error


def attest(attestation: Attestation, key: Path, world: World) -> list[Path]:
    """Sign and write it. The files: the attestation and its signature, both or none."""
    if attestation.path.exists():
        raise CannotAttest(f"{attestation.path} exists already")
    signed = _signed(attestation, attestation.person, key)
    _insist(signed, world, approval=False)
    return _written(
        {attestation.signature_file(attestation.person): signed.signatures[attestation.person],
         attestation.path: attestation.data}
    )  # fmt: skip


def approve(attestation: Attestation, person: str, key: Path, world: World) -> list[Path]:
    """Add the signature of the second approver, to what stands but for it."""
    path = attestation.signature_file(person)
    if path.resolve().parent != (world.environment / DIRECTORY).resolve():
        raise CannotAttest(f"{attestation.path} is not one of {world.environment / DIRECTORY}")
    if person == attestation.person:
        raise CannotAttest(f"{person} cannot approve what {person} states")
    if person != attestation.approved_by:
        whom = attestation.approved_by or "nobody"
        raise CannotAttest(f"{attestation.path.name} is to be approved by {whom}, not by {person}")
    if path.exists():
        raise CannotAttest(f"{path} exists already")
    _insist(attestation, world, approval=False)
    signed = _signed(attestation, person, key)
    _insist(signed, world, approval=True)
    return _written({path: signed.signatures[person]})


def _signed(attestation: Attestation, person: str, key: Path) -> Attestation:
    try:
        return attestation.signed(person, ssh_keygen.sign(key, attestation.data))
    except ssh_keygen.CannotSign as error:
        raise CannotAttest(str(error)) from error


def _insist(attestation: Attestation, world: World, *, approval: bool) -> None:
    verified = verify(attestation, world, approval=approval)
    if verified.status is not Status.ATTESTED:
        raise CannotAttest(f"it would not stand: {verified.status}: {verified.reason}")


def _evidence(said: str, environment: Path) -> dict[str, str]:
    if said.startswith(("https://", "http://")):
        return {"url": said}
    root = environment.resolve()
    given = Path(said).expanduser()
    path = given if given.is_absolute() else root / given
    try:
        name = str(path.resolve().relative_to(root))
        return {"file": name, "sha256": file_sha256(root, name)}
    except (ValueError, RuntimeError) as error:
        raise CannotAttest(f"the evidence {said} is not a plain file below {root}") from error
    except OSError as error:
        raise CannotAttest(f"the evidence {path} cannot be read: {error.strerror}") from error


def _standing(person: str, world: World) -> dict[str, list[str]]:
    standing = world.signers.standing(person)
    if not standing.lines:
        raise CannotAttest(f"{person} is not in {DIRECTORY}/{ALLOWED_SIGNERS}")
    if not standing.roles:
        raise CannotAttest(f"{person} has no role in {DIRECTORY}/{ROLES}")
    return {"lines": list(standing.lines), "roles": list(standing.roles)}


def _written(files: Mapping[Path, bytes]) -> list[Path]:
    """Every file, whole, under a name that was free; or none of them."""
    done: list[Path] = []
    try:
        for path, data in files.items():
            _write(path, data)
            done.append(path)
    except BaseException as error:
        for path in done:
            path.unlink()
        if isinstance(error, OSError):
            raise CannotAttest(f"{error.filename2 or error.filename}: {error.strerror}") from error
        raise
    return done


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(0o644)
        os.link(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
