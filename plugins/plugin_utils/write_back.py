# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what a run found back into the checklist: the boxes, one dated comment of evidence per item

    - [x] Redis survives a restart <!-- golive-evidence: 2026-11-23 run 20261123T030000Z-4711 pass -->

and the completion that the checklist states of itself. Only these characters change, and only from results.
"""

from __future__ import annotations

import codecs
import difflib
import hashlib
import math
import os
import re
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import (
    BadChecklist,
    Checklist,
    Item,
    Known,
    read,
    wording,
)
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import PROVEN, UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked
from ansible_collections.golive.verify.plugins.plugin_utils.places import Places, without_signs
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line

# What is neither proven nor disproven keeps its box as a person set it, unless the user has it ticked.
KEPT = {Status.WAIVED, Status.NOT_APPLICABLE}
_DISPROVEN = {Status.FAIL, Status.ERROR, Status.MISSED, Status.EXPIRED, UNBOUND}
_DECIDED = PROVEN | KEPT | _DISPROVEN

_MOST_NAMED = 5
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)", re.S
)


class Refused(Exception):
    """The checklist is not written: file, line, what is in the way, and what to do."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is written: ticked, unticked, evidence or completion."""

    line: int
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Written:
    """The checklist as it is to be, and what that changes. without_box: lines of items whose box would change, had they
    one that can be written. without_evidence: lines where a comment would be taken for something else."""

    data: bytes
    changes: tuple[Change, ...]
    without_box: tuple[int, ...]
    without_evidence: tuple[int, ...]


def written_back(
    data: bytes,
    checklist: Checklist,
    report: Mapping[str, Any],
    known: Known,
    tick: Container[str] = (),
    link: str = "",
) -> Written:
    """The checklist with the results of a run in it; Refused when the run was of another text.

    data: the checklist's bytes, and checklist: as read from them with these known controls. tick: which of KEPT to tick
    as well. link: where the report is found, as seen from the checklist; empty for no link.
    """
    if hashlib.sha256(data).hexdigest() != checklist.sha256:
        raise Refused(checklist.path, 1, "it was changed while it was read; try again")
    _insist_on_the_same_text(checklist, report)
    encoding, errors = _encoding(data)
    try:
        text = data.decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise Refused(checklist.path, 1, f"it is no valid {encoding}; store it as UTF-8") from error

    def reading(changed: str) -> Checklist:
        with tempfile.TemporaryDirectory() as place:
            draft = Path(place) / "checklist.md"
            draft.write_bytes(changed.encode(encoding, errors))
            return read(draft, known)

    writer = _Writer(text, checklist, report, tick, link, reading)
    edits = writer.edits()
    changes = tuple(dict.fromkeys(edit.change for edit in edits))
    after = _edited(text, edits).encode(encoding, errors)
    return Written(after, changes, tuple(writer.without_box), tuple(writer.without_evidence))


def put(path: Path, data: bytes, instead_of: bytes) -> None:
    """Replace a file, whole or not at all, with the rights that it has; Refused when it changed in the meantime."""
    target = path.resolve()
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(target.stat().st_mode & 0o7777)
        if target.read_bytes() != instead_of:
            raise Refused(path, 1, "it was changed while it was to be written; try again")
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def shown(data: bytes) -> str:
    """The checklist as it may be printed: what looks like a secret is masked, as everywhere."""
    text = _PRIVATE_KEY.sub(_masked_key, data.decode("utf-8", "replace"))
    return "".join(masked(line)[0] for line in text.splitlines(keepends=True))


def patch(path: Path | str, before: bytes, after: bytes) -> str:
    """The change as a unified diff; empty without one."""
    sides = (shown(before).splitlines(keepends=True), shown(after).splitlines(keepends=True))
    lines = difflib.unified_diff(*sides, str(path), str(path))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    new: str
    change: Change


class _Writer:
    """Collects the edits to a checklist. reading: how a changed text is read, which decides what can be written."""

    def __init__(
        self,
        text: str,
        checklist: Checklist,
        report: Mapping[str, Any],
        tick: Container[str],
        link: str,
        reading: Callable[[str], Checklist],
    ) -> None:
        self.without_box: list[int] = []
        self.without_evidence: list[int] = []
        self._text, self._checklist, self._tick, self._reading = text, checklist, tick, reading
        self._statuses = {item["id"]: item["status"] for item in report["items"]}
        self._places = Places(text, checklist.items)
        self._of = {item.line: self._places.of(item) for item in checklist.items}
        # The marks of lists. In a table another kind of mark may make a column something else than a column of boxes.
        lists = [place for place in self._of.values() if not place.row]
        self._used = {sign.mark for place in lists for sign in place.signs}
        run = report["run"]
        date = datetime.fromtimestamp(run["started"], UTC).date().isoformat()
        self._dated = f"golive-evidence: {date} run {_safe(run['id'])}"
        self._link = f" {_safe(link)}" if link else ""

    def edits(self) -> list[_Edit]:
        """Every edit, in the order of the text, after which all is read as before but for the boxes."""
        boxes = self._boxes()
        expected = [replace(i, box=not i.box) if i.line in boxes else i for i in self._checklist.items]
        completion = list(self._completion(sum(item.box for item in expected)))
        evidence = {item.line: list(self._evidence(item)) for item in self._checklist.items}
        for attempt in (1, 2):
            edits = [
                *(edit for each in boxes.values() for edit in each),
                *(edit for each in evidence.values() for edit in each),
                *completion,
            ]
            edits.sort(key=lambda edit: edit.start)
            otherwise = self._read_otherwise(edits, expected)
            if not otherwise:
                break
            if attempt == 2:
                problem = "this item would be read otherwise once written back; write it in a plainer way"
                raise Refused(self._checklist.path, min(otherwise), problem)
            self.without_evidence = sorted(line for line in otherwise if evidence.pop(line, None))
        return edits

    def _read_otherwise(self, edits: Sequence[_Edit], expected: Sequence[Item]) -> set[int]:
        """The lines that say something else than expected once these edits are made."""
        try:
            after = self._reading(_edited(self._text, edits))
        except BadChecklist:
            return {item.line for item in expected}
        now, then = ({item.line: _said(item) for item in items} for items in (expected, after.items))
        lines = {line for line in {*now, *then} if now.get(line) != then.get(line)}
        lines |= {each.line for each in self._checklist.stated} ^ {each.line for each in after.stated}
        return lines | (set(self._checklist.unread) ^ set(after.unread))

    def _boxes(self) -> dict[int, list[_Edit]]:
        """By line, the edits after which the box of its item is read as it is to be. Of several signs in the line, the
        reader tells which one that is; and since one box may decide what counts as a box elsewhere, what could not be
        flipped is tried again for as long as others could."""
        wanted = {item.line: item for item in self._checklist.items if self._wanted(item) != item.box}
        done: dict[int, list[_Edit]] = {}
        before = -1
        while wanted.keys() - done.keys() and before < len(done):
            before = len(done)
            done |= self._flipped(done, {line: item for line, item in wanted.items() if line not in done})
        self.without_box = sorted(wanted.keys() - done.keys())
        return done

    def _flipped(self, done: Mapping[int, list[_Edit]], wanted: Mapping[int, Item]) -> dict[int, list[_Edit]]:
        """Those of the wanted that can be flipped when these are done."""
        options = {line: self._flips(item) for line, item in wanted.items()}
        chosen = {line: edits for line in wanted if (edits := next(options[line], []))}
        while failed := self._not_flipped({**done, **chosen}, wanted):
            for line in failed:
                chosen[line] = next(options[line], [])
                if not chosen[line]:
                    del chosen[line]
        return chosen

    def _not_flipped(self, chosen: Mapping[int, Sequence[_Edit]], items: Mapping[int, Item]) -> list[int]:
        tried = [line for line in items if line in chosen]
        if not tried:
            return []
        edits = sorted((edit for each in chosen.values() for edit in each), key=lambda edit: edit.start)
        try:
            after = {item.line: (item.text_hash, item.box) for item in self._reading(_edited(self._text, edits)).items}
        except BadChecklist:
            return tried
        return [line for line in tried if after.get(line) != (items[line].text_hash, not items[line].box)]

    def _wanted(self, item: Item) -> bool:
        status = self._statuses[item.id]
        if status in PROVEN or (status in KEPT and status in self._tick):
            return True
        return item.box and status not in _DISPROVEN

    def _flips(self, item: Item) -> Iterator[list[_Edit]]:
        """What may flip the item's box, the likeliest first. A row with several boxes is done when all of them are."""
        place = self._of[item.line]
        change = Change(item.line, "unticked" if item.box else "ticked", f"{self._statuses[item.id]}: {item.text}")
        flips = [
            [_Edit(*sign.span, new, change) for new in sign.flipped(() if place.row else self._used)]
            for sign in place.signs
        ]
        if len(flips) > 1 and place.row and not item.box:
            yield [edits[0] for edits in flips]
        yield from ([edit] for edits in flips for edit in edits)

    def _evidence(self, item: Item) -> Iterator[_Edit]:
        status, place = self._statuses[item.id], self._of[item.line]
        if status not in _DECIDED:
            return
        comment = "" if status == UNBOUND else f"<!-- {self._dated} {status}{self._link} -->"
        kept = place.evidence[:1] if comment else ()
        for start, end in kept:
            if self._text[start:end] != comment:
                yield _Edit(start, end, comment, Change(item.line, "evidence", comment))
        for start, end in place.evidence[len(kept) :]:
            blank = self._text[start - 1 : start] == " "
            yield _Edit(start - blank, end, "", Change(item.line, "evidence", "removed"))
        if comment and not kept and place.room:
            at, before, after = place.room
            yield _Edit(at, at, f"{before}{comment}{after}", Change(item.line, "evidence", comment))

    def _completion(self, ticked: int) -> Iterator[_Edit]:
        """The completion of all boxes, where the checklist states one: of several, each may be of a part."""
        stated = self._checklist.stated
        if len({each.percent for each in stated}) != 1 or not any(place.signs for place in self._of.values()):
            return
        counted = 100 * ticked / len(self._checklist.items)
        for line in dict.fromkeys(each.line for each in stated):
            for start, end in self._percents(line, stated[0].percent):
                decimals = len(self._text[start:end].partition(".")[2])
                # Never rounded up: nothing is complete before it is.
                new = f"{math.floor(counted * 10**decimals) / 10**decimals:.{decimals}f}"
                if self._text[start:end] != new:
                    yield _Edit(start, end, new, Change(line, "completion", f"{self._text[start:end]} % → {new} %"))

    def _percents(self, line: int, percent: float) -> Iterator[tuple[int, int]]:
        for found in wording.COMPLETION.finditer(self._text, *self._places.lines[line - 1]):
            group = 1 if found[1] else 2
            if float(found[group]) == percent:
                yield found.span(group)


def _insist_on_the_same_text(checklist: Checklist, report: Mapping[str, Any]) -> None:
    """Evidence is bound to the words that it was gathered for, and to the controls that they were bound to."""
    run = report["run"]
    if not run["finished"]:
        raise Refused(checklist.path, 1, f"the run {run['id']} did not finish; verify again, then write back")
    problems = sorted(_differences(checklist.items, report["items"]))
    if problems:
        named = [f"line {line} '{one_line(text, 60)}' {what}" for line, what, text in problems[:_MOST_NAMED]]
        more = f", and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
        said = f"the run {run['id']} read another text: {', '.join(named)}{more}; verify again, then write back"
        raise Refused(checklist.path, problems[0][0], said)


def _differences(items: Sequence[Item], reported: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    then = {item["id"]: item for item in reported}
    for item in items:
        before = then.pop(item.id, None)
        if before is None:
            yield item.line, "is new", item.text
        elif item.text_hash != before["text_hash"]:
            yield item.line, "is worded differently", item.text
        elif list(item.controls) != before["controls"]:
            yield item.line, "is bound to other controls", item.text
    for gone in then.values():
        yield gone["line"], "is gone", gone["text"]


def _said(item: Item) -> Item:
    """What has to be the same after writing: all but what follows from the box itself."""
    return replace(item, says=(), parameters=tuple(without_signs(words) for words in item.parameters))


def _edited(text: str, edits: Iterable[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*parts, text[at:]])


def _encoding(data: bytes) -> tuple[str, str]:
    """The encoding, as the reader takes it, and how bytes that are none in it survive."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding, "surrogatepass"
    return "utf-8", "surrogateescape"


def _safe(words: str) -> str:
    """What can stand in a comment and in the cell of a table: neither ends before its time."""
    return quote(words, safe="/:?&=#@+,~").replace("--", "-%2D")


def _masked_key(found: re.Match[str]) -> str:
    return "\n".join(["[masked: private key]"] * (found[0].count("\n") + 1))
