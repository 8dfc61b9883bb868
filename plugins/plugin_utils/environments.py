# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which environment a playbook of the controller means, and what belongs to it: checklist, controls, the latest run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue, catalogue_in
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, provable
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

_OWN_PLUGINS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment. runs: where its runs are kept. plugins: of the other collections whose controls it may name."""

    name: str
    checklist: Path
    runs: Path
    plugins: tuple[Path, ...]

    @classmethod
    def meant(cls, want: Wanted, variables: Mapping[str, Any]) -> Environment:
        """The one that the options checklist, environment, runs_dir and collections name, or else the inventory."""
        inventory = _inventory_dir(variables)
        if want.checklist:
            checklist = Path(want.checklist).absolute()
        elif inventory:
            checklist = inventory / "checklist.md"
        else:
            raise AnsibleActionFail("which environment is meant? Give one inventory with -i, or its checklist")
        name = want.environment or (inventory or checklist.parent).name
        return cls(name, checklist, Path(want.runs_dir) / name, tuple(plugins_of(want.collections)))

    def known(self) -> Mapping[str, Control]:
        """Every control that the checklist may name."""
        return catalogue(map(catalogue_in, self.plugins))

    def provable(self) -> frozenset[str]:
        """Those of them that a verifier proves."""
        return provable([_OWN_PLUGINS, *self.plugins])

    def latest_run(self) -> RunDirectory | None:
        """The run that began last, finished or not; None before the first."""
        # Ids begin with the second; of the same second, the one whose directory was made last.
        plans = self.runs.glob("[!.]*/plan.json")
        begun = [(plan.parent.name[:16], plan.stat().st_mtime, plan.parent) for plan in plans]
        return RunDirectory(max(begun)[2]) if begun else None


def plugins_of(collections: Iterable[str]) -> list[Path]:
    """The directories of plugins of other collections; one that is not there raises AnsibleActionFail."""
    found = []
    for collection in collections:
        try:
            package = import_module(f"ansible_collections.{collection}")
        except ImportError as error:
            said = f"there is no collection {collection}, whose controls the checklist may name"
            raise AnsibleActionFail(said) from error
        found.append(Path(package.__path__[0]) / "plugins")
    return found


def version_of(plugins: Path) -> str:
    """The version of the collection with this directory of plugins, installed or as a clone; empty without one."""
    for name, pattern in (("MANIFEST.json", r'"version": *"([^"]+)"'), ("galaxy.yml", r"(?m)^version: *(\S+)")):
        path = plugins.parent / name
        if path.is_file() and (found := re.search(pattern, path.read_text(encoding="utf-8"))):
            return found[1]
    return ""


def _inventory_dir(variables: Mapping[str, Any]) -> Path | None:
    """Where the inventory lies; localhost, which no inventory needs to name, does not say so itself."""
    if variables.get("inventory_dir"):
        return Path(str(variables["inventory_dir"]))
    sources = [Path(str(source)) for source in variables.get("ansible_inventory_sources") or ()]
    if len(sources) != 1 or not sources[0].exists():
        return None
    return (sources[0] if sources[0].is_dir() else sources[0].parent).absolute()
