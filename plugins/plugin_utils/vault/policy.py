# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an ACL policy of a secret store allows: its text read strictly, and its rules weighed as the server does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

# White space and comments, or a string, a word or number, or a sign of the language HCL.
_TOKEN = re.compile(r'(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)+|("(?:[^"\\\n]|\\.)*")|([\w.+-]+)|([{}\[\]=,])', re.DOTALL)
_DEEPEST = 20
# How policies were written before there were capabilities, which servers still understand.
_FORMER = {
    "deny": ("deny",),
    "read": ("read", "list"),
    "write": ("create", "read", "update", "delete", "list"),
    "sudo": ("create", "read", "update", "delete", "list", "sudo"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One path of a policy, which may hold wildcards, and what is allowed there."""

    path: str
    capabilities: frozenset[str]

    @property
    def literal(self) -> str:
        """The path up to its first wildcard."""
        return self.path[: _first_wildcard(self.path)]

    @property
    def is_exact(self) -> bool:
        """Whether the path stands for itself alone."""
        return self.literal == self.path

    def covers(self, path: str) -> bool:
        """Whether the rule speaks of this path: * at the end stands for anything, + for one segment."""
        body = self.path.removesuffix("*")
        segments = ("[^/]+" if segment == "+" else re.escape(segment) for segment in body.split("/"))
        rest = ".*" if self.path.endswith("*") else ""
        return re.fullmatch("/".join(segments) + rest, path, re.DOTALL) is not None

    @property
    def rank(self) -> tuple[Any, ...]:
        """Of several rules that cover a path the highest counts, as the documentation of policies orders them."""
        return (
            self.is_exact,
            _first_wildcard(self.path),
            not self.path.endswith("*"),
            -self.path.split("/").count("+"),
            len(self.path),
            self.path,
        )


def _first_wildcard(path: str) -> int:
    found = re.search(r"(?:(?<=/)|^)\+(?=/|$)|\*$", path)
    return found.start() if found else len(path)


def allowed(rules: Iterable[Rule], path: str) -> frozenset[str]:
    """What a policy allows at a path; a denial there takes all."""
    covering = [rule for rule in rules if rule.covers(path)]
    if not covering:
        return frozenset()
    best = max(covering, key=lambda rule: rule.rank).path
    capabilities = frozenset[str]().union(*(rule.capabilities for rule in covering if rule.path == best))
    return frozenset() if "deny" in capabilities else capabilities


def parse(text: str) -> list[Rule]:
    """The rules of a policy in HCL or JSON; what is not understood is CannotLook("malformed")."""
    try:
        items = _json_items(text) if text.lstrip().startswith("{") else _Hcl(text).items()
        return [_rule(keys, value) for keys, value in items if keys != ("name",)]
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as wrong:
        raise CannotLook("malformed", f"not an ACL policy: {wrong}") from None


def _rule(keys: tuple[str, ...], value: Any) -> Rule:
    if len(keys) != 2 or keys[0] != "path":
        raise ValueError(f"{' '.join(keys)[:60]} is no path")
    settings = {names[0]: setting for names, setting in value}
    capabilities = _FORMER[settings["policy"]] if "policy" in settings else ()
    stated = settings.get("capabilities", [])
    if not isinstance(stated, list) or not all(isinstance(capability, str) for capability in stated):
        raise ValueError(f"the capabilities at {keys[1][:60]} are no list of texts")
    return Rule(keys[1].removeprefix("/"), frozenset([*capabilities, *stated]))


Items = Iterator[tuple[tuple[str, ...], Any]]


def _json_items(text: str) -> Items:
    for name, value in json.loads(text).items():
        if name != "path":
            yield (name,), value
            continue
        for each in value if isinstance(value, list) else [value]:
            for path, settings in each.items():
                yield ("path", path), [((key,), setting) for key, setting in _merged(settings).items()]


def _merged(settings: Any) -> Mapping[str, Any]:
    """An object of HCL in JSON may stand in a list."""
    return {key: each[key] for each in settings for key in each} if isinstance(settings, list) else dict(settings)


class _Hcl:
    """Reads the first version of HCL, as far as policies use it: blocks, strings, words, numbers, lists, objects."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def items(self, depth: int = 0) -> Items:
        """The items of a block, or of the whole text, each with its keys; the sign that closes the block is taken."""
        if depth > _DEEPEST:
            raise ValueError("blocks within blocks without end")
        while (token := self._next() if depth else self._next("")) != ("}" if depth else ""):
            keys = [_text(token)]
            while (token := self._next()) not in ("{", "="):
                keys.append(_text(token))
            yield tuple(keys), self._value(self._next() if token == "=" else token, depth + 1)
            self._skip_comma()

    def _value(self, token: str, depth: int) -> Any:
        if token == "{":
            return list(self.items(depth))
        if token != "[":
            return _text(token)
        values: list[Any] = []
        while (token := self._next()) != "]":
            values.append(self._value(token, depth + 1))
            self._skip_comma()
        return values

    def _skip_comma(self) -> None:
        self._at += self._tokens[self._at : self._at + 1] == [","]

    def _next(self, end: str | None = None) -> str:
        if self._at == len(self._tokens):
            if end is None:
                raise ValueError("it ends within a block")
            return end
        self._at += 1
        return self._tokens[self._at - 1]


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise ValueError(f"{text[at : at + 20]!r} is not understood")
        if found.lastindex:
            yield found[0]
        at = found.end()


def _text(token: str) -> str:
    if token in ("{", "}", "[", "]", "=", ","):
        raise ValueError(f"a {token} that is not expected")
    return str(json.loads(token)) if token.startswith('"') else token
