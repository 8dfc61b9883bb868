# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which thresholds the words of an item set, what stays ambiguous, and which layer counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.binding.thresholds import (
    Setting,
    demands,
    laxer,
)
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Threshold, catalogue

# Other work on the machine is no fault of the code; nothing is left in the tree.
calm = settings(deadline=None, database=None)

# By control, the thresholds as a catalogue has them: name, unit and bound.
CONTROLS = {
    "accounts.lockout": "max_attempts count at_most, min_lock minutes at_least",
    "alerts.error_rate": "max_error_percent percent at_most, max_hold_minutes minutes at_most",
    "alerts.latency": "max_p95_ms milliseconds at_most",
    "auth.token_lifecycle": "max_lifetime hours at_most",
    "quotas.providers": "max_used_percent percent at_most",
    "backup.freshness": "max_age_hours hours at_most",
    "backup.offsite": "offsite_max_age_hours hours at_most",
    "backup.retention": "retention_days days at_least",
    "biz.age_gate": "min_age_years count at_least",
    "data.retention_enforced": "min_legal_days days at_least, purge_max_age hours at_most",
    "deploy.rollback": "max_age_days days at_most",
    "docs.capacity_plan": "min_horizon_days days at_least",
    "docs.incident_response": "max_age_days days at_most",
    "docs.runbook": "max_age_days days at_most",
    "dr.drill": "max_evidence_age days at_most",
    "env.audit_key_format": "key_bytes count exactly",
    "env.jwt_secret_strength": "min_length characters at_least, min_entropy_bits count at_least",
    "host.security_updates": "max_pending_days days at_most",
    "http.health": "max_ms milliseconds at_most",
    "http.rate_limit": "max_requests_per_minute per_minute at_most",
    "https.enforced": "hsts_min_age seconds at_least",
    "load.completed": (
        "min_users count at_least, max_error_percent percent at_most, min_duration_minutes minutes at_least"
    ),
    "load.p95": "max_p95_ms milliseconds at_most, max_database_p95_ms milliseconds at_most",
    "metrics.error_rate": "max_error_percent percent at_most, window_hours hours at_least",
    "metrics.latency_p95": "max_p95_ms milliseconds at_most",
    "metrics.resources": (
        "max_cpu_percent percent at_most, max_memory_percent percent at_most, max_disk_percent percent at_most"
    ),
    "metrics.slo": "min_availability_percent percent at_least, window_days days at_least",
    "postgresql.query_health": "max_mean_ms milliseconds at_most",
    "postgresql.replication": "min_standbys count at_least, max_lag seconds at_most",
    "railway.workspace": "min_plan_price usd_per_month at_least",
    "redis.ha": "min_sentinels count at_least, min_replicas count at_least",
    "repo.terminal_states": "states count exactly",
    "resilience.policies": "max_timeout seconds at_most, max_retries count at_most",
    "secrets.key_backup_locations": "min_locations count at_least, max_age_days days at_most",
    "secrets.rotation": "max_age_days days at_most, max_encryption_key_age_days days at_most",
    "tests.coverage": "min_line_percent percent at_least, min_critical_percent percent at_least",
    "tls.expiry": "min_days_left days at_least",
    "tls.valid_chain": "min_rsa_bits count at_least",
    "uptime.monitor": "max_interval_minutes minutes at_most, max_check_age_minutes minutes at_most",
    "web.performance": "max_lcp_ms milliseconds at_most, min_lighthouse_score count at_least",
}


def thresholds(control: str) -> dict[str, Threshold]:
    rows = [row.split() for row in CONTROLS[control].split(", ")]
    return {name: Threshold("a test", unit, bound) for name, unit, bound in rows}


def item(text: str, *bullets: str, section: str = "Operations", parents: tuple[str, ...] = ()) -> Item:
    return Item("1", section, 12, text, False, parameters=bullets, parents=parents)


def set_by(control: str, text: str, *bullets: str, section: str = "Operations") -> dict[str, float]:
    found = demands(control, thresholds(control), item(text, *bullets, section=section))
    return {name: setting.value for name, setting in found.settings.items()}


@pytest.mark.parametrize(
    ("control", "text", "expected"),
    [
        ("backup.retention", "Every dump is kept for at least 45 days", {"retention_days": 45}),
        ("backup.retention", "Daily backups, retention 6 weeks", {"retention_days": 42}),
        ("backup.retention", "Backup retention between 30 and 90 days", {"retention_days": 30}),
        ("backup.freshness", "Daily backups, kept for 45 days", {"max_age_hours": 24}),
        ("backup.freshness", "Twice a day a dump is made", {"max_age_hours": 12}),
        ("backup.freshness", "The newest dump is no older than 26 h", {"max_age_hours": 26}),
        ("backup.freshness", "A backup was made in the last 24 hours", {"max_age_hours": 24}),
        ("backup.offsite", "Dumps go to another region nightly", {"offsite_max_age_hours": 24}),
        ("dr.drill", "The region is failed over once a quarter", {"max_evidence_age": 90}),
        ("docs.runbook", "Runbook reviewed every 6 months", {"max_age_days": 180}),
        ("host.security_updates", "Security patches go in weekly", {"max_pending_days": 7}),
        ("uptime.monitor", "External checks run every 2 minutes", {"max_interval_minutes": 2}),
        ("metrics.latency_p95", "p50 < 90 ms, p95 < 250 ms, p99 < 1 s", {"max_p95_ms": 250}),
        ("metrics.latency_p95", "The API answers in under 0.3 s", {"max_p95_ms": 300}),
        ("load.p95", "Under load p95 < 300 ms, database p95 < 40 ms", {"max_p95_ms": 300, "max_database_p95_ms": 40}),
        ("postgresql.query_health", "No query slower than 400 ms", {"max_mean_ms": 400}),
        ("http.health", "/healthz responds within 2 seconds", {"max_ms": 2000}),
        (
            "metrics.error_rate",
            "Error rate below 0.5 % over the last 12 hours",
            {"max_error_percent": 0.5, "window_hours": 12},
        ),
        (
            "metrics.resources",
            "CPU < 70 %, memory < 75 %, disk below 60 %",
            {"max_cpu_percent": 70, "max_memory_percent": 75, "max_disk_percent": 60},
        ),
        ("metrics.resources", "CPU and memory below 70 %", {"max_cpu_percent": 70, "max_memory_percent": 70}),
        (
            "metrics.slo",
            "Uptime > 99.95% over 28 days",
            {"min_availability_percent": 99.95, "window_days": 28},
        ),
        (
            "load.completed",
            "Tested with 400 virtual users for 15 minutes, failed requests below 0.5 %",
            {"min_users": 400, "min_duration_minutes": 15, "max_error_percent": 0.5},
        ),
        ("tests.coverage", "Coverage of the code at least 85 %", {"min_line_percent": 85}),
        ("tests.coverage", "100 % coverage where it is critical", {"min_critical_percent": 100}),
        ("secrets.rotation", "API keys replaced every 60 days", {"max_age_days": 60}),
        (
            "secrets.rotation",
            "Tokens rotated monthly, encryption keys yearly",
            {"max_age_days": 30, "max_encryption_key_age_days": 365},
        ),
        ("secrets.key_backup_locations", "The key lies in 3 separate places", {"min_locations": 3}),
        ("env.audit_key_format", "Key of exactly 32 bytes", {"key_bytes": 32}),
        ("env.audit_key_format", "256-bit key in base64", {"key_bytes": 32}),
        ("env.jwt_secret_strength", "JWT secret of 48+ characters", {"min_length": 48}),
        ("env.jwt_secret_strength", "Secret made of 24 random bytes", {"min_entropy_bits": 192}),
        ("tls.valid_chain", "RSA keys of 3072 bits", {"min_rsa_bits": 3072}),
        ("tls.expiry", "Certificates valid for 21 more days at least", {"min_days_left": 21}),
        ("https.enforced", "HSTS with max-age=63072000", {"hsts_min_age": 63072000}),
        ("http.rate_limit", "60 req/min per IP", {"max_requests_per_minute": 60}),
        ("http.rate_limit", "1200 requests per hour and client", {"max_requests_per_minute": 20}),
        ("redis.ha", "Three sentinels watch two replicas", {"min_sentinels": 3, "min_replicas": 2}),
        ("redis.ha", "Redis replicas: 2", {"min_replicas": 2}),
        ("postgresql.replication", "2 standbys, lag under 10 s", {"min_standbys": 2, "max_lag": 10}),
        ("accounts.lockout", "Locked for 15 minutes after 5 failed attempts", {"max_attempts": 5, "min_lock": 15}),
        ("auth.token_lifecycle", "Access tokens expire after 15 minutes", {"max_lifetime": 0.25}),
        ("load.p95", "Response times hold under the load of a busy day for 15 minutes", {}),
        ("quotas.providers", "Leave 30 % of every quota free", {}),
        ("quotas.providers", "Use no more than 70 % of any quota", {"max_used_percent": 70}),
        ("resilience.policies", "Timeout 10 s, up to 3 retries", {"max_timeout": 10, "max_retries": 3}),
        ("data.retention_enforced", "Invoices are kept for 7 years", {"min_legal_days": 2557}),
        ("data.retention_enforced", "The purge job runs daily", {"purge_max_age": 24}),
        ("docs.capacity_plan", "Growth planned for the next 12 months", {"min_horizon_days": 365}),
        ("biz.age_gate", "Guests are at least 18 years old", {"min_age_years": 18}),
        ("repo.terminal_states", "Only 4 terminal states", {"states": 4}),
        ("railway.workspace", "Pro plan ($20/month)", {"min_plan_price": 20}),
        ("web.performance", "Lighthouse score > 85, LCP < 2 s", {"min_lighthouse_score": 85, "max_lcp_ms": 2000}),
    ],
)
def test_what_a_text_sets(control: str, text: str, expected: dict[str, float]) -> None:
    assert set_by(control, text) == expected


@pytest.mark.parametrize(
    ("control", "text"),
    [
        # The same unit, but another thing.
        ("backup.freshness", "Backups kept for 45 days"),
        ("backup.retention", "Restoring takes 4 hours"),
        ("backup.retention", "Backups run daily"),
        ("deploy.rollback", "Rolled back within 5 minutes"),
        ("docs.incident_response", "Somebody responds within 15 minutes"),
        ("dr.drill", "RTO of 4 hours"),
        ("metrics.latency_p95", "Database queries < 50 ms"),
        ("metrics.latency_p95", "Pages load in < 3 s: LCP < 2.5 s"),
        ("metrics.error_rate", "Payment success above 99 %"),
        ("metrics.resources", "All resources below 70 %"),
        ("http.rate_limit", "5 login attempts per minute"),
        ("redis.ha", "At least 3"),
        ("web.performance", "Accessibility > 90"),
        # Another statistic.
        ("metrics.latency_p95", "p99 < 900 ms"),
        ("metrics.latency_p95", "Average response below 90 ms"),
        # The other direction.
        ("metrics.error_rate", "Roll back when the error rate exceeds 5 %"),
        ("metrics.slo", "Availability below 99 % is reported"),
        # A list of values.
        ("tls.expiry", "Certificates have 30, 14 or 7 days left"),
        # Not a quantity.
        ("backup.retention", "7 daily, 4 weekly, 12 monthly"),
        ("uptime.monitor", "Watched 24/7"),
    ],
)
def test_what_a_text_does_not_set(control: str, text: str) -> None:
    assert set_by(control, text) == {}


@pytest.mark.parametrize(
    ("control", "text", "reason"),
    [
        (
            "backup.freshness",
            "Backups run daily or weekly",
            "max_age_hours is stated in several ways: 'daily', 'weekly'",
        ),
        (
            "auth.token_lifecycle",
            "Access token 15 min, refresh token 7 days",
            "max_lifetime is stated in several ways: '15 min', '7 days'",
        ),
        (
            "tls.expiry",
            "Alerts 14 days before a certificate expires",
            "'14 days' does not set min_days_left: it is what an alert waits for, not a target",
        ),
        (
            "metrics.error_rate",
            "Alert at an error rate of 2 %",
            "'2 %' does not set max_error_percent: it is what an alert waits for, not a target",
        ),
        (
            "alerts.error_rate",
            "Error rate < 0.1 %",
            "'0.1 %' does not set max_error_percent: it is a target, not what an alert waits for",
        ),
        (
            "metrics.slo",
            "Uptime under 99 %",
            "'99 %' does not set min_availability_percent: the text says below, the threshold is at least",
        ),
    ],
)
def test_what_is_left_alone_is_said(control: str, text: str, reason: str) -> None:
    found = demands(control, thresholds(control), item(text))
    assert (found.settings, found.unset) == ({}, (reason,))


def test_a_quantity_that_could_be_two_thresholds_sets_none() -> None:
    both = {"max_read": Threshold("", "seconds", "at_most"), "max_write": Threshold("", "seconds", "at_most")}
    found = demands("disk.read_write", both, item("Not slower than 3 s"))
    assert (found.settings, found.unset) == ({}, ("'3 s' could be max_read or max_write",))


@pytest.mark.parametrize(
    ("text", "section", "alert", "target"),
    [
        ("Error rate < 0.1 %", "Targets", {}, {"max_error_percent": 0.1}),
        ("Error rate > 1 %", "Targets", {"max_error_percent": 1}, {}),
        ("Error rate alerts (< 1 % recommended)", "Monitoring", {"max_error_percent": 1}, {}),
        ("Error rate < 1 %", "Alerts", {"max_error_percent": 1}, {"max_error_percent": 1}),
        ("Error rate: < 1 % · > 5 %", "Targets", {"max_error_percent": 5}, {"max_error_percent": 1}),
        (
            "Page somebody: an alarm when errors exceed 2 % for 10 minutes",
            "Monitoring",
            {"max_error_percent": 2, "max_hold_minutes": 10},
            {},
        ),
    ],
)
def test_an_alert_and_a_target_are_different_things(
    text: str, section: str, alert: dict[str, float], target: dict[str, float]
) -> None:
    assert set_by("alerts.error_rate", text, section=section) == alert
    assert set_by("metrics.error_rate", text, section=section) == target


def test_an_alert_speaks_for_all_values_after_it() -> None:
    assert set_by("tls.expiry", "Certificate expiry alerts (30 days, 7 days)") == {}


def test_bullets_are_read_with_the_words_of_their_item() -> None:
    assert set_by("metrics.resources", "Head room", "CPU < 60 %", "memory: at most 70 %") == {
        "max_cpu_percent": 60,
        "max_memory_percent": 70,
    }
    assert set_by("metrics.resources", "Memory", "below 70 %") == {"max_memory_percent": 70}
    assert set_by("metrics.error_rate", "Alerts", "error rate of 3 %") == {}


def test_a_setting_tells_where_it_comes_from() -> None:
    found = demands("backup.retention", thresholds("backup.retention"), item("Dumps kept **30 days** at least"))
    assert found.settings["retention_days"] == Setting("retention_days", 30, "days", "30 days", 12)
    assert (found.settings["retention_days"].line, found.settings["retention_days"].words) == (12, "30 days")


def test_thresholds_without_unit_and_bound_are_not_set() -> None:
    assert demands("backup.retention", {"retention_days": Threshold("a month")}, item("Kept 30 days")).settings == {}


def test_no_text_breaks_any_threshold_of_the_catalogue() -> None:
    text = "p95 < 200 ms, 3 replicas, 30 days, daily, > 70 %, 100 req/min per IP, 32+ characters, 500 MB, $20/month"
    for control in catalogue().values():
        for name, setting in demands(control.id, control.thresholds, item(text)).settings.items():
            assert setting.unit == control.thresholds[name].unit


@calm
@given(st.text(max_size=200), st.sampled_from(sorted(CONTROLS)))
def test_any_text_is_judged_without_a_fault(text: str, control: str) -> None:
    assert set(set_by(control, text, f"{text}, again")) <= set(thresholds(control))


@calm
@given(st.integers(1, 5000))
def test_a_duration_comes_back_in_the_unit_of_the_threshold(tenths: int) -> None:
    for text, days in ((f"{tenths / 10} days", tenths / 10), (f"{tenths} hours", tenths / 24)):
        assert set_by("backup.retention", f"Backups kept for {text}") == {"retention_days": days}


@pytest.mark.timeout(120)
def test_hostile_items_take_bounded_time() -> None:
    for piece in ("CPU < 70 %, ", "p95 < 1 s and ", "a ", "(", "1 s"):
        set_by("metrics.resources", piece * 20_000, *[piece * 50] * 20)


@pytest.mark.parametrize(
    ("unit", "bound", "text", "inventory", "sentence"),
    [
        ("days", "at_least", 30, 14, "the text asks for at least 30 days, but the inventory is content with 14 days"),
        ("days", "at_least", 30, 30, ""),
        ("days", "at_least", 30, 60, ""),
        ("percent", "at_most", 0.1, 1, "the text allows at most 0.1 %, but the inventory allows 1 %"),
        ("percent", "at_most", 1, 0.1, ""),
        ("milliseconds", "at_most", 200, 200, ""),
        ("count", "exactly", 32, 16, "the text asks for exactly 32, but the inventory for 16"),
        ("count", "exactly", 32, 32, ""),
    ],
)
def test_an_inventory_that_is_laxer_than_the_text(
    unit: str, bound: str, text: float, inventory: float, sentence: str
) -> None:
    assert laxer(Threshold("", unit, bound), text, inventory) == sentence


@calm
@given(st.sampled_from(["at_least", "at_most"]), st.integers(0, 1000), st.integers(0, 1000))
def test_of_two_values_at_most_one_is_laxer(bound: str, one: int, other: int) -> None:
    threshold = Threshold("", "days", bound)
    both = [bool(laxer(threshold, one, other)), bool(laxer(threshold, other, one))]
    assert sorted(both) == [False, one != other]
