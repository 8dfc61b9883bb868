# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead letters of JetStream: kept, not kept, unread, and without anything that could become one."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.nats import ActionModule as Nats
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.nats_recordings import ANSWERS, CONSUMER, OPTIONS, PLACES, STREAM, jsz
from tests.unit.proving import prove

ADVISORIES = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES"


def dead(*subjects: str, account: str = "SHOP", messages: int = 0, **consumer: Any) -> Verdict:
    """The verdict with a stream of dead letters, in the account of ORDERS or another, and a changed consumer."""
    kept = {**STREAM, "name": "DEAD", "consumer_detail": [], "state": {"messages": messages}}
    kept["config"] = STREAM["config"] | {"subjects": list(subjects)}
    changed = CONSUMER | {"config": CONSUMER["config"] | consumer}
    accounts = [
        {"name": "SHOP", "stream_detail": [{**STREAM, "consumer_detail": [changed]}]},
        {"name": account, "stream_detail": [kept]},
    ]
    answer = jsz(account_details=accounts, accounts=2)
    (one,) = prove(
        Nats, "queues.dead_letter", OPTIONS | {"dead_letter_stream": "DEAD"}, ANSWERS | {PLACES["jsz"]: answer}
    )
    return one


@pytest.mark.parametrize("subject", [f"{ADVISORIES}.>", f"{ADVISORIES}.ORDERS.*", "$JS.EVENT.ADVISORY.>", ">"])
def test_dead_letters_that_are_kept_pass(subject: str) -> None:
    assert dead("other", subject).status is Status.PASS


NOWHERE = "what consumer mailer of stream ORDERS of account SHOP gives up is stored nowhere"


@pytest.mark.parametrize(
    ("subjects", "changes", "status", "because"),
    [
        ([], {}, Status.FAIL, NOWHERE),
        ([f"{ADVISORIES}.MAIL.*"], {}, Status.FAIL, NOWHERE),
        ([f"{ADVISORIES}.*"], {}, Status.FAIL, NOWHERE),
        ([f"{ADVISORIES}.ORDERS.mailer.>"], {}, Status.FAIL, NOWHERE),
        ([">"], {"account": "OTHER"}, Status.FAIL, NOWHERE),
        ([">"], {"max_deliver": -1}, Status.FAIL, "is given the same message for ever"),
        ([">"], {"messages": 3}, Status.FAIL, "3 dead letters lie in stream DEAD"),
        ([">"], {"ack_policy": "none"}, Status.ERROR, "there is no durable consumer that acknowledges"),
        ([">"], {"durable_name": ""}, Status.ERROR, "there is no durable consumer that acknowledges"),
        ([">"], {"max_deliver": "5"}, Status.ERROR, "malformed"),
    ],
)
def test_dead_letters_that_are_not(subjects: list[str], changes: dict[str, Any], status: Status, because: str) -> None:
    found = dead(*subjects, **changes)
    assert found.status is status
    assert because in found.message


def test_without_a_stream_for_them_nothing_is_said_of_dead_letters() -> None:
    with pytest.raises(NotAsked):
        prove(Nats, "queues.dead_letter", OPTIONS, ANSWERS)
