"""Referring to a body with an Open311 server of its own: filed there, both numbers kept, its state mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.actions.cases.refer import LISTEN_AFTER_CLOSING, forward, mirror_referrals, refer
from open311.actions.cases.relate import merge
from open311.actions.publications.republish import republish
from open311.adapters.georeport_client import GeoReportClient, RemoteRequest
from open311.adapters.outbound import Outbound
from open311.app import create_app
from open311.catalog.city import RemoteServer
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, StepRefused
from open311.domain.lifecycle import Outcome, Status
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API
from tests.serving import server  # noqa: F401

STAFF = Actor("staff")


class Body:
    """The body's own server: another running instance, worked by its own people."""

    def __init__(self, address: str, database_url: str, directory: Path) -> None:
        self.url = f"{address}{API}"
        self.app = create_app(Settings(database_url=database_url, media_dir=directory, public_url=address))
        self.environment: Environment = self.app.extensions["open311"]
        with self.app.app_context():
            self.api_key = issue_key(self.environment.city.jurisdictions["phila.gov"], "the city")

    def requests(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/requests.json").json())

    def row(self, sql: str) -> Any:
        with self.app.app_context():
            return tuple(database.session.execute(text(sql)).one())

    def work(self, number: str, status: Status, **what: Any) -> None:
        with self.app.app_context():
            progress(self.environment, CaseRef("phila.gov", number), STAFF, Change(status, **what))


@pytest.fixture(scope="module")
def body(server: str, own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Body]:  # noqa: F811
    made = Body(server, own_database, tmp_path_factory.mktemp("body"))
    yield made
    with made.app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def environment(environment: Environment, body: Body) -> Environment:
    """The city, which may call this machine, and where PECO has the other server."""
    keys = {"PECO_API_KEY": body.api_key}
    here = replace(environment, outbound=Outbound.allowing("127.0.0.1/32"), remote_keys=keys)
    return with_server(here, RemoteServer(body.url, {"SR-CL01": "SR-MI01"}, "phila.gov", "PECO_API_KEY"))


def with_server(environment: Environment, remote: RemoteServer) -> Environment:
    """The same city, where PECO has this server."""
    phila = environment.city.jurisdictions["phila.gov"]
    departments = {**phila.departments, "peco": replace(phila.departments["peco"], open311=remote)}
    jurisdictions = {**environment.city.jurisdictions, "phila.gov": replace(phila, departments=departments)}
    return replace(environment, city=replace(environment.city, jurisdictions=jurisdictions))


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
    refer(environment, CaseRef("phila.gov", number), STAFF, "peco")
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


@pytest.fixture
def referred(city: Connection, environment: Environment, report: Any) -> Any:
    """A service request that the body has; answers its number here and there."""

    def run() -> tuple[str, str]:
        number = report()
        refer(environment, CaseRef("phila.gov", number), STAFF, "peco")
        forward(environment, one(city, "SELECT max(key) FROM referral")[0])
        return number, one(city, "SELECT remote_id FROM referral ORDER BY key DESC LIMIT 1")[0]

    return run


CLOSED = Change(Status.CLOSED, Outcome.REFERRED_OUT, text="PECO has it.")
BACK = Change(Status.IN_PROGRESS)


@pytest.mark.parametrize("change", [CLOSED, BACK])
def test_what_staff_did_meanwhile_ends_a_referral_and_stays(
    city: Connection, environment: Environment, referred: Any, due: Any, change: Change
) -> None:
    number, _ = referred()
    due()
    mirror_referrals(environment)
    progress(environment, CaseRef("phila.gov", number), STAFF, change)
    due()
    assert mirror_referrals(environment) == 0
    assert one(city, "SELECT status FROM service_request")[0] == change.status
    assert one(city, "SELECT ended_at IS NOT NULL FROM referral")[0]


def test_what_staff_close_while_their_server_is_asked_stays_closed(
    city: Connection, environment: Environment, referred: Any, due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = referred()
    due()
    read = GeoReportClient.read

    def slowly(self: GeoReportClient, remote: str) -> RemoteRequest:
        progress(environment, CaseRef("phila.gov", number), STAFF, CLOSED)
        return read(self, remote)

    monkeypatch.setattr(GeoReportClient, "read", slowly)
    assert mirror_referrals(environment) == 1
    assert one(city, "SELECT status FROM service_request")[0] == "closed"


def test_what_they_closed_is_asked_about_for_some_weeks(
    city: Connection, body: Body, environment: Environment, referred: Any, due: Any
) -> None:
    _, theirs = referred()
    body.work(theirs, Status.CLOSED, outcome=Outcome.RESOLVED, text="The pole stands straight.")
    for asked, ago in ((1, timedelta()), (1, timedelta(days=1)), (0, LISTEN_AFTER_CLOSING)):
        due()
        city.execute(text("UPDATE service_request SET closed_datetime = closed_datetime - :ago"), {"ago": ago})
        assert mirror_referrals(environment) == asked
    list(republish(environment))


def test_one_whose_body_is_gone_holds_up_no_other(
    city: Connection, body: Body, environment: Environment, referred: Any, due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    referred()
    gone = one(city, "SELECT key FROM referral")[0]
    _, theirs = referred()
    body.work(theirs, Status.CLOSED, outcome=Outcome.RESOLVED, text="It stands straight.")
    due()
    first = "UPDATE referral SET department = 'nobody', next_look_at = now() - interval '1 hour' WHERE key = :key"
    city.execute(text(first), {"key": gone})
    monkeypatch.setattr("open311.actions.cases.refer.MAX_REFERRALS_PER_LOOK", 1)
    for _ in range(2):
        mirror_referrals(environment)
    assert city.scalars(text("SELECT status FROM service_request ORDER BY key")).all() == ["referred", "closed"]
    assert "has no Open311 server" in one(city, "SELECT fault FROM referral ORDER BY key LIMIT 1")[0]


def test_one_that_is_merged_while_their_server_is_asked_holds_up_no_other(
    city: Connection,
    body: Body,
    environment: Environment,
    referred: Any,
    due: Any,
    report: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (merged, theirs), canonical = referred(), report()
    progress(environment, CaseRef("phila.gov", canonical), STAFF, Change(Status.REFERRED))
    body.work(theirs, Status.CLOSED, outcome=Outcome.RESOLVED, text="It stands straight.")
    due()
    read = GeoReportClient.read

    def slowly(self: GeoReportClient, remote: str) -> RemoteRequest:
        merge(environment, CaseRef("phila.gov", merged), STAFF, canonical)
        return read(self, remote)

    monkeypatch.setattr(GeoReportClient, "read", slowly)
    assert mirror_referrals(environment) == 1
    assert "is a duplicate" in one(city, "SELECT fault FROM referral")[0]
    due()
    assert mirror_referrals(environment) == 0


@pytest.mark.parametrize("merged", [False, True])
def test_what_is_not_theirs_any_more_is_not_filed_there(
    city: Connection, body: Body, environment: Environment, report: Any, merged: bool
) -> None:
    number, before = report(), len(body.requests())
    refer(environment, CaseRef("phila.gov", number), STAFF, "peco")
    if merged:
        progress(environment, CaseRef("phila.gov", canonical := report()), STAFF, Change(Status.REFERRED))
        merge(environment, CaseRef("phila.gov", number), STAFF, canonical)
    else:
        progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.IN_PROGRESS))
    forward(environment, one(city, "SELECT key FROM referral")[0])
    assert len(body.requests()) == before


def test_what_the_server_refuses_comes_back_to_staff(city: Connection, environment: Environment, report: Any) -> None:
    environment = replace(environment, remote_keys={"PECO_API_KEY": "wrong"})
    refer(environment, CaseRef("phila.gov", report()), STAFF, "peco")
    forward(environment, one(city, "SELECT key FROM referral")[0])
    assert one(city, "SELECT status FROM service_request")[0] == "in_progress"
    assert "api_key is not valid" in one(city, "SELECT fault FROM referral")[0]


def test_what_a_server_could_not_be_given_for_days_is_filed_when_it_answers(
    city: Connection, environment: Environment, report: Any
) -> None:
    down = with_server(environment, RemoteServer("http://127.0.0.1:9", {"*": "001"}))
    refer(down, CaseRef("phila.gov", report()), STAFF, "peco")
    forward(down, one(city, "SELECT key FROM referral")[0])
    waits = []
    for _ in range(40):
        waits.append(one(city, "SELECT extract(epoch FROM next_look_at - now()) / 3600 FROM referral")[0])
        assert mirror_referrals(down) == 0
        city.execute(text("UPDATE referral SET next_look_at = now()"))
        assert mirror_referrals(down) == 1
    assert waits == sorted(waits)
    assert [round(float(wait), 1) for wait in (waits[0], waits[-1])] == [0.2, 6.0]
    assert "does not answer" in one(city, "SELECT fault FROM referral")[0]
    city.execute(text("UPDATE referral SET next_look_at = now()"))
    mirror_referrals(environment)
    number, attempts = one(city, "SELECT remote_id, attempts FROM referral")
    assert (number is not None, attempts) == (True, 0)
    assert one(city, "SELECT status FROM service_request")[0] == "referred"


@pytest.mark.parametrize(
    ("department", "fault"), [("streets", "no body outside"), ("nobody", "no body outside"), ("peco", "has no service")]
)
def test_what_cannot_be_referred_is_refused(
    city: Connection, environment: Environment, report: Any, department: str, fault: str
) -> None:
    environment = with_server(environment, RemoteServer("http://127.0.0.1:9", {"SR-ST02": "001"}))
    number = report()
    with pytest.raises(InvalidArgument, match=fault):
        refer(environment, CaseRef("phila.gov", number), STAFF, department)
    assert one(city, "SELECT count(*) FROM referral")[0] == 0


def test_a_body_without_a_server_is_only_named(
    city: Connection, environment: Environment, client: Any, report: Any
) -> None:
    number = report()
    refer(environment, CaseRef("phila.gov", number), STAFF, "septa")
    (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    assert case["extended_attributes"]["detailed_status"] == "referred"
    assert case["status_notes"] == "We passed this on to SEPTA, who answers for it."
    with pytest.raises(StepRefused):
        refer(environment, CaseRef("phila.gov", number), STAFF, "pgw")


def test_words_that_are_withheld_here_are_not_published_there_nor_theirs_here(
    city: Connection, body: Body, environment: Environment, report: Any, due: Any, client: Any
) -> None:
    number = report(description="A pole leans, call 215-555-0142")
    refer(environment, CaseRef("phila.gov", number), STAFF, "peco")
    key = one(city, "SELECT args->>'key' FROM procrastinate_jobs WHERE task_name = 'forward_referral'")[0]
    forward(environment, int(key))
    theirs, told = body.row("SELECT service_request_id, description FROM service_request ORDER BY key DESC LIMIT 1")
    assert told.startswith("A pole leans, call [phone number removed]\n\n")
    body.work(theirs, Status.CLOSED, outcome=Outcome.RESOLVED, text="Done. Ask Joe at 215-555-0199.")
    due()
    mirror_referrals(environment)
    (case,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert case["status_notes"] == "PECO: Done. Ask Joe at [phone number removed]."
