# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names by shell patterns, as people write them."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like, unmet


def test_upper_and_lower_case_differ_and_no_pattern_is_like_nothing() -> None:
    assert like("shop-db", ["web", "shop-*"])
    assert not like("Shop-db", ["shop-*"])
    assert not like("shop", [])


def test_a_pattern_that_nothing_is_like_is_told() -> None:
    assert unmet(["shop-*", "mail"], ["shop-db", "web"]) == ["mail"]


def test_without_patterns_all_are_meant_and_a_pattern_in_vain_is_no_choice() -> None:
    assert chosen(["b", "a"], [], "bucket") == ["b", "a"]
    assert chosen(["b", "a"], ["a"], "bucket") == ["a"]
    with pytest.raises(CannotLook, match="no bucket is like c"):
        chosen(["b", "a"], ["a", "c"], "bucket")
