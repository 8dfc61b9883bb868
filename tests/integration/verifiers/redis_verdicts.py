# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the redis verifier judges real servers."""

from __future__ import annotations

from typing import Any

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.redis_servers import Server

VANTAGES = ["host", "controller"]
Options = dict[str, Any]


def prove(control: str, options: Options) -> list[Verdict]:
    return prove_live(Redis, f"redis.{control}", options)


def verdict(control: str, options: Options) -> Verdict:
    (one,) = prove(control, options)
    return one


def passes(control: str, options: Options) -> None:
    for each in prove(control, options):
        assert each.status is Status.PASS, each


def fails(control: str, options: Options, because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.FAIL, said
    assert because in said.message


def errs(control: str, options: Options, because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.ERROR, said
    assert because in said.message


def plain(server: Server, **options: Any) -> Options:
    """How to reach a server that speaks in clear and lets anybody in."""
    return {"port": server.port, "plain_ports": [], **options}
