# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import bz2
import gzip
import json
import os
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import commands, scans
from tests.unit.module_utils.observation.servers import look, reason

SECRET = "tr0ub4dor-and-3"
PATTERNS = [{"name": "password", "regex": "password=([^ ]+)", "signs": ["password"]}]
FIELDS = {"format": "json", "time": ["time"], "level": ["level"], "message": ["msg"], "error": {"stack": ["stack"]}}


def scan(**params):
    return look(scans.scan, **params)


def entry(age=60, **fields):
    return json.dumps(dict({"time": time.time() - age, "level": "info", "msg": "done"}, **fields))


@pytest.fixture
def log(tmp_path):
    def write(*lines, name="app.log", age=0, opener=open):
        path = tmp_path / name
        with opener(str(path), "wb") as stream:
            stream.write("".join(line + "\n" for line in lines).encode())
        os.utime(str(path), (time.time() - age,) * 2)
        return str(tmp_path / "app.log")

    return write


def counted(things):
    return {each["name"]: each["lines"] for each in things}


def test_only_counts_and_places_leave_the_machine(log):
    path = log(entry(), "password=%s" % SECRET, *["password=%s-%d" % (SECRET, n) for n in range(9)])
    value = scan(path=path, patterns=PATTERNS)
    assert value["findings"] == [{"name": "password", "lines": 10, "places": [path + ":2", path + ":3", path + ":4"]}]
    assert SECRET not in json.dumps(value)


def test_what_entries_are_like(log):
    path = log(
        entry(),
        entry(level="debug"),
        entry(level="error"),
        entry(level="error", stack="at x"),
        json.dumps({"level": "info", "msg": "no time"}),
        json.dumps({"time": time.time(), "msg": "no level"}),
        "console.log",
        "WARN known noise",
    )
    value = scan(path=path, fields=FIELDS, noise=["known noise$"])
    assert (value["lines"], value["structured"], value["complete"]) == (8, 4, True)
    assert counted(value["unstructured"]) == {"json": 2, "level": 1, "time": 1}
    assert counted(value["lacking"]) == {"stack": 1}
    assert value["levels"] == {"info": 2, "debug": 1, "error": 2, "none": 2, "warn": 1}
    assert (counted(value["unexplained"]), value["explained"]) == ({"error": 2}, 1)


def test_lines_of_other_files_are_searched_only(log):
    path = log(entry(level="error"), "ERROR password=%s" % SECRET)
    value = scan(path=path, patterns=PATTERNS, fields=FIELDS, logged=False)
    assert (value["lines"], counted(value["findings"])) == (2, {"password": 1})
    assert [value[name] for name in ("structured", "levels", "oldest", "unstructured", "unexplained")] == [
        *(0, {}, None, [], []),
    ]


def test_what_lies_where_a_long_line_is_cut_is_found(log):
    path = log("x" * ((1 << 22) - 5) + " password=%s" % SECRET)
    assert counted(scan(path=path, limit=1 << 23, patterns=PATTERNS)["findings"]) == {"password": 1}


def test_rotated_files_belong_to_their_log_and_old_ones_do_not_count(log):
    log(entry(7200), name="app.log.1", age=3600)
    log(entry(7300), "password=x", name="app.log.2.gz", age=7200, opener=gzip.open)
    log(entry(7400), name="app.log-20260101.bz2", age=7300, opener=bz2.open)
    log("password=x", name="app.log.3.gz", age=90000, opener=gzip.open)
    log("password=x", name="application.log")
    path = log(entry())
    value = scan(path=path, patterns=PATTERNS, window=86400)
    assert (value["lines"], len(value["files"]), value["complete"]) == (5, 4, True)
    assert [each["places"] for each in value["findings"]] == [[path + ".2.gz:2"]]


def test_lines_before_the_window_do_not_count_nor_what_follows_them(log):
    path = log(entry(90000), "    at password=x", entry(60), "    at y", "")
    value = scan(path=path, fields=FIELDS, patterns=PATTERNS, window=86400)
    assert (value["lines"], value["findings"]) == (2, [])
    assert time.time() - value["oldest"] < 100


def test_a_line_that_speaks_of_other_times_is_as_new_as_its_place(log):
    old, coming = "born 1980-01-01 00:00:00 password=x", "expires 2999-01-01 00:00:00 password=x"
    for first in (entry(60), "no time at all"):
        value = scan(path=log(first, old, coming, "password=x"), fields=FIELDS, patterns=PATTERNS, window=86400)
        assert (value["lines"], counted(value["findings"])) == (4, {"password": 3})
        assert value["newest"] is None or value["newest"] < time.time()
    late = "x" * 100 + " 1980-01-01 00:00:00"
    assert scan(path=log(late, late), window=86400)["lines"] == 2


def test_a_file_without_times_that_was_cut_is_not_complete(log):
    value = scan(path=log(*["no time at all"] * 100), window=86400, limit=500)
    assert (value["lines"], value["complete"]) == (0, False)


@pytest.mark.parametrize(
    ("oldest", "complete"), [(60, False), (90000, True)], ids=["the window is cut", "what is left out is older"]
)
def test_only_the_newest_part_of_a_large_file_is_read(log, oldest, complete):
    path = log(*[entry(oldest, msg="x" * 100) for dummy in range(50)], *[entry(60) for dummy in range(3)])
    value = scan(path=path, fields=FIELDS, window=86400, limit=500)
    assert (value["complete"], value["bytes"] <= 500) == (complete, True)
    assert value["lines"] >= 3
    assert scan(path=path, patterns=[{"name": "x", "regex": "done"}], limit=500)["findings"][0]["places"][0].startswith(
        path + " (byte "
    )


def test_a_file_that_is_not_reached_is_missing(log):
    path = log(*[entry() for dummy in range(10)])
    log(entry(100), name="app.log.1", age=90)
    assert scan(path=path, limit=os.stat(path).st_size, window=86400)["complete"] is False


def test_a_packed_file_never_yields_more_than_the_limit(log):
    path = log("x" * 100)
    log(*["0" * 1000] * 10000, name="app.log.1.gz", opener=gzip.open)
    value = scan(path=path, limit=100000)
    assert (value["complete"], value["bytes"] < 110000) == (False, True)


def test_a_secret_that_lies_on_the_machine_is_looked_for_by_its_value(log, tmp_path):
    (tmp_path / "env").write_text("DB_PASSWORD='%s'\nSHORT=abc\n" % SECRET)
    path = log("cannot reach db as shop with %s" % SECRET, "fine")
    value = scan(path=path, known=[{"file": str(tmp_path / "env"), "key": "DB_PASSWORD"}])
    assert counted(value["findings"]) == {"value of DB_PASSWORD in %s/env" % tmp_path: 1}
    assert SECRET not in json.dumps(value)
    for key in ("SHORT", "ABSENT"):
        assert reason(scan(path=path, known=[{"file": str(tmp_path / "env"), "key": key}])) == "malformed"
    assert reason(scan(path=path, known=[{"file": str(tmp_path / "none")}])) == "not_found"


def test_what_cannot_be_read(log, tmp_path):
    path = log("x")
    assert reason(scan(path=str(tmp_path / "none.log"))) == "not_found"
    assert reason(scan(path=str(tmp_path))) == "malformed"
    assert reason(scan(path="relative.log")) == "malformed"
    assert reason(scan()) == "malformed"
    assert reason(scan(path=path, container="shop")) == "malformed"
    assert reason(scan(path=path, noise=["("])) == "malformed"
    log("x", name="app.log.1.xz")
    assert reason(scan(path=path)) == "missing_tool"


def test_a_damaged_packed_file_is_malformed(log, tmp_path):
    path = log("x")
    log(*["line %d" % n for n in range(5000)], name="app.log.1.gz", opener=gzip.open)
    packed = tmp_path / "app.log.1.gz"
    packed.write_bytes(packed.read_bytes()[:-100])
    assert reason(scan(path=path)) == "malformed"
    packed.write_bytes(b"no gzip at all")
    assert reason(scan(path=path)) == "malformed"


@pytest.mark.skipif(os.geteuid() != 0, reason="other users can be played by root only")
def test_a_file_that_may_not_be_read_is_denied(shared_path, unprivileged):
    path = shared_path / "app.log"
    path.write_text("x\n")
    path.chmod(0)
    assert unprivileged(lambda: scan(path=str(path))).reason == "denied"


def test_garbage_is_counted(log, tmp_path):
    path = log("fine")
    with open(path, "ab") as stream:
        stream.write(b"\x00\x00\x00\n\xff\xfe\n")
    assert scan(path=path)["garbled"] == 2


@pytest.fixture
def tool(monkeypatch):
    def says(stdout="", stderr="", code=0):
        asked = []

        def command(deadline, argv, **dummy):
            asked.append(argv)
            return {"exit": code, "stdout": stdout, "stderr": stderr}

        monkeypatch.setattr(commands, "command", command)
        return asked

    return says


def journal(message, priority="6", at=1772280000):
    return json.dumps({"__REALTIME_TIMESTAMP": "%d000000" % at, "MESSAGE": message, "PRIORITY": priority})


def test_the_journal(tool):
    lines = [journal("hello"), journal("failed", "3"), journal(list(b"caf\xe9 password=x")), journal(["a", "b"])]
    asked = tool("\n".join([*lines, journal(None)]) + "\n")
    value = scan(journal=["_SYSTEMD_UNIT=shop.service"], directory="/var/log/journal/remote", patterns=PATTERNS)
    assert (value["lines"], value["garbled"], value["levels"]) == (5, 2, {"info": 4, "error": 1})
    assert value["findings"][0]["places"] == ["_SYSTEMD_UNIT=shop.service at 2026-02-28T12:00:00Z"]
    assert asked[0][-3:] == ["--directory=/var/log/journal/remote", "--", "_SYSTEMD_UNIT=shop.service"]


def test_a_container(tool):
    tool('2026-02-28T12:00:00.123456789Z {"level":"info"}\n', "2026-02-28T12:00:01.123456789Z Error: no\n")
    value = scan(container="shop", fields=FIELDS)
    assert (value["lines"], value["levels"]) == (2, {"info": 1, "error": 1})
    assert value["unexplained"][0]["places"] == ["shop at 2026-02-28T12:00:01Z"]


@pytest.mark.parametrize(
    ("params", "stdout", "stderr", "code", "expected"),
    [
        ({"journal": ["X=1"]}, "", "Hint: You are currently not seeing messages from other users", 0, "denied"),
        ({"journal": ["X=1"]}, "", "No journal files were opened due to insufficient permissions.", 1, "denied"),
        ({"journal": ["X=1"]}, "", "No journal files were found.", 0, "not_found"),
        ({"journal": ["X=1"]}, "not json\n", "", 0, "malformed"),
        ({"journal": ["X=1"]}, '{"MESSAGE": "x"}\n', "", 0, "malformed"),
        ({"journal": ["X=1"]}, "", "what?", 1, "malformed"),
        ({"container": "shop"}, "", "Error response from daemon: No such container: shop", 1, "not_found"),
        ({"container": "shop"}, "", "permission denied while trying to connect to the daemon", 1, "denied"),
        ({"container": "shop"}, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", 1,
         "unreachable"),
        ({"container": "shop"}, "no time\n", "", 0, "malformed"),
    ],
)  # fmt: skip
def test_a_tool_that_cannot_look(tool, params, stdout, stderr, code, expected):
    tool(stdout, stderr, code)
    assert reason(scan(**params)) == expected


def test_what_a_container_logged_is_no_complaint_of_docker(tool):
    tool("", "2026-02-28T12:00:01.1Z password=%s\nunexpected EOF\n" % SECRET, 1)
    assert scan(container="shop") == ("malformed", "docker: unexpected EOF")
