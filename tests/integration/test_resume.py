# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run goes on where an earlier one was killed, or could not look: what that one saw stands, and is not seen again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml

from tests.integration.playbook import LOCAL, REPOSITORY, Environment, Ran, surroundings
from tests.integration.test_verify_prod import SCHEMA, Handler, Service, wait_for

CHECKLIST = """# Shop

- [ ] Health endpoints <!-- golive: http.health on=web -->
"""


class Counting(Handler):
    """Counts who is asked for what; and holds web2 up until it may answer."""

    asked: ClassVar[Counter[str]]
    may_answer: ClassVar[threading.Event]

    def do_GET(self) -> None:
        host = self.path.split("/")[1]
        if host == "web2":
            self.may_answer.wait(60)
        self.asked[host] += self.path.endswith("/health")
        super().do_GET()


@pytest.fixture
def handler() -> Iterator[type[Counting]]:
    Counting.asked, Counting.may_answer = Counter(), threading.Event()
    yield Counting
    Counting.may_answer.set()


@pytest.fixture
def environment(tmp_path: Path, handler: type[Counting]) -> Iterator[Environment]:
    with Service() as service:
        service.RequestHandlerClass = handler
        threading.Thread(target=service.serve_forever, daemon=True).start()
        checks = [{"http": {"url": service.url, "health": ["/{{ inventory_hostname }}/health"], "from": "host"}}]
        web = {"hosts": {"web1": None, "web2": None}, "vars": {"golive_checks_web": checks}}
        made = Environment(tmp_path).write(CHECKLIST, {"web1": LOCAL, "web2": LOCAL}, web=web)
        yield made
        handler.may_answer.set()
        service.shutdown()


def resume(environment: Environment, which: str | Path, **said: Any) -> Ran:
    return environment.verify("-e", json.dumps({"golive_resume": str(which), **said}))


def kept(ran: Ran, run: Path) -> dict[str, bool]:
    """By host, whether its health is what an earlier run saw."""
    own = json.loads((run / "plan.json").read_text(encoding="utf-8"))["run"]
    healths = [check for check in ran.report["checks"] if check["control"] == "http.health"]
    return {check["host"]: check.get("provenance", {}).get("run") == own for check in healths}


def family(process: int) -> Iterator[int]:
    """A process with all that it has started, which are in sessions of their own."""
    yield process
    for child in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
        yield from family(int(child))


def test_a_killed_run_goes_on_with_what_is_missing(environment: Environment, handler: type[Counting]) -> None:
    command = [*environment.command(), "--forks", "2"]
    killed = environment.run_dir
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=REPOSITORY, env=surroundings(), **quiet) as run:
        wait_for(lambda: list(killed.glob("results/web1*.json")))
        # The workers too: they would go on looking, and keep what they see.
        for each in list(family(run.pid)):
            os.kill(each, signal.SIGKILL)
    handler.may_answer.set()
    handler.asked.clear()
    ran = resume(environment, "last", golive_runs_dir=str(environment.path.parent))
    assert ran.status == 0, ran.output
    assert kept(ran, killed) == {"web1": True, "web2": False}
    assert handler.asked["web1"] == 0
    assert handler.asked["web2"] > 0
    report = ran.report
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (source,) = report["run"]["sources"]
    assert (source["kind"], source["finished"]) == ("resumed", False)
    first = json.loads(next((killed / "results").glob("web1*")).read_text(encoding="utf-8"))["results"][0]["started"]
    assert min(check["started"] for check in report["checks"]) == first
    assert f"results were kept from {source['run']} (" in ran.output


def test_what_could_not_be_looked_at_is_looked_at_again_and_hosts_come_and_go(
    environment: Environment, handler: type[Counting]
) -> None:
    handler.may_answer.set()
    hosts = environment.path / "hosts.yml"
    inventory = yaml.safe_load(hosts.read_text(encoding="utf-8"))
    inventory["all"]["hosts"] |= {
        "web2": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
        "web3": dict(LOCAL),
    }
    inventory["all"]["children"]["web"]["hosts"]["web3"] = None
    hosts.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    broken = environment.verify()
    assert broken.status == 4
    inventory["all"]["hosts"] |= {"web2": dict(LOCAL), "web4": dict(LOCAL)}
    inventory["all"]["children"]["web"]["hosts"] |= {"web4": None}
    del inventory["all"]["hosts"]["web3"], inventory["all"]["children"]["web"]["hosts"]["web3"]
    hosts.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    handler.asked.clear()
    ran = resume(environment, broken.run_dir)
    assert ran.status == 0, ran.output
    assert kept(ran, broken.run_dir) == {"web1": True, "web2": False, "web4": False}
    assert handler.asked["web1"] == 0
    assert all(check["host"] != "web3" for check in ran.report["checks"])
    (environment.path / "checklist.md").write_text(CHECKLIST + "\nMore.\n", encoding="utf-8")
    refused = resume(environment, broken.run_dir)
    assert refused.status == 2
    assert "cannot be resumed: the checklist" in refused.output
    assert not refused.run_dir.exists()
