# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search exported files for card numbers where they lie, as logs are: how many lines hold one travels, no text."""

from __future__ import annotations

from functools import cache
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.search import CODE
from ansible_collections.golive.verify.plugins.plugin_utils.facts import ScanFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs import sources
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_BINARY = "no text"


@cache
def patterns() -> list[dict[str, Any]]:
    """What to look for in a line: what must not be there, and the zero bytes of what is no text and hides it."""
    code = {"name": "security code of a card", "regex": f"(?i){CODE}", "signs": ["cvv", "cvc", "cav2", "security"]}
    return [sources.card_number(), code, {"name": _BINARY, "regex": "\0"}]


async def searched(look: Observer, want: Wanted, path: str) -> Part:
    """No line of the files of a pattern holds card data, and all of them could be read to their end."""
    limit = want.max_scan_megabytes * sources.MEGABYTE
    asked = {"rotated": False, "logged": False, "limit": limit, "allowed": want.allowed_values}
    fact = await look.scan(path=path, patterns=patterns(), **asked)
    problems = [f"{sources.told(each)} with a {shown(each.name)}" for each in fact.findings if each.name != _BINARY]
    if not problems:
        _whole(fact, path, want.max_scan_megabytes)
    return Part({"files": [shown(each) for each in fact.files], "lines": fact.lines, "bytes": fact.bytes}, problems)


def _whole(fact: ScanFact, path: str, megabytes: int) -> None:
    """Raise CannotLook where there is nothing to search, or where numbers could be that are not found."""
    if fact.findings:
        hidden = sources.told(fact.findings[0])
        raise CannotLook("malformed", f"{path}: {hidden} of no text, such as what is packed or encrypted")
    if not fact.complete:
        raise CannotLook("too_large", f"{path}: only the newest {megabytes} MB were read; raise max_scan_megabytes")
    if not fact.lines:
        raise CannotLook("not_found", f"{path}: there is no line to search")
