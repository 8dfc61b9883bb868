# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The optional matcher: the meaning of whole sentences by a model on this machine, beside the default matcher's words.

Nothing is fetched: the model is a directory that model2vec can read (a "static" sentence embedding).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Question
from ansible_collections.golive.verify.plugins.plugin_utils.binding.ranking import MOST, WordMatcher
from ansible_collections.golive.verify.plugins.plugin_utils.binding.words import MAX_CHARACTERS
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control

_WEIGHTS = "model.safetensors"


class EmbeddingMatcher:
    """Adds nearness of meaning to what the words say. It binds only where both find the same control first.

    model: the directory of the model. Raises ImportError without the library, ValueError without a model.
    """

    def __init__(self, controls: Mapping[str, Control], model: str | Path | None = None) -> None:
        if model is None or not (Path(model) / _WEIGHTS).is_file():
            raise ValueError(f"it needs a model: the directory of one, with its {_WEIGHTS}")
        from model2vec import StaticModel

        self._words = WordMatcher(controls)
        self.confidence = self._words.confidence
        self._model: Any = StaticModel.from_pretrained(str(model), normalize=True, force_download=False)
        phrases = [(control.id, text) for control in controls.values() for text in (control.title, *control.phrases)]
        self._owners = [identity for identity, _text in phrases]
        self._texts = [text for _identity, text in phrases]
        self._vectors = self._encoded(self._texts)

    def rank(self, questions: Sequence[Question]) -> Sequence[Sequence[Candidate]]:
        """See Matcher. A score is the cosine with the nearest phrase, and the confidence that the words give."""
        if not questions:
            return []
        asked = self._encoded([" ".join((question.text, *question.headings[-1:])) for question in questions])
        nearness = (asked @ self._vectors.T).tolist()
        by_words = self._words.rank(questions)
        return [list(self._candidates(*pair)) for pair in zip(nearness, by_words, strict=True)]

    def _encoded(self, texts: Sequence[str]) -> Any:
        return self._model.encode([text[:MAX_CHARACTERS] for text in texts], use_multiprocessing=False)

    def _candidates(self, nearness: Sequence[float], by_words: Sequence[Candidate]) -> Iterator[Candidate]:
        nearest: dict[str, tuple[float, str]] = {}
        for near, owner, text in zip(nearness, self._owners, self._texts, strict=True):
            if near > nearest.get(owner, (0.0, ""))[0]:
                nearest[owner] = near, text
        said = {candidate.control: candidate for candidate in by_words}
        by_meaning = max(nearest, key=lambda control: nearest[control][0], default="")
        agreed = bool(by_words) and by_words[0].control == by_meaning
        scores = {
            control: nearest.get(control, (0.0, ""))[0] + (said[control].confidence if control in said else 0.0)
            for control in {*nearest, *said}
        }
        best = sorted(scores, key=lambda control: (-scores[control], control))[:MOST]
        sure = by_words[0].confidence if agreed else min([0.5, *(candidate.confidence for candidate in by_words[:1])])
        for place, control in enumerate(best):
            near, text = nearest.get(control, (0.0, ""))
            reason = f"means about the same as '{text}' ({near:.2f})" if text else said[control].reason
            yield Candidate(control, scores[control], sure / (place + 1), reason)
