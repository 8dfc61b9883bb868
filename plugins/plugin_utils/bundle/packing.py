# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory as one archive whose bytes depend on its files alone, and the lists by which standard tools verify it."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

FILES, MANIFEST, SIGNATURE = "FILES", "SHA256SUMS", "SHA256SUMS.sig"


def listing(names: Iterable[str]) -> str:
    """What `find . | LC_ALL=C sort` says where these files are, and no others."""
    parents = {str(parent) for name in names for parent in Path(name).parents}
    paths = {f"./{path}" for path in (*names, *parents) if path != "."} | {"."}
    return "".join(f"{path}\n" for path in sorted(paths, key=os.fsencode))


def manifest(directory: Path, names: Iterable[str]) -> str:
    """The lines of `sha256sum`, by which `sha256sum --check` finds what was altered or is missing."""
    return "".join(f"{sha256(directory / name)}  {name}\n" for name in sorted(names, key=os.fsencode))


def sha256(path: Path) -> str:
    """Of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pack(directory: Path, target: Path, moment: float) -> None:
    """Write the archive, whole or not at all: everything below a directory, in it, all of it dated with one moment."""
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=int(moment), compresslevel=6) as packed:
                _fill(packed, directory, int(moment))
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _fill(packed: gzip.GzipFile, directory: Path, moment: int) -> None:
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in [directory, *sorted(directory.rglob("*"))]:
            member = tarfile.TarInfo(str(path.relative_to(directory.parent)))
            member.mtime, member.uname, member.gname = moment, "root", "root"
            if path.is_dir():
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member, io.BytesIO())
            else:
                member.size, member.mode = path.stat().st_size, 0o644
                with path.open("rb") as stream:
                    archive.addfile(member, stream)
