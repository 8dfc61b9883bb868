# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of drift as people use them: verify, accept, change something, and see the words and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from tests.integration.playbook import LOCAL, REPOSITORY, surroundings

ALICE = "alice@example.com"
CHECKLIST = """# Shop

## Web
- [ ] Health endpoints <!-- golive: http.health on=web -->
- [ ] Nobody looks at this
"""


class Health(BaseHTTPRequestHandler):
    """A service that says how it is."""

    says: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        self.send_response(200 if Health.says["status"] == "ok" else 503)
        self.end_headers()
        self.wfile.write(json.dumps(Health.says).encode())

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Health.says = {"status": "ok", "database": "up"}
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Shop:
    """The environment `shop`, a person's key, and where its runs go."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.path, self.runs = root, root / "shop", root / "runs"
        (self.path / "attestations").mkdir(parents=True)
        self.key = root / "alice"
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)]
        subprocess.run(argv, check=True, timeout=20, stdin=subprocess.DEVNULL)
        public = self.key.with_suffix(".pub").read_text(encoding="utf-8")
        (self.path / "attestations" / "allowed_signers").write_text(f"{ALICE} {public}", encoding="utf-8")
        roles = yaml.safe_dump({"people": {ALICE: ["baseline"]}})
        (self.path / "attestations" / "roles.yml").write_text(roles, encoding="utf-8")
        (self.path / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
        health = {"url": url, "health": ["/health"], "components": ["database", "cache"], "from": "host"}
        checks = [{"http": {**health, "controls": ["http.health"]}}]
        web = {"hosts": {"web1": LOCAL}, "vars": {"golive_checks_web": checks}}
        (self.path / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": {"web": web}}}), encoding="utf-8")

    def play(self, name: str, **variables: object) -> tuple[int, str]:
        """The exit status and what it said."""
        ansible = str(Path(sys.executable).parent / "ansible-playbook")
        argv = [ansible, str(REPOSITORY / "playbooks" / f"{name}.yml"), "-i", str(self.path)]
        given = json.dumps({"golive_runs_dir": str(self.runs), **variables})
        done = subprocess.run(
            [*argv, "-e", given],
            cwd=self.root,
            env=surroundings(GOLIVE_REPORT_FORMATS="json"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def drift(self) -> dict[str, Any]:
        """That of the latest run."""
        latest = max((self.runs / "shop").iterdir(), key=lambda path: path.stat().st_mtime)
        found: dict[str, Any] = json.loads((latest / "drift.json").read_text(encoding="utf-8"))
        assert (latest / "drift.md").exists()
        return found

    def history(self) -> dict[str, Any]:
        """That of the latest run's report."""
        latest = max((self.runs / "shop").iterdir(), key=lambda path: path.stat().st_mtime)
        found: dict[str, Any] = json.loads((latest / "report.json").read_text(encoding="utf-8"))["history"]
        return found

    def words(self) -> dict[str, dict[str, int]]:
        return {each["against"]: each["counts"] for each in self.drift()["comparisons"]}


def test_the_words_and_the_ends_of_drift_checks(tmp_path: Path, url: str) -> None:
    shop = Shop(tmp_path, url)
    Health.says |= {"cache": "up"}
    status, said = shop.play("drift")
    assert status == 2, said
    assert "there is nothing to compare with" in said
    assert (shop.runs / "history.sqlite").exists()
    assert (shop.history()["previous"], len(shop.history()["runs"])) == (None, 1)

    status, said = shop.play("accept", person=ALICE, key=str(shop.key), reason="As launched")
    assert status == 0, said

    # The same again: no-go because of the item that nothing proves, which was accepted like that.
    status, said = shop.play("drift")
    assert status == 0, said
    assert shop.words() == {"baseline": {"still_failing": 1}, "last_run": {"still_failing": 1}}
    assert "NO-GO" in said
    assert "shop: nothing regressed" in said
    history = shop.history()
    assert (history["previous"]["decision"], history["baseline"]["person"]) == ("no_go", ALICE)
    assert [each["word"] for each in history["changes"]] == ["still_failing"]
    assert [[status for dummy, status in points] for points in history["timelines"].values()] == [
        ["pass", "pass"],
        ["unbound", "unbound"],
    ]

    Health.says |= {"status": "down"}
    # The database of history is down: the baseline is compared all the same, and nothing is hung up.
    down = "postgresql://golive:s3cret@127.0.0.1:9/golive"
    status, said = shop.play("drift", golive_store=down)
    assert status == 2, said
    assert shop.words() == {"baseline": {"regressed": 1, "still_failing": 1}}
    assert "the run was not stored: postgresql+psycopg://golive:***@127.0.0.1:9/golive: " in said
    assert "history could not be read, so that the last run was not compared" in said
    assert "✘ regressed: http.health on web1" in said
    assert "shop: regressed" in said
    history = shop.history()
    assert [each["word"] for each in history["baseline_changes"]] == ["regressed", "still_failing"]
    assert (history["previous"], history["notes"][0].partition(":")[0]) == (
        None,
        "history could not be read, so that the last run was not compared",
    )
    assert "s3cret" not in said


def test_a_run_is_stored_where_that_is_asked_for_and_a_bad_store_never_costs_the_verdict(
    tmp_path: Path, url: str
) -> None:
    shop = Shop(tmp_path, url)
    Health.says |= {"cache": "up"}
    (shop.path / "checklist.md").write_text(CHECKLIST.replace("- [ ] Nobody looks at this\n", ""), encoding="utf-8")
    status, said = shop.play("verify-prod", golive_store=str(tmp_path / "alice" / "history.sqlite"))
    assert status == 0, said
    assert "the run was not stored: " in said
    (run,) = (shop.runs / "shop").iterdir()
    status, said = shop.play("store", run_dir=str(run))
    assert status == 0, said
    assert "1 results stored" in said
    assert shop.history()["notes"][0].startswith("the run was not stored: ")
    status, said = shop.play("report", run_dir=str(run))
    assert status == 0, said
    assert shop.history()["notes"] == []
    assert [each["run"] for each in shop.history()["runs"]] == [run.name]
