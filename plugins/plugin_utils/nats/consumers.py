# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether consumers keep up with their streams, and where the messages go that they cannot process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.nats.jetstream import Consumer, JetStream
from ansible_collections.golive.verify.plugins.plugin_utils.nats.streams import Policy, Survey, settled, some
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


@dataclass(frozen=True, slots=True)
class Pace:
    """What is expected of a consumer: messages, messages, minutes."""

    max_pending: int
    max_redelivered: int
    max_ack_age: float

    @classmethod
    def of(cls, want: Wanted) -> Pace:
        """What the options of a check expect."""
        return cls(want.max_pending, want.max_redelivered, want.max_ack_age)


async def keeping_up(survey: Survey, pace: Pace) -> Part:
    """Every durable consumer drains its stream, and the declared ones exist."""
    jetstream = await survey.jetstream()
    problems, unknown = survey.absent(jetstream)
    missing, elsewhere = missing_consumers(jetstream, survey.policies)
    problems, unknown = [*problems, *missing], [*unknown, *elsewhere]
    consumers = jetstream.consumers()
    for (_account, stream, _name), each in consumers.items():
        what = f"consumer {shown(each.name)} of stream {shown(stream)}"
        if each.group.informed:
            problems += pace_problems(each, what, pace)
        unknown += jetstream.unknown(what, each.group)
    actual = {f"{shown(key[1])} → {shown(each.name)}": _standing(each) for key, each in consumers.items()}
    return settled(some(actual), problems, [*unknown, *jetstream.hidden])


def missing_consumers(jetstream: JetStream, policies: Sequence[Policy]) -> tuple[list[str], list[CannotLook]]:
    """Which declared consumers do not exist, and of which nobody who was asked knows.

    A consumer may have fewer replicas than its stream.
    """
    known = jetstream.consumers()
    missing = [
        f"{stream.label} has no durable consumer {name}"
        for stream in jetstream.streams().values()
        for policy in policies
        if policy.means(stream)
        for name in policy.consumers or ()
        if (stream.account, stream.name, name) not in known
    ]
    if jetstream.everywhere:
        return missing, []
    return [], [CannotLook("not_found", f"{each} here: add the other servers to monitors") for each in missing]


def pace_problems(consumer: Consumer, what: str, pace: Pace) -> list[str]:
    """Why messages pile up, as the leader of the consumer sees it."""
    if not consumer.group.leader:
        return [f"{what} has no leader"]
    problems = [f"{what} is paused"] if consumer.paused else []
    if consumer.pending > pace.max_pending:
        problems.append(f"{consumer.pending} messages wait for {what}, more than {pace.max_pending}")
    if consumer.redelivered > pace.max_redelivered:
        problems.append(f"{consumer.redelivered} messages of {what} are redelivered, more than {pace.max_redelivered}")
    if 0 < consumer.max_ack_pending <= consumer.ack_pending:
        problems.append(f"{what} gets nothing more: {consumer.ack_pending} messages are unacknowledged")
    if waiting := consumer.pending + consumer.ack_pending:
        minutes = (consumer.now - _last_progress(consumer)) / 60
        if minutes > pace.max_ack_age:
            problems.append(f"{what} made no progress for {minutes:.0f} minutes, while {waiting} messages wait")
    return problems


def _last_progress(consumer: Consumer) -> float:
    """When it last got on. After a quiet time a first delivery is progress as well; a repeated one is not."""
    fresh = not consumer.acknowledges or not consumer.redelivered
    moments = (consumer.created, consumer.acknowledged, consumer.delivered if fresh else None)
    return max(moment for moment in moments if moment is not None)


def _standing(consumer: Consumer) -> str:
    if not consumer.group.informed:
        return f"led by {shown(consumer.group.leader)}"
    return f"{consumer.pending} pending, {consumer.ack_pending} unacknowledged, {consumer.redelivered} redelivered"
