"""Reviewing a photo as people do: two clicks without JavaScript, on a telephone, with a screen reader."""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.conftest import API
from tests.privacy.pictures import CAR, picture, yellow
from tests.serving import OPEN311

PASSWORD = "four words are good"
Command = Callable[..., str]


@pytest.fixture
def command(own_database: str, server: str) -> Command:
    """Run ``open311`` beside the server."""

    def run(*words: str) -> str:
        settings = {**os.environ, "DATABASE_URL": own_database, "PUBLIC_URL": server}
        return subprocess.run([OPEN311, *words], env=settings, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def number(command: Command, server: str) -> str:
    """A report whose photo waits."""
    api_key = command("keys", "ensure-development").split()[-1]
    form = {**CAR, "lat": "39.95", "long": "-75.16", "api_key": api_key}
    filed = httpx.post(f"{server}{API}/requests.json", data=form, files={"media": picture()[0]}, timeout=60)
    return str(filed.json()[0]["service_request_id"])


def sign_in(page: Page, command: Command) -> None:
    """As a moderator, who needs no second factor here."""
    email = f"mo{time.time_ns()}@phila.example"
    told = command("accounts", "grant", email, "moderator", "--name", "Mo Looks", "--by", "tests")
    (link,) = re.findall(r"http://\S+", told)
    page.goto(urlsplit(link).path)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def open_photo(page: Page, number: str) -> None:
    page.goto("/staff/photos")
    page.get_by_role("row", name=number).get_by_role("link").click()


@pytest.mark.parametrize("width", [320, DESK])
def test_two_clicks_hide_what_lies_between_them(
    open_page: OpenPage, command: Command, number: str, server: str, width: int
) -> None:
    page = open_page(width, javascript=False)
    sign_in(page, command)
    open_photo(page, number)
    photo = page.get_by_role("button", name=re.compile("a click sets a corner"))
    for x, y in ((160, 240), (320, 360)):  # of 640 by 480, also where the page is narrower
        photo.click(position={"x": x, "y": y})
    expect(page.get_by_label("Right").first).to_have_value(re.compile(r"^50\.[0-3]"))
    page.get_by_role("button", name="Blacken the boxes and publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photos that wait for review")
    (case,) = httpx.get(f"{server}{API}/requests/{number}.json", timeout=60).json()
    shown = httpx.get(case["media_url"], timeout=60).content
    assert yellow(shown) < yellow(picture()[0].getvalue()) / 50  # a click is a pixel of the page, not of the photo
    assert Image.open(io.BytesIO(shown)).getpixel((300, 375)) == (0, 0, 0)


def test_everybody_can_use_it_and_nothing_sticks_out(open_page: OpenPage, command: Command, number: str) -> None:
    page = open_page(TELEPHONE)
    sign_in(page, command)
    for path in ("/staff/photos", ""):
        page.goto(path) if path else open_photo(page, number)
        assert barriers(page) == []
        assert overflow(page) == []
