# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove controls against real servers: every look is really made, and this machine is the host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
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
    return prove_together(verifier, [control], options, host)[control]


def prove_together(
    verifier: type[Verifier],
    controls: Iterable[str],
    options: Mapping[str, Any],
    host: engine.Transport = engine.on_controller,
) -> dict[str, list[Verdict]]:
    """The verdicts of several controls, proven by one check, which makes each look once. NotAsked is raised."""
    want = interface("golive.verify." + verifier.__module__.rpartition(".")[2]).parse(options)
    asked, subject, answered = list(controls), verifier.__new__(verifier), Answered()

    async def prover(control: str) -> Any:
        return await verifier.provers()[control](subject, Observer(want["from"], want.timeout, answered=answered), want)

    proofs, _calls = engine.run([prover(control) for control in asked], host)
    found = {}
    for control, proof in zip(asked, proofs, strict=True):
        if isinstance(proof.error, NotAsked):
            raise proof.error
        found[control] = list(_verdicts(proof))
        ways.note(control, [verdict.status for verdict in found[control]])
    return found
