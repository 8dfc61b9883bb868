# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that what is measured of a service in production is within its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, whole
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import resources, scraping, trend
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.judging import (
    each,
    enough,
    limit,
    of_union,
    percent,
)
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.percentiles import Percentiles, percentiles
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels, Server
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import Figures, Window, over
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask the server for each expression over its window, all side by side, and judge each series."""

    def target(self, want: Wanted) -> str:
        return str(want.url)

    @proves("metrics.error_rate")
    async def error_rate(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Of enough requests of each service, few enough failed."""
        server, window = _asked(look, want)
        failed, requests = await together(
            over(server, want.error_query, window), over(server, want.requests_query, window)
        )
        most = want.max_error_percent

        def seen(labels: Labels) -> Seen:
            count = enough(requests.of(labels), want.min_requests, "requests", window.text)
            share = percent(failed.of(labels))
            problems = [f"{share:.4g} % of {count} requests failed, over {most:g} %"] if share > most else []
            return {"error_percent": round(share, 4), "requests": count, "window": window.text}, problems

        expected = f"<= {most:g} % of >= {want.min_requests} requests within {window.text} failed"
        return each(expected, of_union(failed, requests), seen, want.services)

    @proves("metrics.latency_p95")
    async def latency(self, look: Observer, want: Wanted) -> list[Verdict]:
        """95 of 100 requests to each service were answered in time."""
        server, window = _asked(look, want)
        requests = over(server, want.requests_query, window)
        found = await percentiles(over(server, want.latency_query, window), requests)
        most = limit(want, "metrics.latency_p95", "max_p95_ms")
        return _slow(found, most, want.min_requests, window, want.services)

    @proves("postgresql.query_p95")
    async def query_p95(self, look: Observer, want: Wanted) -> list[Verdict]:
        """95 of 100 queries to each database were answered in time."""
        server, window = _asked(look, want)
        counting = over(server, want.query_count_query, window) if want.query_count_query else None
        found = await percentiles(over(server, want.query_duration_query, window), counting)
        return _slow(found, limit(want, "postgresql.query_p95", "max_p95_ms"), want.min_queries, window)

    @proves("metrics.collected")
    async def collected(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared job is scraped: its instances are there, up and fresh, and tell something."""
        jobs, server = want.need("jobs"), Server.of(look, want)
        names = (scraping.UP, scraping.AGE, scraping.TOLD)
        answers = dict(zip(names, await together(*map(server.vector, names)), strict=True))
        if not answers[scraping.UP]:
            raise CannotLook("not_found", "no series of up: nothing is scraped, or these credentials may see nothing")
        by_name = {job["name"]: job for job in jobs}

        def seen(labels: Labels) -> Seen:
            return scraping.job_seen(by_name[labels[0][1]], want.job_label, answers, want.max_sample_age_minutes)

        expected = f"every instance up, with samples younger than {want.max_sample_age_minutes} minutes"
        return each(expected, [((want.job_label, name),) for name in by_name], seen)

    @proves("metrics.resources")
    async def resources(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Processor, memory and disks of each machine have headroom."""
        server, window = _asked(look, want)
        found = await together(*(attempt(over(server, want[part.query], window)) for part in resources.PARTS))
        names = [part.name for part in resources.PARTS]
        expected = (
            f"processor <= {want.max_cpu_percent:g} %, memory <= {want.max_memory_percent:g} %, "
            f"disks <= {want.max_disk_percent:g} % and not full within {want.min_days_to_full:g} days"
        )
        judged = resources.kinds(dict(zip(names, found, strict=True)), want)
        return whole(expected, {"window": window.text}, judged)

    @proves("metrics.slo")
    async def objectives(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each objective is computed over its whole window, and its error budget is not used up."""
        server, window = Server.of(look, want), Window.of(want, want.window_days * 24)
        asked = want.objectives or [{"name": "", "query": want.availability_query, "min_percent": None}]
        found = await together(*(attempt(over(server, each["query"], window)) for each in asked))
        return [
            verdict
            for objective, figures in zip(asked, found, strict=True)
            for verdict in _kept(objective, figures, want.min_availability_percent, window)
        ]

    @proves("postgresql.pool_headroom")
    async def pool_headroom(self, look: Observer, want: Wanted) -> list[Verdict]:
        """At the peak of the window connections were left, and nobody waited for one."""
        (server, window), query = _asked(look, want), want.need("pool_query")
        waiting = want.pool_waits_query
        used, *waits = await together(
            over(server, query, window), *([attempt(over(server, waiting, window))] if waiting else [])
        )
        most = want.max_used_percent

        def seen(labels: Labels) -> Seen:
            share = percent(used.of(labels))
            problems = [f"{share:.1f} % of the connections were used, over {most:g} %"] if share > most else []
            return {"used_percent": round(share, 1), "window": window.text}, problems

        found = each(f"<= {most:g} % of the connections used within {window.text}", used.labels, seen)
        return found + [one for figures in waits for one in _none(figures, "waits", f"nobody waits in {window.text}")]

    @proves("payments.success_rate")
    async def success_rate(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Of enough payments, nearly all succeeded."""
        server, window = _asked(look, want)
        succeeded, payments = await together(
            over(server, want.need("payments_query"), window),
            over(server, want.need("payments_count_query"), window),
        )
        least = want.min_success_percent

        def seen(labels: Labels) -> Seen:
            count = enough(payments.of(labels), want.min_sample, "payments", window.text)
            share = percent(succeeded.of(labels))
            problems = [f"{share:.4g} % of {count} payments succeeded, below {least:g} %"] if share < least else []
            return {"success_percent": round(share, 3), "payments": count, "window": window.text}, problems

        expected = f">= {least:g} % of >= {want.min_sample} payments within {window.text} succeeded"
        return each(expected, of_union(succeeded, payments), seen)

    @proves("metrics.no_memory_leak")
    async def no_memory_leak(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No process grows without end, none was started again, and none was killed for its memory."""
        server, window = _asked(look, want)
        growth, restarts, kills = await together(
            over(server, want.growth_query, window),
            over(server, want.restarts_query, window),
            attempt(over(server, want.oom_query, window)),
        )
        most = want.max_growth_percent_per_day

        def seen(labels: Labels) -> Seen:
            grown, again = growth.of(labels) * 100, round(restarts.of(labels))
            problems = [f"memory grows by {grown:.1f} % a day, over {most:g} %"] if grown > most else []
            if again > want.max_restarts:
                problems.append(f"started again {again} times within {window.text}, over {want.max_restarts}")
            return {"growth_percent_per_day": round(grown, 2), "restarts": again, "window": window.text}, problems

        expected = f"memory grows <= {most:g} % a day, <= {want.max_restarts} restarts within {window.text}"
        killed = f"<= {want.max_oom_kills} processes killed for their memory within {window.text}"
        return [
            *each(expected, of_union(growth, restarts), seen, want.services),
            *_none(kills, "kills", killed, want.max_oom_kills),
        ]

    @proves("metrics.trend")
    async def trend(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Errors, latency, traffic and saturation are near what they were some days before."""
        server, window = _asked(look, want)
        found = await together(*(attempt(trend.compared(server, window, name, want)) for name in want.signals))
        return [
            verdict
            for name, verdicts in zip(want.signals, found, strict=True)
            for verdict in ([unseen(verdicts, subject=name)] if isinstance(verdicts, CannotLook) else verdicts)
        ]


def _asked(look: Observer, want: Wanted) -> tuple[Server, Window]:
    return Server.of(look, want), Window.of(want, want.window_hours)


def _slow(found: Percentiles, most: float, least: float, window: Window, declared: Sequence[str] = ()) -> list[Verdict]:
    """The verdict on the 95th percentile of each series, of at least so many that were measured."""

    def seen(labels: Labels) -> Seen:
        one = found.of(labels)
        enough(one.count, least, "measured", window.text)
        return {**one.actual, "window": window.text}, one.problems(most)

    expected = f"p95 <= {most:g} ms of >= {least:g} measured within {window.text}"
    return each(expected, found.labels, seen, declared)


def _kept(objective: Mapping[str, Any], figures: Figures | CannotLook, default: float, window: Window) -> list[Verdict]:
    """The verdict on each series of an objective."""
    name, least = objective["name"], objective["min_percent"]
    least = default if least is None else least
    expected = f">= {least:g} % good within {window.text}"
    if isinstance(figures, CannotLook):
        return [unseen(figures, expected=expected, subject=name)]

    def seen(labels: Labels) -> Seen:
        good = percent(figures.of(labels))
        actual: dict[str, Any] = {"good_percent": round(good, 4), "window": window.text}
        if least < 100:
            actual["error_budget_left_percent"] = round((good - least) / (100 - least) * 100, 1)
        return actual, [f"{good:.4g} % good, below {least:g} %"] if good < least else []

    return each(expected, figures.labels, seen, prefix=name)


def _none(figures: Figures | CannotLook, of: str, expected: str, most: float = 0) -> list[Verdict]:
    """The verdict on each series of what there should be none of."""
    if isinstance(figures, CannotLook):
        return [unseen(figures, expected=expected, subject=of)]

    def seen(labels: Labels) -> Seen:
        count = figures.of(labels)
        return {of: round(count, 2)}, [f"{of}: {count:.4g}, over {most:g}"] if count > most else []

    return each(expected, figures.labels, seen, prefix=of)
