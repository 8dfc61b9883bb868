# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks tell people what changed, once, with no word of a secret; who cannot be told costs nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration import test_drift
from tests.integration.notify import servers
from tests.integration.test_drift import CHECKLIST, Health, Shop

CANARY = "q7Xv9Lr2Zt4"

url = pytest.fixture(test_drift.url.__wrapped__)  # type: ignore[attr-defined]


def test_what_changed_is_told_once_and_no_secret_with_it(tmp_path: Path, url: str) -> None:
    shop = Shop(tmp_path, url)
    (shop.path / "checklist.md").write_text(CHECKLIST.replace("- [ ] Nobody looks at this\n", ""), encoding="utf-8")
    Health.says |= {"cache": "up"}
    key = tmp_path / "hook.key"
    key.write_text(f"{CANARY}-key", encoding="utf-8")
    with servers.hook() as chat, servers.hook() as pager, servers.hook() as dead:
        dead.status = [404]
        routes = [
            {"channel": "slack", "name": "dead", "url": dead.url},
            {"channel": "slack", "name": "chat", "url": chat.url},
            {"channel": "alertmanager", "url": pager.url},
            {"channel": "webhook", "name": "none", "url": CANARY, "key_file": str(key)},
        ]
        given = {
            "golive_notify": routes,
            "golive_owners": [{"owner": "web", "hosts": ["web*"]}],
            "golive_report_url": "https://reports.example.com/{environment}",
        }
        status, first = shop.play("verify-prod", golive_store=True, **given)
        assert status == 0, first
        assert chat.got == []

        Health.says |= {"status": "down"}
        status, second = shop.play("drift", **given)
        assert status == 2, second
        assert "shop: regressed" in second
        assert "! notify dead was not told: it answers 404" in second
        assert "! notify golive_notify[3]: its address is no URL of http or https" in second
        assert "✔ notify chat: 2 changes" in second
        (said,) = chat.got
        assert said["text"].startswith("*shop: the gate says NO-GO, before GO, 1 regressed*")
        assert "regressed: http.health on web1" in said["text"]
        assert "owner web" in said["text"]
        assert pager.headers[0]["path"].endswith("/api/v2/alerts")
        assert {alert["labels"]["alertname"] for alert in pager.got[0]} == {
            "GoliveNoGo",
            "GoliveNotProven",
        }
        # The first heartbeats are there too: who looks at them sees a check that regressed.
        beat = (shop.runs / "golive-shop-drift.prom").read_text(encoding="utf-8")
        assert 'golive_heartbeat_regressed{environment="shop",playbook="drift"} 1\n' in beat

        status, third = shop.play("verify-prod", golive_store=True, **given)
        assert status == 2, third
        assert len(chat.got) == 1
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != key]
    assert not [text for text in (first, second, third) if CANARY in text]
    assert not [text for text in files if CANARY.encode() in text]
