# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop itself, in a process of its own, with what its environment says. Run as shop.py serve PORTS PKI."""

from __future__ import annotations

import json
import os
import ssl
import sys
import threading
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import journal
import psycopg
import redis
import web


class Shop:
    """Its pages, which come from cache and database, and what it says of its health."""

    def __init__(self, settings: Mapping[str, str], authority: Path) -> None:
        self._cache = redis.Redis.from_url(settings["REDIS_URL"], client_name="shop-web")
        self._cache.ping()
        self._database = psycopg.connect(settings["DATABASE_URL"], autocommit=True, application_name="shop-web")
        self._queue = settings["QUEUE_HEALTH_URL"]
        context = ssl.create_default_context(cafile=str(authority))
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(*handlers)

    def pages(self) -> dict[str, Callable[[], web.Page]]:
        """What the shop serves."""
        well: web.Components = {"database": self._stores, "redis": self._caches, "queue": self._queues}
        return {
            "/": lambda: web.html("Shop"),
            "/api/products": lambda: web.api(self._product(1)),
            "/health": lambda: web.health(well),
        }

    def pay_pages(self) -> dict[str, Callable[[], web.Page]]:
        """What pay serves."""
        return {"/": lambda: web.html("Pay"), "/health": lambda: web.health({"database": self._stores})}

    def _product(self, number: int) -> str:
        found = self._cache.get(f"cache:product:{number}")
        return found.decode() if isinstance(found, bytes) else "{}"

    def _stores(self) -> bool:
        return self._database.execute("SELECT count(*) > 0 FROM products").fetchone() == (True,)

    def _caches(self) -> bool:
        return bool(self._cache.ping())

    def _queues(self) -> bool:
        with self._opener.open(self._queue, timeout=5) as reply:
            return bool(json.loads(reply.read()).get("status") == "ok")


def serve(ports: Mapping[str, int], pki: Path) -> None:
    """Answer until killed, and log it once that begins."""
    shop = Shop(os.environ, pki / "ca.pem")
    for name, pages in (("shop", shop.pages()), ("pay", shop.pay_pages())):
        certificate = pki / f"{name}.pem", pki / f"{name}.key"
        web.start(ports[name], ports[f"{name}_plain"], certificate, pages)
    print(journal.line("ready"), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    serve(json.loads(sys.argv[2]), Path(sys.argv[3]))
