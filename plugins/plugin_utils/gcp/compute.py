# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of Google's Compute Engine that span all regions, and the names of what is in them."""

from __future__ import annotations

from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

API = "compute"
_MOST_PAGES = 100
# The one warning of a region that Google gives where all is well: there is nothing of that kind.
_EMPTY = "NO_RESULTS_ON_PAGE"


def aggregated(reader: Reader, kind: str, permission: str) -> list[dict[str, Any]]:
    """All things of a kind in all regions; Google tells them by region, and of regions without any that it is so.

    Of a region that Google could not ask it tells nothing but a warning; what is there may be anything.
    """
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    for dummy in range(_MOST_PAGES):
        page = reader.get(API, f"compute/v1/projects/{reader.project}/aggregated/{kind}", permission, **token)
        if "kind" not in page:
            raise CannotLook("malformed", f"a list of {kind} without its kind")
        if page.get("unreachables"):
            raise CannotLook("unreachable", f"{kind} of {', '.join(page['unreachables'])}"[:300])
        for scope, part in {"the whole list": {"warning": page.get("warning")}, **page.get("items", {})}.items():
            code = (part.get("warning") or {}).get("code", _EMPTY)
            if code != _EMPTY:
                raise CannotLook("unreachable", f"{kind} of {scope}: Google warns of {code}"[:300])
            found += part.get(kind, [])
        if not page.get("nextPageToken"):
            return found
        token = {"pageToken": page["nextPageToken"]}
    raise CannotLook("too_large", f"more than {_MOST_PAGES} pages of {kind}")


def path(url: str) -> str:
    """What stays of the address of a thing whatever API or host tells it, as in projects/shop/global/urlMaps/web."""
    dummy, mark, end = url.partition("projects/")
    if not mark:
        raise CannotLook("malformed", f"no address of something in a project: {url}"[:300])
    return mark + end


def last(url: str) -> str:
    """The name at the end of the address of a thing."""
    return url.rpartition("/")[2]


def full(path_of: str) -> str:
    """The full name of what has this path."""
    return f"//compute.googleapis.com/{path_of}"
