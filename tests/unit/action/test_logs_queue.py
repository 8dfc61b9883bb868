# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue on disk of a shipper, against what hosts answer: small, grown, unreadable and absent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.logs.queues import (
    _known,
    _pattern,
    directory,
    waiting_files,
)
from ansible_collections.golive.verify.plugins.plugin_utils.logs.shipping import shippers
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.logs_recordings import CANNOT, UNIT, file, one, scanned, thing
from tests.unit.action.test_logs_shipped import ABSENT, LOKI, SOURCES, STORE, matrix

SPOOL, FILES = "/var/spool/rsyslog", "/var/spool/rsyslog/forward.0*"
DIRECTORY, GLOB = f"stat -L {SPOOL}", f"ls -ld {FILES}"
CONFIG = "zcat -f /etc/rsyslog.conf # judged in place: queue"
NAMED = scanned(findings=thing("queue", 1, "/etc/rsyslog.conf:9"))
HOUR = 1 / 24


def files(*sizes_and_ages: tuple[int, float]) -> dict[str, Any]:
    found = [file(f"{SPOOL}/forward.0{n}", age, size) for n, (size, age) in enumerate(sizes_and_ages)]
    return {"pattern": FILES, "files": found}


def shipped(queue: dict[str, Any] | None = None, name: str = "rsyslog", **seen: Any) -> Verdict:
    """What is said of a queue, where all else is well."""
    unit = {"name": f"{name}.service", "load": "loaded", "active": "active", "sub": "running", "enabled": "enabled"}
    configs = [f"zcat -f {path} # judged in place: " for path in shippers()[name]["config"]]
    complaints = f"journalctl -o cat --since=-0.166667h _SYSTEMD_UNIT={name}.service # judged in place: complaint"
    answers = {
        UNIT: scanned(),
        LOKI: matrix(30),
        f"systemctl show {name}.service": unit
        | dict.fromkeys(("result", "exit", "started", "finished", "restarts", "restart_policy", "fragment")),
        complaints: scanned(lines=0),
        **{f"{config}sends": scanned(findings=thing("sends", 1, "/etc/x.conf:12")) for config in configs},
        **{f"{config}queue": NAMED if config == configs[0] else ABSENT for config in configs},
        DIRECTORY: file(SPOOL, kind="directory"),
        GLOB: files((900_000, 0)),
        **{globals()[look]: answer for look, answer in seen.items()},
    }
    wanted = {"files": [FILES], "max_megabytes": 2, "max_minutes": 30} | (queue or {})
    options = {"sources": SOURCES, "store": STORE, "shipper": {"name": name, "queue": wanted}}
    return one("shipped", options, answers)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (files((900_000, 0)), "1 files, 0.9 MB"),
        (files(), "empty"),
        (files((1000, 3)), "1 files, 0.001 MB"),
        (files((1_000_000, HOUR / 4), (900_000, 0)), "2 files, 1.9 MB"),
    ],
    ids=["small", "empty", "what it wrote last", "on its way"],
)
def test_a_queue_that_is_sent(found: dict[str, Any], says: str) -> None:
    verdict = shipped(GLOB=found)
    assert (verdict.status, verdict.actual["queue"]) == (Status.PASS, says), verdict.message
    assert verdict.expected.endswith("its queue <= 2 MB")


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"GLOB": files((1_500_000, 0), (900_000, 0))}, "the queue of rsyslog holds 2.4 MB, more than 2"),
        (
            {"GLOB": files((1000, HOUR), (1000, 0))},
            "forward.00 waits in the queue of rsyslog since",
        ),
        ({"CONFIG": scanned()}, "the configuration of rsyslog does not name the queue"),
        ({"CONFIG": ABSENT}, "does not name the queue"),
        # One part that is hidden does not hide what another shows.
        ({"GLOB": files((3_000_000, 0)), "CONFIG": CANNOT[0]}, "holds 3 MB"),
        ({"GLOB": CANNOT[0], "CONFIG": scanned()}, "does not name the queue"),
    ],
)
def test_a_queue_that_grows(seen: dict[str, Any], says: str) -> None:
    verdict = shipped(**seen)
    assert (verdict.status, says in verdict.message) == (Status.FAIL, True), verdict.message


def test_without_minutes_age_is_not_judged() -> None:
    assert shipped({"max_minutes": None}, GLOB=files((1000, 3), (1000, 0))).status is Status.PASS


@pytest.mark.parametrize("look", ["CONFIG", "DIRECTORY", "GLOB"])
@pytest.mark.parametrize("cannot", CANNOT, ids=lambda each: each.reason)
def test_a_queue_that_cannot_be_seen(look: str, cannot: CannotLook) -> None:
    seen: dict[str, Any] = {look: cannot}
    assert shipped(**seen).status is Status.ERROR


def test_a_shipper_that_always_keeps_a_file_has_one() -> None:
    assert shipped(name="vector").status is Status.PASS
    verdict = shipped(name="vector", GLOB=files())
    assert (verdict.status, "vector always has one" in verdict.message) == (Status.ERROR, True)


@pytest.mark.parametrize("answer", [ABSENT, file(SPOOL), {}], ids=["absent", "a file", "another shape"])
def test_a_queue_without_a_directory_is_an_error(answer: Any) -> None:
    assert shipped(DIRECTORY=answer, GLOB=files()).status is Status.ERROR


def test_a_queue_of_no_files_is_not_asked() -> None:
    with pytest.raises(NotAsked, match="names no file"):
        shipped({"files": []})


@pytest.mark.parametrize("name", sorted(name for name, known in shippers().items() if "queues" not in known))
def test_those_who_have_no_queue_on_disk_are_not_asked(name: str) -> None:
    with pytest.raises(NotAsked, match="has no queue on disk"):
        _known(name)


@pytest.mark.parametrize(
    ("name", "pattern", "line", "says"),
    [
        ("rsyslog", FILES, 'action(type="omfwd" queue.filename="forward" target="x")', True),
        ("rsyslog", FILES, '  queue.type="LinkedList" queue.fileName="forward"', True),
        ("rsyslog", FILES, "$ActionQueueFileName forward", True),
        ("rsyslog", FILES, 'queue.filename="forwarded"', False),
        ("rsyslog", FILES, '#action(queue.filename="forward")', False),
        ("rsyslog", "/var/spool/rsyslog/*", 'queue.filename="any"', True),
        ("vector", "/var/lib/vector/buffer/v2/*/*.dat", "      type: disk", True),
        ("vector", "/var/lib/vector/buffer/v2/*/*.dat", 'type = "disk"', True),
        ("vector", "/var/lib/vector/buffer/v2/*/*.dat", "      type: memory", False),
        ("fluent-bit", "/srv/storage/*/*.flb", "    storage.path  /srv/storage/", True),
        ("fluent-bit", "/srv/storage/tail.0/*.flb", "  storage.path: /srv/storage", True),
        ("fluent-bit", "/srv/storage/*/*.flb", "    storage.path  /srv/other", False),
        ("filebeat", "/var/lib/filebeat/diskqueue/*.seg", "queue.disk:", True),
        ("filebeat", "/var/lib/filebeat/diskqueue/*.seg", "#queue.disk:", False),
    ],
)
def test_how_configurations_name_a_queue(name: str, pattern: str, line: str, says: bool) -> None:
    regex = _pattern(shippers()[name]["queues"], [pattern])["regex"]
    assert bool(re.search(regex, line)) is says


def test_where_a_queue_lies() -> None:
    wanted = {FILES: SPOOL, "/a/b": "/a", "/a/*/c/*.d": "/a", "/*": "/", "/a/b/**": "/a/b"}
    assert {pattern: directory(pattern) for pattern in wanted} == wanted


def test_the_newest_of_each_directory_waits_for_nothing() -> None:
    made = [FileFact(**file(path, age)) for path, age in (("/q/a/1", 2), ("/q/a/2", 1), ("/q/b/1", 5), ("/q/b/2", 9))]
    assert [each.path for each in waiting_files(made)] == ["/q/a/1", "/q/b/2"]
    assert waiting_files([]) == []
