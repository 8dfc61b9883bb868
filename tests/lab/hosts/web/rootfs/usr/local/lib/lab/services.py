"""How the shop and its worker reach Redis and PostgreSQL: over verified TLS, with what /etc/shop/env says."""

import os

import psycopg2
import redis

CA = "/etc/ssl/lab/ca.pem"


def connect_redis(name):
    """A client called `name`, or None: without REDIS_HOST the shop falls back to the memory of its own process."""
    if not os.environ.get("REDIS_HOST"):
        return None
    return redis.Redis(
        host=os.environ["REDIS_HOST"],
        port=6379,
        username="app",
        password=os.environ["REDIS_PASSWORD"],
        client_name=name,
        ssl=True,
        ssl_ca_certs=CA,
        socket_connect_timeout=1,
        socket_timeout=10,
        decode_responses=True,
    )


def connect_database():
    return psycopg2.connect(
        host=os.environ["DATABASE_HOST"],
        dbname="shop",
        user="app",
        password=os.environ["DATABASE_PASSWORD"],
        sslmode="verify-full",
        sslrootcert=CA,
        connect_timeout=1,
        application_name="shop",
    )
