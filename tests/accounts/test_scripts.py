"""Whoever signs in may type in any script: what is meant is taken, and nothing that is typed breaks a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, text

from open311.actions.accounts import credentials
from open311.actions.accounts.account_links import make_link
from open311.actions.accounts.sign_in import by_password, set_password
from open311.actions.base.environment import Environment
from open311.domain.errors import InvalidArgument
from open311.domain.roles import Role
from tests.accounts.conftest import PASSWORD, STAFF, Browser, Staff, code_of, secret_on

WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}
DEVANAGARI = {ord("0") + digit: 0x0966 + digit for digit in range(10)}
HOSTILE = [
    *("\0", "a\0b", "\ud800", "\u202e123456\u202c", "\u2067١٢٣\u2069", "\u200f" * 50, "½½½½½½", "①②③④⑤⑥", "%s%(x)s{}"),
    *("a" * 10_000, "ä" * 10_000, "e\u0301" * 5_000, "ﷺ" * 500, "\U0010ffff", "\ufffe", "'; DROP TABLE account; --"),
    *("١٢٣٤٥٦", "１２３４５６", "@", "ann@\0.example", "ä@ö.example", "a@" + "ü" * 300 + ".example", "<" * 1000, "é@é"),
    "\r\nX: y",
]


def recovery_code(page: str) -> str:
    return re.findall(r"\b[0-9a-f]{5}(?:-[0-9a-f]{5}){3}\b", page)[0]


@pytest.mark.parametrize("script", [WIDE, ARABIC, DEVANAGARI])
def test_codes_are_taken_in_digits_of_any_script(
    staff: Staff, open_browser: Callable[[], Browser], script: dict[int, int]
) -> None:
    staff()
    browser = open_browser()
    browser.sign_in()
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    browser.send(code=code_of(secret, -1).translate(script))
    recovery = recovery_code(browser.text)
    for typed in (
        code_of(secret).translate(script),
        recovery.translate(script),
    ):
        browser = open_browser()
        browser.sign_in()
        assert browser.send(code=typed).request.path == "/staff"


def test_a_recovery_code_may_be_typed_in_full_width(staff: Staff, open_browser: Callable[[], Browser]) -> None:
    staff()
    browser = open_browser()
    browser.sign_in()
    browser.get("/account/second-factor")
    browser.send(code=code_of(secret_on(browser)))
    wide = recovery_code(browser.text).upper().translate({each: each + 0xFEE0 for each in range(0x21, 0x7F)})
    browser = open_browser()
    browser.sign_in()
    assert browser.send(code=wide).request.path == "/staff"


SPELLINGS = [
    ("Crêpe déjà vu über", unicodedata.normalize("NFD", "Crêpe déjà vu über")),
    (unicodedata.normalize("NFD", "Crêpe déjà vu über"), "Crêpe déjà vu über"),
    ("four words make it", "four\u00a0words\u3000make it"),
    ("пароль из трёх слов", unicodedata.normalize("NFD", "пароль из трёх слов")),
    ("한국어 비밀번호 열두자", unicodedata.normalize("NFD", "한국어 비밀번호 열두자")),
]


@pytest.mark.parametrize(("set_as", "typed"), SPELLINGS)
def test_a_password_is_the_same_in_every_form_of_unicode(
    environment: Environment, staff: Staff, browser: Browser, set_as: str, typed: str
) -> None:
    staff(password="")
    set_password(environment, make_link(environment, STAFF, "password").rpartition("/")[2], set_as)
    browser.sign_in(password=typed)
    assert browser.page.request.path != "/signin/staff"


def test_a_password_from_before_still_signs_in_and_is_stored_anew(
    city: Connection, staff: Staff, browser: Browser
) -> None:
    staff()
    old = unicodedata.normalize("NFD", "Crêpe déjà vu über")
    stored = credentials._HASHER.hash(old)
    city.execute(text("UPDATE account SET password_hash = :stored"), {"stored": stored})
    assert by_password(STAFF, old, "192.0.2.1").email == STAFF


@pytest.mark.parametrize(
    "password", ["tab\tin a password", "zero\u200bwidth in it", "\u202eright to left", "n\0l in a password"]
)
def test_what_cannot_be_typed_again_is_no_password(password: str) -> None:
    with pytest.raises(InvalidArgument, match="invisible"):
        credentials.hash_password(password, STAFF)


def test_an_address_signs_in_however_it_is_written(staff: Staff, browser: Browser) -> None:
    staff(email="ana@bücher.example")
    for typed in ("ANA@BÜCHER.example", "Ana <ana@xn--bcher-kva.example>", "mailto:ana@bu\u0308cher.example\u200b"):
        browser.sign_in(email=typed)
        assert browser.page.request.path != "/signin/staff", typed
        browser.get("/account")
        browser.send("/account/signout")


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is counted: the walk tries too often."""
    for module in ("sign_in", "account_links"):
        monkeypatch.setattr(f"open311.actions.accounts.{module}.count_try", lambda *_: None)


@pytest.mark.usefixtures("no_limits")
@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_breaks_a_page_of_signing_in(
    environment: Environment, staff: Staff, open_browser: Callable[[], Browser], signed_in: Any, typed: str
) -> None:
    sent = typed.encode("utf-8", "surrogatepass")
    staff(Role.DEPARTMENT_WORKER)
    browser = open_browser()
    statuses = {}

    def walk(path: str, *names: str, **others: str) -> None:
        for name in names:
            browser.get(path)
            fields = dict.fromkeys(names, "x") | others | {name: sent}
            statuses[path, name] = browser.send(path, **fields).status_code  # type: ignore[arg-type]

    walk("/signin", "email")
    walk("/signin/forgotten", "email")
    walk("/signin/staff", "email", "password", "csrf")
    walk("/signin/staff", "password", email=STAFF)
    link = make_link(environment, STAFF, "password").partition("311.example.org")[2]
    walk(link, "new")
    browser.sign_in()
    walk("/account/second-factor", "code")
    walk("/account/password", "old", "new")
    browser = signed_in(Role.ADMINISTRATOR, email="admin@phila.example")
    for path in ("/account/second-factor/remove", "/account/recovery-codes"):
        walk(path, "password")
    for path in ("/signin/link/", "/signin/password/", "/signin/openid/back?code=x&state="):
        statuses[path, ""] = browser.get(path + quote(sent[:2000], safe="")).status_code
    assert {key: status for key, status in statuses.items() if status >= 500} == {}


@pytest.mark.usefixtures("no_limits")
@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_breaks_the_second_step(
    staff: Staff, open_browser: Callable[[], Browser], typed: str
) -> None:
    staff()
    browser = open_browser()
    browser.sign_in()
    browser.get("/account/second-factor")
    browser.send(code=code_of(secret_on(browser), -1))
    browser = open_browser()
    browser.sign_in(password=PASSWORD)
    sent = typed.encode("utf-8", "surrogatepass")
    assert browser.send("/signin/code", code=sent).status_code < 500  # type: ignore[arg-type]
