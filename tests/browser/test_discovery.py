"""The discovery page, as people see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.conftest import API, SANDBOX


def test_it_shows_the_endpoints(page: Page, server: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Open311 API")
    for path, kind in ((API, "production"), (SANDBOX, "test")):
        row = page.get_by_role("row").filter(has=page.get_by_text(f"{server}{path}", exact=True))
        expect(row).to_be_visible()
        expect(row).to_contain_text(kind)


def test_it_leads_to_the_reference(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="API reference").click()
    expect(page).to_have_url("/docs")


@pytest.mark.parametrize("name", ["Services", "Newest reports", "Boundaries"])
def test_its_links_into_the_api_answer(open_page: OpenPage, name: str) -> None:
    page = open_page(DESK)
    page.goto("/")
    link = page.get_by_role("navigation").get_by_role("link", name=name)
    address = str(link.get_attribute("href"))
    with page.expect_response(address) as answered:
        link.click()
    assert answered.value.status == 200
    assert isinstance(answered.value.json(), list)


def test_everybody_can_use_it(page: Page) -> None:
    page.goto("/")
    assert barriers(page) == []


@pytest.mark.parametrize("width", [320, TELEPHONE, DESK])
def test_nothing_sticks_out(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto("/")
    assert overflow(page) == []
