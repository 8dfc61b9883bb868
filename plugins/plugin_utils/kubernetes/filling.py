# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full volumes are, as Prometheus has it from kubelets; to ask these is the right to run commands in pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Server

_PERCENT = "max by (namespace, persistentvolumeclaim) (100 * {used} / {whole})"
_BYTES = _PERCENT.format(used="kubelet_volume_stats_used_bytes", whole="kubelet_volume_stats_capacity_bytes")
# File systems without a fixed number of inodes tell of none: 0 of 0, which is not a number, and no more than it.
_INODES = _PERCENT.format(used="kubelet_volume_stats_inodes_used", whole="(kubelet_volume_stats_inodes > 0)")


@dataclass(frozen=True, slots=True)
class Filling:
    """Percent of the bytes and of the inodes that are used, by the ids of claims."""

    bytes_used: Mapping[str, float]
    inodes_used: Mapping[str, float]

    def problems(self, claim: str, most: float) -> list[str]:
        """Why a claim's volume will soon be full. One of which nothing is told is CannotLook: no pod may use it."""
        used = self.bytes_used.get(claim)
        if used is None or not isfinite(used):
            raise CannotLook("not_found", "no kubelet tells how full its volume is: is it mounted, and scraped?")
        known = {"bytes": used, "inodes": self.inodes_used.get(claim, 0.0)}
        return [
            f"{percent:.0f} % of the {what} of its volume are used, more than {most:g}"
            for what, percent in known.items()
            if percent > most
        ]


async def asked(look: Observer, url: str) -> Filling:
    """What the Prometheus at a URL has."""
    server = Server(look, url.rstrip("/"), {}, {})
    vectors = await together(server.vector(_BYTES), server.vector(_INODES))
    by_claim = [
        {
            f"{labels['namespace']}/PersistentVolumeClaim/{labels['persistentvolumeclaim']}": sample.value
            for sample in vector
            if (labels := dict(sample.labels)).keys() >= {"namespace", "persistentvolumeclaim"}
        }
        for vector in vectors
    ]
    return Filling(*by_claim)
