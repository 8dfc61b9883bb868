# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any text at all is read for quantities without a fault, and in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.binding.quantities import (
    MAX_CHARACTERS,
    quantities,
)
from ansible_collections.golive.verify.plugins.plugin_utils.controls import UNITS

# Other work on the machine is no fault of the code; nothing is left in the tree.
calm = settings(deadline=None, database=None)


@calm
@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    last = 0
    for found in quantities(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.start >= last or found.qualifier or found.comparison
        assert found.value >= 0
        assert found.unit in UNITS
        last = found.start


PIECES = """
30 < > ~ - + / % , . ; ( ) | ** days ms p95 at least within per every min max no TLS port 443 $ $20 req 1h2m and between
to 10:30 2026-01-31 v1.2 200 OK two an daily weekly replicas characters MB bit 1,000 99,9 k M month \u2013 \u2264
"""


@calm
@given(st.lists(st.sampled_from(PIECES.split()), max_size=40).map(" ".join))
def test_any_jumble_of_notations_is_read_without_a_fault(text: str) -> None:
    for found in quantities(text):
        assert text[found.start : found.end].strip(" *_`") == found.words
        assert found.value >= 0


HOSTILE = [
    *(
        "1",
        "1 ",
        "1,",
        "9-",
        "9 - ",
        "1s ",
        "p95 1s ",
        "within ",
        "min a b ",
        "< ",
        "30 days, ",
        "12:34 ",
        "http://",
        "a@",
    ),
    *(
        "1/",
        "$1 ",
        "5 a b ",
        "every 5 ",
        "TLS 1 ",
        "no a ",
        "3 replicas, ",
        "1h2m",
        "between 1 and ",
        "9 999 ",
        "\0",
        "mean ",
    ),
    *("100 requests per ip per ", "delete ", "( ", "jan 1 ", "\u00a0 ", "1 and "),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    found = quantities(piece * 200_000)
    assert all(each.end <= MAX_CHARACTERS for each in found)
