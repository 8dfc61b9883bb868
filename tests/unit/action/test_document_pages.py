# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document verifier against recorded pages, and links to the web: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.document import ActionModule as Document
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.document_recordings import answers, day, options, right
from tests.unit.proving import prove


def proof(control: str, text: str, more: Any, **changed: Any) -> Verdict:
    (verdict,) = prove(Document, control, options(control, **changed), answers(text) | more)
    return verdict


def test_links_to_the_web_are_asked_only_where_wanted_and_never_without_bounds() -> None:
    text = f"{right('docs.document')}\n[a](https://a.example/x#y) [b](https://b.example) [me](http://localhost:3000/)\n"
    assert proof("docs.document", text, more={}).status is Status.PASS
    asked = {f"curl -sSi -L --max-redirs 5 https://{name}": reply() for name in ("a.example/x", "b.example")}
    assert proof("docs.document", text, more=asked, check_links=True).status is Status.PASS
    for answer, status in (
        (reply(404), Status.FAIL),
        (CannotLook("not_found", "no such host"), Status.FAIL),
        (reply(403), Status.PASS),
        (reply(503), Status.ERROR),
        (CannotLook("timeout", "10 s"), Status.ERROR),
    ):
        more = asked | {"curl -sSi -L --max-redirs 5 https://b.example": answer}
        assert proof("docs.document", text, more=more, check_links=True).status is status
    assert proof("docs.document", text, more=asked, check_links=True, max_links=1).status is Status.ERROR


URL = "https://wiki.example/rollback"
PAGE_OPTIONS = {"url": URL, "controls": ["docs.rollback"]}


def reply(status: int = 200, body: str = "", kind: str = "text/html; charset=utf-8", **more: Any) -> dict[str, Any]:
    value = {"url": URL, "status": status, "headers": [["Content-Type", kind]], "body": body, "truncated": False}
    return {**value, "redirects": [], "address": "192.0.2.1", "version": "HTTP/1.1", **more}


def html(changed: str, title: str = "Rollback") -> str:
    return f"""<!DOCTYPE html><html><head><title>{title}</title><style>b {{}}</style></head><body>
    <nav><a href="/">Home</a></nav><h1>Rollback</h1><p>Last updated: {changed}</p>
    <h2>When to go back</h2><p>More than two percent of the orders fail for five minutes.</p>
    <h2>Who decides</h2><p>The on-call lead, without asking anybody.</p>
    <h2>Commands</h2><pre><code>kubectl rollout undo deployment/web</code></pre>
    <h2>Data written meanwhile</h2><ul><li>Orders stay as they are.</li></ul></body></html>"""


def page(answer: Any) -> Verdict:
    (verdict,) = prove(Document, "docs.rollback", PAGE_OPTIONS, {f"curl -sSi -L --max-redirs 5 {URL}": answer})
    return verdict


def test_a_page_that_says_how_old_it_is_passes() -> None:
    verdict = page(reply(body=html(day(20))))
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["age_days"] == 20
    markdown = f"Last reviewed: {day(20)}\n\n{right('docs.rollback')}"
    assert page(reply(body=markdown, kind="text/markdown")).status is Status.PASS
    in_head = html("today").replace(
        "</head>", f'<meta property="article:modified_time" content="{day(3)}T10:00:00Z"></head>'
    )
    assert page(reply(body=in_head)).actual["age_days"] == 3


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (reply(404), Status.FAIL, "answers 404"),
        (reply(body=html(day(3), title="404 - Page not found")), Status.FAIL, "a page that says"),
        (reply(body=html(day(500))), Status.FAIL, "was last changed 500 days ago"),
        (reply(body=html(day(-9))), Status.FAIL, "still to come"),
        (
            reply(body="<html><title>Wiki</title><div id=root></div><script>x()</script></html>"),
            Status.FAIL,
            "headings",
        ),
        (reply(body=html("a while ago")), Status.ERROR, "does not say when"),
        (reply(body=html(day(3)).replace("<h1>", "<input type=password><h1>")), Status.ERROR, "login page"),
        (
            reply(body=html(day(3)), url="https://sso.example/login", redirects=[{"status": 302, "location": "x"}]),
            Status.ERROR,
            "login page",
        ),
        (reply(401), Status.ERROR, "(denied)"),
        (reply(403), Status.ERROR, "(denied)"),
        (reply(429), Status.ERROR, "(unreachable)"),
        (reply(502), Status.ERROR, "(unreachable)"),
        (reply(302), Status.ERROR, "(malformed)"),
        (reply(body=html(day(3)), truncated=True), Status.ERROR, "(too_large)"),
        (reply(body="%PDF-1.7", kind="application/pdf"), Status.ERROR, "a PDF"),
        (reply(body="{}", kind="application/json"), Status.ERROR, "media type is application/json"),
        (CannotLook("timeout", "10 s"), Status.ERROR, "(timeout)"),
        (CannotLook("unreachable", "refused"), Status.ERROR, "(unreachable)"),
        (CannotLook("not_found", "no such host"), Status.ERROR, "(not_found)"),
    ],
)
def test_a_page_that_is_not_the_document_never_passes(answer: Any, status: Status, says: str) -> None:
    verdict = page(answer)
    assert verdict.status is status
    assert says in verdict.message
