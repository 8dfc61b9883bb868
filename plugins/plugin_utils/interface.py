# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verifier's interface, read from its module file: the options from DOCUMENTATION, the controls from PROVES."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import fragment_loader, module_loader
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue_in, control

_SPEC_KEYS = ("type", "elements", "default", "choices", "required", "aliases")


class NotAsked(Exception):
    """A check does not speak of this control: it lacks the option that would say what to prove."""


@dataclass(frozen=True, slots=True, eq=False)
class Interface:
    """What a verifier takes, what it can prove, and the permissions, in the system's words, that each control takes."""

    name: str
    options: Mapping[str, Any]
    controls: Mapping[str, Control]
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parse(self, given: Mapping[str, Any]) -> Wanted:
        """Check and complete the options of one check; what is wrong raises AnsibleActionFail with one clear line."""
        unknown = [name for name in given if name not in self.options]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.options, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise AnsibleActionFail(f"{self.name}: there is no option {unknown[0]}{hint}")
        checked = _validator(self).validate(_plain(given))
        if checked.error_messages:
            raise AnsibleActionFail(f"{self.name}: {checked.error_messages[0]}")
        return Wanted(checked.validated_parameters, frozenset(given))


class Wanted(Mapping[str, Any]):
    """The options of one check, as attributes or by key, and which of them were given rather than defaulted."""

    def __init__(
        self, options: Mapping[str, Any], given: frozenset[str], stated: Mapping[str, str] | None = None
    ) -> None:
        self._options = options
        self.given = given
        self._stated = stated or {}

    def __getattr__(self, name: str) -> Any:
        try:
            return self._options[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> Any:
        return self._options[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    def origin(self, name: str) -> str:
        """The layer that the option's value comes from; empty for the default."""
        return "inventory" if name in self.given else self._stated.get(name, "")

    def stating(self, values: Mapping[str, Any], origins: Mapping[str, str]) -> Wanted:
        """The same with what the text of an item demands laid over the defaults, and under what was given."""
        over = {name: value for name, value in values.items() if name in self._options and name not in self.given}
        return Wanted({**self._options, **over}, self.given, {name: origins[name] for name in over})

    def need(self, name: str) -> Any:
        """The option's value; without one the control at hand was not asked for, which is not the same as proven."""
        value = self._options.get(name)
        if value is None or value == [] or value == {}:
            raise NotAsked(f"option {name} is not given")
        return value


def _plain(value: Any) -> Any:
    """The same value without the tags that tell Ansible where it comes from: every copy of it would copy those too."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, str) else value


@cache
def _validator(face: Interface) -> ArgumentSpecValidator:
    """Made once for each verifier: it copies the whole specification, which takes longer than a check."""
    return ArgumentSpecValidator(face.options)


@cache
def interface(name: str) -> Interface:
    """The interface of the verifier with this fully qualified name; raises AnsibleActionFail when there is none."""
    path = module_loader.find_plugin(name)
    if path is None:
        raise AnsibleActionFail(f"{name}: there is no module of this name, so nothing says what it verifies")
    documentation = get_docstring(path, fragment_loader, collection_name=".".join(name.split(".")[:2]), is_module=True)
    options = (documentation[0] or {}).get("options", {})
    needs = {control: tuple(needed) for control, needed in (_constant(Path(path), "NEEDS") or {}).items()}
    return Interface(name, {key: _spec(option) for key, option in options.items()}, _controls(name, Path(path)), needs)


def _spec(option: Mapping[str, Any]) -> dict[str, Any]:
    spec = {key: option[key] for key in _SPEC_KEYS if key in option}
    if "suboptions" in option:
        spec["options"] = {key: _spec(suboption) for key, suboption in option["suboptions"].items()}
    return spec


def _controls(name: str, module: Path) -> dict[str, Control]:
    """What the verifier proves, with what the catalogue of its collection says of it."""
    found = {identity: control(identity, catalogue_in(module.parents[1])) for identity in _proves(module)}
    unknown = [identity for identity, entry in found.items() if entry is None]
    if unknown:
        raise AnsibleActionFail(f"{name}: no catalogue says what {unknown[0]} means, which it proves")
    return {identity: entry for identity, entry in found.items() if entry is not None}


def provable(plugins: Iterable[Path]) -> frozenset[str]:
    """The controls that some verifier can prove, among the modules of these directories of plugins."""
    return frozenset(
        control for each in plugins for module in (each / "modules").glob("*.py") for control in _proves(module)
    )


def _proves(module: Path) -> tuple[str, ...]:
    return tuple(_constant(module, "PROVES") or ())


@cache
def _constant(path: Path, name: str) -> Any:
    """Read a constant without importing the module, whose imports are those of a host."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == [name]:
            return ast.literal_eval(node.value)
    return None
