# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that several files of tests ask, started once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.aws import FakeAws


@pytest.fixture(scope="session")
def aws_server() -> Iterator[FakeAws]:
    from tests.fakes.aws import FakeAws

    with FakeAws() as fake:
        yield fake


@pytest.fixture
def aws(aws_server: FakeAws, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """An empty account, and credentials for it alone."""
    from tests.integration.verifiers import aws_world

    aws_world.enter(monkeypatch)
    aws_server.reset()
    return aws_server
