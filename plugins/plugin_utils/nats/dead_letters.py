# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the messages go that a consumer cannot process.

JetStream has no dead-letter queue of its own: after max_deliver deliveries the message stays where it is, the consumer
goes on, and an advisory tells of it once. A stream that stores these advisories is what is left to look at.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.nats.jetstream import Consumer, Stream
from ansible_collections.golive.verify.plugins.plugin_utils.nats.streams import Policy, Survey, settled, some
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_ADVISORY = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES"


async def kept_apart(survey: Survey, name: str, most: int) -> Part:
    """Every durable consumer gives up some time, a stream of this name stores that, and at most so many lie there."""
    jetstream = await survey.jetstream()
    problems, unknown = survey.absent(jetstream, Policy(name=name))
    streams = jetstream.streams().values()
    dead = [stream for stream in streams if stream.name == name]
    served = [(each, consumer) for each in streams if each not in dead for consumer in each.consumers]
    acknowledging = [(each, consumer) for each, consumer in served if consumer.acknowledges]
    for each, consumer in acknowledging:
        problems += giving_up_problems(each, consumer, dead)
    waiting = {each.label: each.messages for each in dead}
    problems += [f"{count} dead letters lie in {label}" for label, count in waiting.items() if count > most]
    if not acknowledging:
        unknown.append(CannotLook("not_found", "there is no durable consumer that acknowledges"))
    limits = {f"{shown(each.name)} → {shown(one.name)}": f"{one.max_deliver} deliveries" for each, one in acknowledging}
    return settled({**waiting, **some(limits)}, problems, [*unknown, *jetstream.hidden])


def giving_up_problems(stream: Stream, consumer: Consumer, dead: Sequence[Stream]) -> list[str]:
    """Why a message that cannot be processed is tried for ever, or goes without a trace."""
    what = f"consumer {shown(consumer.name)} of {stream.label}"
    if consumer.max_deliver <= 0:
        return [f"{what} is given the same message for ever (max_deliver is {consumer.max_deliver})"]
    subject = f"{_ADVISORY}.{stream.name}.{consumer.name}"
    # An advisory is published in the account of the consumer.
    kept = any(covers(each, subject) for other in dead if other.account == stream.account for each in other.subjects)
    return [] if kept else [f"what {what} gives up is stored nowhere: no dead-letter stream takes {shown(subject)}"]


def covers(pattern: str, subject: str) -> bool:
    """Whether a subject with wildcards takes a subject: * is one word, > is one or more at the end."""
    wanted, words = pattern.split("."), subject.split(".")
    open_end = wanted[-1] == ">" and len(words) >= len(wanted)
    if open_end:
        wanted, words = wanted[:-1], words[: len(wanted) - 1]
    return len(wanted) == len(words) and all(each in ("*", word) for each, word in zip(wanted, words, strict=True))
