# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start local-bigquery, an emulator of BigQuery on DuckDB, in its own environment, on loopback and without a network.

Run by the Python of that environment, not by ours:

    .venv-bigquery/bin/python tests/fakes/bigquery_emulator.py --port 9050 --grpc-port 9060 --data-dir DIRECTORY

Its extensions of DuckDB come from packages; left alone, it would look for newer ones on the internet.
"""

from __future__ import annotations

import sys
from typing import Any

import duckdb  # type: ignore[import-not-found]
import duckdb_extensions  # type: ignore[import-not-found]
from local_bigquery.cli import main  # type: ignore[import-not-found]

EXTENSIONS = ("ducklake", "spatial")
connect = duckdb.connect


def connect_offline(*args: Any, config: dict[str, Any] | None = None, **options: Any) -> Any:
    """A connection that downloads nothing; the time zone needs an extension, which must be there first."""
    asked = dict(config or {})
    zone = asked.pop("TimeZone", None)
    connection = connect(*args, config={**asked, "autoinstall_known_extensions": False}, **options)
    if zone:
        connection.execute(f"SET TimeZone = '{zone}'")
    return connection


if __name__ == "__main__":
    for extension in EXTENSIONS:
        duckdb_extensions.import_extension(extension)
    duckdb.connect = connect_offline
    sys.argv = ["local-bigquery", "--host", "127.0.0.1", *sys.argv[1:], "serve"]
    main()
