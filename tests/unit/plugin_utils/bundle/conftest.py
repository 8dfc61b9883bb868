# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, and a shop whose run is reported, are made once; each test has a copy of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.plugin_utils.attestations import place
from tests.unit.plugin_utils.bundle.handing_over import Shop


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("keys")
    return place.make_key(root / "alice"), place.make_key(root / "eve")


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory, keys: tuple[Path, Path]) -> Callable[[], Shop]:
    numbers = count()
    return lambda: Shop(tmp_path_factory.mktemp(f"shop{next(numbers)}"), *keys)


@pytest.fixture(scope="session")
def reported(shops: Callable[[], Shop]) -> Shop:
    shop = shops().begin()
    writing.write(RunDirectory(shop.run), writing.FORMATS)
    return shop


@pytest.fixture
def shop(reported: Shop, tmp_path: Path) -> Shop:
    shutil.copytree(reported.root, tmp_path / "shop")
    return Shop(tmp_path / "shop", reported.key, reported.other)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about a machine that loses its power."""
    monkeypatch.setattr(os, "fsync", lambda dummy: None)
