# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser, and every sample report as a page in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ansible_collections.golive.verify.plugins.plugin_utils.reports import html
from tests.unit.plugin_utils.reports import chart_sample, sample

CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) => console.error('violation', event.violatedDirective))"
)

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("needs Debian's package chromium: .ci/chromium installs it as root")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample as a file."""
    directory = tmp_path_factory.mktemp("reports")
    made = {name: make() for name, make in sample.EVERY.items()} | {
        "charts": chart_sample.told(),
        "large": sample.large(10_000),
    }
    for name, report in made.items():
        (directory / f"{name}.html").write_text(html.render(report), encoding="utf-8")
    return {name: directory / f"{name}.html" for name in made}


@pytest.fixture
def visit(browser: Browser, files: dict[str, Path]) -> Iterator[Visit]:
    """Open a sample. In the end, no page may have asked for anything, complained, or run what was not ours."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    said: list[str] = []

    def opened(name: str, width: int = 1024, scheme: str = "light", anchor: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(VIOLATIONS)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(files[name].as_uri() + anchor)
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("typeof window.sneaky") == "undefined"
        context.close()
    assert {url.partition("#")[0] for url in asked} <= {path.as_uri() for path in files.values()}
    assert said == []
