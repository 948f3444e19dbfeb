"""Words that look like personal data are public nowhere until staff have decided, and each decision can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.held_words import hold_words, publish_words, remove_personal
from open311.actions.cases.progress import moderate
from open311.actions.cases.redact import redact_description
from open311.actions.cases.relate import merge
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.exposure import Moderation
from open311.models.base import database
from tests.conftest import API

STAFF = Actor("staff:tests")
PHONE = "215-555-0142"
SAID = f"Tires behind the school. Call me at {PHONE}."


def ref(number: str) -> CaseRef:
    return CaseRef("phila.gov", number)


@pytest.fixture
def public(client: FlaskClient) -> Callable[[str], str]:
    """Everything that everybody may read about a case, in one text."""

    def run(number: str) -> str:
        pages = (
            f"{API}/requests/{number}.json?extensions=true",
            f"{API}/requests/{number}.xml?extensions=true",
            f"{API}/requests.json?extensions=true&service_request_id={number}",
            f"{API}/servicerequestupdates.json?service_request_id={number}",
            f"/feeds/requests/{number}.atom",
            "/feeds/requests.atom",
        )
        found = []
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, page
            found.append(answer.get_data(as_text=True))
        return "\n".join(found)

    return run


def seen(client: FlaskClient, number: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/requests/{number}.json").get_json()[0]
    return found


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        ({"description": SAID}, PHONE),
        ({"description": "Write to ann@example.org"}, "ann@example.org"),
        ({"description": "My card is 4111 1111 1111 1111"}, "4111"),
        ({"address_string": f"1401 JFK Blvd, ring {PHONE}"}, PHONE),
        ({"attribute[paint_color]": f"red, ask {PHONE}"}, PHONE),
    ],
)
def test_words_that_look_personal_are_public_nowhere_and_the_report_is(
    client: FlaskClient, report: Any, public: Any, fields: dict[str, str], secret: str
) -> None:
    number = report(**fields)
    assert secret not in public(number)
    shown = seen(client, number)
    assert (shown["service_code"], shown["status"], shown["lat"]) == ("SR-CL01", "open", 39.9526)
    assert number not in str(client.get(f"{API}/requests.json?q=5550142").get_json())
    assert number not in str(client.get(f"{API}/requests.json?q={PHONE}").get_json())


@pytest.mark.parametrize(
    "said",
    ["A tag on the wall at 1401 JFK Blvd, 19102-1234", "Philly311 said to report it: 215-686-8686", "Case 2155550142"],
)
def test_other_words_are_public_at_once(client: FlaskClient, report: Any, said: str) -> None:
    assert seen(client, report(description=said))["description"] == said


def test_answers_that_are_not_public_anyway_hold_nothing_back(
    client: FlaskClient, report: Any, city: Connection
) -> None:
    car = {"service_code": "SR-PD01", "attribute[vehicle_type]": "car", "attribute[color]": "red"}
    number = report(**car, **{"attribute[license_plate]": PHONE, "attribute[property_type]": None})
    assert city.scalar(text("SELECT withheld FROM service_request WHERE service_request_id = :n"), {"n": number}) == []


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_the_receipt_says_what_is_withheld_and_why(client: FlaskClient, api_key: str, suffix: str) -> None:
    form = {"service_code": "SR-CL01", "attribute[property_type]": "public", "lat": "39.95", "long": "-75.16"}
    answer = client.post(f"{API}/requests.{suffix}", data={**form, "api_key": api_key, "description": SAID})
    assert "your description is not yet: it looks like a phone number" in answer.get_data(as_text=True)


def test_publishing_shows_it_as_it_is_and_holding_undoes_that(
    client: FlaskClient, environment: Environment, report: Any, public: Any
) -> None:
    number = report(description=SAID)
    publish_words(environment, ref(number), STAFF)
    assert seen(client, number)["description"] == SAID
    hold_words(environment, ref(number), STAFF)
    assert PHONE not in public(number)


@pytest.mark.parametrize(
    ("field", "name"),
    [("description", "description"), ("address_string", "address"), ("attribute[paint_color]", "answer:paint_color")],
)
def test_removing_marks_the_place_keeps_the_rest_and_can_be_undone(
    environment: Environment, report: Any, public: Any, city: Connection, field: str, name: str
) -> None:
    number = report(**{field: f"before {PHONE} after"})
    remove_personal(environment, ref(number), STAFF)
    assert "before [phone number removed] after" in public(number)
    assert PHONE not in public(number)
    database.session.expire_all()
    assert city.execute(text("SELECT field, words FROM original_words")).all() == [(name, f"before {PHONE} after")]
    hold_words(environment, ref(number), STAFF)
    assert "before" not in public(number).replace("before_", "")
    publish_words(environment, ref(number), STAFF)
    assert f"before {PHONE} after" in public(number)
    assert city.scalar(text("SELECT count(*) FROM original_words")) == 0


def test_each_decision_is_in_the_audit_log_and_the_history(
    environment: Environment, report: Any, city: Connection
) -> None:
    number = report(description=SAID)
    for act in (publish_words, hold_words, remove_personal):
        act(environment, ref(number), STAFF)
    acts = city.execute(text("SELECT act FROM audit_log WHERE target LIKE :t"), {"t": f"%{number}"}).scalars().all()
    assert acts == ["moderate"] * 3
    notes = city.execute(
        text("SELECT note FROM service_request_update WHERE kind = 'moderation' ORDER BY key")
    ).scalars()
    assert [note.partition(".")[0] for note in notes] == [
        "What the reporter wrote was published as it is",
        "What looks like personal data is withheld",
        "Removed from what the reporter wrote: phone number",
    ]


@pytest.mark.parametrize("act", [remove_personal, hold_words])
def test_where_nothing_looks_personal_there_is_nothing_to_take_out(
    environment: Environment, report: Any, act: Any
) -> None:
    with pytest.raises(InvalidArgument, match="nothing here"):
        act(environment, ref(report()), STAFF)


def test_approving_and_redacting_by_the_older_commands_end_the_waiting(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    approved, redacted = report(description=SAID), report(description=SAID)
    moderate(environment, ref(approved), STAFF, Moderation.APPROVED)
    redact_description(environment, ref(redacted), STAFF, reason="a number")
    assert seen(client, approved)["description"] == SAID
    assert seen(client, redacted)["description"] == "[removed]"


@pytest.mark.parametrize("status", ["", "closed"])
def test_what_programs_send_as_updates_is_public_without_it_and_staff_read_all(
    client: FlaskClient, environment: Environment, report: Any, public: Any, api_key: str, city: Connection, status: str
) -> None:
    number, again = report(), report()
    merge(environment, ref(again), STAFF, number)
    form = {
        "service_request_id": number,
        "api_key": api_key,
        "description": f"The neighbor is {PHONE}",
        "status": status,
    }
    assert client.post(f"{API}/servicerequestupdates.json", data=form).status_code == 200
    assert "The neighbor is [phone number removed]" in public(number)
    assert PHONE not in public(number) + public(again)
    notes = city.execute(text("SELECT note FROM service_request_update WHERE note LIKE '%555%'")).scalars().all()
    assert notes == [f"As it was sent: The neighbor is {PHONE}"]


def test_a_city_can_switch_it_off(
    client: FlaskClient, with_parts: Any, environment: Environment, phila: Jurisdiction, report: Any
) -> None:
    cities = {**environment.city.jurisdictions, "phila.gov": replace(phila, holds_personal_data=False)}
    with_parts(city=replace(environment.city, jurisdictions=cities))
    assert seen(client, report(description=SAID))["description"] == SAID
