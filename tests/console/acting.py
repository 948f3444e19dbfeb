"""What tests of acting share: somebody before the pages of one case, and what is stored of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.domain.roles import Role
from tests.accounts.conftest import Browser

REPORTER = "maria@example.org"


class Hand:
    """A member of staff before the pages of one case."""

    def __init__(self, browser: Browser, number: str) -> None:
        self.browser = browser
        self.number = number

    @property
    def words(self) -> str:
        """The page as one reads it."""
        main = self.browser.text.partition("<main")[2].partition("</main>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())

    @property
    def hidden(self) -> dict[str, str]:
        """What the open form sends along."""
        return {
            name: unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.browser.text)
        }

    def open(self, page: str) -> Hand:
        """Open the page of an act."""
        self.browser.get(f"/staff/r/{self.number}/{page}")
        return self

    def send(self, do: str, **fields: Any) -> int:
        """Press a button of the open form; answers the status."""
        form = {**self.hidden, **fields, "do": do}
        path = self.browser.page.request.path
        browser = self.browser
        browser.page = browser.client.post(
            path, data=form, base_url="https://311.example.org", content_type="multipart/form-data"
        )
        return browser.page.status_code

    def act(self, page: str, **fields: Any) -> str:
        """Open it, preview, send, and follow to the case; answers the preview."""
        assert self.open(page).send("preview", **fields) == 200, self.words
        seen = self.words
        assert self.send("send", **fields) == 303, self.words
        self.browser.get(self.browser.page.headers["Location"])
        return seen


@pytest.fixture
def confirmed(city: Connection) -> Callable[[str], None]:
    """Let whoever reported say yes to letters, in a language."""

    def run(language: str = "en") -> None:
        city.execute(text("UPDATE subscription SET confirmed_at = now(), language = :l"), {"l": language})

    return run


@pytest.fixture
def hand(signed_in: Callable[..., Browser], report: Any) -> Callable[..., Hand]:
    """Somebody of this role before a fresh case, whose reporter left an address."""

    def run(role: Role = Role.SUPERVISOR, **fields: Any) -> Hand:
        number = report(**{"email": REPORTER, **fields})
        return Hand(signed_in(role), number)

    return run


@pytest.fixture
def case(city: Connection) -> Callable[[str], Any]:
    """A case as it is stored."""
    query = text("SELECT * FROM service_request WHERE service_request_id = :number")
    return lambda number: city.execute(query, {"number": number}).one()
