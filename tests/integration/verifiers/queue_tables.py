# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of queues as their documentation describes them, as far as it takes, with what life leaves there.

made: with jobs that are done, run, are to come or are to be tried again. dead: a job was given up. late: one waits for
an hour. Moments that such a system writes without a time zone are those of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

UTC = "timezone('UTC', now())"
HOUR = "interval '1 hour'"


@dataclass(frozen=True)
class Tables:
    table: str
    made: tuple[str, ...]
    dead: str
    late: str | None = None


def _states(enum: str, table: str, due: str, moment: str, states: str, sound: str, dead: str, waits: str) -> Tables:
    """A table of jobs with a state and the time when each is due. sound: states in which jobs may be that are due."""
    now = UTC if moment == "timestamp" else "now()"
    return Tables(
        table,
        (
            f"CREATE TYPE {enum} AS ENUM ({states})",
            f"CREATE TABLE {table} (id bigserial, state {enum} NOT NULL, {due} {moment} NOT NULL DEFAULT {now})",
            f"INSERT INTO {table} (state) SELECT unnest('{{{sound}}}'::{enum}[])",
            f"INSERT INTO {table} (state, {due}) VALUES ('{waits}', {now} + {HOUR}), ('completed', {now} - {HOUR})",
        ),
        f"INSERT INTO {table} (state) VALUES ('{dead}')",
        f"INSERT INTO {table} (state, {due}) VALUES ('{waits}', {now} - {HOUR})",
    )


KNOWN = {
    "celery": Tables(
        "celery_taskmeta",
        (
            "CREATE TABLE celery_taskmeta (id int, task_id varchar(155), status varchar(50), date_done timestamp)",
            "INSERT INTO celery_taskmeta (status) VALUES ('SUCCESS'), ('RETRY'), ('REVOKED')",
        ),
        "INSERT INTO celery_taskmeta (status) VALUES ('FAILURE')",
    ),
    "delayed_job": Tables(
        "delayed_jobs",
        (
            "CREATE TABLE delayed_jobs (id bigserial, attempts int, run_at timestamp, locked_at timestamp, "
            "failed_at timestamp)",
            f"INSERT INTO delayed_jobs (run_at, locked_at) VALUES ({UTC}, NULL), ({UTC} - {HOUR}, {UTC} - {HOUR})",
        ),
        f"INSERT INTO delayed_jobs (run_at, failed_at) VALUES ({UTC} - {HOUR}, {UTC})",
        f"INSERT INTO delayed_jobs (run_at) VALUES ({UTC} - {HOUR})",
    ),
    "django-celery-results": Tables(
        "django_celery_results_taskresult",
        (
            "CREATE TABLE django_celery_results_taskresult (id int, status varchar(50), date_done timestamptz)",
            "INSERT INTO django_celery_results_taskresult (status) VALUES ('SUCCESS'), ('STARTED')",
        ),
        "INSERT INTO django_celery_results_taskresult (status) VALUES ('FAILURE')",
    ),
    "django-q": Tables(
        "django_q_task",
        (
            "CREATE TABLE django_q_task (id varchar(32), stopped timestamptz NOT NULL, success bool NOT NULL)",
            "INSERT INTO django_q_task VALUES ('a', now(), true)",
        ),
        "INSERT INTO django_q_task VALUES ('b', now(), false)",
    ),
    "good_job": Tables(
        "good_jobs",
        (
            "CREATE TABLE good_jobs (id uuid, scheduled_at timestamp, performed_at timestamp, finished_at timestamp, "
            f"error text, created_at timestamp NOT NULL DEFAULT {UTC})",
            f"INSERT INTO good_jobs (scheduled_at, error, created_at) VALUES ({UTC} + {HOUR}, 'no', {UTC} - {HOUR})",
            f"INSERT INTO good_jobs (performed_at, created_at) VALUES ({UTC}, {UTC} - {HOUR})",
            f"INSERT INTO good_jobs (performed_at, finished_at) VALUES ({UTC}, {UTC})",
        ),
        f"INSERT INTO good_jobs (performed_at, finished_at, error) VALUES ({UTC}, {UTC}, 'RuntimeError: no')",
        f"INSERT INTO good_jobs (created_at) VALUES ({UTC} - {HOUR})",
    ),
    "graphile-worker": Tables(
        "graphile_worker.jobs",
        (
            "CREATE SCHEMA graphile_worker",
            "CREATE TABLE graphile_worker._private_jobs (id bigserial, payload json, attempts smallint DEFAULT 0, "
            "max_attempts smallint DEFAULT 25, locked_at timestamptz, run_at timestamptz DEFAULT now())",
            "ALTER TABLE graphile_worker._private_jobs ENABLE ROW LEVEL SECURITY",
            "CREATE VIEW graphile_worker.jobs AS SELECT id, attempts, max_attempts, locked_at, run_at "
            "FROM graphile_worker._private_jobs",
            f"INSERT INTO graphile_worker.jobs (attempts, run_at) VALUES (0, now()), (3, now() + {HOUR})",
            f"INSERT INTO graphile_worker.jobs (attempts, run_at, locked_at) VALUES (25, now() - {HOUR}, now())",
        ),
        "INSERT INTO graphile_worker.jobs (attempts, locked_at) VALUES (25, now() - interval '5 h')",
        f"INSERT INTO graphile_worker.jobs (attempts, run_at) VALUES (24, now() - {HOUR})",
    ),
    "laravel": Tables(
        "failed_jobs",
        ("CREATE TABLE failed_jobs (id bigserial, uuid varchar, queue text, failed_at timestamp DEFAULT now())",),
        "INSERT INTO failed_jobs (queue) VALUES ('mail')",
    ),
    "laravel-database": Tables(
        "jobs",
        (
            "CREATE TABLE jobs (id bigserial, queue varchar, attempts smallint, reserved_at int, available_at int)",
            "INSERT INTO jobs (reserved_at, available_at) SELECT n, n - 3600 FROM extract(epoch FROM now()) n",
            "INSERT INTO jobs (available_at) SELECT n + 3600 FROM extract(epoch FROM now()) n",
        ),
        "INSERT INTO failed_jobs (queue) VALUES ('mail')",
        "INSERT INTO jobs (available_at) SELECT n - 3600 FROM extract(epoch FROM now()) n",
    ),
    "oban": _states(
        *("oban_job_state", "oban_jobs", "scheduled_at", "timestamp"),
        "'available', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled'",
        sound="available,executing,cancelled",
        dead="discarded",
        waits="retryable",
    ),
    "pg-boss": _states(
        *("pgboss.job_state", "pgboss.job", "start_after", "timestamptz"),
        "'created', 'retry', 'active', 'completed', 'cancelled', 'failed'",
        sound="created,active,cancelled",
        dead="failed",
        waits="retry",
    ),
    "procrastinate": Tables(
        "procrastinate_jobs",
        (
            "CREATE TABLE procrastinate_jobs (id bigint PRIMARY KEY, status text, scheduled_at timestamptz)",
            "CREATE TABLE procrastinate_events (job_id bigint, at timestamptz)",
            f"INSERT INTO procrastinate_jobs VALUES (1, 'todo', NULL), (2, 'todo', now() + {HOUR}), (3, 'doing', NULL)",
            f"INSERT INTO procrastinate_events VALUES (1, now()), (1, now() - {HOUR}), (2, now() - {HOUR})",
        ),
        "INSERT INTO procrastinate_jobs VALUES (4, 'failed', NULL)",
        f"UPDATE procrastinate_events SET at = now() - {HOUR} WHERE job_id = 1",
    ),
    "river": _states(
        *("river_job_state", "river_job", "scheduled_at", "timestamptz"),
        "'available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled'",
        sound="available,running,pending,cancelled",
        dead="discarded",
        waits="scheduled",
    ),
    "solid_queue": Tables(
        "solid_queue_failed_executions",
        (
            f"CREATE TABLE solid_queue_failed_executions (job_id bigint, created_at timestamp DEFAULT {UTC})",
            f"CREATE TABLE solid_queue_ready_executions (job_id bigint, created_at timestamp DEFAULT {UTC})",
            "CREATE TABLE solid_queue_scheduled_executions (job_id bigint, scheduled_at timestamp)",
            "INSERT INTO solid_queue_ready_executions VALUES (1)",
            f"INSERT INTO solid_queue_scheduled_executions VALUES (2, {UTC} + {HOUR})",
        ),
        "INSERT INTO solid_queue_failed_executions VALUES (3)",
        f"INSERT INTO solid_queue_scheduled_executions VALUES (4, {UTC} - {HOUR})",
    ),
}
SCHEMAS = ("pgboss", "graphile_worker", "public")
