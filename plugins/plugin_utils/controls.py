# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: what every control means, whoever proves it. One YAML file per domain in catalogue/.

Another collection brings controls of its own the same way, in its plugins/plugin_utils/catalogue/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

OWN = Path(__file__).parent / "catalogue"
# The C loader is ten times as fast, and every worker of a run loads the domains that its checks speak of.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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


def catalogue(others: Iterable[Path] = ()) -> Mapping[str, Control]:
    """Every control by its id: those of the catalogues of others (directories), and this collection's own."""
    files = [path for directory in (*others, OWN) for path in sorted(directory.glob("*.yml"))]
    return {identity: control for path in files for identity, control in _load(path).items()}


def control(identity: str, directory: Path = OWN) -> Control | None:
    """One control from a catalogue, or from this collection's; None when neither has it."""
    for path in (directory / _file(identity), OWN / _file(identity)):
        if path.exists() and identity in _load(path):
            return _load(path)[identity]
    return None


def catalogue_in(plugins: Path) -> Path:
    """Where a collection keeps its catalogue, given its directory of plugins."""
    return plugins / "plugin_utils" / "catalogue"


def _file(identity: str) -> str:
    return f"{identity.partition('.')[0]}.yml"


@cache
def _load(path: Path) -> Mapping[str, Control]:
    """One domain's controls. A malformed file raises ValueError naming it and the control."""
    entries = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is the safe loader, in C
    misplaced = [identity for identity in entries if _file(identity) != path.name]
    if misplaced:
        raise ValueError(f"{path.name}: {misplaced[0]} belongs into {_file(misplaced[0])}")
    return {identity: _control(path, identity, entry) for identity, entry in entries.items()}


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
