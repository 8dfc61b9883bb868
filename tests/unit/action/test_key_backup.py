# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key_backup verifier against recorded places: right, broken, unreadable and absent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.key_backup import ActionModule as KeyBackup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import CANNOT, DAY, DF, DIGEST, NOW, OTHER, file, ran
from tests.unit.proving import prove

FINGERPRINT = {"salt": "00ff", "sha256": DIGEST.upper(), "iterations": 1000}
NAS, VAULT, SAFE = (
    {"name": "nas", "file": "/mnt/nas/key"},
    {"name": "vault", "command": ["fp", "audit"]},
    {"name": "safe", "record": "/etc/safe.json"},
)
OPTIONS = {"fingerprint": FINGERPRINT, "locations": [NAS, VAULT, SAFE]}
KEY, COMMAND, RECORD, PLACE = (
    "# judged in place: /mnt/nas/key",
    "fp audit",
    "cat /etc/safe.json",
    "df -P -T /mnt/nas/key",
)


def record(days: float = 30, digest: str = DIGEST) -> dict[str, Any]:
    day = datetime.fromtimestamp(NOW - days * DAY, UTC).date().isoformat()
    return file("/etc/safe.json") | {"content": json.dumps({"read": day, "sha256": digest})}


def secret(same: bool = True, present: bool = True) -> dict[str, Any]:
    return {"present": present, "predicates": {"equals": same}}


def held(**more: Any) -> dict[str, Any]:
    there = ran(DF.format("nas:/keys", "nfs4"))
    return {KEY: secret(), COMMAND: ran(f"{DIGEST}\n"), RECORD: record(), PLACE: there, **more}


def locations(answers: dict[str, Any], **options: Any) -> Verdict:
    (verdict,) = prove(KeyBackup, "secrets.key_backup_locations", OPTIONS | options, answers)
    return verdict


def test_three_places_that_hold_the_same_key() -> None:
    verdict = locations(held())
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert set(verdict.actual) == {"nas", "vault", "safe"}
    assert DIGEST not in str(verdict)


APPLICATION = {"application_key": {"file": "/srv/.env", "variable": "KEY"}}
ITS_KEY = "# judged in place: /srv/.env KEY"


def test_the_application_uses_the_key_that_is_kept() -> None:
    assert locations(held(**{ITS_KEY: secret()}), **APPLICATION).status is Status.PASS
    assert "application: it holds another key" in locations(held(**{ITS_KEY: secret(False)}), **APPLICATION).message
    assert locations(held(**{ITS_KEY: CannotLook("denied", "x")}), **APPLICATION).status is Status.ERROR


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param({KEY: secret(False)}, "nas: it holds another key", id="another key in a file"),
        pytest.param({KEY: secret(False, False)}, "nas: /mnt/nas/key holds no key", id="empty"),
        pytest.param({KEY: CannotLook("not_found", "x")}, "nas: /mnt/nas/key holds no key", id="no file"),
        pytest.param({COMMAND: ran(OTHER)}, "vault: it holds another key", id="another key by command"),
        pytest.param({RECORD: record(digest=OTHER)}, "safe: it holds another key", id="another key in the record"),
        pytest.param({RECORD: record(120)}, "safe: the key was last read 12", id="not read for four months"),
        pytest.param({RECORD: record(-9)}, "safe: the record is of the future", id="future"),
        pytest.param({RECORD: CannotLook("not_found", "x")}, "there is no record /etc/safe.json", id="no record"),
        pytest.param({PLACE: ran(DF.format("/dev/sda1", "ext4"))}, "/dev/sda1 (ext4) of this host", id="on the host"),
    ],
)
def test_a_lost_wrong_or_forgotten_copy_fails(answers: dict[str, Any], says: str) -> None:
    verdict = locations(held(**answers))
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_one_place_is_not_enough_and_one_machine_is_one_place() -> None:
    assert "1 of at least 2 places is declared" in locations(held(), locations=[VAULT]).message
    second = {"name": "nas too", "file": "/mnt/other/key"}
    answers = {
        "# judged in place: /mnt/other/key": secret(),
        "df -P -T /mnt/other/key": ran(DF.format("nas:/x", "nfs4")),
    }
    assert "on the same disk as /mnt/nas/key: nas" in locations(held(**answers), locations=[NAS, second]).message
    answers["df -P -T /mnt/other/key"] = ran(DF.format("other:/x", "nfs4"))
    assert locations(held(**answers), locations=[NAS, second]).status is Status.PASS


def test_a_place_that_cannot_be_looked_at_is_an_error() -> None:
    for line in (KEY, COMMAND, RECORD, PLACE):
        for reason in CANNOT:
            assert locations(held(**{line: CannotLook(reason, "x")})).status is Status.ERROR
    for text in ("", "[]", "{}", '{"read": "soon", "sha256": "x"}', '{"read": "2026-01-01"}'):
        answer = file("/etc/safe.json") | {"content": text}
        assert locations(held(**{RECORD: answer})).status is Status.ERROR


@pytest.mark.parametrize(
    "answer", [ran(""), ran("s3cret-key"), ran("s3cret-key", 1, "s3cret-key"), ran(DIGEST + "\nx")]
)
def test_what_a_command_prints_is_never_shown(answer: dict[str, Any]) -> None:
    verdict = locations(held(**{COMMAND: answer}))
    assert verdict.status is Status.ERROR
    assert "s3cret" not in str(verdict)


@pytest.mark.parametrize(
    "options",
    [
        {"locations": []},
        {"fingerprint": None},
        {"locations": [NAS, NAS]},
        {"locations": [{"name": "x"}]},
        {"locations": [NAS | {"record": "/r"}]},
    ],
)
def test_places_are_declared_once_and_in_one_way(options: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        locations(held(), **options)
