"""Checklists whose items somebody labelled with the controls they ask for."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.binding import proposing
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Question

HUMAN = "human"
_PARENT = "[item] "


@dataclass(frozen=True)
class Row:
    """One labelled item. labels: the controls it asks for; none where it asks for something else (see gap)."""

    question: Question
    labels: frozenset[str]
    gap: str = ""


@dataclass(frozen=True)
class Labelled:
    """One checklist with its labels; items that only a person can state are left out."""

    name: str
    rows: tuple[Row, ...]


def folder(path: Path) -> list[Labelled]:
    """Every NN.tsv of a folder: a line about the origin, then line number, section path, hash, text, labels."""
    return [Labelled(file.stem, tuple(_rows(file))) for file in sorted(path.glob("*.tsv"))]


def seeds(catalogue: Path) -> list[Labelled]:
    """The seeds' items (items.tsv) with what they were mapped to by hand (map.tsv)."""
    mapped = {(seed, number): controls for seed, number, controls, *_rest in _table(catalogue / "map.tsv")}
    found: dict[str, list[Row]] = {}
    for seed, number, _line, section, _box, _kind, text in _table(catalogue / "items.tsv"):
        controls = mapped.get((seed, number), "not_a_check")
        if controls in ("not_a_check", "-", "") or controls == HUMAN:
            continue
        found.setdefault(seed, []).append(Row(_question(text, section), frozenset(controls.split(","))))
    return [Labelled(f"seed {seed}", tuple(rows)) for seed, rows in sorted(found.items())]


def _rows(file: Path) -> Iterator[Row]:
    items = _items(file.with_suffix(".md"))
    for line, section, _hash, text, labels in _table(file, skip=1):
        if labels == HUMAN:
            continue
        kind, colon, gap = labels.partition(":")
        none = bool(colon) and kind == "none"
        question = items.get(int(line)) or _question(text, section)
        yield Row(question, frozenset(() if none else labels.split(",")), gap if none else "")


def _items(file: Path) -> Mapping[int, Question]:
    """The checklist as the binder reads it, by line; empty where only the table is at hand."""
    if not file.exists():
        return {}
    return {item.line: proposing.question(item) for item in checklist.read(file, {}).items}


def _table(file: Path, skip: int = 0) -> Iterator[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)):
            if number >= skip and row and any(row):
                yield row


def _question(text: str, section: str) -> Question:
    path = section.split(" > ")
    parents = tuple(part.removeprefix(_PARENT) for part in path if part.startswith(_PARENT))
    return Question(text, tuple(part for part in path if not part.startswith(_PARENT)), parents)
