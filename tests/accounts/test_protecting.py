"""What protects accounts: passwords nobody guesses; changes asked for again, told, and noted without names."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311.actions.accounts import sessions
from open311.app import create_app
from open311.domain.roles import MATRIX, Act, Role
from open311.models.base import database
from open311.settings import Settings
from tests.accounts.conftest import PASSWORD, STAFF, Browser, Staff, code_of, secret_on
from tests.mailbox import Mailbox

GOOD = "new words are even better"


# Passwords


@pytest.mark.parametrize(
    "password",
    ["password1234", "Passw0rd!Passw0rd!", "qwertyuiop12", "aaaaaaaaaaaa", "abcabcabcabcabc", "123456789012",
     "philadelphia311", "Philadelphia!1", STAFF, f"{STAFF}1", "Ana Works 2026", "anaworksana", "iloveyou1234"],
)  # fmt: skip
def test_a_password_that_many_try_first_is_refused(staff: Staff, browser: Browser, password: str) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/password")
    assert browser.send(old=PASSWORD, new=password).status_code == 422
    assert "easy to guess" in browser.text or "Use at least" in browser.text


def test_a_password_of_several_words_is_taken(staff: Staff, browser: Browser) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/password")
    browser.send(old=PASSWORD, new=GOOD)
    assert browser.sign_in(password=GOOD).request.path == "/staff"


# Letters


def add_app(browser: Browser, **fields: str) -> str:
    """Add an authenticator; answers its key."""
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    browser.send(code=code_of(secret), **fields)
    return secret


def test_who_owns_the_account_is_told_of_each_change(
    staff: Staff, browser: Browser, run_jobs: Callable[[], None], mailbox: Mailbox
) -> None:
    staff()
    browser.sign_in()
    add_app(browser)
    browser.get("/account/recovery-codes")
    browser.send(password=PASSWORD)
    browser.get("/account/second-factor/remove")
    browser.send(password=PASSWORD)
    browser.get("/account/password")
    browser.send(old=PASSWORD, new=GOOD)
    run_jobs()
    assert [letter["Subject"] for letter in mailbox.to(STAFF)] == [
        "An authenticator app was added",
        "New recovery codes were made",
        "Your authenticator app was removed",
        "Your password was changed",
    ]


def test_a_change_that_was_refused_is_told_to_nobody(
    staff: Staff, browser: Browser, run_jobs: Callable[[], None], mailbox: Mailbox
) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/password")
    browser.send(old="not this one", new=GOOD)
    browser.get("/account/second-factor")
    browser.send(code="000000")
    run_jobs()
    assert mailbox.to(STAFF) == []


# Sessions


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_changed_factor_gives_a_new_session_and_ends_the_others(
    staff: Staff, open_browser: Callable[[], Browser], change: str
) -> None:
    staff()
    here, thief, elsewhere = open_browser(), open_browser(), open_browser()
    here.sign_in()
    if change == "removed":
        add_app(here)
    else:
        elsewhere.sign_in()
    with here.client.session_transaction(base_url="https://311.example.org") as session:
        stolen = session["token"]
    with thief.client.session_transaction(base_url="https://311.example.org") as session:
        session["token"] = stolen
    if change == "added":
        add_app(here)
    else:
        here.get("/account/second-factor/remove")
        here.send(password=PASSWORD)
    assert here.get("/account").request.path == "/account"
    assert thief.get("/account").request.path != "/account"
    assert elsewhere.get("/account").request.path != "/account"


# Asked again


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody signed in long ago."""
    monkeypatch.setattr(sessions, "FRESH", sessions.FRESH * 0)


@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize("password", ["", "not this one"])
def test_adding_an_app_takes_the_password_again(
    staff: Staff, browser: Browser, city: Connection, password: str
) -> None:
    staff()
    browser.sign_in()
    secret = add_app(browser, password=password)
    assert city.scalar(text("SELECT totp_secret FROM account")) is None
    browser.send(code=code_of(secret), password=PASSWORD)
    assert city.scalar(text("SELECT totp_secret FROM account")) is not None


@pytest.mark.usefixtures("stale")
def test_who_has_no_password_signs_in_again_before_adding_an_app(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(Role.CREW)
    assert browser.get("/account/second-factor").request.path == "/signin/staff"


def test_just_after_signing_in_nothing_is_asked_again(staff: Staff, browser: Browser) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/second-factor")
    assert 'name="password"' not in browser.text


# Which roles need a second factor


def test_every_role_that_reads_about_people_needs_a_second_factor_unless_the_city_says_otherwise() -> None:
    assert Settings().second_factor_roles == {role for role in Role if Act.READ_PERSONAL in MATRIX[role]}
    assert Settings.from_environment({}).second_factor_roles > {Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR}
    assert Settings.from_environment({"SECOND_FACTOR_ROLES": "none"}).second_factor_roles == frozenset()


def test_the_first_sign_in_leads_to_adding_an_app_and_then_to_work(
    app: Flask, staff: Staff, browser: Browser, with_parts: Any
) -> None:
    sign_in = app.extensions["open311"].sign_in
    with_parts(sign_in=replace(sign_in, second_factor_roles=Settings().second_factor_roles))
    staff(Role.AGENT)
    browser.sign_in()
    assert browser.page.request.path == "/account/second-factor"
    add_app(browser)
    assert browser.get("/staff").request.path == "/staff"


# The log


@pytest.mark.parametrize(
    ("email", "password"), [(STAFF, "typed by mistake"), ("nobody@phila.example", PASSWORD), ("a\r\nforged", "x")]
)
def test_a_failed_sign_in_is_in_the_log_without_what_was_typed(
    staff: Staff, browser: Browser, caplog: pytest.LogCaptureFixture, email: str, password: str
) -> None:
    key = staff()
    with caplog.at_level(logging.WARNING):
        browser.sign_in(email, password)
    (line,) = [each.getMessage() for each in caplog.records if "sign-in refused" in each.getMessage()]
    assert line.endswith(f"account:{key}" if email == STAFF else "no such account")
    for typed in (email, password, "127.0.0.1", "\n"):
        assert typed not in line


def test_a_refused_act_is_in_the_log_by_number_and_page(
    signed_in: Callable[..., Browser], report: Any, caplog: pytest.LogCaptureFixture, city: Connection
) -> None:
    browser, number = signed_in(Role.SUPERVISOR, department="streets"), report()
    with caplog.at_level(logging.WARNING):
        assert browser.get(f"/staff/r/{number}/update").status_code == 403
    key = city.scalar(text("SELECT key FROM account"))
    (line,) = [each.getMessage() for each in caplog.records if each.getMessage().startswith("refused")]
    assert line == f"refused: GET console.update, not_allowed, account:{key}"


# In front of the server


@pytest.fixture
def behind(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make a server with other settings."""
    made: list[Flask] = []

    def run(**settings: Any) -> Flask:
        made.append(create_app(Settings(database_url, media_dir=tmp_path, pool_size=1, **settings)))
        return made[-1]

    yield run
    for app in made:
        with app.app_context():
            for engine in database.engines.values():
                engine.dispose()


FORWARDED = {"X-Forwarded-Prefix": "/elsewhere", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}


@pytest.mark.parametrize(
    ("settings", "believed"),
    [({}, set()), ({"trusted_proxies": 1}, {"https", "evil.example"}),
     ({"trusted_proxies": 1, "trusted_prefix": True}, {"https", "evil.example", "/elsewhere"}),
     ({"trusted_prefix": True}, set())],
)  # fmt: skip
def test_forwarded_headers_are_believed_only_where_a_setting_says_so(
    behind: Callable[..., Flask], settings: dict[str, Any], believed: set[str]
) -> None:
    answer = behind(**settings).test_client().get("/discovery.json", headers=FORWARDED)
    said = answer.get_data(as_text=True)
    assert ("evil.example" in said) is ("evil.example" in believed)
    assert ("/elsewhere" in said) is ("/elsewhere" in believed)
    assert ("Strict-Transport-Security" in answer.headers) is ("https" in believed)


@pytest.mark.parametrize("path", ["/", "/discovery.json", "/signin", "/nothing"])
def test_over_tls_every_answer_says_to_come_by_tls_only(app: Flask, city: Connection, path: str) -> None:
    client = app.test_client()
    secure = client.get(path, base_url="https://311.example.org").headers
    assert secure["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get(path, base_url="http://311.example.org").headers
