"""The application of the lab: a page, an API, and a health report that really asks its dependencies."""

import contextlib
import json
import os
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
import redis
from services import connect_database, connect_redis

LOCK = threading.Lock()
CACHE = connect_redis("shop")
SESSION = None


def database():
    """One lasting session, made anew when it broke."""
    global SESSION
    try:
        SESSION = SESSION or connect_database()
        with SESSION.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM orders")
            cursor.fetchone()
        SESSION.rollback()
    except psycopg2.Error:
        SESSION = None
        raise
    return {}


def cache():
    if CACHE is None:
        return {"mode": "memory"}
    CACHE.ping()
    return {"mode": "redis"}


def memory():
    with open("/proc/meminfo") as lines:
        facts = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    share = 1 - facts["MemAvailable"] / facts["MemTotal"]
    if share > 0.95:
        raise RuntimeError("out of memory")
    return {"used_percent": round(100 * share)}


def disk():
    usage = shutil.disk_usage("/var/log")
    if usage.free < 50_000_000:
        raise RuntimeError("disk full")
    return {"used_percent": round(100 * usage.used / usage.total)}


def component(probe):
    started = time.monotonic()
    try:
        facts = {"status": "up", **probe()}
    except (OSError, RuntimeError, psycopg2.Error, redis.RedisError) as error:
        facts = {"status": "down", "error": type(error).__name__}
    return {**facts, "milliseconds": round(1000 * (time.monotonic() - started))}


def health():
    with LOCK:
        parts = {probe.__name__: component(probe) for probe in (database, memory, disk)}
        parts["redis"] = component(cache)
    good = all(part["status"] == "up" for part in parts.values())
    return (200 if good else int(os.environ["HEALTH_DEGRADED_STATUS"])), {
        "status": "ok" if good else "degraded",
        "components": parts,
    }


def stay_connected():
    """Real traffic would: connections are used, and come back within a second of being lost."""
    while True:
        if CACHE is not None:
            with contextlib.suppress(redis.RedisError):
                CACHE.ping()
        with contextlib.suppress(psycopg2.Error), LOCK:
            database()
        time.sleep(1)


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/health":
            time.sleep(float(os.environ["HEALTH_DELAY"]))
            self.reply(*health())
        elif path == "/":
            self.reply(200, "<!doctype html><title>Shop</title><h1>Shop of the lab</h1>", "text/html; charset=utf-8")
        elif path.startswith("/api/"):
            self.reply(200, {"products": [{"id": 1, "name": "lamp"}]})
        else:
            self.reply(404, {"error": "not found"})

    def reply(self, status, body, kind="application/json"):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """nginx keeps the access log."""


if __name__ == "__main__":
    threading.Thread(target=stay_connected, daemon=True).start()
    ThreadingHTTPServer.request_queue_size = 128  # who looks while it is busy waits, and is not dropped
    ThreadingHTTPServer((os.environ.get("LISTEN", "127.0.0.1"), 8000), Shop).serve_forever()
