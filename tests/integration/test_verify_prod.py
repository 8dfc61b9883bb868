# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main playbook from end to end: exit statuses, what is missing, what is narrowed, what survives a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

import jsonschema
import pytest

from tests.integration.playbook import LOCAL, REPOSITORY, Environment, surroundings

SCHEMA = REPOSITORY / "plugins" / "plugin_utils" / "schemas" / "report.json"
CHECKLIST = """# Shop

## Web
- [ ] Health endpoints <!-- golive: http.health on=web -->

## Edge
- [ ] Security headers <!-- golive: http.security_headers on=web -->
"""
GOOD = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}


class Service(ThreadingHTTPServer):
    """A small service whose health, headers and speed the test sets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.health: dict[str, Any] = {"status": "ok"}
        self.headers = dict(GOOD)
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        self.send_response(200)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.health).encode())

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def environment(tmp_path: Path, service: Service) -> Environment:
    checks = [{"http": {"url": service.url, "health": ["/health"], "from": "host"}}]
    web = {"hosts": {"web1": None, "web2": None}, "vars": {"golive_checks_web": checks}}
    return Environment(tmp_path).write(CHECKLIST, {"web1": LOCAL, "web2": LOCAL}, web=web)


def test_go_is_exit_status_0_and_nothing_changed(environment: Environment) -> None:
    ran = environment.verify()
    assert ran.status == 0, ran.output
    assert ran.report["gate"] == {"decision": "go", "reasons": []}
    assert ran.items == {"Health endpoints": "pass", "Security headers": "pass"}
    assert "GO" in ran.output
    jsonschema.validate(ran.report, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_check_mode_gives_the_same_verdict(environment: Environment, service: Service) -> None:
    service.headers = {}
    plain, checked = environment.verify(), environment.verify("--check")
    assert (plain.status, checked.status) == (2, 2)
    assert plain.items == checked.items == {"Health endpoints": "pass", "Security headers": "fail"}


def test_no_go_is_exit_status_2_and_says_what_on_what_why_and_what_to_do(
    environment: Environment, service: Service
) -> None:
    service.health = {"status": "degraded"}
    ran = environment.verify()
    assert ran.status == 2
    assert ran.items["Health endpoints"] == "fail"
    for said in ("Health endpoints", "web1", "overall is degraded", "answer 503", "report.json", "NO-GO"):
        assert said in ran.output


def test_an_unreachable_host_is_no_go_and_exit_status_4(environment: Environment) -> None:
    ran = environment.verify(
        "-e", json.dumps({"ansible_connection": "ssh", "ansible_port": 1, "ansible_host": "127.0.0.1"})
    )
    assert ran.status == 4
    assert [target["status"] for target in ran.report["targets"]] == ["unreachable", "unreachable"]
    assert ran.report["gate"]["decision"] == "no_go"


def test_one_unreachable_host_leaves_the_others_results(environment: Environment) -> None:
    gone = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = environment.path / "hosts.yml"
    inventory.write_text(
        inventory.read_text(encoding="utf-8").replace("web1:\n", f"web1: {json.dumps(gone)}\n#", 1), encoding="utf-8"
    )
    (environment.path / "host_vars").mkdir()
    (environment.path / "host_vars" / "web1.yml").write_text(
        json.dumps(gone | {"ansible_connection": "ssh"}), encoding="utf-8"
    )
    ran = environment.verify()
    assert {target["name"]: target["status"] for target in ran.report["targets"]} == {
        "web1": "unreachable",
        "web2": "answered",
    }
    assert ran.items["Health endpoints"] == "error"
    assert ran.status == 4


def test_no_hosts_matched_is_no_go(environment: Environment) -> None:
    assert environment.verify("-e", "target=nobody").status == 2
    assert environment.verify("-e", "target=nobody", ANSIBLE_CALLBACKS_ENABLED="ansible.builtin.junit").status == 2
    assert environment.verify("--limit", "nobody").status == 1


def test_skipping_everything_is_no_go(environment: Environment) -> None:
    assert environment.verify("--skip-tags", "always").status == 2


def test_no_checks_is_no_go(environment: Environment) -> None:
    ran = environment.verify("-e", json.dumps({"golive_checks_web": []}))
    assert ran.status == 2
    assert any("no checks ran" in reason for reason in ran.report["gate"]["reasons"])


def test_a_limit_decides_over_its_hosts_and_says_so(environment: Environment) -> None:
    ran = environment.verify("--limit", "web1")
    assert ran.status == 0, ran.output
    assert "narrowed to limit web1" in ran.output
    assert ran.report["summary"]["left_out"] == "limit web1"


def test_tags_and_sections_narrow(environment: Environment, service: Service) -> None:
    service.headers = {}
    by_tag = environment.verify("--tags", "http.health")
    by_section = environment.verify("-e", "golive_section=Web")
    assert by_tag.status == by_section.status == 0, by_tag.output
    assert by_tag.items == by_section.items == {"Health endpoints": "pass", "Security headers": "not_selected"}
    assert environment.verify("--tags", "nonsense").status == 2


def test_wrong_input_is_one_clear_line_and_the_other_hosts_are_not_lost(environment: Environment) -> None:
    ran = environment.verify("-e", json.dumps({"golive_checks_more": [{"htttp": {"url": "x"}}]}))
    assert ran.status == 2
    assert "golive_checks_more[0]: there is no verifier htttp; did you mean http?" in ran.output
    ran = environment.verify("-e", json.dumps({"golive_checks_more": [{"http": {"url": "x", "helth": []}}]}))
    assert "golive_checks_more[0]: golive.verify.http: there is no option helth; did you mean health?" in ran.output
    (environment.path / "checklist.md").write_text("- [ ] A <!-- golive: http.helth -->\n", encoding="utf-8")
    ran = environment.verify()
    assert ran.status == 2
    assert "checklist.md:1: there is no control http.helth; did you mean http.health?" in ran.output


def test_another_collection_brings_verifiers_and_controls(environment: Environment, tmp_path: Path) -> None:
    root = tmp_path / "collections" / "ansible_collections" / "acme" / "controls"
    files = {
        "plugins/modules/motd.py": ".ci/verifier/module.py.tmpl",
        "plugins/action/motd.py": ".ci/verifier/action.py.tmpl",
        "plugins/plugin_utils/catalogue/acme.yml": ".ci/verifier/catalogue.yml.tmpl",
    }
    words = {"name": "motd", "control": "acme.motd", "method": "motd", "title": "t", "phrase": "p", "shebang": ""}
    for name, template in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        filled = Template((REPOSITORY / template).read_text(encoding="utf-8")).substitute(words)
        (root / name).write_text(filled, encoding="utf-8")
    (tmp_path / "motd").write_text("welcome\n", encoding="utf-8")
    checks = [{"acme.controls.motd": {"path": str(tmp_path / "motd"), "contains": "welcome"}}]
    variables = {"golive_checks_acme": checks, "golive_collections": ["acme.controls"]}
    (environment.path / "checklist.md").write_text("- [ ] Motd <!-- golive: acme.motd on=web -->\n", encoding="utf-8")
    paths = f"{tmp_path / 'collections'}:{REPOSITORY / '.ansible' / 'collections'}"
    ran = environment.verify("-e", json.dumps(variables), ANSIBLE_COLLECTIONS_PATH=paths)
    assert ran.status == 0, ran.output
    assert ran.items == {"Motd": "pass"}
    assert {check["verifier"] for check in ran.report["checks"]} >= {"acme.controls.motd"}


def test_a_killed_run_leaves_what_it_had_and_the_report_says_what_is_missing(
    environment: Environment, service: Service
) -> None:
    slow = json.dumps({"golive_checks_web": [{"http": {"url": service.url, "health": ["/health"], "from": "host"}}]})
    command = [*environment.command("-e", slow), "--forks", "1"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        wait_for(lambda: list(environment.run_dir.glob("results/web*.json")))
        service.delay = 5
        run.send_signal(signal.SIGKILL)
    report = [
        str(Path(command[0])),
        str(REPOSITORY / "playbooks" / "report.yml"),
        "-e",
        f"run_dir={environment.run_dir}",
    ]
    subprocess.run(report, cwd=REPOSITORY, env=surroundings(), check=False, capture_output=True, timeout=60)
    made = json.loads((environment.run_dir / "report.json").read_text(encoding="utf-8"))
    assert made["gate"]["decision"] == "no_go"
    assert made["run"]["finished"] is False
    assert made["checks"]


def wait_for(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
