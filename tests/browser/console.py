"""What browser tests of the console stand on: the city's side in this process, over the server's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from open311.actions.accounts.credentials import hash_password
from open311.actions.accounts.keys import issue_key
from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.app import create_app
from open311.domain.case_ref import CaseRef
from open311.domain.roles import Grant, Role
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API, GRAFFITI

PASSWORD = "four words are good"
BY_HAND = Actor("staff:tests")


class Office:
    """Files reports, makes staff, and looks into the database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.environment: Environment = app.extensions["open311"]
        with app.app_context():
            self.key = issue_key(self.environment.city.jurisdictions["phila.gov"], "browser")

    def file(self, **fields: str) -> str:
        """File a report of graffiti, or of what the fields say; answers its number."""
        form = {**GRAFFITI, "api_key": self.key, "description": "A tag on the wall", **fields}
        answer = self.app.test_client().post(f"{API}/requests.json", data=form)
        return str(answer.get_json()[0]["service_request_id"])

    def staff(self, role: Role, email: str, name: str, **scopes: str) -> int:
        """An account with a role and the password of all tests; answers its key."""
        with self.app.app_context():
            key = grant_role(self.environment, email, Grant(role, **scopes), BY_HAND, name)
            self.run("UPDATE account SET password_hash = :h WHERE key = :k", h=hash_password(PASSWORD, email), k=key)
        return key

    def do(self, act: Callable[..., Any], number: str, *args: Any, **kwargs: Any) -> Any:
        """An act on a service request, by somebody at the command line."""
        with self.app.app_context():
            done = act(self.environment, CaseRef("phila.gov", number), *args, **kwargs)
            database.session.remove()
        return done

    def run(self, statement: str, **given: Any) -> list[Any]:
        """Ask or change the database."""
        with self.app.app_context():
            found = database.session.execute(text(statement), given)
            rows = list(found) if found.returns_rows else []
            database.session.commit()
            database.session.remove()
        return rows


@pytest.fixture(scope="module")
def office(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The city's side."""
    app = create_app(Settings(own_database, media_dir=tmp_path_factory.mktemp("office"), public_url="http://unused"))
    yield Office(app)
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


def sign_in(page: Page, email: str) -> None:
    """Sign a member of staff in, by the form."""
    page.goto("/signin/staff")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
