# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a checklist consists of: its items and what else it states, as plain data."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

Known = Container[str]

# What begins with a letter, as S3 or p95; the number in "200ms" or "30 days" may change.
_WORD = re.compile(r"[^\W\d_][^\W_]+")
_ADDRESS_OF_A_LINK = re.compile(r"\]\([^()\s]{0,2000}\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# Words that people add and drop without meaning anything else.
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "a an all and any are as at be been by each every for from in into is it its of on or our that the their this"
        " to was we were with your ensure make sure verify check confirm",
    )
)


class BadChecklist(Exception):
    """The checklist cannot be used as it is: which file, which line, what is wrong."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class Binding:
    """Controls that an item needs, on every host of a group (or on one host), or wherever the inventory proves them.

    any_of: one of the controls is enough, as in docker.compose|kubernetes.cluster_ready.
    """

    controls: tuple[str, ...]
    on: str = ""
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement of a checklist, as its text says it and as its golive comment binds it.

    id: the same wherever the item stands and however lightly it is edited.
    section: the headings above it; canonical: which of the canonical sections (sections.yml) that is.
    line: counted from 1. text: what people read, with secrets masked. text_hash: SHA-256 of these words in full:
    evidence is bound to it. box: whether it is ticked, which is a claim and no proof.
    parents: the items or bullets that it is nested in. parameters: the bullets without a box below it.
    phase: when it is due (phases.yml). mark: human (only a person can state it) or info (nothing to check).
    document: the file or address that the item asks for. role: who signs here. condition: "(if using S3)".
    says: words of its own that contradict a ticked box, as "pending", or that it is struck out: which leaves it an
    item, since a box is all that closes one. blanks: places left to be filled in.
    """

    id: str
    section: str
    line: int
    text: str
    box: bool
    bindings: tuple[Binding, ...] = ()
    phase: str = ""
    text_hash: str = ""
    canonical: str = ""
    parents: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    mark: str = ""
    document: str = ""
    role: str = ""
    optional: bool = False
    condition: str = ""
    says: tuple[str, ...] = ()
    blanks: int = 0

    @property
    def controls(self) -> tuple[str, ...]:
        """All the controls that the item needs or may be proven by, each once."""
        return tuple(dict.fromkeys(control for binding in self.bindings for control in binding.controls))


@dataclass(frozen=True, slots=True)
class Stated:
    """A completion that the checklist states of itself, in percent."""

    line: int
    percent: float


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist as read.

    secrets: lines of the file, items or not, that hold what looks like a secret. unread: lines that look like items and
    could not be read as such; neither is ever passed over in silence.
    """

    path: str
    sha256: str
    items: tuple[Item, ...]
    stated: tuple[Stated, ...] = ()
    secrets: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


def text_hash(text: str) -> str:
    """What evidence is bound to: the item's words, whatever the space between them."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def identified(items: Sequence[Item]) -> list[Item]:
    """The items with their ids. Order plays no role, but for items that are the same word for word."""
    digests = _apart([_skeleton(item.text) or item.text_hash for item in items], [item.section for item in items])
    digests = _apart(digests, [item.text_hash for item in items])
    seen: Counter[str] = Counter()
    found = []
    for item, digest in zip(items, digests, strict=True):
        seen[digest] += 1
        own = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        found.append(item if item.id else replace(item, id=own))
    return found


def _skeleton(text: str) -> str:
    """The words that carry the meaning, cut to their stems, in any order; numbers and punctuation may change."""
    plain = _TAG.sub(" ", _ADDRESS_OF_A_LINK.sub("]", text)).casefold()
    words = {word.removesuffix("s")[:6] for word in _WORD.findall(plain) if word not in _FILLERS}
    return _digest(sorted(words)) if words else ""


def _apart(digests: Sequence[str], by: Sequence[str]) -> list[str]:
    """Where several items share a digest, digests that differ with what they are told apart by."""
    often = Counter(digests)
    pairs = zip(digests, by, strict=True)
    return [_digest([digest, what.casefold()]) if often[digest] > 1 else digest[:10] for digest, what in pairs]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
