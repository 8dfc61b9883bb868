# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account costs by Cost Explorer, day by day, and whether that is what was estimated."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.balancers import GLOBAL
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

# Days after which Cost Explorer has certainly told of a day: it learns of costs at least once in 24 hours, and late.
_LATE = 3
_MOST_NAMED = 5
_MOST_PAGES = 100
_NOT_SPENT = ["Credit", "Refund"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a month is estimated to cost, of which some on its first day. ratio: of it that may be spent."""

    month: float
    upfront: float
    ratio: float

    def until(self, day: date) -> float:
        """What the days of the month may have cost, this one included."""
        return (self.upfront + (self.month - self.upfront) * day.day / _length(day)) * self.ratio

    def on(self, day: date) -> float:
        """What one day may cost."""
        return ((self.upfront if day.day == 1 else 0) + (self.month - self.upfront) / _length(day)) * self.ratio


@dataclass(frozen=True, slots=True)
class Bill:
    """The last day that the bill tells of, its costs by service, and those of its month until then."""

    last: date
    day: Mapping[str, float]
    month: Mapping[str, float]
    currency: str


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def period(today: date) -> tuple[str, str]:
    """The days to ask for: whole ones, from the first of the month of the last day that there may be."""
    return (today - timedelta(days=_LATE)).replace(day=1).isoformat(), today.isoformat()


def chosen(number: str) -> dict[str, Any]:
    """The filter of Cost Explorer for what one account spends."""
    return {
        "And": [
            {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [number]}},
            {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": _NOT_SPENT}}},
        ]
    }


def daily(account: Account, number: str, start: str, end: str) -> list[dict[str, Any]]:
    """What each service has cost on each day, from start until before end."""
    asked: dict[str, Any] = {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": chosen(number),
    }
    found: list[dict[str, Any]] = []
    for _page in range(_MOST_PAGES):  # which the SDK does not turn for this operation
        said = account.call("ce", "get_cost_and_usage", region=GLOBAL, **asked)
        found += [
            {
                "day": each["TimePeriod"]["Start"],
                "service": group["Keys"][0],
                "amount": float(group["Metrics"]["UnblendedCost"]["Amount"]),
                "currency": group["Metrics"]["UnblendedCost"]["Unit"],
            }
            for each in said["ResultsByTime"]
            for group in each["Groups"]
        ]
        if not said.get("NextPageToken"):
            return found
        asked["NextPageToken"] = said["NextPageToken"]
    raise CannotLook("too_large", f"the bill has more than {_MOST_PAGES} pages")


def bill(costs: Sequence[Mapping[str, Any]], today: date) -> Bill:
    """What daily() found, summed up; CannotLook where it tells of no day lately."""
    days = [day for each in costs if (day := date.fromisoformat(each["day"])) < today]
    if not days or (today - max(days)).days > _LATE:
        told = f"of nothing since {max(days)}" if days else "of no costs at all"
        raise CannotLook("not_found", f"Cost Explorer tells {told}")
    currencies = {each["currency"] for each in costs}
    if len(currencies) > 1:
        raise CannotLook("malformed", f"the bill is in several currencies: {', '.join(sorted(currencies))}")
    last = max(days)
    month = [each for each in costs if last.replace(day=1).isoformat() <= each["day"] <= last.isoformat()]
    on_last = [each for each in month if each["day"] == last.isoformat()]
    return Bill(last, _by_service(on_last), _by_service(month), currencies.pop())


def _by_service(costs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in costs:
        found[each["service"]] = found.get(each["service"], 0.0) + each["amount"]
    return found


def day_seen(found: Bill, estimate: Estimate) -> Seen:
    """Whether the last day cost no more than a day may."""
    return _seen(f"{found.last}", found.day, estimate.on(found.last), found.currency)


def month_seen(found: Bill, estimate: Estimate) -> Seen:
    """Whether the days of the month so far cost no more than these may."""
    return _seen(f"the month until {found.last}", found.month, estimate.until(found.last), found.currency)


def service_seen(found: Bill, service: str, estimate: Estimate) -> Seen:
    """Whether one service cost no more in the month so far than it may; CannotLook where the bill does not name it."""
    if service not in found.month:
        raise CannotLook("not_found", f"the bill of the month until {found.last} names no {service}")
    spent = {service: found.month[service]}
    return _seen(f"{service} in the month until {found.last}", spent, estimate.until(found.last), found.currency)


def _seen(what: str, spent: Mapping[str, float], most: float, currency: str) -> Seen:
    whole = sum(spent.values())
    top = sorted(spent.items(), key=lambda each: -each[1])[:_MOST_NAMED]
    actual = {what: round(whole, 2), "at most": round(most, 2), "currency": currency}
    if len(spent) == 1:
        named = ""
    else:
        actual["most for"] = {service: round(amount, 2) for service, amount in top}
        named = "; most for " + ", ".join(f"{service} ({amount:.2f})" for service, amount in top)
    if whole <= most:
        return actual, []
    return actual, [f"{what} cost {whole:.2f} {currency}, more than {most:.2f}{named}"]
