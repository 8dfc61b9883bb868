# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings are made when a file is collected, and judged when its tests run: at the same moment, however late.

Actions of the controller work in a directory of their own.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.unit.plugin_utils.attestations import place


@pytest.fixture(autouse=True)
def same_moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at the NOW of the file, where it has one."""
    now = getattr(request.module, "NOW", None)
    if isinstance(now, (int, float)):
        monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with a checklist, and nothing else; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checklist.md").write_text("- [ ] Health <!-- golive: http.health on=web -->\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The keys of two people, by their names."""
    root = tmp_path_factory.mktemp("keys")
    return {person: place.make_key(root / person.partition("@")[0]) for person in (place.ALICE, place.BOB)}
