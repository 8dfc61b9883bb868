# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The env_backup verifier against recorded copies: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.env_backup import ActionModule as EnvBackup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import (
    CANNOT,
    DAY,
    DF,
    HOUR,
    OTHER,
    RESTIC,
    SNAPSHOTS,
    directory,
    file,
    ran,
    snapshots,
)
from tests.unit.proving import prove

ENV, STAT = "/srv/.env", "stat -L /srv/.env"
OPTIONS = {"files": [ENV], "directory": "/b", "pattern": "*.age"}
COPIES, DATA = "df -P -T /b", "df -P -T /srv/.env"


MARKS = {"grep -ahE '^-- (PostgreSQL database |(MySQL|MariaDB) dump |Dump completed)' /b/env.age": ran("", 1)}


def kept(copies: list[dict[str, Any]] | None = None, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """A copy of three hours ago, on another machine, of settings that were last changed yesterday."""
    found = directory("/b", [file("/b/env.age", size=400)] if copies is None else copies)
    places = {COPIES: ran(DF.format("nas:/b", "nfs4")), DATA: ran(DF.format("/dev/sda1", "ext4"))}
    lsblk = {"lsblk -n -s -l -o NAME,TYPE /dev/sda1": ran("sda1 part\nsda disk\n")}
    return {**found, **places, **lsblk, STAT: file(ENV, age=DAY), **(more or {})}


def backup(answers: dict[str, Any], options: dict[str, Any] | None = None) -> Verdict:
    (verdict,) = prove(EnvBackup, "env.backup", options or OPTIONS, answers)
    return verdict


def test_a_current_encrypted_copy_elsewhere_is_a_backup() -> None:
    verdict = backup(kept())
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["encryption"] == "age"
    on_another_disk = kept(
        more={
            COPIES: ran(DF.format("/dev/sdb1", "ext4")),
            "lsblk -n -s -l -o NAME,TYPE /dev/sdb1": ran("sdb1 part\nsdb disk\n"),
        },
    )
    assert backup(on_another_disk).status is Status.PASS


def test_a_repository_of_a_tool_is_one_too() -> None:
    assert backup({STAT: file(ENV, age=DAY), SNAPSHOTS: snapshots()}, {"files": [ENV], **RESTIC}).status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param(kept([]), "there is no copy of /srv/.env in /b", id="none"),
        pytest.param(kept(more={STAT: file(ENV, age=HOUR)}), "is older than the last change of /srv/.env", id="stale"),
        pytest.param(kept([file("/b/env.age", size=0, head="")]), "env.age is empty", id="empty"),
        pytest.param(
            kept([file("/b/env.age", head=b"A=secret\n".hex())], more=MARKS), "env.age is not encrypted", id="in clear"
        ),
        pytest.param(
            kept(more={"sha256sum /b/env.age": file("/b/env.age") | {"sha256": OTHER}}), "does not match", id="other"
        ),
        pytest.param(
            kept(more={"ls -ld /b/*.age.sha256*": {"pattern": "", "files": []}}), "nothing proves", id="unchecked"
        ),
        pytest.param(
            kept(more={COPIES: ran(DF.format("/dev/sda1", "ext4"))}), "on the same disk as /srv/.env", id="here"
        ),
        pytest.param(kept(more={STAT: file(ENV, age=DAY, size=0)}), "/srv/.env holds nothing", id="settings are empty"),
    ],
)
def test_a_missing_stale_or_plain_copy_fails(answers: dict[str, Any], says: str) -> None:
    verdict = backup(answers)
    assert verdict.status is Status.FAIL
    assert says in verdict.message


@pytest.mark.parametrize("reason", CANNOT)
def test_what_cannot_be_read_is_an_error(reason: str) -> None:
    for line in ("ls -ld /b/*.age", STAT, "sha256sum /b/env.age", COPIES, DATA):
        assert backup(kept(more={line: CannotLook(reason, "x")})).status is Status.ERROR
    assert backup(kept(more={STAT: CannotLook("not_found", "x")})).status is Status.ERROR


@pytest.mark.parametrize("options", [{"files": [ENV]}, {"directory": "/b"}])
def test_it_takes_the_files_and_where_their_copies_are(options: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        backup(kept(), options)
