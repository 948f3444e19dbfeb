"""When a request was closed, and when it changed last: two times, of which harvesters need both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, moderate, progress
from open311.actions.publications.publish import publish
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import write_moment
from open311.models.base import database
from tests.conftest import API, moment
from tests.georeport.conftest import ago, case, listed

STAFF = Actor("staff:test")
CLOSED = ago(days=3)


def say(environment: Environment, number: str = "1") -> None:
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="Thank you"))


def close_again(environment: Environment, number: str = "1") -> None:
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.DISPUTED))


def hide_and_show(environment: Environment, number: str = "1") -> None:
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.APPROVED)


@pytest.fixture
def closed(put: Any) -> None:
    """A request of nine days that was closed three days ago, and one that is open and was changed five days ago."""
    put(case("1", ago(days=9), status="closed", updated_datetime=CLOSED))
    put(case("2", ago(days=9), updated_datetime=ago(days=5)))


@pytest.mark.parametrize("change", [say, close_again, hide_and_show])
def test_a_closed_request_was_updated_when_it_was_closed_whatever_happens_later(
    client: FlaskClient, environment: Environment, closed: None, change: Any
) -> None:
    change(environment)
    (found,) = client.get(f"{API}/requests/1.json?extensions=true").get_json()
    assert moment(found["updated_datetime"]) == CLOSED
    assert moment(found["extended_attributes"]["changed_datetime"]) > ago(hours=1)
    (element,) = etree.fromstring(client.get(f"{API}/requests/1.xml").data)
    assert moment(str(element.findtext("updated_datetime"))) == CLOSED


@pytest.mark.parametrize("change", [say, close_again, hide_and_show])
@pytest.mark.parametrize("place", ["requests.json", "feeds"])
def test_who_asks_for_what_changed_finds_it(
    client: FlaskClient, environment: Environment, closed: None, change: Any, place: str
) -> None:
    query = f"updated_after={write_moment(ago(hours=1))}"
    assert listed(client, query) == []
    change(environment)
    assert listed(client, query) == ["1"]
    assert listed(client, f"updated_before={write_moment(ago(hours=1))}") == ["2"]
    feed = client.get(f"/feeds/requests.atom?{query}").get_data(as_text=True)
    assert moment(feed.partition("<entry>")[2].partition("<updated>")[2].partition("<")[0]) > ago(hours=1)


def test_who_has_the_page_gets_a_new_one_after_a_comment(
    client: FlaskClient, environment: Environment, closed: None, city: Connection
) -> None:
    before = client.get(f"{API}/requests.json")
    say(environment)
    database.session.remove()
    after = client.get(f"{API}/requests.json", headers={"If-None-Match": before.headers.get("ETag", '"none"')})
    assert after.status_code == 200
    ((changed, written),) = city.execute(
        text("SELECT updated_datetime, written::text FROM publication WHERE service_request_id = '1'")
    )
    assert changed > ago(hours=1)
    assert written


def test_what_is_opened_again_moves_on(client: FlaskClient, environment: Environment, closed: None) -> None:
    progress(environment, CaseRef("phila.gov", "1"), STAFF, Change(Status.RECEIVED))
    (found,) = client.get(f"{API}/requests/1.json").get_json()
    assert (found["status"], moment(found["updated_datetime"]) > ago(hours=1)) == ("open", True)
    progress(environment, CaseRef("phila.gov", "1"), STAFF, Change(Status.CLOSED, Outcome.RESOLVED, text="Done"))
    (found,) = client.get(f"{API}/requests/1.json").get_json()
    assert moment(found["updated_datetime"]) > CLOSED + timedelta(days=2)


def test_a_harvester_that_goes_on_from_the_newest_time_it_saw_misses_nothing(
    client: FlaskClient, environment: Environment, closed: None
) -> None:
    seen = max(moment(row["updated_datetime"]) for row in client.get(f"{API}/requests.json").get_json())
    say(environment, "1")
    say(environment, "2")
    assert sorted(listed(client, f"updated_after={write_moment(seen)}")) == ["1", "2"]


def test_rendering_again_changes_neither_time(
    client: FlaskClient, environment: Environment, closed: None, city: Connection
) -> None:
    say(environment)
    before = client.get(f"{API}/requests.json?extensions=true").get_json()
    publish(environment, list(city.scalars(text("SELECT key FROM service_request"))))
    database.session.commit()
    assert client.get(f"{API}/requests.json?extensions=true").get_json() == before
