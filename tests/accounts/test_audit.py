"""The audit log keeps who did what, and nothing else; nobody rewrites it; reading about people is noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from open311.actions.base.actor import Actor, note_act
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress
from open311.actions.cases.reporter import read_personal
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import Conflict, NotAllowed
from open311.domain.lifecycle import Status
from open311.domain.roles import Act, Grant, OwnAct, Role
from open311.queries.accounts.audit import AuditSearch, audit_entries
from tests.accounts.conftest import Browser, Staff, log

CITY = "phila.gov"


@pytest.mark.parametrize(
    "change", ["UPDATE audit_log SET account = NULL", "DELETE FROM audit_log", "TRUNCATE audit_log CASCADE"]
)
def test_the_log_cannot_be_rewritten(city: Connection, staff: Staff, change: str) -> None:
    staff()
    before = log(city)
    assert before
    with pytest.raises(IntegrityError, match="append-only"), city.begin_nested():
        city.execute(text(change))
    assert log(city) == before


@pytest.mark.parametrize("target", ["Ana Works", "account:7 said so", "person:ann@mail.example", "account", ""])
def test_the_log_takes_neither_sentences_nor_addresses(city: Connection, target: str) -> None:
    with pytest.raises(IntegrityError), city.begin_nested():
        city.execute(text("INSERT INTO audit_log (act, target) VALUES ('note', :target)"), {"target": target})


def test_the_log_names_nobody(environment: Environment, city: Connection, staff: Staff, report: Any) -> None:
    number = report(first_name="Ann", email="ann@mail.example")
    actor = Actor("staff", account=staff(), grants=(Grant(Role.DEPARTMENT_WORKER),))
    comment(environment, CaseRef(CITY, number), actor, Change(text="Ann, we come on Monday"))
    read_personal(CaseRef(CITY, number), actor)
    written = " ".join(map(str, city.execute(text("SELECT audit_log::text FROM audit_log")).scalars()))
    assert not [word for word in ("Ann", "Ana", "ann@", "ana@", "Monday") if word in written]


def test_reading_who_reported_is_noted_also_where_nobody_did(city: Connection, staff: Staff, report: Any) -> None:
    actor = Actor("staff", account=staff(), grants=(Grant(Role.DEPARTMENT_WORKER),))
    known, unknown = report(first_name="Ann", last_name="Lee", email="ann@mail.example", phone="215-555-0100"), report()
    (reporter,) = read_personal(CaseRef(CITY, known), actor).reporters
    assert (reporter.first_name, reporter.last_name) == ("Ann", "Lee")
    assert {each.kind: each.value for each in reporter.contacts}["email"] == "ann@mail.example"
    assert read_personal(CaseRef(CITY, unknown), actor).reporters == []
    wanted = [(actor.account, "read_personal", f"service_request:{number}") for number in (known, unknown)]
    assert log(city)[-2:] == wanted


def test_what_is_refused_is_neither_done_nor_noted(
    environment: Environment, city: Connection, staff: Staff, report: Any
) -> None:
    number = report()
    before = log(city)
    key = staff(Role.CREW)
    after_grant = log(city)
    with pytest.raises(NotAllowed):
        read_personal(CaseRef(CITY, number), Actor("staff", account=key, grants=(Grant(Role.CREW),)))
    assert log(city) == after_grant != before


def test_an_act_that_comes_too_late_is_not_noted(environment: Environment, city: Connection, report: Any) -> None:
    number, before = report(), log(city)
    with pytest.raises(Conflict):
        progress(environment, CaseRef(CITY, number, 99), Actor("staff"), Change(Status.IN_PROGRESS))
    assert log(city) == before


def test_a_number_with_blanks_is_a_target_too(environment: Environment, city: Connection, report: Any) -> None:
    report()
    city.execute(text("UPDATE service_request SET service_request_id = 'SR 7@old'"))
    comment(environment, CaseRef(CITY, "SR 7@old"), Actor("staff"), Change(text="From another system"))
    assert log(city)[-1][2] == "service_request:SR%207%40old"


# Searching


@pytest.fixture
def entries(city: Connection, staff: Staff) -> int:
    """Some entries; answers the account."""
    key = staff(Role.AUDITOR)
    note_act(key, Act.CLOSE, "service_request:1", CITY)
    note_act(key, Act.CLOSE, "service_request:2", "sandbox")
    note_act(None, Act.CLOSE, "service_request:1", CITY)
    note_act(key, OwnAct.SIGN_OUT, f"account:{key}")
    return key


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"act": "close"}, 3),
        ({"act": "close", "target": "service_request:1"}, 2),
        ({"jurisdiction": "sandbox"}, 1),
        ({"act": "close", "target": "service_request:1", "jurisdiction": "sandbox"}, 0),
        ({"act": "sign_out"}, 1),
    ],
)
def test_the_log_is_searched_by_all_that_is_given(entries: int, wanted: dict[str, str], found: int) -> None:
    assert len(audit_entries(AuditSearch(**wanted))) == found  # type: ignore[arg-type]


def test_the_log_is_searched_by_account_and_time(entries: int, city: Connection) -> None:
    assert len(audit_entries(AuditSearch(account=entries, act="close"))) == 2
    moment = city.execute(text("SELECT clock_timestamp()")).scalar_one()
    assert audit_entries(AuditSearch(since=moment)) == []
    assert audit_entries(AuditSearch(until=moment - timedelta(hours=1))) == []
    assert len(audit_entries(AuditSearch(since=moment - timedelta(hours=1), until=moment))) == len(log(city))


def test_the_log_is_read_in_pages_the_newest_first(entries: int) -> None:
    everything = [entry.key for entry in audit_entries()]
    assert everything == sorted(everything, reverse=True)
    first = audit_entries(limit=2)
    assert [entry.key for entry in first + audit_entries(AuditSearch(before=first[-1].key))] == everything


@pytest.mark.parametrize(
    "wanted", ["account = 7", "act = 'close'", "target = 'service_request:1'", "at < now() - interval '1 day'"]
)
def test_an_index_serves_every_search(city: Connection, wanted: str) -> None:
    city.execute(
        text("INSERT INTO audit_log (act, target) SELECT 'note', 'case:' || n FROM generate_series(1, 5000) n")
    )
    city.execute(text("ANALYZE audit_log"))
    query = f"EXPLAIN SELECT * FROM audit_log WHERE {wanted} ORDER BY key DESC LIMIT 100"
    plan = "\n".join(city.execute(text(query)).scalars())
    assert "Index Scan" in plan or "Bitmap Index" in plan
    assert "pk_audit_log" not in plan


def test_auditors_search_in_a_page_and_that_is_noted(signed_in: Callable[..., Browser], city: Connection) -> None:
    browser = signed_in(Role.AUDITOR)
    browser.get("/admin/audit?act=manage_accounts")
    assert browser.text.count("<td") % 5 == 0
    assert "manage accounts" in browser.text
    assert "command line" in browser.text
    assert log(city)[-1][1:] == ("read_audit", "audit_log:")


@pytest.mark.parametrize("query", ["account=x", "day=yesterday", "day=9999-12-31", "account=99999999999999999999"])
def test_a_search_that_cannot_be_read_is_said_so(signed_in: Callable[..., Browser], query: str) -> None:
    browser = signed_in(Role.AUDITOR)
    assert browser.get(f"/admin/audit?{query}").status_code == 422
    assert browser.title.startswith("Error: ")


def test_a_day_is_one_of_the_city(signed_in: Callable[..., Browser], city: Connection) -> None:
    browser = signed_in(Role.AUDITOR)
    today = city.execute(text("SELECT to_char(clock_timestamp() AT TIME ZONE 'America/New_York', 'YYYY-MM-DD')"))
    browser.get(f"/admin/audit?day={today.scalar_one()}&act=sign_in")
    assert "Nothing fits" not in browser.text
    browser.get("/admin/audit?day=2001-01-01")
    assert "Nothing fits" in browser.text
    insert = text(
        "INSERT INTO audit_log (at, act, target) VALUES ('2026-11-01T23:30-05:00', 'sign_in', 'account:late')"
    )
    city.execute(insert)
    browser.get("/admin/audit?day=2026-11-01")
    assert "account:late" in browser.text
