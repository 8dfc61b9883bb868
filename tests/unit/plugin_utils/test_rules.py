# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the gate: their grammar, what they count, and whom they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils import rules
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES, SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status
from ansible_collections.golive.verify.plugins.plugin_utils.rules import BadRule, Counted

ITEMS = [
    Counted("pass", "critical", "security", ""),
    Counted("attested", "high", "security", "launch_day"),
    Counted("fail", "high", "data", "launch_day"),
    Counted("fail", "low", "data", ""),
    Counted("error", "critical", "network", "first_hour"),
    Counted("waived", "medium", "", ""),
    Counted("unbound", "", "team", ""),
    Counted("info", "", "team", ""),
]


@pytest.mark.parametrize(
    ("rule", "offenders", "seen"),
    [
        ("fail <= 2", None, ""),
        ("fail <= 1", [2, 3], "it is 2"),
        ("fail < 2", [2, 3], "it is 2"),
        ("fail < 3", None, ""),
        ("fail = 2", None, ""),
        ("fail = 1", [2, 3], "it is 2"),
        ("fail = 3", [0, 1, 4, 5, 6, 7], "it is 2"),
        ("fail, error <= 2", [2, 3, 4], "it is 3"),
        ("fail error <= 2", [2, 3, 4], "it is 3"),
        ("pass, attested >= 2", None, ""),
        ("pass, attested >= 3", [2, 3, 4, 5, 6, 7], "it is 2"),
        ("pass > 1", [1, 2, 3, 4, 5, 6, 7], "it is 1"),
        ("pass > 0", None, ""),
        ("unbound <= 0", [6], "it is 1"),
        ("waived <= 0", [5], "it is 1"),
        ("missed, expired, not_due, not_applicable <= 0", None, ""),
        ("severity=critical: fail <= 0", None, ""),
        ("severity=critical: error <= 0", [4], "it is 1"),
        ("severity=critical,high: fail, error <= 0", [2, 4], "it is 2"),
        ("severity=low: fail <= 0", [3], "it is 1"),
        ("section=data: fail <= 1", [2, 3], "it is 2"),
        ("section=data,network: fail, error <= 2", [2, 3, 4], "it is 3"),
        ("phase=launch_day: fail <= 0", [2], "it is 1"),
        ("section=data phase=launch_day: fail <= 0", [2], "it is 1"),
        ("severity=high section=data phase=launch_day: fail <= 0", [2], "it is 1"),
        ("section=security: pass, attested >= 100%", None, ""),
        ("section=data: pass, attested >= 50 %", [2, 3], "it is 0.0 % (0 of 2)"),
        ("pass, attested >= 25%", None, ""),
        ("pass, attested >= 25.5%", [2, 3, 4, 5, 6, 7], "it is 25.0 % (2 of 8)"),
        ("fail <= 20%", [2, 3], "it is 25.0 % (2 of 8)"),
        ("section=cost: pass >= 1", [], "it is 0"),
        ("section=cost: pass >= 90%", [], "has nothing to count"),
        ("section=cost: fail <= 0%", [], "has nothing to count"),
        ("section=cost: fail <= 0", None, ""),
        ("  severity=critical :  fail<=0 ", None, ""),
    ],
)
def test_what_a_rule_says(rule: str, offenders: list[int] | None, seen: str) -> None:
    made = rules.parse(rule)
    broken = made.broken(ITEMS)
    assert bool(broken) == (offenders is not None)
    assert seen in broken
    if offenders is not None:
        assert made.offenders(ITEMS) == offenders
        assert f"'{made.text}'" in broken


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("", "is no rule"),
        ("fail", "is no rule"),
        ("fail <=", "is no rule"),
        ("fail == 0", "is no rule"),
        ("fail => 0", "is no rule"),
        ("fail <= -1", "is no rule"),
        ("fail <= none", "is no rule"),
        ("fail <= 0 error <= 0", "is no rule"),
        ("severity=critical fail <= 0", "is no rule"),
        ("<= 0", "is no rule"),
        (", <= 0", "it names no status"),
        ("severity=critical: , <= 0", "it names no status"),
        ("fails <= 0", "there is no status fails; known are pass, fail, error"),
        ("info <= 0", "there is no status info"),
        ("not_selected <= 0", "there is no status not_selected"),
        ("severity=urgent: fail <= 0", "there is no severity urgent; known are critical, high, medium, low"),
        ("severity=: fail <= 0", "there is no severity ;"),
        ("severity=critical,: fail <= 0", "there is no severity ;"),
        ("section=Security: fail <= 0", "there is no section Security"),
        ("phase=tomorrow: fail <= 0", "there is no phase tomorrow"),
        ("target=web: fail <= 0", "target=web is not one of severity=…, section=…, phase=…"),
        ("critical: fail <= 0", "critical is not one of severity=…"),
        ("severity=critical severity=high: fail <= 0", "it names something twice"),
    ],
)
def test_what_is_no_rule(rule: str, wrong: str) -> None:
    with pytest.raises(BadRule) as raised:
        rules.parse(rule)
    assert wrong in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_default_counts_all_that_must_not_be() -> None:
    (default,) = map(rules.parse, rules.DEFAULT)
    assert default.offenders(ITEMS) == [2, 3, 4, 6]


_STATUS = st.sampled_from([*(status.value for status in Status), "unbound"])
_CONDITIONS = {"severity": [each.value for each in Severity], "section": list(SECTIONS), "phase": list(PHASES)}


@st.composite
def _rule(draw: st.DrawFn) -> str:
    where = [
        f"{name}={','.join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)))}"
        for name, words in _CONDITIONS.items()
        if draw(st.booleans())
    ]
    statuses = ", ".join(draw(st.lists(_STATUS, min_size=1, max_size=4)))
    bound = f"{draw(st.sampled_from(['<=', '>=', '<', '>', '=']))} {draw(st.integers(0, 120))}"
    return f"{' '.join(where)}{':' if where else ''} {statuses} {bound}{draw(st.sampled_from(['', '%', ' %']))}"


_COUNTED = st.builds(
    Counted, _STATUS, st.sampled_from(["", *_CONDITIONS["severity"]]), st.sampled_from(["", *SECTIONS]),
    st.sampled_from(["", *PHASES]),
)  # fmt: skip


@given(rule=_rule(), items=st.lists(_COUNTED, max_size=12))
def test_a_broken_rule_says_so_in_one_line_and_names_only_items_that_it_speaks_of(
    rule: str, items: list[Counted]
) -> None:
    made = rules.parse(rule)
    sentence = made.broken(items)
    assert "\n" not in sentence
    assert rules.parse(made.text) == made
    for index in made.offenders(items):
        for name, words in made.where.items():
            assert getattr(items[index], name) in words


@given(st.text(max_size=80))
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    try:
        made = str(rules.parse(text).text)
    except BadRule as wrong:
        made = str(wrong)
    assert len(made.splitlines()) == 1
