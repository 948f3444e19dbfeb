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
from open311.actions.cases.batch import do_batch
from open311.actions.cases.progress import annotate, progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, Browser
from tests.console.conftest import words

OTHER = Actor("staff")
DONE = {"outcome": "resolved", "text": "We painted it over.", "why": "The battery is empty"}


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
    assert tasks(crew, "?lat=north&long=") == [south, middle, north]
    assert tasks(crew, "?lat=39.99&long=-75.16") == [north, middle, south]


def test_the_map_of_a_task_opens_on_every_phone_and_desk(crew: Browser, mine: Any) -> None:
    mine(lat="39.90")
    tasks(crew)
    assert 'href="https://www.google.com/maps/search/?api=1&amp;query=39.900000,-75.165200"' in crew.text
    assert "geo:" not in crew.text


def finish(city: Connection, environment: Environment) -> None:
    """Let the ten seconds pass."""
    for key in city.scalars(text("SELECT key FROM batch_change WHERE begun_at IS NULL")).all():
        do_batch(environment, key)


WALK = ("39.90", "39.98", "39.94", "39.99", "39.91", "39.95")


@pytest.mark.parametrize("done", [0, 1, 3])
def test_the_order_of_the_morning_is_kept_after_each_stop(
    crew: Browser, mine: Any, city: Connection, environment: Environment, done: int
) -> None:
    for lat in WALK:
        mine(lat=lat)
    morning = tasks(crew)
    for _ in WALK[:4]:
        number = morning.pop(done % len(morning))
        send(crew, number, **DONE)
        assert tasks(crew) == morning
        finish(city, environment)
        assert tasks(crew) == morning


def test_a_task_that_comes_later_is_put_on_the_way(crew: Browser, mine: Any) -> None:
    south, north = mine(lat="39.90"), mine(lat="39.98")
    assert tasks(crew) == [south, north]
    between, beyond = mine(lat="39.95"), mine(lat="39.99")
    assert tasks(crew) == [south, between, north, beyond]


def test_without_an_order_the_way_begins_at_the_place_just_done(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    mine(lat="39.90"), mine(lat="39.94")
    last = mine(lat="39.98")
    tasks(crew)
    send(crew, last, **DONE)
    finish(city, environment)
    with crew.client.session_transaction(base_url=HOME) as session:
        del session["way"]
    assert tasks(crew)[0] != tasks(crew, "?lat=39.89&long=-75.16")[0]


def test_it_is_done_with_a_photo(crew: Browser, mine: Any, city: Connection, environment: Environment) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, outcome="resolved", text="We painted it over.", photo=photo()) == 303
    assert tasks(crew) == []
    assert f"{number} is done. You can take it back for 10 seconds." in words(crew)
    assert city.scalar(text("SELECT status FROM service_request")) == "received"
    finish(city, environment)
    row = city.execute(text("SELECT status, outcome, status_notes FROM service_request")).one()
    assert tuple(row) == ("closed", "resolved", "We painted it over.")
    assert city.scalar(text("SELECT kind FROM media")) == "after"
    tasks(crew)
    assert "is done" not in words(crew)


def test_work_without_a_photo_needs_a_reason_which_staff_read(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, outcome="resolved", text="We painted it over.") == 422
    assert "Add a photo of the work, or say why there is none" in words(crew)
    assert f'href="#why-{number}"' in crew.text
    assert send(crew, number, **DONE) == 303
    finish(city, environment)
    entry = city.execute(text("SELECT description, note FROM service_request_update ORDER BY key DESC")).first()
    assert entry is not None
    assert tuple(entry) == ("We painted it over.", "No photo: The battery is empty")


def test_what_was_not_found_needs_no_photo(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, outcome="not_found", text="There is no such wall.") == 303
    finish(city, environment)
    assert city.scalar(text("SELECT outcome FROM service_request")) == "not_found"


def test_it_can_be_taken_back_and_nothing_typed_is_lost(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    send(crew, number, outcome="resolved", text="We painted it over, twice.", photo=photo())
    tasks(crew)
    (undo,) = re.findall(r'action="(/staff/bulk/[^"]+/undo)"', crew.text)
    crew.send(undo, crew="yes")
    assert crew.page.request.path == "/staff/crew"
    assert "Taken back: nothing was changed" in words(crew)
    assert "We painted it over, twice." in crew.text
    assert "1 photo is kept with this form." in words(crew)
    finish(city, environment)
    assert city.scalar(text("SELECT status FROM service_request")) == "received"
    (kept,) = re.findall(r'name="kept_photos" value="([^"]+)"', crew.text)
    assert send(crew, number, outcome="resolved", text="Now.", kept_photos=kept) == 303
    finish(city, environment)
    assert city.scalar(text("SELECT kind FROM media")) == "after"


def test_what_is_refused_in_the_end_is_told(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    send(crew, number, **DONE)
    progress(
        environment,
        CaseRef("phila.gov", number),
        OTHER,
        Change(Status.CLOSED, outcome=Outcome.WITHDRAWN, text="Not wanted any more."),
    )
    finish(city, environment)
    tasks(crew)
    assert f"{number} was not taken: a service request that is closed cannot become closed" in words(crew)


def test_what_a_desk_changed_meanwhile_does_not_stop_it(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    send(crew, number, **DONE)
    annotate(environment, CaseRef("phila.gov", number), OTHER, "They called again.")
    assign(environment, CaseRef("phila.gov", number), OTHER, team=None, assignee=None)
    finish(city, environment)
    assert city.scalar(text("SELECT status FROM service_request")) == "closed"


def test_the_same_key_again_does_nothing_again(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    assert [send(crew, number, "the-key", **DONE, photo=photo()) for _ in range(2)] == [204, 204]
    finish(city, environment)
    assert send(crew, number, "the-key", **DONE, photo=photo()) == 204
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE status = 'closed'")) == 1
    assert city.scalar(text("SELECT count(*) FROM media")) == 1
    assert send(crew, number, "the-key", **{**DONE, "text": "Other words"}) >= 400


def test_a_form_that_is_sent_twice_counts_once(
    crew: Browser, mine: Any, city: Connection, environment: Environment
) -> None:
    number = mine()
    tasks(crew)
    assert [send(crew, number, **DONE, key="of-the-page") for _ in range(2)] == [303, 303]
    finish(city, environment)
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE status = 'closed'")) == 1


def test_every_fault_is_told_where_it_is_and_the_first_to_the_worker_in_a_line(crew: Browser, mine: Any) -> None:
    number = mine()
    tasks(crew)
    assert send(crew, number, outcome="resolved", text=" ") == 422
    assert "Tell the public why it is closed" in words(crew)
    assert "Add a photo of the work, or say why there is none" in words(crew)
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
