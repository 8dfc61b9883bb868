# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser: it stays on its own, runs nothing of the data, and everybody can use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.unit.plugin_utils.reports import sample

# Opening an item draws its results, each of which draws its evidence when it is opened.
OPEN_ALL = """async () => {
  for (let round = 0; round < 2; round += 1) {
    document.querySelectorAll('details').forEach((node) => { node.open = true; });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""
# No width at which a reader would have to scroll to the side.
WIDTHS = (360, 1024, 1920)

Visit = Callable[..., Page]


def wide(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("name", sample.EVERY)
def test_it_asks_for_nothing_and_runs_nothing_of_the_data(visit: Visit, name: str) -> None:
    page = visit(name)
    page.evaluate(OPEN_ALL)
    page.mouse.move(400, 400)
    assert page.evaluate("() => document.images.length + document.styleSheets.length") == 1
    kinds = page.evaluate("() => [...document.scripts].map((script) => script.type)")
    assert kinds == ["application/json", ""]


def test_hostile_text_of_results_is_drawn_as_text(visit: Visit) -> None:
    page = visit("hostile")
    page.get_by_label("Search", exact=True).fill("host.script")
    expect(page.get_by_role("status")).to_have_text("1 item with 3 results")
    page.locator(".check:visible > summary").first.click()
    told = page.locator(".check[open] dl")
    expect(told).to_contain_text("<script>window.sneaky = 1</script>")
    assert told.locator("script, img, svg").count() == 0


@pytest.mark.parametrize("name", ["realistic", "hostile", "charts"])
def test_nothing_is_wider_than_the_window(visit: Visit, name: str) -> None:
    page = visit(name, width=WIDTHS[0])
    assert wide(page) <= 0
    page.evaluate(OPEN_ALL)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert wide(page) <= 0


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [("realistic", "light", 1920), ("realistic", "dark", 1024), ("narrowed", "light", 390), ("charts", "dark", 1024)],
)
def test_axe_finds_no_barrier(visit: Visit, name: str, scheme: str, width: int) -> None:
    page = visit(name, scheme=scheme, width=width)
    page.get_by_role("checkbox").nth(0).check()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.evaluate(OPEN_ALL)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [390, 1024, 1920])
def test_the_first_screen_tells_the_decision_and_what_is_against_it(visit: Visit, width: int) -> None:
    page = visit("realistic", width=width)
    for name in ("No-go for shop-production", "What speaks against going live", "Certificates do not expire"):
        expect(page.get_by_role("heading", name=name).first).to_be_in_viewport()
    expect(page.get_by_text("cache3 is unreachable").first).to_be_in_viewport()


def test_a_wide_screen_shows_what_changed_and_how_complete_it_is_beside_the_blockers(visit: Visit) -> None:
    page = visit("realistic", width=1920)
    for name in ("What changed", "How complete it is"):
        expect(page.get_by_role("heading", name=name)).to_be_in_viewport()


def test_a_blocker_opens_to_what_to_do_and_what_to_run(visit: Visit) -> None:
    page = visit("realistic")
    blocker = page.locator(".blocker", has_text="Certificates do not expire within 30 days")
    expect(blocker.get_by_text("ends in 12 days").first).to_be_visible()
    blocker.locator("summary").first.click()
    expect(blocker.get_by_text("Renew it now").last).to_be_visible()
    expect(blocker.locator("pre")).to_contain_text("openssl s_client")


def test_without_script_all_that_decides_is_there(files: dict[str, Path], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["realistic"].as_uri())
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.get_by_text("Without them, report.json has it")).to_be_visible()
    items = len(sample.realistic()["items"]) + 1
    assert page.locator(".item:visible").count() == items
    page.locator(".item summary", has_text="Backups are kept for 30 days").click()
    expect(page.locator("#line-21")).to_contain_text("1 result: 1 waived")
    page.locator(".blocker summary", has_text="Redis persistence").click()
    expect(page.locator(".blocker", has_text="Redis persistence")).to_contain_text("appendonly is no")
    context.close()


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit("realistic")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".blocker summary").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".blocker .unfolded").first).to_be_visible()
    page.get_by_label("Host", exact=True).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="fail")).to_be_focused()
    outline = "() => getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).not_to_be_empty()
    page.locator(".item:visible > summary").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#blocker-7")).to_be_focused()


def test_it_prints_on_white_with_why_and_what_to_do(visit: Visit) -> None:
    page = visit("realistic", scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("nav.parts")).to_be_hidden()
    assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator(".next", has_text="Renew it now, then repair the timer")).to_be_visible()
    closed = page.locator(".claims:not([open])").count()
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".claims:not([open])").count() == 0
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.locator(".claims:not([open])").count() == closed > 0
    made = page.pdf(prefer_css_page_size=True, format="A4")
    assert made.startswith(b"%PDF")
    assert 2 <= made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") <= 8
