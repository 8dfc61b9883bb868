# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every format is written, and one that breaks costs neither the others nor the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from tests.unit.callback import fakes
from tests.unit.plugin_utils.reports import sample


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    directory = fakes.run_directory(tmp_path / "run")
    hostile = [sample.check("redis.persistence", "cache1", actual=text) for text in sample.HOSTILE.values()]
    directory.write_results("cache1", "more", {"results": hostile, "unasked": []})
    return directory


def test_every_format_is_written_into_the_run(run: RunDirectory) -> None:
    written = writing.write(run, writing.FORMATS)
    assert written.problems == {}
    assert written.report["gate"]["decision"] == "go"
    assert {name: path.name for name, path in written.files.items()} == {
        "comment": "comment.md",
        "csv": "report.csv",
        "hdf": "report.hdf.json",
        "html": "report.html",
        "json": "report.json",
        "junit": "report.xml",
        "markdown": "report.md",
        "ocsf": "report.ocsf.jsonl",
        "prometheus": "report.prom",
        "sarif": "report.sarif",
    }
    assert all(path.parent == run.path and path.stat().st_size > 100 for path in written.files.values())


def test_a_run_that_cannot_be_read_is_said_and_not_reported(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match=r"plan\.json"):
        writing.write(RunDirectory(tmp_path), writing.FORMATS)
