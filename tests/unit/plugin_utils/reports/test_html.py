# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML page: what it tells and in which order; and that nothing of what a host says is more than text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Any

import lxml.html
import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.reports import html
from tests.unit.plugin_utils.reports import sample

Node = Any  # lxml's elements, whose types say little about text
ADDRESSES = ("href", "src", "srcset", "action", "formaction", "data", "poster", "background", "style")


def parsed(text: str) -> Node:
    return lxml.html.document_fromstring(text.encode("utf-8"))


def page(report: dict[str, Any]) -> Node:
    return parsed(html.render(report))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every sample, rendered once."""
    return {name: html.render(make()) for name, make in sample.EVERY.items()}


def text(node: Node) -> str:
    return " ".join(node.text_content().split())


def one(node: Node, path: str) -> Node:
    (found,) = node.xpath(path)
    return found


@pytest.mark.parametrize("name", sample.EVERY)
def test_every_report_is_a_whole_page_with_a_decision_in_words(name: str, pages: dict[str, str]) -> None:
    report, made = sample.EVERY[name](), parsed(pages[name])
    decision = {"go": "Go", "no_go": "No-go"}[report["gate"]["decision"]]
    assert decision in text(one(made, "//h1"))
    assert report["run"]["environment"] in text(one(made, "//h1"))
    assert "24 November 2026, 03:00 UTC" in text(one(made, "//header"))
    for landmark in ("header", "main", "footer"):
        one(made, f"//{landmark}")
    said = text(one(made, "//footer"))
    assert all(
        word in said for word in (report["run"]["id"], report["run"]["checklist"], report["run"]["checklist_sha256"])
    )


@pytest.mark.parametrize("name", sample.EVERY)
def test_headings_descend_without_a_gap(name: str, pages: dict[str, str]) -> None:
    levels = [int(heading.tag[1]) for heading in parsed(pages[name]).xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", sample.EVERY)
def test_only_our_one_style_and_our_one_script_may_run(name: str, pages: dict[str, str]) -> None:
    made = parsed(pages[name])
    policy = one(made, "//meta[@http-equiv='Content-Security-Policy']").get("content")
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    hashes = {
        tag: base64.b64encode(hashlib.sha256(one(made, f"//{tag}").text.encode()).digest()).decode()
        for tag in ("style", "script")
    }
    assert allowed == {
        "default-src": "'none'",
        "style-src": f"'sha256-{hashes['style']}'",
        "script-src": f"'sha256-{hashes['script']}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


@pytest.mark.parametrize("name", sample.EVERY)
def test_nothing_leads_away_and_nothing_of_the_data_is_markup(name: str, pages: dict[str, str]) -> None:
    made = parsed(pages[name])
    ids = set(made.xpath("//@id"))
    assert len(ids) == len(made.xpath("//@id"))
    for node in made.iter():
        assert node.tag is not lxml.html.etree.Comment
        for attribute, value in node.attrib.items():
            assert not attribute.startswith("on")
            assert "sneaky" not in value
            if attribute in ADDRESSES:
                assert (attribute, value[0], value[1:] in ids) == ("href", "#", True)
    assert not made.xpath("//img|//iframe|//object|//link|//base|//b/*[not(self::b)]")


def test_hostile_text_is_shown_as_it_is_but_nothing_in_it_hides(pages: dict[str, str]) -> None:
    raw = pages["hostile"]
    everything = parsed(raw).text_content()
    for name in ("script", "end", "quotes", "template", "link", "bare", "mention"):
        assert sample.HOSTILE[name] in everything
    assert "⟨U+202E⟩gnp.exe" in everything
    assert "⟨U+0000⟩⟨U+0007⟩⟨U+001B⟩[31m" in everything
    assert "⟨U+D800⟩" in everything
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", raw)
    assert "more characters are in report.json" in everything
    assert len(raw) < 1_000_000


def test_each_blocker_says_what_where_why_what_to_do_and_how_to_repeat_it() -> None:
    made = page(sample.realistic())
    blockers = made.xpath("//ol[@class='blockers']/li")
    assert [text(one(blocker, ".//h3/span[2]")) for blocker in blockers] == [
        "Certificates do not expire within 30 days",
        "Redis requires authentication",
        "A restore was tested in the last 90 days",
        "Redis persistence configured (RDB + AOF)",
        "Memory limit and eviction policy set",
        "Runbooks are linked from every alert",
        "DNS answers are the same everywhere",
    ]
    said = text(blockers[0])
    for words in ("critical", "line 7", "TLS", "ticked, but fails", "web1 shop.example.com:443", "ends in 12 days"):
        assert words in said
    assert "What to do Renew it now" in said
    assert "openssl s_client" in text(one(blockers[0], ".//pre"))
    assert "Repeat it on the controller" in said
    assert "cache1, cache2" in text(blockers[3])
    assert text(blockers[3].xpath(".//p[@class='todo']/code")[0]) == "appendonly yes"
    assert "redis.maxmemory on cache3: unreachable" in text(blockers[4])
    assert "Bind it to the controls" in text(blockers[5])


def test_reasons_besides_the_items_are_told_and_those_of_items_only_once() -> None:
    reasons = [text(li) for li in page(sample.realistic()).xpath("//ul[@class='reasons']/li/span[2]")]
    assert reasons == ["cache3 is unreachable: ssh: connect to host 10.0.0.13 port 22: Connection timed out"]


def test_items_keep_the_checklists_order_and_tell_claim_from_proof() -> None:
    report = sample.realistic()
    made = page(report)
    parts = made.xpath("//main/section[@aria-labelledby='checklist']/section[@class='part']")
    assert [text(one(part, "./h3")) for part in parts] == list(dict.fromkeys(i["section"] for i in report["items"]))
    items = [item for part in parts for item in part.xpath("./details")]
    assert [item.get("data-status") for item in items] == [item["status"] for item in report["items"]]
    claims = {
        report["items"][index]["text"]: text(claim)
        for index, item in enumerate(items)
        for claim in item.xpath("./summary//span[@class='claim']")
    }
    assert claims == {
        "Certificates do not expire within 30 days": "ticked, but fails",
        "TLS 1.0 and 1.1 are off": "proven, but not ticked",
        "Redis persistence configured (RDB + AOF)": "ticked, but fails",
        "Redis requires authentication": "ticked, but not proven",
        "A restore was tested in the last 90 days": "ticked, but not proven",
        "Runbooks are linked from every alert": "ticked, but not proven",
    }


def test_a_result_shows_expected_seen_thresholds_and_evidence() -> None:
    result = one(page(sample.realistic()), "//dl[@id='result-1']")
    said = dict(zip((text(dt) for dt in result.xpath("./dt")), (text(dd) for dd in result.xpath("./dd")), strict=True))
    assert said["Expected"] == "at least 30 days left"
    assert said["Seen"].startswith("12 days left")
    assert said["Thresholds"].startswith("min_days_left=30 (default")
    assert "03:00:01 UTC, from the controller, 12 ms: answered" in said["Evidence"]
    assert said["Control"] == "tls.expiry, critical, proven by tls"


def test_banners_of_unfinished_and_narrowed_runs() -> None:
    assert "did not finish" in text(one(page(sample.unfinished()), "//p[contains(@class, 'banner')]"))
    narrowed = page(sample.narrowed())
    assert "narrowed to section Redis" in text(one(narrowed, "//p[contains(@class, 'banner')]"))
    assert "Go for a part of shop-production" in text(one(narrowed, "//h1"))
    assert "1 item was left out" in text(one(narrowed, "//header"))
    assert not page(sample.go()).xpath("//p[contains(@class, 'banner')]")


def test_hosts_and_checks_beyond_the_checklist() -> None:
    made = page(sample.realistic())
    assert "cache3" in text(made.xpath("//table[@class='hosts']/tbody/tr")[0])
    assert "http.security_headers" in text(one(made, "//section[@aria-labelledby='beyond']"))


def test_a_result_that_two_items_rest_on_is_shown_once_in_full() -> None:
    both = [sample.item("A", text, "redis.persistence") for text in ("One", "Two")]
    made = page(sample.build(both, {"cache1": [sample.check("redis.persistence", "cache1", "fail", message="no")]}))
    assert len(made.xpath("//dl[@id='result-0']")) == 1
    assert len(made.xpath("//p[contains(@class, 'check')]//a[@href='#result-0']")) == 1


def test_a_huge_run_lists_what_passes_in_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    report = sample.large(400)
    monkeypatch.setattr(html, "MOST_IN_FULL", 399)
    made = page(report)
    assert len(made.xpath("//p[@class='check s-pass']")) == report["summary"]["checks"]["pass"]
    assert len(made.xpath("//details[@class='check s-fail']")) == report["summary"]["checks"]["fail"]
    assert "its evidence is in report.json" in text(made)


def test_blockers_stay_short_however_many_places_fail() -> None:
    answers = {
        f"app{n}": [sample.check("host.mode", f"app{n}", "fail", message="same" if n < 50 else f"other {n}")]
        for n in range(100)
    }
    made = page(sample.build([sample.item("A", "Modes", "host.mode")], answers))
    said = text(one(made, "//ol[@class='blockers']/li"))
    assert "and 42 more" in said
    assert "and 46 more findings" in said
