# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the runbook that an alert leads to opens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together

_REDIRECTS = 5
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_SIGN_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

Pages = Mapping[str, HttpFact | CannotLook]


def named(text: str) -> str | None:
    """The first address in a text."""
    found = _URL.search(text)
    return found[0].rstrip(".,;") if found else None


async def opened(look: Observer, urls: Sequence[str]) -> Pages:
    """What each address answers, asked side by side."""
    pages = await together(*(attempt(look.http(url, follow=_REDIRECTS)) for url in urls))
    return dict(zip(urls, pages, strict=True))


def seen(pages: Pages, url: str | None) -> tuple[Mapping[str, Any], Sequence[str]]:
    """Whether a runbook opens; where it wants a login first, nobody knows what is behind."""
    if url is None:
        return {}, []
    page = pages[url]
    if isinstance(page, CannotLook):
        raise page
    if page.status in _SIGN_IN:
        raise CannotLook("denied", f"the runbook {url} answers {page.status}")
    good = page.status < HTTPStatus.MULTIPLE_CHOICES
    return {"runbook": url}, [] if good else [f"its runbook {url} answers {page.status}"]
