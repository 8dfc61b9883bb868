# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the APIs of clouds answered in a run, below the looks: whose choices overlap, and whose readings differ."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

T = TypeVar("T")
_PASSING = {"timeout", "unreachable"}  # what may be otherwise a moment later


class Answered:
    """Each answer by its question, for as long as a run takes. Safe to use from many threads.

    A question tells the credentials with which it is asked, too. An answer is shared, so nobody may change it.
    at: a moment of the run, so that questions about what was lately are the same ones.
    """

    def __init__(self) -> None:
        self.at = time.time()
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def once(self, question: Hashable, ask: Callable[[], T], deadline: Deadline) -> T:
        """What ask answers, or the CannotLook that it raises, which is as good an answer unless it may pass.

        Who asks what somebody else is asking waits for that answer, as long as the deadline lets it.
        """
        while True:
            with self._lock:
                first = question not in self._answers
                answer = self._answers.setdefault(question, Future())
            if first:
                return self._settled(question, answer, ask)
            try:
                found: T = answer.result(deadline.left())
                return found
            except CancelledError:
                deadline.check()
            except TimeoutError:
                raise CannotLook("timeout", f"no answer within {deadline.seconds:g} s") from None
            except CannotLook as reason:  # a new one, or those of all who ask would grow one traceback
                raise CannotLook(reason.reason, reason.detail) from None

    def _settled(self, question: Hashable, answer: Future[Any], ask: Callable[[], T]) -> T:
        try:
            found = ask()
        except BaseException as error:
            if isinstance(error, CannotLook) and error.reason not in _PASSING:
                answer.set_exception(CannotLook(error.reason, error.detail))
            else:
                with self._lock:
                    del self._answers[question]
                answer.cancel()
            raise
        answer.set_result(found)
        return found
