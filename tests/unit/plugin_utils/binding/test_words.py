# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a line: stems, the usual words for others, what names bring to mind, and the line's form."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.binding import words
from ansible_collections.golive.verify.plugins.plugin_utils.binding.vocabulary import vocabulary


@pytest.mark.parametrize(
    "forms",
    [
        ("encrypt", "encrypted", "encryption", "encrypts", "encrypting"),
        ("configure", "configured", "configuring"),
        ("migration", "migrations", "migrate", "migrated"),
        ("policy", "policies"),
        ("validate", "validation", "validated"),
        ("logged", "logging"),
        ("optimize", "optimise", "optimized"),
    ],
)
def test_forms_of_a_word_are_one(forms):
    assert len({vocabulary().stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("production", "product"), ("integration", "integrity"), ("https", "http")])
def test_words_that_only_look_alike_are_two(one, other):
    assert vocabulary().stem(one) != vocabulary().stem(other)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("K8s", "Kubernetes"),
        ("DB backed up", "database backup"),
        ("PITR", "point-in-time recovery"),
        ("DR plan", "disaster recovery plan"),
        ("2FA", "two-factor authentication"),
        ("auto-scaling", "autoscaler"),
        ("**Backups**", "`backup`"),
        ("[Backups](https://wiki.example.com)", "backup"),
    ],
)
def test_what_means_the_same_reads_the_same(text, same):
    wiki = {"wiki", "exampl", "com"}
    assert words.read(text).words.keys() - wiki == words.read(same).words.keys()


def test_a_product_brings_along_what_it_is_and_weighs_more_than_that():
    read = words.read("Sentry").words
    assert read["sentry"] > read["error_track"] > 0 or read["sentry"] > read["error"] > 0


def test_what_stands_in_brackets_specifies():
    read = words.read("Backups scheduled (Restic)").words
    assert read["backup"] > read["restic"]


@pytest.mark.parametrize("urgent", ["**CRITICAL**: ", "[High] ", "(P1) ", "Important - "])
def test_how_urgent_it_is_says_nothing_of_what_it_is(urgent):
    assert words.read(f"{urgent}firewall rules").words == words.read("firewall rules").words


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("`DATABASE_URL` set", "variable"),
        ("`NODE_ENV=production`", "variable"),
        ("`PORT` set", "variable"),
        ("Users can reset their password", "story"),
        ("Verify that a customer sees the cart", "story"),
        ("Site loads at https://shop.example.com", "address"),
    ],
)
def test_the_form_of_a_line_leaves_a_mark(text, mark):
    assert mark in words.read(text).marks


@pytest.mark.parametrize("text", ["Customer support trained", "TLS enabled", "users table indexed"])
def test_other_lines_have_no_form(text):
    assert not words.read(text).marks


def test_a_variable_says_what_variables_of_its_name_hold():
    assert "url" in words.read("`POSTGRES_URL`").words
    assert words.read("`NODE_ENV`").words.keys() & words.read("debug mode").words.keys()


@pytest.mark.parametrize(
    "text", ["", "   ", "—", "🚀✅", "\x00\x1b[31m", "12 34 %", "the of and", "<!-- golive: human -->"]
)
def test_nothing_said_is_nothing_read(text):
    assert not words.read(text).words


@pytest.mark.parametrize(
    "text",
    ["backup " * 100_000, "(" * 50_000, "A_" * 50_000, "[" * 50_000, "<!--" * 20_000, "`" * 50_000 + "\u0301" * 50_000],
)
def test_a_hostile_line_is_read_only_so_far(text):
    assert len(words.read(text).words) <= 8 * words.MAX_WORDS


def test_words_know_how_they_were_written():
    assert words.read("K8s Autoscaling").shown["kubernetes"] == "K8s"
