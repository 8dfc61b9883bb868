# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default matcher finds what an item asks for, says why and how surely; others are found by their names.

How well it does on real checklists is measured by `make eval`.
"""

from __future__ import annotations

import json
import math
import re
import sys
import types

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.binding import matchers, ranking
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Question
from ansible_collections.golive.verify.plugins.plugin_utils.binding.ranking import Weights, WordMatcher
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue

KNOWN = catalogue()
MATCHER = WordMatcher(KNOWN)


def asked(text, *headings, **more):
    return MATCHER.rank([Question(text, headings, **more)])[0]


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("PgBouncer in front of Postgres", "postgresql.pooling"),
        ("K8s HPA in place", "kubernetes.autoscaling"),
        ("SSL certs renew by themselves (certbot)", "tls.expiry"),
        ("Bugsnag set up", "sentry.configured"),
        ("DR plan written", "docs.dr_plan"),
        ("We rehearsed going back to the previous release", "deploy.rollback"),
        ("`APP_ENV=production`", "env.runtime_mode"),
        ("`ACME_WIDGET_TOKEN` set", "env.required_present"),
        ("Guests can book a table", "journey.critical_flows"),
    ],
)
def test_other_words_for_the_same_thing(text, control):
    assert control in [candidate.control for candidate in asked(text)[:3]]


def test_headings_and_parents_tell_what_a_short_item_is_about():
    alone = [candidate.control for candidate in asked("Retention configured")]
    below = [candidate.control for candidate in asked("Retention configured", "Backups")]
    assert below[0] == "backup.retention"
    assert alone != below
    parent = "Data processing agreements (GDPR) signed with:"
    assert asked("Hosting company", parents=(parent,))[0].control == "docs.gdpr"


def test_bullets_below_an_item_tell_what_it_means():
    details = ("PgBouncer in transaction mode", "max_connections sized")
    assert asked("Database", details=details)[0].control == "postgresql.pooling"


def test_a_product_that_the_checklist_never_names_is_not_meant():
    questions = [Question("Live keys in place"), Question("Webhook secret of Stripe stored")]
    with_stripe = MATCHER.rank(questions)[0]
    without = MATCHER.rank(questions[:1])[0]
    assert with_stripe[0].control == "stripe.live_key"
    assert {c.control: c.score for c in with_stripe}["stripe.live_key"] > {c.control: c.score for c in without}.get(
        "stripe.live_key", -math.inf
    )


def test_candidates_are_ranked_with_probabilities_that_do_not_add_up_to_more_than_one():
    for question in ("TLS", "Redis persistence enabled (AOF)", "Everything is fine", "Backups and alerts"):
        found = asked(question)
        assert len(found) <= ranking.MOST
        assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
        assert [c.confidence for c in found] == sorted((c.confidence for c in found), reverse=True)
        assert all(0 <= c.confidence <= 1 for c in found)
        assert sum(c.confidence for c in found) <= 1 + 1e-9


def test_what_is_plain_is_sure_enough_to_bind_and_what_is_not_is_not():
    assert asked("Redis persistence enabled", "Cache")[0].confidence >= MATCHER.confidence
    for vague in ("Everything is fine", "Do it", "Talk to Bob about the thing", "Enable swap"):
        assert all(c.confidence < MATCHER.confidence for c in asked(vague))


@pytest.mark.parametrize(
    "foreign",
    [
        "Учётные записи сотрудников проверены бухгалтерией",
        "確認してください、担当者の承認があります",
        "Vérifier que la facturation des écoles convient au rectorat",
        "xyzzy plugh frobnicate",
    ],
)
def test_a_language_that_it_does_not_know_makes_it_unsure(foreign):
    assert all(candidate.confidence < 0.5 for candidate in asked(foreign))


@pytest.mark.parametrize("empty", ["", " ", "🚀", "----", "<!-- -->"])
def test_an_empty_item_has_no_sure_candidate(empty):
    assert all(candidate.confidence < 0.5 for candidate in asked(empty))


@pytest.mark.parametrize("text", ["redis " * 200_000, "`" * 100_000, "(" * 100_000, "A_B" * 100_000, "\x00" * 100_000])
def test_a_hostile_item_is_bounded(text):
    found = MATCHER.rank([Question(text, (text,) * 50, (text,) * 50, (text,) * 200)])[0]
    assert all(len(candidate.reason) < 1000 for candidate in found)


def test_the_same_questions_always_get_the_same_answers():
    questions = [Question(text, ("Security",)) for text in ("CORS configured", "Firewall", "No secrets in code")]
    assert MATCHER.rank(questions) == MATCHER.rank(questions) == WordMatcher(KNOWN).rank(questions)


def test_no_items_no_candidates():
    assert MATCHER.rank([]) == []


def test_the_reason_names_the_phrase_and_the_words_in_common():
    reason = asked("K8s autoscaling (HPA)", "Performance")[0].reason
    assert re.match(r"like '.+': both say ", reason)
    assert "autoscaling" in reason
    assert "Performance" in reason


def test_a_reason_without_a_phrase_says_what_else_speaks_for_it():
    found = asked("`FROBNICATOR_LEVEL`")
    assert "its form speaks" in {c.control: c.reason for c in found}["env.required_present"]


def test_weights_are_few_and_hold_no_word():
    data = json.loads(ranking.WEIGHTS.read_text())
    assert len(data["features"]) + len(data["sureness"]) + 1 <= 60
    assert all(isinstance(value, float | int) for part in ("features", "sureness") for value in data[part].values())


@pytest.mark.parametrize("broken", ["{}", '{"features": {}, "sureness": {}, "threshold": 0}'])
def test_weights_that_do_not_fit_are_refused(tmp_path, broken):
    path = tmp_path / "weights.json"
    path.write_text(broken)
    with pytest.raises(ValueError, match=r"weights\.json"):
        Weights.load(path)


class Constant:
    """Somebody's own matcher."""

    confidence = 0.5

    def __init__(self, controls, model="none"):
        self.controls, self.model = controls, model

    def rank(self, questions):
        return [[Candidate("tls.expiry", 1.0, 1.0, "always")] for _question in questions]


class Failing:
    def __init__(self, controls):
        raise ValueError("the model has no vectors")


@pytest.fixture
def acme(monkeypatch):
    module = types.ModuleType("acme_matching")
    vars(module).update(Matcher=Constant, Failing=Failing)
    monkeypatch.setitem(sys.modules, "acme_matching", module)


def test_our_matcher_goes_by_its_name():
    assert isinstance(matchers.named("words", KNOWN), WordMatcher)


def test_a_matcher_of_ones_own_is_found_by_its_python_name(acme):
    found = matchers.named("acme_matching.Matcher", KNOWN)
    assert found.rank([Question("anything")])[0][0].control == "tls.expiry"
    with_model = matchers.named("acme_matching.Matcher", KNOWN, "some/model")
    assert isinstance(with_model, Constant)
    assert with_model.model == "some/model"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("wrods", "use words, embeddings"),
        ("acme_matching.Nothing", "cannot be used"),
        ("no_such_package.Matcher", "cannot be used"),
        ("acme_matching.Failing", "the model has no vectors"),
    ],
)
def test_what_cannot_be_used_says_why(acme, name, why):
    with pytest.raises(matchers.NoMatcher, match=why):
        matchers.named(name, KNOWN)
