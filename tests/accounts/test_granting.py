"""Accounts and roles, at the command line and in the page of administrators."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311.actions.accounts.staff import check_scope
from open311.actions.base.environment import Environment
from open311.domain.errors import InvalidArgument
from open311.domain.roles import Grant, Role
from tests.accounts.conftest import HOME, PASSWORD, STAFF, Browser, Staff, code_of, log, secret_on

Run = Callable[..., str]


@pytest.fixture
def run(app: Flask, city: Any) -> Run:
    """``open311 accounts ...``; answers what it printed."""

    def call(*words: str, fails: bool = False) -> str:
        result = app.test_cli_runner().invoke(args=["accounts", *words])
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    return call


def test_the_first_administrator_comes_in_by_a_link(run: Run, browser: Browser, city: Connection) -> None:
    printed = run("create-admin", STAFF, "Ana Works")
    (link,) = re.findall(r"https://\S+", printed)
    assert link.startswith(HOME)
    browser.get(link)
    browser.send(new=PASSWORD)
    browser.sign_in()
    browser.get("/admin/users")
    browser.send(code=code_of(secret_on(browser)))
    assert "Ana Works" in browser.get("/admin/users").get_data(as_text=True)
    assert log(city)[0][:2] == (None, "manage_accounts")


def test_a_role_is_granted_listed_and_revoked(run: Run, city: Connection) -> None:
    run("grant", STAFF, "supervisor", "--name", "Ana Works", "--department", "streets", "--boundary", "ward:5")
    number, _, email, role, scope = run("list").split("\t")
    assert (email, role, scope) == (STAFF, "supervisor", "streets, ward:5\n")
    run("revoke", number)
    assert run("list") == ""
    assert "is in force" in run("revoke", number, fails=True)
    kept = city.execute(text("SELECT role, revoked_at IS NOT NULL FROM role_grant")).one()
    assert tuple(kept) == ("supervisor", True)


def test_a_role_that_was_revoked_can_be_granted_again_and_one_in_force_cannot(run: Run) -> None:
    run("grant", STAFF, "crew", "--name", "Ana Works")
    assert "has this role already" in run("grant", STAFF.upper(), "crew", fails=True)
    run("grant", STAFF, "crew", "--service", "SR-CL01")
    run("revoke", run("list").split("\t")[0])
    run("grant", STAFF, "crew")


def test_an_account_is_made_only_with_a_name(run: Run) -> None:
    assert "with a name, one is made" in run("grant", STAFF, "crew", fails=True)


@pytest.mark.parametrize("email", ["ana", "Ana <ana>", "ana@phila.example, bob@phila.example", ""])
def test_an_account_has_an_address(run: Run, email: str) -> None:
    assert "Enter an e-mail address" in run("create-admin", email, "Ana", fails=True)


def test_a_disabled_account_is_listed_as_such_and_can_be_enabled(run: Run) -> None:
    run("create-admin", STAFF, "Ana Works")
    run("create-admin", "ben@phila.example", "Ben Rhodes")
    run("disable", STAFF)
    assert "disabled" in run("list")
    run("enable", STAFF)
    assert "disabled" not in run("list")
    assert "there is no account" in run("disable", "nobody@phila.example", fails=True)


@pytest.mark.parametrize(
    "scope",
    [
        {"jurisdiction": "atlantis"},
        {"department": "spells"},
        {"service": "SR-NONE"},
        {"boundary": "ward"},
        {"boundary": "ward:"},
        {"boundary": "parish:5"},
    ],
)
def test_a_role_for_what_does_not_exist_is_refused(environment: Environment, scope: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument):
        check_scope(environment, Grant(Role.SUPERVISOR, **scope))


def test_administrators_revoke_and_disable_in_a_page(
    signed_in: Callable[..., Browser], staff: Staff, city: Connection
) -> None:
    other = staff(Role.CREW, "crew@phila.example")
    browser = signed_in(Role.ADMINISTRATOR)
    browser.get("/admin/users")
    assert "<form" not in browser.text.partition("<main")[2]
    (*_, revoke) = re.findall(r'href="(/admin/grants/\d+/revoke)"', browser.text)
    disable = f"/admin/users/{other}/disable"
    for address, asked in ((revoke, "Take the role of crew from Ana Works?"), (disable, "Disable the account of Ana")):
        browser.get(address)
        assert asked in browser.title
        browser.send()
    assert browser.page.request.path == "/admin/users"
    assert city.execute(text("SELECT active FROM account WHERE key = :key"), {"key": other}).scalar_one() is False
    by = city.execute(text("SELECT revoked_by FROM role_grant WHERE account = :key"), {"key": other}).scalar_one()
    assert [entry[:2] for entry in log(city)][-2:] == [(by, "manage_accounts")] * 2
    assert browser.get("/admin/users/0/disable").status_code == 404
    assert browser.get(revoke).status_code == 404
