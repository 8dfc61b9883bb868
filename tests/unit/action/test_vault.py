# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in a store and their rotation, against recorded answers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.vault import ActionModule as Vault
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.vault_recordings import (
    AUDIT,
    OPTIONS,
    STATUS,
    Answers,
    answer,
    asked,
    denied,
    nothing,
    reply,
)
from tests.unit.proving import prove

DAY = 86400
Options = dict[str, Any]


def ago(days: float) -> str:
    """A time as OpenBao writes it, with nanoseconds."""
    return datetime.fromtimestamp(time.time() - days * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


def version(days: float, deletion: str = "", destroyed: bool = False) -> Options:
    return {"created_time": ago(days), "deletion_time": deletion, "destroyed": destroyed}


def metadata(*versions: Options, first: int = 1) -> Any:
    """What a KV engine answers on a secret of these versions."""
    numbered = {str(first + index): each for index, each in enumerate(versions)}
    current = first + len(versions) - 1 if versions else 0
    return answer(current_version=current, versions=numbered, max_versions=0, custom_metadata=None)


KV2 = answer(type="kv", options={"version": "2"}, path="secret/")
SOUND: Answers = {asked("sys/seal-status", token=False): STATUS, asked("sys/audit"): AUDIT}
SECRET: Answers = {
    asked("sys/internal/ui/mounts/secret"): KV2,
    asked("secret/metadata/shop/jwt"): metadata(version(10)),
    asked("secret/subkeys/shop/jwt"): answer(subkeys={"JWT_SECRET": None, "more": {"than": None}}, metadata={}),
}
KEY: Answers = {asked("transit/keys/audit"): answer(latest_version=2, keys={"1": 1, "2": int(time.time())})}
DECLARED = {**OPTIONS, "secrets": [{"path": "shop/jwt", "keys": ["JWT_SECRET"]}]}


def told(control: str, options: Options, answers: Answers) -> tuple[Status, str]:
    """The worst status on a control, and what is said with it."""
    said: list[Verdict] = prove(Vault, f"secrets.{control}", options, answers)
    status = worst(each.status for each in said)
    return status, "; ".join(each.message for each in said if each.status is status)


@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_a_secret_in_a_sound_store(vantage: str) -> None:
    said = prove(Vault, "secrets.in_store", {**DECLARED, "from": vantage}, SOUND | SECRET)
    assert [(each.status, each.subject) for each in said] == [(Status.PASS, ""), (Status.PASS, "secret/shop/jwt")]
    assert said[1].actual == {"secret/shop/jwt": f"version 1 of {ago(10)[:10]}", "keys": ["JWT_SECRET"]}


@pytest.mark.parametrize(
    ("changed", "status", "because"),
    [
        ({"secret/metadata/shop/jwt": nothing()}, Status.FAIL, "there is nothing at secret/shop/jwt"),
        ({"secret/metadata/shop/jwt": metadata()}, Status.FAIL, "there is nothing at secret/shop/jwt"),
        (
            {"secret/metadata/shop/jwt": metadata(version(9), version(2, ago(1)))},
            Status.FAIL,
            "the newest version of secret/shop/jwt, 2, is deleted",
        ),
        (
            {"secret/metadata/shop/jwt": metadata(version(9), version(2, ago(1), destroyed=True))},
            Status.FAIL,
            "is destroyed",
        ),
        ({"secret/metadata/shop/jwt": metadata(version(9, ago(-30)))}, Status.PASS, ""),
        ({"secret/subkeys/shop/jwt": answer(subkeys={})}, Status.FAIL, "has no key JWT_SECRET"),
        # A store before Vault 1.10, and one that would tell values.
        ({"secret/subkeys/shop/jwt": nothing()}, Status.ERROR, "does not tell its keys"),
        ({"secret/subkeys/shop/jwt": answer(subkeys={"JWT_SECRET": "v"})}, Status.ERROR, "holds more than names"),
        ({"secret/subkeys/shop/jwt": answer(subkeys=None)}, Status.ERROR, "subkeys is no dict"),
        (
            {"secret/metadata/shop/jwt": denied()},
            Status.ERROR,
            'needs path "secret/metadata/shop/jwt" { capabilities = ["read"] }',
        ),
        ({"secret/metadata/shop/jwt": CannotLook("timeout", "slow")}, Status.ERROR, "timeout"),
        ({"secret/metadata/shop/jwt": CannotLook("not_found", "/t")}, Status.ERROR, "not_found"),
        ({"secret/metadata/shop/jwt": reply(200, "<html>")}, Status.ERROR, "not the answer of a secret store"),
        ({"secret/metadata/shop/jwt": reply(302, "")}, Status.ERROR, "name where it leads"),
        ({"secret/metadata/shop/jwt": reply(503, '{"errors":["Vault is sealed"]}')}, Status.ERROR, "Vault is sealed"),
        ({"secret/metadata/shop/jwt": {**reply(200, "{}"), "truncated": True}}, Status.ERROR, "too_large"),
        ({"secret/metadata/shop/jwt": answer(versions={"1": {}}, current_version=1)}, Status.ERROR, "malformed"),
        ({"secret/metadata/shop/jwt": answer(versions={"x": version(1)}, current_version=1)}, Status.ERROR, "version"),
        ({"secret/metadata/shop/jwt": answer(versions={"1": version(1)}, current_version=2)}, Status.ERROR, "newest"),
        ({"sys/internal/ui/mounts/secret": answer(type="kv", options=None)}, Status.ERROR, "KV of version 1"),
        ({"sys/internal/ui/mounts/secret": answer(type="pki", options={})}, Status.ERROR, "no KV engine but pki"),
        # Whoever may read metadata need not be told what the engine is.
        ({"sys/internal/ui/mounts/secret": denied()}, Status.PASS, ""),
        ({"sys/audit": denied()}, Status.ERROR, 'needs path "sys/audit" { capabilities = ["read", "sudo"] }'),
        ({"sys/audit": answer()}, Status.FAIL, "no audit device"),
    ],
)
def test_secrets_in_the_store(changed: Answers, status: Status, because: str) -> None:
    answers = SOUND | SECRET | {asked(path): value for path, value in changed.items()}
    found, message = told("in_store", DECLARED, answers)
    assert (found, because in message) == (status, True), message


def test_one_secret_that_cannot_be_seen_does_not_hide_another() -> None:
    two = {**OPTIONS, "secrets": [{"path": "shop/jwt"}, {"path": "shop/mail"}, {"path": "shop/none"}]}
    more = {asked("secret/metadata/shop/mail"): denied(), asked("secret/metadata/shop/none"): nothing()}
    said = prove(Vault, "secrets.in_store", two, SOUND | SECRET | more)
    assert [each.status for each in said] == [Status.PASS, Status.PASS, Status.ERROR, Status.FAIL]
    assert [each.subject for each in said][1:] == ["secret/shop/jwt", "secret/shop/mail", "secret/shop/none"]


@pytest.mark.parametrize(
    ("versions", "because"),
    [
        ([version(89.9)], ""),
        ([version(91)], "version 1 of secret/shop/jwt is 91 days old, not 90 at most"),
        # Fourteen months with one version.
        ([version(425)], "is 425 days old"),
        ([version(100), version(6)], ""),
        ([version(100), version(8)], "version 1 of secret/shop/jwt can still be read, although 2 replaced it"),
        ([version(100, destroyed=True), version(8)], ""),
        ([version(100, ago(3)), version(8)], ""),
        ([version(100, ago(-3)), version(8)], "version 1 of secret/shop/jwt can still be read"),
        ([version(99)] * 8 + [version(8)], "version 1, 2, 3, 4, 5 … of secret/shop/jwt can still be read"),
        ([version(99), version(8, ago(1))], "is deleted"),
        ([], "there is nothing at secret/shop/jwt"),
    ],
)
def test_rotation(versions: list[Options], because: str) -> None:
    status, message = told("rotation", DECLARED, {**SECRET, asked("secret/metadata/shop/jwt"): metadata(*versions)})
    assert (status, because in message) == (Status.FAIL if because else Status.PASS, True), message


def test_a_version_of_tomorrow_means_that_a_clock_is_wrong() -> None:
    status, message = told("rotation", DECLARED, {**SECRET, asked("secret/metadata/shop/jwt"): metadata(version(-1))})
    assert (status, "which is yet to come" in message) == (Status.ERROR, True)


@pytest.mark.parametrize(("days", "status"), [(364, Status.PASS), (366, Status.FAIL)])
def test_an_encryption_key_may_be_older_and_keeps_its_former_versions(days: float, status: Status) -> None:
    declared = {**OPTIONS, "secrets": [{"path": "shop/jwt", "encryption_key": True}]}
    answers = {**SECRET, asked("secret/metadata/shop/jwt"): metadata(version(900), version(days), first=4)}
    assert told("rotation", declared, answers)[0] is status


@pytest.mark.parametrize(
    ("key", "status", "because"),
    [
        (answer(latest_version=2, keys={"1": 1, "2": int(time.time() - 364 * DAY)}), Status.PASS, ""),
        (answer(latest_version=1, keys={"1": int(time.time() - 366 * DAY)}), Status.FAIL, "audit is 366 days old"),
        # Keys that are pairs tell more of each version.
        (answer(latest_version=1, keys={"1": {"creation_time": ago(2), "public_key": "x"}}), Status.PASS, ""),
        (answer(latest_version=1, keys={"1": {"creation_time": ago(400)}}), Status.FAIL, "400 days old"),
        (answer(latest_version=2, keys={"1": 1}), Status.ERROR, "does not tell when version 2 was made"),
        (answer(latest_version=1, keys={"1": 1e300}), Status.ERROR, "does not tell when version 1 was made"),
        (answer(latest_version=1, keys={"1": {"creation_time": "soon"}}), Status.ERROR, "not the time of a version"),
        (nothing(), Status.FAIL, "there is nothing at transit/keys/audit"),
        (denied(), Status.ERROR, 'needs path "transit/keys/audit" { capabilities = ["read"] }'),
    ],
)
def test_keys_of_the_transit_engine(key: Any, status: Status, because: str) -> None:
    found, message = told("rotation", {**OPTIONS, "transit_keys": ["audit"]}, {asked("transit/keys/audit"): key})
    assert (found, because in message) == (status, True), message


@pytest.mark.parametrize("control", ["in_store", "rotation"])
def test_without_declared_secrets_nothing_is_proven(control: str) -> None:
    with pytest.raises(NotAsked, match="secrets"):
        told(control, OPTIONS, {})


def test_the_namespace_is_that_of_secrets_and_not_of_the_cluster() -> None:
    inside = {"X-Vault-Namespace": "team"}
    answers = SOUND | {asked(path, headers=inside): SECRET[asked(path)] for path in _paths(SECRET)}
    assert told("in_store", {**DECLARED, "namespace": "team"}, answers)[0] is Status.PASS


def _paths(answers: Answers) -> list[str]:
    return [line.rpartition("/v1/")[2] for line in answers]


def test_no_token_crosses_the_network_in_clear() -> None:
    said = prove(Vault, "secrets.in_store", {**DECLARED, "url": "http://192.0.2.7:8200/"}, {
        asked("sys/seal-status", url="http://192.0.2.7:8200", token=False): STATUS
    })  # fmt: skip
    assert [each.status for each in said] == [Status.FAIL, Status.ERROR]
    assert "http://192.0.2.7:8200 is talked to in clear" in said[0].message
    assert "would cross the network in clear" in said[1].message


def test_a_path_is_quoted() -> None:
    odd = {**OPTIONS, "mount": "secret/", "secrets": [{"path": "/shop/ä b?c"}]}
    answers = SOUND | {
        asked("sys/internal/ui/mounts/secret"): KV2,
        asked("secret/metadata/shop/%C3%A4%20b%3Fc"): metadata(version(1)),
    }
    assert told("in_store", odd, answers)[0] is Status.PASS
