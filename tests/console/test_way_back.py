"""The list from which a case was opened is not forgotten: every page, link and form about the case carries it along."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.domain.case_ref import CaseRef
from tests.accounts.conftest import HOME, Browser
from tests.console.acting import Hand
from tests.console.conftest import link

LIST = "queue=overdue&sort=-age&service_code=SR-CL01"
CLOSE = {"status": "closed", "outcome": "resolved", "text": "We painted it over."}


def lists(html: str) -> set[str]:
    """The lists that links and forms about cases carry; empty text for one that carries none."""
    main = html.partition("<main")[2]
    addresses = [unescape(each) for each in re.findall(r'(?:href|action|hx-post)="(/staff/r/[^"#]+)', main)]
    about = [urlsplit(each) for each in addresses if "/photo/" not in each]
    return {parse_qs(each.query).get("list", [""])[0] for each in about}


@pytest.fixture
def story(report: Any, environment: Environment) -> str:
    """A case with a part, a duplicate and a neighbor."""
    number, other, _ = report(email="maria@example.org"), report(), report()
    split(environment, CaseRef("phila.gov", number), Actor("staff:tests"), [Part("SR-CL02", "The other half")])
    merge(environment, CaseRef("phila.gov", other), Actor("staff:tests"), number)
    return number


@pytest.mark.parametrize("page", ["", "/update", "/ask", "/assign", "/merge", "/split", "/refer", "/unmerge"])
def test_no_link_or_form_about_a_case_drops_the_list(desk: Browser, story: str, page: str) -> None:
    desk.page = desk.client.get(f"/staff/r/{story}{page}", query_string={"list": LIST}, base_url=HOME)
    assert lists(desk.text) == {LIST}


ACTS = {
    "update": ("preview", CLOSE),
    "ask": ("preview", {"text": "Which wall?"}),
    "assign": ("me", {"desk": "clip"}),
    "split": ("", {"service1": "SR-CL02", "text1": "The other half"}),
    "refer": ("preview", {"body": "pgw"}),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_queue_is_the_same_after_an_act(hand: Any, act: str) -> None:
    who: Hand = hand()
    do, fields = ACTS[act]
    browser = who.browser
    browser.page = browser.client.get(f"/staff/r/{who.number}/{act}", query_string={"list": LIST}, base_url=HOME)
    for each in dict.fromkeys((do, "send" if do == "preview" else do)):
        address = unescape(re.search(r'<form method="post"[^>]* action="([^"#]+)#preview"', browser.text)[1])  # type: ignore[index]
        form = {**who.hidden, **fields, "do": each}
        browser.page = browser.client.post(address, data=form, base_url=HOME, content_type="multipart/form-data")
    assert browser.page.status_code == 303, who.words
    browser.get(browser.page.headers["Location"])
    assert link(browser, "Overdue") == f"/staff?{LIST}"
    assert link(browser, "Open next") == f"/staff/next?{LIST}&after={who.number}"


def test_the_page_of_the_list_is_kept_too(desk: Browser, report: Any) -> None:
    number, before = report(), report()
    desk.get(f"/staff?queue=new&after={before}&sort=-number")
    (address,) = {unescape(each) for each in re.findall(r'href="(/staff/r/[^"]+)"', desk.text)}
    desk.get(address)
    assert f"/staff/r/{number}" in desk.page.request.path
    assert link(desk, "New, not assigned") == f"/staff?queue=new&sort=-number&after={before}"


def test_taking_a_saved_filter_away_leaves_the_list(desk: Browser, report: Any) -> None:
    desk.get(f"/staff?{LIST}")
    desk.send("/staff/filters", query=LIST, name="Late tags")
    (address,) = re.findall(r'action="(/staff/filters/\d+/delete[^"]*)"', desk.text)
    desk.send(unescape(address))
    assert desk.page.request.query_string.decode() == LIST
