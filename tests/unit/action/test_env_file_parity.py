# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The env_file verifier on files and on other environments, against what hosts answer: each control four ways."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.variables_files import Variables
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.env_recordings import (
    DENIED,
    FILE,
    PREVIEW,
    PROCESS,
    RUNNING,
    STOPPED,
    UNIT,
    Seen,
    line,
    proven,
    stats,
    status,
    told,
)

SECRET = "q3vKp7Zt9XwLr2TzN4bYhQe7JmA1dCfGu5s8"
GOOD = {"NODE_ENV": "production", "JWT_SECRET": SECRET, "AUDIT_KEY": "k" * 44}

PARITY: dict[str, Any] = {
    "sources": [UNIT],
    "keys": {"staging": ["A", "B"], "dev": "/repo/.env.example"},
    "keys_except": ["ONLY_HERE"],
    "versions": [{"command": ["node", "--version"], "version": "20.11"}],
}
NODE = {"exit": 0, "stdout": "v20.3.1\n", "stderr": ""}


@pytest.mark.parametrize(
    ("own", "example", "node", "expected"),
    [
        ("A B ONLY_HERE", "A B", NODE, [Status.PASS, Status.PASS]),
        ("A", "A B", NODE, [Status.FAIL, Status.PASS]),
        ("A B C", "A B", NODE, [Status.FAIL, Status.PASS]),
        ("A B mQ9xK4bT7wXy3z", "A B", NODE, [Status.FAIL, Status.PASS]),
        ("A B", "A B C", NODE, [Status.FAIL, Status.PASS]),
        ("A B", "", NODE, [Status.ERROR, Status.PASS]),
        ("A B", "A B", {**NODE, "stdout": "v18.20.0"}, [Status.PASS, Status.FAIL]),
        ("A B", "A B", {**NODE, "stdout": ""}, [Status.PASS, Status.ERROR]),
        ("A B", "A B", CannotLook("missing_tool", "node is not installed"), [Status.PASS, Status.ERROR]),
    ],
)
def test_parity(own: str, example: str, node: Any, expected: list[Status]) -> None:
    answers = {
        line(RUNNING): told(PARITY, Variables({**dict.fromkeys(own.split(), "x"), "SET_BY_THE_SHELL": "1"})),
        line(UNIT): told(PARITY, Variables(dict.fromkeys(own.split(), "x"))),
        line({"file": ["/repo/.env.example"]}): told(PARITY, Variables(dict.fromkeys(example.split(), ""))),
        "node --version": node,
    }
    assert [verdict.status for verdict in proven("env.parity", PARITY, **answers)] == expected


def test_parity_without_versions_is_not_asked() -> None:
    with pytest.raises(NotAsked, match="versions"):
        proven("env.parity", {**PARITY, "versions": []})


ENV = "/srv/shop/.env"
LOADED = Variables(GOOD, read=[ENV])


@pytest.mark.parametrize(
    ("how", "loaded", "message"),
    [
        ({}, LOADED, ""),
        ({"mode": "0600", "owner": "shop"}, LOADED, ""),
        ({"mode": "0644"}, LOADED, "/srv/shop/.env has mode 0644, not 0640 or stricter"),
        ({"mode": "0660"}, LOADED, "has mode 0660"),
        ({"owner": "deploy"}, LOADED, "belongs to deploy, not to root or shop"),
        ({"directory": "1777"}, LOADED, "anybody may replace /srv/shop/.env: /srv/shop has mode 1777"),
        ({"kind": "directory"}, LOADED, "is a directory"),
        ({}, Variables(GOOD, read=["/srv/shop/other"]), "unit api.service does not load /srv/shop/.env"),
        ({}, Variables(GOOD), ""),
        ({}, Variables(GOOD, read=[ENV, ENV + ".preview"]), "unit api.service loads /srv/shop/.env.preview too"),
        ({}, Variables(GOOD, {"NODE_ENV"}, [ENV]), "set more than once in /srv/shop/.env: NODE_ENV"),
        (
            {},
            Variables(GOOD, read=[ENV], inline=["JWT_SECRET"]),
            "set with Environment=, which every user of the machine can read: JWT_SECRET",
        ),
        ({}, Variables(GOOD, read=[ENV], inline=["NODE_ENV"]), ""),
    ],
)
def test_files_are_protected_and_loaded(how: dict[str, str], loaded: Variables, message: str) -> None:
    options = {"sources": [{**UNIT, **FILE}]}
    running = Variables(GOOD, process=PROCESS)
    answers = {**stats("/srv/shop/other"), **stats(ENV + ".preview"), **stats(ENV, **how)}
    got, said = status("env.files", options, (RUNNING, running), (UNIT, loaded), (FILE, GOOD), **answers)
    assert got is (Status.FAIL if message else Status.PASS), said
    assert message in said


def test_files_that_cannot_be_seen_are_an_error() -> None:
    options = {"sources": [{**UNIT, **FILE}]}
    seen: list[Seen] = [(RUNNING, GOOD), (UNIT, LOADED), (FILE, GOOD)]
    for answer in (DENIED, CannotLook("not_found", "x")):
        assert status("env.files", options, *seen, **{**stats(ENV), f"stat -L {ENV}": answer})[0] is Status.ERROR
    assert status("env.files", options, *seen[:2], (FILE, DENIED), **stats(ENV))[0] is Status.ERROR
    alone = {"sources": [FILE]}
    got, said = status("env.files", alone, (FILE, GOOD), **stats(ENV))
    assert got is Status.ERROR
    assert "nothing that runs was seen to load it" in said
    assert status("env.files", alone, (FILE, GOOD), **stats(ENV, mode="0644"))[0] is Status.FAIL
    with pytest.raises(NotAsked):
        proven("env.files", {"sources": [{"container": "api"}]})


def test_a_unit_says_itself_what_it_loads() -> None:
    options = {"sources": [UNIT]}
    assert status("env.files", options, (RUNNING, STOPPED), (UNIT, LOADED), **stats(ENV))[0] is Status.PASS
    assert status("env.files", options, (RUNNING, GOOD), (UNIT, GOOD))[0] is Status.ERROR


def test_a_unit_that_loads_nothing_leaves_it_to_its_program() -> None:
    options = {"sources": [{**UNIT, **FILE}]}
    away = Variables(GOOD, process={**PROCESS, "cwd": "/"})
    for running, expected in ((away, Status.FAIL), (STOPPED, Status.ERROR)):
        assert status("env.files", options, (RUNNING, running), (UNIT, {}), (FILE, GOOD), **stats(ENV))[0] is expected


def test_a_program_that_loads_its_file_by_itself_runs_where_it_is() -> None:
    process = {"process": "node api.js"}
    options = {"sources": [{**process, **FILE}]}
    for cwd, expected in (("/srv/shop", Status.PASS), ("/srv/other", Status.FAIL)):
        running = Variables({"A": "1"}, process={**PROCESS, "cwd": cwd})
        assert status("env.files", options, (process, running), (FILE, GOOD), **stats(ENV))[0] is expected


def test_a_container_has_what_is_in_its_file() -> None:
    container = {"container": "api", "client": "docker"}
    options = {"sources": [{"container": "api", **FILE}]}
    assert status("env.files", options, (container, GOOD), (FILE, GOOD), **stats(ENV))[0] is Status.PASS
    got, said = status("env.files", options, (container, {"NODE_ENV": "x"}), (FILE, GOOD), **stats(ENV))
    assert got is Status.FAIL
    assert "container api lacks" in said


@pytest.mark.parametrize(
    ("preview", "message"),
    [
        ({**dict.fromkeys(GOOD, "other"), "NODE_ENV": "production"}, ""),
        ({**dict.fromkeys(GOOD, "other"), "JWT_SECRET": SECRET}, "preview has the same JWT_SECRET"),
        (dict.fromkeys(list(GOOD)[1:], "other"), "set here and not in preview: NODE_ENV"),
        ({**dict.fromkeys(GOOD, "other"), "MORE": "1"}, "set in preview and not here: MORE"),
    ],
)
def test_the_file_of_another_environment_has_the_same_variables_and_other_secrets(
    preview: dict[str, str], message: str
) -> None:
    options = {"sources": [{**UNIT, **FILE}], "other_environments": {"preview": {"file": PREVIEW["file"][0]}}}
    answers = {**stats(ENV), line(FILE, PREVIEW): told(options, Variables(GOOD), other=preview)}
    got, said = status("env.files", options, (RUNNING, GOOD), (UNIT, LOADED), (FILE, GOOD), **answers)
    assert (got, said) == (Status.FAIL if message else Status.PASS, message)
    answers[line(FILE, PREVIEW)] = CannotLook("not_found", "x")
    assert status("env.files", options, (RUNNING, GOOD), (UNIT, LOADED), (FILE, GOOD), **answers)[0] is Status.ERROR


def test_a_compose_file_with_secrets_in_it_is_protected_too() -> None:
    source = {"compose": "/srv/shop/compose.yml", "service": "api"}
    options = {"sources": [source]}
    inline = Variables(GOOD, read=[ENV], inline=["JWT_SECRET"])
    for mode, expected in (("0640", Status.PASS), ("0644", Status.FAIL)):
        answers = {**stats(ENV), **stats("/srv/shop/compose.yml", mode=mode)}
        assert status("env.files", options, (source, inline), **answers)[0] is expected
