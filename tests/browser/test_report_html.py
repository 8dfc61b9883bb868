# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser: it stays on its own, runs nothing of the data, and everybody can use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ansible_collections.golive.verify.plugins.plugin_utils.reports import html
from tests.unit.plugin_utils.reports import sample

CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) => console.error('violation', event.violatedDirective))"
)
OPEN_ALL = "() => document.querySelectorAll('details').forEach((node) => { node.open = true; })"

Visit = Callable[..., Page]

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="needs Debian's package chromium: .ci/chromium installs it as root"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample as a file."""
    directory = tmp_path_factory.mktemp("reports")
    made = {name: make() for name, make in sample.EVERY.items()} | {"large": sample.large(1200)}
    for name, report in made.items():
        (directory / f"{name}.html").write_text(html.render(report), encoding="utf-8")
    return {name: directory / f"{name}.html" for name in made}


@pytest.fixture
def visit(browser: Browser, files: dict[str, Path]) -> Iterator[Visit]:
    """Open a sample. In the end, no page may have asked for anything, complained, or run what was not ours."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    said: list[str] = []

    def opened(name: str, width: int = 900, scheme: str = "light", anchor: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
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


def wide(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


def shown(page: Page, selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


@pytest.mark.parametrize("name", sample.EVERY)
def test_it_asks_for_nothing_and_runs_nothing_of_the_data(visit: Visit, name: str) -> None:
    page = visit(name)
    page.evaluate(OPEN_ALL)
    page.mouse.move(400, 400)
    assert page.evaluate("() => document.images.length + document.scripts.length + document.styleSheets.length") == 2


@pytest.mark.parametrize("name", ["realistic", "hostile", "go"])
def test_nothing_is_wider_than_the_window(visit: Visit, name: str) -> None:
    page = visit(name, width=360)
    assert wide(page) <= 0
    page.evaluate(OPEN_ALL)
    for width in (360, 900, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert wide(page) <= 0


@pytest.mark.parametrize(("name", "scheme"), [("realistic", "light"), ("realistic", "dark"), ("narrowed", "light")])
def test_axe_finds_no_barrier(visit: Visit, name: str, scheme: str) -> None:
    page = visit(name, scheme=scheme)
    page.evaluate(OPEN_ALL)
    page.get_by_role("checkbox").nth(0).check()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.evaluate(OPEN_ALL)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_first_screen_tells_the_decision_and_what_is_against_it(visit: Visit) -> None:
    page = visit("realistic", width=1600)
    for words in ("No-go for shop-production", "What speaks against going live", "cache3 is unreachable"):
        expect(
            page.get_by_text(words).first if words[0] == "c" else page.get_by_role("heading", name=words)
        ).to_be_in_viewport()


def test_without_script_all_is_there_and_opens(files: dict[str, Path], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["realistic"].as_uri())
    expect(page.locator("#filter")).to_be_hidden()
    assert shown(page, ".item") == len(sample.realistic()["items"]) + 1
    page.locator(".item summary", has_text="TLS 1.0 and 1.1 are off").click()
    expect(page.locator("#line-9")).to_be_visible()
    context.close()


def test_the_filter_finds_statuses_and_words_and_the_address_remembers(visit: Visit) -> None:
    page = visit("realistic")
    everything = shown(page, ".item")
    page.get_by_label("Filter", exact=True).fill("cache1 appendonly")
    expect(page.get_by_role("status")).to_have_text("1 item with 1 result")
    assert (shown(page, ".item"), shown(page, ".check")) == (1, 1)
    page.get_by_label("Filter", exact=True).fill("")
    page.get_by_role("checkbox", name="error").check()
    expect(page.get_by_role("status")).to_have_text("3 items with 1 result")
    assert page.url.endswith("#status=error")
    page.get_by_label("Filter", exact=True).fill("redis.provisioned")
    expect(page.get_by_role("status")).to_have_text("1 item with 1 result")
    page.reload()
    expect(page.get_by_role("checkbox", name="error")).to_be_checked()
    expect(page.get_by_label("Filter", exact=True)).to_have_value("redis.provisioned")
    assert shown(page, ".item") == 1
    page.get_by_label("Filter", exact=True).fill("")
    page.get_by_role("checkbox", name="error").uncheck()
    expect(page.locator("#shown")).to_be_empty()
    assert shown(page, ".item") == everything
    assert "#" not in page.url


def test_a_hostile_address_is_only_text_in_the_filter(visit: Visit) -> None:
    page = visit("realistic", anchor="#text=%3Cscript%3Ewindow.sneaky=1%3C/script%3E&status=%22]nonsense,fail")
    expect(page.get_by_label("Filter", exact=True)).to_have_value("<script>window.sneaky=1</script>")
    expect(page.get_by_role("checkbox", name="fail")).to_be_checked()
    assert shown(page, ".item") == 0


def test_a_link_opens_what_it_leads_to_even_when_filtered_out(visit: Visit) -> None:
    page = visit("realistic")
    page.get_by_role("checkbox", name="pass").check()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.get_by_role("link", name="Its results and their evidence").first.click()
    expect(page.locator("#line-7")).to_be_in_viewport()
    expect(page.get_by_role("checkbox", name="pass")).not_to_be_checked()


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit("realistic")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Filter", exact=True).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="fail")).to_be_focused()
    outline = "() => getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).not_to_be_empty()
    item = page.locator(".item:visible > summary").first
    item.focus()
    before = page.locator(".item[open]").count()
    page.keyboard.press("Enter")
    assert page.locator(".item[open]").count() == before - 1


def test_all_opens_and_closes(visit: Visit) -> None:
    page = visit("realistic")
    page.get_by_role("button", name="Open all").click()
    assert page.locator("details:not([open])").count() == 0
    page.get_by_role("button", name="Close all").click()
    assert page.locator("details[open]").count() == 0


def test_it_prints_on_white_without_what_only_a_screen_needs(visit: Visit) -> None:
    page = visit("realistic", scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filter")).to_be_hidden()
    assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    made = page.pdf(prefer_css_page_size=True, format="A4")
    assert made.startswith(b"%PDF")
    assert 2 <= made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") <= 12


def test_a_long_report_is_filtered_too(visit: Visit) -> None:
    page = visit("large")
    page.get_by_label("Filter", exact=True).fill("app0003")
    expect(page.get_by_role("status")).to_have_text("10 items with 200 results")
    page.get_by_role("checkbox", name="fail").check()
    expect(page.get_by_role("status")).to_have_text("1 item with 10 results")
    assert wide(page) <= 0
