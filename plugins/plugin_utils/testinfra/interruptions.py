# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What interrupts a test: pytest unwinds its fixtures as for a failure, and no `except Exception:` may catch it."""

from __future__ import annotations

from typing import Any

Interruption: Any = BaseException
try:
    import pytest

    Interruption = pytest.fail.Exception
except ImportError:  # only the process of a suite has tests
    pass

Key = tuple[str, int]


class Pending(Interruption):
    """The answer to a command is not known yet. key: which."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"not known yet: {key[0]}")
        self.key = key
        self.pytrace = False  # to draw where it happened would take longer than all the rest


class Unseen(Interruption):
    """The host could not be asked: no answer to a command will come."""


class TimedOut(Interruption):
    """The test has used its time."""
