# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run in slices, by --limit and by parts of the inventory as AWX gives them: merged they decide as a whole one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.integration.playbook import LOCAL, REPOSITORY, Environment, Ran, surroundings
from tests.integration.test_verify_prod import SCHEMA, Service

try:
    import ansible_runner
except ImportError:
    ansible_runner = None

CHECKLIST = """# Shop

- [ ] Health endpoints <!-- golive: http.health on=web -->
- [ ] The database's console is healthy <!-- golive: http.health on=db -->
- [ ] Security headers <!-- golive: http.security_headers -->
- [ ] Runbook <!-- golive: document=runbook.md -->
"""
ANSIBLE = Path(sys.executable).parent / "ansible-playbook"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Three hosts in two groups, which are healthy but for the database's."""
    with Service() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        checks = [{"http": {"url": service.url, "health": ["/health"], "from": "host"}}]
        ill = [{"http": {"url": "http://127.0.0.1:1", "health": ["/health"], "from": "host"}}]
        web = {"hosts": {"web1": None, "web2": None}, "vars": {"golive_checks_web": checks}}
        db = {"hosts": {"db1": None}, "vars": {"golive_checks_db": ill}}
        made = Environment(tmp_path_factory.mktemp("shop"))
        made.write(CHECKLIST, {"web1": LOCAL, "web2": LOCAL, "db1": LOCAL}, web=web, db=db)
        (made.path / "runbook.md").write_text("# Runbook\n\nCall Ada, then restart.\n" * 20, encoding="utf-8")
        yield made
        service.shutdown()


@pytest.fixture(scope="module")
def whole(environment: Environment) -> Ran:
    return environment.verify()


@pytest.fixture(scope="module")
def slices(environment: Environment) -> list[Path]:
    """Of the web hosts, from an inventory that has no others; and of the database by --limit."""
    inventory = yaml.safe_load((environment.path / "hosts.yml").read_text(encoding="utf-8"))["all"]
    del inventory["hosts"]["db1"], inventory["children"]["db"]
    part = environment.path / "part"
    part.mkdir()
    (part / "hosts.yml").write_text(yaml.safe_dump({"all": inventory}), encoding="utf-8")
    said = {
        "golive_slice": "1/2",
        "golive_checklist": str(environment.path / "checklist.md"),
        "golive_checkout": str(environment.path),
        "golive_environment": environment.path.name,
    }
    first = environment.verify("-e", json.dumps(said), inventory=part / "hosts.yml")
    assert first.report["summary"]["left_out"] == "slice 1/2", first.output
    # Nothing of the hosts that are none of its business speaks against it.
    assert ["Runbook" in reason for reason in first.report["gate"]["reasons"]] == [True]
    return [first.run_dir, by_runner(environment) if ansible_runner else environment.verify("--limit", "db").run_dir]


def by_runner(environment: Environment) -> Path:
    """A slice that ansible-runner makes, as AWX does it on every execution node."""
    command = environment.command()
    (environment.path / "runner").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in surroundings().items():
            patch.setenv(name, value)
        patch.setenv("PATH", str(ANSIBLE.parent), prepend=os.pathsep)
        ran = ansible_runner.run(
            private_data_dir=str(environment.path / "runner"),
            playbook=command[1],
            inventory=command[3],
            extravars=environment.variables,
            limit="db",
            quiet=True,
        )
    assert ran.rc == 2
    assert any("Decide" in event["event_data"].get("task", "") for event in ran.events if event.get("event_data"))
    return environment.run_dir


def merge(environment: Environment, slices: list[Path], *arguments: str) -> Ran:
    environment.runs += 1
    said = {"slices": [str(each) for each in slices], "golive_run_dir": str(environment.run_dir)}
    command = [
        *(str(ANSIBLE), str(REPOSITORY / "playbooks" / "merge.yml")),
        *("-i", str(environment.path / "hosts.yml"), "-e", json.dumps(said), *arguments),
    ]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=surroundings(), capture_output=True, text=True, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout + done.stderr, environment.run_dir)


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says, but for when and by which run."""

    def said(check: dict[str, Any]) -> dict[str, Any]:
        left = {name: value for name, value in check.items() if name not in ("started", "duration_ms", "provenance")}
        actual = check["actual"]
        seen = {name: value for name, value in actual.items() if name != "ms"} if isinstance(actual, dict) else actual
        return left | {"actual": seen, "evidence": [look["look"] for look in check["evidence"]]}

    checks = list(map(said, report["checks"]))
    order = sorted(range(len(checks)), key=lambda index: json.dumps(checks[index], sort_keys=True))
    return {
        "gate": report["gate"],
        "summary": report["summary"],
        "targets": report["targets"],
        "checks": [checks[index] for index in order],
        "items": [
            item | {"checks": sorted(order.index(index) for index in item["checks"])} for item in report["items"]
        ],
    }


def test_merged_slices_say_what_one_whole_run_says(environment: Environment, whole: Ran, slices: list[Path]) -> None:
    merged = merge(environment, slices)
    assert merged.status == whole.status == 2, merged.output
    report = merged.report
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert timeless(report) == timeless(whole.report)
    assert {item["text"]: item["status"] for item in report["items"]} == {
        "Health endpoints": "pass",
        "The database's console is healthy": "error",
        "Security headers": "error",
        "Runbook": "error",
    }
    runs = [json.loads((each / "plan.json").read_text(encoding="utf-8"))["run"] for each in slices]
    assert [(each["run"], each["slice"]) for each in report["run"]["sources"]] == [
        (runs[0], "slice 1/2"),
        (runs[1], "limit db"),
    ]
    assert {(check["host"], check["provenance"]["run"]) for check in report["checks"]} >= {
        ("web1", runs[0]),
        ("web2", runs[0]),
        ("db1", runs[1]),
    }
    assert "NO-GO" in merged.output


def test_what_no_slice_looked_at_is_missing(environment: Environment, slices: list[Path]) -> None:
    merged = merge(environment, slices[:1])
    assert merged.status == 2
    assert {each["name"]: each["status"] for each in merged.report["targets"]} == {
        "web1": "answered",
        "web2": "answered",
        "db1": "missing",
    }
    assert any(reason.startswith("db1 is missing") for reason in merged.report["gate"]["reasons"])


def test_nothing_to_merge_is_an_error_and_never_go(environment: Environment) -> None:
    for slices, arguments, said in (
        ([], (), "there is no slice to merge"),
        ([environment.path], ("-e", "target=nobody"), "no hosts matched"),
    ):
        merged = merge(environment, slices, *arguments)
        assert merged.status == 2, said
        assert said in merged.output
        assert not merged.run_dir.exists()
