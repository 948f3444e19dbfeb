"""One argument means the same wherever it is asked: in the list, the feed, the updates, and the list of staff."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import set_visibility
from open311.domain.case_ref import CaseRef
from open311.domain.moment import now
from open311.domain.roles import Role
from tests.accounts.conftest import browser, open_browser, run_jobs, signed_in, staff
from tests.conftest import API
from tests.georeport.conftest import case

__all__ = ["browser", "open_browser", "run_jobs", "signed_in", "staff"]

CITY = ZoneInfo("America/New_York")
TODAY = now().astimezone(CITY).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = f"{TODAY:%Y-%m-%d}"
BEFORE = f"{TODAY - timedelta(days=1):%Y-%m-%d}"


@pytest.fixture
def three(put: Any) -> None:
    """The first of today, the last of yesterday, and one of yesterday at noon and elsewhere."""
    put(
        case("today", TODAY),
        case("late", TODAY - timedelta(seconds=1)),
        case("noon", TODAY - timedelta(hours=12), lat=40.0526, service_code="SR-ST01"),
    )


@pytest.fixture
def surfaces(client: FlaskClient, signed_in: Any) -> dict[str, Callable[[str], tuple[int, set[str]]]]:
    """What each answers: the status, and the numbers."""
    desk: list[Any] = []

    def listed(query: str) -> tuple[int, set[str]]:
        answer = client.get(f"{API}/requests.json?{query}")
        return answer.status_code, {row.get("service_request_id", "") for row in answer.get_json()} - {""}

    def feed(query: str) -> tuple[int, set[str]]:
        answer = client.get(f"/feeds/requests.atom?{query}")
        return answer.status_code, set(re.findall(r"2011-03-07:requests/(\w+)</id>", answer.get_data(as_text=True)))

    def staffs(query: str) -> tuple[int, set[str]]:
        desk[:] = desk or [signed_in(Role.SUPERVISOR)]
        desk[0].get(f"/staff?queue=everything&{query}")
        status = {422: 400}.get(desk[0].page.status_code, desk[0].page.status_code)
        return status, set(re.findall(r"data-pane[^>]*>(\w+)</a>", desk[0].text)) if status == 200 else set()

    return {"list": listed, "feed": feed, "staff": staffs}


EVERYWHERE = ("list", "feed", "staff")
QUESTIONS: list[tuple[str, int, set[str]]] = [
    (f"start_date={DAY}&end_date={DAY}", 200, {"today"}),
    (f"start_date={BEFORE}&end_date={BEFORE}", 200, {"late", "noon"}),
    (f"updated_after={DAY}&updated_before={DAY}", 200, {"today"}),
    (f"end_date={BEFORE}", 200, {"late", "noon"}),
    (f"end_date={DAY}T00:00:00", 200, {"today", "late", "noon"}),
    ("lat=39.9526&long=-75.1652", 200, {"today", "late"}),
    ("lat=39.9526&long=-75.1652&radius=500", 200, {"today", "late"}),
    ("lat=39.9526&long=-75.1652&radius=20000", 200, {"today", "late", "noon"}),
    ("lat=39.9526", 400, set()),
    ("radius=100", 400, set()),
    ("lat=&long=&radius=", 200, {"today", "late", "noon"}),
    ("service_code=SR-ST01", 200, {"noon"}),
    ("start_date=yesterday", 400, set()),
    (f"start_date={DAY}&start_date={BEFORE}", 400, set()),
    (f"start_date=&start_date={DAY}", 200, {"today"}),
    ("bbox=1,2,3", 400, set()),
    ("boundary=nowhere:5", 400, set()),
    ("status=shut", 400, set()),
]


@pytest.mark.parametrize(("query", "status", "numbers"), QUESTIONS, ids=[query for query, _, _ in QUESTIONS])
def test_an_argument_answers_alike_on_every_surface(
    three: None, surfaces: Any, query: str, status: int, numbers: set[str]
) -> None:
    assert {name: surfaces[name](query) for name in EVERYWHERE} == dict.fromkeys(EVERYWHERE, (status, numbers))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (f"start_date={DAY}&end_date={DAY}", {"today"}),
        (f"start_date={BEFORE}&end_date={BEFORE}", {"late", "noon"}),
        (f"end_date={BEFORE}", {"late", "noon"}),
        (f"start_date=&start_date={DAY}", {"today"}),
        ("page_size=5000", {"today", "late", "noon"}),
    ],
)
def test_days_and_pages_of_the_list_of_updates_are_those_of_the_list(
    client: FlaskClient, three: None, query: str, numbers: set[str]
) -> None:
    rows = client.get(f"{API}/servicerequestupdates.json?{query}").get_json()
    assert {row["service_request_id"] for row in rows} == numbers


def test_ninety_days_between_two_days_are_not_too_many(client: FlaskClient) -> None:
    first = f"{TODAY - timedelta(days=90):%Y-%m-%d}"
    for path in ("requests", "servicerequestupdates"):
        assert client.get(f"{API}/{path}.json?start_date={first}&end_date={DAY}").status_code == 200
        before = f"{TODAY - timedelta(days=91):%Y-%m-%d}"
        assert client.get(f"{API}/{path}.json?start_date={before}&end_date={DAY}").status_code == 400


@pytest.mark.parametrize("days", ["2026-03-08", "2026-11-01"])
def test_a_day_ends_with_its_last_moment_where_clocks_change(client: FlaskClient, put: Any, days: str) -> None:
    last = (TODAY.replace(year=2026, month=int(days[5:7]), day=int(days[8:])) + timedelta(days=1)) - timedelta(
        seconds=1
    )
    put(case("1", last))
    answer = client.get(f"{API}/requests.json?start_date={days}&end_date={days}").get_json()
    assert [row["service_request_id"] for row in answer] == ["1"]


@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("typed", ["cafe", "CAFÉ", "café", "ｃａｆｅ", "Senora Pena", "peña", "Pen%CC%83a", "strasse"])
def test_words_are_found_without_regard_to_accents_and_case(report: Any, surfaces: Any, name: str, typed: str) -> None:
    number = report(description="Basura frente al café de la señora Peña, Große Straße")
    assert surfaces[name](f"q={typed}") == (200, {number})
    assert surfaces[name]("q=cafeteria") == (200, set())


def test_staff_find_what_is_not_public_without_regard_to_accents_too(
    report: Any, surfaces: Any, environment: Environment
) -> None:
    number = report(description="Đường cafés, GROẞE Straße")
    set_visibility(environment, CaseRef("phila.gov", number), Actor("staff:test"), private=True)
    for typed in ("duong", "Cafés", "große", "grosse+strasse"):
        assert surfaces["staff"](f"q={typed}") == (200, {number})
        assert surfaces["list"](f"q={typed}") == (200, set())
