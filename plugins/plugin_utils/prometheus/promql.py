# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of PromQL as it takes to tell what an alerting rule reads and what it compares with."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<duration>(?:\d+(?:ms|[smhdwy]))+)
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_:]*)
    |(?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}\[\],:@])""",
    re.VERBOSE,
)
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_WORDS = {"and", "or", "unless", "offset", "bool", "inf", "nan", "atan2"}
_LONGEST = 20_000
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}

Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an expression compares with. sign: < or >, with or without =."""

    sign: str
    value: float


def tokens(expression: str) -> list[Token]:
    """The words of an expression with their kinds; what is no PromQL is CannotLook."""
    found, at = [], 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None or len(expression) > _LONGEST:
            raise CannotLook("malformed", f"not understood as PromQL: {shown(expression[at:])}")
        at = match.end()
        if match.lastgroup:
            found.append((match.lastgroup, match.group()))
    return found


def selectors(expression: str, outcomes: Collection[str]) -> list[str]:
    """What an expression reads, as selectors. outcomes: labels whose values come and go with what happens, such as that
    of a status; what is selected by them need not be there, but the label must."""
    words = tokens(expression)
    return list(dict.fromkeys(_selectors(words, outcomes)))


def _selectors(words: Sequence[Token], outcomes: Collection[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        kind, word = words[at]
        after = words[at + 1][1] if at + 1 < len(words) else ""
        at += 1
        if kind == "name" and word.lower() in _GROUPING:
            at = _beyond(words, at, ")") if after == "(" else at
        elif word == "{" or (kind == "name" and word.lower() not in _WORDS and _is_metric(after)):
            name, start = ("", at - 1) if word == "{" else (word, at)
            end = _beyond(words, start, "}") if start < len(words) and words[start][1] == "{" else start
            yield name + _matchers(words[start + 1 : end - 1], outcomes)
            at = end


def _is_metric(after: str) -> bool:
    """Whether a name is a metric's, by what stands after it: neither a function's nor an aggregation's."""
    return after != "(" and after.lower() not in ("by", "without")


def _beyond(words: Sequence[Token], at: int, end: str) -> int:
    while at < len(words):
        at += 1
        if words[at - 1] == ("sign", end):
            return at
    raise CannotLook("malformed", f"PromQL without the {end} that it takes")


def _matchers(words: Sequence[Token], outcomes: Collection[str]) -> str:
    found = []
    for at in range(0, len(words), 4):
        part = [word for dummy, word in words[at : at + 3]]
        if len(part) < 3:
            raise CannotLook("malformed", "PromQL with a matcher that is none")
        found.append(f'{part[0]}!=""' if part[0] in outcomes else "".join(part))
    return f"{{{','.join(dict.fromkeys(found))}}}" if found else ""


def comparisons(expression: str) -> list[Comparison]:
    """The numbers other than 0 that an expression compares with."""
    words = tokens(expression)
    found = []
    for at, (kind, word) in enumerate(words):
        if kind == "sign" and word in ("<", ">", "<=", ">="):
            value = _constant(words[at + 1 :])
            if value:
                found.append(Comparison(word, value))
    return found


def in_percent(expression: str) -> bool:
    """Whether an expression makes a percentage of a ratio: something is multiplied by 100."""
    values = [word for dummy, word in tokens(expression)]
    pairs = [values[at : at + 2] for at in range(len(values) - 1)]
    return any(pair in (["*", "100"], ["100", "*"]) for pair in pairs)


def of_shares(expression: str) -> bool:
    """Whether an expression can be of shares: something is divided, or what it reads was recorded (a:b)."""
    return any(word == "/" or (kind == "name" and ":" in word) for kind, word in tokens(expression))


def quantiles(expression: str) -> list[float]:
    """The quantiles of histograms that an expression takes."""
    words = tokens(expression)
    return [
        float(words[at + 2][1])
        for at in range(len(words) - 2)
        if words[at][1] == "histogram_quantile" and words[at + 2][0] == "number"
    ]


def _constant(words: Sequence[Token]) -> float | None:
    """The number that stands there, or an arithmetic of numbers; None where it is of something else too."""
    text, depth = "", 0
    for kind, word in words:
        if (kind, word) == ("name", "bool") and not text:
            continue
        if kind == "number" or (kind == "sign" and word in "+-*/("):
            depth += word == "("
        elif word == ")" and depth:
            depth -= 1
        elif kind == "name" and word.lower() not in _WORDS:
            return None
        else:
            break
        text += word
    try:
        value = _computed(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _computed(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_computed(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return float(_ARITHMETIC[type(node.op)](_computed(node.left), _computed(node.right)))
    raise ValueError("not a number")
