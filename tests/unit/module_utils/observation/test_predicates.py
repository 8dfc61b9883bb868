# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import secrets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

RANDOM = "q3vKp7Zt9XwLr2TzN4bYhQe7JmA1dCfG"
KEY = "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs="
PRINT = {"salt": "s", "sha256": hashlib.pbkdf2_hmac("sha256", RANDOM.encode(), b"s", 10).hex(), "iterations": 10}
URL = "postgresql://shop:p%40ss@db.shop.internal:5432/shop?sslmode=verify-full&pgbouncer=true"


def holds(value, predicate, expected=True):
    (test,) = secrets.tests({predicate: expected}).values()
    return secrets.holds(test, value, "TEST")


@pytest.mark.parametrize(
    ("predicate", "expected", "right", "wrong"),
    [
        ("hex_bytes", 32, ["0a" * 32], ["0a" * 31, "0" * 63, "x" * 64, ""]),
        ("differs_from:staging", PRINT, [RANDOM[1:]], [RANDOM]),
        ("one_of", ["production", "prod"], ["production", "prod"], ["Production", "production ", "test"]),
        ("not_repeating", True, [RANDOM, "ab", "abcabd"], ["supersecret" * 3, "aaaa", "abab", "abcab" * 2 + "ab"]),
        ("not_made_of", ["secret", "super"], [RANDOM, "x9-secret-q3vKp7Zt"], ["super-SECRET-42", "secret", "---"]),
        (
            "not_typed",
            "base64",
            [KEY],
            ["QUFBQUFBQUFBQUFBQUFBQQ==", "AAAAAAAAAAAAAAAAAAAAAA==", "!", "dHlwZWQgYnkgYSBodW1hbg=="],
        ),
        ("not_typed", "hex", ["00ff17" + "9c" * 3], ["61" * 16, "00" * 16, "zz"]),
        (
            "url_scheme",
            ["postgresql", "postgres"],
            [URL, "jdbc:postgresql://h/d"],
            ["mysql://h/d", "postgresql:/h", "no URL"],
        ),
        (
            "url_host",
            ["db.shop.internal"],
            [URL, URL.upper().replace("SHOP:P%40SS@", "")],
            ["postgresql://x/shop", "postgresql:///d"],
        ),
        (
            "url_remote",
            True,
            [URL, "postgresql://a,b:5433/d", "postgresql:///d?host=db1", "postgresql://[2001:db8::1]/d"],
            [
                *("postgresql://localhost/d", "postgresql://a:b@127.0.0.1:5432/d", "postgresql://[::1]/d"),
                *("postgresql://db,localhost/d", "postgresql:///d?host=/run/postgresql", "postgresql:///d"),
                *(
                    "postgresql://[::ffff:127.0.0.1]/d",
                    "postgresql://0.0.0.0/d",
                    "postgresql://${HOST}/d",
                    "text",
                    "//db",
                ),
                *(
                    "postgresql://db.localhost/d",
                    "postgresql://host.docker.internal/d",
                    "postgresql://a:b@c@localhost/d",
                ),
            ],
        ),
        ("url_forbidden_host", r"(?:^|[.-])staging", [URL], ["postgresql://db.staging.x/d", "postgresql:///d"]),
        (
            "url_database",
            ["shop"],
            [URL, "postgresql://h/sh%6fp"],
            ["postgresql://h/shop_dev", "postgresql://h", "postgresql://h/"],
        ),
        (
            "url_parameter:sslmode",
            {"sslmode": ["require", "verify-full"]},
            [URL],
            [URL.replace("verify-full", "prefer"), "postgresql://h/d"],
        ),
        (
            "https_origins",
            [],
            [
                "https://a.shop",
                "https://a.shop,https://b.shop:8443",
                '["https://a.shop", "https://b.shop"]',
                "https://a.shop https://b.shop",
            ],
            [
                *(
                    "*",
                    "null",
                    "https://a.shop,*",
                    "http://a.shop",
                    "https://localhost:3000",
                    "https://127.0.0.1",
                    "https://[::1]",
                ),
                *(
                    "https://a.shop/",
                    "https://*.shop",
                    "a.shop",
                    ",",
                    "https://u@a.shop",
                    "https://a.shop, http://b.shop",
                ),
            ],
        ),
        ("https_origins", ["https://a.shop"], ["https://A.shop"], ["https://b.shop", "https://a.shop,https://b.shop"]),
    ],
)
def test_a_predicate_holds_for_what_is_right_alone(predicate, expected, right, wrong):
    assert [value for value in right if not holds(value, predicate, expected)] == []
    assert [value for value in wrong if holds(value, predicate, expected)] == []


@pytest.mark.parametrize(
    "predicates",
    [{"one_of": 3}, {"not_typed": "rot13"}, {"url_parameter": {"a": ["b"], "c": ["d"]}}, {"hex_bytes": "x"},
     {"differs_from:x": {}}, {"url_forbidden_host": "("}, {"unknown:x": 1}],
)  # fmt: skip
def test_a_predicate_that_nobody_can_evaluate_is_refused(predicates):
    with pytest.raises(CannotLook):
        secrets.tests(predicates)


@pytest.mark.parametrize(
    ("value", "password"),
    [
        (URL, "p@ss"),
        ("jdbc:postgresql://db/shop?user=shop&password=p%40ss", "p@ss"),
        ("jdbc:sqlserver://db:1433;user=shop;password=p@ss", "p@ss"),
        ("redis://:p@db:6379/0", "p"),
        ("postgresql://shop:p/a#s@s@db/shop", "p/a#s@s"),
        ("host=db user=shop password='p ss' sslmode=require", "p ss"),
        ("Server=db;User Id=shop;Pwd=p@ss;", "p@ss"),
        ("postgresql://shop@db:5432/shop?application_name=a@b", ""),
        ("https://key@sentry.example/1", ""),
        ("https://shop.example:8443/a?mail=b@c", ""),
        ("a password, at rest", ""),
        ("", ""),
    ],
)
def test_the_password_in_an_address(value, password):
    assert secrets.password_in(value) == password
    assert not value or holds(value, "no_password") is not bool(password)
    salted = {"salt": "s", "iterations": 10}
    salted["sha256"] = hashlib.pbkdf2_hmac("sha256", b"p@ss", b"s", 10).hex()
    assert not value or holds(value, "password_differs_from:staging", salted) is (password != "p@ss")
