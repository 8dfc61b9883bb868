# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Governed runs from end to end: what people decide beside the checklist, what its words demand, what stops a run."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.integration.playbook import LOCAL, Environment, Ran
from tests.integration.test_verify_prod import SCHEMA, Service

HEALTH = "- [ ] Health endpoints answer <!-- golive: http.health on=web -->"
CHECKLIST = f"""# Shop

## Web
{HEALTH}
- [ ] Security headers <!-- golive: http.security_headers on=web -->
- [ ] Sessions survive (if using Redis) <!-- golive: redis.persistence -->
- [ ] In a store <!-- golive: shopify.app_published|mobile.store -->
- [ ] Penetration test passed <!-- golive: scan.independent -->
- [ ] The team was told <!-- golive: human -->
- [ ] Nothing to see here <!-- golive: info -->
- [ ] Cookie policy (if applicable)
- [ ] Runbook <!-- golive: document=runbook.md -->

## First hour
- [ ] Errors are watched <!-- golive: http.health on=web -->
"""
COMPONENTS = {
    "components": {
        "redis": {"used": False, "reason": "sessions are in the database", "by": "Ada"},
        "mobile_app": {"used": False, "reason": "it is for desks", "by": "Ada"},
    },
    "items": [{"item": "Cookie policy (if applicable)", "reason": "it sets none", "by": "Eve"}],
}


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Shop:
    """An environment with one host and one check, and the files beside its checklist."""

    def __init__(self, path: Path, service: Service) -> None:
        self.environment = Environment(path)
        self.url = service.url
        self.write(CHECKLIST)

    def write(self, checklist: str, variables: dict[str, Any] | None = None, **options: Any) -> None:
        """variables: of the inventory. options: of the check."""
        http = {"url": self.url, "health": ["/health"], "from": "host", **options}
        web = {"hosts": {"web1": None}, "vars": {"golive_checks_web": [{"http": http}], **(variables or {})}}
        self.environment.write(checklist, {"web1": LOCAL}, web=web)

    def decide(self, name: str, data: Any) -> None:
        path = self.environment.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")

    def verify(self, **variables: Any) -> Ran:
        """Its runs are where the next one looks for them."""
        path = self.environment.path
        given = {"golive_runs_dir": str(path.parent), "golive_environment": path.name, **variables}
        return self.environment.verify("-e", json.dumps(given))


@pytest.fixture
def shop(tmp_path: Path, service: Service) -> Shop:
    (tmp_path / "shop").mkdir()
    return Shop(tmp_path / "shop", service)


def waiver(**changed: Any) -> dict[str, Any]:
    expires = f"{datetime.now(UTC) + timedelta(days=5):%Y-%m-%d}"
    return {"reason": "mended on Friday", "owner": "eve", "ticket": "OPS-1", "expires": expires, **changed}


def threshold(ran: Ran) -> str:
    (check,) = (each for each in ran.report["checks"] if each["control"] == "http.health")
    return str(check["threshold_source"])


def shown(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def test_every_kind_of_item_has_its_status_and_its_reason(shop: Shop, service: Service) -> None:
    service.headers = {}
    shop.decide("components.yml", COMPONENTS)
    shop.decide(
        "waivers.yml",
        {
            "waivers": [
                waiver(control="http.security_headers", target="web"),
                waiver(item="The team was told", covers=["error"]),
            ]
        },
    )
    ran = shop.verify()
    assert ran.status == 2, ran.output
    assert ran.items == {
        "Health endpoints answer": "pass",
        "Security headers": "waived",
        "Sessions survive (if using Redis)": "not_applicable",
        "In a store": "error",
        "Penetration test passed": "error",
        "The team was told": "waived",
        "Nothing to see here": "info",
        "Cookie policy (if applicable)": "not_applicable",
        "Runbook": "fail",
        "Errors are watched": "not_due",
    }
    reasons = {item["text"]: item["reason"] for item in ran.report["items"]}
    for text, said in {
        "Security headers": "by eve (OPS-1): mended on Friday; it is fail",
        "Sessions survive (if using Redis)": "sessions are in the database (declared by Ada)",
        "In a store": "shopify.app_published: no verifier yet",
        "Penetration test passed": "scan.independent: no verifier yet",
        "The team was told": "by eve (OPS-1): mended on Friday; it is error",
        "Cookie policy (if applicable)": "it sets none (declared by Eve)",
        "Runbook": "there is no file runbook.md",
        "Errors are watched": "no launch is declared (golive_launch)",
    }.items():
        assert said in reasons[text]
    assert [line.split("'")[1] for line in ran.report["gate"]["reasons"]] == [
        "In a store",
        "Penetration test passed",
        "Runbook",
    ]
    assert {finding["kind"] for finding in ran.report["findings"]} == {"waiver_expiring"}
    jsonschema.validate(ran.report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (ran.run_dir / "asked.json").exists()


def test_rules_of_the_inventory_decide_and_still_something_has_to_match(shop: Shop, service: Service) -> None:
    service.headers = {}
    shop.write(CHECKLIST, {"golive_gate": ["severity=critical: fail, error <= 0"]})
    ran = shop.verify()
    assert ran.status == 0, ran.output
    assert ran.items["Security headers"] == "fail", "and so it reads; the rules are only about what is critical"
    assert shop.verify(target="nobody").status == 2
    service.health = {"status": "down"}
    ran = shop.verify()
    assert ran.status == 2
    assert ran.report["gate"]["reasons"][0] == ("the rule 'severity=critical: fail, error <= 0' does not hold: it is 1")


@pytest.mark.parametrize(
    ("file", "text", "variables", "said"),
    [
        ("components.yml", "components:\n  redis: false\n", {}, "components.yml:2: redis is neither true nor says why"),
        ("waivers.yml", "waivers:\n- control: http.helth\n", {}, "waivers.yml:2: there is no control http.helth; did"),
        (
            "attestations/one.yml",
            "statement: fine\nby: eve\n",
            {},
            "one.yml:2: the attestation has no field 'by'; known",
        ),
        ("checklist.md", "- [ ] A <!-- golive: http.health phase=soon -->\n", {}, "checklist.md:1: there is no phase"),
        ("", "", {"golive_launch": "soon"}, "golive_launch: 'soon' is neither a date (2026-12-01) nor a time"),
        ("", "", {"golive_gate": ["fails <= 0"]}, "golive_gate: 'fails <= 0': there is no status fails; known are"),
    ],
)
def test_what_cannot_be_understood_stops_the_run_before_the_first_look(
    shop: Shop, service: Service, file: str, text: str, variables: dict[str, Any], said: str
) -> None:
    if file:
        shop.decide(file, text)
    ran = shop.verify(**variables)
    assert ran.status == 2
    assert said in " ".join(ran.output.split())
    assert "Traceback" not in ran.output
    assert not ran.run_dir.exists(), "nothing was begun"


def test_a_threshold_of_the_text_lies_over_the_default_and_under_the_inventory(shop: Shop, service: Service) -> None:
    service.delay = 0.4
    ran = shop.verify()
    assert ran.items["Health endpoints answer"] == "pass"
    assert threshold(ran).startswith("max_ms=2000 (default: ")

    stated = HEALTH.replace("answer", "respond within 200 ms")
    shop.write(f"{stated}\n")
    ran = shop.verify()
    assert ran.items == {"Health endpoints respond within 200 ms": "fail"}
    assert threshold(ran) == "max_ms=200 (text of line 1: '200 ms')"

    shop.write(f"{stated}\n", max_ms=5000)
    ran = shop.verify()
    assert (ran.status, ran.items) == (2, {"Health endpoints respond within 200 ms": "pass"})
    assert threshold(ran) == "max_ms=5000 (inventory)"
    (finding,) = ran.report["findings"]
    assert (finding["kind"], finding["blocks"]) == ("threshold", True)
    assert "the text allows at most 200 ms, but the inventory allows 5000 ms" in finding["message"]
    assert ran.report["gate"]["reasons"] == [finding["message"]]


def test_an_item_is_judged_in_its_window_and_keeps_what_that_told(shop: Shop, service: Service) -> None:
    shop.write(f"# Shop\n\n## First hour\n{HEALTH}\n")
    now = datetime.now(UTC)
    launched = now - timedelta(minutes=10)
    ran = shop.verify(golive_launch=shown(launched))
    assert ran.items == {"Health endpoints answer": "pass"}
    assert ran.report["run"]["launch"] == launched.replace(microsecond=0).timestamp()

    service.health = {"status": "down"}
    ran = shop.verify(golive_launch=shown(launched - timedelta(hours=2)))
    assert (ran.status, ran.items) == (2, {"Health endpoints answer": "missed"})
    assert "no run looked at it then" in ran.report["items"][0]["reason"]

    kept = shop.environment.path / "run1" / "report.json"
    report = json.loads(kept.read_text(encoding="utf-8"))
    report["run"]["started"] -= 2 * 3600
    kept.write_text(json.dumps(report), encoding="utf-8")
    ran = shop.verify(golive_launch=shown(launched - timedelta(hours=2)))
    assert (ran.status, ran.items) == (0, {"Health endpoints answer": "pass"}), ran.output
    assert f"seen in its time by run {report['run']['id']}" in ran.report["items"][0]["reason"]

    shop.write(f"# Shop\n\n## First hour\n{HEALTH.replace('answer', 'answer everywhere')} \n")
    ran = shop.verify(golive_launch=shown(launched - timedelta(hours=2)))
    assert list(ran.items.values()) == ["missed"]


def test_a_phase_is_run_by_its_name(shop: Shop) -> None:
    ran = shop.verify(golive_phase="first_hour")
    assert ran.status == 0, ran.output
    assert {text for text, status in ran.items.items() if status != "not_selected"} == {"Errors are watched"}


# The five checklists of real teams that the product was begun with, as they are.
SEEDS = (
    sorted(Path(os.environ.get("GOLIVE_SHARED", ""), "seeds").glob("*.txt")) if os.environ.get("GOLIVE_SHARED") else []
)
BOXES = 590
_BOX = re.compile(r"\[[ xX]\]")


@pytest.mark.skipif(not SEEDS, reason="GOLIVE_SHARED does not name the directory with the seeds")
def test_every_box_of_the_seeds_has_a_status_with_a_reason_and_none_is_green_without_evidence(
    tmp_path: Path, service: Service
) -> None:
    schema, boxes, proven = json.loads(SCHEMA.read_text(encoding="utf-8")), 0, 0
    for number, seed in enumerate(SEEDS):
        (tmp_path / f"seed{number}").mkdir()
        shop = Shop(tmp_path / f"seed{number}", service)
        text = bound(seed.read_text(encoding="utf-8", errors="surrogateescape"))
        path = shop.environment.path / "theirs.md"
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        ran = shop.verify(golive_checklist=str(path))
        report = ran.report
        assert (ran.status, report["gate"]["decision"]) == (2, "no_go"), ran.output
        jsonschema.validate(report, schema)

        lines = text.splitlines()
        expected = {line for line, words in enumerate(lines, 1) if _BOX.search(words)}
        entries = [item["line"] for item in report["items"]]
        assert expected <= set(entries)
        assert len(entries) == len(set(entries)), "exactly one entry for each"
        assert all(words.lstrip().startswith("|") for words in (lines[line - 1] for line in set(entries) - expected))
        boxes += len(expected)
        for item in report["items"]:
            assert item["status"]
            if item["status"] in ("pass", "attested"):
                proven += 1
                assert {report["checks"][index]["status"] for index in item["checks"]} == {"pass"}
            else:
                assert item["reason"], item["text"]
        assert len(report["gate"]["reasons"]) >= sum(item["status"] == "unbound" for item in report["items"])
    assert boxes == BOXES
    assert proven, "some of them are bound to the health of a service that is well"


def bound(text: str) -> str:
    """A checklist whose items on health and headers are bound, so that there is something to be proven."""
    return re.sub(
        r"(?im)^(\s*- \[.\] .*\bhealth (?:check|endpoint)s?\b.*?)(\r?)$", r"\1 <!-- golive: http.health -->\2", text
    )
