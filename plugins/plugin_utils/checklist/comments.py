# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a golive comment says: which controls an item is bound to, where, when, and what else a person decided on it.

<!-- golive: redis.persistence redis.ha on=cache phase=first_hour -->
<!-- golive: docker.compose|kubernetes.cluster_ready -->     one of them is enough
<!-- golive: human -->   <!-- golive: info -->   <!-- golive: document=docs/runbook.md -->
<!-- golive: section=security phase=launch_day -->                    below a heading: for every item under it
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import BadChecklist, Binding, Known
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES, SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import INFO

HUMAN = "human"
_MARKS = (HUMAN, INFO)
_OPTIONS = ("on", "phase", "document", "section", "id")
_SHOWN = ", ".join((*_MARKS, *(f"{option}=…" for option in _OPTIONS)))

_OPENED, _CLOSED = "<!--", "-->"
_OURS = re.compile(r"\s*golive\s*:\s*(.*)", re.S | re.I)
# A control, an option or a mark behind the word alone: somebody left the colon out.
_MEANT_AS_OURS = re.compile(rf"\s*golive\s+(?:\S*[a-z]\.[a-z]|\w+=|(?:{'|'.join(_MARKS)})\b)", re.I)
_CODE = re.compile(r"`[^`\n]{1,400}`")
_ID = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Comment:
    """The inner text of a golive comment, and where it stands."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """What all the comments of one item (or heading) say together."""

    bindings: tuple[Binding, ...] = ()
    phase: str = ""
    mark: str = ""
    document: str = ""
    section: str = ""
    id: str = ""

    @property
    def of_an_item(self) -> bool:
        """Whether it only makes sense for an item, not for a section."""
        return bool(self.bindings or self.mark or self.document or self.id)


def parted(path: Path | str, line: int, text: str) -> tuple[str, list[Comment]]:
    """The text as people see it, without any comment, and the golive comments in it. line: where the text begins.

    One that is not closed or lacks its colon raises BadChecklist: it would be passed over in silence. What stands
    between backticks is only told about.
    """
    if _OPENED not in text:
        return text, []
    code = _CODE.sub(lambda span: " " * len(span[0]), text)
    seen, found, end, here, counted = [], [], 0, line, 0
    while (start := code.find(_OPENED, end)) >= 0:
        closed = code.find(_CLOSED, start + len(_OPENED))
        here, counted = here + text.count("\n", counted, start), start
        inner = text[start + len(_OPENED) : closed if closed >= 0 else start + 200]
        if ours := _comment(path, here, inner, closed >= 0):
            found.append(ours)
        if closed < 0:
            break
        seen.append(text[end:start])
        end = closed + len(_CLOSED)
    return "".join([*seen, text[end:]]), found


def _comment(path: Path | str, line: int, inner: str, closed: bool) -> Comment | None:
    ours = _OURS.match(inner)
    if ours and not closed:
        raise BadChecklist(path, line, "the golive comment that begins here is never closed with -->")
    if _MEANT_AS_OURS.match(inner):
        raise BadChecklist(path, line, "a golive comment has a colon: <!-- golive: … -->")
    if ours and not ours[1].strip():
        raise BadChecklist(path, line, f"the golive comment says nothing; it names controls, or {_SHOWN}")
    return Comment(line, ours[1]) if ours else None


def understood(path: Path | str, comments: Sequence[Comment], known: Known) -> Said:
    """The meaning of the comments; what is wrong with one raises BadChecklist."""
    bindings: list[Binding] = []
    marks: dict[str, None] = {}
    chosen: dict[str, str] = {}
    for comment in comments:
        line = comment.line
        controls: list[tuple[str, ...]] = []
        options: dict[str, str] = {}
        for word in filter(None, (word.strip(",") for word in comment.words.split())):
            name, equals, value = word.partition("=")
            if equals and name in _OPTIONS and value:
                options[name] = value
            elif equals:
                raise BadChecklist(path, line, f"{word[:80]!r} in the golive comment is not one of {_SHOWN}")
            elif word in _MARKS:
                marks[word] = None
            else:
                controls += (_alternatives(path, line, each, known) for each in word.split(",") if each)
        if "on" in options and not controls:
            raise BadChecklist(path, line, "the golive comment names a group but no control")
        bindings += _bindings(controls, options.pop("on", ""))
        _check(path, line, options, chosen)
        chosen |= options
    if len(marks) > 1 or (bindings and INFO in marks):
        problem = "says that there is nothing to check, and also what is to be checked"
        raise BadChecklist(path, comments[-1].line, f"the golive comment {problem}")
    return Said(bindings=tuple(bindings), mark=next(iter(marks), ""), **chosen)


def _check(path: Path | str, line: int, options: dict[str, str], before: dict[str, str]) -> None:
    _one_of(path, line, "phase", options.get("phase", ""), PHASES)
    _one_of(path, line, "section", options.get("section", ""), SECTIONS)
    if not _ID.fullmatch(options.get("id", "x")):
        raise BadChecklist(path, line, "an id consists of at most 60 letters, digits, dots, dashes and underscores")
    for name, value in options.items():
        if before.get(name, value) != value:
            raise BadChecklist(path, line, f"{name} is said to be {before[name]} and {value} for the same item")


def _bindings(controls: Sequence[tuple[str, ...]], on: str) -> list[Binding]:
    together = tuple(alternatives[0] for alternatives in controls if len(alternatives) == 1)
    several = [Binding(alternatives, on, any_of=True) for alternatives in controls if len(alternatives) > 1]
    return ([Binding(together, on)] if together else []) + several


def _alternatives(path: Path | str, line: int, word: str, known: Known) -> tuple[str, ...]:
    names = word.split("|")
    if not all(names):
        raise BadChecklist(path, line, f"{word[:80]!r} names no control on one side of |")
    return tuple(dict.fromkeys(_known(path, line, name, known) for name in names))


def _one_of(path: Path | str, line: int, what: str, value: str, known: Iterable[str]) -> None:
    if value and value not in known:
        near = difflib.get_close_matches(value, list(known), 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        raise BadChecklist(path, line, f"there is no {what} {value[:80]}; {hint}")


def _known(path: Path | str, line: int, control: str, known: Known) -> str:
    if control in known:
        return control
    control = control[:80]
    near = difflib.get_close_matches(control, list(known), 1) if isinstance(known, Iterable) else []
    raise BadChecklist(path, line, f"there is no control {control}{f'; did you mean {near[0]}?' if near else ''}")
