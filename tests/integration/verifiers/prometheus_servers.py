# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prometheus on loopback, with a past of thirty hours that was written into its blocks before it starts."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.notify.servers import answering, free_port

SERVER, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
WHY_NOT = "" if SERVER and PROMTOOL else "needs prometheus and promtool (Debian's package prometheus)"

HOUR, STEP = 3600, 120
PAST = 30 * HOUR
# What goes on does so for a while after the server has started, so that no test must be in time.
AHEAD = HOUR // 2


@dataclass(frozen=True)
class Series:
    """One series. value: by seconds ago. born, ended: seconds ago of its first and its last sample."""

    name: str
    labels: Mapping[str, str]
    value: Callable[[int], float]
    born: int = PAST
    ended: int = 0


def series(name: str, value: float | Callable[[int], float], born: int = PAST, ended: int = 0, **labels: str) -> Series:
    """A gauge that stands still or moves."""
    known = value if callable(value) else lambda _ago, same=float(value): same
    return Series(name, labels, known, born, ended)


def counter(
    name: str, hourly: float | Callable[[int], float], born: int = PAST, ended: int = 0, **labels: str
) -> Series:
    """A counter by what it grows in an hour."""
    rate = hourly if callable(hourly) else lambda _ago, same=float(hourly): same
    total, totals = 0.0, {}
    for ago in range(born, -AHEAD - 1, -STEP):
        totals[ago] = total = total + rate(ago) * STEP / HOUR
    return Series(name, labels, totals.__getitem__, born, ended)


def histogram(name: str, hourly: float, shares: Mapping[str, float], **labels: Any) -> list[Series]:
    """The buckets of a histogram, by bound and share of all that is within it."""
    return [counter(f"{name}_bucket", hourly * share, **labels, le=le) for le, share in shares.items()]


def write(past: Iterable[Series], directory: Path) -> None:
    """Make blocks of what was, up to this moment."""
    now = int(time.time())
    families: dict[str, list[str]] = {}
    for each in past:
        labels = ",".join(f'{name}="{value}"' for name, value in each.labels.items())
        families.setdefault(each.name, []).extend(
            f"{each.name}{{{labels}}} {float(each.value(ago))} {now - ago}"
            for ago in range(each.born, (each.ended or -AHEAD) - 1, -STEP)
        )
    lines = [line for name, samples in families.items() for line in (f"# TYPE {name} unknown", *samples)]
    directory.mkdir(parents=True, exist_ok=True)
    text = directory / "past.txt"
    text.write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
    argv = [str(PROMTOOL), "tsdb", "create-blocks-from", "openmetrics", "-q", str(text), str(directory / "data")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def prometheus(
    directory: Path, settings: str = "global: {}\n", arguments: Sequence[str] = (), authorization: str = ""
) -> Iterator[str]:
    """The server over the blocks in a directory, once it answers; its address."""
    (directory / "prometheus.yml").write_text(settings, encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    argv = [
        str(SERVER),
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.retention.time=90d",
        "--log.level=error",
        *arguments,
    ]
    with answering(argv, lambda: _ready(url, authorization)):
        yield url


def _ready(url: str, authorization: str) -> bool:
    headers = {"Authorization": authorization} if authorization else {}
    request = urllib.request.Request(f"{url}/-/ready", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=1):
            return True
    except OSError:
        return False
