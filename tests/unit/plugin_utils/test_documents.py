# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How documents are read, in every format, and what counts as filled in, stated and linked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.documents import links
from ansible_collections.golive.verify.plugins.plugin_utils.documents.agreement import fact_problems
from ansible_collections.golive.verify.plugins.plugin_utils.documents.amounts import MAX_STATEMENTS, stated
from ansible_collections.golive.verify.plugins.plugin_utils.documents.dates import dates
from ansible_collections.golive.verify.plugins.plugin_utils.documents.exposed import exposed
from ansible_collections.golive.verify.plugins.plugin_utils.documents.markdown import MAX_BRACKETS, MAX_PARAGRAPH
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Document, wording
from ansible_collections.golive.verify.plugins.plugin_utils.documents.placeholders import is_blank, unfilled
from ansible_collections.golive.verify.plugins.plugin_utils.documents.reading import read_file, read_reply
from ansible_collections.golive.verify.plugins.plugin_utils.documents.requirements import KnownFact, requirements
from ansible_collections.golive.verify.plugins.plugin_utils.documents.statements import Statements
from ansible_collections.golive.verify.plugins.plugin_utils.documents.topics import judge_topics

LONG = (
    "These words only stand here so that the text is long enough for a document, which needs at least twenty of them."
)

ROLLBACK = {
    "page.md": """# Rollback

## When to go back
More than two percent of orders fail.

**Owner:** Ann, the on-call lead

## Commands
```
kubectl rollout undo deployment/web
```

## Data
Orders stay; see [the runbook](runbook.md#restore) and ![the way](way.png).
""",
    "page.rst": """
Rollback
========

When to go back
---------------
More than two percent of orders fail.

:Owner: Ann, the on-call lead

Commands
--------
Run this::

    kubectl rollout undo deployment/web

Data
----
Orders stay; see `the runbook <runbook.rst#restore>`_.

.. image:: way.png
   :alt: the way
.. a comment that nobody sees: TBD
""",
    "page.adoc": """= Rollback
:owner: Ann, the on-call lead

== When to go back
More than two percent of orders fail.

== Commands
[source,sh]
----
kubectl rollout undo deployment/web
----

// TBD in a comment
== Data
Orders stay; see link:runbook.adoc#restore[the runbook].

image::way.png[the way]
""",
    "page.txt": """ROLLBACK

When to go back
---------------
More than two percent of orders fail.
Owner: Ann, the on-call lead

COMMANDS

~~~
kubectl rollout undo deployment/web
~~~

DATA

Orders stay; see https://wiki.example/runbook.
""",
    "page.html": """<html><head><title>Rollback</title><script>TBD()</script></head><body>
<h1>Rollback</h1><h2 id="when">When to go back</h2><p>More than two percent of orders fail.</p>
<dl><dt>Owner:</dt><dd>Ann</dd></dl><p>Owner: Ann, the on-call lead</p>
<h2>Commands</h2><pre>kubectl rollout undo deployment/web</pre>
<h2>Data</h2><p>Orders stay; see <a href="runbook.html#restore">the runbook</a>. <img src="way.png"></p>
</body></html>""",
}


@pytest.mark.parametrize("name", ROLLBACK)
def test_every_format_is_understood(name: str) -> None:
    document = read_file(name, ROLLBACK[name])
    judgment = judge_topics(Statements(document), requirements()["docs.rollback"].topics, {}, date(2026, 1, 1))
    assert judgment.problems == []
    assert unfilled(document) == []
    assert document.named.lower() == "rollback"
    targets = [(link.target.partition(".")[0], link.image) for link in document.links]
    assert targets == ([("https://wiki", False)] if name == "page.txt" else [("runbook", False), ("way", True)])


@pytest.mark.parametrize("name", ROLLBACK)
def test_in_every_format_a_missing_command_and_a_blank_show(name: str) -> None:
    text = ROLLBACK[name].replace("kubectl rollout undo deployment/web", "").replace("Run this::", "Ask somebody.")
    document = read_file(name, text.replace("Ann, the on-call lead", "TBD"))
    judgment = judge_topics(Statements(document), requirements()["docs.rollback"].topics, {}, date(2026, 1, 1))
    assert any("commands" in problem for problem in judgment.problems)
    assert any("not decided" in problem for problem in unfilled(document))


@pytest.mark.parametrize(
    ("name", "text", "reason", "says"),
    [
        ("a.pdf", "text", "malformed", "not .pdf"),
        ("a.docx", "text", "malformed", "not .docx"),
        ("a.md", "%PDF-1.4", "malformed", "it is a PDF"),
        ("a.md", "PK\x03\x04...", "malformed", "Office"),
        ("a.md", "a\0b", "malformed", "not text"),
        ("a.txt", "\ufffd" * 50 + "a" * 50, "malformed", "not text"),
        ("a.md", "version https://git-lfs.github.com/spec/v1\noid", "malformed", "Git LFS"),
        ("a.md", "a " * MAX_PARAGRAPH, "too_large", "line 1: a paragraph longer"),
        ("a.md", "[" * (MAX_BRACKETS + 1), "too_large", "line 1: a paragraph longer"),
        ("a.md", "a\n\n" * 60_000, "too_large", "more than"),
    ],
)
def test_what_no_reader_understands_is_an_error(name: str, text: str, reason: str, says: str) -> None:
    with pytest.raises(CannotLook, match=says) as raised:
        read_file(name, text)
    assert raised.value.reason == reason


def test_a_reply_is_read_by_its_media_type_and_plain_text_by_its_name() -> None:
    assert read_reply("https://a/x", "text/markdown; charset=utf-8", "# T\n\n## A").sections[-1].title == "A"
    assert read_reply("https://a/x.md?raw=1", "text/plain", "# T\n\n**B** c").sections[-1].blocks[0].text == "B: c"
    with pytest.raises(CannotLook, match="media type is not said"):
        read_reply("https://a/x", "", "text")


def test_byte_order_marks_line_ends_front_matter_and_pictures_in_the_text_do_not_matter() -> None:
    text = (
        "\ufeff---\r\nowner: Ann\r\ntags:\r\n  - a\r\n---\r\n# T\r\n\r\n![x](data:image/png;base64,"
        + "A" * 99999
        + ")\r\n"
    )
    document = read_file("a.md", text)
    assert document.named == "T"
    assert document.sections[0].blocks[0].text == "owner: Ann\ntags:"
    assert links.destinations(document, "a.md") == []


def markdown(text: str) -> Document:
    return read_file("a.md", text)


FILLED = [
    "Status: [published](a.md)",
    "Use `<name>` and `{{ name }}` in `TODO` comments",
    "TODO and FIXME comments are tracked as issues.",
    "The job `a___b` runs; x___y too.",
    "```\nexport NAME=<your name>  # TODO\n```",
    "Press <kbd>Enter</kbd>.<br>Then wait.",
    "<!-- TODO: [Name] ____ -->\n\nDone.",
    "- [ ] Restart it\n- [x] Look at it",
    "Do this:\n\n- stop\n- start",
    "Run this:\n\n    make",
    "The following is known:\n\n| A | B |\n|---|---|\n| 1 | pending |",
    "It has to be confirmed by the bank, and services may be added later.",
    "| Approved | Yes |\n|---|---|\n| ✅ | - |",
    "Vec<String> and a <= b, c > d",
    "**Never do this at night!**",
    "Write to <ann@example.com> or see <https://example.com>.",
]
UNFILLED = [
    ("Owner: ____", "a blank"),
    ("Owner: ......", "a blank"),
    ("Owner: [   ]", "a blank"),
    ("Owner:\nDeputy: Ben", "a blank"),
    ("- Owner:\n- Deputy: Ben", "a blank"),
    ("Owner: TBD", "not decided"),
    ("The lead is TBC.", "not decided"),
    ("TODO: write this", "not done"),
    ("Owner: TODO", "not done"),
    ("(FIXME)", "not done"),
    ("Owner: to be determined", "put off"),
    ("Owner: To be announced.", "put off"),
    ("Owner: pending", "put off"),
    ("| A | B |\n|---|---|\n| x | ??? |", "put off"),
    ("Date: YYYY-MM-DD", "put off"),
    ("Call [Name]", "a placeholder"),
    ("Call [Your vendor's name here]", "a placeholder"),
    ("Call <insert name>", "a placeholder"),
    ("Call <name>", "a placeholder"),
    ("On [DATE] at [Start Time]", "a placeholder"),
    ("Welcome to {{ company }}", "a placeholder"),
    ("Lorem ipsum dolor sit amet", "filler"),
    ("Lead: John Doe", "filler"),
    ("Call 123-456-7890", "a number that nobody has"),
    ("<<<<<<< HEAD", "a merge conflict"),
    ("Status: Draft", "a draft"),
    ("# Steps for [PRODUCT NAME]\n\nText.", "a placeholder"),
    ("## A\n\n## B\n\nText.", "nothing stands below the heading 'A'"),
    ("## A\n\n*Describe how you do it.*", "only the template's instruction"),
    ("This README would normally document whatever steps are necessary.", "generator"),
]


@pytest.mark.parametrize("text", FILLED)
def test_what_people_write_is_not_taken_for_a_blank(text: str) -> None:
    assert unfilled(markdown(f"# T\n\n{LONG}\n\n{text}\n")) == []


@pytest.mark.parametrize(("text", "says"), UNFILLED)
def test_what_was_left_to_fill_in_is_found(text: str, says: str) -> None:
    (problem, *_more) = unfilled(markdown(f"# T\n\n{LONG}\n\n{text}\n"))
    assert says in problem


@pytest.mark.parametrize(
    "text", ["", " - ", "\u2013", "?", "...", "____", "TBD", "[Name]", "to be decided", "<your name>"]
)
def test_blank_cells(text: str) -> None:
    assert is_blank(text)
    assert not is_blank("✅")
    assert not is_blank("n/a")


def test_nothing_and_next_to_nothing_are_no_document() -> None:
    assert unfilled(markdown("")) == ["it is empty"]
    assert unfilled(markdown("# A\n\n## B\n")) == ["it has no text, only headings"]
    assert "only 3 words" in unfilled(markdown("See the wiki."))[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-31", "2026-01-31"),
        ("on 31 January 2026", "2026-01-31"),
        ("Jan. 31st, 2026", "2026-01-31"),
        ("31.01.2026", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31"),
        ("1-Feb-2026", "2026-02-01"),
    ],
)
def test_dates(text: str, found: str) -> None:
    assert [str(day) for day in dates(text)] == [found]


@pytest.mark.parametrize("text", ["01/02/2026", "2026-13-01", "2026-02-30", "12026-01-01", "1.2.3", "May I 2026", ""])
def test_what_is_no_date_or_could_be_two(text: str) -> None:
    assert list(dates(text)) == []


RTO = wording(("RTO", "recovery time objective"))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("RTO: 4 hours", [4]),
        ("**RTO** 240 min", [4]),
        ("- RTO — 4h (was 8 h until May)", [4]),
        ("We promise an RTO of at most 4 hours.", [4]),
        ("The recovery time objective (RTO) is 4 hours.", [4]),
        ("A 4-hour RTO is agreed.", [4]),
        ("| | RTO | RPO |\n|---|---|---|\n| shop | 4 h | 1 h |\n| office | 1 day | 1 h |", [4, 24]),
        ("| Objective | Value |\n|---|---|\n| RTO | 4 hours |", [4]),
        ("| System | What | Value |\n|---|---|---|\n| shop | RTO | 4 hours |", [4]),
        ("## RTO\n\nFour hours, as agreed.\n\n## RPO\n\nOne hour.", [4]),
        ("RPO / RTO: 1 h / 4 h", [4]),
        ("RTO: none", [0]),
        ("RTO: 4 hours\n\nLater: the RTO is 8 hours.", [4, 8]),
        ("To keep the RTO we page somebody within 15 minutes.", []),
        ("RTO: as fast as possible", []),
        ("RTOs matter; alerts fire after 5 minutes.", []),
    ],
)
def test_quantities_are_read_beside_their_name(text: str, hours: list[int]) -> None:
    said = stated(Statements(markdown(f"# T\n\n{text}\n\n## End\n\nx")), RTO, "hours")
    assert list(dict.fromkeys(float(value) for value in said)) == hours


def test_a_document_that_says_one_thing_hundreds_of_times_is_not_read_on() -> None:
    with pytest.raises(CannotLook, match="more than 300 times"):
        stated(Statements(markdown("RTO: 4 hours\n\n" * (MAX_STATEMENTS + 1))), RTO, "hours")


@pytest.mark.parametrize(
    ("text", "facts", "says"),
    [
        ("RTO: 4 hours", {"rto_hours": 4}, ""),
        ("RTO: 4 hours", {"rto_minutes": 240}, ""),
        ("RTO: 4 hours", {"rto_hours": 8}, "it states 4 hours, the inventory has 8 hours"),
        ("RTO: 4 hours, RPO: 1 hour", {"rpo_days": 2}, "it states 0.04166666667 days|does not state"),
        ("RTO: 4 h\n\nRTO: 8 h", {"rto_hours": 4}, "it states 4 hours, 8 hours"),
        ("RTO: 4 h\n\nRTO: 8 h", {"rto_hours": [4, 8]}, ""),
        ("RTO: 4 h", {"rto_hours": [4, 8]}, "the inventory has 4 hours, 8 hours"),
        ("Replicas: 3", {"replicas": 3}, ""),
        ("Replicas: 3", {"replicas": 2}, "it states 3, the inventory has 2"),
        ("nothing", {"replicas": 2}, "does not state it"),
        ("Release v2.4.1 is out", {"version": "2.4.1"}, ""),
        ("Release 2.4.10 is out", {"version": "2.4.1"}, "does not name 2.4.1"),
        ("Release 12.4.1 is out", {"version": "2.4.1"}, "does not name 2.4.1"),
        ("The service `orders-api` answers", {"services": ["orders-api"]}, ""),
        ("The service orders-api-old answers", {"services": ["orders-api"]}, "does not name orders-api"),
        ("Launch on 2 February 2026", {"launch": "2026-02-02"}, ""),
        ("Launch on 2 February 2026", {"launch": date(2026, 2, 2)}, ""),
        ("Launch on 3 February 2026", {"launch": "2026-02-02"}, "does not name 2026-02-02"),
        ("PCI\nDSS", {"law": "PCI DSS"}, ""),
        ("anything", {"empty": ""}, "does not name"),
        ("```\nDATABASE_URL=x\n```", {"variables": ["DATABASE_URL"]}, ""),
    ],
)
def test_facts(text: str, facts: dict[str, Any], says: str) -> None:
    problems = fact_problems(Statements(markdown(text)), facts, {})
    assert bool(problems) == bool(says)
    assert not says or any(each in problems[0] for each in says.split("|"))


def test_the_newest_version_of_a_changelog_counts() -> None:
    newest = {"version": KnownFact(newest=True)}
    log = Statements(markdown("# Log\n\n## [Unreleased]\n\n## [2.4.1] - 2026-01-01\n\na\n\n## 2.4.0\n"))
    assert fact_problems(log, {"version": "v2.4.1"}, newest) == []
    assert fact_problems(log, {"version": "2.4.0"}, newest) == [
        "the newest version it tells of is 2.4.1, and 2.4.0 is released"
    ]
    assert fact_problems(log, {"version": "2.5"}, newest)


def test_where_links_lead() -> None:
    text = (
        "# A b & c\n\n[1](b.md#x) [2](../c.md) [3](/d.md?raw) [4](#a-b--c) [5](mailto:a@b.c) [6](//e.f/g) [7](a%20b.md)"
    )
    found = [(each.path, each.url, each.anchor) for each in links.destinations(markdown(text), "docs/a.md")]
    assert found == [
        ("docs/b.md", "", "x"),
        ("c.md", "", ""),
        ("d.md", "", ""),
        ("docs/a.md", "", "a-b--c"),
        ("", "https://e.f/g", ""),
        ("docs/a b.md", "", ""),
    ]
    assert links.inner_problems(markdown(text), links.destinations(markdown(text), "docs/a.md"), "docs/a.md") == []


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]", "169.254.169.254", "a.localhost", "0.0.0.0"])
def test_addresses_of_the_machine_itself_are_never_asked(host: str) -> None:
    assert links.destinations(markdown(f"[a](http://{host}/)"), "a.md") == []


def test_anchors_are_those_of_headings_numbered_when_repeated_and_of_html() -> None:
    text = '# A\n\n## B\n\n## B\n\n## C {#see}\n\n<a id="there"></a>\n\n<a name="here"></a> text\n\n## `d` _e_'
    assert markdown(text).anchors >= {"a", "b", "b-1", "see", "there", "here", "d-e"}


def test_more_links_than_anybody_writes_are_an_error() -> None:
    with pytest.raises(CannotLook, match="links"):
        links.destinations(markdown("[a](b.md)\n\n" * (links.MAX_LINKS + 1)), "a.md")
    many = "\n\n".join(f"[a](b{number}.md)" for number in range(links.MAX_FILES + 1))
    with pytest.raises(CannotLook, match="files"):
        links.files(links.destinations(markdown(many), "a.md"), "a.md")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIIE", 1),
        ("AGE-SECRET-KEY-1" + "Q" * 58, 1),
        ("key: " + "a1B2" * 10 + "abc=", 1),
        ("password: correct7horse", 1),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "a" * 40 + "==", 0),
        ("sha256:" + "ab12" * 16, 0),
        ("SHA256:kTrn5lOHR6m5y0eDM8QmHmBvBOeYwPzvkTrn5lOHR6m", 0),
        ("The password is in the safe.", 0),
    ],
)
def test_secrets_that_are_spelled_out(text: str, kinds: int) -> None:
    assert len(exposed(text)) == kinds
