# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign and verify with ssh-keygen -Y: keys in files, agents and hardware work because they do for it."""

from __future__ import annotations

import base64
import binascii
import os
import re
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE, CannotVerify

PROGRAM = "ssh-keygen"
VERIFY_SECONDS = 10
# Long enough to find the token and to touch it.
SIGN_SECONDS = 120
_BAD_SIGNATURE = 255
_ARMOR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n")
_MAGIC = b"SSHSIG"


class CannotSign(Exception):
    """No signature was made: why."""


class BadSignature(Exception):
    """The signature does not stand: why."""


def sign(key: Path, data: bytes) -> bytes:
    """The signature over data by a private key, or by the agent that holds the private half of a public one."""
    argv = [PROGRAM, "-Y", "sign", "-n", NAMESPACE, "-f", str(key.expanduser().absolute())]
    try:
        done = _run(argv, data, SIGN_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise CannotSign(f"{PROGRAM} did not sign within {SIGN_SECONDS} s") from error
    except OSError as error:
        raise CannotSign(f"{PROGRAM} cannot be run: {error.strerror}") from error
    if done.returncode != 0 or not done.stdout:
        raise CannotSign(f"{PROGRAM} did not sign with {key}: {_words(done.stderr)}")
    return done.stdout


def verify(data: bytes, signature: bytes, person: str, lines: Sequence[bytes], at: datetime) -> bytes:
    """The public key with which the person signed data, when these lines of allowed_signers admit it at that time.

    BadSignature when it is not so, CannotVerify when that cannot be told.
    """
    key = _public_key(signature)
    with tempfile.TemporaryDirectory(prefix="golive-") as directory:
        allowed, given = Path(directory, "allowed_signers"), Path(directory, "signature")
        allowed.write_bytes(b"".join(line + b"\n" for line in lines))
        given.write_bytes(signature)
        argv = [PROGRAM, "-Y", "verify", "-n", NAMESPACE, "-f", str(allowed), "-s", str(given), "-I", person]
        argv.append(f"-Overify-time={at.astimezone(UTC):%Y%m%d%H%M%S}")
        try:
            done = _run(argv, data, VERIFY_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise CannotVerify(f"{PROGRAM} did not answer within {VERIFY_SECONDS} s") from error
        except OSError as error:
            raise CannotVerify(f"{PROGRAM} cannot be run: {error.strerror}") from error
        said = re.sub(rf"{re.escape(str(allowed))}:\d+", allowed.name, _words(done.stderr + b" " + done.stdout))
    if done.returncode == _BAD_SIGNATURE:
        raise BadSignature(said)
    if done.returncode != 0 or not done.stdout.startswith(b"Good "):
        raise CannotVerify(f"{PROGRAM} ended with status {done.returncode}: {said}")
    return key


def _run(argv: Sequence[str], data: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Times without a zone, as allowed_signers may have, are read in UTC wherever this runs."""
    environ = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(argv, input=data, capture_output=True, timeout=seconds, env=environ, check=False)


def _words(output: bytes) -> str:
    return " ".join(output[:2000].decode("utf-8", "replace").split())[:400] or "it gave no reason"


def _public_key(signature: bytes) -> bytes:
    """The key inside a signature, which must be nothing but one: ssh-keygen overlooks what is put around it."""
    armor = _ARMOR.fullmatch(signature)
    try:
        blob = base64.b64decode(armor[1].replace(b"\n", b""), validate=True) if armor else b""
        (length,) = struct.unpack_from(">I", blob, len(_MAGIC) + 4)
    except (binascii.Error, struct.error) as error:
        raise BadSignature("its file is not an SSH signature") from error
    begin = len(_MAGIC) + 8
    if armor is None or not blob.startswith(_MAGIC) or base64.b64encode(blob) != armor[1].replace(b"\n", b""):
        raise BadSignature("its file is not an SSH signature")
    return blob[begin : begin + length]
