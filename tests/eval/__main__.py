"""`make eval`: how well the matcher finds the controls that people labelled checklists with.

Without arguments: the lists at hand, each with what was learned from all others; exit status 1 where a bar is missed.
With folders of NN.md and NN.tsv: their lists, with the matcher as it ships. --train: learn from all lists at hand and
write the weights that ship.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.binding import matchers, words
from ansible_collections.golive.verify.plugins.plugin_utils.binding.ranking import WEIGHTS, WordMatcher
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from tests.eval import lists, training
from tests.eval.lists import Labelled
from tests.eval.scoring import Score, score

SHARED = Path(os.environ.get("GOLIVE_SHARED") or Path(__file__).resolve().parents[3] / "shared")
LABELLED, CATALOGUE = SHARED / "eval/dev", SHARED / "catalogue"
SPEED_ITEMS = 700


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of labelled lists")
    parser.add_argument("--matcher", default="words", help="words, embeddings, or a class by its Python name")
    parser.add_argument("--model", help="the directory of the matcher's model")
    parser.add_argument("--train", action="store_true", help="write the weights that ship")
    args = parser.parse_args()
    if args.folders:
        return _as_shipped([each for path in args.folders for each in lists.folder(path)], args.matcher, args.model)
    if not LABELLED.is_dir():
        print("SKIPPED: there are no labelled lists beside this repository")
        return 0
    labelled, seeds = lists.folder(LABELLED), lists.seeds(CATALOGUE)
    if args.train:
        training.save(training.train(_matcher(), _examples([*labelled, *seeds])), WEIGHTS)
        return 0
    if args.matcher != "words":
        return _as_shipped([*labelled, *seeds], args.matcher, args.model)
    return _one_left_out(labelled, seeds)


def _as_shipped(labelled: Sequence[Labelled], name: str, model: str | None) -> int:
    matcher = matchers.named(name, catalogue(), model)
    scores = []
    for each in labelled:
        ranked = matcher.rank([row.question for row in each.rows])
        scores.append((each.name, score(each.rows, ranked, matcher.confidence)))
    print("\n".join(_table(scores, matcher.confidence)))
    return _judged(scores)


def _one_left_out(labelled: Sequence[Labelled], seeds: Sequence[Labelled]) -> int:
    confidence = WordMatcher(catalogue()).confidence
    # The seeds are left out together: one team mapped them, and the catalogue was made from them.
    left_out = [[each] for each in labelled] + [list(seeds)]
    others = [[*(one for one in labelled if one not in out), *(() if out == [*seeds] else seeds)] for out in left_out]
    with ProcessPoolExecutor() as pool:
        found = [score for scores in pool.map(_scores, left_out, others) for score in scores]
    named = [(each.name, score) for each, score in zip([*labelled, *seeds], found, strict=True)]
    print("\n".join(_table(named[: len(labelled)], confidence)))
    print("\nThe seeds, which the catalogue was made from:")
    print("\n".join(_table(named[len(labelled) :], confidence)))
    print("\n" + _speed([*labelled, *seeds]))
    return _judged(named[: len(labelled)])


def _scores(left_out: Sequence[Labelled], others: Sequence[Labelled]) -> list[Score]:
    """The scores of lists by a matcher that learned from the others."""
    weights = training.train(_matcher(), _examples(others))
    matcher = WordMatcher(catalogue(), weights)
    ranked = [matcher.rank([row.question for row in each.rows]) for each in left_out]
    return [score(each.rows, found, matcher.confidence) for each, found in zip(left_out, ranked, strict=True)]


def _matcher() -> WordMatcher:
    return WordMatcher(catalogue(), training.BEGINNING)


def _examples(labelled: Sequence[Labelled]) -> list[list[training.Example]]:
    matcher = _matcher()
    return [training.examples(matcher, each) for each in labelled]


def _table(scores: Sequence[tuple[str, Score]], confidence: float) -> Iterator[str]:
    yield (
        f"{'list':<10}{'items':>6}{'first':>8}{'three':>8}{'MRR':>8}"
        f"{'bound':>8}{'precision':>11}{'recall':>8}{'gaps':>6}{'gaps bound':>12}   (bound from {confidence} on)"
    )
    for name, found in [*scores, ("total", sum((found for _name, found in scores), Score()))]:
        rates = found.rates()
        yield (
            f"{name:<10}{found.labelled + found.gaps:>6}{rates['first']:>8.3f}{rates['among three']:>8.3f}"
            f"{rates['MRR']:>8.3f}{found.bound:>8}{rates['precision']:>11.3f}{rates['recall']:>8.3f}"
            f"{found.gaps:>6}{found.gaps_bound:>12}"
        )


def _speed(labelled: Sequence[Labelled]) -> str:
    """How long the processor is busy with the items of the lists at hand, none of whose texts was read before."""
    questions = [row.question for each in labelled for row in each.rows][:SPEED_ITEMS]
    controls = catalogue()
    began = time.process_time()
    matcher = WordMatcher(controls)
    made = time.process_time()
    words.read.cache_clear()
    matcher.rank(questions)
    ended = time.process_time()
    return (
        f"{len(questions)} items against {len(controls)} controls: {ended - made:.2f} s of CPU,"
        f" after {made - began:.2f} s for the catalogue"
    )


def _judged(scores: Sequence[tuple[str, Score]]) -> int:
    missed = sum((found for _name, found in scores), Score()).missed()
    for sentence in missed:
        print(f"MISSED: {sentence}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
