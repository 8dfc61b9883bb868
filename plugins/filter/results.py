# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decode the results that a check registered."""

from __future__ import annotations

DOCUMENTATION = r"""
name: results
short_description: Decode the results of checks
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Turns what M(golive.verify.checks), or a verifier used as a task, registered into the list of its results.
options:
  _input:
    description: The registered variable.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what failed
  ansible.builtin.debug:
    msg: "{{ cache | golive.verify.results | rejectattr('status', 'eq', 'pass') | map(attribute='message') }}"
"""

RETURN = r"""
_value:
  description: The results, each as in the collection's contract of results.
  type: list
  elements: dict
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError


def results(registered: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results of a registered check. What holds none raises, so that an empty list always means: nothing proven."""
    try:
        decoded: list[dict[str, Any]] = json.loads(registered["checks_json"])
    except (TypeError, KeyError, ValueError) as error:
        raise AnsibleFilterError("golive.verify.results: this variable holds no results of checks") from error
    return decoded


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Filters by name."""
        return {"results": results}
