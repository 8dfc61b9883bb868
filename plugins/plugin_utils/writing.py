# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a run's reports: each format by the module of its name in reports/. One that breaks never costs the others."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import report, summary
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

FORMATS = tuple(sorted(path.stem for path in (Path(__file__).parent / "reports").glob("[a-z]*.py")))


@dataclass(slots=True)
class Written:
    """The report as data, the files it was written to by format, and why a format could not be written."""

    report: dict[str, Any]
    files: dict[str, Path] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def write(directory: RunDirectory, formats: Iterable[str], *, keep: bool = False) -> Written:
    """Make the report of a run, and of it every format asked for, in the run's directory.

    keep: leave a format alone that is there already, since signatures may name its SHA-256.
    """
    written = Written(report.build(directory))
    for name in formats:
        if name not in FORMATS:
            written.problems[name] = f"there is no such format; known are {', '.join(FORMATS)}"
            continue
        try:
            module = importlib.import_module(f"{__package__}.reports.{name}")
            path = directory.path / module.FILE
            if not (keep and path.is_file()):
                directory.write(module.FILE, module.render(written.report))
            written.files[name] = path
        except Exception as error:  # noqa: BLE001 - the verdict and the other formats must survive any one writer
            written.problems[name] = _said(error)
    return written


def _said(error: Exception) -> str:
    """Why, in one line: what the system says; of a mistake in a writer, what kind it is."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return summary.one_line(f"{type(error).__name__}: {error}")
