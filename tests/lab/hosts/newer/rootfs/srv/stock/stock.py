"""A worker with nothing to do but to say that it is there."""

import pathlib
import time

while True:
    pathlib.Path("/run/stock/heartbeat").touch()
    time.sleep(2)
