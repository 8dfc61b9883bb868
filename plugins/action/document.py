# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a document is one: filled in, on what it must speak of, current, true to the facts, its links alive."""

from __future__ import annotations

import posixpath
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import controls
from ansible_collections.golive.verify.plugins.plugin_utils.documents import links, reading
from ansible_collections.golive.verify.plugins.plugin_utils.documents.agreement import fact_problems
from ansible_collections.golive.verify.plugins.plugin_utils.documents.dates import dates
from ansible_collections.golive.verify.plugins.plugin_utils.documents.exposed import exposed
from ansible_collections.golive.verify.plugins.plugin_utils.documents.history import age, age_problems, history
from ansible_collections.golive.verify.plugins.plugin_utils.documents.html import says_not_found
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Document, Link, excerpt
from ansible_collections.golive.verify.plugins.plugin_utils.documents.placeholders import MIN_WORDS, unfilled
from ansible_collections.golive.verify.plugins.plugin_utils.documents.requirements import (
    Requirement,
    known_facts,
    requirements,
)
from ansible_collections.golive.verify.plugins.plugin_utils.documents.statements import Statements
from ansible_collections.golive.verify.plugins.plugin_utils.documents.topics import (
    Limit,
    judge_topics,
    reviewed,
    section_problems,
    stale_by_its_own_words,
)
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Prover, Verifier

# What is proven by a check that names no control.
_ANY = "docs.document"
_MOST_PROBLEMS = 20
_REDIRECTS = 5
_LOGIN = ("login", "log-in", "signin", "sign-in", "sso", "oauth", "authorize", "saml")


class ActionModule(Verifier):
    """Read one document where it lies, and its history where git keeps it. All controls are judged alike, from data."""

    def target(self, want: Wanted) -> str:
        return str(want.url or want.path or "")

    @classmethod
    @cache
    def provers(cls) -> dict[str, Prover]:
        return {control: _prover(control) for control in requirements()}


def _prover(control: str) -> Prover:
    async def prove(dummy: ActionModule, look: Observer, want: Wanted) -> Verdict:
        case = _Case.of(control, want)
        return await (_proven_page if want.url else _proven_file)(look, case)

    return prove


@dataclass(frozen=True, slots=True)
class _Case:
    """One control that a document is to prove, with all that decides it."""

    control: str
    want: Wanted
    requirement: Requirement
    limits: Mapping[str, Limit]
    today: date

    @classmethod
    def of(cls, control: str, want: Wanted) -> _Case:
        """Raises NotAsked where the check does not say enough to prove this control."""
        if control not in want.controls and control != _ANY:
            raise NotAsked(
                f"controls does not name it, and only the inventory says which document is meant for {control}"
            )
        if bool(want.path) == bool(want.url):
            raise NotAsked("it takes one of path and url")
        if want.path:
            want.need("checkout")
        elif want.template:
            raise NotAsked("template is a file of a checkout, and the document is at a URL")
        requirement = requirements()[control]
        for group in requirement.needs:
            if not any(name in want.facts or (name == "*" and want.facts) for name in group):
                raise NotAsked(f"option facts does not say {' or '.join(group).replace('*', 'anything')}")
        found = controls.control(control)
        thresholds = found.thresholds if found else {}
        limits = {
            name: Limit(each, float(each.default or 0 if want.get(name) is None else want[name]))
            for name, each in thresholds.items()
        }
        return cls(control, want, requirement, limits, datetime.now(UTC).date())

    @property
    def most_days(self) -> float:
        """How many days old the document may be."""
        return self.limits["max_age_days"].value

    @property
    def expected(self) -> str:
        """What must hold, in words."""
        on = [topic.name for topic in self.requirement.topics] + [f"'{each}'" for each in self.want.sections]
        of = [f"on {', '.join(on)}"] if on else []
        true = [f"true to {', '.join(self.want.facts)}"] if self.want.facts else []
        return ", ".join(
            ["a document, filled in", *of, *true, f"at most {self.most_days:g} days old", "without dead links"]
        )


async def _proven_file(look: Observer, case: _Case) -> Verdict:
    want, path = case.want, posixpath.normpath(case.want.path)
    if links.outside(path):
        raise NotAsked(f"path {want.path} leaves the checkout")
    template = [_template(look, want)] if want.template else []
    document, dated, *templates = await together(
        attempt(_file(look, want.checkout, path)),
        attempt(history(look, want.checkout, path, want.user, case.most_days)),
        *map(attempt, template),
    )
    if document is None:
        return await proven(
            case.expected, _settled(Part({path: "absent"}, [f"there is no file {path} in {want.checkout}"]))
        )
    if isinstance(document, CannotLook):
        raise document
    text, read = document
    parts = [_settled(_judged(case, text, read, templates)), _settled(dated), _links(look, want, read, path)]
    return await proven(case.expected, *parts, *map(_settled, templates))


async def _file(look: Observer, checkout: str, path: str) -> tuple[str, Document] | None:
    fact = await present(look.file(posixpath.join(checkout, path), content=True, limit=reading.MAX_BYTES))
    if fact is None:
        return None
    if fact.link_target is not None:
        raise CannotLook("malformed", f"{path} is a link to {fact.link_target}, and git dates the link: name the file")
    return fact.content or "", reading.read_file(path, fact.content or "")


async def _template(look: Observer, want: Wanted) -> Document:
    fact = await look.file(posixpath.join(want.checkout, want.template), content=True, limit=reading.MAX_BYTES)
    return reading.read_file(want.template, fact.content or "")


async def _settled(outcome: Part | Document | CannotLook) -> Part:
    """What has been seen before, as a part of the proof."""
    if isinstance(outcome, CannotLook):
        raise outcome
    return outcome if isinstance(outcome, Part) else Part({}, [])


async def _proven_page(look: Observer, case: _Case) -> Verdict:
    want = case.want
    reply = await look.http(want.url, follow=_REDIRECTS, cafile=want.cafile)
    if reply.status in (404, 410):
        answers = Part({"status": reply.status}, [f"{want.url} answers {reply.status}"])
        return await proven(case.expected, _settled(answers))
    page = _page(reply)
    if says_not_found(page):
        gone = Part({"title": page.named}, [f"{want.url} answers 200 with a page that says '{excerpt(page.named)}'"])
        return await proven(case.expected, _settled(gone))
    return await proven(
        case.expected, _settled(_judged(case, reply.body, page, [])), _dated(case, page), _page_links(look, want, page)
    )


def _page(reply: HttpFact) -> Document:
    """The document that a reply is. A login page is none: who asks has no access, and nothing was seen."""
    reasons = {401: "denied", 403: "denied", 407: "denied", 429: "unreachable"}
    if reply.status != 200:
        reason = "unreachable" if reply.status >= 500 else reasons.get(reply.status, "malformed")
        raise CannotLook(reason, f"{reply.url} answers {reply.status}")
    if reply.truncated:
        raise CannotLook("too_large", f"{reply.url} sends more than is read of a page")
    page = reading.read_reply(reply.url, reply.header("content-type") or "", reply.body)
    led_away = reply.redirects and any(word in urlsplit(reply.url).path.lower() for word in _LOGIN)
    if page.asks_for_password or led_away:
        raise CannotLook("denied", f"{reply.url} is a login page, not the document")
    return page


async def _dated(case: _Case, page: Document) -> Part:
    """A page is as old as it says of itself. When its server says it was sent or changed is no evidence of a review."""
    said = [day for day in (*dates(page.changed), reviewed(Statements(page))) if day]
    if not said:
        raise CannotLook(
            "not_found", "the page does not say when it was last reviewed; name its source in a checkout instead"
        )
    at = datetime.combine(max(said), time(), UTC)
    return Part({"reviewed": max(said).isoformat(), "age_days": age(at)}, age_problems("it", at, case.most_days))


def _judged(case: _Case, text: str, document: Document, templates: Iterable[Document | CannotLook]) -> Part:
    """What the text itself shows, without another look."""
    own = document
    for template in templates:
        own = own.without(template) if isinstance(template, Document) else own
    problems = unfilled(document)
    if own.words < MIN_WORDS <= document.words:
        problems.append(f"it holds only {own.words} words that its template does not")
    statements = Statements(own)
    judgment = judge_topics(statements, case.requirement.topics, case.limits, case.today)
    problems += [*section_problems(statements, case.want.sections), *judgment.problems]
    problems += fact_problems(Statements(document), case.want.facts, known_facts(case.control))
    problems += stale_by_its_own_words(statements, case.most_days, case.today)
    problems += exposed(text) if case.requirement.keeps_secrets_out else []
    actual: dict[str, Any] = {"title": masked(document.named)[0], "words": document.words}
    return Part({**actual, "found": dict(judgment.found)}, _bounded(problems))


def _bounded(problems: list[str]) -> list[str]:
    rest = len(problems) - _MOST_PROBLEMS
    return problems if rest <= 0 else [*problems[:_MOST_PROBLEMS], f"and {rest} more"]


async def _links(look: Observer, want: Wanted, document: Document, path: str) -> Part:
    """Links to files of the checkout and, where asked, to the web."""
    all_of = links.destinations(document, path)
    linked = links.files(all_of, path)
    urls = links.pages(all_of, want.max_links) if want.check_links else {}
    looks = [_linked_file(look, want.checkout, name, linked[name]) for name in linked]
    inner = links.inner_problems(document, all_of, path)
    problems = await _dead([*looks, *_asking(look, want, urls)], inner)
    return Part({"links": {"files": len(linked), "urls": len(urls)}}, _bounded(problems))


async def _page_links(look: Observer, want: Wanted, page: Document) -> Part:
    all_of = links.destinations_of_page(page, want.url)
    urls = links.pages(all_of, want.max_links) if want.check_links else {}
    return Part({"links": {"urls": len(urls)}}, _bounded(await _dead(_asking(look, want, urls), [])))


async def _dead(looks: Iterable[Awaitable[list[str]]], known: list[str]) -> list[str]:
    """What is wrong with links; where nothing is known to be, what could not be looked at is raised."""
    outcomes = await together(*map(attempt, looks))
    problems = known + [each for outcome in outcomes if not isinstance(outcome, CannotLook) for each in outcome]
    unseen = [outcome for outcome in outcomes if isinstance(outcome, CannotLook)]
    if unseen and not problems:
        raise unseen[0]
    return problems


def _asking(look: Observer, want: Wanted, urls: Mapping[str, Link]) -> list[Awaitable[list[str]]]:
    return [_linked_page(look, want, url, urls[url]) for url in urls]


async def _linked_page(look: Observer, want: Wanted, url: str, link: Link) -> list[str]:
    problem = links.page_problem(link, await present(look.http(url, follow=_REDIRECTS, cafile=want.cafile)))
    return [problem] if problem else []


async def _linked_file(look: Observer, checkout: str, path: str, linked: list[links.Destination]) -> list[str]:
    """Only a document that is linked to a place in it is read."""
    suffix = posixpath.splitext(path)[1].lower()
    reads = bool(suffix) and suffix in reading.READERS and any(each.anchor for each in linked)
    fact = await present(look.file(posixpath.join(checkout, path), content=reads, limit=reading.MAX_BYTES))
    target = reading.read_file(path, fact.content or "") if fact and reads else None
    return list(links.file_problems(linked, fact, target))
