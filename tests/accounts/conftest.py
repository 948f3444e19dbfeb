"""What tests of accounts share: staff, a browser without JavaScript, and the mail that comes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from open311.actions.accounts import credentials
from open311.actions.accounts.credentials import hash_password
from open311.actions.accounts.sessions import begin
from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.domain.roles import Grant, Role

HOME = "https://311.example.org"
COMMAND = Actor("staff:tests")
PASSWORD = "four words are good"
STAFF, RESIDENT = "ana@phila.example", "ann@mail.example"


class Browser:
    """Follows links and sends forms as a browser without JavaScript does, with the token that the page holds."""

    def __init__(self, app: Flask) -> None:
        self.client = FlaskClient(app, app.response_class)
        self.page: TestResponse

    @property
    def text(self) -> str:
        return self.page.get_data(as_text=True)

    @property
    def title(self) -> str:
        return unescape(re.search(r"<title>(.*?) - ", self.text)[1])  # type: ignore[index]

    def get(self, path: str, **how: Any) -> TestResponse:
        """Open a page, following where it leads."""
        self.page = self.client.get(path.removeprefix(HOME), base_url=HOME, follow_redirects=True, **how)
        return self.page

    def send(self, path: str = "", *, follow: bool = True, **fields: str) -> TestResponse:
        """Send the form of the page that is open, to its own address or another."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.text)
        form = {"csrf": token[1] if token else "", **fields}
        path = path or self.page.request.path
        self.page = self.client.post(path, data=form, base_url=HOME, follow_redirects=follow)
        return self.page

    def sign_in(self, email: str = STAFF, password: str = PASSWORD) -> TestResponse:
        """The first step of staff."""
        self.get("/signin/staff")
        return self.send(email=email, password=password)

    def cookie(self) -> Any:
        """The one cookie."""
        return self.client.get_cookie("__Host-open311", "311.example.org")


@pytest.fixture
def open_browser(app: Flask, city: Any) -> Callable[[], Browser]:
    return lambda: Browser(app)


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of tests are hashed in a millisecond; the real strength is tested by itself."""
    monkeypatch.setattr(credentials, "_HASHER", quick := PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(credentials, "_hash_of_nobody", lambda: quick.hash("nobody"))


Staff = Callable[..., int]


@pytest.fixture
def staff(environment: Environment, city: Connection) -> Staff:
    """An account with a role and a password; answers its key."""

    def run(role: Role = Role.DEPARTMENT_WORKER, email: str = STAFF, password: str = PASSWORD, **scopes: str) -> int:
        key = grant_role(environment, email, Grant(role, **scopes), COMMAND, "Ana Works")
        if password:
            stored = hash_password(password, email)
            city.execute(text("UPDATE account SET password_hash = :h WHERE key = :k"), {"h": stored, "k": key})
        return key

    return run


@pytest.fixture
def signed_in(app: Flask, environment: Environment, staff: Staff, open_browser: Any) -> Callable[..., Browser]:
    """A browser in which an account with this role is signed in, second factor and all; quicker than by its forms."""

    def run(role: Role, email: str = STAFF, **scopes: str) -> Browser:
        browser: Browser = open_browser()
        token = begin(environment, staff(role, email, "", **scopes), "password", "Tests/1.0", second_factor=True)
        with browser.client.session_transaction(base_url=HOME) as session:
            session["token"] = token
        browser.get("/account")
        return browser

    return run


@pytest.fixture
def run_jobs(app: Flask, city: Connection) -> Callable[[], None]:
    """Do the jobs that were queued in the test's transaction, as the worker does."""

    def run() -> None:
        rows = city.execute(text("DELETE FROM procrastinate_jobs RETURNING id, task_name, args")).all()
        for _, name, arguments in sorted(rows):
            app.extensions["queue"].tasks[name].func(**arguments)

    return run


def code_of(secret: str, step: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + step)


def secret_on(browser: Browser) -> str:
    """The key that a page offers to an authenticator app."""
    return re.search(r'class="code">([A-Z2-7 ]+)<', browser.text)[1].replace(" ", "")  # type: ignore[index]


def log(city: Connection) -> list[tuple[Any, ...]]:
    """Account, act and target of every entry of the audit log."""
    return [tuple(row) for row in city.execute(text("SELECT account, act, target FROM audit_log ORDER BY key"))]
