"""Acting on a case, as people do it: on a telephone and a desk, with large text, a keyboard, or without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from open311.actions.cases.batch import do_batch
from open311.domain.roles import Role
from tests.browser.conftest import DESK, OpenPage
from tests.browser.console import Office, office, sign_in
from tests.browser.looks import barriers, overflow

__all__ = ["office"]
PAGES = ("update", "ask", "assign", "merge", "split", "refer")


@pytest.fixture(scope="module")
def sue(office: Office) -> str:
    """The address of a supervisor."""
    office.staff(Role.SUPERVISOR, "sue@phila.example", "Sue Decides")
    return "sue@phila.example"


@pytest.fixture(scope="module")
def numbers(office: Office) -> tuple[str, str]:
    """Two reports of the same thing, by somebody who gets letters."""
    first, second = office.file(email="maria@example.org"), office.file(address_string="1 N Broad St")
    office.run("UPDATE subscription SET confirmed_at = now()")
    return first, second


def preview(page: Page, number: str) -> None:
    """See the letter of a closing."""
    page.goto(f"/staff/r/{number}/update")
    page.get_by_label("Close").check()
    page.get_by_label("How it ended").select_option("resolved")
    page.get_by_label("Text for everybody").fill("We painted it over.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Save and send")).to_be_visible()


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (DESK, "100%"), (640, "200%")])
def test_everybody_can_use_every_page_and_nothing_sticks_out(
    open_page: OpenPage, sue: str, numbers: tuple[str, str], width: int, size: str
) -> None:
    page = open_page(width)

    def look() -> None:
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert (barriers(page), overflow(page)) == ([], []), page.url

    sign_in(page, sue)
    for name in PAGES:
        page.goto(f"/staff/r/{numbers[0]}/{name}")
        look()
    preview(page, numbers[0])
    look()
    page.goto(f"/staff/r/{numbers[1]}/merge")
    page.get_by_label(numbers[0]).check()
    page.get_by_role("button", name="Look at both").click()
    expect(page.get_by_role("heading", level=2, name=numbers[0])).to_be_visible()
    look()
    page.goto(f"/staff/bulk?number={numbers[0]}&number={numbers[1]}")
    page.get_by_label("Update them").check()
    look()


def test_the_fields_of_a_step_show_with_it(open_page: OpenPage, sue: str, numbers: tuple[str, str]) -> None:
    page = open_page(DESK)
    sign_in(page, sue)
    page.goto(f"/staff/r/{numbers[0]}/update")
    expect(page.get_by_label("How it ended")).to_be_hidden()
    page.get_by_label("Close").check()
    expect(page.get_by_label("How it ended")).to_be_visible()
    expect(page.get_by_label("Planned for")).to_be_hidden()


def test_many_are_changed_and_taken_back_without_javascript(open_page: OpenPage, sue: str, office: Office) -> None:
    mine = [office.file() for _ in range(2)]
    page = open_page(DESK, javascript=False)
    sign_in(page, sue)
    page.goto(f"/staff?q={mine[0]}+{mine[1]}")
    page.get_by_label(f"Tick {mine[0]}").check()
    page.get_by_role("button", name="Change those ticked").click()
    page.get_by_label("Add a note for staff").check()
    page.get_by_label("Note for staff", exact=True).fill("Storm of Tuesday")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 request will change in a few seconds")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Taken back")
    assert office.run("SELECT 1 FROM batch_change WHERE undone_at IS NOT NULL") == [(1,)]


def test_what_becomes_of_it_is_shown_as_it_happens(open_page: OpenPage, sue: str, office: Office) -> None:
    number = office.file()
    page = open_page(DESK)
    sign_in(page, sue)
    page.goto(f"/staff/bulk?number={number}")
    page.get_by_label("Add a note for staff").check()
    page.get_by_label("Note for staff", exact=True).fill("Storm of Tuesday")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert (barriers(page), overflow(page)) == ([], [])
    ((key,),) = office.run("SELECT max(key) FROM batch_change")
    with office.app.app_context():
        assert do_batch(office.environment, key) == 1
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert (barriers(page), overflow(page)) == ([], [])
