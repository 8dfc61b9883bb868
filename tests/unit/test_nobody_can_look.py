# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No evidence, no pass, for every control of every verifier: where no look succeeds, and where there is nothing to see.

The checks are those of the reference environments, and some for what none of these has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import REASONS
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface, provable
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import _verdicts
from tests.unit.action.document_recordings import options as document_options
from tests.unit.test_reference_checklists import ENVIRONMENTS, REPOSITORY, Asked, checks

World = Callable[[Request], Mapping[str, Any]]
OWNER = {"uid": 0, "gid": 0, "owner": "root", "group": "root"}
MET = {"address": "192.0.2.1", "family": "ipv4"}
GARBAGE = "\x00}{ garbage \ufffd\n" * 5
# What none of them asks for.
BESIDE = [
    Asked("aws_monitoring", {"alarms": [{"name": "shop-down", "site_down": True}], "guardduty": True}),
    Asked("aws_secrets", {"secrets": ["shop/database"], "parameters": ["/shop/mail"]}),
    Asked("aws_load_balancer", {"sample_urls": ["https://shop.test/"]}),
    Asked("aws_backup", {"resources": ["arn:aws:rds:*"], "copy_regions": ["eu-west-1"], "immutable": True}),
    Asked("aws_rds", {}),
    Asked(
        "aws_cost",
        {"estimate": 3000, "services": [{"name": "shop", "dimensions": {"ServiceName": "shop"}}], "models": ["writer"]},
    ),
    Asked(
        "aws_route53",
        {"zone": "shop.test", "records": [{"name": "@", "type": "A", "values": ["192.0.2.1"]}], "query_logging": True},
    ),
    Asked(
        "aws_s3",
        {name: ["shop"] for name in ("backup_buckets", "logged_buckets", "offsite_buckets", "upload_buckets")}
        | {"retention": [{"buckets": ["shop"], "legal": True, "max_days": 400}], "immutable": True},
    ),
    Asked("aws_stores", {"tables": ["orders"], "backed_up": ["sessions"]}),
    Asked(
        "audit_trail",
        {"database": "d", "table": "t", "content": "{previous} || id", "anchor": "1 a", "last_verification": "SELECT 1"}
        | {"hmac_key_file": "/etc/key"},
    ),
    Asked("disk_encryption", {"paths": ["/srv/data"]}),
    Asked("sql", {"database": "d", "queues": [{"name": "jobs", "system": "pg-boss"}]}),
    Asked("redis", {"rq_queues": ["mail"]}),
    Asked("card_data", {"files": ["/srv/exports/*.csv"]}),
    Asked("drill", {"evidence_dir": "/nowhere"}),
    Asked("gcp_network", {"project": "shop"}),
    Asked("gcp_sql", {"project": "shop", "kms_key": "projects/shop/locations/eu/keyRings/r/cryptoKeys/k"}),
    Asked("gcp_audit", {"project": "shop"}),
    Asked("gcp_budget", {"project": "shop"}),
    Asked("gcp_load_balancer", {"project": "shop", "sample_urls": ["https://shop.test/"]}),
    Asked("gcp_certificates", {"project": "shop"}),
    Asked(
        "gcp_monitoring",
        {"project": "shop", "policies": [{"name": "down", "site_down": True}], "urls": ["https://shop.test/"]},
    ),
    Asked(
        "gcp_storage",
        {
            "project": "shop",
            "kms_keys": {"*": "projects/shop/locations/eu/keyRings/r/cryptoKeys/k"},
            "backup_buckets": ["*"],
            "offsite_buckets": [{"bucket": "backups", "copy": "away"}],
            "upload_buckets": [{"bucket": "uploads"}],
        },
    ),
    Asked("env_backup", {"files": ["/srv/.env"], "directory": "/b", "pattern": "*.age"}),
    Asked(
        "key_backup",
        {
            "fingerprint": {"salt": "00ff", "sha256": "0" * 64, "iterations": 1000},
            "locations": [{"name": "nas", "file": "/mnt/nas/key"}, {"name": "safe", "record": "/etc/safe.json"}],
        },
    ),
    Asked(
        "password_manager",
        {"client_id": "organization.1", "client_secret_file": "/etc/key", "accounts": {"dns": "dns"}, "departed": []},
    ),
    Asked("kubernetes", {"namespaces": ["shop"], "volume_backups": ["velero"]}),
    Asked(
        "prometheus",
        {"url": "https://metrics.test", "jobs": [{"name": "shop"}]}
        | dict.fromkeys(("pool_query", "pool_waits_query", "payments_query", "payments_count_query"), "shop{}"),
    ),
    Asked(
        "prometheus_rules",
        {"url": "https://metrics.test", "alertmanager_url": "https://alerts.test", "alerts": [{"name": "Down"}]}
        | {f"{name}_alerts": ["Shop*"] for name in ("error", "latency", "dependency", "audit")}
        | {"resource_alerts": {name: ["Host*"] for name in ("cpu", "memory", "disk")}}
        | {"database_alerts": {name: ["Db*"] for name in ("down", "connections", "disk")}},
    ),
    *(Asked("document", document_options(control)) for control in interface("golive.verify.document").controls),
]
ASKED = {f"{asked.verifier} {number}": asked for number, asked in enumerate(BESIDE)} | {
    f"{asked.verifier} {number} of {environment.name} on {host}": asked
    for environment in ENVIRONMENTS
    for host, several in checks(environment).items()
    for number, asked in enumerate(several)
}


def unseen(reason: str) -> World:
    """A world in which every look ends for this reason."""
    return lambda _request: {"reason": reason, "detail": "in a test"}


def showing(text: str) -> World:
    """A world in which everything answers, and says nothing else than this text."""

    def world(request: Request) -> Mapping[str, Any]:
        p = request.params
        file = {"path": p.get("path"), "type": "file", "size": len(text), "mode": "0600", "mtime": time.time(), **OWNER}
        values: Mapping[str, Any] = {
            "file": {**file, "content": text, "sha256": "0" * 64, "head": text.encode().hex()},
            "glob": {"pattern": p.get("pattern"), "files": []},
            "command": {"exit": 0, "stdout": text, "stderr": ""},
            "sockets": {"sockets": [], "owners_denied": False},
            "timers": {"timers": []},
            "crontabs": {"entries": [], "denied": []},
            "mounts": {"mounts": [], "unread": []},
            "resolve": {"host": p.get("host"), "addresses": [MET]},
            "tcp": {**MET, "port": p.get("port"), "state": "open", "reply": text},
            "tls": {**MET, "accepted": False, "refusal": text or "closed"},
            "http": {**MET, "url": p.get("url"), "status": 200, "headers": [], "body": text, "truncated": False}
            | {"redirects": [], "version": "HTTP/1.1"},
            "secret": {"present": False, "predicates": {}},
            "call": text,
        }
        return {"value": values[p["kind"]]} if p["kind"] in values else {"reason": "not_found", "detail": "in a test"}

    return world


WORLDS = {**{reason: unseen(reason) for reason in REASONS}, "empty": showing(""), "garbage": showing(GARBAGE)}


def proofs(asked: Asked, world: World) -> Mapping[str, list[Status]]:
    """How each control of a check is judged in a world, as far as the check speaks of it."""
    found: Any = action_loader.get(f"golive.verify.{asked.verifier}", class_only=True)
    subject = found.__new__(found)
    subject._play_context = SimpleNamespace(remote_addr="192.0.2.1")

    def answers(requests: Sequence[Request]) -> list[Answer]:
        return [{"at": time.time(), "ms": 1, **world(request)} for request in requests]

    async def prove(control: str) -> Any:
        observer = Observer(asked.want["from"], asked.want.timeout)
        return await found.provers()[control](subject, observer, asked.want)

    controls = [control for control in asked.controls if control not in asked.want.not_applicable]
    proven, _calls = engine.run(map(prove, controls), answers, answers)
    return {
        control: [verdict.status for verdict in _verdicts(proof)]
        for control, proof in zip(controls, proven, strict=True)
        if not isinstance(proof.error, NotAsked)
    }


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_passes(world: str) -> None:
    passed = {
        f"{control}: {name}"
        for name, asked in ASKED.items()
        for control, statuses in proofs(asked, WORLDS[world]).items()
        if Status.PASS in statuses or not statuses
    }
    assert passed == set()


def test_every_control_that_can_be_proven_is_among_them() -> None:
    assert provable([REPOSITORY / "plugins"]) == {
        control for asked in ASKED.values() for control in proofs(asked, WORLDS["denied"])
    }
