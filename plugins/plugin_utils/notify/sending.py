# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliver messages: all channels at once, each again and again for a while, none longer than the deadline."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Iterator, Mapping
from importlib import import_module

from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Message
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route

ATTEMPTS = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
# For so long a channel that is past the deadline may still say so by itself.
_GRACE = 0.5


class Undelivered(Exception):
    """A channel did not take a message: why, in words without what is secret. again: another attempt may help."""

    def __init__(self, why: str, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


def deliver(messages: Mapping[str, tuple[Route, Message]], seconds: float) -> Iterator[tuple[str, str, bool]]:
    """The name of each route as it is done, what there is to say, and whether it was told."""
    until = time.monotonic() + seconds
    done: queue.SimpleQueue[tuple[str, str, bool]] = queue.SimpleQueue()
    for route, message in messages.values():
        # Whoever never answers must not keep the run from ending: the deadline holds whatever a library does.
        threading.Thread(target=_one, args=(route, message, until, done), daemon=True).start()
    left = set(messages)
    while left:
        try:
            name, said, told = done.get(timeout=max(0.0, until + _GRACE - time.monotonic()))
        except queue.Empty:
            break
        left.discard(name)
        yield name, said, told
    for name in sorted(left):
        yield name, f"no answer within {seconds:g} s", False


def _one(route: Route, message: Message, until: float, done: queue.SimpleQueue[tuple[str, str, bool]]) -> None:
    try:
        done.put((route.name, route.hide(_attempts(route, message, until)), True))
    except Undelivered as wrong:
        done.put((route.name, route.hide(str(wrong)), False))
    except Exception as wrong:  # noqa: BLE001 - one channel never costs another; what it says may hold what is secret
        done.put((route.name, f"it broke: {type(wrong).__name__}", False))


def _attempts(route: Route, message: Message, until: float) -> str:
    channel = import_module(f"{__package__}.channels.{route.channel}")
    pause, attempt = _FIRST_PAUSE, 1
    while True:
        try:
            return str(channel.deliver(route, message, until))
        except Undelivered as wrong:
            # Many runs that begin at the same time do not come back at the same time.
            wait = pause * random.uniform(0.5, 1.0)  # noqa: S311
            if not wrong.again or attempt == ATTEMPTS or time.monotonic() + wait >= until:
                tried = f", tried {attempt} times" if attempt > 1 else ""
                raise Undelivered(f"{wrong}{tried}") from None
            time.sleep(wait)
            pause, attempt = min(pause * 2, _LONGEST_PAUSE), attempt + 1
