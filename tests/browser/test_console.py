"""The console, as staff use it: at a desk and on a telephone, with a keyboard, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.browser.office import EMAIL, PASSWORD, POTHOLE, Office, furnish
from tests.serving import serving

WIDE = 1440


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the photos lie."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def office(own_database: str, directory: Path) -> Office:
    """A city at work in the server's database."""
    return furnish(own_database, directory)


@pytest.fixture(scope="module")
def server(own_database: str, directory: Path, office: Office) -> Iterator[str]:
    """The address of its server."""
    with serving(own_database, directory) as address:
        yield address


@pytest.fixture(scope="module")
def cookies() -> list[Any]:
    """Those of the supervisor, who signs in once: more often is what guessing passwords looks like."""
    return []


@pytest.fixture
def at_work(open_page: OpenPage, office: Office, cookies: list[Any]) -> Callable[..., Page]:
    """A tab in which a supervisor is signed in, with the list before them."""

    def run(width: int, **how: Any) -> Page:
        page = open_page(width, **how)
        if cookies:
            page.context.add_cookies(cookies)
            page.goto("/staff")
            return page
        page.goto("/signin/staff")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#list")).to_be_visible()
        cookies.extend(page.context.cookies())
        return page

    return run


def row(page: Page, number: str) -> Locator:
    return page.locator("#list tbody tr").filter(has=page.get_by_role("link", name=number, exact=True))


@pytest.mark.parametrize("width", [TELEPHONE, WIDE])
def test_everybody_can_use_it_and_nothing_sticks_out(
    at_work: Callable[..., Page], office: Office, width: int, faults: list[str]
) -> None:
    page = at_work(width)
    for path in (
        "/staff",
        "/staff?service_code=SR-ST01&queue=everything",
        "/staff?start_date=soon",
        f"/staff/r/{office.number}",
        "/staff/r/0",
    ):
        page.goto(path)
        assert (barriers(page), overflow(page)) == ([], []), path
    page.goto(f"/staff/r/{office.number}")
    page.get_by_role("button", name="Show contact").click()
    expect(page.get_by_text(POTHOLE["email"])).to_be_visible()
    assert (barriers(page), overflow(page)) == ([], [])
    assert len(faults) == 2  # the browser notes the 422 and the 404
    faults.clear()


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (TELEPHONE, "200%"), (DESK, "200%")])
def test_nothing_sticks_out_on_small_screens_and_with_large_letters(
    at_work: Callable[..., Page], office: Office, width: int, size: str
) -> None:
    page = at_work(width)
    for path in ("/staff", "/staff?service_code=SR-ST01", f"/staff/r/{office.number}"):
        page.goto(path)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert overflow(page) == [], path


def test_a_case_opens_beside_the_list(at_work: Callable[..., Page], office: Office) -> None:
    page = at_work(WIDE)
    page.get_by_role("link", name=office.number, exact=True).click()
    pane = page.get_by_role("complementary", name="Chosen request")
    expect(pane.get_by_role("heading", level=1)).to_have_text("Street Defect")
    expect(page).to_have_url("/staff")
    pane.get_by_role("button", name="Show contact").click()
    expect(pane.get_by_text(POTHOLE["email"])).to_be_visible()
    expect(page.locator("#list")).to_be_visible()
    assert barriers(page) == []


def test_a_case_is_a_page_of_its_own_where_there_is_no_room(at_work: Callable[..., Page], office: Office) -> None:
    page = at_work(TELEPHONE)
    page.get_by_role("link", name=office.number, exact=True).click()
    expect(page).to_have_url(re.compile(f"/staff/r/{office.number}"))
    page.get_by_role("link", name="All open").click()
    expect(page.locator("#list")).to_be_visible()


def test_a_filter_works_at_once_and_stays_in_the_address(at_work: Callable[..., Page], office: Office) -> None:
    page = at_work(DESK)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Service").select_option("Street Defect")
    expect(page).to_have_url(re.compile("service_code=SR-ST01"))
    expect(page.get_by_role("link", name=office.number, exact=True)).to_be_visible()
    services = page.locator(".cases__what b").all_inner_texts()
    assert set(services) == {"Street Defect"}
    page.get_by_role("link", name="Due", exact=True).click()
    expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("service_code=SR-ST01.*sort=-due|sort=-due.*service_code=SR-ST01"))
    page.go_back()
    expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_label("Service")).to_have_value("SR-ST01")


def test_what_is_saved_is_what_is_shown(at_work: Callable[..., Page]) -> None:
    page = at_work(DESK)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Service").select_option("Street Defect")
    expect(page).to_have_url(re.compile("service_code=SR-ST01"))
    page.get_by_text("Save this list").click()
    page.get_by_label("Name", exact=True).fill("Holes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Holes")).to_have_attribute("href", re.compile("service_code=SR-ST01"))
    page.get_by_role("button", name="Delete Holes").click()
    expect(page.get_by_role("link", name="Holes")).to_have_count(0)


def test_the_list_is_walked_with_keys(at_work: Callable[..., Page]) -> None:
    page = at_work(WIDE)
    links = page.locator("#list a[data-pane]")
    links.first.focus()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.first).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("#pane .case__number")).to_have_text(links.first.inner_text())
    page.get_by_label("Number or words").focus()
    page.keyboard.press("j")
    expect(page.get_by_label("Number or words")).to_have_value("j")


def test_everything_is_done_without_javascript(at_work: Callable[..., Page], office: Office) -> None:
    page = at_work(DESK, javascript=False)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Service").select_option("Street Defect")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Age").click()
    expect(page.get_by_role("columnheader", name="Age")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#list tbody tr").first).to_contain_text("Street Defect")
    page.get_by_role("link", name=office.number, exact=True).click()
    page.get_by_role("button", name="Show contact").click()
    expect(page.get_by_text(POTHOLE["email"])).to_be_visible()
    page.get_by_role("link", name="Open next").click()
    expect(page).to_have_url(re.compile("/staff/r/.*list="))
    expect(page.locator(".case__number")).not_to_have_text(office.number)


def test_lateness_and_state_are_words_and_not_only_colours(at_work: Callable[..., Page], office: Office) -> None:
    page = at_work(TELEPHONE)
    shown = row(page, office.number)
    expect(shown).to_contain_text("2 days late")
    expect(shown).to_contain_text("In progress")
