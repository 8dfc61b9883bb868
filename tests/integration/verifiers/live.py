# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove controls against real servers: every look is really made, and this machine is the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, _verdicts
from tests import ways


def prove_live(
    verifier: type[Verifier],
    control: str,
    options: Mapping[str, Any],
    host: engine.Transport = engine.on_controller,
) -> list[Verdict]:
    """The verdicts of one control; host makes the looks that are those of the host. NotAsked is raised."""
    name = "golive.verify." + verifier.__module__.rpartition(".")[2]
    want = interface(name).parse(options)

    async def prover() -> Any:
        return await verifier.provers()[control](verifier.__new__(verifier), Observer(want["from"], want.timeout), want)

    ((proof,), _calls) = engine.run([prover()], host)
    if isinstance(proof.error, NotAsked):
        raise proof.error
    verdicts = list(_verdicts(proof))
    ways.note(control, [verdict.status for verdict in verdicts])
    return verdicts
