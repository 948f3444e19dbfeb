"""Nothing typed is lost: without a network, on the way back, and before a session ends, which says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from open311.domain.roles import Role
from tests.browser.conftest import OpenPage
from tests.browser.console import Office, office, sign_in
from tests.browser.looks import barriers, overflow

__all__ = ["office"]

WORDS = "We send somebody to look at it on Tuesday."
BOX = "Text for everybody"


@pytest.fixture(scope="module")
def sue(office: Office) -> str:
    """A supervisor; answers the address to sign in with."""
    office.staff(Role.SUPERVISOR, "sue@phila.example", "Sue")
    return "sue@phila.example"


@pytest.fixture(autouse=True)
def _as_often_as_needed(office: Office) -> None:
    """Nobody signs in so often in a quarter of an hour, but the tests do."""
    office.run("DELETE FROM rate_window")


@pytest.fixture
def form(page: Page, sue: str, office: Office) -> Page:
    """The form that updates a case, with something typed into it."""
    sign_in(page, sue)
    page.goto(f"/staff/r/{office.file()}/update")
    page.get_by_label(BOX).fill(WORDS)
    page.get_by_label("Acknowledge").check()
    return page


def test_without_a_network_nothing_is_sent_and_nothing_is_lost(form: Page, faults: list[str]) -> None:
    form.context.set_offline(True)
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("#bar")).to_contain_text("There is no network, so this was not sent")
    expect(form.get_by_label(BOX)).to_have_value(WORDS)
    assert (barriers(form), overflow(form)) == ([], [])
    form.context.set_offline(False)
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("#preview")).to_be_visible()
    expect(form.locator("#bar")).to_have_count(0)
    faults[:] = [each for each in faults if "net::ERR_" not in each]


@pytest.mark.parametrize("way", ["back", "reload"])
def test_what_was_typed_is_there_after_a_step_aside(form: Page, way: str) -> None:
    if way == "back":
        form.get_by_role("link", name=re.compile("^Back to")).click()
        expect(form.get_by_role("heading", name="History")).to_be_visible()
        form.go_back()
    else:
        form.reload()
    expect(form.get_by_label(BOX)).to_have_value(WORDS)
    expect(form.get_by_label("Acknowledge")).to_be_checked()


def test_secrets_are_not_kept_for_the_way_back(page: Page, sue: str) -> None:
    page.goto("/signin/staff")
    page.get_by_label("E-mail address").fill(sue)
    page.get_by_label("Password", exact=True).fill("a secret of somebody")
    page.get_by_role("link", name="I forgot my password").click()
    assert "a secret" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.go_back()
    expect(page.get_by_label("E-mail address")).to_have_value(sue)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_a_session_that_is_about_to_end_says_so_and_can_go_on(page: Page, sue: str) -> None:
    page.clock.install()
    sign_in(page, sue)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.clock.fast_forward(24 * 60 * 1000)
    expect(page.locator("#bar")).to_have_count(0)
    page.clock.fast_forward(90 * 1000)
    expect(page.get_by_role("alert")).to_contain_text("You will be signed out in a few minutes")
    assert (barriers(page), overflow(page)) == ([], [])
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#bar")).to_have_count(0)


def test_the_sign_in_page_is_never_shown_inside_of_another(
    open_page: OpenPage, sue: str, office: Office, faults: list[str]
) -> None:
    number = office.file()
    page = open_page(1600)
    sign_in(page, sue)
    page.goto("/staff?queue=everything")
    office.run("UPDATE account_session SET seen_at = seen_at - interval '1 day'")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in as staff")
    assert page.locator("header").count() == 1
    expect(page.get_by_role("alert")).to_contain_text("You were signed out")
    sign_in_here(page, sue)
    expect(page.locator(".case__number")).to_have_text(number)
    faults[:] = [each for each in faults if "401" not in each]


def sign_in_here(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill("four words are good")
    page.get_by_role("button", name="Sign in").click()


def test_a_form_is_there_again_after_signing_in_anew(form: Page, sue: str, office: Office) -> None:
    office.run("UPDATE account_session SET seen_at = seen_at - interval '1 day'")
    form.get_by_role("button", name="Preview").click()
    expect(form.get_by_role("alert")).to_contain_text("what you typed is kept")
    assert (barriers(form), overflow(form)) == ([], [])
    sign_in_here(form, sue)
    expect(form.get_by_role("alert").first).to_contain_text("This was not sent. What you typed is here again")
    expect(form.get_by_label(BOX)).to_have_value(WORDS)
    assert (barriers(form), overflow(form)) == ([], [])
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("#preview")).to_be_visible()
