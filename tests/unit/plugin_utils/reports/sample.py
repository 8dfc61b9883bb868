# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports to render: one with every status and every kind of hostile text, and those that have almost nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan

STARTED = 1_795_489_200.0
# What a host may say to the one who reads the report. Each holds the word "sneaky", by which tests find it again.
HOSTILE = {
    "script": "<script>window.sneaky = 1</script><img src=x onerror='window.sneaky=1'><svg/onload=sneaky()>",
    "end": "]]> --> </pre></code></style></script></textarea><script>window.sneaky = 2</script>",
    "quotes": "\"' onmouseover=\"window.sneaky=3\" style='background:url(//sneaky.example)' `sneaky`",
    "template": "{{ sneaky }} {% raw %} ${sneaky} #{sneaky}",
    "link": "[sneaky](javascript:alert(1)) ![sneaky](https://sneaky.example/x.png) <https://sneaky.example>",
    "bare": "http://sneaky.example www.sneaky.example sneaky@sneaky.example javascript:sneaky()",
    "mention": "@sneaky #1 GH-1 :sneaky: ~~sneaky~~ **sneaky** | sneaky | 2 | ---",
    "lines": "sneaky\n# sneaky\n\n- [x] sneaky\n```\nsneaky\r\n> sneaky",
    "controls": "sneaky \x00\x07\x1b[31msneaky\x1b[0m\x9b1m\x7f\u2028\ufffe\ud800 sneaky",
    "direction": "sneaky \u202egnp.exe\u202c \u2066\u200f\u200b \u0634\u0631\u064a\u0631",
    "long": "sneaky " + "A" * 100_000 + " " + "<b>&" * 1000,
}


def look(command: str, outcome: str = "value", vantage: str = "host", detail: str = "") -> dict[str, Any]:
    return {"look": command, "vantage": vantage, "at": STARTED + 1, "ms": 12, "outcome": outcome, "detail": detail}


def check(control: str, host: str, status: str = "pass", **fields: Any) -> dict[str, Any]:
    """One result, as results.Result.as_dict() gives it."""
    made: dict[str, Any] = {
        "control": control,
        "verifier": control.partition(".")[0],
        "host": host,
        "target": host,
        "vantage": "host",
        "status": status,
        "severity": "high",
        "expected": "",
        "actual": None if status == "error" else "as expected",
        "message": "",
        "remediation": "" if status == "pass" else "Put it right, then run the verification again.",
        "reproduce": "",
        "threshold_source": "",
        "started": STARTED + 1,
        "duration_ms": 12,
        "evidence": [look("true", "value" if status != "error" else "denied")],
        **fields,
    }
    made["reproduce"] = made["reproduce"] or "\n".join(dict.fromkeys(each["look"] for each in made["evidence"]))
    return made


def item(section: str, text: str, *controls: str, on: str = "", box: bool = False, line: int = 0) -> Item:
    bindings = (Binding(controls, on),) if controls else ()
    return Item(f"{section}-{text}-{line}"[:40], section, line, text, box, bindings)


def build(
    items: list[Item],
    answers: Mapping[str, list[dict[str, Any]]],
    silent: Mapping[str, Mapping[str, Any]] | None = None,
    narrowing: Narrowing | None = None,
    finished: bool = True,
    environment: str = "shop-production",
    unprovable: Sequence[str] = (),
) -> dict[str, Any]:
    """The report that a run with these answers by host gives. Lines are those of a checklist with one item each."""
    numbered = [
        Item(i.id, i.section, i.line or 5 + 2 * index, i.text, i.box, i.bindings) for index, i in enumerate(items)
    ]
    groups = {"cache": ["cache1", "cache2", "cache3"], "web": ["web1", "web2"], "db": ["db1"]}
    hosts = [*answers, *(silent or {})]
    plan = Plan(
        run="20261124T030000Z-4711",
        environment=environment,
        started=STARTED,
        checklist=Checklist(
            "inventories/production/checklist.md",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            tuple(numbered),
        ),
        targets={host: ["all", *(name for name, members in groups.items() if host in members)] for host in hosts},
        everywhere=groups | {host: [host] for host in hosts},
        narrowing=narrowing or Narrowing(),
        selected_controls=None,
        unprovable=list(unprovable),
        versions={"ansible-core": "2.19.14", "python": "3.11.9"},
    )
    outcomes: dict[str, list[dict[str, Any]]] = {
        host: [{"results": results, "unasked": []}] for host, results in answers.items()
    }
    for host, outcome in (silent or {}).items():
        outcomes[host] = [{"results": [], "unasked": [], **outcome}]
    gate = Gate(plan, outcomes, finished)
    return report.contract(plan, gate, gate.decide(), finished)


ITEMS = [
    item("TLS", "Certificates valid for all production domains", "tls.valid_chain", on="web", box=True),
    item("TLS", "Certificates do not expire within 30 days", "tls.expiry", on="web", box=True),
    item("TLS", "TLS 1.0 and 1.1 are off", "tls.protocols", on="web"),
    item("Redis > Durability", "Redis persistence configured (RDB + AOF)", "redis.persistence", on="cache", box=True),
    item("Redis > Durability", "Memory limit and eviction policy set", "redis.maxmemory", on="cache"),
    item("Redis > Security", "Redis requires authentication", "redis.provisioned", on="cache", box=True),
    item("Backups", "Daily backups are automated", "backup.automated", on="db", box=True),
    item("Backups", "A restore was tested in the last 90 days", "backup.restore_tested", on="db", box=True),
    item("Backups", "Backups are kept for 30 days", "backup.retention", on="db"),
    item("Backups", "Backups leave the building", "backup.offsite", on="db"),
    item("Operations", "The on-call rotation is staffed", "oncall.rotation", on="db", box=True),
    item("Operations", "Load test passed at twice the expected traffic", "load.tested", on="db"),
    item("Operations", "Runbooks are linked from every alert", box=True),
    item("Operations", "DNS answers are the same everywhere", "dns.consistency"),
]


def _realistic() -> dict[str, list[dict[str, Any]]]:
    handshake = "openssl s_client -connect 203.0.113.10:443 -servername shop.example.com -showcerts"
    tls = look(handshake, vantage="controller")
    info = look("redis-cli -h 10.0.0.11 INFO persistence")
    config = look("redis-cli -h 10.0.0.11 CONFIG GET 'save appendonly'")
    shop: dict[str, Any] = {"vantage": "controller", "evidence": [tls]}
    redis_todo = "Set `appendonly yes` and `save 900 1`, then `CONFIG REWRITE`; look for a full disk in its log."
    answers: dict[str, list[dict[str, Any]]] = {}
    for host, days in (("web1", 12), ("web2", 61)):
        answers[host] = [
            check(
                "tls.valid_chain",
                host,
                target="shop.example.com:443",
                expected="a chain to a trusted root for every name",
                actual="shop.example.com, www.shop.example.com; CN=R11, CN=ISRG Root X1",
                **shop,
            ),
            check(
                "tls.expiry",
                host,
                "fail" if days < 30 else "pass",
                target="shop.example.com:443",
                severity="critical",
                expected="at least 30 days left",
                actual=f"{days} days left, until 5 December 2026",
                message="" if days >= 30 else f"the certificate ends in {days} days, on 5 December 2026",
                remediation="" if days >= 30 else "Renew it now, then repair the timer that should have done so.",
                threshold_source="min_days_left=30 (default: common renewal windows are 30 days)",
                **shop,
            ),
            check(
                "tls.protocols",
                host,
                target="shop.example.com:443",
                severity="medium",
                expected="TLS 1.2 or newer",
                actual={"accepted": ["TLSv1.2", "TLSv1.3"], "refused": ["TLSv1", "TLSv1.1"]},
                **shop,
            ),
            check(
                "http.security_headers",
                host,
                "fail" if host == "web2" else "pass",
                severity="low",
                expected="the headers are there",
                actual={"Referrer-Policy": None},
                message="Referrer-Policy is missing" if host == "web2" else "",
            ),
        ]
    denied = "could not look (denied): redis-cli ACL LIST: NOPERM"
    for host in ("cache1", "cache2"):
        answers[host] = [
            check(
                "redis.persistence",
                host,
                "fail",
                severity="high",
                expected="RDB and AOF, both succeeding",
                actual={"aof_enabled": 0, "rdb_last_bgsave_status": "ok"},
                message="appendonly is no",
                remediation=redis_todo,
                evidence=[info, config],
                threshold_source="max_save_age=86400 (inventory)",
            ),
            check(
                "redis.maxmemory",
                host,
                expected="a limit, with allkeys-lru",
                actual="2.0 GiB, allkeys-lru",
                evidence=[config],
            ),
            check(
                "redis.provisioned",
                host,
                "error" if host == "cache2" else "pass",
                severity="critical",
                expected="authentication",
                message=denied if host == "cache2" else "",
                evidence=[
                    look("redis-cli -h 10.0.0.12 ACL LIST", "denied" if host == "cache2" else "value", detail="NOPERM")
                ],
            ),
        ]
    dump = look("systemctl show pgbackrest-full.timer")
    answers["db1"] = [
        check(
            "backup.automated",
            "db1",
            expected="a schedule that ran",
            actual="pgbackrest-full.timer, last 3 h ago",
            evidence=[dump],
        ),
        check(
            "backup.restore_tested",
            "db1",
            "expired",
            message="the drill of 2 June 2026 is 175 days old",
            severity="critical",
        ),
        check("backup.retention", "db1", "waived", message="14 days, waived by J. Doe until 31 January 2027"),
        check(
            "backup.offsite",
            "db1",
            "not_applicable",
            actual=None,
            message="the database is a replica of another region",
        ),
        check("oncall.rotation", "db1", "attested", message="attested by the head of operations on 20 November 2026"),
        check("load.tested", "db1", "not_due", message="due in the week before launch"),
    ]
    return answers


SILENT = {"cache3": {"unreachable": "ssh: connect to host 10.0.0.13 port 22: Connection timed out"}}


@cache
def realistic() -> dict[str, Any]:
    """A production environment with a problem of every kind."""
    return build(ITEMS, _realistic(), SILENT)


@cache
def hostile() -> dict[str, Any]:
    """The same, and every kind of hostile text in every field that a host, a checklist or an inventory can set."""
    items, answers = list(ITEMS), _realistic()
    for name, text in HOSTILE.items():
        box = name == "script"
        items.append(item(f"Section {name} {text}", f"Item {name} {text}", f"host.{name}", on="web1", box=box))
        answers["web1"] += [
            check(
                f"host.{name}",
                "web1",
                status,
                target=f"{name} {text}",
                expected=text,
                actual=actual,
                message=text,
                remediation=text,
                reproduce=f"# {text}",
                threshold_source=text,
                verifier=f"x.y.{name}{text[:9]}",
                evidence=[look(text, "value" if status == "pass" else "malformed", detail=text)],
            )
            for status, actual in (("fail", text), ("pass", {text: [text]}), ("missed", [text]))
        ]
    silent = SILENT | {f"host {text}": {"unreachable": text} for name, text in HOSTILE.items() if name != "long"}
    return build(items, answers, silent, environment="shop <i>sneaky</i>")


@cache
def go() -> dict[str, Any]:
    """Everything is proven."""
    hosts = ("cache1", "cache2", "cache3")
    answers = {host: [check("redis.persistence", host, target="10.0.0.1:6379")] for host in hosts}
    return build([item("Redis", "Redis survives a restart", "redis.persistence", on="cache", box=True)], answers)


@cache
def empty() -> dict[str, Any]:
    """A checklist without items and no hosts."""
    return build([], {})


@cache
def unfinished() -> dict[str, Any]:
    """A run that was killed after its first host."""
    answers = {"cache1": [check("redis.persistence", "cache1")]}
    return build([item("Redis", "Redis survives a restart", "redis.persistence", on="cache")], answers, finished=False)


@cache
def narrowed() -> dict[str, Any]:
    """A run limited to one section."""
    items = [
        item("Redis", "Redis survives a restart", "redis.persistence"),
        item("TLS", "Certificates are valid", "tls.valid_chain"),
    ]
    return build(items, {"cache1": [check("redis.persistence", "cache1")]}, narrowing=Narrowing(section="Redis"))


def large(results: int, bad_every: int = 20) -> dict[str, Any]:
    """As many results as asked for, on hosts with 200 each, over ten items."""
    answers: dict[str, list[dict[str, Any]]] = {}
    for number in range(results):
        path = f"/etc/app/{number % 200}.conf"
        host = f"app{number // 200:04}"
        status = "fail" if number % bad_every == 0 else "pass"
        answers.setdefault(host, []).append(
            check(
                f"host.control{number % 10}",
                host,
                status,
                target=f"{host} {path}",
                expected="owned by root, mode 0640, and the content that was agreed on",
                actual={"owner": "root", "mode": "0640", "size": number},
                message="" if status == "pass" else "mode is 0666: everybody may write it",
                evidence=[look(f"stat -L {path}"), look(f"sha256sum {path}")],
                threshold_source="mode=0640 (inventory)",
            )
        )
    return build([item("Hosts", f"Control {n} holds on every host", f"host.control{n}") for n in range(10)], answers)


EVERY = {
    "realistic": realistic,
    "hostile": hostile,
    "go": go,
    "empty": empty,
    "unfinished": unfinished,
    "narrowed": narrowed,
}
