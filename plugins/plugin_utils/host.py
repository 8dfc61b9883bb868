# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How looks reach a host: one call of the observe module for a batch, through Ansible's own connection and become."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import REASONS
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request

OBSERVE = "golive.verify.observe"


class HostTransport:
    """Sends batches to the host of a task. unreachable: why the host could not be reached, if it could not."""

    def __init__(self, action: ActionBase, task_vars: Mapping[str, Any], deadline: float) -> None:
        self._action = action
        self._task_vars = task_vars
        self._deadline = deadline
        self.unreachable = ""

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """Answer the requests, all of them: where the call itself fails, each with the reason of that."""
        arguments = {"observations": [dict(request.params) for request in requests], "deadline": self._deadline}
        try:
            with self._privilege(drop=requests[0].unprivileged):
                reply = self._action._execute_module(OBSERVE, arguments, task_vars=self._task_vars)
        except AnsibleConnectionFailure as failure:
            self.unreachable = str(failure)
            return [{"reason": "unreachable", "detail": self.unreachable}] * len(requests)
        except AnsibleError as failure:
            # The connection plugin says so when become wants a password or takes another: only these looks are denied.
            if "password" not in str(failure):
                raise
            return [{"reason": "denied", "detail": f"become: {failure}"}] * len(requests)
        return _answers(reply, len(requests))

    @contextmanager
    def _privilege(self, drop: bool) -> Iterator[None]:
        connection = self._action._connection
        become = connection.become
        if drop:
            connection.become = None
        try:
            yield
        finally:
            connection.become = become


def _answers(reply: Mapping[str, Any], count: int) -> Sequence[Answer]:
    """Decode the module's reply. It comes from a host that may be hostile or broken: nothing about it is assumed."""
    if reply.get("failed") or "answers_json" not in reply:
        said = " ".join(str(reply.get(key, "")) for key in ("msg", "module_stderr", "module_stdout")).strip()[:800]
        lost = "missing_tool" if "python" in said.lower() and "not found" in said.lower() else "malformed"
        return [{"reason": lost, "detail": f"the observe module did not run: {said}"}] * count
    try:
        answers = json.loads(reply["answers_json"])
    except (TypeError, ValueError):
        answers = None
    if not isinstance(answers, list) or len(answers) != count:
        return [{"reason": "malformed", "detail": "the host did not answer what it was asked"}] * count
    return [_sound(answer) for answer in answers]


def _sound(answer: Any) -> Answer:
    timed = (
        isinstance(answer, dict) and isinstance(answer.get("at"), (int, float)) and isinstance(answer.get("ms"), int)
    )
    if timed and ("value" in answer or answer.get("reason") in REASONS):
        return dict(answer)
    return {"reason": "malformed", "detail": "the host's answer is not one of an observation"}
