# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that are right, one for each control, and the answers to the looks at them, as recorded."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DAY = 86400
RIGHT = Path(__file__).with_name("recorded") / "documents"
CONTROLS = sorted(path.stem for path in RIGHT.glob("*.md"))
COMMIT = "0123456789abcdef0123456789abcdef01234567"

# What a check of each control has to say besides where its document is.
FACTS: dict[str, dict[str, Any]] = {
    "docs.api": {"version": "2.4.1", "routes": ["/products", "/orders"]},
    "docs.architecture": {"services": ["web", "orders", "broker"]},
    "docs.backup_restore": {"places": ["shop-backups-eu", "/srv/vault/shop"]},
    "docs.compliance": {"regulations": ["GDPR", "PCI DSS"]},
    "docs.deployment_guide": {"variables": ["DATABASE_URL", "STRIPE_KEY_FILE"]},
    "docs.guides": {"version": "2.4.1"},
    "docs.pii_inventory": {"columns": ["users.email", "users.phone"]},
    "docs.recovery_objectives": {"rto_hours": 4, "restore_hours": 3, "rpo_hours": 1, "backup_interval_hours": 0.5},
    "docs.release_notes": {"version": "2.4.1"},
    "docs.runbook": {"alerts": ["PoolExhausted", "DiskFull"]},
    "docs.slo": {"availability_percent": 99.9},
}


def day(ago: float) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def right(control: str) -> str:
    """The right document of a control, with dates that are right today."""
    text = (RIGHT / f"{control}.md").read_text(encoding="utf-8")
    return text.replace("@RECENT@", day(10)).replace("@AHEAD@", day(-200))


def options(control: str, **more: Any) -> dict[str, Any]:
    facts = {"facts": FACTS[control]} if control in FACTS else {}
    return {"checkout": "/srv/shop", "path": "docs/page.md", "controls": [control], **facts, **more}


def file(path: str, content: str | None = None, **more: Any) -> dict[str, Any]:
    owner = {"uid": 0, "gid": 0, "owner": "root", "group": "root", "mode": "0644"}
    size = len(content) if content else 100
    return {"path": path, "type": "file", "size": size, "mtime": time.time(), "content": content, **owner, **more}


def ran(stdout: str = "", code: int = 0, stderr: str = "") -> dict[str, Any]:
    return {"exit": code, "stdout": stdout, "stderr": stderr}


def git(*arguments: str) -> str:
    """The line of a look with git."""
    harmless = "-c core.fsmonitor=false -c log.showSignature=false"
    return f"git --no-optional-locks --literal-pathspecs {harmless} -C /srv/shop {' '.join(arguments)}"


LOG = git("log", "-1", "'--format=%H %cI %P'", "--", "docs/page.md")
STATUS = git("status", "--porcelain", "--ignored", "--", "docs/page.md")
SHALLOW = git("rev-parse", "--is-shallow-repository")
PAGE = "cat /srv/shop/docs/page.md"


def committed(ago: float, parents: str = COMMIT) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(days=ago)).isoformat(timespec="seconds")
    return ran(f"{COMMIT} {at} {parents}\n")


def answers(text: str, ago: float = 5, **more: Any) -> dict[str, Any]:
    """The answers to the looks at a document with this text, committed so many days ago; more: by the name of a file
    beside it, what is there."""
    beside = {"runbook.md": file("runbook.md"), "backup.md": file("backup.md")} | more
    return {
        PAGE: file("/srv/shop/docs/page.md", text),
        LOG: committed(ago),
        STATUS: ran(),
        SHALLOW: ran("false\n"),
        **{f"stat -L /srv/shop/docs/{name}": fact for name, fact in beside.items()},
    }
