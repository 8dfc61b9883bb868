# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx settings of the documentation; `make docs` builds it without any network."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

HERE = Path(__file__).parent
os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(HERE.parent / ".ansible" / "collections")

from ansible.plugins.loader import init_plugin_loader  # noqa: E402

init_plugin_loader()

from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, Threshold, catalogue  # noqa: E402
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Interface, interface  # noqa: E402
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import OWN, verifier_names  # noqa: E402

_galaxy = yaml.safe_load((HERE.parent / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{_galaxy['namespace']}.{_galaxy['name']}"
author = ", ".join(_galaxy["authors"])
copyright = f"2026, {author}"
release = version = _galaxy["version"]

extensions = ["myst_parser", "sphinx_antsibull_ext"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist", "tasklist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
highlight_language = "text"
antsibull_ext_color_scheme = "default-autodark"

# Generated pages refer to Ansible's own documentation, whose inventory cannot be fetched by a build without network.
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html",
    "callback_plugins": "plugins/callback.html",
    "filter_plugins": "plugins/filter.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
BUILTIN = "ansible_collections.ansible.builtin."


NO_VERIFIER = "no verifier yet: items bound to it do not pass until somebody signs for them"


def link_to_ansible(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Resolve a label of Ansible's own documentation; every other unknown label stays a warning."""
    label = str(node.get("reftarget", ""))
    page = ANSIBLE_LABELS.get(label)
    if label.startswith(BUILTIN):
        page = f"collections/ansible/builtin/{label.removeprefix(BUILTIN)}.html"
    return nodes.reference("", "", content, refuri=ANSIBLE + page) if page else None


def write_controls(app: Sphinx) -> None:
    """Write what reference/controls.md includes: every control of the catalogue, with the verifiers that prove it."""
    provers: dict[str, list[Interface]] = defaultdict(list)
    for face in (interface(OWN + name) for name in verifier_names() if not name.startswith("_")):
        for control in face.controls:
            provers[control].append(face)
    lines = [line for control in catalogue().values() for line in _described(control, provers[control.id])]
    generated = HERE / "_build" / "controls.md"
    generated.parent.mkdir(exist_ok=True)
    generated.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _described(control: Control, provers: list[Interface]) -> Iterator[str]:
    names = [face.name.removeprefix(OWN) for face in provers]
    links = ", ".join(f"{{ref}}`{name} <ansible_collections.{OWN}{name}_module>`" for name in names)
    yield from (
        f"({control.id})=",
        f"## {control.id}",
        "",
        f"**{control.title}.** Severity {control.severity.value}; {f'proven by {links}' if links else NO_VERIFIER}.",
        "",
    )
    yield from (control.rationale, "", f"*Where it does not hold:* {control.remediation}", "")
    if control.thresholds:
        yield from ("| threshold | default | where it comes from |", "|---|---|---|")
        yield from (
            f"| `{name}` | {_default(provers, name, threshold)} | {threshold.source} |"
            for name, threshold in control.thresholds.items()
        )
        yield ""
    yield from (f"*Checklists say:* {', '.join(control.phrases)}.", "")


def _default(provers: list[Interface], name: str, threshold: Threshold) -> str:
    defaults = [face.options[name].get("default") for face in provers if name in face.options]
    if threshold.default is not None and not defaults:
        return f"`{threshold.default:g}` {threshold.unit}"
    return " / ".join(dict.fromkeys(f"`{default}`" for default in defaults))


def setup(app: Sphinx) -> None:
    """Tell Sphinx about the hooks above."""
    app.connect("builder-inited", write_controls)
    app.connect("missing-reference", link_to_ansible)
