# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference checklists and their example environments are whole: a team that copies one begins without errors."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import action_loader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import checklist, components, moments, waivers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading, signers
from ansible_collections.golive.verify.plugins.plugin_utils.binding import thresholds
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted, interface
from tests.unit import proving

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = REPOSITORY / "playbooks" / "files"
REFERENCES = sorted(path for path in (FILES / "reference").iterdir() if path.is_dir())
ENVIRONMENTS = [*REFERENCES, FILES / "environment"]
NAMES = {"merchant_widget", "metered_saas", "microservices", "point_of_sale", "retail_commerce"}
CHECKS = "golive_checks_"

# By the beginning of their names, the verifiers that look at one kind of host and at no other. They alone look there.
LOOKS_AT = {
    "aws_": "aws_account",
    "bigquery": "gcp_project",
    "gcp_": "gcp_project",
    "kubernetes": "kubernetes_cluster",
}

each_reference = pytest.mark.parametrize("reference", REFERENCES, ids=lambda path: path.name)
each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.name)


@dataclass(frozen=True)
class Asked:
    """A check of an environment: which verifier, with which options."""

    verifier: str
    options: Mapping[str, Any]

    @property
    def want(self) -> Wanted:
        return interface(f"golive.verify.{self.verifier}").parse(self.options)

    @property
    def controls(self) -> list[str]:
        return list(self.want.controls or interface(f"golive.verify.{self.verifier}").controls)

    def speaks_of(self, control: str) -> bool:
        """Whether its options say enough about the control, whatever a look would give."""
        found: Any = action_loader.get(f"golive.verify.{self.verifier}", class_only=True)
        try:
            proving.prove(found, control, self.options, Nowhere())
        except NotAsked:
            return False
        return True


class Nowhere(Mapping[str, Any]):
    """Whatever is looked at, nobody may see it."""

    def __getitem__(self, _line: str) -> Any:
        return CannotLook("denied", "in a test")

    def __contains__(self, _line: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@cache
def items(reference: Path) -> tuple[checklist.Item, ...]:
    return read(reference).items


@cache
def read(reference: Path) -> checklist.Checklist:
    return checklist.read(reference / "checklist.md", catalogue())


@cache
def hosts(environment: Path) -> Mapping[str, set[str]]:
    """The hosts of every group, and every host as a group of its own."""
    inventory = InventoryManager(DataLoader(), sources=[str(environment / "hosts.yml")])
    groups = {name: {host.name for host in group.get_hosts()} for name, group in inventory.groups.items()}
    return groups | {name: {name} for name in groups["all"]}


@cache
def checks(environment: Path) -> Mapping[str, list[Asked]]:
    """All checks of each host, those of its role included, as a run would make them."""
    loader = DataLoader()
    return {host: list(_checks(loader, found)) for host, found in variables(environment, loader).items()}


@cache
def drills(environment: Path) -> Mapping[str, list[tuple[str, Mapping[str, Any]]]]:
    """The drills that are declared for each host, by their modules, with their options."""
    loader = DataLoader()
    declared = {
        host: Templar(loader, variables=found).template(found.get("golive_drills", []))
        for host, found in variables(environment, loader).items()
    }
    return {
        host: [(str(kind), options) for each in entries for kind, options in each.items()]
        for host, entries in declared.items()
    }


@cache
def kinds(environment: Path) -> Mapping[str, str]:
    """What each host stands for."""
    return {host: found.get("golive_kind", "host") for host, found in variables(environment, DataLoader()).items()}


@cache
def provable_of(kind: str) -> frozenset[str]:
    """The controls that some verifier can prove today of such a host."""
    modules = [path.stem for path in (REPOSITORY / "plugins" / "modules").glob("*.py")]
    there = [name for name in modules if _looks_at(name) == (kind if kind in LOOKS_AT.values() else "")]
    return frozenset(control for name in there for control in interface(f"golive.verify.{name}").controls)


def _looks_at(verifier: str) -> str:
    return next((kind for beginning, kind in LOOKS_AT.items() if verifier.startswith(beginning)), "")


def variables(environment: Path, loader: DataLoader) -> dict[str, dict[str, Any]]:
    """The variables of each host."""
    inventory = InventoryManager(loader, sources=[str(environment / "hosts.yml")])
    manager = VariableManager(loader, inventory)
    return {host.name: manager.get_vars(host=host) for host in inventory.get_hosts()}


def _checks(loader: DataLoader, found: dict[str, Any]) -> Iterator[Asked]:
    kind = found.get("golive_kind", "host")
    path = str(REPOSITORY / "roles" / kind / "defaults" / "main.yml")
    everything = loader.load_from_file(path, trusted_as_template=True) | found
    templar = Templar(loader, variables=everything)
    for name in sorted(everything):
        if name.startswith(CHECKS) or name == f"{kind}_checks":
            for entry in templar.template(everything[name]):
                ((verifier, options),) = entry.items()
                yield Asked(str(verifier), options or {})


def test_there_is_one_for_each_kind_of_product() -> None:
    assert {path.name for path in REFERENCES} == NAMES


@each_reference
def test_it_is_read_without_complaint(reference: Path) -> None:
    found = read(reference)
    assert (found.unread, found.secrets, found.stated) == ((), (), ())
    assert 60 <= len(found.items) <= 130
    assert len({item.text for item in found.items}) == len(found.items)
    assert not any(item.box or item.says for item in found.items)


@each_reference
def test_every_item_is_bound_or_marked(reference: Path) -> None:
    assert [item.text for item in items(reference) if not (item.bindings or item.mark or item.document)] == []


@each_reference
def test_every_canonical_section_has_items(reference: Path) -> None:
    assert {item.canonical for item in items(reference)} == set(SECTIONS)


@each_reference
def test_documents_are_paths_within_the_checkout_and_bound_to_what_they_must_say(reference: Path) -> None:
    for item in items(reference):
        if item.document:
            assert re.fullmatch(r"[\w/-]+\.md", item.document), item.text
            assert any(catalogue()[control].domain == "docs" for control in item.controls), item.text


@each_reference
def test_every_group_that_an_item_names_has_hosts(reference: Path) -> None:
    named = {binding.on for item in items(reference) for binding in item.bindings if binding.on}
    assert {name for name in named if not hosts(reference).get(name)} == set()


@each_reference
def test_what_can_be_proven_today_is_asked_of_every_host_that_an_item_names(reference: Path) -> None:
    missing = {
        (binding.on, control)
        for item in items(reference)
        for binding in item.bindings
        for control in binding.controls
        for host in (hosts(reference)[binding.on] if binding.on else ())
        if control in provable_of(kinds(reference)[host]) and not _asks(reference, host, control)
    }
    assert missing == set()


def _asks(reference: Path, host: str, control: str) -> bool:
    return any(each.speaks_of(control) for each in checks(reference)[host] if control in each.controls)


@each_reference
def test_the_inventory_is_never_laxer_than_the_text(reference: Path) -> None:
    for item in items(reference):
        for binding in item.bindings:
            for control in binding.controls:
                known = catalogue()[control].thresholds
                stated = thresholds.demands(control, known, item).settings
                for host in hosts(reference)[binding.on] if binding.on else ():
                    for each in checks(reference)[host]:
                        if control not in each.controls:
                            continue
                        for name in stated.keys() & each.want.given:
                            assert not thresholds.laxer(known[name], stated[name].value, each.want[name]), item.text


@each_environment
def test_every_check_is_one_that_its_verifier_understands(environment: Path) -> None:
    for host, asked in checks(environment).items():
        for each in asked:
            named = {*each.want.controls, *each.want.not_applicable}
            assert named <= set(interface(f"golive.verify.{each.verifier}").controls), host


@each_environment
def test_every_drill_is_one_that_can_be_run(environment: Path) -> None:
    for host, declared in drills(environment).items():
        for kind, options in declared:
            assert issubclass(action_loader.get(f"golive.verify.{kind}", class_only=True), Drill), host
            interface(f"golive.verify.{kind}").parse(options)
    names = [options["name"] for declared in drills(environment).values() for _kind, options in declared]
    assert len(set(names)) == len(names), "the evidence of one would overwrite that of another"


@each_environment
def test_only_names_and_addresses_for_documentation_are_used(environment: Path) -> None:
    networks = r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\."
    for path in environment.rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        addresses = re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", text)
        assert [each for each in addresses if not re.match(networks, each)] == [], path
        assert {each[:9] for each in re.findall(r"\b2[0-9a-f]{3}:[0-9a-f:]+", text)} <= {"2001:db8:"}, path


@each_environment
def test_what_people_decide_can_be_read_and_every_condition_follows_a_declaration(environment: Path) -> None:
    declared = components.read(environment / "components.yml")
    assert signers.read(environment / "attestations").lines == ()
    assert reading.read_all(environment / "attestations") == []
    if environment not in REFERENCES:
        return
    for item in items(environment):
        if item.condition or item.optional:
            named = set(components.named_in(item.condition))
            assert named & set(declared.components) or declared.excuses(item) or item.optional, item.text
    assert set(declared.items) <= {item.text for item in items(environment)}


@each_environment
def test_the_example_of_a_waiver_is_one(environment: Path, tmp_path: Path) -> None:
    lines = (environment / "waivers.yml").read_text(encoding="utf-8").splitlines()
    assert yaml.safe_load("\n".join(lines)) == {"waivers": []}
    example = [line.removeprefix("#") for line in lines if line.startswith("#   ")]
    path = tmp_path / "waivers.yml"
    path.write_text("\n".join(["waivers:", *example]), encoding="utf-8")
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))["waivers"][0]
    shortly_before = moments.end(str(stated["expires"]), None) - timedelta(days=21)
    known = items(environment) if environment in REFERENCES else ()
    (waiver,) = waivers.read(path, catalogue(), known, now=shortly_before).entries
    assert hosts(environment).get(waiver.target)
    if environment in REFERENCES:
        assert any(waiver.control in item.controls for item in known)


@each_reference
def test_nothing_is_copied_from_the_checklists_that_we_learned_from(reference: Path) -> None:
    shared = os.environ.get("GOLIVE_SHARED", "")
    seeds = sorted(Path(shared, "seeds").glob("*.txt")) if shared else []
    if not seeds:
        pytest.skip("GOLIVE_SHARED does not name the directory with the seeds")
    theirs = {run for seed in seeds for run in _runs(seed.read_text(encoding="utf-8", errors="replace"))}
    for path in sorted(path for path in reference.rglob("*") if path.is_file()):
        assert theirs.isdisjoint(_runs(path.read_text(encoding="utf-8"))), path


def _runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    """All runs of so many words, without what stands in comments."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"<!--.*?-->", "", text, flags=re.S).casefold())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
