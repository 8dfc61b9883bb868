# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The env_file verifier against real files and a real process: this machine is the host."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.loader import init_plugin_loader

from ansible_collections.golive.verify.plugins.action.env_file import ActionModule as EnvFile
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live

init_plugin_loader()

MARKER = f"shop-worker-{os.getpid()}"
SLEEP = "import time; print('up', flush=True); time.sleep(300)"
COMPOSE = """\
x-common: &common
  NODE_ENV: production
services:
  api:
    image: shop/api:1.2
    env_file:
      - .env.production
    environment:
      <<: *common
      PORT: "3000"
"""


def random_settings() -> dict[str, str]:
    return {
        "NODE_ENV": "production",
        "JWT_SECRET": secrets.token_urlsafe(48),
        "AUDIT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"postgresql://shop:{secrets.token_hex(16)}@db1.shop.internal:5432/shop?sslmode=verify-full",
        "ALLOWED_ORIGINS": "https://shop.org,https://admin.shop.org",
        "FEATURE_CHECKOUT": "off",
    }


GOOD = random_settings()


class Host:
    """A directory with the files of a service, and the processes that run in it."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self._stack = stack
        self.settings(GOOD)
        self.settings(random_settings(), ".env.preview")
        (path / "compose.yml").write_text(COMPOSE)
        (path / ".env.example").write_text("".join(f"{name}=\n" for name in GOOD))

    def settings(self, values: dict[str, str], name: str = ".env.production", mode: int = 0o640) -> None:
        text = "".join(f"{key}='{value}'\n" for key, value in values.items())
        (self.path / name).write_text(f"# settings\n{text}")
        (self.path / name).chmod(mode)

    def run(self, **environ: str) -> None:
        command = [sys.executable, "-c", SLEEP, MARKER]
        process = self._stack.enter_context(
            subprocess.Popen(command, env=environ, cwd=self.path, stdout=subprocess.PIPE)
        )
        self._stack.callback(process.kill)
        assert process.stdout
        assert process.stdout.readline() == b"up\n"

    def options(self, *places: str, **more: Any) -> dict[str, Any]:
        known = {
            "file": [str(self.path / ".env.production")],
            "process": MARKER,
            "compose": str(self.path / "compose.yml"),
        }
        source = {place: known[place] for place in places} | ({"service": "api"} if "compose" in places else {})
        return {
            "sources": [source],
            "manifest": str(self.path / ".env.example"),
            "mode": {"NODE_ENV": "production"},
            "jwt_secrets": ["JWT_SECRET"],
            "encryption_keys": ["AUDIT_KEY"],
            "databases": [{"name": "shop"}],
            "origin_variables": ["ALLOWED_ORIGINS"],
            "flags": {"FEATURE_CHECKOUT": {"owner": "ann", "expires": "2999-01-01"}},
            "other_environments": {"preview": {"file": str(self.path / ".env.preview")}},
            "keys": {"staging": str(self.path / ".env.example")},
            "keys_except": ["PORT"],
            "versions": [{"command": [sys.executable, "--version"], "version": f"{sys.version_info.major}.0"}],
            **more,
        }


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with ExitStack() as stack:
        yield Host(tmp_path, stack)


def statuses(verdicts: list[Verdict]) -> set[Status]:
    return {verdict.status for verdict in verdicts}


CONTROLS = sorted(EnvFile.provers())
BROKEN: dict[str, Callable[[Host], None]] = {
    "env.required_present": lambda host: host.settings({**GOOD, "FEATURE_CHECKOUT": ""}),
    "env.production_values": lambda host: host.settings({**GOOD, "PAYMENT_KEY": "sk_test_51"}),
    "env.jwt_secret_strength": lambda host: host.settings({**GOOD, "JWT_SECRET": "supersecret" * 3}),
    "env.audit_key_format": lambda host: host.settings({**GOOD, "AUDIT_KEY": "a passphrase of thirty-two signs"}),
    "env.database_url": lambda host: host.settings({**GOOD, "DATABASE_URL": "postgresql://localhost/dev"}),
    "env.allowed_origins": lambda host: host.settings({**GOOD, "ALLOWED_ORIGINS": "*"}),
    "env.files": lambda host: host.settings(GOOD, mode=0o644),
    "env.feature_flags": lambda host: host.settings({**GOOD, "FEATURE_CHECKOUT": ""}),
    "env.parity": lambda host: host.settings({**GOOD, "ONLY_HERE": "1"}),
    "env.runtime_mode": lambda host: host.run(NODE_ENV="development"),
}


def places(control: str) -> tuple[str, ...]:
    return ("process", "file") if control == "env.runtime_mode" else ("compose", "file")


@pytest.mark.parametrize("control", CONTROLS)
def test_right_passes_and_broken_fails(host: Host, control: str) -> None:
    options = host.options(*places(control))
    host.run(NODE_ENV="production")
    assert statuses(prove_live(EnvFile, control, options)) == {Status.PASS}
    BROKEN[control](host)
    assert Status.FAIL in statuses(prove_live(EnvFile, control, options))


@pytest.mark.parametrize("control", CONTROLS)
def test_what_cannot_be_read_is_an_error_and_what_is_absent_never_passes(host: Host, control: str) -> None:
    options = host.options(*places(control), versions=[{"command": ["/none/node"], "version": "20"}])
    host.run(NODE_ENV="production")
    file = host.path / ".env.production"
    for text in ("no settings\n", "A=1\0"):
        file.write_text(text)
        assert statuses(prove_live(EnvFile, control, options)) == {Status.ERROR}
    file.unlink()
    assert statuses(prove_live(EnvFile, control, options)) == {Status.ERROR}
    if control == "env.runtime_mode":
        return  # What runs is all that it speaks of.
    file.write_text("")
    (host.path / "compose.yml").write_text("services:\n  api:\n    env_file: .env.production\n")
    assert Status.PASS not in statuses(prove_live(EnvFile, control, options))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read")
def test_what_others_own_is_denied(host: Host) -> None:
    host.run(NODE_ENV="production")
    os.seteuid(65534)
    try:
        (verdict,) = prove_live(EnvFile, "env.runtime_mode", host.options("process"))
    finally:
        os.seteuid(0)
    assert (verdict.status, "use become" in verdict.message) == (Status.ERROR, True)


def test_the_process_is_judged_and_not_its_file(host: Host) -> None:
    options = host.options("process", "file")
    (verdict,) = prove_live(EnvFile, "env.runtime_mode", options)
    assert verdict.status is Status.ERROR
    host.run(PORT="1")
    (verdict,) = prove_live(EnvFile, "env.runtime_mode", options)
    assert (verdict.status, "NODE_ENV is not set" in verdict.message) == (Status.FAIL, True)


def test_a_preview_that_shares_a_secret_fails_every_control_that_speaks_of_it(host: Host) -> None:
    host.settings({**random_settings(), "JWT_SECRET": GOOD["JWT_SECRET"]}, ".env.preview")
    for control in ("env.production_values", "env.jwt_secret_strength", "env.files"):
        (verdict,) = prove_live(EnvFile, control, host.options("compose", "file"))
        assert (verdict.status, verdict.message) == (Status.FAIL, "preview has the same JWT_SECRET")


def test_a_preview_with_the_password_of_the_database_fails(host: Host) -> None:
    password = GOOD["DATABASE_URL"].split(":")[2].split("@")[0]
    address = f"postgresql://preview:{password}@db2.shop.internal:5432/preview"
    host.settings({**random_settings(), "DATABASE_URL": address}, ".env.preview")
    for control in ("env.production_values", "env.files"):
        (verdict,) = prove_live(EnvFile, control, host.options("compose", "file"))
        assert (verdict.status, verdict.message) == (Status.FAIL, "preview has the same DATABASE_URL password")
        assert password not in str(verdict)


def test_a_compose_file_that_loads_another_file_fails(host: Host) -> None:
    (host.path / "compose.yml").write_text(COMPOSE.replace(".env.production", ".env.preview"))
    (verdict,) = prove_live(EnvFile, "env.files", host.options("compose", "file", other_environments={}))
    assert verdict.status is Status.FAIL
    assert "does not load" in verdict.message


def test_the_command_of_the_how_to_makes_a_fingerprint_that_is_recognized(host: Host) -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "environment-variables.md").read_text(encoding="utf-8")
    script = page.split("<<'EOF'\n")[1].split("\n    EOF")[0].replace("\n    ", "\n").removeprefix("    ")
    file = str(host.path / ".env.production")
    made = subprocess.run(
        [sys.executable, "-", file], input=script, capture_output=True, text=True, check=True, timeout=60
    )
    prints = yaml.safe_load(made.stdout)
    assert set(prints) == {*GOOD, "DATABASE_URL password"}
    options = host.options("file", other_environments={"staging": {"fingerprints": prints}})
    (verdict,) = prove_live(EnvFile, "env.jwt_secret_strength", options)
    assert (verdict.status, verdict.message) == (Status.FAIL, "staging has the same JWT_SECRET")
    password = GOOD["DATABASE_URL"].split(":")[2].split("@")[0]
    host.settings({**random_settings(), "DATABASE_URL": f"postgresql://shop:{password}@db1.shop.internal:5432/shop"})
    (verdict,) = prove_live(EnvFile, "env.production_values", options)
    assert (verdict.status, verdict.message) == (Status.FAIL, "staging has the same DATABASE_URL password")
    host.settings(random_settings())
    (verdict,) = prove_live(EnvFile, "env.production_values", options)
    assert verdict.status is Status.PASS, verdict.message
