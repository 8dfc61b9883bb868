# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import keyed_chains
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    Deadline,
    cannot_look_from,
)

KEY = "c4nary key"


def digest(content, key=KEY, algorithm="sha256"):
    return hmac.new(key.encode(), content.encode(), getattr(hashlib, algorithm)).digest()


def row(number, content, stored=None):
    return "%s\t%s\t%s\n" % (number, content.encode().hex(), digest(content).hex() if stored is None else stored)


GOOD = "".join(row(number, "actor %d \u00fc" % number) for number in range(1, 100))


@pytest.fixture
def look(tmp_path):
    def look(printed=GOOD, key=KEY + "\n", argv=None, **wanted):
        (tmp_path / "rows").write_text(printed)
        (tmp_path / "key").write_text(key)
        wanted = {"key_file": str(tmp_path / "key"), **wanted}
        try:
            seconds = wanted.pop("seconds", 10)
            answer = keyed_chains.keyed_chain(Deadline(seconds), argv or ["cat", str(tmp_path / "rows")], **wanted)
        except Exception as error:  # noqa: BLE001 - as a batch does
            answer = {"reason": cannot_look_from(error).reason, "detail": cannot_look_from(error).detail}
        assert "c4nary" not in json.dumps(answer)
        return answer

    return look


def test_a_whole_chain(look):
    assert look() == {"exit": 0, "stderr": "", "rows": 99, "altered": 0, "first": None}


@pytest.mark.parametrize(
    ("changed", "altered", "first"),
    [
        (row(7, "actor 8", digest("actor 7").hex()), 1, "7"),
        (row(7, "", digest("x").hex()) + row(8, "y", ""), 2, "7"),
        (row(7, "x", "\\N"), 1, "7"),
        ("7\t\\N\t\\N\n", 1, "7"),
        ("\\N\t\\N\tx\n", 1, "\\N"),
        (row(7, "x", digest("x", "another key").hex()), 1, "7"),
    ],
    ids=["content", "two", "no hash", "nothing", "no number", "another key"],
)
def test_altered_rows(look, changed, altered, first):
    answer = look(GOOD + changed)
    assert (answer["altered"], answer["first"]) == (altered, first)
    assert answer["rows"] == 99 + altered


def test_no_row(look):
    assert look("")["rows"] == 0
    assert look(row(1, ""))["altered"] == 0


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_ways_to_write_a_hash_and_a_key(look, algorithm, encoding):
    made = digest("x", algorithm=algorithm)
    line = row(1, "x", made.hex() if encoding == "hex" else base64.b64encode(made).decode())
    for key_encoding, key in {
        "text": KEY,
        "hex": KEY.encode().hex().upper(),
        "base64": base64.b64encode(KEY.encode()).decode(),
    }.items():
        answer = look(line, key, key_encoding=key_encoding, algorithm=algorithm, encoding=encoding)
        assert (answer["rows"], answer["altered"]) == (1, 0)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"key": ""}, "malformed"),
        ({"key": "c4nary", "key_encoding": "hex"}, "malformed"),
        ({"key": "c4nary!", "key_encoding": "base64"}, "malformed"),
        ({"key_encoding": "rot13"}, "malformed"),
        ({"key_file": "/nonexistent/key"}, "not_found"),
        ({"algorithm": "md5"}, "malformed"),
        ({"encoding": "octal"}, "malformed"),
        ({"argv": ["no-such-tool-here"]}, "missing_tool"),
        ({"argv": ["sleep", "9"], "seconds": 0.3}, "timeout"),
        ({"printed": GOOD[:-1]}, "malformed"),
        ({"printed": GOOD + "garbage\n"}, "malformed"),
        ({"printed": GOOD + "1\tzz\tx\n"}, "malformed"),
        ({"printed": "\n"}, "malformed"),
        ({"printed": "1\t%s\tx\ty\n" % ("00" * 9)}, "malformed"),
    ],
)
def test_nobody_could_look(look, wanted, reason):
    assert look(**wanted)["reason"] == reason


def test_a_key_that_may_not_be_read(look, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "hidden").touch(0)
    assert look(key_file=str(tmp_path / "hidden"))["reason"] == "denied"


def test_a_command_that_fails_tells_why_and_no_count(look):
    answer = look(argv=["cat", "/nonexistent/rows"])
    assert (answer["exit"], answer["rows"]) == (1, 0)
    assert "No such file" in answer["stderr"]


def test_rows_come_in_any_pieces():
    rows = keyed_chains.KeyedRows(KEY.encode(), "sha256", "hex")
    data = GOOD.encode()
    for at in range(0, len(data), 7):
        rows.extend(data[at : at + 7])
        assert len(rows) < 200
    assert rows.told() == {"rows": 99, "altered": 0, "first": None}


def test_a_row_without_end_is_too_large(look, monkeypatch):
    monkeypatch.setattr(keyed_chains, "_LONGEST_ROW", 1 << 17)
    assert look(argv=["cat", "/dev/zero"])["reason"] == "too_large"
