# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill leaves: one dated file for each drill, of its last time, kept with the environment it speaks of."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, plain

SCHEMA = 1
_LARGEST = 1 << 20


class BadEvidence(Exception):
    """A file that is not the evidence of a drill: which, and why."""


@dataclass(frozen=True, slots=True)
class DrillEvidence:
    """The last time of one drill. started and ended: Unix seconds. measured: what was timed or counted, by name with
    its unit as the name's last word, such as rto_seconds. by: who ran it."""

    drill: str
    kind: str
    control: str
    host: str
    started: float
    ended: float
    status: str
    expected: str
    actual: Any
    message: str
    measured: Mapping[str, float]
    by: str

    def write(self, directory: Path) -> Path:
        """Keep it, whole or not at all, in the place of the time before."""
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / f"{self.drill}.json"
        handle, draft = tempfile.mkstemp(dir=directory, prefix=".draft-")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            json.dump({"schema": SCHEMA, **asdict(self)}, stream, default=plain, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, 0o644)
        Path(draft).replace(target)
        return target


def read(path: Path) -> DrillEvidence:
    """Read one file; BadEvidence says what is wrong with it."""
    try:
        with opened(path) as stream:
            raw = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError) as error:
        raise BadEvidence(f"{path}: {error}") from None
    if not isinstance(raw, dict) or raw.pop("schema", None) != SCHEMA:
        raise BadEvidence(f"{path}: not the evidence of a drill in schema {SCHEMA}")
    try:
        found = DrillEvidence(**raw)
    except TypeError as error:
        raise BadEvidence(f"{path}: {error}") from None
    times = (found.started, found.ended, *found.measured.values()) if isinstance(found.measured, dict) else (None,)
    if not all(isinstance(time, (int, float)) and math.isfinite(time) for time in times):
        raise BadEvidence(f"{path}: its times are not numbers")
    if found.status not in (Status.PASS, Status.FAIL, Status.ERROR) or found.drill != path.stem:
        raise BadEvidence(f"{path}: it is of another drill, or has no verdict")
    return found
