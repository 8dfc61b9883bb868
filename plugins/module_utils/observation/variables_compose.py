# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that a compose file gives one of its services: environment, and env_file, over which it has precedence.

What Compose takes from elsewhere (the shell of whoever starts it, files that are merged or extended) is not guessed:
such a file is malformed here, and what it came to is seen in the container.
"""

from __future__ import annotations

import os
import re

from ansible_collections.golive.verify.plugins.module_utils.observation import yaml_subset
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.variables_files import (
    Variables,
    dotenv,
    text_of,
    twice,
)

_REFERENCE = re.compile(r"\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?-)([^{}$]*)|:?\?[^{}]*)?\}|)")


def of_service(deadline, compose, service):
    """What a service of a compose file gets, with the .env file beside it put in for ${…}."""
    beside = os.path.dirname(compose)
    stem, suffix = os.path.splitext(compose)
    if os.path.exists(stem + ".override" + suffix):
        raise _elsewhere(compose, "%s is merged over it" % (stem + ".override" + suffix))
    project = os.path.join(beside, ".env")
    known = dict(dotenv(text_of(deadline, project), project)) if os.path.exists(project) else {}
    described = _service(yaml_subset.parse(text_of(deadline, compose), compose), compose, service)
    values, duplicates, read = {}, set(), []
    for path, required in _env_files(described.get("env_file"), compose):
        full = os.path.join(beside, _filled(path, known, compose))
        if required or os.path.exists(full):
            pairs = dotenv(text_of(deadline, full), full)
            values.update((name, _filled(value, dict(known, **values), full)) for name, value in pairs)
            duplicates |= twice(pairs)
            read.append(os.path.normpath(full))
    inline = {n: _filled(v, known, compose) for n, v in _environment(described.get("environment"), compose)}
    values.update(inline)
    return [Variables(values, duplicates, read, set(inline))]


def _elsewhere(compose, why):
    return CannotLook("malformed", "%s: %s; look at the container instead" % (compose, why))


def _service(document, compose, service):
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict) or "include" in document:
        raise _elsewhere(compose, "its services are not written in it alone")
    if service not in services:
        raise CannotLook("not_found", "%s has no service %s" % (compose, service))
    described = services[service]
    if not isinstance(described, dict) or "extends" in described:
        raise _elsewhere(compose, "service %s is not written in it alone" % service)
    return described


def _env_files(given, compose):
    """(path, required) of each file, in their order."""
    entries = given if isinstance(given, list) else [] if given is None else [given]
    found = [entry if isinstance(entry, dict) else {"path": entry} for entry in entries]
    for entry in found:
        if not isinstance(entry.get("path"), str) or set(entry) - {"path", "required"}:
            raise _elsewhere(compose, "its env_file has a form that is not understood")
    return [(entry["path"], entry.get("required") != "false") for entry in found]


def _environment(given, compose):
    """(name, value) pairs of a mapping, or of a list of assignments."""
    if given is None:
        return []
    if isinstance(given, list) and all(isinstance(entry, str) for entry in given):
        pairs = [entry.partition("=") for entry in given]
        given = {name: value if assigned else None for name, assigned, value in pairs}
    if not isinstance(given, dict) or not all(value is None or isinstance(value, str) for value in given.values()):
        raise _elsewhere(compose, "its environment has a form that is not understood")
    passed = sorted(name for name, value in given.items() if value is None)
    if passed:
        raise _elsewhere(compose, "%d variables come from the shell that starts it" % len(passed))
    return list(given.items())


def _filled(text, known, where):
    """A text with its references put in. What is not known would come from the shell that starts it."""

    def value(reference):
        dollar, bare, braced, operator, default = reference.groups()
        name = bare or braced
        if dollar or name is None:
            return "$"
        if known.get(name) or (name in known and operator != ":-"):
            return known[name]
        if operator:
            return default
        raise _elsewhere(where, "what it refers to with $ is not in the .env file beside it")

    return _REFERENCE.sub(value, text)
