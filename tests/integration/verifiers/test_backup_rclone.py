# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against real remotes of rclone: a directory, an encrypted one, and a bucket that speaks S3."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.backups import DAY, Counting, needs, needs_root, on_nas, proof, run

pytestmark = needs("rclone")


class Remotes:
    """A directory of four dumps of four days, and remotes that it can be copied to."""

    def __init__(self, root: Path, endpoint: str) -> None:
        self.root, self.config, self.dumps = root, root / "rclone.conf", root / "dumps"
        self.dumps.mkdir()
        secret = run("rclone", "obscure", "secret").strip()
        self.config.write_text(
            f"[near]\ntype = local\n\n[sealed]\ntype = crypt\nremote = near:{root}/sealed\npassword = {secret}\n\n"
            f"[bucket]\ntype = s3\nprovider = Other\nendpoint = {endpoint}\naccess_key_id = a\n"
            "secret_access_key = b\nforce_path_style = true\n"
        )
        for day in range(4):
            self.dump(f"d{day}.dump", os.urandom(3000), day + 0.1)

    def dump(self, name: str, content: bytes, days: float = 0.1) -> Path:
        path = self.dumps / name
        path.write_bytes(content)
        path.with_name(f"{name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        os.utime(path, (time.time() - days * DAY,) * 2)
        return path

    def rclone(self, *arguments: str | Path) -> None:
        run("rclone", f"--config={self.config}", *arguments, env={"PATH": os.environ["PATH"]})

    def options(self, remote: str, **more: Any) -> dict[str, Any]:
        return {"rclone": {"remote": remote, "config": str(self.config), "pattern": "*.dump", **more}}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@pytest.fixture(scope="module")
def remotes(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Remotes:
    remotes = Remotes(tmp_path_factory.mktemp("remotes"), endpoint)
    for remote in (f"near:{remotes.root}/copy", "sealed:", "bucket:backups/shop"):
        remotes.rclone("copy", remotes.dumps, remote)
    return remotes


@pytest.mark.parametrize("remote", ["near:{}/copy", "sealed:", "bucket:backups/shop"])
def test_every_remote_is_read_alike(remotes: Remotes, remote: str) -> None:
    options = remotes.options(remote.format(remotes.root))
    host = Counting()
    verdict = proof("freshness", options, host)
    assert (verdict.status, verdict.message, host.calls) == (Status.PASS, "", 2)
    assert proof("retention", options | {"retention_days": 4}).status is Status.PASS
    assert "3 days old" in proof("retention", options).message


def test_a_remote_with_a_wrong_old_or_unproven_copy_fails(remotes: Remotes) -> None:
    place = remotes.root / "broken"
    options = remotes.options(f"near:{place}")
    assert f"there is no near:{place}" in proof("freshness", options).message
    remotes.rclone("copy", remotes.dumps, f"near:{place}")
    newest = place / "d0.dump"
    content, made = newest.read_bytes(), newest.stat().st_mtime
    newest.write_bytes(content[:-1] + b"\0")
    os.utime(newest, (made,) * 2)
    assert "does not match its checksum file" in proof("freshness", options).message
    newest.write_bytes(b"")
    assert "is empty" in proof("freshness", options).message
    newest.unlink()
    assert "26 h old" in proof("freshness", options).message
    (place / "d1.dump.sha256").unlink()
    assert "nothing proves that d1.dump is whole" in proof("freshness", options | {"max_age_hours": 48}).message


def test_a_remote_that_cannot_be_read_is_an_error(remotes: Remotes, tmp_path: Path) -> None:
    closed = tmp_path / "closed.conf"
    closed.write_text(remotes.config.read_text().replace("endpoint = http://127.0.0.1", "endpoint = http://127.0.0.2"))
    for options in (
        remotes.options("absent:x"),
        remotes.options("bucket:backups/shop", config="/absent"),
        remotes.options("bucket:backups/shop", config=str(closed)) | {"timeout": 3},
    ):
        assert proof("freshness", options).status is Status.ERROR


@needs_root
def test_a_configuration_that_may_not_be_read_is_an_error(remotes: Remotes) -> None:
    remotes.config.chmod(0o600)
    assert proof("freshness", remotes.options("sealed:", user="nobody")).status is Status.ERROR


def off_site(remotes: Remotes, remote: str, host: engine.Transport = on_nas) -> Any:
    source = {"directory": str(remotes.dumps), "pattern": "*.dump"}
    return proof("offsite", source | {"offsite": [remotes.options(remote)]}, host)


def through_the_net(requests: Sequence[Request]) -> Sequence[Answer]:
    """This machine, but what it reaches on itself is told to be another one: what no test can really have."""
    return [
        _renamed(answer) if "dump" in request.params.get("argv", ()) else answer
        for request, answer in zip(requests, engine.on_controller(requests), strict=True)
    ]


def _renamed(answer: Answer) -> Answer:
    value = answer["value"]
    return {**answer, "value": {**value, "stdout": value["stdout"].replace("127.0.0.1", "s3.test")}}


def test_an_encrypted_equal_copy_elsewhere_is_off_site(remotes: Remotes) -> None:
    verdict = off_site(remotes, "sealed:")
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["encryption"] == "rclone crypt"
    assert "of this host" in off_site(remotes, "sealed:", engine.on_controller).message
    assert "d0.dump is not encrypted" in off_site(remotes, "bucket:backups/shop", through_the_net).message
    assert "on this host itself" in off_site(remotes, "bucket:backups/shop").message


@needs("age", "gpg")
def test_files_in_a_bucket_are_encrypted_by_their_first_bytes(remotes: Remotes, tmp_path: Path) -> None:
    plain, home = remotes.dumps / "d0.dump", tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    run("age-keygen", "-o", tmp_path / "key")
    batch: list[str | Path] = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "x"]
    run(*batch, "--quick-generate-key", "shop", "future-default", "default", "never")
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    run("age", "-e", "-i", tmp_path / "key", "-o", sealed / "x.age", plain)
    run(*batch, "--trust-model", "always", "-r", "shop", "--output", sealed / "to-a-key.gpg", "--encrypt", plain)
    run("gpgconf", "--homedir", home, "--kill", "all")
    (sealed / "only-named-so.gpg").write_bytes(b"\x1f\x8b\x08" + os.urandom(3000))
    for path in list(sealed.iterdir()):
        path.with_name(f"{path.name}.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    remotes.rclone("copy", sealed, "bucket:backups/sealed")
    for name, encryption in (("x.age", "age"), ("to-a-key.gpg", "gpg"), ("only*.gpg", None)):
        entry = remotes.options("bucket:backups/sealed", pattern=name)
        verdict = proof("offsite", {"offsite": [entry]}, through_the_net)
        assert verdict.actual["encryption"] == encryption
        assert verdict.status is (Status.PASS if encryption else Status.FAIL), verdict.message
