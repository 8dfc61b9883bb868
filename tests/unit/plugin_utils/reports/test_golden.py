# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each format writes of a small run, byte for byte: a change shows as a difference that somebody looks at.

GOLIVE_GOLDEN=write pytest tests/unit/plugin_utils/reports/test_golden.py    writes them anew
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plugin_utils.reports import governed, validators

GOLDEN = Path(__file__).with_name("golden")
FORMATS = ("comment", "csv", "hdf", "junit", "markdown", "ocsf", "prometheus", "sarif")


def module(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.golive.verify.plugins.plugin_utils.reports.{name}")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_writes_what_it_wrote(name: str) -> None:
    text = module(name).render(governed.report())
    validators.VALID[name](text)
    # No file of a repository ends its lines as CSV does.
    kept = text.replace("\r\n", "\n").encode()
    path = GOLDEN / module(name).FILE
    if os.environ.get("GOLIVE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(kept)
    assert kept == path.read_bytes()
