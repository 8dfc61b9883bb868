# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import (
    Sensitive,
    is_account_number,
    is_card_number,
    is_mixed,
    is_token,
)


# Numbers that the issuers publish for tests.
@pytest.mark.parametrize(
    "number",
    ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4242424242424242", "5555555555554444",
     "2223003122003222", "378282246310005", "3782 822463 10005", "6011111111111117", "3056930009020004",
     "3530111333300000", "6200000000000005"],
)  # fmt: skip
def test_a_card_number(number):
    assert is_card_number(number)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # Luhn's digit is wrong
        "1234567890123452",  # no issuer
        "4444444444444444444",  # one digit repeated
        "0000000000000000",
        "41-11 1111 1111 1111",  # not grouped as on a card
        "4111 1111",
        "1700000000000",  # milliseconds
        "",
    ],
)
def test_no_card_number(text):
    assert not is_card_number(text)


def test_a_token_has_a_header_that_names_its_algorithm():
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    assert is_token(header + ".eyJzdWIiOiIxIn0.sig")
    for other in (b'{"typ":"JWT"}', b"[]", b"\xff\xfe", b'{"alg":1}'):
        assert not is_token(base64.urlsafe_b64encode(other).decode().rstrip("=") + ".e30.x")
    assert not is_token("example.com")


def test_an_account_number_has_check_digits():
    assert is_account_number("DE89 3704 0044 0532 0130 00")
    assert not is_account_number("DE88370400440532013000")
    assert not is_account_number("HTTP20026001234567")


def test_what_is_no_word():
    assert is_mixed("hunter2x")
    assert is_mixed("correct!horse")
    assert not is_mixed("incorrect")
    assert not is_mixed("20261123")


PATTERN = {"name": "password", "regex": "password=(?P<value>[^ ]+)", "signs": ["password"], "unless": r"^\*+$"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("POST /login password=tr0ub4dor", {"password"}),
        ("POST /login password=****", set()),
        ("POST /login password=demo-only", set()),
        ("password=**** then password=real", {"password"}),
        ("connecting with s3cr3t-value", {"the secret"}),
        ("PASSWORD=x", set()),
        ("", set()),
    ],
)
def test_what_is_found(text, kinds):
    sensitive = Sensitive([PATTERN], ["^demo-"], {"the secret": "s3cr3t-value"})
    assert sensitive.kinds_in(text) == kinds


@pytest.mark.parametrize("at", [0, 7000, 7160, 8180, 8192, 50000, 99990])
def test_a_long_line_is_searched_to_its_end(at):
    text = "x" * at + " password=tr0ub4dor " + "y" * (100000 - at)
    assert Sensitive([PATTERN]).kinds_in(text) == {"password"}


@pytest.mark.parametrize("regex", ["(", None])
def test_what_is_no_pattern_is_refused(regex):
    with pytest.raises(CannotLook, match="malformed"):
        Sensitive([{"name": "x", "regex": regex}])
    with pytest.raises(CannotLook, match="malformed"):
        Sensitive([{"name": "x", "regex": "x", "test": "palindrome"}])


@pytest.mark.timeout(120)
def test_a_hostile_line_takes_no_long_time():
    pattern = {"name": "card", "regex": r"(?<!\d)\d{4}(?:[ -]\d{4}){3}", "test": "card"}
    assert Sensitive([pattern, PATTERN]).kinds_in("4111 " * 200000) is not None
