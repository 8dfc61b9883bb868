# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface, logic and catalogue hold together: no control without a verifier, no verifier of an unknown control."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Interface, interface
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
    assert {control for face in VERIFIERS for control in face.controls} == set(catalogue())


def test_every_threshold_names_an_option_with_a_default_of_a_verifier_that_proves_it() -> None:
    for control in catalogue().values():
        for name in control.thresholds:
            options = [face.options[name] for face in VERIFIERS if control.id in face.controls and name in face.options]
            assert any("default" in option for option in options), f"{control.id}: {name}"


def test_every_control_says_what_it_means() -> None:
    for control in catalogue().values():
        assert all((control.title, control.rationale, control.remediation, control.phrases)), control.id
        assert not control.title.startswith("Ensure"), control.id
