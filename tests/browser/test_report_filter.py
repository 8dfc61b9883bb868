# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter of the HTML report in a real browser: it finds, lives in the address, and holds at 10,000 results."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]


def shown(page: Page, selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


def search(page: Page) -> Locator:
    return page.get_by_label("Search", exact=True)


def test_statuses_and_words_are_found_and_the_address_remembers(visit: Visit) -> None:
    page = visit("realistic")
    everything = shown(page, ".item")
    search(page).fill("cache1 appendonly")
    expect(page.get_by_role("status")).to_have_text("1 item with 1 result")
    assert (shown(page, ".item"), shown(page, ".check")) == (1, 1)
    search(page).fill("")
    page.get_by_role("checkbox", name="error").check()
    expect(page.get_by_role("status")).to_have_text("3 items with 1 result")
    assert page.url.endswith("#status=error")
    search(page).fill("redis.provisioned")
    expect(page.get_by_role("status")).to_have_text("1 item with 1 result")
    page.reload()
    expect(page.get_by_role("checkbox", name="error")).to_be_checked()
    expect(search(page)).to_have_value("redis.provisioned")
    assert shown(page, ".item") == 1
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#shown")).to_be_empty()
    assert shown(page, ".item") == everything
    assert "#" not in page.url


@pytest.mark.parametrize(
    ("label", "choice", "found"),
    [
        ("Section", "TLS", "3 items with 6 results"),
        ("Severity", "critical", "3 items with 5 results"),
        ("Owner", "nobody named", "15 items with 20 results"),
        ("Host", "cache2", "3 items with 3 results"),
    ],
)
def test_each_field_narrows_and_a_link_brings_it_back(visit: Visit, label: str, choice: str, found: str) -> None:
    page = visit("realistic")
    field = page.get_by_label(label, exact=True)
    if label == "Host":
        field.fill(choice)
    else:
        field.select_option(choice)
    expect(page.get_by_role("status")).to_have_text(found)
    anchor = page.url[page.url.index("#") :]
    again = visit("realistic", anchor=anchor)
    expect(again.get_by_role("status")).to_have_text(found)
    expect(again.get_by_label(label, exact=True)).to_have_value(choice)


def test_the_back_button_undoes_a_filter(visit: Visit) -> None:
    page = visit("realistic")
    page.get_by_role("checkbox", name="fail").check()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.get_by_label("Section", exact=True).select_option("TLS")
    expect(page.get_by_role("status")).to_have_text("1 item with 1 result")
    page.go_back()
    expect(page.get_by_label("Section", exact=True)).to_have_value("any")
    expect(page.get_by_role("checkbox", name="fail")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("checkbox", name="fail")).not_to_be_checked()
    expect(page.locator("#shown")).to_be_empty()
    page.go_forward()
    expect(page.get_by_role("checkbox", name="fail")).to_be_checked()


def test_a_hostile_address_is_only_text_in_the_filter(visit: Visit) -> None:
    page = visit("realistic", anchor="#text=%3Cscript%3Ewindow.sneaky=1%3C/script%3E&status=%22]nonsense,fail&at=%22]")
    expect(search(page)).to_have_value("<script>window.sneaky=1</script>")
    expect(page.get_by_role("checkbox", name="fail")).to_be_checked()
    assert shown(page, ".item") == 0


def test_a_link_opens_what_it_leads_to_even_when_filtered_out(visit: Visit) -> None:
    page = visit("realistic")
    page.get_by_role("checkbox", name="pass").check()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.locator(".blocker summary").first.click()
    page.get_by_role("link", name="All results and their evidence").first.click()
    expect(page.locator("#line-7")).to_be_in_viewport()
    expect(page.locator("#line-7 .check").first).to_be_visible()


def test_a_cell_of_the_matrix_leads_to_the_item_on_that_host(visit: Visit) -> None:
    page = visit("realistic")
    page.locator(".matrix td.s-error a").click()
    expect(page.get_by_label("Host", exact=True)).to_have_value("cache2")
    assert page.url.endswith("#host=cache2&at=line-15")
    expect(page.locator("#line-15 .check")).to_have_count(1)
    expect(page.locator("#line-15")).to_be_in_viewport()


def test_a_result_has_an_address_of_its_own(visit: Visit) -> None:
    page = visit("large", anchor="#result-9990")
    result = page.locator("#result-9990")
    expect(result).to_be_in_viewport()
    expect(result.get_by_text("Expected")).to_be_visible()
    expect(result).to_contain_text("stat -L /etc/app/190.conf")


def test_what_was_opened_stays_open_on_the_way_through_the_page(visit: Visit) -> None:
    page = visit("realistic")
    page.locator(".item > summary").first.click()
    page.get_by_role("navigation").get_by_role("link", name="Hosts").click()
    expect(page.get_by_role("heading", name="Hosts", exact=True).first).to_be_in_viewport()
    assert page.url.endswith("#hosts")
    expect(page.locator(".item[open]")).to_have_count(1)


def test_all_opens_and_closes(visit: Visit) -> None:
    page = visit("realistic")
    page.get_by_role("button", name="Open all").click()
    assert page.locator(".item:not([open])").count() == 0
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".item[open]").count() == 0


def test_ten_thousand_results_are_found_and_drawn_bit_by_bit(visit: Visit) -> None:
    page = visit("large")
    assert page.locator(".check").count() == 0
    page.locator(".item > summary").first.click()
    expect(page.locator(".check")).to_have_count(50)
    page.get_by_role("button", name=re.compile("Show 50 more of 950 results")).click()
    expect(page.locator(".check")).to_have_count(100)
    search(page).fill("app0003")
    expect(page.get_by_role("status")).to_have_text("10 items with 200 results")
    page.get_by_role("checkbox", name="fail").check()
    expect(page.get_by_role("status")).to_have_text("1 item with 10 results")
    expect(page.locator(".check:visible")).to_have_count(10)
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("checkbox", name="pass").check()
    expect(page.get_by_role("status")).to_have_text("10 items with 9,500 results")
    assert page.evaluate("() => document.getElementsByTagName('*').length") < 5_000
