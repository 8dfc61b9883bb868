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

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

FORMATS = tuple(sorted(path.stem for path in (Path(__file__).parent / "reports").glob("[a-z]*.py")))


@dataclass(slots=True)
class Written:
    """The report as data, the files it was written to by format, and why a format could not be written."""

    report: dict[str, Any]
    files: dict[str, Path] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def write(directory: RunDirectory, formats: Iterable[str]) -> Written:
    """Make the report of a run, and of it every format asked for, in the run's directory."""
    written = Written(report.build(directory))
    for name in formats:
        try:
            module = importlib.import_module(f"{__package__}.reports.{name}")
            written.files[name] = directory.write(module.FILE, module.render(written.report))
        except Exception as error:  # noqa: BLE001 - the verdict and the other formats must survive any one writer
            written.problems[name] = f"{type(error).__name__}: {error}"
    return written
