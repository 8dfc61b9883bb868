# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import batch, commands, secrets, variables
from ansible_collections.golive.verify.plugins.module_utils.observation import variables_files as files
from tests.unit.module_utils.observation.servers import look, reason

CANARY = "CaNaRy-7f3e9a51c0-d1g2h3"


def observe(source, **params):
    return look(variables.variables, source=source, **params)


def one_value(pairs):
    assert len(pairs) == 1
    return pairs[0]


@pytest.fixture
def dotenv(tmp_path):
    def written(text, name=".env"):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        return {"file": [str(tmp_path / name)]}

    return written


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


SYSTEMCTL = """\
#!/bin/sh
case "$*" in
*Environment,*) cat {root}/settings ;;
*MainPID*) cat {root}/running ;;
esac
"""


@pytest.fixture
def unit(tmp_path, monkeypatch):
    """unit(settings=…, running=…): what a systemctl prints of a unit's settings and processes."""
    monkeypatch.setattr(commands, "_PATH", "%s:/usr/bin:/bin" % tmp_path)
    (tmp_path / "systemctl").write_text(SYSTEMCTL.format(root=tmp_path))
    (tmp_path / "systemctl").chmod(0o755)

    def said(settings="LoadState=loaded\n", running="LoadState=loaded\n"):
        (tmp_path / "settings").write_text(settings)
        (tmp_path / "running").write_text(running)

    return said


def test_what_systemd_gives_a_unit(unit, tmp_path):
    for name, text in (("1.env", "B=file\nC=%s\n" % CANARY), ("2.env", "C=later\nC=twice\n")):
        (tmp_path / name).write_text(text)
    unit(
        'LoadState=loaded\nEnvironment=A=1 "B=in\\"li\\\\ne two" T=a=b\n'
        "EnvironmentFiles=%s/[12].env (ignore_errors=no)\nEnvironmentFiles=/none (ignore_errors=yes)\n" % tmp_path
    )
    value = observe(
        {"unit": "shop.service"},
        judged={"B": {"one_of": ["file"]}, "C": {"one_of": ["twice"]}, "T": {"one_of": ["a=b"]}},
    )
    assert (value["names"], value["inline"], value["duplicates"]) == (["A", "B", "C", "T"], ["A", "B", "T"], ["C"])
    assert value["files"] == [str(tmp_path / "1.env"), str(tmp_path / "2.env")]
    assert all(variable["predicates"]["one_of"] for variable in value["judged"].values())
    assert CANARY not in json.dumps(observe({"unit": "shop.service"}, found={"all": "."}, distinct=["C"]))


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("LoadState=not-found\n", "not_found"),
        ("", "malformed"),
        ("LoadState=loaded\nEnvironment=A\n", "malformed"),
        ('LoadState=loaded\nEnvironment="A=1\n', "malformed"),
        ("LoadState=loaded\nEnvironmentFiles=/none (ignore_errors=no)\n", "not_found"),
        ("LoadState=loaded\nEnvironmentFiles=/none\n", "malformed"),
    ],
)
def test_a_unit_that_cannot_be_seen(unit, printed, why):
    unit(settings=printed)
    assert reason(observe({"unit": "shop"})) == why


def test_words_are_unquoted_as_systemctl_quotes_them():
    assert files.words('A=1 "B=a b" "C=\\"\\\\\\$\\`\\n\\033"') == ["A=1", "B=a b", 'C="\\$`\n\033']


@pytest.fixture
def sleeper():
    processes = []

    def start(marker, **environ):
        code = "import sys, time; print('up', flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code, marker], env=environ, stdout=subprocess.PIPE, cwd="/")
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        processes.append(process)
        return process.pid

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_the_processes_of_a_command_line(sleeper):
    marker = "worker-%d" % os.getpid()
    pids = [sleeper(marker, NODE_ENV="production", A="1", TOKEN=CANARY), sleeper(marker, NODE_ENV="test", A="1")]
    asked = {"NODE_ENV": {"one_of": ["production"]}, "A": {"one_of": ["1"]}, "TOKEN": {"min_length": 4}}
    value = observe({"process": marker}, judged=asked)
    assert [process["pid"] for process in value["processes"]] == sorted(pids)
    assert value["processes"][0]["cwd"] == "/"
    judged = {name: (each["present"], *each["predicates"].values()) for name, each in value["judged"].items()}
    assert judged == {"NODE_ENV": (True, False), "A": (True, True), "TOKEN": (False, False)}
    assert CANARY not in json.dumps(value)


def test_the_processes_of_a_unit(unit, sleeper):
    pid = sleeper("unit", NODE_ENV="production")
    unit(running="LoadState=loaded\nMainPID=%d\nControlGroup=\n" % pid)
    assert observe({"unit": "shop", "running": True})["names"] == ["NODE_ENV"]
    unit(running="LoadState=loaded\nMainPID=0\nControlGroup=/none\n")
    assert reason(observe({"unit": "shop", "running": True})) == "not_found"


def test_processes_that_cannot_be_seen(sleeper, monkeypatch):
    assert reason(observe({"process": "no such command line %d" % os.getpid()})) == "not_found"
    assert reason(observe({"process": " "})) == "malformed"
    sleeper("bare-%d" % os.getpid())
    assert reason(observe({"process": "bare-%d" % os.getpid()})) == "malformed"
    own = " ".join(sys.argv) or "pytest"
    assert reason(observe({"process": own})) in ("not_found", "denied")
    if os.geteuid() == 0:
        sleeper("private-%d" % os.getpid(), A="1")
        os.seteuid(65534)
        try:
            assert reason(observe({"process": "private-%d" % os.getpid()})) == "denied"
        finally:
            os.seteuid(0)


def inspected(tmp_path, answer, status=0, complaint=""):
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\ncat %s/answer\necho '%s' >&2\nexit %d\n" % (tmp_path, complaint, status))
    client.chmod(0o755)
    (tmp_path / "answer").write_text(answer if isinstance(answer, str) else json.dumps(answer))
    return {"container": "api", "client": str(client)}


def test_a_container(tmp_path):
    env = ["PATH=/bin", "NODE_ENV=production", "TOKEN=" + CANARY]
    source = inspected(tmp_path, [{"State": {"Running": True}, "Config": {"Env": env}}])
    value = observe(source, judged={"TOKEN": {"min_length": 8}})
    assert value["names"] == ["NODE_ENV", "PATH", "TOKEN"]
    assert value["judged"]["TOKEN"]["predicates"] == {"min_length": True}


@pytest.mark.parametrize(
    ("answer", "status", "complaint", "why"),
    [
        ([{"State": {"Running": False}, "Config": {"Env": []}}], 0, "", "not_found"),
        ([], 1, "Error: No such container: api", "not_found"),
        ("", 1, "permission denied while trying to connect to the Docker daemon socket", "denied"),
        ("", 1, "Cannot connect to the Docker daemon. Is the docker daemon running?", "unreachable"),
        ("", 1, "?", "malformed"),
        (CANARY, 0, "", "malformed"),
        ([{"State": {"Running": True}, "Config": {"Env": [CANARY]}}], 0, "", "malformed"),
        ([{"State": {"Running": True}}], 0, "", "malformed"),
    ],
)
def test_a_container_that_cannot_be_seen(tmp_path, answer, status, complaint, why):
    outcome = observe(inspected(tmp_path, answer, status, complaint))
    assert reason(outcome) == why
    assert CANARY not in outcome[1]


def test_without_a_container_engine_a_tool_is_missing(tmp_path):
    assert reason(observe({"container": "api", "client": str(tmp_path / "none")})) == "missing_tool"


COMPOSE = """\
services:
  api:
    env_file: [.env.production]
    environment:
      NODE_ENV: production
      URL: "postgres://shop:${DB_PASSWORD}@db/shop"
      PORT: ${PORT:-3000}
      PRICE: 5$$
  list:
    env_file:
      - path: none.env
        required: false
    environment: ["A=1", "B=x y"]
  shell:
    environment: [FROM_SHELL]
  unknown:
    environment:
      A: ${NOWHERE}
  extended:
    extends: api
"""


@pytest.fixture
def compose(tmp_path):
    (tmp_path / ".env").write_text("DB_PASSWORD=%s\n" % CANARY)
    (tmp_path / ".env.production").write_text("NODE_ENV=development\nEXTRA=1\n")

    def of(service, text=COMPOSE):
        (tmp_path / "compose.yml").write_text(text)
        return {"compose": str(tmp_path / "compose.yml"), "service": service}

    return of


def test_a_service_of_a_compose_file(compose, tmp_path):
    expected = {
        "NODE_ENV": "production",
        "URL": "postgres://shop:%s@db/shop" % CANARY,
        "PORT": "3000",
        "PRICE": "5$",
        "EXTRA": "1",
    }
    value = observe(compose("api"), judged={name: {"one_of": [text]} for name, text in expected.items()})
    assert {name: each["predicates"]["one_of"] for name, each in value["judged"].items()} == dict.fromkeys(
        expected, True
    )
    assert value["inline"] == ["NODE_ENV", "PORT", "PRICE", "URL"]
    assert value["files"] == [str(tmp_path / ".env.production")]
    assert observe(compose("list"))["names"] == ["A", "B"]


@pytest.mark.parametrize(
    ("service", "text", "why"),
    [
        ("nothing", COMPOSE, "not_found"),
        ("shell", COMPOSE, "malformed"),
        ("unknown", COMPOSE, "malformed"),
        ("extended", COMPOSE, "malformed"),
        ("api", COMPOSE.replace(".env.production", "none.env"), "not_found"),
        (
            "api",
            COMPOSE.replace("environment:\n      NODE_ENV", "environment:\n      %s\n      NODE_ENV" % CANARY),
            "malformed",
        ),
        ("api", "services: [a]\n", "malformed"),
        ("api", "include: [a.yml]\nservices:\n  api:\n", "malformed"),
        ("api", "", "malformed"),
    ],
)
def test_a_service_that_is_not_described_there_alone(compose, service, text, why):
    outcome = observe(compose(service, text))
    assert reason(outcome) == why
    assert CANARY not in outcome[1]


def test_a_file_that_is_merged_over_it_is_not_guessed(compose, tmp_path):
    source = compose("api")
    (tmp_path / "compose.override.yml").write_text("services: {}\n")
    assert reason(observe(source)) == "malformed"


def test_the_batch_makes_it_and_no_byte_of_a_value_is_in_the_answer(dotenv, compose):
    source = dotenv("TOKEN=%s\n" % CANARY)
    requests = [
        {
            "kind": "variables",
            "source": source,
            "judged": {"TOKEN": {"min_length": 4}},
            "found": {"x": "C"},
            "distinct": ["TOKEN"],
        },
        {"kind": "variables", "source": compose("api")},
    ]
    said = json.dumps(batch.run(requests, 10))
    assert '"value"' in said
    for shape in (CANARY, base64.b64encode(CANARY.encode()).decode(), CANARY.encode().hex()):
        assert shape not in said
