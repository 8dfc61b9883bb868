"""A worker of the mail queue: keys and client name are those of BullMQ."""

import base64
import time

import redis
from services import connect_redis

QUEUE = "bull:mail"
NAME = "bull:" + base64.b64encode(b"mail").decode()


def work(client):
    while True:
        job = client.blmove(f"{QUEUE}:wait", f"{QUEUE}:active", 5, "RIGHT", "LEFT")
        if job is None:
            continue
        now = int(time.time() * 1000)
        done = client.pipeline()
        done.hset(f"{QUEUE}:{job}", mapping={"processedOn": now, "finishedOn": now, "returnvalue": "null"})
        done.lrem(f"{QUEUE}:active", 1, job)
        done.zadd(f"{QUEUE}:completed", {job: now})
        done.execute()


while True:
    connection = connect_redis(NAME)
    if connection is not None:
        try:
            work(connection)
        except redis.RedisError as error:
            print(error, flush=True)
    time.sleep(1)
