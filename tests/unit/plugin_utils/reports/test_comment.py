# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comment for a pull request: short, complete in what decides, bounded, and nothing of a host is obeyed in it."""

from __future__ import annotations

import re

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.blockers import blockers
from ansible_collections.golive.verify.plugins.plugin_utils.reports import comment
from tests.unit.plugin_utils.reports import governed, sample, validators
from tests.unit.plugin_utils.reports.test_markdown import OURS, tokens

FOLDS = {"html_block", "html_inline", "strong"}


@pytest.mark.parametrize("name", sample.EVERY)
def test_it_is_bounded_and_nothing_of_the_data_is_markup(name: str) -> None:
    text = comment.render(sample.EVERY[name]())
    validators.VALID["comment"](text)
    found = tokens(text)
    assert {re.sub("_(open|close)$", "", token.type) for token in found} <= OURS | FOLDS
    raw = "".join(token.content for token in found if token.type.startswith("html"))
    ours = ("<!-- golive.verify -->", "<details>", "</details>", "<summary>", "</summary>")
    said = re.sub("|".join(map(re.escape, ours)), "", raw).split()
    assert " ".join(said) in ("What was seen, and what to do Every item", "Every item", "")
    assert not re.search(r"https?://|www\.sneaky|@sneaky|#1\b|\x1b", text)


def test_decision_blockers_with_their_owners_and_changes_come_first() -> None:
    text = comment.render(governed.report())
    shown = text[: text.index("<details>")]
    assert shown.startswith("<!-- golive.verify -->\n### ✘ no-go: shop-production\n")
    assert "| critical | The regressed holds | fail: web1: it is off | Security Officer |" in shown
    assert "| high | Nobody looks at this | unbound: no control is bound to it, so nothing proves it |" in shown
    assert "nobody is named" in shown
    assert "**What changed since the last run**" in shown
    assert "- **regressed** made.regressed: web1 (pass → fail): it is off" in shown
    assert "- **new** made.new: web1 (fail): it is new" in shown
    assert "of\\_item" not in shown, "what somebody lives with is no blocker"
    assert "### ✔ go: shop-production" in comment.render(sample.go())


def test_without_a_last_run_it_is_held_against_the_baseline() -> None:
    report = governed.report()
    report["history"] |= {"previous": None, "baseline": {}, "baseline_changes": report["history"]["changes"][:1]}
    assert "What changed" not in comment.render(report)
    report["history"]["baseline"] = {"run": "1", "started": 1.0}
    assert "**What changed since the baseline**" in comment.render(report)


def test_what_does_not_fit_is_counted() -> None:
    report = sample.large(4000, bad_every=2)
    text = comment.render(report)
    validators.VALID["comment"](text)
    assert re.search(r"… and [\d,]+ more, which the report has\.", text)
    many = sample.build([sample.item("S", f"Item {n} " + "\U0001f600" * 300) for n in range(3000)], {})
    text = comment.render(many)
    validators.VALID["comment"](text)
    assert "… and 2,976 more, which the report has." in text


def test_blockers_are_the_gates_reasons_worst_first() -> None:
    report = sample.realistic()
    found = blockers(report)
    assert sorted(each.sentence for each in found) == sorted(report["gate"]["reasons"])
    assert [each.severity for each in found] == sorted(
        (each.severity for each in found), key=["critical", "high"].index
    )
    assert found[0].item is None
    expiry = next(each for each in found if each.what.startswith("Certificates do not"))
    assert expiry.remedies == ("Renew it now, then repair the timer that should have done so.",)
