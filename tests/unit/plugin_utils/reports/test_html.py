# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML page: what it tells and in which order; and that nothing of what a host says is more than text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
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
        tag: base64.b64encode(hashlib.sha256(one(made, f"//{tag}[not(@type)]").text.encode()).digest()).decode()
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
    assert "See it on the controller" in said
    assert "--tags tls.expiry" in said
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
    parts = made.xpath("//main/section[@aria-labelledby='items']/section[@class='part']")
    sections = dict.fromkeys(item["section"] for item in report["items"])
    assert [text(one(part, "./h3")) for part in parts] == [*sections, "Beyond the checklist"]
    completion = made.xpath("//table[@class='sections']/tbody/tr")
    assert [text(one(row, "./th")) for row in completion] == list(sections)
    items = [item for part in parts for item in part.xpath("./details")][: len(report["items"])]
    assert [item.get("class") for item in items] == [f"item s-{item['status']}" for item in report["items"]]
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


def evidence(made: Node) -> dict[str, Any]:
    """The data that the page's script shows."""
    found: dict[str, Any] = json.loads(one(made, "//script[@id='evidence']").text)
    return found


def test_the_evidence_of_every_result_is_in_the_data_and_said_once() -> None:
    report = sample.realistic()
    data = evidence(page(report))
    assert sorted(data["numbers"]) == list(range(len(report["checks"])))
    assert len(data["words"]) == len(set(data["words"]))
    worst = dict(zip(data["numbers"], data["results"], strict=True))[1]
    said = [data["words"][number] for number in worst[2:15]]
    assert said[:5] == ["web1", "shop.example.com:443", "tls.expiry", "tls", "critical"]
    assert said[5] == "at least 30 days left"
    assert said[9].startswith("min_days_left=30 (default")
    assert said[10] == ""  # what repeats it is what was done
    (look,) = worst[15]
    command, vantage, at, ms, *dummy = data["looks"][look]
    assert (data["words"][command][:7], vantage, at, ms) == ("openssl", 1, 1, 12)


def test_nothing_in_the_data_ends_the_script_that_holds_it(pages: dict[str, str]) -> None:
    script = one(parsed(pages["hostile"]), "//script[@id='evidence']").text
    assert not set(script) & set("<>&")
    words = json.loads(script)["words"]
    assert sample.HOSTILE["end"] in words


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


def test_items_stand_against_hosts_with_the_worst_first() -> None:
    table = one(page(sample.realistic()), "//table[@class='matrix']")
    hosts = [text(name) for name in table.xpath("./thead//span[@class='name']")]
    assert (hosts[0], set(hosts)) == ("cache3", {"cache1", "cache2", "cache3", "web1", "web2", "db1"})
    rows = {text(one(row, "./th")): [text(cell) for cell in row.xpath("./td")] for row in table.xpath("./tbody/tr")}
    stands = dict(zip(hosts, rows["Redis requires authentication"], strict=True))
    assert (stands["cache1"], stands["cache2"], stands["cache3"]) == ("✔", "!error", "")


def test_people_are_told_who_owns_who_signed_and_what_is_lived_with() -> None:
    waiver = {"status": "fail", "message": "14 days", "reason": "the disk comes in January", "owner": "J. Doe"}
    waiver |= {"ticket": "OPS-7", "expires": "2027-01-31T00:00:00Z", "where": "waivers.yml:3"}
    answers = {
        "db1": [
            sample.check("backup.retention", "db1", "waived", message="14 days", waiver=waiver),
            sample.check("backup.offsite", "db1", "fail", message="none"),
            sample.check("oncall.rotation", "db1", "attested", verifier="attestation", message="by the head"),
        ]
    }
    items = [
        sample.item("Backups", "Kept and off site", "backup.retention", "backup.offsite"),
        sample.item("Operations", "The rotation is staffed", "oncall.rotation"),
    ]
    made = page(sample.build(items, answers))
    assert text(one(made, "//ol[@class='blockers']//span[@class='owner']")) == "J. Doe"
    assert [text(option) for option in made.xpath("//select[@id='owner']/option")] == ["any", "nobody named", "J. Doe"]
    assert text(one(made, "//section[@aria-labelledby='sign-off']//tbody/tr")).startswith("The rotation is staffed")
    lived = text(one(made, "//section[@aria-labelledby='waivers']//tbody/tr"))
    assert all(words in lived for words in ("2027-01-31", "backup.retention", "db1", "January", "J. Doe", "OPS-7"))


def test_coverage_says_how_a_proof_of_each_item_was_looked_for() -> None:
    rows = page(sample.realistic()).xpath("//section[@aria-labelledby='coverage']//tbody/tr")
    told = {text(one(row, "./th")): [text(cell) for cell in row.xpath("./td")] for row in rows}
    assert told["Backups"] == ["4", "3", "", "", "", "1"]
    assert told["Operations"] == ["4", "", "1", "1", "1", "1"]


def test_commands_of_a_control_are_shown_once_however_many_results_it_has() -> None:
    looks = [sample.look(f"look {number}") for number in range(40)]
    answers = {"db1": [sample.check("a.b", "db1", "fail", message=f"m{n}", evidence=looks) for n in range(4)]}
    blocker = one(page(sample.build([sample.item("A", "One", "a.b")], answers)), "//ol[@class='blockers']/li")
    first, rest = (block.text.split("\n") for block in blocker.xpath(".//pre"))
    assert (first, len(rest)) == (["look 0", "look 1", "look 2"], 9)
    assert "the other 37 commands" in text(blocker)
    assert "28 more are in report.json" in text(blocker)


def test_a_result_that_two_items_rest_on_is_told_once() -> None:
    both = [sample.item("A", text, "redis.persistence") for text in ("One", "Two")]
    made = page(sample.build(both, {"cache1": [sample.check("redis.persistence", "cache1", "fail", message="no")]}))
    data = evidence(made)
    assert [group[5] for group in data["groups"]] == [[0], [0]]
    assert len(data["results"]) == 1


def test_what_exceeds_the_budget_is_counted_and_the_worst_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    report = sample.large(400)
    monkeypatch.setattr(html, "BUDGET", 5_000)
    made = page(report)
    data = evidence(made)
    assert 20 < len(data["results"]) < 400
    told = [data["statuses"][row[0]] for row in data["results"]]
    assert told[:20] == ["fail"] * report["summary"]["checks"]["fail"]
    assert sum(group[6] for group in data["groups"]) == 400 - len(told)
    assert f"This page holds {len(told)} of 400 results in full" in text(made)
    assert sum(len(row) for row in data["results"]) < 5_000


def test_ten_thousand_results_take_less_than_500_bytes_each() -> None:
    """What read-the-report.md promises of the page's size; every look was made at another time."""
    report = sample.large(10_000)
    for index, check in enumerate(report["checks"]):
        for look in check["evidence"]:
            look |= {"at": sample.STARTED + index % 97, "ms": index % 53}
    made = html.render(report)
    assert len(made) < 10_000 * 500
    assert len(evidence(parsed(made))["results"]) == 10_000


def test_blockers_stay_short_however_many_places_fail() -> None:
    answers = {
        f"app{n}": [sample.check("host.mode", f"app{n}", "fail", message="same" if n < 50 else f"other {n}")]
        for n in range(100)
    }
    made = page(sample.build([sample.item("A", "Modes", "host.mode")], answers))
    said = text(one(made, "//ol[@class='blockers']/li"))
    assert "and 42 more" in said
    assert "and 46 more findings" in said


def test_of_a_fleet_the_worst_hosts_are_shown_and_the_others_counted() -> None:
    names = [f"app{number:03}" for number in range(600)]
    answers = {name: [sample.check("host.mode", name, "fail" if name == "app599" else "pass")] for name in names}
    made = page(sample.build([sample.item("A", "Modes", "host.mode")], answers))
    columns = [text(name) for name in made.xpath("//table[@class='matrix']/thead//span[@class='name']")]
    assert (columns[0], len(columns)) == ("app599", 40)
    assert "of 600" in text(one(made, "//section[@aria-labelledby='matrix']/p"))
    rows = made.xpath("//table[@class='hosts']/tbody/tr")
    assert (one(rows[0], "./th").text, len(rows)) == ("app599", 500)
    assert "100 more hosts" in text(one(made, "//section[@aria-labelledby='hosts']/p"))
