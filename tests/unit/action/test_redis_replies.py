# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What redis-cli prints and is fed, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import ErrorReply, parse_csv


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ('"PONG"', ["PONG"]),
        ("-2", [-2]),
        ("", []),
        ("NULL,NULL", [None, None]),
        ('"0",', ["0"]),
        (r'"a\"b\\\xc3\xa9\n\xff"', ['a"b\\é\n\udcff']),
        ('ERROR,"ERR no"', ErrorReply("ERR no")),
    ],
)
def test_replies_of_redis_cli_are_read_exactly(line: str, reply: Any) -> None:
    assert parse_csv(line) == reply


@pytest.mark.parametrize("line", ["PONG", '"PONG', '"a" "b"', "1.5x", "(error) NOAUTH", "NULLS"])
def test_what_is_no_reply_is_malformed(line: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        parse_csv(line)
