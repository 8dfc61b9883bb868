"""Billing: `api` and `worker` log an entry every few seconds, the worker also leaves a sign of life; `report` waits."""

import json
import os
import sys
import time
from datetime import UTC, datetime

ROLE = sys.argv[1]
PERIOD = 5


def log(level, message):
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"time": now, "level": level, "msg": message, "service": ROLE}), flush=True)


def beat():
    with open(os.path.join(os.environ["RUNTIME_DIRECTORY"], "heartbeat"), "w"):
        pass


if ROLE == "report":
    with open(".env") as settings:
        settings.read()
    while True:
        time.sleep(3600)
while True:
    log("info", "idle")
    if ROLE == "worker":
        beat()
    time.sleep(PERIOD)
