# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: what every control means, whoever proves it. One YAML file per domain in catalogue/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Control:
    """A statement that can be proven.

    thresholds: for each parameter of verifiers that decides this control, where its default comes from. The value of
    the default stands in the verifier's DOCUMENTATION.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    remediation: str
    phrases: tuple[str, ...] = ()
    thresholds: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The first word of the id: what kind of thing the control speaks of."""
        return self.id.partition(".")[0]


@cache
def catalogue() -> Mapping[str, Control]:
    """Every control by its id. A malformed catalogue raises ValueError naming the file and the control."""
    controls: dict[str, Control] = {}
    for path in sorted(CATALOGUE.glob("*.yml")):
        for identity, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if identity in controls:
                raise ValueError(f"{path.name}: {identity} is declared twice")
            controls[identity] = _control(path, identity, entry)
    return controls


def _control(path: Path, identity: str, entry: Mapping[str, Any]) -> Control:
    try:
        return Control(
            id=identity,
            title=entry["title"],
            severity=Severity(entry["severity"]),
            rationale=entry["rationale"],
            remediation=entry["remediation"],
            phrases=tuple(entry.get("phrases", ())),
            thresholds=dict(entry.get("thresholds", {})),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{path.name}: {identity}: {error}") from error
