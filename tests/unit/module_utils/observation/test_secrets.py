# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib
import json
import os

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import secrets
from tests.unit.module_utils.observation.servers import look, reason

GOOD = "kS9_vq2XwLr8-TzN4bYhQe7JmA1dCfGu"
PREDICATES = {
    "min_length": 32,
    "min_entropy_bits": 128,
    "pattern": "^[A-Za-z0-9_-]+$",
    "forbidden_pattern": "(?i)change|password",
    "base64_bytes": 24,
    "equals": {
        "salt": "pepper",
        "sha256": hashlib.pbkdf2_hmac("sha256", GOOD.encode(), b"pepper", 1000).hex(),
        "iterations": 1000,
    },
}


@pytest.fixture
def judge(tmp_path):
    def judged(content, **params):
        path = tmp_path / "secret"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return look(secrets.secret, file=str(path), **params)

    return judged


def test_a_good_secret_holds_every_predicate(judge):
    assert judge(GOOD + "\n", predicates=PREDICATES) == {"present": True, "predicates": dict.fromkeys(PREDICATES, True)}


def test_a_bad_secret_holds_none(judge):
    value = judge("change me!", predicates=PREDICATES)
    assert value == {"present": True, "predicates": dict.fromkeys(PREDICATES, False)}


@pytest.mark.parametrize(
    ("content", "key"),
    [("", None), (" \n", None), ("OTHER=x\n", "KEY"), ("KEY=\n", "KEY"), ("KEY=''\n", "KEY"), ("KEY= # none\n", "KEY"),
     ("#KEY=x", "KEY"), ("XKEY=x", "KEY")],
)  # fmt: skip
def test_an_absent_secret_holds_no_predicate_not_even_a_forbidden_pattern(judge, content, key):
    value = judge(content, key=key, predicates=PREDICATES)
    assert value == {"present": False, "predicates": dict.fromkeys(PREDICATES, False)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KEY=abc", "abc"),
        ("KEY = abc \r", "abc"),
        ("export KEY=abc", "abc"),
        ("KEY='a b # c'", "a b # c"),
        ('KEY="a \\"b\\" \\\\ c" # why', 'a "b" \\ c'),
        ("KEY=abc # at least 32 characters, chosen at random", "abc"),
        ("KEY=abc#def", "abc#def"),
        ("KEY=first\nKEY=abc", "abc"),
        ('KEY="-----BEGIN\nxyz\n-----END"', "-----BEGIN\nxyz\n-----END"),
    ],
)
def test_a_key_of_a_file_of_settings(judge, line, expected):
    digest = hashlib.pbkdf2_hmac("sha256", expected.encode(), b"", 1).hex()
    predicates = {"equals": {"salt": "", "sha256": digest, "iterations": 1}}
    content = "[section]\n; comment\nA=1\n%s\nZ='2'\n" % line
    assert judge(content, key="KEY", predicates=predicates)["predicates"] == {"equals": True}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (base64.b64encode(b"\xff" * 32).decode(), 32),
        (base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("="), 32),
        ("base64:" + base64.b64encode(b"\xff" * 32).decode(), 32),
    ],
)
def test_bytes_in_base64_are_counted_exactly(judge, text, size):
    def holds(size):
        return judge(text, predicates={"base64_bytes": size})["predicates"]["base64_bytes"]

    assert (holds(size), holds(size - 1), holds(size + 1)) == (True, False, False)


@pytest.mark.parametrize("text", ["not base64!", "abcde", "a=b=", "b\u00e4se"])
def test_what_is_not_base64_has_no_bytes(judge, text):
    assert judge(text, predicates={"base64_bytes": 3})["predicates"] == {"base64_bytes": False}


def test_repetition_is_not_entropy(judge):
    assert judge("a" * 1000, predicates={"min_entropy_bits": 1})["predicates"] == {"min_entropy_bits": False}


@pytest.mark.parametrize(
    "predicates",
    [
        {"pattern": "("},
        {"forbidden_pattern": "["},
        {"min_length": "long"},
        {"min_entropy_bits": None},
        {"base64_bytes": []},
        {"equals": {"salt": "x", "sha256": "00" * 32}},
        {"equals": {"salt": "x", "sha256": "00", "iterations": 1}},
        {"equals": {"salt": "x", "sha256": "zz" * 32, "iterations": 1}},
        {"equals": {"salt": "x", "sha256": "00" * 32, "iterations": 10**9}},
        {"equals": "x"},
        {"max_length": 3},
    ],
)
def test_a_predicate_that_nobody_can_evaluate_is_malformed(judge, predicates):
    assert reason(judge(GOOD, predicates=predicates)) == "malformed"


def test_a_missing_file_is_not_found(tmp_path):
    assert reason(look(secrets.secret, file=str(tmp_path / "none"))) == "not_found"


def test_an_unreadable_file_is_denied(tmp_path):
    path = tmp_path / "secret"
    path.write_text(GOOD)
    path.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        assert reason(look(secrets.secret, file=str(path))) == "denied"
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(GOOD * 3000, "too_large"), (GOOD.encode() + b"\xff\xfe", "malformed")],
    ids=["too large", "not text"],
)
def test_a_value_that_cannot_be_judged_says_so_without_showing_it(judge, content, expected):
    outcome = judge(content, predicates=PREDICATES)
    assert reason(outcome) == expected
    assert GOOD not in json.dumps(outcome)


def test_a_file_beyond_all_bounds_is_too_large(judge):
    assert reason(judge("KEY=x\n" * 300000, key="KEY")) == "too_large"
