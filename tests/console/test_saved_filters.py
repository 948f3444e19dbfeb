"""Filters that are saved: for oneself, or for everybody of a department."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.domain.roles import Role
from tests.accounts.conftest import Browser, log
from tests.console.conftest import Desk, link, listed, words

BEN = "ben@phila.example"


def save(browser: Browser, query: str, name: str, share: str = "") -> int:
    """Save a list as its page does; answers the status."""
    browser.get(f"/staff?{query}")
    kept = re.search(r'id="query" name="query" value="([^"]*)"', browser.text)
    assert kept is not None
    fields = {"query": kept[1].replace("&amp;", "&"), "name": name, "share": share}
    return browser.send("/staff/filters", **fields).status_code


def test_a_list_is_saved_under_a_name_and_opens_again(desk: Browser, report: Any, city: Connection) -> None:
    number, _ = report(description="Zebras"), report()
    assert save(desk, "queue=new&q=zebras&sort=-age", " My  zebras ") == 200
    desk.get("/staff")
    desk.get(link(desk, "My zebras"))
    assert desk.page.request.query_string == b"queue=new&sort=-age&q=zebras"
    assert listed(desk) == [number]
    assert log(city)[-1][1] == "save_filter"


def test_the_same_name_again_replaces_it(desk: Browser, city: Connection) -> None:
    save(desk, "queue=new", "Mornings")
    save(desk, "queue=overdue", "mornings")
    assert city.execute(text("SELECT name, query FROM saved_filter")).all() == [("mornings", "queue=overdue")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_name_is_needed_and_what_was_asked_stays(desk: Browser, report: Any, name: str) -> None:
    assert save(desk, "queue=new&q=wall", name) == 422
    assert 'href="#name"' in desk.text
    assert 'value="queue=new&amp;q=wall"' in desk.text
    assert "Enter a name" in words(desk)


@pytest.mark.parametrize(("department", "seen"), [("streets", True), ("water", False)])
def test_what_is_shared_is_seen_by_the_department(signed_in: Desk, department: str, seen: bool) -> None:
    ana = signed_in(Role.DEPARTMENT_WORKER, department="streets")
    assert save(ana, "queue=overdue", "Late holes", "streets") == 200
    ben = signed_in(Role.DEPARTMENT_WORKER, BEN, department=department)
    ben.get("/staff")
    assert ("Late holes of Ana Works" in words(ben)) is seen


def test_what_is_not_shared_is_seen_by_nobody_else(signed_in: Desk) -> None:
    save(signed_in(Role.DEPARTMENT_WORKER, department="streets"), "queue=overdue", "Late holes")
    ben = signed_in(Role.SUPERVISOR, BEN)
    ben.get("/staff")
    assert "Late holes" not in words(ben)


def test_nobody_shares_with_a_department_that_is_not_theirs(signed_in: Desk, city: Connection) -> None:
    ana = signed_in(Role.DEPARTMENT_WORKER, department="streets")
    ana.get("/staff")
    assert 'value="water"' not in re.search(r'id="share".*?</select>', ana.text, re.DOTALL)[0]  # type: ignore[index]
    assert save(ana, "queue=new", "Theirs", "water") == 403
    assert city.execute(text("SELECT count(*) FROM saved_filter")).scalar_one() == 0


def test_a_filter_is_deleted_by_its_owner_and_nobody_else(signed_in: Desk, city: Connection) -> None:
    ana = signed_in(Role.SUPERVISOR)
    save(ana, "queue=new", "Mornings", "streets")
    key = city.execute(text("SELECT key FROM saved_filter")).scalar_one()
    ben = signed_in(Role.SUPERVISOR, BEN)
    ben.get("/staff")
    assert f"/filters/{key}/delete" not in ben.text
    assert ben.send(f"/staff/filters/{key}/delete").status_code == 404
    ana.get("/staff")
    assert ana.send(f"/staff/filters/{key}/delete").status_code == 200
    assert city.execute(text("SELECT count(*) FROM saved_filter")).scalar_one() == 0
    assert log(city)[-1][1] == "delete_filter"


@pytest.mark.parametrize("query", ["sort=-nothing&queue=none", "javascript:alert(1)", "queue=new&next=//elsewhere"])
def test_only_what_the_list_understands_is_saved(desk: Browser, city: Connection, query: str) -> None:
    desk.get("/staff")
    desk.send("/staff/filters", query=query, name="Odd", share="")
    (kept,) = city.execute(text("SELECT query FROM saved_filter")).scalars()
    assert kept in ("queue=open", "queue=new")
