# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document verifier against a real git checkout and a real web server, right and really broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.document import ActionModule as Document
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.unit.action.document_recordings import CONTROLS, DAY, FACTS, day, right

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it looks as another user")
NOBODY = 65534


def git(checkout: Path, *arguments: str, ago: float = 5) -> None:
    """Run git without this machine's own settings, so many days ago."""
    at = f"{int(time.time() - ago * DAY)} +0000"
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "a"), ("EMAIL", "a@b.example"), ("DATE", at))
    }
    clean = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(checkout), *arguments], env=clean | identity, check=True, capture_output=True)


def commit(checkout: Path, ago: float) -> None:
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "-m", "x", ago=ago)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one right document for each control, last changed five days ago."""
    tmp_path.chmod(0o755)
    path = tmp_path / "shop"
    (path / "docs").mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main")
    (path / "README.md").write_text("# Shop\n")
    commit(path, 900)
    for control in CONTROLS:
        (path / "docs" / f"{control}.md").write_text(right(control), encoding="utf-8")
    for name in ("runbook.md", "backup.md"):
        (path / "docs" / name).write_text("# Here\n\n## There\n")
    commit(path, 5)
    return path


def proof(checkout: Path, control: str, host: engine.Transport = engine.on_controller, **more: Any) -> Verdict:
    facts = {"facts": FACTS[control]} if control in FACTS else {}
    given = {"checkout": str(checkout), "path": f"docs/{control}.md", "controls": [control], **facts, **more}
    (verdict,) = prove_live(Document, control, given, host)
    return verdict


@pytest.mark.parametrize("control", CONTROLS)
def test_every_right_document_passes_in_at_most_two_round_trips(checkout: Path, control: str) -> None:
    trips: list[int] = []

    def counting(requests: Any) -> Any:
        trips.append(len(requests))
        return engine.on_controller(requests)

    verdict = proof(checkout, control, counting)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["age_days"] == 5
    assert len(trips) == (2 if control in ("docs.document", "docs.runbook") else 1)


def test_a_document_is_as_old_as_its_commit_whatever_its_modification_time(checkout: Path) -> None:
    page = checkout / "docs" / "docs.rollback.md"
    page.write_text(right("docs.rollback") + "\nOne more sentence at the end.\n")
    commit(checkout, ago=400)
    assert time.time() - page.stat().st_mtime < DAY
    verdict = proof(checkout, "docs.rollback")
    assert verdict.status is Status.FAIL
    assert "was last changed 400 days ago" in verdict.message
    os.utime(checkout / "docs" / "docs.runbook.md", (0, 0))
    assert proof(checkout, "docs.runbook").status is Status.PASS


def test_what_is_changed_ignored_or_never_committed_fails(checkout: Path) -> None:
    page = checkout / "docs" / "docs.rollback.md"
    page.write_text(right("docs.rollback") + "\nNot committed yet.\n")
    assert "changes that are not committed" in proof(checkout, "docs.rollback").message
    git(checkout, "add", "--all")
    assert "changes that are not committed" in proof(checkout, "docs.rollback").message
    git(checkout, "rm", "--quiet", "--cached", "docs/docs.rollback.md")
    (checkout / ".gitignore").write_text("docs.rollback.md\n")
    commit(checkout, 5)
    page.write_text(right("docs.rollback"))
    verdict = proof(checkout, "docs.rollback")
    assert verdict.status is Status.FAIL
    (checkout / "docs" / "docs.document.md").rename(checkout / "docs" / "new.md")
    assert "was never committed" in proof(checkout, "docs.document", path="docs/new.md").message


def test_links_and_pictures_must_exist(checkout: Path) -> None:
    (checkout / "docs" / "runbook.md").unlink()
    page = checkout / "docs" / "docs.document.md"
    page.write_text(right("docs.document") + "\n![x](../way.png) [y](backup.md#there) [z](../docs)\n")
    (checkout / "way.png").write_bytes(b"")
    commit(checkout, 5)
    verdict = proof(checkout, "docs.document")
    assert verdict.status is Status.FAIL
    assert "link to runbook.md: there is no such file" in verdict.message
    assert "image ../way.png: it is empty" in verdict.message
    assert "backup.md" not in verdict.message


def test_absent_and_empty_documents_and_checkouts_never_pass(checkout: Path, tmp_path: Path) -> None:
    assert "there is no file docs/none.md" in proof(checkout, "docs.rollback", path="docs/none.md").message
    (checkout / "docs" / "empty.md").write_text("")
    commit(checkout, 5)
    verdict = proof(checkout, "docs.rollback", path="docs/empty.md")
    assert verdict.status is Status.FAIL
    assert "it is empty" in verdict.message
    assert proof(tmp_path / "nowhere", "docs.rollback").status is Status.FAIL


def test_without_a_history_nothing_is_current(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "copied"
    shutil.copytree(checkout, bare, ignore=shutil.ignore_patterns(".git"))
    verdict = proof(bare, "docs.rollback")
    assert verdict.status is Status.ERROR
    assert "is not a git checkout" in verdict.message

    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{checkout}", str(tmp_path / "shallow"))
    verdict = proof(tmp_path / "shallow", "docs.rollback")
    assert verdict.status is Status.ERROR
    assert "is a shallow clone" in verdict.message

    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{checkout}", str(tmp_path / "deep"))
    assert proof(tmp_path / "deep", "docs.rollback").status is Status.PASS

    fresh = tmp_path / "fresh"
    shutil.copytree(bare, fresh)
    git(fresh, "init", "--quiet")
    verdict = proof(fresh, "docs.rollback")
    assert verdict.status is Status.ERROR
    assert "has no commits" in verdict.message

    (checkout / ".git" / "index").write_bytes(b"garbage")
    assert proof(checkout, "docs.rollback").status is Status.ERROR


def test_what_is_no_text_or_too_long_is_an_error(checkout: Path) -> None:
    for name, content in (
        ("a.md", os.urandom(5000)),
        ("b.pdf", b"%PDF-1.7 ..."),
        ("c.md", b"a b c\n\n" * 40_000),
        ("d.md", right("docs.rollback").encode("utf-16")),
    ):
        (checkout / "docs" / name).write_bytes(content)
    (checkout / "docs" / "e.md").symlink_to("docs.rollback.md")
    (checkout / "docs" / "f.md").mkdir()
    (checkout / "docs" / "f.md" / "x").write_text("x")
    commit(checkout, 5)
    for name in ("a.md", "b.pdf", "c.md", "d.md", "e.md", "f.md"):
        assert proof(checkout, "docs.rollback", path=f"docs/{name}").status is Status.ERROR, name


def test_git_runs_nothing_that_the_checkout_names(checkout: Path) -> None:
    mark = checkout.parent / "ran"
    hook = checkout.parent / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.editor"):
        git(checkout, "config", name, str(hook))
    git(checkout, "config", "log.showSignature", "true")
    assert proof(checkout, "docs.rollback").status is Status.PASS
    assert not mark.exists()


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@needs_root
def test_what_may_not_be_read_is_an_error(checkout: Path) -> None:
    with as_nobody():
        verdict = proof(checkout, "docs.rollback")
    assert verdict.status is Status.ERROR
    assert "(denied)" in verdict.message


@needs_root
def test_git_runs_as_the_owner_of_the_checkout(checkout: Path) -> None:
    with tempfile.TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        path = shutil.copytree(checkout, Path(open_to_all) / "shop")
        for each in (path, *path.rglob("*")):
            os.chown(each, NOBODY, NOBODY)
        verdict = proof(path, "docs.rollback")
        assert verdict.status is Status.ERROR
        assert "name its owner as user" in verdict.message
        assert proof(path, "docs.rollback", user="nobody").status is Status.PASS


PAGES = {
    "/rollback": ("text/html; charset=utf-8", "<h1>Rollback</h1><p>Last updated: {day}</p>{text}"),
    "/soft": ("text/html", "<title>Page not found</title><h1>Page not found</h1><p>Try the search.</p>{text}"),
    "/login": ("text/html", "<h1>Sign in</h1><form><input name=p type=password></form>{text}"),
    "/pdf": ("application/pdf", "%PDF-1.7{text}"),
    "/long": ("text/html", "<p>{text}</p>" + "a b c " * 60_000),
}
TEXT = """<h2>When to go back</h2><p>More than two percent of the orders fail for five minutes.</p>
<h2>Who decides</h2><p>The on-call lead, without asking.</p><h2>Commands</h2><pre>make undo</pre>
<h2>Data written meanwhile</h2><p>Orders stay as they are. See <a href="/soft">this</a>.</p>"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/login")
            self.end_headers()
            return
        kind, page = PAGES.get(self.path, ("text/html", "gone"))
        body = page.replace("{day}", day(3)).replace("{text}", TEXT).encode()
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/rollback", Status.PASS, ""),
        ("/soft", Status.FAIL, "answers 200 with a page that says 'Page not found'"),
        ("/none", Status.FAIL, "answers 404"),
        ("/login", Status.ERROR, "login page"),
        ("/moved", Status.ERROR, "login page"),
        ("/pdf", Status.ERROR, "a PDF"),
        ("/long", Status.ERROR, "more than is read"),
    ],
)
def test_pages(site: str, path: str, status: Status, says: str) -> None:
    given = {"url": f"{site}{path}", "controls": ["docs.rollback"], "from": "controller", "check_links": True}
    (verdict,) = prove_live(Document, "docs.rollback", given)
    assert verdict.status is status
    assert says in verdict.message


def test_a_site_that_is_down_is_an_error() -> None:
    given = {"url": "http://127.0.0.1:1/x", "controls": ["docs.rollback"], "from": "controller"}
    (verdict,) = prove_live(Document, "docs.rollback", given)
    assert verdict.status is Status.ERROR
    assert "(unreachable)" in verdict.message
