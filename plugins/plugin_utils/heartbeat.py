# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That a run ended, for Prometheus: a check that stops running is then noticed by somebody else than itself.

One file for each environment and playbook, so that a verification by hand does not hide that the nightly check died.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils.reports.prometheus import gauge


@dataclass(frozen=True, slots=True)
class Beat:
    """The end of a run. at: in Unix seconds; took: in seconds; regressed: None where nothing was compared."""

    environment: str
    playbook: str
    at: float
    took: float
    go: bool
    finished: bool
    regressed: bool | None = None


def place(heartbeat_dir: str | None, runs_dir: str, run_dir: str | None) -> str:
    """Where heartbeats go, absolute; empty for nowhere: a run with a place of its own leaves none unasked."""
    chosen = heartbeat_dir or ("" if run_dir else runs_dir)
    return str(Path(chosen).absolute()) if chosen else ""


def write(directory: Path, beat: Beat) -> Path:
    """Leave the heartbeat in the place of the last one, whole or not at all, for the collector. May raise OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"golive-{quote(beat.environment, safe='')}-{quote(beat.playbook, safe='')}.prom"
    # The collector reads *.prom: of a draft it must not.
    handle, draft = tempfile.mkstemp(dir=directory, prefix=".golive-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(render(beat))
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target


def render(beat: Beat) -> str:
    """The metrics in Prometheus' text format."""
    return "\n".join(_lines(beat)) + "\n"


def _lines(beat: Beat) -> Iterator[str]:
    of: Mapping[str, str] = {"environment": beat.environment, "playbook": beat.playbook}
    told: list[tuple[str, str, float]] = [
        ("timestamp_seconds", "When the last run ended, however it did: alert where it grows old.", beat.at),
        ("duration_seconds", "How long it took.", beat.took),
        ("go", "Whether it decided for go (1) or not (0).", float(beat.go)),
        ("finished", "Whether it came to a decision (1), or ended before (0).", float(beat.finished)),
        ("compared", "Whether it was compared with what was before (1) or not (0).", float(beat.regressed is not None)),
    ]
    if beat.regressed is not None:
        told.append(("regressed", "Whether anything is worse than it was (1) or not (0).", float(beat.regressed)))
    for name, words, value in told:
        yield from gauge(f"golive_heartbeat_{name}", words, [(of, value)])
