# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the options of an action that reads a run is one line that names the option, before any work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.action.acting import RUN, refused, verified


@pytest.mark.parametrize(
    ("action", "options", "said"),
    [
        ("gate", {}, "golive.verify.gate: missing required arguments: run_dir"),
        ("gate", {"run_dir": "none"}, "the run cannot be read: none/plan.json: "),
        ("gate", {"run_dir": RUN, "show": "all"}, "show"),
        ("report", {"run_dir": "none"}, "no report: none/plan.json: "),
        ("report", {"run_dir": RUN, "formats": ["pdf"]}, "formats"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_options_are_one_line(action: str, options: dict[str, Any], said: str) -> None:
    verified()
    assert said in refused(action, options)
