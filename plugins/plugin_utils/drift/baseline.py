# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline: how everything stood when somebody accepted it, in baseline.json beside the checklist, signed by them.

It is signed as attestations are, by a person whom attestations/allowed_signers admits, with the role baseline or
approver. Its shape is not that of an attestation, so that neither can stand in for the other.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import signers, ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import (
    PERSON,
    BadAttestations,
    CannotVerify,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import DIRECTORY
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened

FILE, SIGNATURE = "baseline.json", "baseline.json.sig"
KIND, VERSION = "golive.verify.baseline", 1
ROLES = ("baseline", signers.APPROVER)
_MOST = 256 * 1024 * 1024
_MOST_SIGNATURE = 16 * 1024
_SKEW = timedelta(minutes=5)


class BadBaseline(Exception):
    """The baseline cannot be used or made: which file, and why, in one line."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was accepted, by whom and when."""

    side: Side
    person: str
    accepted: datetime
    reason: str = ""


def read(path: Path, environment_dir: Path, environment: str, *, now: datetime) -> Baseline | None:
    """The baseline of an environment, its signature verified; None where there is none.

    environment_dir: the directory with attestations/, which says who may sign.
    """
    signature = path.with_name(path.name + ".sig")
    if not os.path.lexists(path) and not os.path.lexists(signature):
        return None
    data = _content(path, _MOST)
    found = _understood(path, data)
    if found.side.environment != environment:
        raise BadBaseline(f"{path}: it is one of {found.side.environment[:60]!r}, not of {environment}")
    if found.accepted > now + _SKEW:
        raise BadBaseline(f"{path}: it is dated {moments.shown(found.accepted)}, which is yet to come")
    if not os.path.lexists(signature):
        raise BadBaseline(f"{path}: it is not signed: {signature.name} is missing")
    _stands(path, data, _content(signature, _MOST_SIGNATURE), found, environment_dir)
    return found


def accept(path: Path, environment_dir: Path, found: Baseline, key: Path) -> list[Path]:
    """Sign a baseline and write it in the place of the one before. The files, once their signature stands."""
    document = {
        "kind": KIND,
        "version": VERSION,
        "person": found.person,
        "accepted": moments.shown(found.accepted),
        "reason": found.reason,
        **found.side.as_dict(),
    }
    data = (json.dumps(document, indent=1, default=str) + "\n").encode()
    try:
        signature = ssh_keygen.sign(key, data)
    except ssh_keygen.CannotSign as error:
        raise BadBaseline(f"{path}: {error}") from error
    _stands(path, data, signature, _understood(path, data), environment_dir)
    files = {path: data, path.with_name(path.name + ".sig"): signature}
    drafts: dict[Path, Path] = {}
    try:
        # Both are on disk before either is put in its place: what is left of a crash is one signed by nobody.
        for target, content in files.items():
            drafts[target] = _draft(target, content)
        for target, draft in drafts.items():
            draft.replace(target)
    except OSError as error:
        raise BadBaseline(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return list(files)


def _stands(path: Path, data: bytes, signature: bytes, found: Baseline, environment_dir: Path) -> None:
    """Insist that this person signed these bytes, and may."""
    try:
        lists = signers.read(environment_dir / DIRECTORY)
        standing = lists.standing(found.person)
        if not standing.lines:
            raise BadBaseline(f"{path}: {found.person} is not in {DIRECTORY}/{signers.ALLOWED_SIGNERS}")
        if not set(ROLES) & set(standing.roles):
            wanted = " nor ".join(ROLES)
            raise BadBaseline(f"{path}: {found.person} has neither the role {wanted} in {DIRECTORY}/{signers.ROLES}")
        ssh_keygen.verify(data, signature, found.person, lists.admitting(found.person), found.accepted)
    except ssh_keygen.BadSignature as error:
        raise BadBaseline(f"{path}: the signature of {found.person} does not stand: {error}") from error
    except (CannotVerify, BadAttestations) as error:
        raise BadBaseline(f"{path}: whether its signature stands cannot be told: {error}") from error


def _understood(path: Path, data: bytes) -> Baseline:
    try:
        read_as = json.loads(data)
        if not isinstance(read_as, Mapping) or read_as.get("kind") != KIND:
            raise ValueError("it is no baseline: playbooks/accept.yml writes one")
        if read_as.get("version") != VERSION:
            raise ValueError(f"it is of version {read_as.get('version')!r:.20}, and {VERSION} is the one I know")
        return _baseline(read_as)
    except json.JSONDecodeError as error:
        raise BadBaseline(f"{path}: line {error.lineno}: is not JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise BadBaseline(f"{path}: is not UTF-8 text") from error
    except RecursionError as error:
        raise BadBaseline(f"{path}: is nested too deep") from error
    except KeyError as error:
        raise BadBaseline(f"{path}: it has no {error.args[0]}") from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise BadBaseline(f"{path}: {' '.join(str(error).split())[:300]}") from error


def _baseline(data: Mapping[str, Any]) -> Baseline:
    person, reason = data["person"], data["reason"]
    if not isinstance(person, str) or not PERSON.fullmatch(person):
        raise ValueError("person is not a principal of allowed_signers")
    if not isinstance(reason, str):
        raise TypeError("reason is not a text")
    return Baseline(Side.from_dict(data), person, moments.moment(str(data["accepted"])), reason)


def _content(path: Path, most: int) -> bytes:
    try:
        with opened(path) as stream:
            data = stream.read(most + 1)
    except ValueError as error:
        raise BadBaseline(f"{path}: {error}") from error
    except OSError as error:
        raise BadBaseline(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise BadBaseline(f"{path}: has more than {most:,} bytes")
    return data


def _draft(target: Path, data: bytes) -> Path:
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(0o644)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return Path(draft)
