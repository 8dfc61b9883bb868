# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("plain text", "plain text"),
        ("\x1b[2J\r\n\x00\x7f", r"\x1b[2J\r\n\x00\x7f"),
        ("right\u202eleft", r"right\u202eleft"),
        ("caf\xe9 \ud800", r"caf\xe9 \ud800"),
        (42, "42"),
        ("x" * 500, "x" * 120),
    ],
)
def test_nothing_is_left_that_a_terminal_would_obey(text: object, fit: str) -> None:
    assert shown(text) == fit
