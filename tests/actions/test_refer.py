"""Referring to a body with an Open311 server of its own: filed there, both numbers kept, its state mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from open311.actions.acts import Actor
from open311.actions.environment import Environment
from open311.actions.keys import issue_key
from open311.actions.progress import progress
from open311.actions.refer import forward, mirror_referrals, refer
from open311.adapters.georeport_client import RemoteUnreachable
from open311.api.installation import Installation
from open311.app import Settings, create_app
from open311.catalog.city import RemoteServer
from open311.domain.errors import InvalidArgument, StepRefused
from open311.domain.lifecycle import Outcome, Status
from open311.models.base import database
from tests.conftest import API
from tests.serving import server  # noqa: F401

STAFF = Actor("staff")


class Body:
    """The body's own server: another running instance, worked by its own people."""

    def __init__(self, address: str, database_url: str, directory: Path) -> None:
        self.url = f"{address}{API}"
        self.app = create_app(Settings(database_url=database_url, media_dir=directory, public_url=address))
        self.environment: Environment = self.app.extensions["open311"].environment
        with self.app.app_context():
            self.api_key = issue_key(self.environment.city.jurisdictions["phila.gov"], "the city")

    def requests(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/requests.json").json())

    def row(self, sql: str) -> Any:
        with self.app.app_context():
            return tuple(database.session.execute(text(sql)).one())

    def work(self, number: str, status: Status, **what: Any) -> None:
        with self.app.app_context():
            progress(self.environment, "phila.gov", number, status, STAFF, **what)


@pytest.fixture(scope="module")
def body(server: str, own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Body]:  # noqa: F811
    made = Body(server, own_database, tmp_path_factory.mktemp("body"))
    yield made
    with made.app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def environment(installation: Installation, body: Body, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The city, where PECO has the other server."""
    monkeypatch.setenv("PECO_API_KEY", body.api_key)
    return with_server(installation, RemoteServer(body.url, {"SR-CL01": "SR-MI01"}, "phila.gov", "PECO_API_KEY"))


def with_server(installation: Installation, remote: RemoteServer) -> Environment:
    """The same city, where PECO has this server."""
    here = installation.environment
    phila = here.city.jurisdictions["phila.gov"]
    departments = {**phila.departments, "peco": replace(phila.departments["peco"], open311=remote)}
    jurisdictions = {**here.city.jurisdictions, "phila.gov": replace(phila, departments=departments)}
    return replace(here, city=replace(here.city, jurisdictions=jurisdictions))


@pytest.fixture
def due(city: Connection) -> Any:
    """Let it be time to ask again."""

    def run() -> None:
        database.session.remove()
        city.execute(text("UPDATE referral SET next_look_at = now() - interval '1 second'"))

    return run


def one(city: Connection, sql: str) -> Any:
    return city.execute(text(sql)).one()


def test_a_referral_is_filed_there_and_mirrored_until_it_is_closed(
    city: Connection, body: Body, environment: Environment, report: Any, due: Any, client: Any
) -> None:
    number = report(description="A pole leans", email="reporter@example.org", first_name="Zebulon")
    refer(environment, "phila.gov", number, "peco", STAFF)
    key = one(city, "SELECT args->>'key' FROM procrastinate_jobs WHERE task_name = 'forward_referral'")[0]
    forward(environment, int(key))
    forward(environment, int(key))  # a worker that died would do it again
    (there,) = body.requests()
    theirs = there["service_request_id"]
    assert one(city, "SELECT remote_id FROM referral")[0] == theirs
    told = body.row("SELECT description, (SELECT count(*) FROM person) FROM service_request")
    assert told == (f"A pole leans\n\nCity of Philadelphia, service request {number}", 0)

    due()
    assert mirror_referrals(environment) == 1
    assert client.get(f"{API}/requests/{number}.json").get_json()[0]["status"] == "open"

    body.work(theirs, Status.CLOSED, outcome=Outcome.RESOLVED, text="The pole stands straight.")
    due()
    mirror_referrals(environment)
    (case,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert (case["status"], case["status_notes"]) == ("closed", "PECO: The pole stands straight.")

    body.work(theirs, Status.RECEIVED, text="It leans again.")
    due()
    mirror_referrals(environment)
    assert one(city, "SELECT status FROM service_request")[0] == "referred"


def test_what_the_server_refuses_comes_back_to_staff(
    city: Connection, body: Body, environment: Environment, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PECO_API_KEY", "wrong")
    refer(environment, "phila.gov", report(), "peco", STAFF)
    forward(environment, one(city, "SELECT key FROM referral")[0])
    assert one(city, "SELECT status FROM service_request")[0] == "in_progress"
    assert "api_key is not valid" in one(city, "SELECT fault FROM referral")[0]


def test_a_server_that_does_not_answer_is_tried_again(
    city: Connection, installation: Installation, report: Any
) -> None:
    environment = with_server(installation, RemoteServer("http://127.0.0.1:9", {"*": "001"}))
    refer(environment, "phila.gov", report(), "peco", STAFF)
    with pytest.raises(RemoteUnreachable):
        forward(environment, one(city, "SELECT key FROM referral")[0])
    assert one(city, "SELECT status FROM service_request")[0] == "referred"


@pytest.mark.parametrize(
    ("department", "fault"), [("streets", "no body outside"), ("nobody", "no body outside"), ("peco", "has no service")]
)
def test_what_cannot_be_referred_is_refused(
    city: Connection, installation: Installation, report: Any, department: str, fault: str
) -> None:
    environment = with_server(installation, RemoteServer("http://127.0.0.1:9", {"SR-ST02": "001"}))
    number = report()
    with pytest.raises(InvalidArgument, match=fault):
        refer(environment, "phila.gov", number, department, STAFF)
    assert one(city, "SELECT count(*) FROM referral")[0] == 0


def test_a_body_without_a_server_is_only_named(
    city: Connection, installation: Installation, client: Any, report: Any
) -> None:
    number = report()
    refer(installation.environment, "phila.gov", number, "septa", STAFF)
    (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    assert case["extended_attributes"]["detailed_status"] == "referred"
    assert case["status_notes"] == "We passed this on to SEPTA, who answers for it."
    with pytest.raises(StepRefused):
        refer(installation.environment, "phila.gov", number, "pgw", STAFF)
