# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against copies of a real Redis, right and really broken."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.backups import needs, proof, run

pytestmark = needs("redis-server", "redis-check-rdb", "redis-check-aof")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A snapshot and an append-only file of the same thousand keys."""
    root = tmp_path_factory.mktemp("redis")
    options = ["--port", "0", "--unixsocket", root / "s", "--dir", root, "--appendonly", "yes", "--save", ""]
    server = subprocess.Popen(["redis-server", *map(str, options)], stdout=subprocess.DEVNULL)
    try:
        for _time in range(100):
            if (root / "s").exists():
                break
            time.sleep(0.05)
        run("redis-cli", "-s", root / "s", "eval", "for i=1,1000 do redis.call('set','key'..i,'value'..i) end", "0")
        run("redis-cli", "-s", root / "s", "save")
        (log,) = [*root.glob("appendonlydir/*.incr.aof"), *root.glob("appendonly.aof")][:1]
        return {"rdb": (root / "dump.rdb").read_bytes(), "aof": log.read_bytes()}
    finally:
        server.kill()
        server.wait()


def fresh(directory: Path, suffix: str, content: bytes) -> Verdict:
    (directory / f"dump.{suffix}").write_bytes(content)
    return proof("freshness", {"directory": str(directory), "pattern": f"*.{suffix}"})


@pytest.mark.parametrize("suffix", ["rdb", "aof"])
def test_a_copy_of_redis_is_whole_or_it_fails(tmp_path: Path, written: dict[str, bytes], suffix: str) -> None:
    content = written[suffix]
    assert fresh(tmp_path, suffix, content).message == ""
    assert fresh(tmp_path, suffix, content).status is Status.PASS
    breakages: list[Callable[[bytes], bytes]] = [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-3],
        lambda whole: (
            whole[:50] + whole[50:].replace(b"$", b"#", 9) if suffix == "aof" else whole.replace(b"value77", b"value88")
        ),
    ]
    for breakage in breakages:
        verdict = fresh(tmp_path, suffix, breakage(content))
        assert (verdict.status, "is damaged" in verdict.message) == (Status.FAIL, True)
    assert "begins with unknown bytes" in fresh(tmp_path, suffix, b"\1" + content).message
    assert "is empty" in fresh(tmp_path, suffix, b"").message


def test_without_its_tool_only_a_checksum_speaks(
    tmp_path: Path, written: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ansible_collections.golive.verify.plugins.module_utils.observation.commands._PATH", str(tmp_path)
    )
    verdict = fresh(tmp_path, "rdb", written["rdb"])
    assert (verdict.status, "missing_tool" in verdict.message) == (Status.ERROR, True)
