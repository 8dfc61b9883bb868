# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups as a cron job would have left them: files with the times of past nights."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import time
from pathlib import Path

_DAY = 86400
# Last night's run was six hours ago, so that it is recent whenever the demo is started.
_LAST_NIGHT = 6 * 3600


def make(directory: Path, dump: str) -> None:
    """Dumps of a week, 40 nights of uploads, and an encrypted copy of the dumps that never left the machine."""
    packed = gzip.compress(dump.encode())
    for night in range(7):
        copy = _write(directory / "db", "shop-{}.sql.gz", packed, night)
        # Not encrypted by age, but in its form: what is inside is of no interest here.
        sealed = b"age-encryption.org/v1\n-> X25519 demo\n" + hashlib.shake_256(copy.name.encode()).digest(len(packed))
        _with_checksum(_write(directory / "offsite", f"{copy.name}.age", sealed, night), sealed, night)
    for night in range(40):
        picture = random.Random(night).randbytes(40_000 + 200 * night)
        _write(directory / "uploads", "uploads-{}.tar.gz", gzip.compress(picture), night)


def _write(directory: Path, name: str, data: bytes, night: int) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    at = time.time() - _LAST_NIGHT - night * _DAY
    path = directory / name.format(time.strftime("%Y-%m-%d", time.gmtime(at)))
    path.write_bytes(data)
    path.chmod(0o600)
    os.utime(path, (at, at))
    return path


def _with_checksum(path: Path, data: bytes, night: int) -> None:
    _write(path.parent, f"{path.name}.sha256", f"{hashlib.sha256(data).hexdigest()}  {path.name}\n".encode(), night)
