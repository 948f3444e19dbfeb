"""Every form tells all that it lacks at once, in the order of the page, each fault with a link to its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import Connection

from open311.actions.accounts.account_links import make_link
from open311.actions.base.environment import Environment
from tests.accounts.conftest import HOME, STAFF, Browser, open_browser, staff
from tests.accounts.conftest import _quick_hashes as quick_hashes
from tests.web.test_kept_forms import ana, form_for, pages

__all__ = ["ana", "open_browser", "pages", "quick_hashes", "staff"]

GOOD_EMAIL = "ann@example.org"
LACKS: Mapping[str, tuple[str, dict[str, str], dict[str, str]]] = {
    # endpoint: what is pressed and chosen, and what each required field would take, in the order of the page
    "console.update close": ("preview", {"status": "closed"}, {"outcome": "resolved", "text": "Done."}),
    "console.update schedule": ("preview", {"status": "scheduled"}, {"scheduled": "2099-01-01"}),
    "console.update nothing": ("preview", {}, {"status": "in_progress"}),
    "console.ask": ("preview", {}, {"text": "Which wall?"}),
    "console.assign": ("assign", {"desk": "streets"}, {"reason": "Theirs"}),
    "console.assign nobody": ("assign", {}, {"desk": "clip"}),
    "console.merge": ("preview", {}, {"number": "0"}),
    "console.split halves": ("", {"service2": "SR-CL02", "text1": "One"}, {"service1": "SR-CL02", "text2": "Two"}),
    "console.split": ("", {}, {"service1": ""}),
    "console.refer": ("preview", {}, {"body": "pgw"}),
    "console.bulk nothing": ("hold", {"note": "x"}, {"act": "note"}),
    "console.bulk assign": ("hold", {"act": "assign"}, {"desk": "clip", "reason": "Theirs"}),
    "console.bulk note": ("hold", {"act": "note"}, {"note": "x"}),
    "console.bulk close": ("hold", {"act": "update", "status": "closed"}, {"outcome": "resolved", "text": "Done."}),
    "console.bulk priority": ("hold", {"act": "priority"}, {"priority": "1"}),
    "console.save_filter": ("", {}, {"name": "Mine"}),
    "console.review": ("redact", {"left1": "x", "top3": "y"}, {"left1": "", "left3": "1"}),
    "console.crew_done": ("", {"outcome": "resolved", "text": ""}, {"text": "Done.", "why": "Too dark"}),
    "sign_in.start": ("", {}, {"email": GOOD_EMAIL}),
    "sign_in.staff": ("", {}, {"email": GOOD_EMAIL, "password": "x"}),
    "sign_in.forgotten": ("", {}, {"email": GOOD_EMAIL}),
    "own.password": ("", {}, {"old": "x", "new": "y"}),
    "own.second_factor": ("", {}, {"code": "1"}),
    "following.service": ("", {}, {"service": "SR-CL01", "email": GOOD_EMAIL}),
    "following.boundary": ("", {}, {"boundary": "ward:5", "email": GOOD_EMAIL}),
    "drawing.place": ("", {}, {"lat": "39.95", "email": GOOD_EMAIL}),
    "drawing.area": ("", {}, {"area": "1,1\n1,2\n2,2", "email": GOOD_EMAIL}),
    "sign_in.password": ("", {}, {"new": "four words are good"}),
}
"""What every form lacks when it is sent with only this chosen."""
MORE_PAGES = {
    "own.password": "/account/password",
    "own.second_factor": "/account/second-factor",
    "following.service": "/follow/service",
    "following.boundary": "/follow/boundary",
    "drawing.place": "/follow/place",
    "drawing.area": "/follow/area",
}


def told(browser: Browser, number: str) -> list[str]:
    """The names of the fields in the summary of faults, which must be in the order of the page and have their words."""
    page = html.fromstring(browser.text)
    names = [
        each.get("href").removeprefix("#")
        for each in page.xpath("//ul[contains(@class, 'govuk-error-summary__list')]//a")
    ]
    places = {each.get("id"): place for place, each in enumerate(page.iter()) if each.get("id")}
    assert all(name in places for name in names), (names, "no such field on the page")
    assert names == sorted(names, key=places.__getitem__)
    assert all(f"{name}-error" in places for name in names)
    return [re.sub(rf"-{number}$", "", name) for name in names]


@pytest.mark.parametrize("case", LACKS)
def test_all_that_is_missing_is_told_at_once_in_page_order(
    app: Flask,
    ana: Browser,
    open_browser: Callable[[], Browser],
    pages: dict[str, str],
    environment: Environment,
    city: Connection,
    case: str,
) -> None:
    endpoint, _, _ = case.partition(" ")
    do, chosen, required = LACKS[case]
    browser = open_browser() if endpoint.startswith(("sign_in", "following", "drawing")) else ana
    link = (make_link(environment, STAFF, "password", timedelta(hours=1)) or "").removeprefix(HOME)
    path = link if endpoint == "sign_in.password" else {**pages, **MORE_PAGES}[endpoint]

    def lacking(given: dict[str, str]) -> list[str]:
        browser.get(path)
        form = form_for(app, browser, endpoint)
        typed = {*form.typed(), *form.secrets}
        empty = {name: values for name, values in form.values.items() if name not in typed}
        data: dict[str, Any] = {**empty, **chosen, **given, "do": do}
        browser.page = browser.client.post(form.action, data=data, base_url=HOME)
        number = re.search(r"\d+$", form.path)
        return told(browser, number[0] if number else "") if browser.page.status_code == 422 else []

    everything = lacking({})
    assert browser.page.status_code == 422
    assert everything == list(required)
    for name, value in required.items():
        assert set(lacking({name: value})) - {name} == set(required) - {name}
