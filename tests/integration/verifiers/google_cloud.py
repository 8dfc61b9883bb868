# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of Google Cloud's verifiers share: a fake on loopback, moments, declared permissions, ways to fail."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.gcp import FakeGcp

MODULES = Path(__file__).parents[3] / "plugins" / "modules"


def needs(verifier: str) -> Mapping[str, list[str]]:
    """The permissions that a verifier's interface declares."""
    tree = ast.parse((MODULES / f"{verifier}.py").read_text(encoding="utf-8"))
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    found: Mapping[str, list[str]] = ast.literal_eval(values["NEEDS"])
    return found


def ago(hours: float) -> str:
    """A moment as Google writes it."""
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def said(verdicts: list[Verdict]) -> str:
    """What is said of everything that does not pass, by its subject."""
    return "\n".join(f"{each.subject} {each.message}" for each in verdicts if each.status is not Status.PASS)


def place_project(gcp: FakeGcp) -> None:
    """A project, shop with the number 415, in a folder of an organization."""
    gcp.put("/v3/projects/shop", {"name": "projects/415", "projectId": "shop", "state": "ACTIVE"})
    above = [
        {"type": kind, "id": name} for kind, name in (("project", "shop"), ("folder", "12"), ("organization", "3"))
    ]
    gcp.put("/v1/projects/shop:getAncestry", {"ancestor": [{"resourceId": each} for each in above]}, "POST")


def failures(gcp: FakeGcp, method: str) -> Iterator[tuple[str, str]]:
    """Make a method fail in every way, one after the other: the reason that must be told, and a name for it."""
    ways: Mapping[str, tuple[str, Callable[[], Any]]] = {
        "garbage": ("malformed", lambda: gcp.garble(method)),
        "a page for people": ("malformed", lambda: gcp.garble(method, status=404)),
        "a gateway": ("unreachable", lambda: gcp.garble(method, status=502)),
        "not enabled": ("unreachable", lambda: gcp.disable(method)),
        "throttled": ("timeout", lambda: gcp.throttle(method, 100)),
        "expired credentials": ("denied", lambda: gcp.fail(method, status=401, name="UNAUTHENTICATED")),
        "broken": ("malformed", lambda: gcp.fail(method, status=500, name="INTERNAL")),
    }
    for name, (reason, make) in ways.items():
        gcp.failures.clear()
        gcp.throttled.clear()
        make()
        yield reason, name


def unread(gcp: FakeGcp, method: str, verdicts: Callable[[FakeGcp], Sequence[Verdict]]) -> None:
    """A method that fails, in whatever way, makes nothing but errors, and one of them says how."""
    for reason, way in failures(gcp, method):
        found = verdicts(gcp)
        assert {each.status for each in found} == {Status.ERROR}, way
        assert any(f"({reason})" in each.message for each in found), way
