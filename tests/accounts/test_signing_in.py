"""Staff sign in by password and code, residents by a link; nothing tells who is known, and tries are counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, text

from open311.actions.accounts import credentials, sign_in
from open311.actions.base.environment import Environment
from open311.adapters.delivery import Later
from open311.adapters.seal import Seal
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, PASSWORD, RESIDENT, STAFF, Browser, Staff, code_of, log, secret_on
from tests.mailbox import Mailbox

Jobs = Callable[[], None]


# Password


def test_staff_sign_in_by_password(browser: Browser, staff: Staff, city: Connection) -> None:
    key = staff()
    browser.sign_in()
    assert browser.page.request.path == "/staff"
    assert "Ana Works" in browser.text
    assert log(city)[-1] == (key, "sign_in", f"account:{key}")


def test_the_address_may_be_written_in_any_case(browser: Browser, staff: Staff) -> None:
    staff()
    browser.sign_in(email=f" {STAFF.upper()} ")
    assert browser.page.request.path == "/staff"


@pytest.mark.parametrize("case", ["wrong password", "unknown address", "disabled", "no password"])
def test_whatever_is_wrong_the_answer_is_the_same(browser: Browser, staff: Staff, city: Connection, case: str) -> None:
    staff(password="" if case == "no password" else PASSWORD)
    if case == "disabled":
        city.execute(text("UPDATE account SET active = false"))
    browser.sign_in(
        "nobody@phila.example" if case == "unknown address" else STAFF,
        "not this one at all" if case == "wrong password" else PASSWORD,
    )
    assert browser.page.status_code == 403
    assert sign_in.WRONG in browser.text
    assert browser.title.startswith("Error: ")
    assert "sign_in" not in [act for _, act, _ in log(city)]


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_tries_from_one_place_are_counted_also_where_there_is_no_account(
    browser: Browser, staff: Staff, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "TRIES_PER_ACCOUNT_AND_ADDRESS", 2)
    email = STAFF if known else "nobody@phila.example"
    staff()
    assert [browser.sign_in(email, "not this one").status_code for _ in range(3)] == [403, 403, 429]
    assert 0 < int(browser.page.headers["Retry-After"]) <= sign_in.TRY_WINDOW_SECONDS
    assert browser.sign_in(email).status_code == 429


def test_tries_from_elsewhere_are_counted_apart(
    browser: Browser, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "TRIES_PER_ACCOUNT_AND_ADDRESS", 1)
    staff()
    assert [browser.sign_in(STAFF, "not this one").status_code for _ in range(2)] == [403, 429]
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    browser.sign_in()
    assert browser.page.request.path == "/staff"


@pytest.mark.parametrize("limit", ["TRIES_PER_ACCOUNT", "TRIES_PER_ADDRESS"])
def test_tries_for_an_account_and_from_an_address_are_counted_as_well(
    browser: Browser, staff: Staff, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, limit, 1)
    staff()
    found = []
    for number in range(2):
        if limit == "TRIES_PER_ACCOUNT":
            browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        found.append(
            browser.sign_in(STAFF if limit == "TRIES_PER_ACCOUNT" else f"{number}@x.example", "wrong").status_code
        )
    assert found == [403, 429]


def test_counters_hold_no_addresses(browser: Browser, staff: Staff, city: Connection) -> None:
    staff()
    browser.sign_in()
    buckets = " ".join(city.execute(text("SELECT bucket FROM rate_window")).scalars())
    assert buckets
    assert STAFF not in buckets
    assert "127.0.0.1" not in buckets


def test_a_password_that_was_stored_weaker_is_stored_anew(
    browser: Browser, staff: Staff, city: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff()
    monkeypatch.setattr(credentials, "_HASHER", PasswordHasher())
    browser.sign_in()
    assert "$argon2id$v=19$m=65536," in city.execute(text("SELECT password_hash FROM account")).scalar_one()


# The second factor


@pytest.fixture
def secret(browser: Browser, staff: Staff) -> str:
    """The authenticator of staff who added one and signed out."""
    staff()
    browser.sign_in()
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    browser.send(code=code_of(secret, -1))
    if "Your recovery codes" not in browser.text:  # the next half minute had just begun
        browser.send(code=code_of(secret, -1))
    assert "Your recovery codes" in browser.text
    browser.send("/account/signout")
    return secret


def recovery_codes(text: str) -> list[str]:
    return re.findall(r"<li>([0-9a-f]{5}(?:-[0-9a-f]{5}){3})</li>", text)


def test_where_there_is_an_authenticator_a_code_is_asked(browser: Browser, secret: str) -> None:
    browser.sign_in()
    assert browser.title == "Enter your code"
    assert browser.get("/account").request.path == "/signin"
    browser.get("/signin/code")
    browser.send(code=code_of(secret))
    assert browser.page.request.path == "/account"


def test_a_code_works_once(open_browser: Callable[[], Browser], secret: str) -> None:
    code = code_of(secret)
    found = []
    for browser in (open_browser(), open_browser()):
        browser.sign_in()
        found.append(browser.send(code=code).request.path)
    assert found == ["/staff", "/signin/code"]


def test_a_code_of_long_ago_is_wrong(browser: Browser, secret: str) -> None:
    browser.sign_in()
    assert browser.send(code=code_of(secret, -4)).status_code == 403


def test_codes_are_counted(browser: Browser, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "CODE_TRIES_PER_ACCOUNT", 2)
    browser.sign_in()
    assert [browser.send(code="000000").status_code for _ in range(3)] == [403, 403, 429]
    assert browser.send(code=code_of(secret)).status_code == 429


def test_nobody_reaches_the_second_step_without_the_first(browser: Browser, secret: str) -> None:
    browser.get("/signin/code")
    assert browser.page.request.path == "/signin/staff"
    assert browser.send("/signin/code", code=code_of(secret)).request.path == "/signin/staff"


def test_an_account_that_is_disabled_between_the_steps_stays_out(
    browser: Browser, secret: str, city: Connection
) -> None:
    browser.sign_in()
    city.execute(text("UPDATE account SET active = false"))
    assert browser.send(code=code_of(secret)).status_code == 403


def test_recovery_codes_work_once_and_are_noted(
    open_browser: Callable[[], Browser], staff: Staff, city: Connection
) -> None:
    key = staff()
    browser = open_browser()
    browser.sign_in()
    browser.get("/account/second-factor")
    browser.send(code=code_of(secret_on(browser), -1))
    codes = recovery_codes(browser.text)
    assert len(set(codes)) == 10
    found = []
    for typed in (codes[0], codes[0].upper(), codes[1].upper().replace("-", " ")):
        browser = open_browser()
        browser.sign_in()
        found.append(browser.send(code=typed).request.path)
    assert found == ["/staff", "/signin/code", "/staff"]
    browser.get("/account")
    assert "Recovery codes left: 8" in browser.text
    assert (key, "use_recovery_code", f"account:{key}") in log(city)


def test_a_new_secret_key_takes_the_authenticator_away_and_leaves_the_recovery_codes(
    browser: Browser, staff: Staff, city: Connection
) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    browser.send(code=code_of(secret, -1))
    code = recovery_codes(browser.text)[0]
    browser.get("/account")
    browser.send("/account/signout")
    city.execute(text("UPDATE account SET totp_secret = :sealed"), {"sealed": Seal("the key before").close(secret)})
    browser.sign_in()
    assert browser.send(code=code_of(secret)).request.path == "/signin/code"
    assert browser.send(code=code).request.path == "/staff"


def test_new_recovery_codes_take_the_password_and_end_the_old_ones(browser: Browser, secret: str) -> None:
    browser.sign_in()
    browser.send(code=code_of(secret))
    browser.get("/account/recovery-codes")
    assert browser.send(password="not this one").status_code == 403
    old = recovery_codes(browser.send(password=PASSWORD).get_data(as_text=True))
    browser.get("/account/recovery-codes")
    new = recovery_codes(browser.send(password=PASSWORD).get_data(as_text=True))
    browser.get("/account")
    browser.send("/account/signout")
    browser.sign_in()
    assert browser.send(code=old[0]).status_code == 403
    assert browser.send(code=new[0]).request.path == "/staff"


def test_an_authenticator_is_added_only_with_a_code_that_it_shows(browser: Browser, staff: Staff) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    assert browser.send(code="000000").status_code == 403
    assert secret_on(browser) == secret  # what was scanned still holds


def test_an_authenticator_is_removed_only_with_the_password(browser: Browser, secret: str) -> None:
    browser.sign_in()
    browser.send(code=code_of(secret))
    browser.get("/account/second-factor/remove")
    assert browser.send(password="not this one").status_code == 403
    browser.send(password=PASSWORD)
    browser.send("/account/signout")
    assert browser.sign_in().request.path == "/staff"


def test_secrets_lie_sealed(secret: str, city: Connection, environment: Environment) -> None:
    stored = bytes(city.execute(text("SELECT totp_secret FROM account")).scalar_one())
    assert secret.encode() not in stored
    assert environment.sign_in.seal.open(stored) == secret


def test_a_role_that_asks_for_a_second_factor_opens_nothing_without(browser: Browser, staff: Staff) -> None:
    """Settings.second_factor_roles: administrators, by default."""
    staff(Role.ADMINISTRATOR)
    browser.sign_in()
    browser.get("/admin/users")
    assert browser.title == "Add an authenticator app"
    browser.send(code=code_of(secret_on(browser)))
    assert browser.get("/admin/users").status_code == 200
    assert browser.title == "Accounts"


def test_other_roles_may_do_without(browser: Browser, staff: Staff) -> None:
    staff(Role.AUDITOR)
    browser.sign_in()
    assert browser.get("/admin/audit").status_code == 200
    assert browser.title == "Audit log"


# Links


def test_residents_sign_in_by_a_link(browser: Browser, mailbox: Mailbox, run_jobs: Jobs, city: Connection) -> None:
    browser.get("/signin")
    browser.send(email=RESIDENT)
    run_jobs()
    assert mailbox.messages[-1]["To"] == RESIDENT
    browser.get(mailbox.link())
    browser.send()
    assert browser.page.request.path == "/account"
    assert city.execute(text("SELECT email FROM account")).scalars().all() == [RESIDENT]


def test_a_link_comes_in_a_letter_of_the_city_in_the_language_of_who_asked(
    browser: Browser, mailbox: Mailbox, run_jobs: Jobs
) -> None:
    browser.get("/signin")
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-US,es;q=0.9"
    browser.send(email=RESIDENT)
    run_jobs()
    (message,) = mailbox.messages
    assert message["Subject"] == "Iniciar sesión en City of Philadelphia"
    assert message["Content-Language"] == "es"
    assert message["From"].addresses[0].display_name == "City of Philadelphia"
    assert "List-Unsubscribe" not in message


@pytest.mark.parametrize("answer", ["550 no such user", "451 later"])
def test_a_letter_that_is_refused_for_now_is_tried_again_and_for_good_is_not(
    browser: Browser, mailbox: Mailbox, run_jobs: Jobs, answer: str
) -> None:
    mailbox.answers = [answer]
    browser.get("/signin")
    browser.send(email=RESIDENT)
    with nullcontext() if answer.startswith("5") else pytest.raises(Later):
        run_jobs()
    assert mailbox.messages == []


def test_opening_a_link_changes_nothing_and_using_it_uses_it_up(
    open_browser: Callable[[], Browser], mailbox: Mailbox, run_jobs: Jobs
) -> None:
    scanner, reader, thief = (open_browser() for _ in range(3))
    reader.get("/signin")
    reader.send(email=RESIDENT)
    run_jobs()
    for each in (scanner, scanner, thief):
        assert "This link does not work" not in each.get(mailbox.link()).get_data(as_text=True)
    reader.get(mailbox.link())
    assert reader.send().request.path == "/account"
    assert thief.send().status_code == 403
    assert "This link does not work" in scanner.get(mailbox.link()).get_data(as_text=True)


@pytest.mark.parametrize("fault", ["too old", "another", "of another purpose"])
def test_a_link_that_does_not_hold_signs_nobody_in(
    browser: Browser, mailbox: Mailbox, run_jobs: Jobs, city: Connection, fault: str
) -> None:
    browser.get("/signin")
    browser.send(email=RESIDENT)
    run_jobs()
    browser.get(link := mailbox.link())
    if fault == "too old":
        city.execute(text("UPDATE account_link SET expires_at = clock_timestamp()"))
    elif fault == "of another purpose":
        city.execute(text("UPDATE account_link SET purpose = 'password'"))
    path = link.removeprefix(HOME) + ("x" if fault == "another" else "")
    assert browser.send(path).status_code == 403
    assert browser.get("/account").request.path == "/signin"


def test_links_are_stored_as_hashes(browser: Browser, mailbox: Mailbox, run_jobs: Jobs, city: Connection) -> None:
    browser.get("/signin")
    browser.send(email=RESIDENT)
    queued = city.execute(text("SELECT args::text FROM procrastinate_jobs")).scalar_one()
    run_jobs()
    token = mailbox.link().rpartition("/")[2]
    stored = bytes(city.execute(text("SELECT token_hash FROM account_link")).scalar_one())
    assert token not in queued
    assert token.encode() not in stored


@pytest.mark.parametrize("page", ["/signin", "/signin/forgotten"])
def test_asking_for_a_link_answers_the_same_for_everybody(
    open_browser: Callable[[], Browser], staff: Staff, city: Connection, page: str
) -> None:
    staff()
    staff(email="gone@phila.example")
    city.execute(text("UPDATE account SET active = false WHERE email LIKE 'gone%'"))
    answers = set()
    for email in (STAFF, "gone@phila.example", "new@mail.example"):
        browser = open_browser()
        browser.get(page)
        status = browser.send(email=email).status_code
        answers.add((status, browser.text.replace(email, "")))
    assert len(answers) == 1


def test_staff_get_no_link_that_would_pass_by_their_password(
    browser: Browser, staff: Staff, mailbox: Mailbox, run_jobs: Jobs, city: Connection
) -> None:
    staff()
    browser.get("/signin")
    browser.send(email=STAFF)
    run_jobs()
    assert mailbox.link() == f"{HOME}/signin/staff"
    assert not city.execute(text("SELECT count(*) FROM account_link")).scalar_one()


def test_a_link_sent_before_somebody_became_staff_does_not_sign_in(
    browser: Browser, staff: Staff, mailbox: Mailbox, run_jobs: Jobs
) -> None:
    browser.get("/signin")
    browser.send(email=STAFF)
    run_jobs()
    staff()
    browser.get(mailbox.link())
    assert browser.send().status_code == 403


def test_disabled_accounts_get_no_mail(
    browser: Browser, staff: Staff, mailbox: Mailbox, run_jobs: Jobs, city: Connection
) -> None:
    staff()
    city.execute(text("UPDATE account SET active = false"))
    for page in ("/signin", "/signin/forgotten"):
        browser.get(page)
        browser.send(email=STAFF)
    run_jobs()
    assert mailbox.messages == []


@pytest.mark.parametrize("typed", ["", "ann", "ann@", "@mail.example", "ann@mail", "a b@mail.example", "a@b.c,d@e.f"])
def test_what_is_no_address_is_said_at_the_field(browser: Browser, city: Connection, typed: str) -> None:
    browser.get("/signin")
    assert browser.send(email=typed).status_code == 422
    assert "Enter an e-mail address" in browser.text
    assert not city.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one()


def test_links_that_are_asked_for_are_counted(browser: Browser) -> None:
    found = []
    for _ in range(6):
        browser.get("/signin")
        found.append(browser.send(email=RESIDENT).status_code)
    assert found == [200] * 5 + [429]


# Setting a password


def test_a_forgotten_password_is_set_by_a_link_and_signs_out_everywhere(
    open_browser: Callable[[], Browser], staff: Staff, mailbox: Mailbox, run_jobs: Jobs
) -> None:
    staff()
    elsewhere, browser = open_browser(), open_browser()
    elsewhere.sign_in()
    browser.get("/signin/forgotten")
    browser.send(email=STAFF)
    run_jobs()
    browser.get(mailbox.link())
    assert browser.send(new="short").status_code == 422
    assert browser.send(new="other words are good").request.path == "/signin/staff"
    assert "Your password is set" in browser.text
    assert elsewhere.get("/account").request.path == "/signin/staff"
    assert browser.sign_in().status_code == 403
    assert browser.sign_in(password="other words are good").request.path == "/staff"
    assert "This link does not work" in browser.get(mailbox.link()).get_data(as_text=True)


def test_residents_have_no_password_to_set(browser: Browser, mailbox: Mailbox, run_jobs: Jobs) -> None:
    browser.get("/signin/forgotten")
    browser.send(email=RESIDENT)
    run_jobs()
    assert mailbox.messages == []


def test_a_password_is_changed_by_showing_the_old_one(browser: Browser, staff: Staff) -> None:
    staff()
    browser.sign_in()
    browser.get("/account/password")
    assert browser.send(old="not this one", new="other words are good").status_code == 403
    assert browser.send(old=PASSWORD, new=STAFF).status_code == 422
    browser.send(old=PASSWORD, new="other words are good")
    assert browser.sign_in(password="other words are good").request.path == "/staff"
