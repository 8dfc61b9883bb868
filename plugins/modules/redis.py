#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the redis verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: redis
short_description: Prove the controls of a Redis or Valkey server from what it says of itself
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that a Redis server is the one meant and closed to strangers, that its data survives a restart, that its
    memory is bounded, that its traffic is encrypted and that it fails over by itself.
  - Proves that the application is connected to it, that a cache is effective and that job queues drain.
  - On a host it asks through C(redis-cli), from the controller through the Python library C(redis), which must then be
    installed there. Nothing is ever written.
  - What the user that it logs in as may not ask is an error of the controls that need it, and names the right to grant.
    Enough for all controls are the rights C(+ping +info +config|get +acl|list +command +client|list +scan +ttl +exists
    +lrange +llen +zrange +zcard +zcount +hmget +smembers +cluster) and C(%R~*), or C(~*) on Redis 6, and on Sentinels
    C(+sentinel).
  - Managed services refuse C(CONFIG). What C(INFO) tells is taken from there, and what only C(CONFIG) tells is an
    error unless O(declared) states it.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  host:
    description: Name or address of the server, as seen from where the check looks.
    type: str
    default: 127.0.0.1
  port:
    description: Port of the server.
    type: int
    default: 6379
  socket:
    description: Path of a Unix socket to use instead of O(host) and O(port).
    type: path
  db:
    description: Number of the database in which keys and queues are looked for.
    type: int
    default: 0
  client:
    description: The command-line client on the host, by name or path, such as V(valkey-cli).
    type: str
    default: redis-cli
  user:
    description: The ACL user to log in as. Without it, the default user.
    type: str
  password_file:
    description:
      - Path of a file that holds the password and nothing else, on the machine looked from.
      - The password is read there and does not travel.
    type: path
  tls:
    description: >-
      Whether the server is talked to over TLS on O(port). With O(sentinels), those must speak TLS only as well.
    type: bool
    default: false
  tls_port:
    description: The port that speaks TLS, where it is not O(port).
    type: int
  server_name:
    description: The name that the server's certificate must be for. Without it, O(host).
    type: str
  cafile:
    description: Path of a file with the certificate authorities to trust, on the machine looked from.
    type: path
  cert:
    description: Path of the client's certificate, where the server asks for one.
    type: path
  key:
    description: Path of the key of O(cert).
    type: path
  plain_ports:
    description: Ports, besides those named above, on which no Redis may answer in clear.
    type: list
    elements: int
    default: [6379]
  min_version:
    description: Oldest version that passes, of Redis or Valkey.
    type: str
    default: "6.2"
  loopback:
    description: Whether it is meant that only the server's own machine can reach it.
    type: bool
    default: false
  other_run_ids:
    description: The C(run_id) of servers that this one must not be, such as that of staging.
    type: list
    elements: str
    default: []
  admin_users:
    description: Users that may wipe or reconfigure the server, such as that of Sentinel. No other user may.
    type: list
    elements: str
    default: []
  declared:
    description:
      - Parameters of the server as its provider states them, by their names, such as V(protected-mode). Each counts
        only where the server refuses C(CONFIG GET), and is shown as declared.
      - V(bind), V(port), V(protected-mode), V(save), V(tls-cluster) and V(tls-replication) can be declared; the rest
        the server tells itself.
    type: dict
    default: {}
  persistence:
    description: The ways in which data must survive a restart.
    type: list
    elements: str
    choices: [rdb, aof]
    default: [rdb, aof]
  max_save_age:
    description: Hours that the last snapshot may be old while there are changes since.
    type: int
    default: 24
  maxmemory_policy:
    description: The eviction policy that was decided, such as V(noeviction) for queues or V(allkeys-lru) for a cache.
    type: str
  sentinels:
    description: The Sentinels, each as V(host) or V(host:port), entered with the same user, password and TLS settings.
    type: list
    elements: str
    default: []
  master_name:
    description: The name under which the Sentinels watch the master.
    type: str
  cluster:
    description: Whether the server is a node of a Redis Cluster.
    type: bool
    default: false
  min_sentinels:
    description: How many Sentinels must be usable.
    type: int
    default: 3
  min_replicas:
    description: How many replicas must follow the master, or each master of a cluster.
    type: int
    default: 1
  clients:
    description: Names of connections that the application sets; C(*) stands for anything. Each must be connected.
    type: list
    elements: str
    default: []
  max_ping_ms:
    description: Milliseconds within which PING must be answered, on average over an open connection.
    type: int
    default: 100
  cache_keys:
    description: Patterns of the keys that are a cache and must expire. V(*) when everything is.
    type: list
    elements: str
    default: []
  warm_keys:
    description: Patterns of keys that must be there before traffic comes, each with the least number of them.
    type: dict
    default: {}
  min_hit_ratio:
    description: Least share of lookups that find their key, since the server started.
    type: float
    default: 0.8
  min_lookups:
    description: Lookups below which the hit ratio says nothing, which is an error.
    type: int
    default: 1000
  min_ttl_share:
    description: Least share of the sampled keys of O(cache_keys) that expire.
    type: float
    default: 0.95
  max_evicted_per_hour:
    description: How many keys an hour may be evicted, since the server started.
    type: int
    default: 100
  queues:
    description: Names of the BullMQ or Bull queues.
    type: list
    elements: str
    default: []
  queue_prefix:
    description: The prefix of the keys of O(queues).
    type: str
    default: bull
  sidekiq_queues:
    description: Names of the Sidekiq queues. What their jobs are asked to do is not read.
    type: list
    elements: str
    default: []
  rq_queues:
    description: Names of the queues of RQ, the one in Python. What their jobs are asked to do is not read.
    type: list
    elements: str
    default: []
  max_wait:
    description: Seconds that a job may wait beyond its delay. Give queues of another pace a check of their own.
    type: int
    default: 300
  max_failed:
    description: How many failed jobs may lie in each queue of BullMQ and RQ, and how many dead jobs in all of Sidekiq.
    type: int
    default: 0
  max_retrying:
    description: How many jobs of Sidekiq may have failed and wait to be retried.
    type: int
    default: 20
"""

EXAMPLES = r"""
- name: The cache is ready for production
  golive.verify.redis:
    port: 6379
    user: monitor
    password_file: /etc/redis/monitor.password
    tls: true
    cafile: /etc/ssl/internal-ca.pem
    server_name: cache1.example.com
    admin_users: [root, sentinel]
    persistence: [rdb, aof]
    maxmemory_policy: allkeys-lru
    sentinels: [cache1.example.com, cache2.example.com, cache3.example.com]
    master_name: shop
    cache_keys: ["cache:*"]
    warm_keys: {"product:*": 50}

- name: The queues of the application drain
  golive.verify.redis:
    controls: [redis.queue_health]
    queues: [mail, invoices]
    max_wait: 600

- name: The managed cache, whose provider answers no CONFIG, keeps its data
  golive.verify.redis:
    controls: [redis.provisioned, redis.persistence, redis.maxmemory]
    from: controller
    host: cache.example.com
    tls: true
    password_file: /run/secrets/redis
    declared: {protected-mode: "yes", save: 900 1}
    maxmemory_policy: noeviction
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "redis.provisioned",
    "redis.persistence",
    "redis.maxmemory",
    "redis.tls",
    "redis.ha",
    "redis.connectivity",
    "redis.caching",
    "redis.queue_health",
]
# Of Redis itself; Sentinels need +sentinel too, and BullMQ and Sidekiq what is under queue_health.
NEEDS = {
    "redis.provisioned": ["+acl|list", "+command|info", "+config|get", "+info", "+ping"],
    "redis.persistence": ["+config|get", "+info"],
    "redis.maxmemory": ["+info"],
    "redis.tls": ["+ping"],
    "redis.ha": ["+cluster|info", "+cluster|nodes", "+config|get", "+info"],
    "redis.connectivity": ["+client|list", "+ping"],
    "redis.caching": ["+info", "+scan", "+ttl"],
    "redis.queue_health": [
        "+client|list",
        "+exists",
        "+hmget",
        "+info",
        "+llen",
        "+lrange",
        "+smembers",
        "+zcard",
        "+zcount",
        "+zrange",
    ],
}
