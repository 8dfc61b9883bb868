# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find a matcher by its name: one of ours, or the Python name of somebody's own class."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Matcher
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control

_BINDING = "ansible_collections.golive.verify.plugins.plugin_utils.binding"
OURS = {"words": f"{_BINDING}.ranking.WordMatcher", "embeddings": f"{_BINDING}.embeddings.EmbeddingMatcher"}


class NoMatcher(Exception):
    """There is no matcher of that name, or it cannot be used: says why."""


def named(name: str, controls: Mapping[str, Control], model: str | None = None) -> Matcher:
    """The matcher words, embeddings, or the class of a dotted Python name, made for these controls.

    model: the directory of the model, for a matcher that needs one; given on only if there is one. Raises NoMatcher.
    """
    module, dot, attribute = OURS.get(name, name).rpartition(".")
    if not dot:
        raise NoMatcher(f"no matcher {name!r}: use {', '.join(OURS)}, or the Python name of a class, as acme.Matcher")
    try:
        found = getattr(importlib.import_module(module), attribute)
        matcher: Matcher = found(controls, model) if model else found(controls)
    except (ImportError, AttributeError, TypeError, OSError, ValueError) as error:
        raise NoMatcher(f"the matcher {name} cannot be used: {error}") from error
    return matcher
