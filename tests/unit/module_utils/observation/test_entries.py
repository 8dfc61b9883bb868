# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import calendar
import json
import os
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import entries

NOW = float(calendar.timegm((2026, 3, 1, 12, 0, 0)))
LEVEL = ["level", "log.level"]


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    os.environ.get("TZ")
    time.tzset()


@pytest.mark.parametrize(
    ("text", "form", "fields"),
    [
        ('{"level": "info"}', "json", {"level": "info"}),
        ('  {"a": 1} ', "json", {"a": 1}),
        ('"text"', "json", None),
        ("[1]", "json", None),
        ('{"a": 1} and more', "json", None),
        ('{"cut": ', "json", None),
        ("{" * 100000, "json", None),
        ('level=info msg="a b" id=1', "logfmt", {"level": "info", "msg": "a b", "id": "1"}),
        ("listening on port=80 now", "logfmt", None),
        ("level=info", "logfmt", None),
        ("a=b" * 20000, "logfmt", None),
        ('a="' * 20000, "logfmt", None),
    ],
)
def test_fields(text, form, fields):
    assert entries.fields_of(text, form) == fields


def test_a_field_by_any_of_its_names():
    fields = {"log": {"level": "warn"}, "error.stack": "at x", "empty": "", "id": 0}
    assert entries.field(fields, ["level", "log.level"]) == "warn"
    assert entries.field(fields, ["error.stack"]) == "at x"
    assert entries.field(fields, ["empty", "log.level.deeper", "none"]) is None
    assert entries.field(fields, ["id"]) == 0


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"level": 30}', "info"),
        ('{"level": 50}', "error"),
        ('{"level": 20}', "debug"),
        ('{"level": 4}', "warn"),
        ('{"level": "WARNING"}', "warn"),
        ('{"log": {"level": "fatal"}}', "error"),
        ('{"level": true}', None),
        ('{"msg": "an ERROR in a text"}', None),
        ("2026-01-01 12:00:00 ERROR [main] failed", "error"),
        ("2026-01-01 12:00:00 INFO no Error: here", "info"),
        ("2026/01/01 12:00:00 [error] 12#12: *1 open() failed", "error"),
        ("[Thu Jan 01 12:00:00 2026] [core:warn] x", None),
        ("ts=1 level=warn msg=x", "warn"),
        ("2026-01-01 12:00:00.123 UTC [12] LOG:  checkpoint", "info"),
        ("2026-01-01 12:00:00.123 UTC [12] FATAL:  no", "error"),
        ("warn: deprecated", "warn"),
        ("Error: connect ECONNREFUSED 127.0.0.1:6379", "error"),
        ("Traceback (most recent call last):", "error"),
        ("java.lang.NullPointerException: x", "error"),
        ("GET /errors/terror 200", None),
        ("started without errors", None),
        ("", None),
    ],
)
def test_levels(text, level):
    assert entries.level_of(text, entries.fields_of(text, "json"), LEVEL) == level


def test_the_journals_priority_counts_where_the_line_is_silent():
    assert entries.level_of("hello", None, LEVEL, 3) == "error"
    assert entries.level_of("hello", None, LEVEL, 6) == "info"
    assert entries.level_of("ERROR hello", None, LEVEL, 6) == "error"
    assert entries.level_of("{}", {}, LEVEL, 7) == "debug"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-28T12:00:00Z x", (2026, 2, 28, 12, 0, 0)),
        ("2026-02-28T12:00:00+02:00 x", (2026, 2, 28, 10, 0, 0)),
        ("2026/02/28 12:00:00 [error]", (2026, 2, 28, 12, 0, 0)),
        ('1.2.3.4 - - [28/Feb/2026:12:00:00 +0000] "GET /"', (2026, 2, 28, 12, 0, 0)),
        ("12:M 28 Feb 2026 12:00:00.000 * Ready", (2026, 2, 28, 12, 0, 0)),
        ("Feb 28 12:00:00 host app: x", (2026, 2, 28, 12, 0, 0)),
        ("<13>Feb  8 12:00:00 host app: x", (2026, 2, 8, 12, 0, 0)),
        ("Dec 31 12:00:00 host app: x", (2025, 12, 31, 12, 0, 0)),
        ('{"time": 1772280000000}', (2026, 2, 28, 12, 0, 0)),
        ('{"time": 1772280000}', (2026, 2, 28, 12, 0, 0)),
        ('{"time": "1772280000000000000"}', (2026, 2, 28, 12, 0, 0)),
        ('{"time": "2026-02-28T12:00:00Z"}', (2026, 2, 28, 12, 0, 0)),
        ('{"time": 12}', None),
        ('{"time": {"at": 1}}', None),
        ("2026-99-99 12:00:00", None),
        ("no time", None),
    ],
)
def test_times(text, moment):
    seen = entries.time_of(text, entries.fields_of(text, "json"), ["time"], NOW)
    assert seen == (moment and calendar.timegm(moment))


def test_a_hostile_line_takes_no_long_time():
    start = time.monotonic()
    for text in ("a" * 1000000, "Error" * 100000, "2026-" * 100000, '{"a":' * 50000, json.dumps({"a": ["="] * 100000})):
        for form in ("json", "logfmt"):
            fields = entries.fields_of(text, form)
            entries.level_of(text, fields, LEVEL)
            entries.time_of(text, fields, ["time"], NOW)
    assert time.monotonic() - start < 60
