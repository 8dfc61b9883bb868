# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How quantities are read out of the words of teams, and what is no quantity."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.binding.quantities import (
    quantities,
    recurrence,
)
from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import (
    WRITTEN,
    calendar_days,
    compatible,
    convert,
    plain,
    shown,
)
from ansible_collections.golive.verify.plugins.plugin_utils.controls import UNITS

# Other work on the machine is no fault of the code; nothing is left in the tree.
calm = settings(deadline=None, database=None)


def read(text: str) -> list[str]:
    """Each quantity as one short string: value, unit, comparison, [qualifier], /per, as far as there are any."""
    return [
        " ".join(
            part
            for part in (
                f"{plain(found.value):.10g}",
                found.unit,
                found.comparison,
                f"[{found.qualifier}]" if found.qualifier else "",
                f"/{found.per}" if found.per else "",
            )
            if part
        )
        for found in quantities(text)
    ]


DURATIONS = {
    "dumps live for 45 days": "45 days",
    "session idle 30min": "30 minutes",
    "token good for 12h": "12 hours",
    "token good for 12 hrs": "12 hours",
    "scrape_timeout: 10s": "10 seconds",
    "archive for ten years": "3652 days",
    "archive for 7 years": "2557 days",
    "archive for 1 yr": "365 days",
    "a 90-day archive": "90 days",
    "18 months of invoices": "545 days",
    "two weeks of logs": "14 days",
    "TTL=3600s": "3600 seconds",
    "hold for 5m": "5 minutes",
    "kept 2w": "14 days",
    "kept **30** days": "30 days",
    "kept `30d`": "30 days",
    "timeout 1h30m": "90 minutes",
    "timeout 1 hour 30 minutes": "90 minutes",
    "timeout of 2 hours and 15 minutes": "135 minutes",
    "answers in 1.5 s": "1.5 seconds",
    "answers in 0,5 s": "0.5 seconds",
    "answers in 250 \u00b5s": "0.25 milliseconds",
    "10 000 ms": "10000 milliseconds",
    "1,500 ms": "1500 milliseconds",
    "30\u00a0days": "30 days",
    "30 consecutive days": "30 days",
    "Strict-Transport-Security: max-age=63072000; preload": "63072000 seconds",
}

COMPARISONS = {
    "at least 30 days": "at_least",
    "at least a month": "at_least",
    "a minimum of 30 days": "at_least",
    "min. 30 days": "at_least",
    "minimum retention of 30 days": "at_least",
    "minimum: 30 days": "at_least",
    "30 days minimum": "at_least",
    "30 days (minimum)": "at_least",
    "30 days or more": "at_least",
    "30 days or longer": "at_least",
    "30+ days": "at_least",
    "30 + days": "at_least",
    "30 days+": "at_least",
    "≥ 30 days": "at_least",
    ">= 30 days": "at_least",
    "not less than 30 days": "at_least",
    "no fewer than 30 days": "at_least",
    "must not fall below 30 days": "at_least",
    "> 30 days": "above",
    ">30 days": "above",
    "**> 30 days**": "above",
    "\\> 30 days": "above",
    "&gt; 30 days": "above",
    "more than 30 days": "above",
    "exceeds 30 days": "above",
    "older than 30 days": "above",
    "< 30 days": "below",
    "&lt; 30 days": "below",
    "less than 30 days": "below",
    "under 30 days": "below",
    "below 30 days": "below",
    "younger than 30 days": "below",
    "<= 30 days": "at_most",
    "≤30 days": "at_most",
    "at most 30 days": "at_most",
    "no more than 30 days": "at_most",
    "must not exceed 30 days": "at_most",
    "up to 30 days": "at_most",
    "within 30 days": "at_most",
    "max 30 days": "at_most",
    "maximum of 30 days": "at_most",
    "maximum age: 30 days": "at_most",
    "30 days max": "at_most",
    "30 days or less": "at_most",
    "no key older than 30 days": "at_most",
    "nothing that takes longer than 30 days": "at_most",
    "never below 30 days": "at_least",
    "exactly 30 days": "exactly",
    "~30 days": "about",
    "about 30 days": "about",
    "approx. 30 days": "about",
    "delete what is older than 30 days": "",
    "-> 30 days": "",
    "retention: 30 days": "",
}

RECURRENCES = {
    "nightly dump": 1,
    "hourly": Fraction(1, 24),
    "reviewed weekly": 7,
    "every fortnight": 14,
    "monthly": 30,
    "quarterly drill": 90,
    "once a quarter": 90,
    "each quarter": 90,
    "half-yearly": 180,
    "annual audit": 365,
    "once per year": 365,
    "every year": 365,
    "every six months": 180,
    "every 90 days": 90,
    "every other week": 14,
    "every Monday": 7,
    "twice a day": Fraction(1, 2),
    "three times a day": Fraction(1, 3),
    "every 6h": Fraction(1, 4),
    "at a 15-minute interval": Fraction(1, 96),
    "interval: 15 min": Fraction(1, 96),
    "every minute": Fraction(1, 1440),
    "at least weekly": 7,
    "every 12-24 hours": 1,
}

AMOUNTS = {
    "coverage above 85 %": ["85 percent above"],
    "coverage above 85 percent": ["85 percent above"],
    "99,95% available": ["99.95 percent"],
    "5\u201310 % canary": ["5 percent at_least", "10 percent at_most"],
    "60 req/min per user": ["60 per_minute [req] /user"],
    "60 requests per minute": ["60 per_minute [requests]"],
    "60 requests per client per minute": ["60 per_minute [requests] /client"],
    "60/min/IP": ["60 per_minute /ip"],
    "at most 3 login attempts per 15 minutes": ["0.2 per_minute at_most [login attempts]"],
    "20 calls / 10 s": ["120 per_minute [calls]"],
    "2k rps": ["120000 per_minute"],
    "86400 events/day": ["60 per_minute [events]"],
    "3 replicas": ["3 count [replicas]"],
    "1 replica": ["1 count [replica]"],
    "a 5-node cluster": ["5 count [node]"],
    "2+ regions": ["2 count at_least [regions]"],
    "at least two people": ["2 count at_least [people]"],
    "250+ concurrent users": ["250 count at_least [concurrent users]"],
    "5k virtual users": ["5000 count [virtual users]"],
    "2 million rows": ["2000000 count [rows]"],
    "zero critical findings": ["0 count [critical findings]"],
    "only 4 states": ["4 count exactly [states]"],
    "2-4 workers": ["2 count at_least [workers]", "4 count at_most [workers]"],
    "between 2 and 4 workers": ["2 count at_least [workers]", "4 count at_most [workers]"],
    "minimum 3 for a majority": ["3 count at_least"],
    "Accessibility score >= 95": ["95 count at_least"],
    "layout shift < 0.1": ["0.1 count below"],
    "replicas: 3": ["3 count exactly"],
    "retry up to 3 times": ["3 count at_most"],
    "16+ characters": ["16 characters at_least"],
    "a 64-char hex string": ["64 characters"],
    "32 random bytes": ["32 count [bytes]"],
    "a 256-bit key": ["256 count [bits]"],
    "guests must be 18 years old": ["18 count [years of age]"],
    "guests must be 18 or older": ["18 count at_least [years of age]"],
    "age limit 18+": ["18 count at_least [years of age]"],
    "image under 350 MB": ["350 megabytes below"],
    "2 GB of heap": ["2000 megabytes"],
    "memory limit 512Mi": ["536.870912 megabytes"],
    "250 KB bundle": ["0.25 megabytes"],
    "plan for $25/month": ["25 usd_per_month"],
    "$1,200 per year": ["100 usd_per_month"],
    "40 USD/mo": ["40 usd_per_month"],
    "max $9/user/month": ["9 usd_per_month at_most /user"],
}

STATISTICS = {
    "p95 < 300 ms": ["300 milliseconds below [p95]"],
    "P95: 300ms": ["300 milliseconds [p95]"],
    "API latency (p95) < 300ms": ["300 milliseconds below [p95]"],
    "300 ms at the 95th percentile": ["300 milliseconds [p95]"],
    "under 300ms (99th percentile)": ["300 milliseconds below [p99]"],
    "p50 < 100ms, p95 < 300ms and p99 < 1s": [
        "100 milliseconds below [p50]",
        "300 milliseconds below [p95]",
        "1 seconds below [p99]",
    ],
    "300 ms p95, 900 ms p99": ["300 milliseconds [p95]", "900 milliseconds [p99]"],
    "reads < 20 ms, writes < 50 ms p95": ["20 milliseconds below", "50 milliseconds below [p95]"],
    "average response 80 ms": ["80 milliseconds [average]"],
    "median below 80 ms": ["80 milliseconds below [p50]"],
    "p95 tracked": [],
    "p50/p95/p99 of 100/200/500 ms": [],
}

STRETCHES = {
    "over the last 24 hours": "1 days|window",
    "in the past 7 days": "7 days|window",
    "during a 30-day window": "30 days|window",
    "over 30 days": "30 days|window",
    "in the first hour": "0.0416|first",
    "for the first 48 hours": "2|first",
    "for the next six months": "180|next",
    "compared with last week": "7|window",
}

NO_QUANTITY = (
    """
TLS 1.2 or newer | TLS 1.2+ | TLS >= 1.2 | minimum TLS 1.2 | TLS 1.2/1.3 only | Node 18 | Node.js >= 20
node 20+ with npm
PostgreSQL 15 | Postgres 16+ managed | Redis 7+ | Python 3.11 | Ubuntu 24.04 LTS | Kubernetes version 1.30 or later
release v2.3.1 | k3s v1.33.5+k3s1 | version 2.0.0 | HTTP/2 | OAuth 2.0 | WCAG 2.2 AA | OpenAPI 3.1
SHA-256 | AES-256-GCM | AES 256 | RSA-4096 | HS256 | base64 | UTF-8 | OWASP Top 10 | SOC 2 | ISO 27001 | PCI DSS 4.0
RFC 6797 | CVE-2024-3094 | 3-D Secure | 3DS2 | 2FA | S3 | EC2 | k8s | Web3 | Log4j | i18n | Route 53
2026-01-31 | 31/01/2026 | January 31, 2026 | 31 January 2026 | due March 2026 | Q3 2026 | in 2026 | our 2026 goals
at 10:30 | 02:00 UTC | 9am | 5 pm | 24/7 | 24x7 on-call | 24 hours a day, 7 days a week
port 443 | ports 80 and 443 | 80/443 | PORT=3000 | localhost:8080 | 10.0.0.0/8 | 192.168.1.10 | ::1 | default: 4000
200 OK | returns 200 | HTTP 503 | status code 404 | 429 Too Many Requests | no 502 while releasing | 500 errors
5xx rate
#1234 | issue 77 | phase 2 | step 3 | section 10 | level 2 | sev 1 | day 1 | week 2 | month 6 | hour 0-4
T-4 hours | P0 bugs
1. Backups | 2) Restore | 3/3 | (0/10) | N+1 queries | 2x app | 1.5x | page 3 | exit code 0
4242 4242 4242 4242 | pi_3NabcDEF123456 | a1b2c3d4e5 | 550e8400-e29b-41d4-a716-446655440000
https://example.org/v1/30d/100ms | mailto:a30days@example.org | `openssl rand -hex 32` | chmod 600 .env | UID 1000
30, 14 and 7 days | 30/14/7 days | 7 daily, 4 weekly, 12 monthly | 7 daily copies | 1-2 business days | 3 working days
daily active users | monthly budget | weekly sales | the monthly request limit | not used for daily work | tens of users
3 nines | retries 3x | 10 MB/s | 100 Mbps | $20 | $0-$10,000 | 20 EUR/month | a bit | one of them | an hour
500ms - 2s | 1h-90m
""".replace("\n", " | ")
    .strip(" |")
    .split(" | ")
)


@pytest.mark.parametrize(("text", "expected"), DURATIONS.items())
def test_durations(text: str, expected: str) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(("text", "expected"), COMPARISONS.items())
def test_comparisons(text: str, expected: str) -> None:
    assert [found.comparison for found in quantities(text)] == [expected]


@pytest.mark.parametrize(("text", "days"), RECURRENCES.items())
def test_how_often_something_recurs_is_a_limit_to_the_time_between(text: str, days: Fraction | int) -> None:
    found = quantities(text)[-1]
    assert (found.into("days"), found.qualifier, found.comparison) == (days, "every", "at_most")


@pytest.mark.parametrize(("text", "expected"), (AMOUNTS | STATISTICS).items())
def test_amounts(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", STRETCHES)
def test_a_stretch_of_time_bounds_nothing(text: str) -> None:
    (found,) = quantities(text)
    assert (found.qualifier, found.comparison) == (STRETCHES[text].partition("|")[2], "")


@pytest.mark.parametrize("text", NO_QUANTITY)
def test_what_only_looks_like_a_quantity(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PostgreSQL 15+ with 2 standbys", ["2 count [standbys]"]),
        ("returns 200 in under 150 ms", ["150 milliseconds below"]),
        ("AES-256 with a 32-byte key, rotated every 90 days", ["32 count [bytes]", "90 days at_most [every]"]),
        ("TLS 1.2+, HSTS for 1 year", ["365 days"]),
        ("Redis 512 MB", ["512 megabytes"]),
        ("since 2026-01-31, 30 days", ["30 days"]),
        ("3 retries, 30 s timeout", ["3 count [retries]", "30 seconds"]),
        ("**SLO**: 99.9% over 30 days", ["99.9 percent", "30 days [window]"]),
    ],
)
def test_quantities_among_what_is_none(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_words_and_places_are_those_of_the_text() -> None:
    text = "Keep dumps for at least 30 days, copied weekly"
    assert [(text[found.start : found.end], found.words) for found in quantities(text)] == [
        ("30 days", "30 days"),
        ("weekly", "weekly"),
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("drill every quarter", 90),
        ("daily, that is every 24 h", 1),
        ("daily or weekly", None),
        ("30 days", None),
        ("", None),
    ],
)
def test_the_one_recurrence_of_a_text(text: str, days: int | None) -> None:
    found = recurrence(quantities(text))
    assert (found and found.into("days")) == days


@pytest.mark.parametrize(("months", "days"), [(1, 30), (3, 90), (6, 180), (12, 365), (18, 545), (24, 730), (84, 2557)])
def test_the_calendar(months: int, days: int) -> None:
    assert calendar_days(Fraction(months)) == days


def test_every_unit_that_people_write_is_one_of_the_catalogue() -> None:
    assert {written.unit for written in WRITTEN.values()} <= set(UNITS)


values = st.fractions(min_value=0, max_value=10**9, max_denominator=1000)


@calm
@given(values, st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_conversion_is_exact_or_refused(value: Fraction, unit: str, into: str) -> None:
    if compatible(unit, into):
        assert convert(convert(value, unit, into), into, unit) == value
    else:
        with pytest.raises(ValueError, match="cannot be told in"):
            convert(value, unit, into)


@calm
@given(st.integers(1, 999), st.sampled_from(["ms", "s", "sec", "min", "minutes", "h", "hours", "days"]))
def test_a_duration_reads_the_same_in_every_dress(number: int, unit: str) -> None:
    expected = [(WRITTEN[unit].value(Fraction(number)), WRITTEN[unit].unit)]
    for text in (
        f"{number} {unit}",
        f"{number}{unit}",
        f"**{number} {unit}**",
        f"({number}-{unit})",
        f"x: {number} {unit}.",
    ):
        assert [(found.value, found.unit) for found in quantities(text)] == expected


@calm
@given(st.integers(1, 100_000), st.integers(1, 120), st.sampled_from(["s", "sec", "min", "minute", "hour", "h", "day"]))
def test_rates_are_exact(number: int, every: int, time_unit: str) -> None:
    (found,) = quantities(f"{number} requests per {every} {time_unit}")
    written = WRITTEN[time_unit]
    minutes = convert(written.value(Fraction(every)), written.unit, "minutes")
    assert (found.value * minutes, found.unit) == (Fraction(number), "per_minute")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (30, "days", "30 days"),
        (1, "hours", "1 hour"),
        (0.1, "percent", "0.1 %"),
        (200, "milliseconds", "200 ms"),
        (3, "count", "3"),
        (100, "per_minute", "100 per minute"),
        (20, "usd_per_month", "$20 per month"),
        (2.5, "megabytes", "2.5 MB"),
    ],
)
def test_values_are_shown_with_their_unit(value: float, unit: str, words: str) -> None:
    assert shown(value, unit) == words
