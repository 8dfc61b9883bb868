# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown report: rendered, nothing that a host says is more than text."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansible_collections.golive.verify.plugins.plugin_utils.reports import markdown
from tests.unit.plugin_utils.reports import sample

OURS = {"heading", "paragraph", "inline", "bullet_list", "list_item", "code_block", "table", "thead", "tbody"} | {
    *("tr", "th", "td", "text", "softbreak", "text_special")
}


def tokens(text: str) -> list[Token]:
    # Raw HTML is let through, as a careless reader would, so that any of it would show as a token.
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [*parsed, *(child for token in parsed for child in token.children or ())]


@pytest.mark.parametrize("name", [name for name in sample.EVERY if name != "narrowed"])
def test_nothing_of_the_data_is_markup(name: str) -> None:
    kinds = {re.sub("_(open|close)$", "", token.type) for token in tokens(markdown.render(sample.EVERY[name]()))}
    assert kinds <= OURS


def test_only_the_banner_of_a_narrowed_run_is_bold() -> None:
    text = markdown.render(sample.narrowed())
    assert [token.type for token in tokens(text)].count("strong_open") == 1
    assert "**Narrowed to section Redis**" in text


def test_hostile_text_forms_no_line_of_its_own_and_mentions_nobody() -> None:
    text = markdown.render(sample.hostile())
    prose = re.sub("^ {6}.*$", "", text, flags=re.MULTILINE)
    assert not re.search(r"https?://|www\.sneaky|@sneaky|#1\b", prose)
    code = "".join(token.content for token in tokens(text) if token.type == "code_block")
    assert "# sneaky" in code
    headings = [token for token in tokens(text) if token.type == "heading_open"]
    sections = {item["section"] for item in sample.hostile()["items"]}
    bad = [check for check in sample.hostile()["checks"] if check["status"] not in ("pass", "attested")]
    assert len(headings) == 1 + 1 + len(sections) + 1 + len(bad)
    assert "\x1b" not in text


def test_a_table_row_for_every_item() -> None:
    for make in sample.EVERY.values():
        report = make()
        rows = [token for token in tokens(markdown.render(report)) if token.type == "tr_open"]
        assert len(rows) == len(report["items"]) + len({item["section"] for item in report["items"]})


def test_decision_reasons_and_evidence_are_told() -> None:
    text = markdown.render(sample.realistic())
    assert text.startswith("# shop-production: no-go\n")
    assert "### tls.expiry on web1 shop.example.com:443: fail (critical)" in text
    assert "- why: the certificate ends in 12 days, on 5 December 2026" in text
    assert "      openssl s_client -connect" in text
    assert markdown.render(sample.go()).startswith("# shop-production: go\n")
