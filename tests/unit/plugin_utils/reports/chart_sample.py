# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report with something for every chart: history, certificates, backups, measurements, and dates of all kinds."""

from __future__ import annotations

from typing import Any

from tests.unit.plugin_utils.reports import sample

DAY = 86400.0
STARTED = sample.STARTED


def check(
    control: str, host: str, actual: Any, source: str = "", status: str = "pass", **fields: Any
) -> dict[str, Any]:
    return sample.check(control, host, status, actual=actual, threshold_source=source, **fields)


def certificate(name: str, days: float, host: str = "web1", target: str = "shop.example.com:443") -> dict[str, Any]:
    """As the verifier tls gives it, with the authority that signed it."""
    return check(
        "tls.expiry",
        host,
        {name: f"{days:.1f} days left", "R11": "700.0 days left"},
        "min_days_left=30 (text of line 49: '30 days'); critical_days_left=14 (default: two weeks)",
        target=target,
    )


def results() -> dict[str, list[dict[str, Any]]]:
    waiver = {
        "status": "fail",
        "message": "it is off",
        "reason": "until it moves",
        "owner": "lee@shop.example",
        "ticket": "SHOP-481",
        "expires": "2026-12-14T00:00:00Z",
        "where": "decisions/waivers.yml:5",
    }
    drill = "max_evidence_age=90 (default: ours)"
    return {
        "web1": [
            certificate("shop.example.com", 12.0),
            certificate("api.example.com", 61.5, target="api.example.com:443"),
            check("tls.valid_chain", "web1", {"subject": "shop.example.com", "not_after": "2026-12-06T03:00:01+00:00"}),
            check("http.health", "web1", {"status": 200, "ms": 79, "components": {}}, "max_ms=2000 (default: probes)"),
            check("redis.tls", "web1", {"port": 6379}, status="waived", waiver=waiver),
            check("redis.tls", "web2", {"port": 6379}, status="waived", waiver=waiver),
        ],
        "web2": [
            certificate("shop.example.com", 12.0, host="web2"),
            check(
                "load.p95",
                "web2",
                {"checkout": {"p95, ms": "640 ms"}, "error rate": 0.4},
                "max_p95_ms=500 (default: x)",
            ),
        ],
        "db1": [
            check("backup.freshness", "db1", {"age_hours": 31.2}, "max_age_hours=24.0 (default: a day)", "fail"),
            check("backup.offsite", "db1", {"age_hours": 6.0}, "offsite_max_age_hours=48.0 (inventory)"),
            check(
                "backup.point_in_time", "db1", {"lag_minutes": 3.5}, "min_window_days=7 (x); max_lag=15 (default: y)"
            ),
            check("restore.database", "db1", {"ended": "2026-10-01T03:00:00+00:00"}, drill, verifier="drill"),
            check(
                "oncall.rotation",
                "(controller)",
                {"statement": "Two people at any time.", "until": "2027-02-01T00:00:00Z"},
                status="attested",
                verifier="attestation",
            ),
        ],
    }


def change(word: str, subject: str = "web1", worse: bool = False, **fields: Any) -> dict[str, Any]:
    return {
        "word": word,
        "worse": worse,
        "uid": "u",
        "item": None,
        "control": "tls.protocols",
        "target": "shop.example.com:443",
        "subject": subject,
        "severity": "high",
        "was": "pass",
        "now": "fail",
        "since": None,
        "detail": "",
        **fields,
    }


def history(report: dict[str, Any], nights: int = 12) -> dict[str, Any]:
    """So many nights before the run, in which the first item failed for a while."""
    ids = [item["id"] for item in report["items"]]
    runs, timelines = [], {each: [] for each in ids}
    for night in range(nights, -1, -1):
        at, broken = STARTED - night * DAY, 2 <= night <= 4
        bad = 3 + broken
        counts = {"pass": 40 - bad, "fail": bad, "waived": 2, "info": 7}
        runs.append({"run": f"r{night}", "started": at, "decision": "no_go", "counts": counts})
        for number, each in enumerate(ids):
            timelines[each].append([at, "error" if broken and not number else "waived" if number == 1 else "pass"])
    return {
        "previous": {"run": "r1", "started": STARTED - DAY, "decision": "no_go"},
        "changes": [
            change("regressed", worse=True, item=ids[0], detail="accepts TLSv1"),
            change("still_failing", "db1", was="fail", since=STARTED - 40 * DAY, detail="31 h old"),
            change("value_drift", "db1 shop", was="pass", now="pass", detail="copies 14 → 1"),
            *(change("new", f"web1 port {port}", was="", now="pass") for port in range(9)),
            change("flapping", "cache1", was="", detail="changed 4 times in 10 runs"),
        ],
        "baseline": {
            "run": "r9",
            "started": STARTED - 9 * DAY,
            "person": "alice@example.com",
            "at": "2026-11-15T09:00:00Z",
            "reason": "As launched",
        },
        "baseline_changes": [change("disappeared", "web3", worse=True, now="", detail="nothing looks at it any more")],
        "runs": runs,
        "timelines": timelines,
        "notes": [],
    }


def told() -> dict[str, Any]:
    """The report with its history."""
    report = sample.build(sample.ITEMS[:6], results())
    return report | {"history": history(report)}
