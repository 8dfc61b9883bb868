# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups, settings and keys on real disks and file systems: apart from what they are of, and immutable."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.env_backup import ActionModule as EnvBackup
from ansible_collections.golive.verify.plugins.action.key_backup import ActionModule as KeyBackup
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.backups import needs, on_nas, proof, run
from tests.integration.verifiers.live import prove_live

MEMORY = Path("/dev/shm")


def succeeds(*argv: str | Path) -> bool:
    return subprocess.run(list(map(str, argv)), capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dumps")
    (path / "d.bin").write_bytes(os.urandom(3000))
    return path


def kept(path: Path, **more: Any) -> dict[str, Any]:
    return {"directory": str(path), "pattern": "*.bin", "retention_days": 1, **more}


@pytest.fixture(scope="module")
def disk(dumps: Path) -> None:
    device = run("df", "-P", "-T", dumps).splitlines()[-1].split()[0]
    if device.startswith("/dev/") and not succeeds("lsblk", device):
        pytest.skip(f"this machine hides the disk below {device}")


@pytest.mark.usefixtures("disk")
@pytest.mark.skipif(not os.access(MEMORY, os.W_OK), reason="no file system in memory")
def test_backups_beside_the_data_are_not_retained(dumps: Path, tmp_path: Path) -> None:
    assert "lies on the same disk as" in proof("retention", kept(dumps, data_directory=str(tmp_path))).message
    assert proof("retention", kept(dumps, data_directory=str(MEMORY))).status is Status.PASS
    assert proof("retention", kept(dumps, data_directory="/absent")).status is Status.ERROR


@pytest.fixture
def frozen(dumps: Path) -> Iterator[Path]:
    path = dumps / "d.bin"
    if not succeeds("chattr", "+i", path):
        pytest.skip("no file can be made immutable here")
    try:
        yield path
    finally:
        run("chattr", "-i", path)


def test_a_file_that_can_be_deleted_is_not_immutable(dumps: Path, frozen: Path) -> None:
    assert proof("retention", kept(dumps, immutable=True)).message == ""
    run("chattr", "-i", frozen)
    assert "1 of 1 copies are not immutable" in proof("retention", kept(dumps, immutable=True)).message


@needs("borg")
def test_a_repository_of_borg_is_append_only_or_not(tmp_path: Path, dumps: Path) -> None:
    repository, passphrase = tmp_path / "repository", tmp_path / "passphrase"
    passphrase.write_text("secret")
    environment = {**os.environ, "BORG_PASSPHRASE": "secret", "BORG_BASE_DIR": str(tmp_path)}
    run("borg", "init", "--encryption=repokey", repository, env=environment)
    run("borg", "create", f"{repository}::a", dumps, env=environment)
    options = {"borg": {"repository": str(repository), "passphrase_file": str(passphrase)}, "retention_days": 1}
    assert "is not append-only" in proof("retention", options | {"immutable": True}).message
    run("borg", "config", repository, "append_only", "1", env=environment)
    verdict = proof("retention", options | {"immutable": True})
    assert (verdict.status, verdict.message) == (Status.PASS, "")


def _apart(requests: Any) -> Any:
    """This machine, but the copies lie on another one: what no test can really have."""
    copies = [request.params.get("argv", [""])[-1].endswith("copies") for request in requests]
    return [
        far if there else near for there, far, near in zip(copies, on_nas(requests), _together(requests), strict=True)
    ]


def _together(requests: Any) -> Any:
    """This machine, with one disk that is no device, so that it needs none."""
    return [
        {**answer, "value": {**answer["value"], "stdout": "Filesystem\nroot ext4 9 3 6 33% /\n"}}
        if request.params.get("argv", [""])[0] == "df" and "value" in answer
        else answer
        for request, answer in zip(requests, engine.on_controller(requests), strict=True)
    ]


KEY = "correct horse battery staple"


def fingerprint(key: str) -> dict[str, Any]:
    digest = hashlib.pbkdf2_hmac("sha256", key.encode(), b"00ff", 1000).hex()
    return {"salt": "00ff", "sha256": digest, "iterations": 1000}


@needs("age")
def test_settings_are_backed_up_after_each_change(tmp_path: Path) -> None:
    def backup(host: engine.Transport = _apart) -> Verdict:
        options = {"files": [str(env)], "directory": str(copies), "pattern": "*.age"}
        (verdict,) = prove_live(EnvBackup, "env.backup", options, host)
        return verdict

    env, copies = tmp_path / ".env", tmp_path / "copies"
    copies.mkdir()
    env.write_text("A=secret\n")
    assert "there is no copy of" in backup().message
    run("age-keygen", "-o", tmp_path / "key")
    sealed = copies / "env.age"
    run("age", "-e", "-i", tmp_path / "key", "-o", sealed, env)
    assert "nothing proves that env.age is whole" in backup().message
    (copies / "env.age.sha256").write_text(hashlib.sha256(sealed.read_bytes()).hexdigest())
    assert (backup().status, backup().message) == (Status.PASS, "")
    assert "lies on the same disk as" in backup(_together).message
    os.utime(env, (sealed.stat().st_mtime + 60,) * 2)
    assert "is older than the last change" in backup().message
    env.unlink()
    assert backup().status is Status.ERROR
    env.write_text("A=secret\n")
    sealed.write_text("A=secret\n")
    assert "env.age is not encrypted" in backup().message


def test_a_key_lies_in_a_mount_behind_a_command_and_in_a_safe(tmp_path: Path) -> None:
    def places(host: engine.Transport = on_nas, **more: Any) -> Verdict:
        options = {"fingerprint": fingerprint(KEY), "locations": [mount, command, safe], **more}
        (verdict,) = prove_live(KeyBackup, "secrets.key_backup_locations", options, host)
        return verdict

    def note(read: str) -> None:
        (tmp_path / "safe.json").write_text(json.dumps({"read": read, "sha256": fingerprint(KEY)["sha256"]}))

    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "printed").write_text(fingerprint(KEY)["sha256"])
    note(datetime.now(UTC).date().isoformat())
    mount = {"name": "nas", "file": str(tmp_path / "key")}
    command = {"name": "vault", "command": ["cat", str(tmp_path / "printed")]}
    safe = {"name": "safe", "record": str(tmp_path / "safe.json")}
    assert (places().status, places().message) == (Status.PASS, "")
    assert KEY not in str(places())
    assert "of this host" in places(engine.on_controller).message
    assert "1 of at least 2 places" in places(locations=[safe]).message

    (tmp_path / ".env").write_text(f'AUDIT_KEY="{KEY}"\n')
    application = {"file": str(tmp_path / ".env"), "variable": "AUDIT_KEY"}
    assert places(application_key=application).status is Status.PASS
    assert "application: " in places(application_key={**application, "variable": "OTHER_KEY"}).message

    note("2020-01-01")
    assert "safe: the key was last read" in places().message
    note("2020-13-01")
    assert places().status is Status.ERROR
    (tmp_path / "safe.json").unlink()
    assert "there is no record" in places().message
    note(datetime.now(UTC).date().isoformat())
    (tmp_path / "printed").write_text(KEY)
    assert (places().status, KEY in str(places())) == (Status.ERROR, False)
    (tmp_path / "key").write_text("another key\n")
    assert "nas: it holds another key" in places().message
    (tmp_path / "key").unlink()
    assert "holds no key" in places().message
