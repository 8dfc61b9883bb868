# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows that a document is still a form to fill in: blanks, placeholders, instructions, untouched headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import (
    Block,
    Document,
    Section,
    excerpt,
    prose,
    words_of,
)
from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked

# With fewer words below its headings nothing is a document; a list of five contacts has more.
MIN_WORDS = 20

_NOUN = (
    r"(?:name|date|time|company|organi[sz]ation|product|project|service|system|application|app|team|owner|author|role"
    r"|person|contact|phone|telephone|number|e-?mail|address|url|link|version|title|department|vendor|region|city|value"
    r"|amount|duration|description|text|signature|environment|host|domain|database|ticket|place|location)s?"
)
_VERB = r"(?:insert|enter|add|fill|put|specify|describe|list|replace|provide|write|choose|select|your|e\.g\.|tbd|todo)"
_HELD = rf"(?:{_VERB}\b[\w '/,.:-]{{1,80}}|(?:[\w'/-]+[ _-]){{0,4}}{_NOUN}|tbd|todo|xxx+|\.{{3}}|…)"
_PLACEHOLDERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a blank", re.compile(r"(?<![\w/])_{3,}(?![\w/])|\.{6,}|…{2,}|\[[ _.]{2,}\](?!\()")),
    ("not decided", re.compile(r"\b(?:TBD|TBC|TBA|T\.B\.D)\b")),
    (
        "not done",
        re.compile(
            r"(?:^|[\[(:|>*]\s*)(?:TODO|FIXME|XXX)\b(?!\s*(?:and|or|/|,)|\s+(?:comment|item|list|tag|marker|FIXME))"
        ),
    ),
    ("a placeholder", re.compile(rf"\[{_HELD}\](?!\()|(?<![\w`])<{_HELD}>", re.I)),
    ("a placeholder", re.compile(r"\{\{[^{}]{1,60}\}\}|\$\{[A-Z_]{2,40}\}")),
    ("filler", re.compile(r"\blorem ipsum\b|\bdolor sit amet\b|\b(?:john|jane) doe\b|\bmax mustermann\b", re.I)),
    ("a number that nobody has", re.compile(r"\b123-?456-?7890\b|\b000-?000-?0000\b|\bxxx-?xxx-?xxxx\b", re.I)),
    ("a merge conflict", re.compile(r"^(?:<{7}|>{7}) ?\S*")),
)
# Words that put something off when they are all that is said.
_PUT_OFF = re.compile(
    r"(?:to be (?:\w+ ){0,2}(?:determined|defined|decided|announced|confirmed|added|written|documented|completed|filled"
    r"(?: in| out)?|provided|done)|coming soon|not (?:yet )?(?:known|defined|decided|written|documented)|placeholder"
    r"|\?+|yyyy-mm-dd|dd[./]mm[./]yyyy|mm/dd/yyyy|x{2,}|todo|tbd|tbc|tba)[.!]?",
    re.I,
)
# The same behind a label; in a table they may be the state of what the row speaks of.
_PENDING = re.compile(r"(?:pending|unknown|later|wip|work in progress)[.!]?", re.I)
_DRAFT = re.compile(
    r"^\W*(?:(?:document )?(?:status|state)\s*:\s*(?:draft|wip|outline|not started)|draft\s*:\s*true)\b", re.I
)
# No letter or digit, but what people tick is something.
_DASHES = re.compile(r"[\s?._…*|/\u2013\u2014-]*")
_LABEL_ALONE = re.compile(r"^\W*(?P<label>[^\W_][^:|?]{0,60}):\s*$")
_LABELED = re.compile(r"^\W*[^\W_][^:|]{0,60}:\s+(?P<value>\S.*)$")
# How forms tell their reader what to write.
_INSTRUCTION = re.compile(
    r"^\W*(?:describe|explain|outline|summari[sz]e|briefly|specify|insert|fill in|identify|replace this|delete this"
    r"|document (?:the|how|who|what)|list (?:the|all|any|each|every)|provide (?:a|an|the|details)|enter (?:the|your)"
    r"|define (?:the|how|who|what)|use this (?:section|template)|add (?:a|your) (?:description|details|text)"
    r"|this (?:section|template|document) (?:should|must|will|would))\b",
    re.I,
)
# What generators of projects write into a new README, in lower case.
_GENERATED = (
    "this readme would normally document whatever steps",
    "just edit this readme.md and make it your own",
    "todo: give a short introduction of your project",
    "project bootstrapped with create-next-app",
    "project was bootstrapped with create react app",
    "template provides a minimal setup to get react",
    "template should help get you started developing with vue",
    "project was generated with angular cli",
    "project was generated using angular cli",
    "everything you need to build a svelte project",
    "a new flutter project",
    "nest framework typescript starter repository",
)


def unfilled(document: Document) -> list[str]:
    """Why a document is not one, but empty, or still the template it was made from; a sentence each."""
    if not document.words:
        return ["it is empty" if not document.named else "it has no text, only headings"]
    return [
        *_too_short(document),
        *_as_generated(document),
        *(_at(line, what, text) for line, what, text in _marks(document)),
        *(
            f"line {section.line}: nothing stands below the heading '{excerpt(section.title)}'"
            for section in _bare(document)
        ),
        *_instructions(document),
    ]


def is_blank(text: str) -> bool:
    """Whether nothing is said: nothing at all, only dots and dashes, a placeholder, or words that put it off."""
    said = prose(text).strip(" *|")
    return (
        bool(_DASHES.fullmatch(said))
        or bool(_PUT_OFF.fullmatch(said))
        or any(pattern.search(said) and words_of(pattern.sub("", said)) == 0 for dummy, pattern in _PLACEHOLDERS)
    )


def is_instruction(blocks: Sequence[Block]) -> bool:
    """Whether the text below a heading only tells what should stand there."""
    if not blocks or any(block.kind in ("code", "table") for block in blocks):
        return False
    return all(_INSTRUCTION.match(block.text) for block in blocks)


def _too_short(document: Document) -> Iterator[str]:
    if document.words < MIN_WORDS:
        yield f"it has only {document.words} words; with fewer than {MIN_WORDS} it says nothing"


def _as_generated(document: Document) -> Iterator[str]:
    text = " ".join(" ".join(section.says.lower().replace("`", "").split()) for section in document.sections)
    yield from (f"it is a generator's README ('{words}')" for words in _GENERATED if words in text)


def _marks(document: Document) -> Iterator[tuple[int, str, str]]:
    for section in document.sections:
        yield from _placeholders(section.line, section.title)
        for block, after in pairwise((*section.blocks, None)):
            if block is None:
                continue
            for line, text in block.lines():
                yield from _line(line, text, in_table=block.kind == "table")
            yield from _labels_alone(block, after)


def _line(number: int, text: str, in_table: bool) -> Iterator[tuple[int, str, str]]:
    found = list(_placeholders(number, text))
    labeled = None if in_table else _LABELED.match(text)
    value = prose(labeled["value"] if labeled else text).strip(" *_.")
    if found:
        yield found[0]
    elif _PUT_OFF.fullmatch(value) or (labeled and _PENDING.fullmatch(value)):
        yield number, "put off", text
    elif _DRAFT.match(text):
        yield number, "by its own words a draft", text


def _placeholders(number: int, text: str) -> Iterator[tuple[int, str, str]]:
    said = prose(text)
    yield from ((number, what, text) for what, pattern in _PLACEHOLDERS if pattern.search(said))


def _labels_alone(block: Block, after: Block | None) -> Iterator[tuple[int, str, str]]:
    """Labels that are given no value: Owner: and then the next label, or nothing."""
    if block.kind not in ("text", "item"):
        return
    lines = list(block.lines())
    for index, (number, text) in enumerate(lines):
        alone = _LABEL_ALONE.match(text)
        if not alone or words_of(alone["label"]) > 5 or (index and not _is_label(lines[index - 1][1])):
            continue
        last = index == len(lines) - 1
        follows = last and after is not None and _follows(block, after)
        goes_on = not last and not _is_label(lines[index + 1][1])
        if not follows and not goes_on:
            yield number, "a blank", text


def _follows(block: Block, after: Block) -> bool:
    """Whether the next block is what a label announced."""
    if block.kind == "item":
        return after.depth > block.depth or after.kind in ("code", "table")
    return after.kind != "text" or not _is_label(after.text)


def _is_label(line: str) -> bool:
    return bool(_LABEL_ALONE.match(line) or _LABELED.match(line))


def _bare(document: Document) -> Iterator[Section]:
    """Headings with nothing below them. One of bold words is none for sure."""
    for section, blocks in document.headed():
        if section.level < 7 and not any(words_of(block.says) for block in blocks):
            yield section


def _instructions(document: Document) -> Iterator[str]:
    for section in document.sections:
        if is_instruction(section.blocks):
            told = excerpt(section.blocks[0].text)
            yield f"line {section.blocks[0].line}: only the template's instruction stands there: '{told}'"


def _at(line: int, what: str, text: str) -> str:
    return f"line {line}: {what}: '{excerpt(masked(text)[0])}'"
