# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read YAML that people write, with the line of every value, so that what is wrong with it can be said where it is.

Every scalar is the text that stands in the file: nothing turns into a number, a date or a truth value on the way.
Aliases, tags and a second document are refused, and size, depth and count are bounded: the file may be hostile.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_VALUES = 50_000
MAX_PROBLEMS = 100

T = TypeVar("T")

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = ("", "~", "null", "Null", "NULL")


class BadYaml(Exception):
    """The file cannot be read at all: which file, which line, what is wrong."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and the line where it begins, counted from 1."""

    line: int
    value: str | list[Entry] | dict[str, Entry] | None


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """The content of a plain file of bounded size."""
    try:
        with opened(path) as stream:
            data = stream.read(most + 1)
    except ValueError as error:
        raise BadYaml(path, 1, str(error)) from error
    except OSError as error:
        raise BadYaml(path, 1, f"cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise BadYaml(path, 1, f"has more than {most:,} bytes")
    return data


def parse(path: Path | str, data: bytes) -> Entry:
    """The one document of a file; of an empty one, an Entry with the value None."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadYaml(path, data[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    try:
        return _Composer(path, yaml.parse(text, _Loader)).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadYaml(path, line, f"is not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise BadYaml(path, 1, f"is not YAML: {' '.join(str(error).split())}") from error


class _Composer:
    def __init__(self, path: Path | str, events: Iterator[Any]) -> None:
        self._path, self._events, self._count = path, events, 0

    def document(self) -> Entry:
        found = Entry(1, None)
        documents = 0
        for event in self._events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BadYaml(self._path, line, "a second document begins here; keep to one")
                found = self._value(next(self._events), 1)
        return found

    def _value(self, event: Any, depth: int) -> Entry:
        line = event.start_mark.line + 1
        self._count += 1
        if isinstance(event, yaml.AliasEvent):
            raise BadYaml(self._path, line, "aliases (*name) are not read; write the value out")
        if event.tag is not None:
            raise BadYaml(self._path, line, f"tags are not read: {event.tag[:60]}")
        if depth > MAX_DEPTH:
            raise BadYaml(self._path, line, f"is nested more than {MAX_DEPTH} levels deep")
        if self._count > MAX_VALUES:
            raise BadYaml(self._path, line, f"has more than {MAX_VALUES:,} values")
        if isinstance(event, yaml.SequenceStartEvent):
            return Entry(line, list(self._entries(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return Entry(line, self._mapping(depth))
        return Entry(line, None if event.implicit[0] and event.value in _NOTHING else self._text(line, event.value))

    def _entries(self, depth: int) -> Iterator[Entry]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            if not isinstance(key.value, str):
                raise BadYaml(self._path, key.line, "a key is not a word")
            if key.value in found:
                raise BadYaml(self._path, key.line, f"{key.value} stands here twice")
            found[key.value] = self._value(next(self._events), depth + 1)
        return found

    def _text(self, line: int, value: str) -> str:
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadYaml(self._path, line, "has half of a character, as JSON escapes it; write it out") from error
        return value


class Problems:
    """What is wrong with one file, all of it, one line each, so that nobody has to correct it one error at a time."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self.lines: list[str] = []

    def add(self, line: int, problem: str) -> None:
        """Note that this is wrong at this line."""
        if len(self.lines) < MAX_PROBLEMS:
            self.lines.append(f"{self.path}:{line}: {problem}")


class Fields:
    """The fields of one mapping, each taken by its name. What is wrong goes to problems and reads as nothing."""

    def __init__(self, entry: Entry, names: Collection[str], problems: Problems, what: str) -> None:
        self.line, self._problems, self._what = entry.line, problems, what
        self._fields: dict[str, Entry] = {}
        if not isinstance(entry.value, dict):
            problems.add(entry.line, f"{what} is not a mapping of {', '.join(names)}")
            return
        for name, field in entry.value.items():
            if name in names:
                self._fields[name] = field
                continue
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
            problems.add(field.line, f"{what} has no field {name!r}; {hint}")

    def all(self) -> Iterator[tuple[str, Entry]]:
        """The known fields as they stand."""
        yield from self._fields.items()

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def bad(self, name: str, problem: str) -> None:
        """Note what is wrong with a field, at its line."""
        self._problems.add(self._fields[name].line if name in self._fields else self.line, problem)

    def entry(self, name: str) -> Entry | None:
        """The field as it stands; None where it does not."""
        return self._fields.get(name)

    def text(self, name: str, *, required: bool = False, most: int = 4000) -> str:
        """A field that is a text."""
        entry = self._fields.get(name)
        if entry is None or entry.value is None or (isinstance(entry.value, str) and not entry.value.strip()):
            if required:
                self.bad(name, f"{self._what} has no {name}")
            return ""
        if not isinstance(entry.value, str):
            self.bad(name, f"{name} is not a text")
            return ""
        if len(entry.value) > most:
            self.bad(name, f"{name} has more than {most:,} characters")
            return ""
        return entry.value.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list of texts; empty where it does not stand."""
        entry = self._fields.get(name)
        if entry is None:
            return ()
        if isinstance(entry.value, list):
            words = tuple(each.value for each in entry.value if isinstance(each.value, str))
            if words and len(words) == len(entry.value):
                return words
        self.bad(name, f"{name} is not a list of words")
        return ()

    def made(self, name: str, make: Callable[[str], T], *, required: bool = False) -> T | None:
        """A field made of its text by a function that raises ValueError with what is wrong."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            return make(text)
        except ValueError as error:
            self.bad(name, f"{name}: {error}")
            return None
