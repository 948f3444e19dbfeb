"""A browser is told instead of a mailbox: asked for by our own pages, until it takes no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.actions.telling.digest import collect_digests
from open311.adapters.outbound import Outbound
from open311.adapters.push import WebPush
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.channel import Channel, Limits
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.jobs import conninfo
from open311.models.base import database
from open311.models.locks import Lock
from tests.mailbox import Mailbox
from tests.push_service import PushService, push_service

__all__ = ["push_service"]
STAFF = Actor("staff")
HERE = "phila.gov"
OURS = {"Sec-Fetch-Site": "same-origin"}
BODY = (
    "SELECT split_part(target, ':', 1), channel, rhythm, confirmed_at IS NOT NULL, ended_at IS NOT NULL"
    " FROM subscription"
)


@pytest.fixture
def environment(with_parts: Any) -> Environment:
    """The city, which may call this machine."""
    push = WebPush("only the tests know what this is", "311@example.org", Outbound.allowing("127.0.0.1/32"))
    return with_parts(push=push)


def close(environment: Environment, number: str, said: str = "Painted over.") -> None:
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=said))


def again(city: Connection) -> None:
    """Let it be time for the next attempt."""
    database.session.remove()
    city.execute(text("UPDATE message SET next_at = now()"))


def test_a_browser_hears_at_once_and_is_led_to_where_it_ends(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    push_service: PushService,
    work: Any,
    report: Any,
) -> None:
    number = report()
    work()
    answer = client.post(f"/r/{number}/follow", data=push_service.form, headers=OURS)
    assert "This device will be told" in answer.text
    assert work() == 0  # it said yes already
    close(environment, number)
    assert work() == 1
    (told,) = push_service.told
    assert told["title"] == f"Graffiti Removal, report {number}: done"
    assert "Painted over." in told["body"]
    assert told["language"] == "en"
    path = told["url"].removeprefix("https://311.example.org")
    assert client.post(path).status_code == 200
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.RECEIVED))
    assert work() == 0


@pytest.fixture
def two_to_tell(
    client: FlaskClient, environment: Environment, push_service: PushService, work: Any, report: Any
) -> Callable[[], None]:
    """Make two messages for one device, and a letter behind them."""

    def run() -> None:
        numbers = [report(), report()]
        work()
        for number in numbers:
            client.post(f"/r/{number}/follow", data=push_service.form, headers=OURS)
            close(environment, number)
        report(email="reporter@example.org")

    return run


def test_a_device_that_is_away_holds_up_no_other_and_no_mail(
    city: Connection, push_service: PushService, mailbox: Mailbox, work: Any, two_to_tell: Callable[[], None]
) -> None:
    two_to_tell()
    push_service.answers = [503]
    assert work() == 2
    assert len(push_service.told) == len(mailbox.messages) == 1
    assert city.scalars(text("SELECT fault FROM message WHERE state = 'waiting'")).all() == ["it answers 503"]


def test_one_worker_at_a_time_waits_for_push_services_and_none_for_long(
    city: Connection,
    database_url: str,
    push_service: PushService,
    work: Any,
    two_to_tell: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with psycopg.connect(conninfo(database_url)) as other:
        other.execute(Lock.PUSH.waiting)
        two_to_tell()
        assert work() == 1
        assert push_service.told == []
    monkeypatch.setattr(Channel.PUSH, "limits", Limits(run_seconds=0.0, one_worker=True))
    assert [work() for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/follow/service", {"service": "SR-CL01"}),
        ("/follow/area", {"area": "39.9,-75.2\n40,-75.2\n40,-75.1"}),
    ],
)
def test_every_page_of_following_offers_it(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    push_service: PushService,
    work: Any,
    report: Any,
    path: str,
    what: dict[str, str],
) -> None:
    assert environment.push
    assert f'data-key="{environment.push.public_key}"' in client.get(path, query_string=what).text
    client.post(path, data={**what, **push_service.form, "daily": "yes"}, headers=OURS)
    assert city.execute(text(BODY)).one()[1:] == ("push", "daily", True, False)
    numbers = [report(), report()]
    assert work() == 0
    morning = now().replace(hour=13)
    assert collect_digests(environment, morning) == 2
    assert work() == 1
    assert all(number in push_service.told[0]["body"] for number in numbers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_no_other_site_has_a_browser_told(
    city: Connection, client: FlaskClient, push_service: PushService, report: Any, headers: dict[str, str]
) -> None:
    answer = client.post(f"/r/{report()}/follow", data=push_service.form, headers=headers)
    assert answer.status_code == 403
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0


def test_an_older_browser_says_where_it_comes_from(
    city: Connection, client: FlaskClient, push_service: PushService, report: Any
) -> None:
    headers = {"Origin": "http://localhost"}
    assert client.post(f"/r/{report()}/follow", data=push_service.form, headers=headers).status_code == 200


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    push_service: PushService,
    work: Any,
    report: Any,
    status: int,
) -> None:
    client.post("/follow/service", data={**push_service.form, "service": "SR-CL01"}, headers=OURS)
    push_service.answers = [status]
    report()
    assert work() == 0
    assert city.execute(text(BODY)).one() == ("service", "push", "instant", True, True)
    assert city.execute(text("SELECT state, fault FROM message")).one() == ("dropped", f"it answers {status}")
    report()
    assert work() == 0
    assert len(push_service.headers) == 1
    # Whoever asks again is told again.
    client.post("/follow/service", data={**push_service.form, "service": "SR-CL01"}, headers=OURS)
    report()
    assert work() == 1


def test_a_push_service_that_is_busy_is_asked_again(
    city: Connection, client: FlaskClient, environment: Environment, push_service: PushService, work: Any, report: Any
) -> None:
    client.post("/follow/service", data={**push_service.form, "service": "SR-CL01"}, headers=OURS)
    push_service.answers = [503, 429]
    report()
    for _ in range(2):
        assert work() == 0
        again(city)
    assert work() == 1
    assert city.execute(text("SELECT state, attempts FROM message")).one() == ("sent", 3)


def test_asking_twice_tells_once(
    city: Connection, client: FlaskClient, environment: Environment, push_service: PushService, work: Any, report: Any
) -> None:
    number = report()
    work()
    for path, form in ((f"/r/{number}/follow", {}), ("/follow/service", {"service": "SR-CL01"})) * 2:
        assert client.post(path, data={**push_service.form, **form}, headers=OURS).status_code == 200
    close(environment, number)
    assert work() == 1


@pytest.mark.parametrize("wrong", ["push_endpoint", "push_key", "push_secret"])
def test_what_is_no_browser_is_refused(
    city: Connection, client: FlaskClient, push_service: PushService, report: Any, wrong: str
) -> None:
    form = {**push_service.form, wrong: "nonsense"}
    assert client.post(f"/r/{report()}/follow", data=form, headers=OURS).status_code == 422
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0


def test_a_very_long_text_is_cut_so_that_it_arrives(
    city: Connection, client: FlaskClient, environment: Environment, push_service: PushService, work: Any, report: Any
) -> None:
    number = report()
    work()
    client.post(f"/r/{number}/follow", data=push_service.form, headers=OURS)
    close(environment, number, "漢字🦆" * 1300)
    assert work() == 1
    assert "漢字🦆" in push_service.told[0]["body"]


def test_where_nobody_can_sign_in_no_browser_is_told_either(client: FlaskClient, with_parts: Any, report: Any) -> None:
    number = report()
    with_parts(push=None)
    assert "push" not in client.get(f"/r/{number}/follow").text


def test_the_worker_has_to_do_with_following_only(client: FlaskClient) -> None:
    answer = client.get("/follow/worker.js")
    assert answer.content_type.startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers  # so it reaches what lies beside it
    assert "fetch" not in answer.text
