# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shop and worker log, in lines of JSON, and the lines that they would have logged in the past two hours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_MINUTES = 120


def line(message: str, at: datetime | None = None, **fields: str | int) -> str:
    """One line of a log. at: when it was, if not now."""
    time = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, "level": "info", "msg": message, **fields})


def shop(path: Path) -> None:
    """An order every minute. One of the things wrong is in what a customer remarked, which the shop logs, too."""
    remarks = {73: "My card is 4111 1111 1111 1111, please do not ring before noon"}
    _write(path, (line("order placed", at, order=n, remark=remarks.get(n, "")) for n, at in _past()))


def worker(path: Path) -> None:
    """A job every minute."""
    _write(path, (line("job done", at, queue="mail", job=n) for n, at in _past()))


def _past() -> Iterator[tuple[int, datetime]]:
    now = datetime.now(UTC)
    return ((n, now - timedelta(minutes=_MINUTES - n)) for n in range(_MINUTES))


def _write(path: Path, lines: Iterator[str]) -> None:
    path.touch(mode=0o640)
    path.write_text("".join(f"{each}\n" for each in lines))
