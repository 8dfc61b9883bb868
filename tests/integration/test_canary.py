# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves its host: one that lies in every kind of source is in no byte of what a run prints or writes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from tests.integration.playbook import LOCAL, REPOSITORY, Environment, surroundings

CANARY = "q7#Xv9$Lr2/Zt4+Wk8=Np6%Yb3"
MARKER = f"canary-worker-{os.getpid()}"
SLEEP = "import time; print('up', flush=True); time.sleep(300)"
SETTINGS = f"""\
NODE_ENV=development
JWT_SECRET='{CANARY}'
AUDIT_KEY='{CANARY}'
OLD_AUDIT_KEY='{CANARY}'
DATABASE_URL='postgresql://shop:{quote(CANARY, safe="")}@localhost:{CANARY}/shop'
ALLOWED_ORIGINS='https://{CANARY}'
FEATURE_X='{CANARY}'
FEATURE_Y=
"""
COMPOSE = """\
services:
  api:
    env_file: [compose.env]
    environment:
      JWT_SECRET: '%s'
      FROM_DOTENV: ${CANARY}
"""
BROKEN = """\
services:
  api:
    environment:
      JWT_SECRET: {'%s'}
"""
INSPECT = [{"State": {"Running": True}, "Config": {"Env": [f"JWT_SECRET={CANARY}", "PATH=/bin"]}}]


def shapes() -> dict[str, bytes]:
    """What must not be found: parts of the canary, and of what it is when it is encoded in the usual ways."""
    encodings = {"plain": CANARY, "quoted": quote(CANARY, safe=""), "hex": CANARY.encode().hex()}
    for shift in range(3):
        encodings[f"base64 {shift}"] = base64.b64encode(b"\0" * shift + CANARY.encode()).decode()[4:-4]
    parts = {f"{name} {at}": text[at : at + 10] for name, text in encodings.items() for at in range(len(text) - 9)}
    return {name: part.encode() for name, part in parts.items()} | {"json": json.dumps(CANARY).encode()}


def leaks(*texts: bytes) -> list[str]:
    return [name for name, shape in shapes().items() if any(shape.lower() in text.lower() for text in texts)]


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """The sources of a host on which the canary lies everywhere, in forms that can be read and in forms that cannot."""
    host = tmp_path / "host"
    host.mkdir()
    files = {
        ".env": f"CANARY='{CANARY}'\n",
        "plain.env": SETTINGS,
        "preview.env": SETTINGS,
        "compose.env": f"TOKEN='{CANARY}'\n",
        "compose.yml": COMPOSE % CANARY,
        "broken.yml": BROKEN % CANARY,
        "broken.env": f"TOKEN=\n{CANARY}\n",
        "unquoted.env": f"KEY=begin\n{base64.b64encode(CANARY.encode()).decode()[:34]}==\n",
        "bytes.env": f"JWT_SECRET={CANARY}\udcff\n",
        "inspect": f"#!/bin/sh\ncat {host}/inspect.json\n",
        "inspect.json": json.dumps(INSPECT),
        "garbled": f"#!/bin/sh\necho '{CANARY}'\n",
    }
    for name, text in files.items():
        (host / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        (host / name).chmod(0o755)
    environ = {"NODE_ENV": "development", "JWT_SECRET": CANARY, "DATABASE_URL": f"postgresql://a:{CANARY}@localhost/x"}
    with subprocess.Popen(
        [sys.executable, "-c", SLEEP, MARKER], env=environ, cwd=host, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        yield [
            {"file": [str(host / "plain.env")]},
            {"process": MARKER},
            {"process": MARKER, "file": [str(host / "plain.env")]},
            {"compose": str(host / "compose.yml"), "service": "api"},
            {"compose": str(host / "broken.yml"), "service": "api"},
            {"container": "api", "client": str(host / "inspect")},
            {"container": "api", "client": str(host / "garbled")},
            *({"file": [str(host / f"{name}.env")]} for name in ("broken", "unquoted", "bytes")),
        ]
        process.kill()


def options(sources: list[dict[str, Any]]) -> dict[str, Any]:
    """All that the verifier can be asked."""
    return {
        "sources": sources,
        "required": ["JWT_SECRET", "ABSENT"],
        "mode": {"NODE_ENV": "production"},
        "jwt_secrets": ["JWT_SECRET"],
        "encryption_keys": ["AUDIT_KEY"],
        "databases": [{"name": "shop"}],
        "origin_variables": ["ALLOWED_ORIGINS"],
        "flags": {"FEATURE_X": {"owner": "ann", "expires": "2999-01-01"}, "FEATURE_Y": {}},
        "flag_prefix": "FEATURE_",
        "keys": {"staging": ["NODE_ENV", "TOKEN"]},
        "versions": [{"command": ["true"], "version": "1"}],
        "also_forbidden": {"signs": "[#$%]"},
        "other_environments": {"preview": {"file": sources[0]["file"][0].replace("plain", "preview")}},
    }


def written(path: Path) -> Iterator[bytes]:
    for file in path.rglob("*"):
        if file.is_file():
            yield file.read_bytes()


def test_a_whole_run_with_all_reports_prints_and_writes_nothing_of_it(
    tmp_path: Path, planted: list[dict[str, Any]]
) -> None:
    controls = list(interface("golive.verify.env_file").controls)
    checklist = "# Shop\n\n## Environment\n" + "".join(
        f"- [ ] {control.partition('.')[2]} <!-- golive: {control} on=app -->\n" for control in controls
    )
    (tmp_path / "environment").mkdir()
    app = {"hosts": {"app1": None}, "vars": {"golive_checks_env": [{"env_file": options(planted)}]}}
    environment = Environment(tmp_path / "environment").write(checklist, {"app1": LOCAL}, app=app)
    ran = environment.verify(
        "-vvv",
        GOLIVE_REPORT_FORMATS="html,json,junit,markdown",
        ANSIBLE_LOG_PATH=str(tmp_path / "environment" / "log"),
        ANSIBLE_LOCAL_TEMP=str(tmp_path / "environment" / "tmp"),
    )
    assert ran.status == 2, ran.output
    checks = ran.report["checks"]
    assert {check["control"] for check in checks} == set(controls)
    statuses = [check["status"] for check in checks]
    assert statuses.count("fail") > 40
    assert statuses.count("error") > 30
    assert {path.suffix for path in ran.run_dir.glob("report.*")} >= {".html", ".json", ".xml", ".md"}
    assert leaks(ran.output.encode(), *written(tmp_path / "environment")) == []


@pytest.mark.parametrize("module", ["env_file", "observe"])
def test_a_module_alone_returns_nothing_of_it(planted: list[dict[str, Any]], module: str) -> None:
    judged = {"JWT_SECRET": {"min_length": 1, "url_remote": True, "https_origins": []}}
    looks = [{"kind": "variables", "source": source, "judged": judged, "found": {"all": "."}} for source in planted[:2]]
    looks += [{"kind": "variables", "source": source} for source in planted[3:]]
    arguments = options(planted) if module == "env_file" else {"observations": looks}
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible"),
            *("localhost", "-i", "localhost,", "-c", "local", "-vvv", "-m", f"golive.verify.{module}"),
            *("-e", json.dumps(LOCAL), "-a", json.dumps(arguments)),
        ],
        cwd=REPOSITORY,
        env=surroundings(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"JWT_SECRET" in done.stdout, done.stderr
    assert leaks(done.stdout, done.stderr) == []


def test_the_test_would_find_it() -> None:
    assert leaks(b"x" + CANARY.encode() + b"y")
    assert leaks(base64.b64encode(b"JWT_SECRET=" + CANARY.encode()))
    assert leaks(json.dumps({"a": CANARY}).encode())
    assert leaks(f"?x={quote(CANARY, safe='')}".encode())
    assert leaks(CANARY[5:16].encode().hex().upper().encode())
    assert leaks(b"postgresql://shop@localhost", b"JWT_SECRET") == []
