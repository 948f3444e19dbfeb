"""A crew's day: what is theirs, in walking order, done with a photo, and done once."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign
from open311.actions.cases.progress import progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Status
from open311.domain.moment import now
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, Browser
from tests.console.conftest import words

OTHER = Actor("staff")
DONE = {"outcome": "resolved", "text": "We painted it over."}


@pytest.fixture
def crew(signed_in: Any) -> Browser:
    """A telephone of a crew of the department that removes graffiti."""
    found: Browser = signed_in(Role.CREW, department="clip")
    return found


@pytest.fixture
def mine(report: Any, environment: Environment, crew: Browser, city: Connection) -> Any:
    """A report that is the crew's."""
    account = city.scalar(text("SELECT max(key) FROM account"))

    def run(**fields: Any) -> str:
        number: str = report(**fields)
        assign(environment, CaseRef("phila.gov", number), OTHER, assignee=account)
        return number

    return run


def tasks(crew: Browser, query: str = "") -> list[str]:
    crew.get(f"/staff/crew{query}")
    return re.findall(r'data-number="(\d+)"', crew.text)


def send(crew: Browser, number: str, by_worker: str = "", **fields: Any) -> int:
    """Send the form of a task, as the page does, or with this key as the telephone's worker does."""
    (token, *_) = re.findall(r'name="csrf" value="([^"]+)"', crew.get("/account").get_data(as_text=True))
    headers = {"Idempotency-Key": by_worker} if by_worker else {}
    data = {"csrf": token, **fields}
    crew.page = crew.client.post(f"/staff/crew/{number}", data=data, base_url=HOME, headers=headers)
    return crew.page.status_code


def photo() -> tuple[io.BytesIO, str]:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(drawn, "JPEG")
    drawn.seek(0)
    return drawn, "after.jpg"


def test_the_list_holds_what_is_theirs_and_for_today(
    crew: Browser, mine: Any, report: Any, environment: Environment
) -> None:
    theirs, nobodys, later, planned = mine(), report(), mine(), report()
    progress(
        environment, CaseRef("phila.gov", later), OTHER, Change(Status.SCHEDULED, scheduled=now().replace(year=2099))
    )
    progress(environment, CaseRef("phila.gov", planned), OTHER, Change(Status.SCHEDULED, scheduled=now()))
    assert set(tasks(crew)) == {theirs, planned}
    assert nobodys not in words(crew)
    assert "We have removed the graffiti." in words(crew)


def test_it_is_in_walking_order_from_where_they_are(crew: Browser, mine: Any) -> None:
    south, north, middle = (mine(lat=lat) for lat in ("39.90", "39.98", "39.94"))
    assert tasks(crew) == [south, middle, north]
    assert tasks(crew, "?lat=39.99&long=-75.16") == [north, middle, south]
    assert tasks(crew, "?lat=north&long=") == [south, middle, north]
    assert 'href="geo:39.900000,-75.165200' in crew.text


def test_it_is_done_with_a_photo(crew: Browser, mine: Any, city: Connection) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, **DONE, photo=photo()) == 303
    assert tasks(crew) == []
    assert f"{number} is done" in words(crew)
    row = city.execute(text("SELECT status, outcome, status_notes FROM service_request")).one()
    assert tuple(row) == ("closed", "resolved", "We painted it over.")
    assert city.scalar(text("SELECT kind FROM media")) == "after"


def test_the_same_key_again_does_nothing_again(crew: Browser, mine: Any, city: Connection) -> None:
    number = mine()
    tasks(crew)
    assert [send(crew, number, "the-key", **DONE, photo=photo()) for _ in range(2)] == [204, 204]
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE status = 'closed'")) == 1
    assert city.scalar(text("SELECT count(*) FROM media")) == 1
    assert send(crew, number, "the-key", **{**DONE, "text": "Other words"}) >= 400


def test_a_form_that_is_sent_twice_counts_once(crew: Browser, mine: Any, city: Connection) -> None:
    number = mine()
    tasks(crew)
    assert [send(crew, number, **DONE, key="of-the-page") for _ in range(2)] == [303, 303]
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE status = 'closed'")) == 1


def test_a_fault_is_told_where_it_is_and_to_the_worker_in_a_line(crew: Browser, mine: Any) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, outcome="resolved", text=" ") == 422
    assert "Tell the public why it is closed" in words(crew)
    assert send(crew, number, "a-key", outcome="resolved", text=" ") == 422
    assert crew.text == "Tell the public why it is closed"


def test_what_is_beyond_the_grant_is_nobodys_task(crew: Browser, mine: Any, environment: Environment) -> None:
    number = mine()
    tasks(crew)
    assign(environment, CaseRef("phila.gov", number), OTHER, department="streets", reason="Theirs")
    assert send(crew, number, **DONE) == 403
    assert tasks(crew) == []


def test_signing_out_clears_what_the_telephone_kept(crew: Browser) -> None:
    crew.get("/staff/crew")
    crew.send("/account/signout", follow=False)
    assert crew.page.headers["Clear-Site-Data"] == '"cache", "storage"'
