# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import secrets, variables
from ansible_collections.golive.verify.plugins.module_utils.observation import variables_files as files
from tests.unit.module_utils.observation.servers import look, reason

CANARY = "CaNaRy-7f3e9a51c0-d1g2h3"


def observe(source, **params):
    return look(variables.variables, source=source, **params)


def one_value(pairs):
    assert len(pairs) == 1
    return pairs[0]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=abc", "abc"),
        ("KEY = abc \r", "abc"),
        ("  export KEY=abc", "abc"),
        ("KEY='a b # c'", "a b # c"),
        ('KEY="a \\"b\\" \\\\ c\\nd" # why', 'a "b" \\ c\nd'),
        ("KEY=`it's`", "it's"),
        ("KEY=abc # why", "abc"),
        ("KEY=abc#def", "abc#def"),
        ("KEY= # none", ""),
        ("KEY=", ""),
        ("KEY=''", ""),
        ("KEY=a=b==", "a=b=="),
        ("KEY=a'b", "a'b"),
        ('KEY="-----BEGIN\nxyz==\n-----END"', "-----BEGIN\nxyz==\n-----END"),
        ("\ufeffKEY=abc", "abc"),
        ("# comment\n\n   # more\nKEY=abc", "abc"),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\n\n# end\n"])
def test_a_line_of_a_dotenv_file(line, value, end):
    assert one_value(files.dotenv(line + end, "x")) == ("KEY", value)


@pytest.mark.parametrize(
    "text", ["just text", "KEY", "KEY=ok\n" + CANARY, 'KEY="open', "KEY='a' b", "1KEY=a", "KE Y=a", "=a", "key: value"]
)
def test_what_is_no_dotenv_file_is_malformed_and_not_shown(dotenv, text):
    outcome = observe(dotenv(text))
    assert reason(outcome) == "malformed"
    assert CANARY not in outcome[1]
    assert "line" in outcome[1]


def test_what_is_told_of_a_file(dotenv):
    source = dotenv("NODE_ENV=production\nA=x\nA=y\nEMPTY=\nTOKEN=%s\nOLD_TOKEN=%s\n" % (CANARY, CANARY))
    value = observe(
        source,
        judged={
            "TOKEN": {"min_length": 8, "pattern": "^never"},
            "EMPTY": {"min_length": 1},
            "ABSENT": {"min_length": 1},
        },
        found={"prod": "^prod", "nothing": "^nothing"},
        distinct=["TOKEN", "OLD_TOKEN", "A", "EMPTY", "ABSENT"],
    )
    assert value == {
        "names": ["A", "EMPTY", "NODE_ENV", "OLD_TOKEN", "TOKEN"],
        "unshown": 0,
        "empty": ["EMPTY"],
        "duplicates": ["A"],
        "inline": [],
        "judged": {
            "TOKEN": {"present": True, "empty": False, "predicates": {"min_length": True, "pattern": False}},
            "EMPTY": {"present": True, "empty": True, "predicates": {"min_length": False}},
            "ABSENT": {"present": False, "empty": False, "predicates": {"min_length": False}},
        },
        "found": {"prod": ["NODE_ENV"], "nothing": []},
        "same": [("OLD_TOKEN", "TOKEN")],
        "compared": None,
        "files": source["file"],
        "processes": [],
    }
    assert observe(dotenv(""))["names"] == []


def test_a_later_file_has_precedence_and_two_files_are_compared_in_place(dotenv):
    first, second = dotenv("A=1\nB=2\nE=", "1"), dotenv("A=2\nC=3\nE=", "2")
    both = observe({"file": first["file"] + second["file"]}, judged={"A": {"one_of": ["2"]}})
    assert both["judged"]["A"]["predicates"] == {"one_of": True}
    assert both["duplicates"] == []
    third = dotenv("B=2\nA=2\nE=\nD=1", "3")
    assert observe(both and third, other=second)["compared"] == {"same": ["A"], "missing": ["C"], "extra": ["B", "D"]}


def test_passwords_in_addresses_are_compared_in_place(dotenv):
    here = dotenv("DB=postgresql://a:hidden@db1/a\nMQ=amqp://b:x@mq\nU=http://u\nPLAIN=hidden", "1")
    there = dotenv("DB=postgresql://c:hidden@db2/c\nMQ=amqp://b:y@mq\nU=http://u2\nPLAIN=hidden", "2")
    value = observe(here, other=there)
    assert value["compared"]["same"] == ["PLAIN", "DB password"]
    assert "hidden" not in json.dumps(value)


@pytest.mark.parametrize(
    "name", ["JBSWY3DPEHPK3PXP", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "aB3dE5fG7hJ9", "A" * 90, "zmQ_9xK4bT7w_Xy3"]
)
def test_a_name_that_looks_like_a_secret_is_only_counted(dotenv, name):
    value = observe(dotenv("%s===\nS3_BUCKET=x\nspring.datasource.url=y\nConnectionStrings__Default=z\n" % name))
    assert value["names"] == ["ConnectionStrings__Default", "S3_BUCKET", "spring.datasource.url"]
    assert value["unshown"] == 1
    assert name not in json.dumps(value)


def test_no_name_takes_long(dotenv):
    assert observe(dotenv("A%s-=1" % ("_a" * 39)))["unshown"] in (0, 1)
    assert observe(dotenv("KEY=a" + " " * 500000 + "b"))["names"] == ["KEY"]


@pytest.mark.parametrize(
    "params",
    [
        {"judged": {"TOKEN": {"unknown": 1}}},
        {"found": {"x": "("}},
        {"source": {}},
        {"source": {"file": [], "unit": "x"}},
    ],
)
def test_a_question_that_nobody_can_answer_is_malformed(dotenv, params):
    params = {"source": dotenv("A=1"), **params}
    assert reason(look(variables.variables, **params)) == "malformed"


def test_the_text_of_an_exception_does_not_leave(dotenv, monkeypatch):
    def broken(value):
        raise ValueError(value)

    monkeypatch.setitem(secrets._TESTS, "pattern", lambda _expected: broken)
    outcome = observe(dotenv("TOKEN=" + CANARY), judged={"TOKEN": {"pattern": "x"}})
    assert outcome == ("malformed", "ValueError while judging the variables")


@pytest.mark.parametrize(("value", "why"), [("x" * 70000, "too_large"), ("\udcff" + CANARY, "malformed")])
def test_a_value_that_cannot_be_judged_says_so_without_showing_it(dotenv, value, why):
    outcome = observe(dotenv("TOKEN=" + value), judged={"TOKEN": {"min_length": 1}})
    assert reason(outcome) == why
    assert CANARY not in outcome[1]


def test_absent_denied_and_binary_files(dotenv, tmp_path):
    assert reason(observe({"file": [str(tmp_path / "none")]})) == "not_found"
    assert reason(observe(dotenv("A=1\0B=2"))) == "malformed"
    source = dotenv("A=1")
    os.chmod(source["file"][0], 0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        assert reason(observe(source)) == "denied"
    finally:
        os.seteuid(user)


# As systemd 252 parses it.
@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("A=b # c", [("A", "b # c")]),
        ("export A=b\nB=c", [("B", "c")]),
        ("; c\n# d\nA = b \r\n", [("A", "b")]),
        ('A="b c"d', [("A", "b cd")]),
        ("A='b'\"c\"", [("A", "bc")]),
        ("A=b'c'", [("A", "b'c'")]),
        ("A=b\\\nc", [("A", "bc")]),
        ('A="b\\\nc\\"\\d"', [("A", 'bc"\\d')]),
        ("A=\\ b", [("A", " b")]),
        ("garbage\nA=b", [("A", "b")]),
        ("1A=b\nA-B=c", []),
        ("A=\nB=c", [("A", ""), ("B", "c")]),
        ("A='x\ny'\nB=c", [("A", "x\ny"), ("B", "c")]),
        ("A=b=c", [("A", "b=c")]),
        ("", []),
    ],
)
def test_an_environment_file_is_read_as_systemd_reads_it(text, pairs):
    assert files.systemd_file(text, "x") == pairs


def test_a_comment_that_versions_read_differently_is_malformed():
    assert reason(look(lambda _deadline: files.systemd_file("# a \\\nA=b", "x"))) == "malformed"
