"""Whose it is: department, team, person; a hand-over keeps number and history and says why."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate, set_visibility
from open311.domain.case_ref import CaseRef
from open311.domain.errors import Conflict, InvalidArgument
from open311.domain.priority import Priority
from tests.conftest import API

STAFF = Actor("staff")
DUMPING = {"service_code": "SR-ST02", "attribute[property_type]": None, "attribute[materials]": "tires"}


@pytest.fixture
def history(city: Connection) -> Any:
    def run(number: str) -> list[Any]:
        return city.execute(
            text(
                "SELECT u.kind, u.public, u.note, u.changes FROM service_request_update u JOIN service_request r"
                " ON r.key = u.service_request WHERE r.service_request_id = :number ORDER BY u.key"
            ),
            {"number": number},
        ).all()

    return run


def test_new_requests_go_where_the_rules_say(city: Connection, report: Any, history: Any) -> None:
    number = report(**DUMPING, description="An accident waiting to happen")
    row = city.execute(text("SELECT department, team, priority FROM service_request")).one()
    assert tuple(row) == ("streets", None, Priority.URGENT)
    assert history(number)[0].note == "Routed by the rule: Danger in the street"


def test_answers_route_too(city: Connection, report: Any) -> None:
    report(**DUMPING, **{"attribute[dump_location]": "park"})
    row = city.execute(text("SELECT department, team, agency_responsible FROM service_request")).one()
    assert tuple(row) == ("parks-recreation", "grounds", "Parks & Recreation")


def test_a_hand_over_keeps_number_and_history_and_says_why(
    client: FlaskClient, environment: Environment, report: Any, history: Any
) -> None:
    number = report(**DUMPING)
    reason = "It lies in the park."
    assign(environment, CaseRef("phila.gov", number), STAFF, department="parks-recreation", reason=reason)
    (case,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert case["agency_responsible"] == "Parks & Recreation"
    kind, public, note, changes = history(number)[-1]
    assert (kind, public, note) == ("assignment", False, reason)
    assert changes["department"] == ["streets", "parks-recreation"]
    assert changes["team"] == ["sanitation", None]


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ({"department": "parks-recreation"}, "needs a reason"),
        ({"department": "nobody", "reason": "x"}, "no department 'nobody'"),
        ({"department": "peco", "reason": "x"}, "outside the city"),
        ({"team": "trees"}, "has no team 'trees'"),
    ],
)
def test_what_cannot_be_assigned_changes_nothing(
    environment: Environment, report: Any, history: Any, what: dict[str, str], fault: str
) -> None:
    number = report(**DUMPING)
    with pytest.raises(InvalidArgument, match=fault):
        assign(environment, CaseRef("phila.gov", number), STAFF, **what)  # type: ignore[arg-type]
    assert len(history(number)) == 1


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(
    city: Connection, environment: Environment, report: Any
) -> None:
    number = report(**DUMPING)
    seen = CaseRef("phila.gov", number, seen_version=1)
    assign(environment, seen, STAFF, team="highways")
    with pytest.raises(Conflict, match="changed meanwhile"):
        assign(environment, seen, STAFF, team="traffic")
    assert city.scalar(text("SELECT team FROM service_request")) == "highways"


def test_priority_and_notes_stay_inside(
    client: FlaskClient, environment: Environment, report: Any, history: Any
) -> None:
    number = report()
    prioritise(environment, CaseRef("phila.gov", number), STAFF, Priority.HIGH, reason="The mayor asked")
    annotate(environment, CaseRef("phila.gov", number), STAFF, "Bring the long ladder")
    assert [row.note for row in history(number)[1:]] == ["The mayor asked", "Bring the long ladder"]
    for path in (f"requests/{number}.json?extensions=true", "servicerequestupdates.json"):
        seen = client.get(f"{API}/{path}").get_data(as_text=True)
        assert "mayor" not in seen
        assert "ladder" not in seen


def test_one_case_can_be_taken_out_of_public_and_shown_again(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    number = report()
    for private, status in ((True, 404), (False, 200)):
        set_visibility(environment, CaseRef("phila.gov", number), STAFF, private)
        assert client.get(f"{API}/requests/{number}.json").status_code == status
