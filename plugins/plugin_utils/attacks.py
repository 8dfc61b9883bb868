# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harmless samples of attacks, sent to see whether an entry refuses them."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict

_REFUSED = 403
_ERRORS = 400
# Harmless where they are let through, and in every set of rules: cross-site scripting, SQL injection, path traversal.
_SAMPLES = {
    "cross-site scripting": "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "SQL injection": "q=1%27%20OR%20%271%27%3D%271%27%20UNION%20SELECT%20NULL--%20",
    "path traversal": "file=..%2F..%2F..%2F..%2Fetc%2Fpasswd",
}


async def sampled(look: Observer, url: str) -> Verdict:
    """Send a usual request, and samples of attacks in its query."""
    joint = "&" if "?" in url else "?"
    looks = {name: look.http(f"{url}{joint}{query}") for name, query in _SAMPLES.items()}
    normal, *attacks = await together(attempt(look.http(url)), *(attempt(each) for each in looks.values()))

    def seen() -> Seen:
        for answer in (normal, *attacks):
            if isinstance(answer, CannotLook):
                raise answer
        return _seen(normal, dict(zip(looks, attacks, strict=True)))

    return verdict(f"samples at {url}", "attacks refused with 403, and the rest served", seen)


def _seen(normal: HttpFact, attacks: Mapping[str, HttpFact]) -> Seen:
    """Whether what looks like an attack is refused, and what does not is served."""
    actual = {"a usual request": normal.status, **{name: fact.status for name, fact in attacks.items()}}
    wrong = [f"{name} is answered with {fact.status}" for name, fact in attacks.items() if fact.status != _REFUSED]
    if normal.status >= _ERRORS:
        wrong.append(f"a usual request is answered with {normal.status}, so that a refusal proves nothing")
    return actual, wrong
