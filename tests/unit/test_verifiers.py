# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface, logic and catalogue hold together: no control without a verifier, no verifier of an unknown control."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Interface, interface, provable
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier

MODULES = Path(__file__).resolve().parents[2] / "plugins" / "modules"
INTERFACES = [interface(f"golive.verify.{path.stem}") for path in sorted(MODULES.glob("[a-z]*.py"))]
VERIFIERS = [face for face in INTERFACES if face.controls]


def logic(face: Interface) -> type[Verifier]:
    found = action_loader.get(face.name, class_only=True)
    assert isinstance(found, type)
    assert issubclass(found, Verifier), face.name
    return found


@pytest.mark.parametrize("face", VERIFIERS, ids=lambda face: face.name)
def test_the_interface_promises_what_the_logic_proves(face: Interface) -> None:
    assert sorted(face.controls) == sorted(logic(face).provers())


@pytest.mark.parametrize("face", VERIFIERS, ids=lambda face: face.name)
def test_every_verifier_takes_the_options_of_a_check(face: Interface) -> None:
    assert {"from", "controls", "not_applicable", "timeout"} <= set(face.options)
    assert face.options["from"]["default"] in ("host", "controller")


def test_controls_and_verifiers_know_each_other() -> None:
    proven = {control for face in VERIFIERS for control in face.controls}
    assert proven <= set(catalogue())
    assert proven == provable([MODULES.parent])


def test_every_threshold_has_a_default_in_one_place() -> None:
    """In the interface of a verifier that has such an option; until there is one, in the catalogue."""
    for control in catalogue().values():
        proving = [face for face in VERIFIERS if control.id in face.controls]
        for name, threshold in control.thresholds.items():
            options = [face.options[name] for face in proving if name in face.options]
            stated = [option for option in options if "default" in option]
            assert bool(stated) != (threshold.default is not None), f"{control.id}: {name}"


def test_no_two_controls_share_a_phrase_or_a_title() -> None:
    said = Counter(phrase.casefold() for control in catalogue().values() for phrase in control.phrases)
    said += Counter(control.title.casefold() for control in catalogue().values())
    assert [phrase for phrase, often in said.items() if often > 1] == []


def test_every_control_says_what_it_means() -> None:
    for control in catalogue().values():
        assert all((control.title, control.rationale, control.remediation, control.phrases)), control.id
        assert not control.title.startswith("Ensure"), control.id
