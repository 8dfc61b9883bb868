# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the costs of a project of Google Cloud have a budget, and that somebody is told before it is spent."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import listeners
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.ancestry import placed, policies
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_budget import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_budget.judging import Budget
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, whole
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_MAIL = "email"
_MOST_SHOWN = 10


class ActionModule(Verifier):
    """Ask who pays, for the budgets of that account, and for whom each tells."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("cost.budget_alerts")
    async def budget_alerts(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each budget of the declared ones, or of all, is of the whole month's costs and tells somebody in time."""
        asked = ask(look, want)
        paid = await asked.of(f"gcloud billing projects describe {want.project}", reading.billing)
        if not paid["account"] or not paid["open"]:
            return [_missing(want, paid, ["no open billing account is linked to the project"])]
        project, found = await together(
            placed(asked),
            asked.of(_gcloud("budgets list --billing-account={}", paid["account"]), reading.budgets, paid["account"]),
        )
        places = {*project["scopes"], f"projects/{project['number']}"}
        judged = _judged(found, want, places)
        missing = [name for name in want.budgets if name not in {each["title"] for each in found}]
        if missing or not judged:
            lacking = [f"there is no budget {name}" for name in missing]
            return [_missing(want, paid, lacking or ["there is no budget of all that the project costs"])]
        verdicts = await _verdicts(asked, want, paid["account"], judged, places)
        kind = Kind.of("budgets", "would be overrun", verdicts, {"of something else": len(found) - len(judged)})
        return whole(
            "budgets whose alerts are heard", {"billing account": paid["account"]}, [kind], subject=_subject(want)
        )


async def _verdicts(
    asked: Asked, want: Wanted, account: str, judged: Sequence[Budget], places: set[str]
) -> list[Verdict]:
    most = want.max_threshold_percent
    channels = sorted({name for each in judged for name in each["channels"]})
    topics = sorted({name for each in judged for name in each["topics"]})

    async def limit(budget: Budget) -> Part:
        shown = {"budget": budget["title"], "amount": judging.said_amount(budget)}
        problems = judging.limit_problems(budget, _amount(want, budget), places)
        return Part({**shown, "percents": budget["percents"]}, problems + judging.threshold_problems(budget, most))

    async def told(budget: Budget) -> Part:
        by_role, those_channels, those_topics = await together(
            _by_role(asked, account, budget, f"projects/{want.project}"),
            _of_channels(asked, channels, budget),
            _of_topics(asked, topics, budget),
        )
        heard = {**those_channels, **those_topics}
        shown = {"told by role": (by_role or [])[:_MOST_SHOWN], "told by channels and topics": len(heard)}
        return Part(shown, judging.told_problems(by_role, heard))

    expected = f"the month's costs, and somebody told at {most:g} % or before"
    verdicts: list[Verdict] = await together(
        *(alone(expected, limit(each), told(each), subject=reading.resource(each["name"])) for each in judged)
    )
    return verdicts


def _judged(found: Sequence[Budget], want: Wanted, places: set[str]) -> list[Budget]:
    """Those that are declared; without any, those of all that the project costs, whatever else they are about."""
    if want.budgets:
        return [each for each in found if each["title"] in want.budgets]
    return [each for each in found if judging.covers(each, places) and not each["part"]]


async def _by_role(asked: Asked, account: str, budget: Budget, project: str) -> list[str] | None:
    """Who is told because of a role in the billing account, or because of owning the one project of the budget."""
    if not budget["by_role"] and not budget["by_project"]:
        return None
    told = _gcloud("accounts get-iam-policy {}", account)
    of_account, of_project = await together(
        together(*([asked.of(told, reading.told_by_role, account)] if budget["by_role"] else [])),
        together(*([policies(asked, [project])] if budget["by_project"] else [])),
    )
    owners = [reading.owners(value(each[project])["grants"]) for each in of_project]
    return sorted({each for several in (*of_account, *owners) for each in several})


async def _of_channels(asked: Asked, names: Sequence[str], budget: Budget) -> dict[str, str]:
    if not budget["channels"]:
        return {}
    command = f"for each in {shlex.join(names)}; do gcloud beta monitoring channels describe $each; done"
    found = await asked.of(command, listeners.channels, names)
    return {name: _wrong(value(found[name])) for name in budget["channels"]}


def _wrong(channel: Mapping[str, str]) -> str:
    """What is wrong with a notification channel; budgets tell those of mail alone, whatever others can do."""
    unfit = "" if channel["type"] == _MAIL else f"is of the type {channel['type']}, to which budgets send nothing"
    return channel["wrong"] or unfit


async def _of_topics(asked: Asked, names: Sequence[str], budget: Budget) -> dict[str, str]:
    if not budget["topics"]:
        return {}
    command = f"for each in {shlex.join(names)}; do gcloud pubsub topics list-subscriptions $each; done"
    found = await asked.of(command, listeners.topics, names)
    return {name: value(found[name]) for name in budget["topics"]}


def _amount(want: Wanted, budget: Budget) -> float | None:
    amount = want.budgets.get(budget["title"])
    return None if amount is None else float(amount)


def _gcloud(command: str, account: str) -> str:
    return f"gcloud billing {command.format(account.removeprefix('billingAccounts/'))}"


def _missing(want: Wanted, paid: Mapping[str, Any], problems: Sequence[str]) -> Verdict:
    return judge(expected="a budget", actual=dict(paid), problems=problems, subject=_subject(want))


def _subject(want: Wanted) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{want.project}"
