#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the sql verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sql
short_description: Prove what a team asserts of its data, in its own SQL
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that stored rows obey the business rules, that synchronizations succeed in time, that amounts are equal to
    the cent, that records are kept and purged as the policy says, that audit records are written, and that queues which
    lie in tables drain.
  - A statement is one C(SELECT). It runs in a read-only transaction that is rolled back, for a quarter of O(timeout) at
    most, and with nothing but C(pg_catalog) in the search path, so write tables with their schema.
  - Rows are counted in the database and do not travel. What an assertion speaks of must exist, as no row breaks the
    rules of an empty table.
  - A timestamp without time zone is taken for UTC.
  - On a host it asks through C(psql), from the controller through the Python library C(psycopg), which must then be
    installed there.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.postgresql
options:
  rules:
    description: The business rules.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the rule is called.
        type: str
        required: true
      sql:
        description: A C(SELECT) of the rows that break the rule. There must be none.
        type: str
        required: true
      covers:
        description: A C(SELECT count(*\)) of the rows that the rule speaks of. Without any, nothing is proven.
        type: str
        required: true
      key:
        description:
          - A column of O(rules[].sql) by which the first five rows are named in the report, with 40 characters at most.
          - Without it they are counted only. Choose none that holds personal data.
        type: str
  syncs:
    description: The synchronizations.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the synchronization is called.
        type: str
        required: true
      last_success:
        description: A C(SELECT) of the time of its last success.
        type: str
        required: true
      failed_rows:
        description: A C(SELECT count(*\)) of the rows that its last runs could not synchronize.
        type: str
        required: true
  max_age:
    description: Minutes within which each of O(syncs) must succeed.
    type: int
    default: 15
  grace:
    description: Minutes that a synchronization may be late.
    type: int
    default: 5
  max_failed_rows:
    description: How many rows of a synchronization may have failed.
    type: int
    default: 0
  comparisons:
    description: The amounts that must be equal.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What is compared, such as V(ledger with charges).
        type: str
        required: true
      sql:
        description:
          - A C(SELECT) with the columns C(expected) and C(actual), both in cents, one row for each amount.
          - C(NULL) in one of them is a difference. Use C(FULL JOIN), so that what is missing on one side is there.
        type: str
        required: true
      key:
        description: A column of O(comparisons[].sql) by which rows are named, as in O(rules[].key).
        type: str
  max_difference_cents:
    description: Cents by which two amounts may differ.
    type: int
    default: 0
  retention:
    description: The classes of records, each with how long it is kept.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the records are.
        type: str
        required: true
      oldest:
        description: A C(SELECT) of the time of the oldest record.
        type: str
        required: true
      legal:
        description: Whether the oldest must be at least O(min_legal_days) old, as law demands.
        type: bool
        default: false
      since:
        description: The day of the first record, where it is not that long ago. The oldest must then be of that day.
        type: str
      max_days:
        description: Days after which records must be gone. It needs O(retention[].last_purge).
        type: int
      last_purge:
        description: A C(SELECT) of the time when the job that purges them last succeeded.
        type: str
  min_legal_days:
    description: Days that legal records are kept.
    type: int
    default: 2557
  purge_max_age:
    description: Hours within which a purge must have succeeded.
    type: int
    default: 48
  audit_table:
    description: The table of audit records, as V(schema.table) or, in C(public), as V(table).
    type: str
  audit_time_column:
    description: The column of O(audit_table) with the time of a record. An index on it makes this fast.
    type: str
    default: created_at
  audit_columns:
    description: Columns of O(audit_table) that no record may lack; the newest 1000 are judged.
    type: list
    elements: str
    default: []
  audited_actions:
    description: Actions that must leave a record, such as those of a canary account.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What is done.
        type: str
        required: true
      sql:
        description:
          - A C(SELECT) with the columns C(done), the time of each action, and C(recorded), that of its audit record.
          - Where there is no record, C(recorded) must be C(NULL). Join with C(LEFT JOIN).
        type: str
        required: true
  action_days:
    description: Days within which each of O(audited_actions) must have been done.
    type: int
    default: 30
  max_last_age:
    description: Hours that the newest audit record may be old.
    type: int
    default: 24
  max_delay:
    description: Seconds that an action and its record may be apart.
    type: int
    default: 60
  queues:
    description:
      - The queues of jobs that lie in tables of O(database).
      - Jobs count as long as the system keeps them. Where it deletes those that failed, look more often than it does.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the queue is called.
        type: str
        required: true
      system:
        description:
          - Whose tables they are. All of its queues are judged together.
          - V(celery), V(django-celery-results), V(django-q) and V(laravel) do not tell since when jobs wait.
          - V(celery) is its results in SQLAlchemy; V(laravel) the failed jobs of every driver, and V(laravel-database)
            those that wait in its own table too. V(good_job) is of version 4, V(pg-boss) of 10, or later.
        type: str
        choices:
          - celery
          - delayed_job
          - django-celery-results
          - django-q
          - good_job
          - graphile-worker
          - laravel
          - laravel-database
          - oban
          - pg-boss
          - procrastinate
          - river
          - solid_queue
      schema:
        description: The schema of its tables, where it is not the system's own, or C(public).
        type: str
      dead:
        description:
          - A C(SELECT count(*\)) of the jobs that were given up, instead of O(queues[].system).
          - For a queue or an outbox of your own, or for one of several queues of a system.
        type: str
      waiting:
        description: With O(queues[].dead), a C(SELECT) of the time when the oldest job that waits was due.
        type: str
  max_messages:
    description: How many jobs may lie dead in each of O(queues).
    type: int
    default: 0
  max_wait:
    description: Seconds that a job may wait after it was due. Give queues of another pace a check of their own.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: The data of the shop is what the business says it is
  golive.verify.sql:
    database: shop
    rules:
      - name: GOLD members have spent 1000
        sql: SELECT id FROM public.members WHERE tier = 'GOLD' AND spent_cents < 100000
        covers: SELECT count(*) FROM public.members WHERE tier = 'GOLD'
        key: id
    syncs:
      - name: stock
        last_success: SELECT max(finished_at) FROM public.sync_runs WHERE state = 'done'
        failed_rows: SELECT count(*) FROM public.sync_rows WHERE error IS NOT NULL
    comparisons:
      - name: ledger with charges
        sql: >-
          SELECT tenant, l.cents AS expected, c.cents AS actual
          FROM (SELECT tenant, sum(units * price_cents) AS cents FROM public.ledger GROUP BY tenant) l
          FULL JOIN (SELECT tenant, sum(cents) AS cents FROM public.charges GROUP BY tenant) c USING (tenant)
        key: tenant
    retention:
      - name: age verifications
        oldest: SELECT min(created_at) FROM public.age_verifications
        legal: true
        since: "2024-03-01"
      - name: carts
        oldest: SELECT min(updated_at) FROM public.carts
        max_days: 30
        last_purge: SELECT max(finished_at) FROM public.jobs WHERE name = 'purge_carts' AND state = 'done'

- name: What administrators do is recorded
  golive.verify.sql:
    database: shop
    audit_table: audit_events
    audit_columns: [actor, action, target, request_id]
    audited_actions:
      - name: role change
        sql: >-
          SELECT r.changed_at AS done, a.created_at AS recorded
          FROM public.role_changes r
          LEFT JOIN public.audit_events a ON a.action = 'role.change' AND a.request_id = r.request_id

- name: No job was given up, and none waits for long
  golive.verify.sql:
    database: shop
    queues:
      - {name: jobs, system: pg-boss}
      - name: outbox
        dead: SELECT count(*) FROM public.outbox WHERE attempts >= 10
        waiting: SELECT min(created_at) FROM public.outbox WHERE sent_at IS NULL AND attempts < 10
    max_wait: 600
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
    "biz.rules",
    "biz.sync_fresh",
    "billing.reconciled",
    "data.retention_enforced",
    "audit.records_written",
    "queues.dead_letter",
]
