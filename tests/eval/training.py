"""What the default matcher learns from labelled checklists: the weights of its features, and how sure to be.

Both are linear, so a few dozen numbers are all that is learned. Listwise logistic regression: the labelled controls
of an item together are to be likelier than all others that come into question.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.binding.features import Considered, Features
from ansible_collections.golive.verify.plugins.plugin_utils.binding.ranking import Sureness, Weights, WordMatcher
from tests.eval.lists import Labelled, Row

# How strongly weights are held near what they were before any list was seen.
HELD = 0.0002
HELD_SURENESS = 0.002
# Forms are rules that few lists at hand have a use for: their weights begin here.
BEFORE = {"story": 6.0, "variable": 3.0, "flows": 2.0}
# An item that no common control fits counts this much, if it is to be found an extra.
GAP = 0.4

Vector = list[float]

# What to begin with when nothing is learned yet.
BEGINNING = Weights(
    Features(*[BEFORE.get(name, 0.0) for name in Features._fields]), Sureness(*[0.0] * len(Sureness._fields)), 0.0
)


@dataclass(frozen=True)
class Example:
    """An item with the controls that come into question; right: which of them are."""

    row: Row
    considered: Sequence[Considered]
    right: Sequence[bool]
    weight: float


def examples(matcher: WordMatcher, checklist: Labelled) -> list[Example]:
    """The checklist's items as the matcher sees them."""
    controls = matcher.index.controls
    found = []
    for row, considered in zip(checklist.rows, matcher.examined([row.question for row in checklist.rows]), strict=True):
        if row.labels:
            right = [controls[each.control].id in row.labels for each in considered]
        else:
            right = [bool(each.features.extra) for each in considered]
        found.append(Example(row, considered, right, 1.0 if row.labels else GAP))
    return found


def train(matcher: WordMatcher, lists: Sequence[Sequence[Example]]) -> Weights:
    """The weights that fit these lists best. matcher: any, for what it knows of the controls."""
    usable = [example for each in lists for example in each if any(example.right)]
    before = list(BEGINNING.features)
    features = Features(*descend(lambda at: _listwise(usable, at, before), before))
    signs, right = [], []
    for example in (example for each in lists for example in each if example.considered):
        ranked = matcher.ranked(example.considered, features)
        signs.append([*matcher.sureness(ranked), 1.0])
        right.append(matcher.index.controls[ranked[0][1].control].id in example.row.labels)
    *sureness, threshold = descend(lambda at: _logistic(signs, right, at), [0.0] * (len(Sureness._fields) + 1))
    return Weights(features, Sureness(*sureness), threshold)


def save(weights: Weights, path: Path) -> None:
    """Rounded, so that every machine arrives at the same file."""
    data = {
        "features": {name: round(value, 2) for name, value in weights.features._asdict().items()},
        "sureness": {name: round(value, 2) for name, value in weights.sureness._asdict().items()},
        "threshold": round(weights.threshold, 2),
    }
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _listwise(usable: Sequence[Example], at: Vector, before: Vector) -> tuple[float, Vector]:
    """The mean loss at these weights, and its slope."""
    loss, slope = 0.0, [0.0] * len(at)
    for example in usable:
        scores = [sum(map(float.__mul__, each.features, at)) for each in example.considered]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        good = sum(power for power, right in zip(powers, example.right, strict=True) if right)
        loss -= example.weight * math.log(good / total)
        for each, power, right in zip(example.considered, powers, example.right, strict=True):
            pull = example.weight * (power / total - (power / good if right else 0.0))
            if abs(pull) > 1e-4:
                slope = [value + pull * feature for value, feature in zip(slope, each.features, strict=True)]
    return _held(loss / len(usable), [value / len(usable) for value in slope], at, before, HELD)


def _logistic(signs: Sequence[Vector], right: Sequence[bool], at: Vector) -> tuple[float, Vector]:
    loss, slope = 0.0, [0.0] * len(at)
    for sign, good in zip(signs, right, strict=True):
        sure = 1 / (1 + math.exp(-sum(map(float.__mul__, sign, at))))
        loss -= math.log(max(sure if good else 1 - sure, 1e-12))
        pull = sure - good
        slope = [value + pull * feature for value, feature in zip(slope, sign, strict=True)]
    free = [*[0.0] * (len(at) - 1), at[-1]]
    return _held(loss / len(signs), [value / len(signs) for value in slope], at, free, HELD_SURENESS)


def _held(loss: float, slope: Vector, at: Vector, before: Vector, strength: float) -> tuple[float, Vector]:
    away = [here - there for here, there in zip(at, before, strict=True)]
    loss += strength * _dot(away, away)
    return loss, [value + 2 * strength * far for value, far in zip(slope, away, strict=True)]


def descend(function: Callable[[Vector], tuple[float, Vector]], start: Vector, steps: int = 80) -> Vector:
    """Where the function is least, by L-BFGS. function: its value and slope at a place."""
    at, memory = start, 8
    value, slope = function(at)
    history: list[tuple[Vector, Vector, float]] = []
    for _step in range(steps):
        direction = _direction(slope, history)
        stride = 1.0 if history else min(1.0, 1 / (math.sqrt(_dot(slope, slope)) or 1.0))
        downhill = _dot(direction, slope)
        while True:
            there = [here + stride * way for here, way in zip(at, direction, strict=True)]
            new_value, new_slope = function(there)
            if new_value <= value + 1e-4 * stride * downhill or stride < 1e-8:
                break
            stride /= 2
        moved = [new - old for new, old in zip(there, at, strict=True)]
        turned = [new - old for new, old in zip(new_slope, slope, strict=True)]
        curvature = _dot(moved, turned)
        if curvature > 1e-12:
            history = [*history, (moved, turned, 1 / curvature)][-memory:]
        gained = value - new_value
        at, value, slope = there, new_value, new_slope
        if gained < 1e-6:
            break
    return at


def _direction(slope: Vector, history: Sequence[tuple[Vector, Vector, float]]) -> Vector:
    way = [-value for value in slope]
    shares = []
    for moved, turned, inverse in reversed(history):
        share = inverse * _dot(moved, way)
        way = [value - share * turn for value, turn in zip(way, turned, strict=True)]
        shares.append(share)
    if history:
        moved, turned, _inverse = history[-1]
        scale = _dot(moved, turned) / _dot(turned, turned)
        way = [value * scale for value in way]
    for (moved, turned, inverse), share in zip(history, reversed(shares), strict=True):
        back = inverse * _dot(turned, way)
        way = [value + (share - back) * move for value, move in zip(way, moved, strict=True)]
    return way


def _dot(some: Vector, others: Vector) -> float:
    return sum(map(float.__mul__, some, others))
