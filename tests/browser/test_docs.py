"""The API reference, as people see it and try it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.contract.openapi import operations

pytestmark = pytest.mark.slow

OURS = ".page-head"
"""Our part of the page; the rest is the vendored viewer's."""


def operation(page: Page, operation_id: str) -> Locator:
    return page.locator(f"[id$='-{operation_id}']")


def test_it_lists_every_operation(open_page: OpenPage) -> None:
    page = open_page(DESK)
    page.goto("/docs")
    for path, method, described in operations():
        block = operation(page, described["operationId"])
        expect(block).to_be_visible()
        expect(block.locator(".opblock-summary-method")).to_have_text(method.upper())
        expect(block.locator(".opblock-summary-path")).to_have_attribute("data-path", path)


def test_a_call_can_be_tried_without_any_other_host(page: Page) -> None:
    page.goto("/docs")
    block = operation(page, "getServices")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.locator("tr[data-param-name=format] select").select_option("json")
    with page.expect_response("**/open311/v2/services.json") as answered:
        block.get_by_role("button", name="Execute").click()
    assert answered.value.status == 200
    live = block.locator(".live-responses-table")
    expect(live.locator("tbody .response-col_status").first).to_contain_text("200")
    expect(live).to_contain_text(json.dumps(answered.value.json()[0]["service_name"]))


def test_it_leads_back_to_the_endpoints(open_page: OpenPage) -> None:
    page = open_page(TELEPHONE)
    page.goto("/docs")
    page.get_by_role("link", name="Endpoints and keys").click()
    expect(page).to_have_url("/discovery.html")


def test_without_javascript_it_says_where_the_text_is(open_page: OpenPage) -> None:
    page = open_page(DESK, javascript=False)
    page.goto("/docs")
    expect(page.get_by_role("link", name="/schemas/openapi.yaml")).to_be_visible()


def test_everybody_can_use_our_part_of_it(page: Page) -> None:
    page.goto("/docs")
    assert barriers(page, OURS) == []


@pytest.mark.parametrize("width", [320, DESK])
def test_nothing_sticks_out(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto("/docs")
    expect(operation(page, "getServices")).to_be_visible()
    assert overflow(page) == []
