"""Somebody can always manage accounts: the last administrator cannot be removed, in any way, nor two at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311.actions.accounts.staff import grant_role, revoke_grant, set_active
from open311.actions.base.environment import Environment
from open311.actions.privacy.erase import erase_person
from open311.domain.errors import InvalidArgument, LastAdministrator
from open311.domain.person import Who
from open311.domain.roles import Grant, Role
from open311.models.base import database
from open311.queries.accounts.grants import administrators, staff_grants
from tests.accounts.conftest import COMMAND, STAFF, Browser

BEN = "ben@phila.example"
WAYS = ("revoke", "disable")


def grant_of(email: str, role: Role = Role.ADMINISTRATOR) -> int:
    return next(each.grant for each in staff_grants() if each.email == email and each.role == role)


def remove(way: str, email: str) -> None:
    account = next(each.account for each in staff_grants() if each.email == email)
    revoke_grant(grant_of(email), COMMAND) if way == "revoke" else set_active(account, False, COMMAND)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("others", [(), ("scoped",), ("disabled",), ("supervisor",), ("scoped", "disabled")])
def test_the_last_who_may_manage_accounts_stays(
    environment: Environment, staff: Any, city: Connection, way: str, others: tuple[str, ...]
) -> None:
    staff(Role.ADMINISTRATOR)
    if "scoped" in others:
        staff(Role.ADMINISTRATOR, "ward@phila.example", boundary="ward:5")
    if "supervisor" in others:
        staff(Role.SUPERVISOR, "boss@phila.example")
    if "disabled" in others:
        set_active(staff(Role.ADMINISTRATOR, BEN), False, COMMAND)
    with pytest.raises(LastAdministrator, match="make somebody an administrator"):
        remove(way, STAFF)
    assert administrators() == 1


@pytest.mark.parametrize("way", WAYS)
def test_one_of_two_can_go(staff: Any, city: Connection, way: str) -> None:
    staff(Role.ADMINISTRATOR)
    staff(Role.ADMINISTRATOR, BEN)
    remove(way, BEN)
    assert administrators() == 1


def test_a_second_role_of_the_last_administrator_can_go(environment: Environment, staff: Any, city: Connection) -> None:
    staff(Role.ADMINISTRATOR)
    grant_role(environment, STAFF, Grant(Role.CREW), COMMAND)
    revoke_grant(grant_of(STAFF, Role.CREW), COMMAND)


def test_who_is_no_administrator_can_go_where_there_is_none(staff: Any, city: Connection) -> None:
    set_active(staff(Role.CREW), False, COMMAND)


def test_the_last_administrator_is_not_erased(environment: Environment, staff: Any, city: Connection) -> None:
    staff(Role.ADMINISTRATOR)
    with pytest.raises(InvalidArgument, match="has roles"):
        erase_person(environment, Who.read(STAFF), COMMAND)
    assert administrators() == 1


@pytest.mark.parametrize("way", WAYS)
def test_the_page_says_why_and_nothing_is_done(signed_in: Callable[..., Browser], city: Connection, way: str) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    account, grant = city.execute(text("SELECT account, key FROM role_grant")).one()
    browser.get(f"/admin/grants/{grant}/revoke" if way == "revoke" else f"/admin/users/{account}/disable")
    assert "This is your own account" in browser.text
    assert browser.send().status_code == 422
    assert "Nobody else may manage accounts" in browser.text
    assert browser.get("/admin/users").status_code == 200


@pytest.mark.parametrize("way", WAYS)
def test_the_command_says_why_and_nothing_is_done(app: Flask, staff: Any, city: Connection, way: str) -> None:
    staff(Role.ADMINISTRATOR)
    asked = ["revoke", str(grant_of(STAFF))] if way == "revoke" else ["disable", STAFF]
    result = app.test_cli_runner().invoke(args=["accounts", *asked])
    assert result.exit_code == 1
    assert "Nobody else may manage accounts" in result.output
    assert administrators() == 1


@pytest.mark.parametrize("ways", [("revoke", "revoke"), ("disable", "disable"), ("revoke", "disable")])
def test_two_at_once_cannot_remove_two(other_app: Flask, ways: tuple[str, str]) -> None:
    environment: Environment = other_app.extensions["open311"]
    emails = [f"{name}-{'-'.join(ways)}@phila.example" for name in ("ann", "bob")]
    with other_app.app_context():
        for each in staff_grants():
            database.session.execute(text("UPDATE role_grant SET revoked_at = now() WHERE key = :k"), {"k": each.grant})
        database.session.commit()
        for email in emails:
            grant_role(environment, email, Grant(Role.ADMINISTRATOR), COMMAND, "Admin")
        database.session.remove()
    barrier = Barrier(2)

    def run(way: str, email: str) -> bool:
        with other_app.app_context():
            barrier.wait(30)
            try:
                remove(way, email)
            except LastAdministrator:
                return False
            finally:
                database.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(run, *pair) for pair in zip(ways, emails, strict=True)]]
    with other_app.app_context():
        assert sorted(done) == [False, True]
        assert administrators() == 1
        database.session.remove()
