# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of looks when the call that carries them fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.action.sockets import ActionModule as Sockets
from ansible_collections.golive.verify.plugins.plugin_utils.host import HostTransport
from ansible_collections.golive.verify.plugins.plugin_utils.look import Request

REQUESTS = [Request("host", {"kind": "sockets"}), Request("host", {"kind": "mounts"})]


def transport(reply: Any) -> HostTransport:
    """A transport over an action whose module call gives or raises this."""

    def execute(*_: Any, **__: Any) -> Any:
        if isinstance(reply, Exception):
            raise reply
        return reply

    action: Any = SimpleNamespace(_connection=SimpleNamespace(become=object()), _execute_module=execute)
    return HostTransport(action, {}, 60)


def test_an_unreachable_host_is_known_as_such() -> None:
    carried = transport(AnsibleConnectionFailure("no route"))
    assert [answer["reason"] for answer in carried(REQUESTS)] == ["unreachable"] * 2
    assert "no route" in carried.unreachable


@pytest.mark.parametrize("said", ["Missing sudo password", "Incorrect sudo password"])
def test_a_become_that_wants_a_password_denies_these_looks_alone(said: str) -> None:
    carried = transport(AnsibleError(said))
    answers = carried(REQUESTS)
    assert [answer["reason"] for answer in answers] == ["denied"] * 2
    assert said in answers[0]["detail"]
    assert not carried.unreachable


def test_what_is_wrong_with_the_task_itself_is_not_the_hosts_answer() -> None:
    with pytest.raises(AnsibleError, match="no such module"):
        transport(AnsibleError("no such module"))(REQUESTS)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"failed": True, "module_stderr": "/usr/bin/python3: not found"}, "missing_tool"),
        ({"failed": True, "msg": "MODULE FAILURE"}, "malformed"),
        ({"answers_json": "nonsense"}, "malformed"),
        ({"answers_json": "[]"}, "malformed"),
        ({"answers_json": '[{"value": 1}, 7]'}, "malformed"),
    ],
)
def test_a_reply_that_is_none_is_a_reason(reply: dict[str, Any], reason: str) -> None:
    assert {answer["reason"] for answer in transport(reply)(REQUESTS)} == {reason}


@pytest.mark.parametrize(("options", "seconds"), [({}, 60), ({"timeout": 5}, 60), ({"timeout": 90}, 90)])
def test_a_check_of_its_own_is_given_the_time_that_it_asks_for(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], seconds: float
) -> None:
    sent: list[float] = []

    def execute(_module: str, arguments: dict[str, Any], **__: Any) -> Any:
        sent.append(arguments["deadline"])
        return {"failed": True}

    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    alone: Any = Sockets.__new__(Sockets)
    alone._task = SimpleNamespace(resolved_action="golive.verify.sockets", args={"allow": [443], **options})
    alone._connection, alone._execute_module = SimpleNamespace(become=None), execute
    assert alone.run()["verdict"] == "error"
    assert set(sent) == {seconds}
