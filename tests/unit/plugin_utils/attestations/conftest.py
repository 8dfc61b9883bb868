# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.plugin_utils.attestations.place import ALICE, BOB, CAROL, Place, make_key


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A key for each person, made once."""
    directory = tmp_path_factory.mktemp("keys")
    return {person: make_key(directory / person.partition("@")[0]) for person in (ALICE, BOB, CAROL)}


@pytest.fixture
def place(tmp_path: Path, keys: dict[str, Path]) -> Place:
    """An environment in which everybody may sign."""
    return Place(tmp_path / "production", keys)
