# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page that needs nothing else: no network, no server, no script to read what decides.

Names, messages and values come from hosts that may be hostile. Every one of them passes shown() and is then escaped by
the template engine, or put on the page by the script as text; nothing of them becomes an address, a class or code.
Should something slip through all the same, the page's content security policy lets only our one style and our one
script run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.reports import charts
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page import model, words

FILE = "report.html"

# What the evidence of all results may take on the page, in bytes: 10,000 results of usual length fit, and a browser
# reads that in a blink. The results that do not pass go first; report.json has the rest.
BUDGET = 8_000_000

Data = Mapping[str, Any]
_HERE = Path(__file__).parent
_STYLES = ("page/base.css", "page/first.css", "page/items.css", "page/rest.css", "charts.css", "page/print.css")
_SCRIPTS = ("page/results.js", "page/filter.js")
# The chart that stands on the first screen; the others stand together.
_CHANGES = "changes"
_MOST_REASONS = 200


def render(report: Data) -> str:
    """The whole page."""
    style, script = (Markup("".join(_text(name) for name in names)) for names in (_STYLES, _SCRIPTS))  # noqa: S704
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    page = model.Page(report, BUDGET)
    drawn = charts.sections(report)
    over_time = [chart for chart in drawn if chart["id"] != _CHANGES]
    return (
        _environment()
        .get_template("page.j2")
        .render(
            page=page,
            style=style,
            script=script,
            policy=policy,
            changed=next((chart for chart in drawn if chart["id"] == _CHANGES), None),
            over_time=over_time,
            timeline=lambda item: charts.timeline(report, item),
            blocking={each["item"]["line"] for each in page.in_full},
            parts=list(_parts(page, bool(over_time))),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": words.moment,
        "day": words.day,
        "coded": words.coded,
        "brief": words.brief,
        "number": words.count,
        "by_section": lambda items: model.grouped(items, "section"),
    }
    environment.globals |= {
        "counts": summary.counts,
        "marks": summary.MARKS,
        "first_blockers": model.FIRST_BLOCKERS,
        "most_hosts": model.MOST_HOSTS,
        "most_reasons": _MOST_REASONS,
    }
    return environment


def _parts(page: model.Page, over_time: bool) -> Iterator[tuple[str, str]]:
    """The parts of the page that there are: place and name."""
    told = (
        ("against", "Blockers", not page.go),
        (_CHANGES, "Changes", True),
        ("completion", "Completion", True),
        ("items", "Items", True),
        ("matrix", "By host", page.matrix.rows),
        ("over-time", "Over time", over_time),
        ("sign-off", "Sign-off", page.signatures),
        ("waivers", "Waivers", page.waivers),
        ("claims", "Claims", page.claims),
        ("coverage", "Coverage", page.items),
        ("hosts", "Hosts", True),
    )
    yield from ((place, name) for place, name, there in told if there)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
