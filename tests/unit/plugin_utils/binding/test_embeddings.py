# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matcher with sentence embeddings, by a model of a few made-up words that the test makes itself."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.binding import matchers
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Question
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue

KNOWN = {
    name: control
    for name, control in catalogue().items()
    if name in ("redis.persistence", "tls.expiry", "host.firewall")
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Three directions of meaning; "durable cache" means what "redis persistence" does, though it shares no word."""
    model2vec = pytest.importorskip("model2vec", reason="the optional matcher needs requirements/matching.txt")
    numpy = pytest.importorskip("numpy")
    tokenizers = pytest.importorskip("tokenizers")
    meanings = {
        "[UNK]": (0.01, 0.01, 0.01),
        **dict.fromkeys(("redis", "persistence", "append", "file", "hoard"), (1, 0, 0)),
        **dict.fromkeys(("certificate", "expiry", "renewal"), (0, 1, 0)),
        **dict.fromkeys(("firewall", "ufw", "deny"), (0, 0, 1)),
    }
    vocabulary = {word: number for number, word in enumerate(meanings)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    path = tmp_path_factory.mktemp("model")
    model2vec.StaticModel(numpy.array(list(meanings.values()), dtype=numpy.float32), tokenizer).save_pretrained(path)
    return str(path)


def test_meaning_finds_what_shares_no_word(model):
    matcher = matchers.named("embeddings", KNOWN, model)
    (found,) = matcher.rank([Question("hoard")])
    assert found[0].control == "redis.persistence"
    assert "means about the same as" in found[0].reason
    assert found[0].confidence < matcher.confidence


def test_where_words_and_meaning_agree_it_is_as_sure_as_the_words(model):
    questions = [Question("Redis persistence enabled", ("Cache",))]
    (found,) = matchers.named("embeddings", KNOWN, model).rank(questions)
    (by_words,) = matchers.named("words", KNOWN).rank(questions)
    assert (found[0].control, found[0].confidence) == ("redis.persistence", by_words[0].confidence)
    assert [candidate.score for candidate in found] == sorted((each.score for each in found), reverse=True)


def test_no_items_no_candidates(model):
    assert not matchers.named("embeddings", KNOWN, model).rank([])


@pytest.mark.parametrize("missing", [None, "nowhere"])
def test_nothing_is_fetched_in_place_of_a_missing_model(missing):
    with pytest.raises(matchers.NoMatcher, match="it needs a model"):
        matchers.named("embeddings", KNOWN, missing)
