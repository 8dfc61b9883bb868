#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the prometheus verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus
short_description: Prove that what Prometheus measures of a service in production is within its limits
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves error rates, response times of requests and queries, headroom, service objectives, success of payments,
    memory that does not grow and figures that stay near a baseline, as metrics have it over a window of time.
  - Asks the HTTP API of Prometheus, or of what speaks it, such as Thanos, Mimir and VictoriaMetrics.
  - Each expression is PromQL in which C($window) stands for the window; the defaults are made of conventional names of
    metrics. Each series that an expression yields is judged, and named by its labels. Where two expressions are held
    against each other, the labels must be the same.
  - The expression is also asked with shorter windows, to see that each series goes on and covers the whole window.
    A figure that rests on less than O(min_coverage_percent) of it, or on too few requests, is an C(error), as is an
    expression without a series, for what has another name than was thought is not measured.
  - What the server itself calls partial, or warns of, is an C(error).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
  - golive.verify.prometheus
options:
  window_hours:
    description: Hours that figures are taken over, except those of objectives.
    type: int
    default: 24
  min_coverage_percent:
    description: How much of a window must have samples, seen in 48 steps of at least 5 minutes.
    type: float
    default: 95
  max_sample_age_minutes:
    description:
      - Minutes that the newest sample may be old; rates take two samples within them. Raise it where scrapes are rarer
        than every two minutes.
    type: int
    default: 5
  services:
    description:
      - Shell patterns for values of labels, such as names of jobs. Each must be that of a series of requests, response
        times and memory.
      - Without it, the series that there are are judged, and one that is missing altogether is not missed.
    type: list
    elements: str
    default: []
  requests_query:
    description: How many requests each service was sent. Only those with a status are counted, as in O(error_query).
    type: str
    default: sum by (job) (increase(http_requests_total{status=~"[1-5].+"}[$window]))
  error_query:
    description:
      - Which share of them failed, from 0 to 1. Without a failure the default is 0, as long as there are requests; an
        expression of yours must be so too.
    type: str
    default: >-
      (sum by (job) (increase(http_requests_total{status=~"5.+"}[$window]))
      or 0 * sum by (job) (increase(http_requests_total{status=~"[1-5].+"}[$window])))
      / sum by (job) (increase(http_requests_total{status=~"[1-5].+"}[$window]))
  min_requests:
    description: How many requests there must be at least.
    type: int
    default: 1000
  max_error_percent:
    description: Percent of the requests that may fail.
    type: float
    default: 0.1
  latency_query:
    description:
      - How long requests took, either as the buckets of a histogram in seconds, by their bounds (label C(le)), or as
        the 95th percentile in seconds, by the labels of O(requests_query).
      - Of buckets the percentile is made as C(histogram_quantile) does, except that one beyond the largest bucket is
        not taken for that bucket.
    type: str
    default: sum by (job, le) (increase(http_request_duration_seconds_bucket[$window]))
  max_p95_ms:
    description:
      - Milliseconds within which 95 of 100 must be answered. Without it, 200 for requests and 50 for queries.
      - Give queries a check of their own where it is given.
    type: float
  query_duration_query:
    description: How long queries of the database took, as O(latency_query). The default is that of OpenTelemetry.
    type: str
    default: >-
      sum by (job, le) (increase(db_client_operation_duration_seconds_bucket{db_system_name="postgresql"}[$window]))
  query_count_query:
    description: How many queries there were, where O(query_duration_query) yields no buckets.
    type: str
  min_queries:
    description: How many queries there must be at least.
    type: int
    default: 1000
  jobs:
    description: The jobs that must be scraped. Without them C(metrics.collected) is not proven.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the job.
        type: str
        required: true
      instances:
        description: How many instances there must be at least.
        type: int
        default: 1
      max_instances:
        description: How many there may be.
        type: int
  job_label:
    description: The label that O(jobs[].name) is the value of.
    type: str
    default: job
  instances:
    description:
      - Shell patterns for the machines to judge, by the label C(instance). Each must be there.
      - Without it, all of them. Each must have a processor, memory and a disk that are measured.
    type: list
    elements: str
    default: []
  cpu_query:
    description: Which share of a machine's processors is used, from 0 to 1. By default 19 of 20 samples are below it.
    type: str
    default: >-
      quantile_over_time(0.95,
      clamp_min(1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])), 0)[$window:5m])
  memory_query:
    description: Which share of a machine's memory is used, from 0 to 1. By default 19 of 20 samples are below it.
    type: str
    default: >-
      quantile_over_time(0.95, (max by (instance)
      (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes))[$window:5m])
  disk_query:
    description: Which share of each file system is used now, from 0 to 1.
    type: str
    default: >-
      max by (instance, mountpoint)
      (1 - node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"}
      / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"})
  disk_growth_query:
    description: Which share of the free space a day takes, negative where space is freed.
    type: str
    default: >-
      max by (instance, mountpoint)
      (-86400 * deriv(node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"}[$window])
      / node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"})
  max_cpu_percent:
    description: Percent of the processors that may be used.
    type: float
    default: 80
  max_memory_percent:
    description: Percent of the memory that may be used.
    type: float
    default: 85
  max_disk_percent:
    description: Percent of a file system that may be used.
    type: float
    default: 80
  min_days_to_full:
    description: Days that a file system must last at the rate of the window.
    type: float
    default: 7
  objectives:
    description: The service's objectives. Without them, availability as of O(availability_query) is the only one.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What results call it.
        type: str
        required: true
      query:
        description: The share that was good, from 0 to 1, such as the name of a recording rule.
        type: str
        required: true
      min_percent:
        description: Percent that must be good. Without it, O(min_availability_percent).
        type: float
  availability_query:
    description: How available the service was, from 0 to 1. The default is what Blackbox exporters saw.
    type: str
    default: avg by (instance) (avg_over_time(probe_success[$window]))
  min_availability_percent:
    description: Percent of the window that must be good; what is left over is the error budget.
    type: float
    default: 99.9
  window_days:
    description: Days that objectives are computed over. The server must keep metrics that long.
    type: int
    default: 30
  pool_query:
    description:
      - Which share of the connections was used at the peak of the window, from 0 to 1. Without it
        C(postgresql.pool_headroom) is not proven, which the verifier M(golive.verify.postgresql) can of the present.
    type: str
  pool_waits_query:
    description: How often or how many waited for a connection, or gave up, within the window. There may be none.
    type: str
  max_used_percent:
    description: Percent of the connections that may be used.
    type: float
    default: 80
  payments_query:
    description: Which share of the payments succeeded, from 0 to 1. Without it C(payments.success_rate) is not proven.
    type: str
  payments_count_query:
    description: How many payments were tried.
    type: str
  min_success_percent:
    description: Percent of the payments that must succeed.
    type: float
    default: 99
  min_sample:
    description: How many payments there must be at least.
    type: int
    default: 100
  growth_query:
    description: Which share of its memory a process grows by in a day, as a line through the window has it.
    type: str
    default: >-
      max by (job, instance) (86400 * deriv(process_resident_memory_bytes[$window])
      / avg_over_time(process_resident_memory_bytes[$window]))
  restarts_query:
    description: How often a process was started again, by the labels of O(growth_query). It hides what it had grown by.
    type: str
    default: max by (job, instance) (changes(process_start_time_seconds[$window]))
  oom_query:
    description: How many processes were killed for their memory.
    type: str
    default: sum by (instance) (increase(node_vmstat_oom_kill[$window]))
  max_growth_percent_per_day:
    description: Percent that the memory of a process may grow by in a day.
    type: float
    default: 10
  max_restarts:
    description: How often a process may have been started again, such as for a release.
    type: int
    default: 0
  max_oom_kills:
    description: How many processes may have been killed for their memory.
    type: int
    default: 0
  signals:
    description: What is held against the baseline. They are the figures of O(error_query), O(latency_query),
      O(requests_query) and O(cpu_query).
    type: list
    elements: str
    choices: [errors, latency, traffic, saturation]
    default: [errors, latency, traffic, saturation]
  baseline_days:
    description: How many days ago the window of the baseline ended.
    type: int
    default: 7
  max_ratio_percent:
    description:
      - Percent of the baseline that a figure may be. Traffic may not be so much less either.
      - Errors within O(max_error_percent) are not held against the baseline.
    type: float
    default: 150
"""

EXAMPLES = r"""
- name: The shop answers, quickly, and its objectives are kept
  golive.verify.prometheus:
    url: https://prometheus.example.com
    header_files:
      Authorization: /etc/golive/prometheus-authorization
    controls: [metrics.error_rate, metrics.latency_p95, metrics.slo]
    services: [shop-api, shop-checkout]
    objectives:
      - name: checkout
        query: checkout:good:ratio_rate30d
        min_percent: 99.95

- name: No request failed in the hour before the launch
  golive.verify.prometheus:
    url: https://prometheus.example.com
    controls: [metrics.error_rate]
    window_hours: 1
    max_error_percent: 0
    requests_query: >-
      sum by (service_name)
      (increase(http_server_request_duration_seconds_count{http_response_status_code=~".+"}[$window]))
    error_query: >-
      (sum by (service_name)
      (increase(http_server_request_duration_seconds_count{http_response_status_code=~"5.+"}[$window]))
      or 0 * sum by (service_name)
      (increase(http_server_request_duration_seconds_count{http_response_status_code=~".+"}[$window])))
      / sum by (service_name)
      (increase(http_server_request_duration_seconds_count{http_response_status_code=~".+"}[$window]))

- name: Connections were left all day, and payments went through
  golive.verify.prometheus:
    url: http://127.0.0.1:9090
    controls: [postgresql.pool_headroom, payments.success_rate]
    pool_query: >-
      max_over_time((sum by (instance) (pg_stat_activity_count)
      / sum by (instance) (pg_settings_max_connections))[$window:1m])
    pool_waits_query: sum by (instance) (max_over_time(pgbouncer_pools_client_waiting_connections[$window]))
    payments_query: >-
      sum (increase(payments_total{outcome="succeeded"}[$window])) / sum (increase(payments_total[$window]))
    payments_count_query: sum (increase(payments_total[$window]))
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
    "metrics.error_rate",
    "metrics.latency_p95",
    "postgresql.query_p95",
    "metrics.collected",
    "metrics.resources",
    "metrics.slo",
    "postgresql.pool_headroom",
    "payments.success_rate",
    "metrics.no_memory_leak",
    "metrics.trend",
]
