# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON report is the contract, and reads back as what was written."""

from __future__ import annotations

import json as json_library
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import report as contract
from ansible_collections.golive.verify.plugins.plugin_utils.reports import json
from tests.unit.plugin_utils.reports import sample

SCHEMA = json_library.loads((Path(contract.__file__).parent / "schemas" / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sample.EVERY)
def test_every_report_fits_the_schema_and_reads_back(name: str) -> None:
    report = sample.EVERY[name]()
    read = json_library.loads(json.render(report))
    assert read == report
    jsonschema.Draft202012Validator(SCHEMA).validate(read)


def test_each_result_is_a_line() -> None:
    lines = json.render(sample.realistic()).splitlines()
    assert sum(line.startswith('{"control": ') for line in lines) == len(sample.realistic()["checks"])
