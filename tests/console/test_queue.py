"""The list of cases: what each queue holds, who sees what of it, filters, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import progress, set_visibility
from open311.actions.cases.relate import merge
from open311.actions.places.load_boundaries import load_boundaries
from open311.actions.publications.publish import publish
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.domain.priority import Priority
from open311.domain.roles import Grant, Role
from open311.models.base import database
from open311.queries.cases import case_list
from open311.queries.cases.case_list import CASES_PER_PAGE, SORTS, Asked
from open311.queries.cases.queues import COUNTED, MAX_COUNTED, Queue, Viewer
from open311.queries.places.boundaries import boundaries_at
from tests.accounts.conftest import STAFF, Browser
from tests.conftest import PLACE
from tests.console.conftest import Desk, counted, link, listed, words
from tests.places.layers import WEST, layer_file, square

CITY = "phila.gov"
BY = Actor("staff:tests")
DUMPING = {"service_code": "SR-ST02", "attribute[property_type]": None, "attribute[materials]": "tires"}
FAR = {"lat": "40.05", "long": "-75.02"}

Alter = Callable[..., None]


@pytest.fixture
def change(city: Connection, environment: Environment) -> Alter:
    """Let columns of a case be as they are after some time."""

    def run(number: str, **columns: Any) -> None:
        setting = ", ".join(f"{name} = :{name}" for name in columns)
        sql = f"UPDATE service_request SET {setting} WHERE service_request_id = :number RETURNING key"
        publish(environment, [city.execute(text(sql), {**columns, "number": number}).scalar_one()])
        database.session.commit()

    return run


@pytest.fixture
def me(city: Connection) -> Callable[[], int]:
    """The account that is signed in."""
    return lambda: city.execute(text("SELECT key FROM account WHERE email = :email"), {"email": STAFF}).scalar_one()


def shown(desk: Browser, query: str) -> list[str]:
    """The numbers that a list shows."""
    assert desk.get(f"/staff?{query}").status_code == 200
    return listed(desk)


# Queues


def test_a_new_case_is_new_until_somebody_has_it(
    desk: Browser, report: Any, environment: Environment, me: Callable[[], int]
) -> None:
    first, second = report(), report(**FAR)
    assert shown(desk, "queue=new") == [first, second]
    assign(environment, CaseRef(CITY, first), BY, assignee=me())
    assert shown(desk, "queue=new") == [second]
    assert shown(desk, "queue=mine") == [first]
    progress(environment, CaseRef(CITY, second), BY, Change(Status.ACKNOWLEDGED))
    assert shown(desk, "queue=new") == []


@pytest.mark.parametrize(
    ("hours", "queue"), [(-1, Queue.OVERDUE), (-100, Queue.OVERDUE), (0.001, Queue.DUE_TODAY), (30, None)]
)
def test_a_case_is_overdue_or_due_today_by_its_promise(
    desk: Browser, report: Any, change: Alter, hours: float, queue: Queue | None
) -> None:
    number = report()
    change(number, expected_datetime=datetime.now(UTC) + timedelta(hours=hours))
    held = {each for each in (Queue.OVERDUE, Queue.DUE_TODAY) if shown(desk, f"queue={each}")}
    assert held == ({queue} if queue else set())


def test_whoever_waits_for_others_is_not_late(
    desk: Browser, report: Any, change: Alter, environment: Environment
) -> None:
    number = report()
    progress(environment, CaseRef(CITY, number), BY, Change(Status.WAITING_ON_REPORTER, text="Which wall?"))
    assert shown(desk, "queue=waiting") == [number]
    assert "Paused" in words(desk)
    assert shown(desk, "queue=overdue") == []


def test_what_a_reporter_disputes_is_in_a_queue_and_not_open(
    desk: Browser, report: Any, environment: Environment
) -> None:
    number = report()
    progress(environment, CaseRef(CITY, number), BY, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."))
    assert shown(desk, "queue=disputed") == []
    progress(environment, CaseRef(CITY, number), Actor("reporter"), Change(Status.DISPUTED))
    assert shown(desk, "queue=disputed") == [number]
    assert shown(desk, "queue=open") == []


def test_of_two_of_a_kind_at_one_place_the_later_is_a_possible_duplicate(
    desk: Browser, report: Any, environment: Environment
) -> None:
    first, later = report(), report(lat="39.9528")
    report(**FAR)
    report(**DUMPING)
    assert shown(desk, "queue=duplicates") == [later]
    merge(environment, CaseRef(CITY, later), BY, first)
    assert shown(desk, "queue=duplicates") == []


@pytest.mark.parametrize(
    ("what", "days", "is_one"),
    [({}, 59, True), ({}, 61, False), (DUMPING, 29, True), (DUMPING, 31, False)],
    ids=["graffiti-59", "graffiti-61", "dumping-29", "dumping-31"],
)
def test_a_possible_duplicate_came_up_to_the_days_of_its_service_after_the_first(
    desk: Browser, report: Any, change: Alter, what: dict[str, Any], days: int, is_one: bool
) -> None:
    first, later = report(**what), report(**what)
    change(first, requested_datetime=datetime.now(UTC) - timedelta(days=days))
    assert shown(desk, "queue=duplicates") == ([later] if is_one else [])


@pytest.mark.parametrize(
    ("what", "metres", "is_one"),
    [({}, 38, True), ({}, 42, False), (DUMPING, 48, True), (DUMPING, 52, False)],
    ids=["graffiti-38", "graffiti-42", "dumping-48", "dumping-52"],
)
def test_a_possible_duplicate_lies_within_the_metres_of_its_service_as_on_the_page_that_merges(
    desk: Browser, report: Any, what: dict[str, Any], metres: int, is_one: bool
) -> None:
    degree = 111_035  # metres of latitude in Philadelphia
    first, later = report(**what), report(**what, lat=f"{float(PLACE['lat']) + metres / degree:.6f}")
    assert shown(desk, "queue=duplicates") == ([later] if is_one else [])
    assert (first in desk.get(f"/staff/r/{later}/merge").get_data(as_text=True)) is is_one


def test_what_is_closed_makes_no_possible_duplicate(desk: Browser, report: Any, environment: Environment) -> None:
    first, _ = report(), report()
    progress(environment, CaseRef(CITY, first), BY, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."))
    assert shown(desk, "queue=duplicates") == []


def test_counts_are_those_of_the_lists(
    desk: Browser, report: Any, environment: Environment, me: Callable[[], int]
) -> None:
    numbers = [report() for _ in range(4)]
    assign(environment, CaseRef(CITY, numbers[0]), BY, assignee=me())
    progress(environment, CaseRef(CITY, numbers[1]), BY, Change(Status.WAITING_ON_REPORTER, text="Which wall?"))
    progress(environment, CaseRef(CITY, numbers[2]), BY, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."))
    progress(environment, CaseRef(CITY, numbers[2]), Actor("reporter"), Change(Status.DISPUTED))
    desk.get("/staff")
    found = counted(desk)
    assert found == {queue: len(shown(desk, f"queue={queue}")) for queue in found}
    assert found[Queue.MINE] == found[Queue.WAITING] == found[Queue.DISPUTED] == 1


def test_counting_stops(city: Connection, desk: Browser, report: Any) -> None:
    report()
    city.execute(
        text(
            "INSERT INTO service_request (jurisdiction, service_request_id, service_code, service_name, department,"
            " agency_responsible, status, requested_datetime, updated_datetime, channel, moderation, private)"
            " SELECT 'phila.gov', 'X' || n, 'SR-CL01', 'Graffiti', 'clip', 'CLIP', 'received', now(), now(), 'api',"
            " 'approved', true FROM generate_series(1, :n) n"
        ),
        {"n": MAX_COUNTED},
    )
    desk.get("/staff")
    assert f"All open {MAX_COUNTED - 1}+" in words(desk)


# Who sees what


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        ({}, "graffiti dumping far"),
        ({"department": "streets"}, "dumping"),
        ({"service": "SR-ST02"}, "dumping"),
        ({"boundary": "ward:5"}, "graffiti dumping"),
        ({"boundary": "ward:5", "department": "streets"}, "dumping"),
        ({"boundary": "ward:999"}, ""),
        ({"jurisdiction": "phila.gov"}, "graffiti dumping far"),
        ({"jurisdiction": "sandbox.phila.gov"}, ""),
    ],
    ids=str,
)
def test_lists_counts_and_cases_end_where_the_grant_ends(
    report: Any, signed_in: Desk, environment: Environment, scope: dict[str, str], sees: str
) -> None:
    cases = {"graffiti": report(), "dumping": report(**DUMPING), "far": report(**FAR)}
    set_visibility(environment, CaseRef(CITY, cases["dumping"]), BY, True)
    browser = signed_in(Role.DEPARTMENT_WORKER, **scope)
    wanted = {cases[name] for name in sees.split()}
    for query in ("queue=open", "queue=everything"):
        assert set(shown(browser, query)) == wanted
        assert f"{len(wanted)} request" in words(browser)
    assert counted(browser)[Queue.OPEN] == counted(browser)[Queue.NEW] == len(wanted)
    for number in cases.values():
        assert browser.get(f"/staff/r/{number}").status_code == (200 if number in wanted else 403)


def test_two_grants_add_up(report: Any, signed_in: Desk, staff: Any) -> None:
    dumping, far, _ = report(**DUMPING), report(**FAR), report()
    browser = signed_in(Role.DEPARTMENT_WORKER, service="SR-ST02")
    (ward,) = boundaries_at(CITY, Point(float(FAR["long"]), float(FAR["lat"])))
    staff(Role.CREW, password="", boundary=ward)
    assert set(shown(browser, "queue=open")) == {dumping, far}


def test_a_department_has_a_queue_of_its_own(report: Any, signed_in: Desk) -> None:
    dumping, _ = report(**DUMPING), report()
    browser = signed_in(Role.DEPARTMENT_WORKER, department="streets")
    assert shown(browser, "queue=team") == [dumping]
    assert Queue.TEAM in counted(browser)


def test_nobody_is_shown_a_queue_that_is_none_of_theirs(desk: Browser, signed_in: Desk) -> None:
    desk.get("/staff")
    assert Queue.TEAM not in counted(desk)
    assert Queue.REVIEW in counted(desk)
    auditor = signed_in(Role.AUDITOR, email="otto@phila.example")
    auditor.get("/staff")
    assert Queue.REVIEW not in counted(auditor)
    assert set(COUNTED) - set(counted(auditor)) == {Queue.TEAM, Queue.REVIEW}


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.SUPERVISOR, ["Requests"]),
        (Role.MODERATOR, ["Requests"]),
        (Role.AUDITOR, ["Requests", "Audit log"]),
        (Role.ADMINISTRATOR, ["Requests", "Audit log", "Accounts"]),
    ],
)
def test_the_way_to_other_pages_is_shown_to_whom_they_open(signed_in: Desk, role: Role, pages: list[str]) -> None:
    browser = signed_in(role)
    browser.get("/staff")
    offered = [page for page in ("Requests", "Audit log", "Accounts") if f">{page}</a>" in browser.text]
    assert offered == pages


# Filters


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ("service_code=SR-ST02", "dumping"),
        ("department=streets", "dumping"),
        ("boundary=ward:5", "graffiti dumping"),
        ("boundary=ward:12", ""),
        ("detailed_status=received", "graffiti dumping"),
        ("detailed_status=in_progress", "far"),
        ("priority=2", "far"),
        ("channel=api", "graffiti dumping far"),
        ("channel=phone", ""),
        ("assignee=me", "dumping"),
        ("assignee=none", "graffiti far"),
        ("q=tires", "dumping"),
        ("q=tag+wall", "graffiti"),
        ("start_date=2020-01-01&end_date=2020-12-31", "old"),
        ("start_date=2030-01-01", ""),
        ("service_code=SR-ST02&q=wall", ""),
        ("service_code=unknown", ""),
    ],
)
def test_a_filter_keeps_what_it_says(
    desk: Browser,
    report: Any,
    environment: Environment,
    change: Alter,
    me: Callable[[], int],
    query: str,
    keeps: str,
) -> None:
    cases = {
        "graffiti": report(),
        "dumping": report(**DUMPING, description="Tires behind the school"),
        "far": report(**FAR, description="Paint on the bridge"),
    }
    assign(environment, CaseRef(CITY, cases["dumping"]), BY, assignee=me())
    prioritise(environment, CaseRef(CITY, cases["far"]), BY, Priority.URGENT)
    progress(environment, CaseRef(CITY, cases["far"]), BY, Change(Status.IN_PROGRESS))
    if keeps == "old":
        set_visibility(environment, CaseRef(CITY, cases["graffiti"]), BY, True)
        change(cases["graffiti"], requested_datetime=datetime(2020, 6, 1, tzinfo=UTC))
        keeps = "graffiti"
    assert set(shown(desk, query)) == {cases[name] for name in keeps.split()}


def test_the_day_on_which_the_clocks_are_put_back_has_25_hours(desk: Browser, report: Any, change: Alter) -> None:
    number = report()
    change(number, requested_datetime=datetime(2026, 11, 2, 4, 30, tzinfo=UTC))
    assert shown(desk, "end_date=2026-11-01") == [number]
    change(number, requested_datetime=datetime(2026, 11, 2, 5, tzinfo=UTC))
    assert shown(desk, "end_date=2026-11-01") == []


def test_a_row_names_the_area_of_the_vintage_that_is_in_force(
    desk: Browser, report: Any, phila: Jurisdiction, tmp_path: Path
) -> None:
    report()
    for ward, year in ((7, 1990), (8, 2000), (9, 2099)):
        file = layer_file(tmp_path, (ward, square(*WEST)))
        load_boundaries([phila], phila.layers["ward"], file, vintage=str(year), valid_from=date(year, 1, 1))
    desk.get("/staff")
    assert re.findall(r'cases__where">.*<span class="aside">(.*?)</span>', desk.text) == ["Ward 8"]


def test_a_private_case_is_found_by_its_words_and_opened_by_its_number(
    desk: Browser, report: Any, environment: Environment
) -> None:
    number = report(description="Something about zebras")
    set_visibility(environment, CaseRef(CITY, number), BY, True)
    assert shown(desk, "q=zebras") == [number]
    assert desk.get(f"/staff?q={number}").request.path == f"/staff/r/{number}"
    assert shown(desk, "q=lions") == []


def test_a_case_that_waits_for_review_is_found_by_its_words(desk: Browser, report: Any, change: Alter) -> None:
    number = report(description="Something about zebras")
    change(number, moderation="pending")
    assert shown(desk, "q=zebras") == [number]


@pytest.mark.parametrize("moderation", ["approved", "pending"])
@pytest.mark.parametrize("words", ["2001", "2005", "2001-2005", "2005 8th"])
def test_both_numbers_of_a_range_of_houses_are_found(
    desk: Browser, report: Any, change: Alter, words: str, moderation: str
) -> None:
    number = report(address_string="2001-2005 S 8TH ST")
    change(number, moderation=moderation)
    assert shown(desk, f"q={words}") == [number]


@pytest.mark.parametrize(
    ("query", "field"),
    [("start_date=soon", "start_date"), ("end_date=9999-12-31", "end_date"), ("assignee=ann", "assignee"),
     ("detailed_status=x", "detailed_status"),
     ("priority=9", "priority"), ("boundary=5", "boundary"), ("boundary=ward:99", "boundary"),
     ("boundary=zip:19147", "boundary"), ("boundary=ward@1990:5", "boundary"), ("ward=99", "boundary"),
     ("zip=19147", "boundary"), ("Wards=5", "boundary")],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_the_field(desk: Browser, query: str, field: str) -> None:
    assert desk.get(f"/staff?{query}").status_code == 422
    assert f'href="#{field}"' in desk.text
    assert f'id="{field}-error"' in desk.text


@pytest.mark.parametrize("query", ["queue=unknown", "sort=unknown", "sort=--due", "after=unknown", "q=%00", "q='%22--"])
def test_an_address_that_makes_no_sense_breaks_nothing(desk: Browser, report: Any, query: str) -> None:
    report()
    assert desk.get(f"/staff?{query}").status_code == 200


# Order and pages


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_case_once_in_order(city: Connection, report: Any, sort: str, descending: bool) -> None:
    wanted = sorted(report(**more) for more in ({}, DUMPING, FAR, {"address": "9 Elm St"}, DUMPING))
    moment = datetime.now(UTC)
    viewer = Viewer(CITY, 0, (Grant(Role.SUPERVISOR),), moment, moment)
    asked = Asked(sort=sort, descending=descending)
    whole = [row.number for row in case_list.page(viewer, asked, "ward")]
    assert sorted(whole) == wanted
    found: list[str] = []
    while len(rows := case_list.page(viewer, replace(asked, after=found[-1] if found else ""), "ward", most=2)) > 2:
        found += [row.number for row in rows[:2]]
    assert found + [row.number for row in rows] == whole


@pytest.mark.parametrize(("sort", "said"), [("due", "ascending"), ("-due", "descending"), ("-what", "descending")])
def test_the_order_is_told_and_can_be_turned(desk: Browser, report: Any, sort: str, said: str) -> None:
    first, second = report(), report(**DUMPING)
    assert set(shown(desk, f"sort={sort}")) == {first, second}
    assert desk.text.count("aria-sort") == desk.text.count(f'aria-sort="{said}"') == 1
    turned = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert turned == "due" or f"sort={turned}" in desk.text


def test_what_is_due_first_comes_first_and_what_has_no_promise_last(desk: Browser, report: Any, change: Alter) -> None:
    soon, never, late = report(), report(), report()
    for number, days in ((soon, 1), (never, None), (late, -3)):
        change(number, expected_datetime=None if days is None else datetime.now(UTC) + timedelta(days=days))
    assert shown(desk, "") == [late, soon, never]
    assert shown(desk, "sort=-due") == [never, soon, late]


def test_open_next_goes_through_the_list(desk: Browser, report: Any) -> None:
    first, second = report(), report(**FAR)
    desk.get("/staff?queue=new")
    assert desk.get(link(desk, "Open next")).request.path == f"/staff/r/{first}"
    assert desk.get(link(desk, "Open next")).request.path == f"/staff/r/{second}"
    assert desk.get(link(desk, "Open next")).request.path == "/staff"


# htmx


def test_htmx_gets_the_list_and_the_counts_alone(desk: Browser, report: Any) -> None:
    number = report()
    part = desk.get("/staff?queue=new", headers={"HX-Request": "true"})
    assert listed(desk) == [number]
    assert "<html" not in desk.text
    assert 'id="queues"' in desk.text
    assert "HX-Request" in part.headers["Vary"]
    whole = desk.get("/staff", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in desk.text
    assert "HX-Request" in whole.headers["Vary"]


def test_a_page_has_fifty_rows_and_costs_as_many_statements_as_one_of_one_row(
    desk: Browser, report: Any, statements: list[str]
) -> None:
    report()
    desk.get("/staff")
    statements.clear()
    desk.get("/staff")
    few = len(statements)
    for _ in range(CASES_PER_PAGE):
        report()
    statements.clear()
    desk.get("/staff")
    assert len(listed(desk)) == CASES_PER_PAGE
    assert len(statements) == few
