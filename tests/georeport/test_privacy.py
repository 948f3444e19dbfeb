"""Nothing that a person told about themselves, and nothing that waits for staff, is at any public address.

The addresses are made of the application's own routes, parameters and services, so a new one cannot be forgotten: what
these tests do not know how to ask makes them fail.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, endorse, moderate, progress
from open311.actions.intake.submit import give_number
from open311.actions.telling.links import make_links
from open311.api.arguments import PARAMETERS
from open311.catalog.city import Jurisdiction
from open311.catalog.location import city_directory
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.definition import Datatype, Service, ServiceType
from open311.domain.exposure import Moderation, exposure, first_moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.link import LinkPurpose
from open311.entrypoints.georeport import service_requests
from open311.web.gate import Door, declared
from tests.conftest import API, SANDBOX
from tests.contract.services import SERVICES, form

PERSONAL = {
    "first_name": "Zqleak-First",
    "last_name": "Zqleak-Last",
    "email": "zqleak@zqleak.example",
    "phone": "+1 215 555 0198 7654",
    "device_id": "zqleak-device",
    "account_id": "zqleak-account",
}
UNSEEN = {name: f"zqleak {name}" for name in ("description", "address_string", "address_id", "zipcode")}
"""What a resident wrote, where nobody may see it (yet)."""
SECRET = re.compile(r"zqleak|0198\W*7654", re.IGNORECASE)
STAFF = Actor("staff:zqleak")
KINDS = list({(each.publishing, each.photos, each.location, each.type): each for each in SERVICES.values()}.values())
"""One service of each kind that differs in what is published."""
SEEN = "Seen by everybody"


@pytest.fixture
def app_key(city: Connection, phila: Jurisdiction) -> str:
    return issue_key(phila, "zqleak app", contact="zqleak@zqleak.example", scopes=("requests", "updates"))


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., dict[str, str]]:
    """Send a form with every personal field; answers the receipt, in which none of them is."""

    def run(resource: str, **fields: Any) -> dict[str, str]:
        response = client.post(f"{API}/{resource}.json", data={**PERSONAL, **fields})
        assert response.status_code == 200, response.get_data(as_text=True)
        assert not leaks(response)
        return response.get_json()[0]  # type: ignore[no-any-return]

    return run


@pytest.fixture
def file(
    client: FlaskClient, post: Any, app_key: str, city: Connection, environment: Environment
) -> Callable[..., str]:
    """File a report with a photo that names its owner; answers its number, empty where it has none."""
    widths = iter(range(40, 400))

    def run(service: Service, **fields: str) -> str:
        private = [each for each in service.attributes if each.variable and not each.public]
        answers = {f"attribute[{each.code}]": "zqleak" for each in private if each.datatype in WRITTEN}
        given = {**form(service, whole=True), **answers, "api_key": app_key, **fields}
        receipt = post("requests", **given, media=photo(next(widths)))
        if service.type is not ServiceType.BATCH:
            return receipt.get("service_request_id", "")
        give_number(environment, city.scalar(NEWEST))
        return client.get(f"{API}/tokens/{receipt['token']}.json").get_json()[0]["service_request_id"]  # type: ignore[no-any-return]

    return run


WRITTEN = (Datatype.STRING, Datatype.TEXT)
NEWEST = text("SELECT max(key) FROM service_request")


def photo(width: int) -> tuple[io.BytesIO, str]:
    exif, written = Image.Exif(), io.BytesIO()
    exif[0x013B] = "Zqleak-First Zqleak-Last"  # artist
    exif[0x9286] = "zqleak"  # comment
    Image.new("RGB", (width, 30), "red").save(written, "jpeg", exif=exif, comment=b"zqleak")
    assert SECRET.search(written.getvalue().decode("latin-1"))
    return io.BytesIO(written.getvalue()), "zqleak.jpg"


def leaks(response: TestResponse) -> list[str]:
    """What of all secrets is in headers or body."""
    return SECRET.findall(f"{response.headers}\n{response.get_data().decode('latin-1')}")


@pytest.fixture
def full_city(
    file: Any, post: Any, app_key: str, file_key: str, environment: Environment, city: Connection
) -> dict[str, list[str]]:
    """Reports of every kind in every state, with all that may not be seen; what may stand in a route, by name."""
    for service in KINDS:
        told = exposure(service.publishing, service.location, False, first_moderation(service.publishing)).text
        number = file(service, **({"description": SEEN} if told else UNSEEN))
        hidden, approved = file(service, **UNSEEN), file(service, description=SEEN)
        own = file(service, api_key=file_key, **({} if told else UNSEEN))
        if not number:
            continue
        moderate(environment, CaseRef("phila.gov", hidden), STAFF, Moderation.HIDDEN)
        moderate(environment, CaseRef("phila.gov", approved), STAFF, Moderation.APPROVED)
        comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="zqleak, for staff only"), public=False)
        comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="For everybody"))
        progress(
            environment, CaseRef("phila.gov", number), STAFF, Change(Status.IN_PROGRESS, note="zqleak, for staff only")
        )
        progress(
            environment,
            CaseRef("phila.gov", number),
            STAFF,
            Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Gone.", note="zqleak"),
        )
        endorse(CaseRef("phila.gov", approved), channel="zqleak")
        update = {"api_key": app_key, "service_request_id": approved, "update_id": f"zqleak-{approved}"}
        post("servicerequestupdates", **update, status="closed", description="Gone.")
        waiting = {"api_key": file_key, "service_request_id": own, "description": "zqleak, not looked at yet"}
        post("servicerequestupdates", **waiting, media_url="https://zqleak.example/1.jpg")
    rows = city.execute(text("SELECT key, service_request_id FROM service_request")).all()
    media = city.execute(text("SELECT file, thumbnail FROM media")).all()
    return {
        "service_request_id": [str(number) for _, number in rows if number] + ["1"],
        "token": [*city.execute(text("SELECT token FROM token")).scalars(), "none"],
        "name": [name for row in media for name in row],
        "service_code": [service.service_code for service in KINDS],
        "suffix": ["", ".json", ".xml"],
        "layer": ["ward"],
        "code": ["1"],
        "filename": ["docs.css", "docs.js", "pages.css"],
        "stamp": ["0"],
        "number": [str(number) for _, number in rows if number],
        **links_of(city),
    }


PURPOSES = (LinkPurpose.CONFIRM, LinkPurpose.END, LinkPurpose.ANSWER, LinkPurpose.FIXED)
LINKS = {f"/{purpose.kind.path}/<token>": purpose for purpose in PURPOSES}
"""Routes behind links of messages."""


def links_of(city: Connection) -> dict[str, list[str]]:
    """Tokens of links as messages have them, by purpose."""
    found = city.execute(text("SELECT key, service_request FROM subscription ORDER BY key LIMIT 20")).all()
    made = [make_links("", key, of, dict.fromkeys(PURPOSES)) for key, of in found]
    return {purpose: [each[purpose].rpartition("/")[2] for each in made] for purpose in PURPOSES}


def addresses(rule: Rule, values: dict[str, list[str]]) -> Iterator[str]:
    """Every address of a route.

    :raises KeyError: a part of the route of which nobody told here what may stand in it.
    """
    names = sorted(set(rule.arguments) - set(rule.defaults or ()))
    for given in product(*(values[name] for name in names)):
        address = rule.rule
        for name, value in zip(names, given, strict=True):
            address = re.sub(rf"<(?:\w+:)?{name}>", value, address)
        yield address


CIRCLE = {"lat": "39.9526", "long": "-75.1652", "radius": "5000"}
QUESTIONS: list[dict[str, str]] = [
    {},
    {"jurisdiction_id": "phila.gov"},
    {"status": "open"},
    {"status": "closed", "extensions": "true"},
    {"service_code": ",".join(service.service_code for service in KINDS)},
    {"start_date": "2026-01-01", "extensions": "true"},
    {"end_date": "2099-01-01"},
    {"updated_after": "2020-01-01", "extensions": "true"},
    {"updated_before": "2099-01-01"},
    {"ward": "1"},
    {"boundary": "ward:2", "extensions": "true"},
    {"bbox": "-75.3,39.8,-74.9,40.2"},
    {**CIRCLE, "sort": "distance", "extensions": "true"},
    {"q": "everybody"},
    {"page_size": "1"},
    {"page": "2", "page_size": "3"},
    {"cursor": "MjAyNi0wMS0wMVQwMDowMDowMFogMQ"},
    {"page": "no"},
]
"""What can be asked of a listing, each parameter at least once."""


def questions(rule: Rule, listed: str) -> list[dict[str, str]]:
    """What is asked at each address of a route."""
    numbers = {"service_request_id": listed}
    if rule.rule.endswith(("/requests<suffix:suffix>", "/requests.atom")):
        return [*QUESTIONS, numbers, {**numbers, "extensions": "true"}]
    if rule.rule.endswith("/servicerequestupdates<suffix:suffix>"):
        return [{}, {"start_date": "2026-01-01"}, {"page_size": "1"}, numbers]
    return [{}, {"extensions": "true"}]


def test_every_parameter_is_asked() -> None:
    assert {name for question in QUESTIONS for name in question} >= PARAMETERS - {"service_request_id"}
    assert set(PERSONAL) == set(service_requests.PERSONAL)


@pytest.mark.slow
def test_no_public_address_shows_a_secret(
    app: Flask,
    full_city: dict[str, list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = FlaskClient(app)
    schemas = [path.name for path in (city_directory() / "schemas").iterdir()]
    listed = ",".join(full_city["service_request_id"])
    for rule in app.url_map.iter_rules():
        if declared(app).get(rule.endpoint, Door.PUBLIC) is not Door.PUBLIC:
            continue  # behind signing in (tests/accounts)
        values = {**full_city, "name": schemas} if rule.rule.startswith("/schemas/") else full_city
        if rule.rule in LINKS:
            values = {"token": full_city[LINKS[rule.rule]]}
        places = addresses(rule, values)
        statuses = set()
        for address, question in product(places, questions(rule, listed)):
            method = "GET" if "GET" in (rule.methods or ()) else "OPTIONS"
            with client.open(f"{address}?{urlencode(question)}", method=method) as response:
                assert not leaks(response), f"{method} {address} {question}"
                statuses.add(response.status_code)
        assert statuses & {200, 302} or rule.rule.startswith(SANDBOX), f"nothing is at {rule}: {statuses}"
    assert not SECRET.search(caplog.text)


def test_the_walk_would_find_what_is_there(client: FlaskClient, city: Connection, full_city: Any) -> None:
    """The secrets are stored, and what may be seen is."""
    for name in ("first_name", "last_name", "account_id"):
        assert set(city.execute(text(f"SELECT {name} FROM person")).scalars()) == {PERSONAL[name]}
    kept = city.execute(text("SELECT DISTINCT kind, value FROM contact_point")).all()
    assert {(kind, value) for kind, value in kept} == {
        (kind, PERSONAL[name]) for kind, name in (("email", "email"), ("phone", "phone"), ("device", "device_id"))
    }
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE description LIKE 'zqleak%'"))
    assert city.scalar(text("SELECT count(*) FROM answer WHERE 'zqleak' = ANY(values) AND NOT public"))
    shown = client.get(f"{API}/requests.json?extensions=true").get_data(as_text=True)
    for word in (SEEN, "For everybody", "Gone.", "/media/"):
        assert word in shown


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_nobody_is_found_by_what_they_told_about_themselves(client: FlaskClient, full_city: Any, suffix: str) -> None:
    empty = client.get(f"{API}/requests.{suffix}?service_request_id=1").data
    for words in (*PERSONAL.values(), *UNSEEN.values(), "zqleak", "0198"):
        assert client.get(f"{API}/requests.{suffix}", query_string={"q": words}).data == empty


def test_photos_are_at_their_address_only_where_they_may_be_seen(
    client: FlaskClient, city: Connection, full_city: Any
) -> None:
    photos = text(
        "SELECT service_code, service_request.moderation, media.moderation, file, thumbnail"
        " FROM media JOIN service_request ON service_request.key = service_request"
    )
    listings = client.get(f"{API}/requests.json?extensions=true").data + client.get(f"{API}/requests.xml").data
    seen = set()
    for service_code, moderation, reviewed, *names in city.execute(photos):
        service = SERVICES[service_code]
        seen_of_case = exposure(service.publishing, service.location, False, Moderation(moderation), service.photos)
        shown = seen_of_case.photos and reviewed == Moderation.APPROVED
        seen.add(shown)
        for name in names:
            assert client.get(f"/media/{name}").status_code == (200 if shown else 404), service_code
            assert name.encode() in listings if shown else name.encode() not in listings
    assert seen == {True, False}
