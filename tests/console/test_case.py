"""A case as staff see it: everything, but people only behind a button that is noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate, comment, endorse, progress, set_visibility
from open311.actions.cases.refer import refer
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Status
from open311.domain.priority import Priority
from open311.domain.roles import MATRIX, Act, Role
from tests.accounts.conftest import HOME, Browser, log
from tests.console.conftest import Desk, words

CITY = "phila.gov"
BY = Actor("staff:tests")
ANN = {"first_name": "Zelda", "last_name": "Quux", "email": "zelda@mail.example", "phone": "215-555-0100"}


def photo() -> tuple[BytesIO, str]:
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "jpeg")
    written.seek(0)
    return written, "wall.jpg"


@pytest.fixture
def read(desk: Browser) -> Callable[[str], str]:
    """The words of a case's page."""

    def run(number: str) -> str:
        assert desk.get(f"/staff/r/{number}").status_code == 200
        return words(desk)

    return run


def test_a_case_shows_what_was_said_and_where_it_is(read: Callable[[str], str], report: Any) -> None:
    page = read(report(description="A tag\non the wall", address="1401 JFK Blvd", zipcode="19102"))
    for said in ("A tag on the wall", "1401 JFK Blvd, 19102", "Sample ward 5", "39.95260, -75.16520", "Nobody"):
        assert said in page
    assert "City property, such as a park" in page
    assert "Community Life Improvement Program" in page


@pytest.mark.parametrize("place", [{"lat": None, "long": None, "address": "Somewhere"}, {"lat": "0", "long": "0"}])
def test_a_case_without_a_place_or_far_from_all_wards_is_shown_without_a_map(
    desk: Browser, report: Any, place: dict[str, str]
) -> None:
    assert desk.get(f"/staff/r/{report(**place)}").status_code == 200
    assert '<svg class="map"' not in desk.text


def test_the_map_has_the_ward_its_neighbours_and_the_place(desk: Browser, report: Any) -> None:
    desk.get(f"/staff/r/{report()}")
    drawn = re.search(r'<svg class="map".*?</svg>', desk.text, re.DOTALL)
    assert drawn is not None
    assert drawn[0].count('class="home"') == 1
    assert drawn[0].count("<path d=") > 3
    x, y = map(float, re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", drawn[0]).groups())  # type: ignore[union-attr]
    assert 0 < x < 360
    assert 0 < y < 240


# History


def test_public_and_internal_are_told_apart(desk: Browser, report: Any, environment: Environment) -> None:
    number = report()
    comment(environment, CaseRef(CITY, number), BY, Change(text="We look into it"))
    annotate(environment, CaseRef(CITY, number), BY, "The key is at the gate")
    progress(
        environment, CaseRef(CITY, number), BY, Change(Status.IN_PROGRESS, text="A crew comes", note="Bring a ladder")
    )
    desk.get(f"/staff/r/{number}")
    moments = re.findall(r'<li class="moment moment--(\w+)">(.*?)</li>', desk.text, re.DOTALL)
    told = [(kind, re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", each))) for kind, each in moments]
    assert [kind for kind, _ in told] == ["public", "inside", "public", "public"]
    assert "A crew comes Internal Bring a ladder" in told[0][1]
    assert "Note Internal The key is at the gate" in told[1][1]
    assert "Comment Public We look into it" in told[2][1]
    assert "Received Public" in told[3][1]


def test_who_got_it_and_what_changed_is_told(
    read: Callable[[str], str], report: Any, environment: Environment, staff: Any
) -> None:
    number = report()
    ben = staff(Role.CREW, "ben@phila.example", "")
    prioritise(environment, CaseRef(CITY, number), BY, Priority.URGENT)
    assign(environment, CaseRef(CITY, number), BY, assignee=ben)
    assign(environment, CaseRef(CITY, number), BY, department="streets", team="highways", reason="It is a street")
    page = read(number)
    assert "Assigned to Ana Works" in page
    assert "Priority: Normal → Urgent" in page
    assert "Handed over" in page
    assert "Department: Community Life Improvement Program → Streets Department" in page
    assert "Team: nothing → Highways" in page
    assert "It is a street" in page


def test_letters_and_what_reporters_say_are_part_of_it(
    read: Callable[[str], str], report: Any, environment: Environment, city: Connection, app: Any, run_jobs: Any
) -> None:
    number = report(email="zelda@mail.example")
    run_jobs()
    page = read(number)
    assert "Letter to the reporter: received" in page
    assert "zelda" not in page


def test_a_promise_that_is_broken_says_so(read: Callable[[str], str], report: Any, environment: Environment) -> None:
    number = report()
    assert "late" not in read(number)
    progress(environment, CaseRef(CITY, number), BY, Change(Status.WAITING_ON_REPORTER, text="Which wall?"))
    page = read(number)
    assert "Due Paused" in page
    assert "look again" in page


# What lies around


def test_what_belongs_together_lies_near_or_is_outside_is_shown(
    read: Callable[[str], str], report: Any, environment: Environment
) -> None:
    number, same, near = report(), report(), report(lat="39.95275", service_code="SR-CL01")
    report(lat="39.9600")
    merge(environment, CaseRef(CITY, same), BY, number)
    (part,) = split(environment, CaseRef(CITY, number), BY, [Part("SR-CL02", "The other half")])
    endorse(CaseRef(CITY, number), channel="web")
    refer(environment, CaseRef(CITY, number), BY, "pgw")
    page = read(number)
    assert f"{same} Graffiti Removal Referred duplicate of this" in page
    assert f"{part} " in page
    assert "part of this" in page
    assert f"{near} Graffiti Removal Received 17 m away" in page
    assert "Philadelphia Gas Works" in page
    assert "2 “me too”" in page
    assert "this is a duplicate of it" in read(same)


def test_the_neighbourhood_is_narrowed_by_grants(report: Any, signed_in: Desk) -> None:
    graffiti = report()
    dumping = report(**{"service_code": "SR-ST02", "attribute[property_type]": None, "attribute[materials]": "tires"})
    browser = signed_in(Role.DEPARTMENT_WORKER, service="SR-CL01")
    browser.get(f"/staff/r/{graffiti}")
    assert dumping not in browser.text


# People


def test_nobody_is_named_before_somebody_asks_and_asking_is_noted(desk: Browser, report: Any, city: Connection) -> None:
    number, other = report(**ANN), report(email=ANN["email"], lat="40.05", long="-75.02")
    before = log(city)
    desk.get(f"/staff/r/{number}")
    assert not [word for word in ("Zelda", "Quux", "zelda@", "0100") if word in desk.text]
    assert other not in words(desk)
    assert log(city) == before
    desk.send(f"/staff/r/{number}/contact")
    assert all(word in words(desk) for word in ("Zelda Quux", "zelda@mail.example", "215-555-0100"))
    assert f"By the same person {other}" in words(desk)
    assert [entry[1:] for entry in log(city)[len(before) :]] == [("read_personal", f"service_request:{number}")]


@pytest.mark.parametrize("role", [role for role in Role if Act.READ in MATRIX[role]])
def test_people_are_shown_to_the_roles_that_may_read_of_them(signed_in: Desk, report: Any, role: Role) -> None:
    number = report(**ANN)
    browser = signed_in(role)
    browser.get(f"/staff/r/{number}")
    allowed = Act.READ_PERSONAL in MATRIX[role]
    assert ("Show contact" in browser.text) is allowed
    status = browser.send(f"/staff/r/{number}/contact").status_code
    assert (status, "Zelda" in browser.text) == ((200, True) if allowed else (403, False))


def test_a_person_of_another_department_is_not_shown(signed_in: Desk, report: Any) -> None:
    number = report(**ANN)
    browser = signed_in(Role.DEPARTMENT_WORKER, department="streets")
    browser.get("/staff")
    assert browser.send(f"/staff/r/{number}/contact").status_code == 403
    assert "Zelda" not in browser.text


def test_an_answer_that_is_not_public_is_personal(desk: Browser, report: Any, city: Connection) -> None:
    number = report()
    city.exec_driver_sql(
        "INSERT INTO answer (service_request, position, code, question, datatype, public, values, names)"
        " SELECT key, 9, 'gate', 'Which gate code?', 'string', false, '{4711}', '{4711}' FROM service_request"
    )
    desk.get(f"/staff/r/{number}")
    assert "4711" not in desk.text
    assert "1 answer that is not public" in words(desk)
    desk.send(f"/staff/r/{number}/contact")
    assert "Which gate code? 4711" in words(desk)


# Photos


def test_a_photo_is_shown_to_staff_also_where_it_is_not_public(
    desk: Browser, report: Any, environment: Environment, signed_in: Desk
) -> None:
    number, other = report(media=photo()), report()
    set_visibility(environment, CaseRef(CITY, number), BY, True)
    desk.get(f"/staff/r/{number}")
    (address,) = re.findall(r'<a href="(/staff/r/\w+/photo/[^"]+)"', desk.text)
    assert desk.client.get(address, base_url=HOME).content_type == "image/jpeg"
    assert desk.client.get(address.replace(number, other), base_url=HOME).status_code == 404
    stranger = signed_in(Role.DEPARTMENT_WORKER, email="otto@phila.example", department="streets")
    assert stranger.client.get(address, base_url=HOME).status_code == 403


# Getting there


@pytest.mark.parametrize("number", ["0", "unknown", "1000001%27", "%00"])
def test_a_case_that_is_not_there_is_a_page_that_says_so(desk: Browser, number: str) -> None:
    assert desk.get(f"/staff/r/{number}").status_code == 404


def test_a_case_is_a_part_of_a_page_for_htmx(desk: Browser, report: Any) -> None:
    answer = desk.get(f"/staff/r/{report()}", headers={"HX-Request": "true"})
    assert desk.text.lstrip().startswith("<article")
    assert "HX-Request" in answer.headers["Vary"]


def test_what_residents_wrote_is_text_and_nothing_else(read: Any, desk: Browser, report: Any) -> None:
    number = report(description="<script>alert(1)</script>", address="<b>here</b>")
    for path in (f"/staff/r/{number}", "/staff"):
        desk.get(path)
        assert "<script>alert" not in desk.text
        assert "<b>here" not in desk.text


@pytest.mark.parametrize(("role", "path"), [(Role.DEPARTMENT_WORKER, "/staff"), (Role.EDITOR, "/account")])
def test_staff_begin_with_their_list(browser: Browser, staff: Any, role: Role, path: str) -> None:
    staff(role)
    browser.sign_in()
    assert browser.page.request.path == path
