"""Sessions end by themselves, by their owner and with the account; cookies and forms are safe."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, text

from open311.actions.accounts import sessions
from open311.actions.accounts.staff import revoke_grant, set_active
from open311.actions.base.environment import Environment
from open311.domain.roles import Role
from open311.queries.accounts.grants import staff_grants
from tests.accounts.conftest import COMMAND, HOME, RESIDENT, Browser, Staff, log
from tests.forgetting import forgotten

Open = Callable[[], Browser]
SignedIn = Callable[..., Browser]


def is_in(browser: Browser) -> bool:
    return browser.get("/account").request.path == "/account"


# Ends


def test_a_session_ends_when_nothing_is_done(signed_in: SignedIn, city: Connection, environment: Environment) -> None:
    browser = signed_in(Role.AGENT)
    idle = environment.sign_in.idle
    for since, lasts in ((idle - timedelta(minutes=1), True), (idle, False)):
        city.execute(text("UPDATE account_session SET seen_at = clock_timestamp() - :since"), {"since": since})
        assert is_in(browser) is lasts


def test_what_is_done_keeps_a_session_alive(signed_in: SignedIn, city: Connection) -> None:
    browser = signed_in(Role.AGENT)
    city.execute(text("UPDATE account_session SET seen_at = clock_timestamp() - interval '20 minutes'"))
    browser.get("/account")
    age = city.execute(text("SELECT clock_timestamp() - seen_at FROM account_session")).scalar_one()
    assert age < timedelta(minutes=1)


def test_the_time_of_a_request_is_written_once_a_minute(signed_in: SignedIn, city: Connection) -> None:
    browser = signed_in(Role.AGENT)
    seen_at, ago = text("SELECT seen_at FROM account_session"), "clock_timestamp() - interval '50 seconds'"
    city.execute(text(f"UPDATE account_session SET seen_at = {ago}"))
    before = city.execute(seen_at).scalar_one()
    browser.get("/account")
    assert city.execute(seen_at).scalar_one() == before


def test_a_session_ends_however_busy(signed_in: SignedIn, city: Connection, environment: Environment) -> None:
    browser = signed_in(Role.AGENT)
    ends = city.execute(text("SELECT ends_at - created_at FROM account_session")).scalar_one()
    assert abs(ends - environment.sign_in.longest) < timedelta(seconds=5)
    city.execute(text("UPDATE account_session SET ends_at = clock_timestamp()"))
    assert not is_in(browser)


def test_residents_stay_signed_in_longer_and_lose_that_when_they_become_staff(
    environment: Environment, city: Connection, staff: Staff, open_browser: Open
) -> None:
    key = city.execute(text(f"INSERT INTO account (email, name, active) VALUES ('{RESIDENT}', '', true) RETURNING key"))
    browser, token = open_browser(), sessions.begin(environment, key.scalar_one(), "link", "", second_factor=False)
    with browser.client.session_transaction(base_url=HOME) as session:
        session["token"] = token
    city.execute(text("UPDATE account_session SET seen_at = clock_timestamp() - interval '13 days'"))
    assert is_in(browser)
    staff(Role.AGENT, RESIDENT)
    assert not is_in(browser)


def test_an_account_that_is_disabled_is_out_at_once(signed_in: SignedIn, city: Connection) -> None:
    browser = signed_in(Role.AGENT)
    (row,) = staff_grants()
    set_active(row.account, False, COMMAND)
    assert not is_in(browser)
    set_active(row.account, True, COMMAND)
    assert not is_in(browser)


def test_a_role_that_is_revoked_closes_its_pages_at_once(signed_in: SignedIn) -> None:
    browser = signed_in(Role.AUDITOR)
    assert browser.get("/admin/audit").status_code == 200
    (row,) = staff_grants()
    revoke_grant(row.grant, COMMAND)
    assert browser.get("/admin/audit").status_code == 403
    assert is_in(browser)


# The owner's list


def test_everybody_sees_and_ends_their_own_sessions(open_browser: Open, staff: Staff, city: Connection) -> None:
    key = staff()
    here, there = open_browser(), open_browser()
    for browser, device in ((here, "Here/1.0"), (there, "There/2.0")):
        browser.client.environ_base["HTTP_USER_AGENT"] = device
        browser.sign_in()
    here.get("/account")
    assert "There/2.0" in here.text
    (end,) = re.findall(r'action="(/account/sessions/\d+/end)"', here.text)
    here.send(end)
    assert (is_in(here), is_in(there)) == (True, False)
    assert [act for who, act, _ in log(city) if who == key][-1] == "end_session"


def test_all_others_are_ended_with_one_button(open_browser: Open, staff: Staff) -> None:
    staff()
    browsers = [open_browser() for _ in range(3)]
    for browser in browsers:
        browser.sign_in()
    browsers[0].get("/account")
    browsers[0].send("/account/sessions/end-others")
    assert [is_in(browser) for browser in browsers] == [True, False, False]


def test_nobody_ends_sessions_of_others(signed_in: SignedIn, city: Connection) -> None:
    signed_in(Role.AGENT, "other@phila.example")
    theirs = city.execute(text("SELECT key FROM account_session")).scalar_one()
    browser = signed_in(Role.ADMINISTRATOR)
    assert browser.send(f"/account/sessions/{theirs}/end").status_code == 404
    assert city.execute(text("SELECT count(*) FROM account_session WHERE ended_at IS NULL")).scalar_one() == 2


def test_signing_out_ends_the_session_and_not_only_the_cookie(open_browser: Open, staff: Staff) -> None:
    staff()
    browser, thief = open_browser(), open_browser()
    browser.sign_in()
    stolen = browser.cookie().value
    browser.send("/account/signout")
    thief.client.set_cookie("__Host-open311", stolen, domain="311.example.org")
    assert not is_in(thief)


def test_old_sessions_are_forgotten(signed_in: SignedIn, city: Connection, environment: Environment) -> None:
    signed_in(Role.AGENT)
    assert forgotten(environment)["sessions"] == 0
    city.execute(text("UPDATE account_session SET ends_at = clock_timestamp() - interval '31 days'"))
    assert forgotten(environment)["sessions"] == 1


# Cookie, forms, headers


def test_the_cookie_is_safe(browser: Browser, staff: Staff) -> None:
    staff()
    browser.sign_in()
    cookie = browser.cookie()
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Lax", "/")
    assert cookie.expires is None
