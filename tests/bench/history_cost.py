"""What history costs: 200,000 results stored in an SQLite file and read back, compared with the night before.

`python -m tests.bench.history_cost DIRECTORY` prints the seconds as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Makes the collection known to Python, so that it comes first.
from tests.bench import report_cost

# isort: split
from ansible_collections.golive.verify.plugins.plugin_utils import history, report
from ansible_collections.golive.verify.plugins.plugin_utils.drift import document
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import rules
from ansible_collections.golive.verify.plugins.plugin_utils.store import past, runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import opened

HOSTS, NIGHTS, DAY = 1000, 3, 86400.0


def cost(directory: Path) -> dict[str, Any]:
    """Seconds to store the last of several nights, and to tell what changed since the one before."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    told = report.build(report_cost.make_run(directory / "run", HOSTS))
    store, seconds = str(directory / "history.sqlite"), {}
    started = told["run"]["started"]
    for night in range(NIGHTS):
        told["run"] |= {"id": f"r{night}", "started": started + night * DAY, "finished": True}
        with timed(seconds, "stored"), opened(store) as connection:
            stored = runs.write(connection, told, runs.Keep())
    with timed(seconds, "read back"), opened(store) as connection:
        side = Side.of_report(told)
        before = past.read(connection, side)
    with timed(seconds, "compared"):
        comparisons = {document.LAST_RUN: compare(before.before or side, side, rules())}
        history.contract(told, document.contract(side, comparisons, before.points), before)
    megabytes = Path(store).stat().st_size / 1e6 / NIGHTS
    shutil.rmtree(directory)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"results": stored.results, "seconds": seconds, "megabytes": megabytes, "memory_mb": peak}


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how long it took, of several times the last."""
    begun = time.monotonic()
    yield
    seconds[name] = time.monotonic() - begun


if __name__ == "__main__":
    print(json.dumps(cost(Path(sys.argv[1]))))
