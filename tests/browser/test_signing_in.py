"""Signing in, as people see it: without JavaScript, on a telephone, with a keyboard and a screen reader."""

from __future__ import annotations

import os
import re
import subprocess
import time
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.serving import OPEN311

PASSWORD = "four words are good"
ADMINISTRATION = ["/admin/users", "/admin/audit", "/admin/webhooks"]
OPEN = ["/signin", "/signin/staff", "/signin/forgotten", "/signin/link/unknown", "/signin/password/unknown"]


@pytest.fixture
def invited(own_database: str, server: str) -> tuple[str, str]:
    """The address of a new administrator, and the path of their first link."""
    email = f"ana{time.time_ns()}@phila.example"
    done = subprocess.run(
        [OPEN311, "accounts", "create-admin", email, "Ana Works", "--by", "tests"],
        env={**os.environ, "DATABASE_URL": own_database, "PUBLIC_URL": server},
        check=True,
        capture_output=True,
        text=True,
    )
    (link,) = re.findall(r"http://\S+", done.stdout)
    return email, urlsplit(link).path


def code_on(page: Page) -> str:
    """What an app shows that was given the key on the page."""
    return pyotp.TOTP(page.locator(".code").inner_text().replace(" ", "")).now()


@pytest.mark.parametrize("path", OPEN)
def test_everybody_can_use_the_open_pages(page: Page, path: str) -> None:
    page.goto(path)
    assert barriers(page) == []


@pytest.mark.parametrize("width", [320, TELEPHONE, DESK])
def test_nothing_sticks_out(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    for path in OPEN:
        page.goto(path)
        assert overflow(page) == []


def test_a_mistake_is_told_where_it_was_made(page: Page, faults: list[str]) -> None:
    page.goto("/signin")
    page.get_by_label("E-mail address").fill("ann")
    page.get_by_role("button", name="Send me a link").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#email")
    expect(page.get_by_label("E-mail address")).to_have_accessible_description(re.compile("Enter an e-mail address"))
    assert barriers(page) == []
    faults.clear()  # the browser notes that the answer was 422


def test_an_administrator_comes_in_without_javascript(open_page: OpenPage, invited: tuple[str, str]) -> None:
    email, path = invited
    page = open_page(TELEPHONE, javascript=False)
    page.goto(path)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/admin/users")
    page.get_by_label("Code that the app shows now").fill(code_on(page))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    page.goto("/admin/users")
    expect(page.get_by_role("cell", name="Role administrator").first).to_be_visible()


@pytest.mark.parametrize("width", [320, DESK])
def test_everybody_can_use_the_pages_behind_it(open_page: OpenPage, invited: tuple[str, str], width: int) -> None:
    email, path = invited
    page = open_page(width)
    page.goto(path)
    page.get_by_label("New password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("authenticator", re.IGNORECASE))
    page.goto("/account/second-factor")
    assert (barriers(page), overflow(page)) == ([], [])
    page.get_by_label("Code that the app shows now").fill(
        pyotp.TOTP(page.locator(".code").inner_text().replace(" ", "")).now()
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    assert (barriers(page), overflow(page)) == ([], [])
    for path in (
        "/account",
        "/account/password",
        "/account/recovery-codes",
        "/admin/users",
        "/admin/audit",
        "/admin/webhooks",
    ):
        page.goto(path)
        assert (barriers(page), overflow(page)) == ([], []), path
