"""The card of words that look like personal data, in a browser: it fits, everybody can use it, one click decides."""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

from open311.domain.roles import Role
from tests.browser.console import Office, office, sign_in
from tests.browser.looks import barriers, overflow

SAID = "Tires behind the school. Call me at 215-555-0142 or write to ann.lee@example.org, I am home after six."


__all__ = ["office"]


def test_the_card_fits_and_one_click_decides(page: Page, office: Office) -> None:
    email = f"mo{page.viewport_size['width']}@phila.example"  # type: ignore[index]
    office.staff(Role.SUPERVISOR, email, "Mo Moderates")
    number = office.file(description=SAID)
    sign_in(page, email)
    page.locator("#list").wait_for()
    page.goto(f"/staff/r/{number}")
    card = page.locator(".card--held")
    expect(card).to_contain_text("To be reviewed")
    expect(card.locator("mark")).to_have_count(2)
    assert overflow(page) == []
    assert barriers(page) == []
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/held-{email[:6]}.png", full_page=True)
    card.get_by_role("button", name="Publish without the marked words").click()
    expect(page.locator(".card--held")).to_contain_text("Words were removed")
    if shots:
        page.screenshot(path=f"{shots}/removed-{email[:6]}.png", full_page=True)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card--held")).to_contain_text("To be reviewed")
    if shots:
        page.goto("/account/second-factor")
        page.screenshot(path=f"{shots}/factor-{email[:6]}.png", full_page=True)
        page.goto("/staff?queue=review")
        page.screenshot(path=f"{shots}/queue-{email[:6]}.png", full_page=True)
