# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: what every control means, whoever proves it. One YAML file per domain in catalogue/.

Another collection brings controls of its own the same way, in its plugins/plugin_utils/catalogue/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

OWN = Path(__file__).parent / "catalogue"
# The C loader is ten times as fast, and every worker of a run loads the domains that its checks speak of.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# How a control is proven: what is looked at, or that somebody has to act or to speak.
MACHINE = ("host", "endpoint", "database", "cloud", "metrics", "repository", "artifact")
PROOFS = (*MACHINE, "document", "drill", "attestation")
UNITS = (
    *("seconds", "minutes", "hours", "days", "percent", "milliseconds", "megabytes", "count", "per_minute"),
    *("characters", "usd_per_month"),
)
BOUNDS = ("at_least", "at_most", "exactly")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A parameter that decides a control, and where its default comes from.

    The default stands here (in the unit), or where a verifier has the parameter, in its DOCUMENTATION. With a unit and
    a bound (one of BOUNDS: what the control demands of what is seen) the text of an item may set it.
    """

    source: str
    unit: str = ""
    bound: str = ""
    default: float | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A statement that can be proven.

    section: the canonical section that it belongs to. proof: one of PROOFS. phrases: how teams write it.
    thresholds: by parameter of its verifiers. origin: extra for what is not in the catalogue of common controls.
    """

    id: str
    title: str
    severity: Severity
    section: str
    proof: str
    rationale: str
    remediation: str
    phrases: tuple[str, ...] = ()
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    origin: str = ""

    @property
    def domain(self) -> str:
        """The first word of the id: what kind of thing the control speaks of."""
        return self.id.partition(".")[0]


def catalogue(others: Iterable[Path] = ()) -> Mapping[str, Control]:
    """Every control by its id: those of the catalogues of others (directories), and this collection's own."""
    from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import SECTIONS  # hosts need not

    files = [path for directory in (*others, OWN) for path in sorted(directory.glob("*.yml"))]
    found = {identity: control for path in files for identity, control in _load(path).items()}
    for control in found.values():
        if control.section not in SECTIONS:
            raise ValueError(f"{control.id}: there is no section {control.section}; known are {', '.join(SECTIONS)}")
    return found


def digest(known: Mapping[str, Control]) -> str:
    """The same for catalogues that say the same of every control."""
    text = json.dumps({name: asdict(each) for name, each in known.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
            section=entry["section"],
            proof=_one_of(PROOFS, entry["proof"]),
            rationale=entry["rationale"],
            remediation=entry["remediation"],
            phrases=tuple(entry.get("phrases", ())),
            thresholds={name: _threshold(given) for name, given in entry.get("thresholds", {}).items()},
            origin=entry.get("origin", ""),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{path.name}: {identity}: {error}") from error


def _threshold(given: str | Mapping[str, Any]) -> Threshold:
    if isinstance(given, str):
        return Threshold(given)
    found = Threshold(**given)
    if found.unit or found.bound:
        _one_of(UNITS, found.unit)
        _one_of(BOUNDS, found.bound)
    return found


def _one_of(known: Container[str], word: str) -> str:
    if word not in known:
        raise ValueError(f"{word!r} is not one of {known}")
    return word
