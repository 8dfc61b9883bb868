# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept backups are on another disk than the data, and immutable where that is declared."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import (
    ARCHIVES,
    BORG,
    CANNOT,
    DF,
    DUMPS,
    GREP,
    INFO,
    PGBACKREST,
    RESTIC,
    SIZES,
    SNAPSHOTS,
    archives,
    directory,
    info,
    month,
    ran,
    snapshots,
)
from tests.unit.proving import prove

DATA, COPIES = "df -P -T /var/lib/pg", "df -P -T /b"


def retained(answers: dict[str, Any], options: dict[str, Any] | None = None, **more: Any) -> Verdict:
    (verdict,) = prove(Backup, "backup.retention", (options or DUMPS) | more, directory("/b", month()) | answers)
    return verdict


def on(device: str, kind: str = "ext4") -> dict[str, Any]:
    return ran(DF.format(device, kind))


def blocks(device: str, *lines: str) -> dict[str, Any]:
    return {f"lsblk -n -s -l -o NAME,TYPE {device}": ran("\n".join(lines) + "\n")}


SDA1, SDB1 = blocks("/dev/sda1", "sda1 part", "sda disk"), blocks("/dev/sdb1", "sdb1 part", "sdb disk")
LVM = blocks("/dev/mapper/vg-pg", "vg-pg lvm", "sda2 part", "sda disk", "sdc disk")


@pytest.mark.parametrize(
    ("copies", "data", "right"),
    [
        (on("/dev/sdb1"), on("/dev/sda1"), True),
        (on("/dev/sda1"), on("/dev/sda1"), False),
        (on("/dev/sda1"), on("/dev/mapper/vg-pg"), False),
        (on("/dev/sdb1"), on("/dev/mapper/vg-pg"), True),
        (on("nas:/export", "nfs4"), on("/dev/sda1"), True),
        (on("nas:/export", "nfs4"), on("nas:/pg", "nfs4"), False),
        (on("tank/backups", "zfs"), on("tank/backups", "zfs"), False),
        (on("tmpfs", "tmpfs"), on("/dev/sda1"), False),
    ],
)
def test_backups_on_the_disk_of_the_data_are_not_retained(copies: Any, data: Any, right: bool) -> None:
    answers = {COPIES: copies, DATA: data, **SDA1, **SDB1, **LVM}
    verdict = retained(answers, data_directory="/var/lib/pg")
    assert verdict.status is (Status.PASS if right else Status.FAIL)
    assert right or "same disk" in verdict.message or "in memory" in verdict.message


@pytest.mark.parametrize("reason", CANNOT)
def test_disks_that_cannot_be_told_apart_are_an_error(reason: str) -> None:
    right = {COPIES: on("/dev/sdb1"), DATA: on("/dev/sda1"), **SDA1, **SDB1}
    for line in right:
        assert retained(right | {line: CannotLook(reason, "x")}, data_directory="/var/lib/pg").status is Status.ERROR
        assert retained(right | {line: ran("?")}, data_directory="/var/lib/pg").status is Status.ERROR


def test_a_repository_elsewhere_is_on_no_disk_of_the_data() -> None:
    assert retained({SNAPSHOTS: snapshots()}, RESTIC, data_directory="/var/lib/pg").status is Status.PASS


def flagged(*without: int) -> dict[str, Any]:
    paths = [f"/b/d{day}.age" for day in reversed(range(31))]
    lines = [f"{'----i' if day not in without else '-----'}---------e------- /b/d{day}.age" for day in range(31)]
    return {f"lsattr -d {' '.join(paths)}": ran("\n".join(lines) + "\n")}


def test_files_are_immutable_by_their_flag() -> None:
    assert retained(flagged(), immutable=True).status is Status.PASS
    assert "1 of 31 copies are not immutable, such as /b/d3.age" in retained(flagged(3), immutable=True).message
    (line,) = flagged()
    for reason in CANNOT:
        assert retained({line: CannotLook(reason, "x")}, immutable=True).status is Status.ERROR
    for answer in (ran(""), ran("garbage"), ran("", 1, "lsattr: Operation not supported While reading flags")):
        assert retained({line: answer}, immutable=True).status is Status.ERROR
    nothing = directory("/b", [])
    assert retained(nothing, immutable=True).status is Status.FAIL


def test_a_local_repository_of_borg_is_append_only() -> None:
    local = {"borg": BORG["borg"] | {"repository": "/r"}}
    lines = {line.replace("ssh://b@vault/r", "/r"): answer for line, answer in {ARCHIVES: archives(), **SIZES}.items()}
    asked = 'BORG_PASSPHRASE="$(cat /etc/pw)" runuser -u backup -- borg --bypass-lock config /r append_only'
    assert retained(lines | {asked: ran("1\n")}, local, immutable=True).status is Status.PASS
    assert "/r is not append-only" in retained(lines | {asked: ran("0\n")}, local, immutable=True).message
    for answer in (ran(""), ran("", 2, "x"), CannotLook("denied", "x")):
        assert retained(lines | {asked: answer}, local, immutable=True).status is Status.ERROR


@pytest.mark.parametrize(
    ("options", "answers"),
    [(RESTIC, {SNAPSHOTS: snapshots()}), (BORG, {ARCHIVES: archives(), **SIZES})],
)
def test_what_a_host_cannot_see_is_not_proven(options: dict[str, Any], answers: dict[str, Any]) -> None:
    with pytest.raises(NotAsked, match="delete"):
        retained(answers, options, immutable=True)


def test_pgbackrest_on_the_disk_of_the_data_is_not_retained() -> None:
    answers = {INFO: info(), **GREP, "df -P -T /var/lib/pgbackrest": on("/dev/sda1"), DATA: on("/dev/sda1"), **SDA1}
    assert "same disk" in retained(answers, PGBACKREST, data_directory="/var/lib/pg").message
