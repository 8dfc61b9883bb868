#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the nats verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nats
short_description: Prove the controls of a NATS server and its cluster
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that a NATS server is supported, closed to strangers and encrypted, that the consumers of JetStream keep up,
    that streams last and are bounded as decided, that what consumers give up is kept, and that the cluster bears the
    loss of a server.
  - It asks the monitoring port (C(http) in the server's configuration), which needs no credentials, and the client port
    as somebody who has none. Nothing is ever published or subscribed.
  - A server knows only of the streams that it has a replica of, and of those only how the ones stand that it leads.
    Name the monitoring ports of all servers in O(monitors); where those answer on their own hosts only, run the check
    on each of them with O(each_server).
  - Of the streams and consumers that one server tells, at most 4 MiB are read, about 1500 streams, of at most 1024
    accounts. More is an error, since the server cannot page them.
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
    description: Port for clients.
    type: int
    default: 4222
  monitors:
    description:
      - URLs of the monitoring ports of the servers of the cluster, such as V(http://127.0.0.1:8222). The first is that
        of O(host).
      - Without it, port 8222 of O(host).
    type: list
    elements: str
    default: []
  each_server:
    description:
      - Whether this check runs on each server of the cluster, for its own monitoring port. Then what is led elsewhere
        is left to the check there.
      - Otherwise O(monitors) must name all of them; what cannot be known without those that it lacks is an error.
    type: bool
    default: false
  server_name:
    description: The name that the server's certificate must be for. Without it, O(host).
    type: str
  cafile:
    description: Path of a file with the certificate authorities to trust, on the machine looked from.
    type: path
  handshake_first:
    description:
      - Whether the server waits for TLS before it says anything, as its option of the same name tells it to.
      - Then who may enter is proven from the controller only.
    type: bool
    default: false
  routes_tls:
    description: Whether servers must talk TLS with each other, too - routes, gateways and leaf nodes.
    type: bool
    default: true
  min_days_left:
    description: Days for which each certificate must still be valid.
    type: int
    default: 30
  min_version:
    description: Oldest version that passes.
    type: str
    default: "2.14"
  max_payload:
    description: Bytes that a message may have, as was decided. Without it, any number.
    type: int
  max_slow_consumers:
    description: Connections a day that may be cut off as too slow to read, on average since the server started.
    type: float
    default: 1
  jetstream:
    description: Whether JetStream is used. Without it, neither consumers nor replicas of streams are looked at.
    type: bool
    default: true
  streams:
    description:
      - The streams that must exist, each with what was decided for it.
      - Streams that are not named here must be stored in files, have some limit, and as many replicas as
        O(min_stream_replicas).
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the stream.
        type: str
        required: true
      account:
        description: Name of the account that it belongs to. Without it, any.
        type: str
      storage:
        description: Where it must be stored. Say V(memory) where losing it was decided.
        type: str
        choices: [file, memory]
        default: file
      replicas:
        description: Least number of replicas. Without it, O(min_stream_replicas).
        type: int
      retention:
        description: The retention policy that was decided.
        type: str
        choices: [limits, interest, workqueue]
      discard:
        description: What was decided to do with new messages when a limit is reached.
        type: str
        choices: [old, new]
      max_age_hours:
        description: Hours after which a message goes, as was decided. V(0) is never.
        type: float
      max_bytes:
        description: Size that was decided, in bytes. V(-1) is none.
        type: int
      max_msgs:
        description: Number of messages that was decided. V(-1) is none.
        type: int
      unlimited:
        description: Whether it was decided that it has no limit at all, such as a bucket of few keys.
        type: bool
        default: false
      consumers:
        description: Names of the durable consumers that it must have.
        type: list
        elements: str
        default: []
  max_pending:
    description: Messages that may wait for a durable consumer.
    type: int
    default: 1000
  max_redelivered:
    description: Messages of a durable consumer that may be under way for another time.
    type: int
    default: 100
  max_ack_age:
    description:
      - Minutes without progress after which a durable consumer for which messages wait has stopped.
      - Progress is an acknowledgment, or a delivery while nothing is delivered twice.
    type: float
    default: 15
  store_dir:
    description:
      - Directory in which JetStream must keep its files, such as where the persistent volume is mounted.
      - From the controller, which does not see the host's file systems, it is needed.
    type: path
  max_storage_percent:
    description: How much of C(max_storage) may be in use.
    type: float
    default: 80
  min_servers:
    description: How many servers must be connected, and be peers of JetStream.
    type: int
    default: 3
  min_stream_replicas:
    description: How many replicas each stream must have.
    type: int
    default: 3
  dead_letter_stream:
    description:
      - Name of the stream that stores the advisories on messages that a consumer has given up, which are published on
        C($JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>) in each account.
    type: str
  max_messages:
    description: Advisories that may lie in O(dead_letter_stream).
    type: int
    default: 0
  unit:
    description:
      - The systemd unit of the server on the host. Stopping it must begin the lame duck mode, and leave it its time.
      - Without it, how the server is stopped is not looked at.
    type: str
  lame_duck_duration:
    description: Seconds that the lame duck mode takes, as the server is configured.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: The servers of the cluster are ready, each asked on its own host
  golive.verify.nats:
    server_name: nats.internal
    cafile: /etc/ssl/internal-ca.pem
    each_server: true
    unit: nats-server.service
    streams:
      - {name: ORDERS, max_age_hours: 72, consumers: [mailer, invoices]}
      - {name: KV_sessions, storage: memory, unlimited: true}

- name: The whole cluster is asked from outside
  golive.verify.nats:
    from: controller
    host: nats1.internal
    monitors: ["http://nats1.internal:8222", "http://nats2.internal:8222", "http://nats3.internal:8222"]
    cafile: files/internal-ca.pem
    store_dir: /var/lib/nats
    streams:
      - {name: ORDERS, retention: workqueue, max_bytes: 10737418240}
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
    "nats.server",
    "nats.jetstream",
    "nats.clustering",
    "queues.dead_letter",
]
