# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that were packed for an audit stay, byte for byte, what was packed; those of other runs are made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.callback import fakes
from tests.unit.callback.test_report import begin


@pytest.mark.parametrize(("packed", "stays"), [("run", True), ("another", False)])
def test_what_was_packed_is_not_written_again(tmp_path: Path, packed: str, stays: bool) -> None:
    run = fakes.run_directory(tmp_path / "run")
    report = fakes.callback("report")
    begin(report, run.path)
    (run.path / "report.json").write_text("as packed", encoding="utf-8")
    bundled = fakes.result("localhost", "golive.verify.bundle", golive_reported=str(tmp_path / packed))
    report.v2_runner_on_ok(bundled)
    report.v2_playbook_on_stats(fakes.Stats())
    assert ((run.path / "report.json").read_text(encoding="utf-8") == "as packed") == stays
    assert (run.path / "report.html").exists(), "what is missing is written all the same"
