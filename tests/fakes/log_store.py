# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of two central stores of logs on loopback: neither Loki nor Elasticsearch can be installed for the tests.

What it answers follows their vendors' references of `GET /loki/api/v1/query_range` (a metric query's matrix, its values
as text, no sample where nothing was counted) and of `POST /<index>/_search` (an aggregation without hits, null where
nothing matches, 404 for an index that does not exist). It knows one log: the times in `entries`.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SELECTOR, QUERY, INDEX = '{job="shop"}', "service:shop", "logs-shop"
_COUNTING = re.compile(r"sum\(count_over_time\((\{.*\})\[(\d+)s\]\)\)")


class FakeLogStore:
    """A context manager. entries: Unix times of what has arrived. token: what the header Authorization must be."""

    def __init__(self) -> None:
        self.entries: list[float] = []
        self.token = ""
        self.says = ""
        self.delay = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.store = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeLogStore:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *dummy: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def matrix(self, query: str, step: int) -> tuple[int, Any]:
        """What Loki answers to a count of entries in buckets of step seconds."""
        found = _COUNTING.fullmatch(query)
        if not found:
            return 400, "parse error"
        matching = self.entries if found[1] == SELECTOR else []
        counts = Counter(int(-(-at // step) * step) for at in matching)
        values = [[at, str(count)] for at, count in sorted(counts.items())]
        result = [{"metric": {}, "values": values}] if values else []
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result, "stats": {}}}

    def aggregation(self, index: str, question: Any) -> tuple[int, Any]:
        """What Elasticsearch answers to a search for the greatest time."""
        if index != INDEX:
            return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}
        matching = question["query"]["bool"]["filter"][0]["query_string"]["query"] == QUERY
        newest = max(self.entries) * 1000 if matching and self.entries else None
        shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
        return 200, {"took": 1, "timed_out": False, "_shards": shards, "aggregations": {"newest": {"value": newest}}}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        store: FakeLogStore = self.server.store  # type: ignore[attr-defined]
        asked = parse_qs(urlsplit(self.path).query)
        self._answer(*store.matrix(asked["query"][0], int(asked["step"][0])))

    def do_POST(self) -> None:
        store: FakeLogStore = self.server.store  # type: ignore[attr-defined]
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(*store.aggregation(self.path.split("/")[1], question))

    def _answer(self, status: int, answer: Any) -> None:
        store: FakeLogStore = self.server.store  # type: ignore[attr-defined]
        time.sleep(store.delay)
        if store.token and self.headers["Authorization"] != store.token:
            status, answer = 401, "no valid token"
        body = (store.says or json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        with contextlib.suppress(BrokenPipeError):  # Who asked may have lost patience.
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *dummy: Any) -> None:
        """Keep quiet."""
