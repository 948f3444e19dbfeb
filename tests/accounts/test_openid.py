"""OpenID Connect against a provider that really runs: the round trip, and what must not hold."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.serving import make_server

from open311.actions.base.environment import Environment
from open311.adapters.openid import Journey, OpenID, OpenIDRefused
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, STAFF, Browser, Staff, code_of, secret_on
from tests.serving import PATIENCE, free_port

BACK = f"{HOME}/signin/openid/back"
SUBJECT = "worker-7"
HTTP = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
"""The person's browser, at the provider."""


@contextmanager
def running() -> Iterator[str]:
    """A provider, as a process of its own, as long as the block lasts."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not answers(address):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(address: str) -> bool:
    try:
        return HTTP.get(f"{address}/jwks").is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows whoever it is told about."""
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def other_keys() -> dict[str, Any]:
    """The public keys of a provider that is not ours."""
    with running() as address:
        return dict(HTTP.get(f"{address}/jwks").json())


def know(issuer: str, **claims: Any) -> None:
    """Tell the provider about its person."""
    HTTP.put(f"{issuer}/users/{SUBJECT}", json=claims).raise_for_status()


@pytest.fixture
def provider(app: Flask, issuer: str, monkeypatch: pytest.MonkeyPatch) -> OpenID:
    """The provider, known to the server."""
    return know_provider(app, OpenID(issuer, "open311", "a secret of ours"), monkeypatch)


def know_provider(app: Flask, openid: OpenID, monkeypatch: pytest.MonkeyPatch) -> OpenID:
    """Let the server know a provider for one test."""
    before: Environment = app.extensions["open311"]
    monkeypatch.setitem(app.extensions, "open311", replace(before, sign_in=replace(before.sign_in, openid=openid)))
    return openid


@pytest.fixture
def person(issuer: str) -> None:
    """Somebody whose address the provider has verified."""
    know(issuer, email=STAFF, email_verified=True)


def consent(address: str) -> str:
    """What the person does at the provider; answers where they are sent back to."""
    answer = HTTP.post(address, data={"sub": SUBJECT})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def leave(browser: Browser) -> str:
    """Go to the provider; answers its address."""
    answer = browser.client.get("/signin/openid", base_url=HOME)
    return str(answer.headers["Location"])


def there_and_back(browser: Browser) -> Any:
    return browser.get(consent(leave(browser)))


def test_staff_sign_in_at_the_provider_and_stay_known_by_their_subject(
    browser: Browser, staff: Staff, provider: OpenID, person: None, issuer: str, city: Connection
) -> None:
    key = staff(password="")
    browser.get("/signin/staff")
    assert "Use the city" in browser.text
    there_and_back(browser)
    assert browser.page.request.path == "/staff"
    row = city.execute(text("SELECT key, openid_issuer, openid_subject FROM account")).one()
    assert tuple(row) == (key, issuer, SUBJECT)
    know(issuer, email="married@phila.example", email_verified=True)
    browser.send("/account/signout")
    assert there_and_back(browser).request.path == "/staff"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@phila.example", "email_verified": True},
        {"email": STAFF, "email_verified": False},
        {"email": STAFF},
        {},
    ],
    ids=["unknown", "not verified", "not said", "no address"],
)
def test_the_provider_makes_no_accounts_and_must_have_verified_the_address(
    browser: Browser, staff: Staff, provider: OpenID, issuer: str, city: Connection, claims: dict[str, Any]
) -> None:
    staff(password="")
    know(issuer, **claims)
    assert there_and_back(browser).status_code == 403
    assert city.execute(text("SELECT count(*) FROM account WHERE openid_subject IS NOT NULL")).scalar_one() == 0


def test_an_account_that_belongs_to_another_subject_is_not_taken_over(
    browser: Browser, staff: Staff, provider: OpenID, person: None, issuer: str, city: Connection
) -> None:
    staff(password="")
    city.execute(text("UPDATE account SET openid_issuer = :issuer, openid_subject = 'first'"), {"issuer": issuer})
    assert there_and_back(browser).status_code == 403


def test_disabled_accounts_stay_out(
    browser: Browser, staff: Staff, provider: OpenID, person: None, city: Connection
) -> None:
    staff(password="")
    city.execute(text("UPDATE account SET active = false"))
    assert there_and_back(browser).status_code == 403


def test_an_authenticator_is_asked_for_here_too(browser: Browser, staff: Staff, provider: OpenID, person: None) -> None:
    staff(Role.ADMINISTRATOR)
    browser.sign_in()
    browser.get("/account/second-factor")
    secret = secret_on(browser)
    browser.send(code=code_of(secret, -1))
    browser.get("/account")
    browser.send("/account/signout")
    assert there_and_back(browser).request.path == "/signin/code"
    browser.send(code=code_of(secret))
    assert browser.get("/admin/users").status_code == 200


def test_a_second_factor_that_the_provider_saw_is_enough(
    browser: Browser, staff: Staff, provider: OpenID, issuer: str
) -> None:
    staff(Role.ADMINISTRATOR, password="")
    know(issuer, email=STAFF, email_verified=True, amr=["pwd", "mfa"])
    there_and_back(browser)
    assert browser.get("/admin/users").status_code == 200


# What must not hold


def test_who_did_not_begin_the_journey_cannot_end_it(
    open_browser: Callable[[], Browser], staff: Staff, provider: OpenID, person: None
) -> None:
    """Else an attacker could sign a victim in as somebody else."""
    staff(password="")
    attacker, victim = open_browser(), open_browser()
    back = consent(leave(attacker))
    leave(victim)
    assert victim.get(back).status_code == 403
    assert victim.get("/account").request.path == "/signin"


def test_a_journey_ends_once(browser: Browser, staff: Staff, provider: OpenID, person: None) -> None:
    staff(password="")
    back = consent(leave(browser))
    assert browser.get(back).request.path == "/staff"
    browser.send("/account/signout")
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?error=access_denied", "?code=x&state="])
def test_coming_back_without_having_left_signs_nobody_in(browser: Browser, provider: OpenID, query: str) -> None:
    assert browser.get(f"/signin/openid/back{query}").status_code == 403


def test_without_a_provider_there_are_no_such_pages(browser: Browser) -> None:
    assert browser.get("/signin/openid").status_code == 404
    assert browser.get("/signin/openid/back").status_code == 404


def test_a_provider_that_does_not_answer_is_told_in_a_sentence(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_provider(app, OpenID("http://127.0.0.1:9", "open311", ""), monkeypatch)
    assert browser.get("/signin/openid").status_code == 403
    assert "does not work at the moment" in browser.text


JOURNEY = Journey("s" * 43, "n" * 43, "v" * 43)


def code_for(provider: OpenID) -> str:
    """The code that comes back from a journey."""
    return parse_qs(urlsplit(consent(provider.start(BACK, JOURNEY))).query)["code"][0]


@pytest.mark.parametrize("fault", ["nonce", "back"])
def test_a_token_of_another_journey_is_refused(provider: OpenID, person: None, fault: str) -> None:
    code = code_for(provider)
    journey = replace(JOURNEY, nonce="o" * 43) if fault == "nonce" else JOURNEY
    with pytest.raises(OpenIDRefused):
        provider.finish(f"{HOME}/elsewhere" if fault == "back" else BACK, journey, code)


def test_the_journey_is_bound_to_a_secret_that_only_this_server_knows(provider: OpenID) -> None:
    """PKCE (RFC 7636): the test's provider does not check it, real ones do."""
    query = parse_qs(urlsplit(provider.start(BACK, JOURNEY)).query)
    hashed = base64.urlsafe_b64encode(hashlib.sha256(JOURNEY.verifier.encode()).digest()).rstrip(b"=").decode()
    assert (query["code_challenge"], query["code_challenge_method"]) == ([hashed], ["S256"])


def test_a_token_for_another_client_is_refused(provider: OpenID, person: None, issuer: str) -> None:
    other = OpenID(issuer, "another", "secret")
    code = code_for(other)
    with pytest.raises(OpenIDRefused):
        provider.finish(BACK, JOURNEY, code)


def test_a_token_that_somebody_else_signed_is_refused(provider: OpenID, person: None, other_keys: Any) -> None:
    code = code_for(provider)
    with serving(other_keys) as address:
        provider._published["metadata"] = {**provider._published["metadata"], "jwks_uri": address}
        with pytest.raises(OpenIDRefused):
            provider.finish(BACK, JOURNEY, code)


@contextmanager
def serving(document: dict[str, Any]) -> Iterator[str]:
    """A server that has one document, wherever it is asked for."""
    app = Flask("document")

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def answer(path: str) -> dict[str, Any]:
        return document

    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_new_keys_of_the_provider_are_fetched(provider: OpenID, person: None, other_keys: Any) -> None:
    code = code_for(provider)
    provider._published["keys"] = other_keys
    assert provider.finish(BACK, JOURNEY, code).subject == SUBJECT


def test_a_provider_that_says_it_is_another_is_refused() -> None:
    refused = pytest.raises(OpenIDRefused, match="says that it is")
    with serving({"issuer": "https://elsewhere.example"}) as address, refused:
        OpenID(address, "open311", "").start(BACK, JOURNEY)
