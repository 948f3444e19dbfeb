"""Every form of the product keeps what was typed over an ended session and a refused token, and does nothing by it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.accounts import kept_forms
from open311.actions.accounts.account_links import make_link
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign
from open311.actions.cases.relate import merge
from open311.domain.case_ref import CaseRef
from open311.domain.roles import Role
from open311.web import kept
from open311.web.gate import Door, declared
from tests.accounts.conftest import COMMAND, HOME, PASSWORD, STAFF, Browser, open_browser, staff
from tests.accounts.conftest import _quick_hashes as quick_hashes
from tests.web.html_forms import SECRET, PageForm, forms_of

__all__ = ["open_browser", "quick_hashes", "staff"]

TYPED = {
    "console.update", "console.ask", "console.assign", "console.merge", "console.split", "console.refer",
    "console.bulk", "console.save_filter", "console.crew_done", "console.review",
    "sign_in.start", "sign_in.staff", "sign_in.forgotten",
}  # fmt: skip
"""Where forms are sent into which people type something."""
SECRETS = {
    "sign_in.code", "sign_in.password", "own.password", "own.second_factor", "own.remove_second_factor",
    "own.recovery_codes",
}  # fmt: skip
"""Where forms are sent that hold nothing but secrets."""
BUTTONS = {
    "sign_in.link", "own.sign_out", "own.end_session", "own.end_others", "administration.disable",
    "administration.revoke", "webhooks.send_again", "webhooks.drop", "console.contact", "console.delete_filter",
    "console.undo", "console.unmerge", "console.words",
}  # fmt: skip
"""Where forms are sent that hold nothing but a button."""
NEEDS_SESSION = {each for each in TYPED if not each.startswith("sign_in.")}


def test_every_form_is_known(app: Flask) -> None:
    takes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and declared(app).get(rule.endpoint, Door.PUBLIC) is not Door.PUBLIC
    }
    assert takes == TYPED | SECRETS | BUTTONS, "say in this test what people type there"


@pytest.fixture
def ana(with_parts: Any, environment: Environment, staff: Any, open_browser: Callable[[], Browser]) -> Browser:
    """Somebody who may do everything, signed in with a password."""
    with_parts(sign_in=replace(environment.sign_in, second_factor_roles=frozenset()))
    staff(Role.ADMINISTRATOR)
    browser = open_browser()
    assert browser.sign_in().request.path == "/staff"
    return browser


@pytest.fixture
def pages(ana: Browser, report: Any, environment: Environment, city: Connection) -> dict[str, str]:
    """The page on which each form stands."""
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(drawn, "JPEG")
    drawn.seek(0)
    number, other = report(media=(drawn, "before.jpg")), report()
    account = city.scalar(text("SELECT max(key) FROM account"))
    assign(environment, CaseRef("phila.gov", other), COMMAND, assignee=account)
    photo = city.scalar(text("SELECT max(key) FROM media"))
    return {
        **{f"console.{each}": f"/staff/r/{number}/{each}?list=queue%3Dnew" for each in
           ("update", "ask", "assign", "merge", "split", "refer")},
        "console.bulk": f"/staff/bulk?number={number}&number={other}",
        "console.save_filter": "/staff?queue=overdue",
        "console.crew_done": "/staff/crew",
        "console.review": f"/staff/photos/{photo}",
        "sign_in.start": "/signin",
        "sign_in.staff": "/signin/staff",
        "sign_in.forgotten": "/signin/forgotten",
    }  # fmt: skip


def form_for(app: Flask, browser: Browser, endpoint: str) -> PageForm:
    """The form of the open page that is sent to an endpoint."""
    found = forms_of(browser.text, browser.page.request.path)
    routes = app.url_map.bind("x")
    (form, *_) = [each for each in found if routes.match(each.path, method="POST")[0] == endpoint]
    return form


def post(browser: Browser, form: PageForm, **more: Any) -> None:
    data = {**form.values, **more}
    browser.page = browser.client.post(form.action, data=data, base_url=HOME, follow_redirects=True)


def end_session(city: Connection) -> None:
    city.execute(text("UPDATE account_session SET seen_at = seen_at - interval '1 day'"))


def stored(city: Connection) -> list[Any]:
    """What an act would change."""
    return [
        city.execute(text(f"SELECT count(*), max(key) FROM {table}")).one()
        for table in ("service_request_update", "batch_change", "saved_filter", "service_request", "media")
    ]


def written(app: Flask, browser: Browser, page: str, endpoint: str) -> PageForm:
    browser.get(page)
    form = form_for(app, browser, endpoint)
    form.fill()
    return form


@pytest.mark.parametrize("endpoint", sorted(NEEDS_SESSION))
def test_what_was_typed_is_in_the_form_again_after_the_session_ended(
    app: Flask, ana: Browser, pages: dict[str, str], city: Connection, endpoint: str
) -> None:
    form = written(app, ana, pages[endpoint], endpoint)
    before = stored(city)
    end_session(city)
    post(ana, form, do="send")
    assert ana.page.request.path == "/signin/staff"
    assert "what you typed is kept" in ana.text
    ana.send(email=STAFF, password=PASSWORD)
    assert ana.page.request.path == urlsplit(pages[endpoint]).path
    assert "This was not sent. What you typed is here again" in ana.text
    again = form_for(app, ana, endpoint)
    assert again.typed() == form.typed()
    assert urlsplit(again.action) == urlsplit(form.action)
    assert stored(city) == before


@pytest.mark.parametrize("token", ["", "x", "of another browser"])
@pytest.mark.parametrize("endpoint", sorted(TYPED))
def test_what_was_typed_is_in_the_form_again_after_its_token_was_refused(
    app: Flask,
    ana: Browser,
    open_browser: Callable[[], Browser],
    pages: dict[str, str],
    city: Connection,
    endpoint: str,
    token: str,
) -> None:
    browser = ana if endpoint in NEEDS_SESSION else open_browser()
    form = written(app, browser, pages[endpoint], endpoint)
    if token == "of another browser":
        other = open_browser()
        other.get("/signin")
        token = form_for(app, other, "sign_in.start").values["csrf"][0]
    before = stored(city)
    post(browser, form, csrf=token, do="send")
    assert browser.page.request.path == urlsplit(pages[endpoint]).path
    assert "This was not sent" in browser.text
    assert form_for(app, browser, endpoint).typed() == form.typed()
    assert SECRET not in browser.text
    assert stored(city) == before


@pytest.mark.parametrize("endpoint", ["console.update", "console.bulk"])
def test_a_kept_form_is_shown_until_it_is_sent_and_then_never_again(
    app: Flask, ana: Browser, pages: dict[str, str], city: Connection, endpoint: str
) -> None:
    form = written(app, ana, pages[endpoint], endpoint)
    post(ana, form, csrf="x")
    for _ in range(2):
        assert form_for(app, ana.get(pages[endpoint]) and ana, endpoint).typed() == form.typed()
    post(ana, form_for(app, ana, endpoint), do="preview")
    assert city.scalar(text("SELECT count(*) FROM kept_form")) == 0
    ana.get(pages[endpoint])
    assert "Typed" not in ana.text


def test_what_is_kept_cannot_be_read_in_the_database_and_holds_no_secret(
    app: Flask, open_browser: Callable[[], Browser], pages: dict[str, str], city: Connection, environment: Environment
) -> None:
    browser = open_browser()
    post(browser, written(app, browser, pages["sign_in.staff"], "sign_in.staff"), csrf="x")
    (sealed,) = city.scalars(text("SELECT sealed FROM kept_form"))
    opened = environment.sign_in.seal.open(bytes(sealed)) or ""
    assert "Typed" not in bytes(sealed).decode()
    assert "ann@example.org" in opened
    assert SECRET not in opened


def test_every_secret_field_of_any_form_is_among_those_that_are_never_kept(
    app: Flask, ana: Browser, environment: Environment, pages: dict[str, str]
) -> None:
    link = urlsplit(make_link(environment, STAFF, "password", timedelta(hours=1)) or "").path
    secrets: set[str] = set()
    for page in (*pages.values(), link, "/account/password", "/account/second-factor"):
        ana.get(page)
        for form in forms_of(ana.text, page):
            secrets |= form.secrets
    assert secrets == {"password", "old", "new", "code"}
    assert secrets <= kept.NEVER_KEPT


def test_somebody_else_in_the_same_browser_does_not_see_what_was_typed(
    app: Flask, ana: Browser, staff: Any, pages: dict[str, str], city: Connection
) -> None:
    form = written(app, ana, pages["console.update"], "console.update")
    end_session(city)
    post(ana, form)
    staff(Role.SUPERVISOR, "ben@phila.example")
    ana.send(email="ben@phila.example", password=PASSWORD)
    assert ana.page.request.path == urlsplit(pages["console.update"]).path
    assert "Typed" not in ana.text
    assert city.scalar(text("SELECT count(*) FROM kept_form")) == 0


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_nothing_is_kept_of_a_form_that_another_site_sent(
    app: Flask, ana: Browser, pages: dict[str, str], city: Connection, headers: dict[str, str]
) -> None:
    form = written(app, ana, pages["console.update"], "console.update")
    data = {**form.values, "csrf": "x"}
    assert ana.client.post(form.action, data=data, base_url=HOME, headers=headers).status_code == 400
    assert city.scalar(text("SELECT count(*) FROM kept_form")) == 0


def test_a_browser_without_cookies_is_told_so_at_the_second_time(app: Flask, open_browser: Any) -> None:
    browser = open_browser()
    first = browser.client.post("/signin", data={"email": "ann@example.org"}, base_url=HOME)
    assert (first.status_code, first.headers["Location"]) == (303, "/signin?again=yes")
    browser.client.delete_cookie("__Host-open311", domain="311.example.org")
    second = browser.client.post(first.headers["Location"], data={"email": "ann@example.org"}, base_url=HOME)
    assert second.status_code == 400
    assert "keeps no cookies" in second.get_data(as_text=True)


def test_a_colleague_who_was_faster_meanwhile_is_told(
    app: Flask, ana: Browser, pages: dict[str, str], city: Connection, environment: Environment
) -> None:
    form = written(app, ana, pages["console.update"], "console.update")
    end_session(city)
    post(ana, form)
    number = re.search(r"/r/(\w+)/", pages["console.update"])[1]  # type: ignore[index]
    assign(environment, CaseRef("phila.gov", number), Actor("staff:tests"), reason="Theirs")
    ana.send(email=STAFF, password=PASSWORD)
    assert "Changed meanwhile" in ana.text
    assert form_for(app, ana, "console.update").typed() == form.typed()


def test_forms_that_nobody_came_back_for_are_forgotten(environment: Environment, city: Connection) -> None:
    old, fresh = (kept_forms.keep(environment, [("text", "x")], None) for _ in range(2))
    city.execute(text("UPDATE kept_form SET created_at = created_at - interval '13 hours' WHERE ctid = "
                      "(SELECT min(ctid) FROM kept_form)"))  # fmt: skip
    assert kept_forms.forget_old() == 1
    assert [kept_forms.kept(environment, each, None) is None for each in (old, fresh)] == [True, False]


def test_too_much_and_too_many_are_not_kept(app: Flask, open_browser: Any, city: Connection) -> None:
    browser = open_browser()

    def try_it(email: str) -> None:
        browser.client.post("/signin", data={"email": email, "csrf": "x"}, base_url=HOME)

    try_it("x" * (kept.MAX_KEPT_CHARACTERS + 1))
    assert city.scalar(text("SELECT count(*) FROM kept_form")) == 0
    for _ in range(kept.MAX_KEPT_PER_HOUR + 5):
        browser.client.delete_cookie("__Host-open311", domain="311.example.org")
        try_it("ann@example.org")
    assert city.scalar(text("SELECT count(*) FROM kept_form")) == kept.MAX_KEPT_PER_HOUR


# Without typed words: buttons, lists, parts of pages


def test_a_button_leads_back_to_its_page_and_does_nothing(
    ana: Browser, report: Any, environment: Environment, city: Connection
) -> None:
    number = report()
    merge(environment, CaseRef("phila.gov", number), COMMAND, report())
    before = stored(city)
    for path, page in {
        f"/staff/r/{number}/unmerge": f"/staff/r/{number}/unmerge",
        f"/staff/r/{number}/contact": f"/staff/r/{number}",
        f"/staff/r/{number}/words": f"/staff/r/{number}",
        "/account/sessions/end-others": "/account",
    }.items():
        data = {"csrf": "x", "version": "1", "do": "publish"}
        ana.page = ana.client.post(path, data=data, base_url=HOME, follow_redirects=True)
        assert ana.page.request.path == page
        assert "Press it again" in ana.text
    assert stored(city) == before


@pytest.mark.parametrize(("method", "path"), [("GET", "{}"), ("POST", "{}/contact"), ("GET", "?q=zebra")])
def test_a_part_of_a_page_is_never_the_sign_in_page(
    ana: Browser, report: Any, city: Connection, method: str, path: str
) -> None:
    address = path.format(f"/staff/r/{report()}") if "{}" in path else f"/staff{path}"
    ana.get("/staff")
    end_session(city)
    headers = {"HX-Request": "true", "HX-Current-URL": f"{HOME}/staff"}
    token = forms_of(ana.text, "/staff")[0].values["csrf"][0]
    data = {"csrf": token} if method == "POST" else None
    answer = ana.client.open(address, method=method, base_url=HOME, headers=headers, data=data)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/signin/staff")
    assert b"<form" not in answer.data
    ana.get("/signin/staff")
    ana.send(email=STAFF, password=PASSWORD)
    assert ana.page.request.full_path.rstrip("?") == address.removesuffix("/contact")


@pytest.mark.parametrize("query", ["_external=1&_scheme=javascript", "_anchor=x", "_method=POST", "list=a&list=b"])
def test_the_way_back_stays_on_this_site_whatever_the_address_asks(ana: Browser, city: Connection, query: str) -> None:
    end_session(city)
    ana.get(f"/staff?{query}")
    ana.send(email=STAFF, password=PASSWORD, follow=False)
    assert re.match(r"/staff(\?list=a&list=b)?$", ana.page.headers["Location"])


def test_a_session_says_how_long_it_lasts_and_each_request_prolongs_it(ana: Browser, city: Connection) -> None:
    city.execute(text("UPDATE account_session SET seen_at = seen_at - interval '29 minutes', idle_seconds = 1800"))
    assert 'data-seconds-left="1800"' in ana.get("/account").get_data(as_text=True)
    assert ana.get("/account/session").get_data(as_text=True) == "1800"
    city.execute(text("UPDATE account_session SET ends_at = now() + interval '5 minutes'"))
    assert 290 <= int(ana.get("/account/session").get_data(as_text=True)) <= 300


def test_who_lost_their_role_meanwhile_does_not_see_the_form(
    app: Flask, ana: Browser, pages: dict[str, str], city: Connection
) -> None:
    form = written(app, ana, pages["console.update"], "console.update")
    end_session(city)
    post(ana, form)
    city.execute(text("UPDATE role_grant SET role = 'editor'"))
    ana.send(email=STAFF, password=PASSWORD)
    assert ana.page.status_code == 403
    assert "Typed" not in ana.text
