# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that alerting rules are loaded in Prometheus, work, and fire in time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ansible_collections.golive.verify.plugins.plugin_utils import runbooks
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import alerts
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.rules import Rule, limit_problems
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask for the rules and the routes, then side by side for all that the rules read."""

    def target(self, want: Wanted) -> str:
        return str(want.url)

    @proves("alerts.error_rate")
    async def error_rate(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Too many failed requests raise an alert, soon."""
        meant = {"": want.need("error_alerts")}

        def judged(_kind: str, rule: Rule) -> Seen:
            held = rule.hold > want.max_hold_minutes * 60
            late = f"{shown(rule.name)} fires after {rule.hold / 60:g} minutes, over {want.max_hold_minutes:g}"
            return {}, [*limit_problems(rule, "errors", want), *([late] if held else [])]

        return await alerts.proven(await alerts.loaded(look, want), want, meant, judged)

    @proves("alerts.latency")
    async def latency(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Slow responses raise an alert."""
        meant = {"": want.need("latency_alerts")}
        return await alerts.proven(await alerts.loaded(look, want), want, meant, _limited("latency", want))

    @proves("alerts.resources")
    async def resources(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Processors, memory and disks near their limit raise an alert, on every machine."""
        meant, known = want.need("resource_alerts"), await alerts.loaded(look, want)
        return await alerts.proven(known, want, meant, _limited("resources", want), instances=want.instances)

    @proves("alerts.database")
    async def database(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Databases are watched, and their troubles raise alerts."""
        meant, up = want.need("database_alerts"), want.database_up_query
        known = await alerts.loaded(look, want)
        samples, ages, found = await together(
            known.server.vector(up),
            known.server.vector(f"time() - timestamp({up})"),
            alerts.proven(known, want, meant, _nothing_else),
        )
        watched = partial(alerts.ups, samples, ages, up, want.max_sample_age_minutes)
        return [verdict("watched", f"{up} is 1 for each database", watched), *found]

    @proves("alerts.dependencies")
    async def dependencies(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Dependencies and workers that fail raise alerts."""
        meant = {"": want.need("dependency_alerts")}
        return await alerts.proven(await alerts.loaded(look, want), want, meant, _nothing_else)

    @proves("alerts.audit_chain")
    async def audit_chain(self, look: Observer, want: Wanted) -> list[Verdict]:
        """A broken audit chain raises a critical alert."""
        meant = {"": want.need("audit_alerts")}
        return await alerts.proven(await alerts.loaded(look, want), want, meant, _nothing_else, ["critical"])

    @proves("alerts.critical_set")
    async def critical_set(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each alert that was agreed upon is loaded as agreed, and leads to a runbook that opens."""
        declared = want.need("alerts")
        known = await alerts.loaded(look, want)
        names = [entry["name"] for entry in declared]
        urls = sorted({url for rule in known.like(names) if (url := _runbook(rule))})
        pages = await runbooks.opened(look, urls)

        def judged(_kind: str, rule: Rule) -> Seen:
            actual, problems = runbooks.seen(pages, _runbook(rule))
            for entry in declared:
                if like(rule.name, [entry["name"]]):
                    facts, wrong = alerts.agreed(rule, entry, want.max_down_minutes)
                    actual, problems = {**actual, **facts}, [*problems, *wrong]
            return actual, problems

        found = await alerts.proven(known, want, {"": names}, judged)
        if not any(entry["site_down"] for entry in declared):
            found.append(verdict("site_down", "an alert for that", partial(_no_site_down, names)))
        return found


def _limited(kind: str, want: Wanted) -> alerts.Judged:
    return lambda _kind, rule: ({}, limit_problems(rule, kind, want))


def _nothing_else(_kind: str, _rule: Rule) -> Seen:
    return {}, []


def _runbook(rule: Rule) -> str | None:
    return rule.annotations.get("runbook_url")


def _no_site_down(names: Sequence[str]) -> Seen:
    return {"declared": list(names)}, ["no declared alert tells that the service is down"]
