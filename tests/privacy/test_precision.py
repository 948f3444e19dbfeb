"""A place that is blurred is blurred in everything that leaves: API, pages, letters, webhooks, whatever the format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, moderate, progress
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.actions.telling import follow
from open311.actions.telling.call import call_webhooks
from open311.actions.telling.digest import collect_digests
from open311.actions.telling.webhooks import add_webhook
from open311.adapters.outbound import Outbound
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.definition import ServiceType
from open311.domain.exposure import Moderation, Precision
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.domain.public_place import public_point
from open311.models.base import database
from tests.conftest import API
from tests.contract.services import SERVICES, form
from tests.mailbox import Mailbox, link
from tests.privacy.conftest import HERE, STAFF
from tests.receiver import Receiver, receiver

__all__ = ["receiver"]
LAT, LONG = 39.951237, -75.163481
HOUSE = "4711 ZQUINCE ST, APT 9B"
PRECISE = {"lat": str(LAT), "long": str(LONG), "address_string": HOUSE, "address_id": "zq-parcel", "zipcode": "19z07"}
EXACT = re.compile(r"39\.9512|75\.1634|4711 |APT 9B|zq-parcel|19z07", re.IGNORECASE)
"""The exact place in any of its forms. The middle of its block has other decimals."""
STREET = re.compile("zquince", re.IGNORECASE)
"""What may be told of a block, and not of a boundary."""


def of(precision: Precision) -> str:
    """A service that publishes places like that."""
    kinds = (each for each in SERVICES.values() if each.type is ServiceType.REALTIME and not each.retired)
    return next(each.service_code for each in kinds if each.location is precision)


@pytest.fixture
def environment(receiver: Receiver, with_parts: Any) -> Environment:
    """The city, which may call this machine."""
    return with_parts(outbound=Outbound.allowing("127.0.0.1/32"))


def lives(
    precision: Precision,
    client: FlaskClient,
    environment: Environment,
    city: Connection,
    mailbox: Mailbox,
    receiver: Receiver,
    work: Callable[[], int],
    report: Any,
) -> Iterator[tuple[str, str]]:
    """Everything that leaves for a service request of this precision: where it went, and what it said."""
    code = of(precision)
    add_webhook(environment, HERE, receiver.url, (), STAFF)
    near = Point(LONG, LAT)
    follow.follow_service(environment, HERE, code, "service@example.org")
    follow.follow_radius(environment, HERE, near, 500, "near@example.org")
    follow.follow_service(environment, HERE, code, "daily@example.org", daily=True)
    work()
    for mail in mailbox.messages:
        client.post(link(mail, "follow/confirm"))
    fields = {**form(SERVICES[code], whole=False), **PRECISE}
    number, other = (report(**fields, email="ann@example.org") for _ in range(2))
    for each in (number, other):
        moderate(environment, CaseRef("phila.gov", each), STAFF, Moderation.APPROVED)
    work()
    client.post(link(mailbox.to("ann@example.org")[-1], "follow/confirm"))
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="We will look."))
    (part,) = split(environment, CaseRef("phila.gov", number), STAFF, [Part(code, "The other half")])
    moderate(environment, CaseRef("phila.gov", str(part)), STAFF, Moderation.APPROVED)
    merge(environment, CaseRef("phila.gov", other), STAFF, number)
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which side?"))
    progress(
        environment, CaseRef("phila.gov", number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
    )
    work()
    collect_digests(environment, datetime.now(UTC) + timedelta(days=1, hours=12))
    work()
    call_webhooks(environment)

    for mail in mailbox.messages:
        yield f"mail to {mail['To']}", whole(mail)
        for url in re.findall(r"https://311\.example\.org\S+", whole(mail)):
            yield url, client.get(url).text
    for _, _, body in receiver.calls:
        yield "webhook", body.decode()
    for suffix, resource in ((s, r) for s in ("json", "xml") for r in RESOURCES):
        address = f"{API}/{resource.format(number=number, part=part, other=other, code=code, suffix=suffix)}"
        yield address, client.get(address).text
    yield "follow", client.get(f"/r/{number}/follow").text


RESOURCES = (
    "requests.{suffix}",
    "requests.{suffix}?extensions=true&service_code={code}",
    "requests/{number}.{suffix}?extensions=true",
    "requests/{part}.{suffix}?extensions=true",
    "requests/{other}.{suffix}?extensions=true",
    "requests.{suffix}?bbox=-75.3,39.8,-74.9,40.2&extensions=true",
    "requests.{suffix}?lat=39.9512&long=-75.1634&radius=5000&sort=distance",
    "servicerequestupdates.{suffix}",
    "servicerequestupdates.{suffix}?service_request_id={number},{part},{other}",
    "boundaries.{suffix}",
)


def whole(mail: EmailMessage) -> str:
    """Headers and every part, as people read them."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


@pytest.fixture
def left(
    client: FlaskClient,
    environment: Environment,
    city: Connection,
    mailbox: Mailbox,
    receiver: Receiver,
    work: Callable[[], int],
    report: Any,
) -> Callable[[Precision], dict[str, list[str]]]:
    """What left, by where it went."""

    def run(precision: Precision) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for place, said in lives(precision, client, environment, city, mailbox, receiver, work, report):
            found.setdefault(re.sub(r"/[\w-]{32}$", "/<token>", place), []).append(said)
        return found

    return run


def telling(left: dict[str, list[str]], pattern: re.Pattern[str]) -> set[str]:
    """Where it is told."""
    return {where for where, said in left.items() if any(pattern.search(each) for each in said)}


@pytest.mark.parametrize("precision", [Precision.BLOCK, Precision.BOUNDARY])
def test_the_exact_place_is_nowhere(left: Any, precision: Precision) -> None:
    everything = left(precision)
    assert telling(everything, EXACT) == set()
    assert len(everything) > 20
    if precision is Precision.BOUNDARY:
        assert telling(everything, STREET) == set()


def test_the_walk_would_find_it(left: Any) -> None:
    told = telling(left(Precision.EXACT), EXACT)
    names = {where.partition("?")[0].rpartition("/")[2] for where in told}
    assert names >= {"requests.json", "requests.xml", "webhook"}
    assert any(where.startswith("mail") for where in told)


def test_a_block_is_told_by_its_middle_and_street(left: Any, client: FlaskClient) -> None:
    left(Precision.BLOCK)
    middle = public_point(Point(LONG, LAT), Precision.BLOCK)
    assert middle
    for case in client.get(f"{API}/requests.json").get_json():
        assert (case["lat"], case["long"]) == (middle.lat, middle.long)
        assert case["address"] == "4700 block of ZQUINCE ST"
        assert case["address_id"] is case["zipcode"] is None


@pytest.mark.parametrize("precision", [Precision.BLOCK, Precision.BOUNDARY])
def test_nobody_finds_the_exact_place_by_asking_near_it(
    client: FlaskClient, left: Any, precision: Precision, city: Connection
) -> None:
    left(precision)
    database.session.remove()
    metres = f"{API}/requests.json?lat={LAT}&long={LONG}&radius=1"
    degrees = f"{API}/requests.json?bbox={LONG - 0.00001},{LAT - 0.00001},{LONG + 0.00001},{LAT + 0.00001}"
    words = f"{API}/requests.json?q=4711"
    assert [client.get(each).get_json() for each in (metres, degrees, words)] == [[], [], []]
