# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bind the items of a checklist to the controls that prove them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, write_back
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matchers import NoMatcher, named
from ansible_collections.golive.verify.plugins.plugin_utils.binding.proposing import Proposal, bound, proposals
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line


class ActionModule(ActionBase):
    """Runs on the controller, where the checklist is."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write what is certain, and tell what is left to a person."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.bind").parse(self._task.args)
        environment = Environment.meant(want, task_vars or {})
        path, known = environment.checklist, environment.known()
        try:
            read = checklist.read(path, known)
            before = path.read_bytes()
            matcher = named(want.matcher, known, want.model)
            confidence = matcher.confidence if want.confidence is None else want.confidence
            proposed = proposals(read, matcher, confidence)
            chosen = {proposal.item.id: proposal.bind for proposal in proposed}
            text = before.decode("utf-8", "surrogateescape")
            after = bound(text, read, chosen).encode("utf-8", "surrogateescape")
            if after != before and not self._task.check_mode:
                write_back.put(path, after, before)
        except (checklist.BadChecklist, write_back.Refused, NoMatcher, OSError) as wrong:
            raise AnsibleActionFail(f"nothing was written: {wrong}") from wrong
        sides = {"before_header": str(path), "after_header": str(path)}
        shown = {"before": write_back.shown(before), "after": write_back.shown(after)}
        return {
            "changed": after != before,
            "checklist": str(path),
            "bound": [_told(proposal) for proposal in proposed if proposal.bind],
            "open": [_told(proposal) for proposal in proposed if not proposal.bind],
            "lines": list(_lines(proposed, len(read.items))),
            "patch": write_back.patch(path, before, after).splitlines(),
            **({"diff": {**sides, **shown}} if self._task.diff else {}),
        }


def _told(proposal: Proposal) -> dict[str, Any]:
    candidates = [
        {
            "control": candidate.control,
            "score": round(candidate.score, 3),
            "confidence": round(candidate.confidence, 3),
            "reason": candidate.reason,
        }
        for candidate in proposal.candidates
    ]
    item = proposal.item
    return {"line": item.line, "text": item.text, "controls": list(proposal.bind), "candidates": candidates}


def _lines(proposed: Sequence[Proposal], items: int) -> Iterator[str]:
    certain = [proposal for proposal in proposed if proposal.bind]
    left = [proposal for proposal in proposed if not proposal.bind]
    yield f"{items} items: {items - len(proposed)} decided before, {len(certain)} bound now, {len(left)} left to you"
    for proposal in left:
        yield f"line {proposal.item.line}: {one_line(proposal.item.text, 100)}"
        for candidate in proposal.candidates:
            yield f"    {candidate.confidence:4.0%}  {candidate.control}  {one_line(candidate.reason, 120)}"
