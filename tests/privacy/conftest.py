"""One person who leaves a trace everywhere, by the ways that people really use, and another one beside them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.accounts import sign_in
from open311.actions.accounts.account_links import ask_for_link, make_link
from open311.actions.accounts.keys import issue_key
from open311.actions.accounts.sessions import begin
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.batch import start_batch, undo_batch
from open311.actions.cases.held_words import remove_personal
from open311.actions.cases.photo_review import redact_photo
from open311.actions.cases.progress import annotate, comment, endorse, progress
from open311.actions.cases.refer import refer
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.actions.intake.photos import store_unsent_photos
from open311.actions.intake.submit import give_number
from open311.actions.telling import follow
from open311.actions.telling.webhooks import add_webhook
from open311.adapters.images import clean_image
from open311.adapters.sms import FileSms
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.photo import Box
from open311.domain.place import Point
from open311.models.base import database
from tests.commands.conftest import refused, run
from tests.conftest import API, PLACE
from tests.mailbox import Mailbox, link
from tests.telling.work import work

__all__ = ["refused", "run", "work"]
STAFF = Actor("staff")
HERE = "phila.gov"
NEWEST = text("SELECT max(key) FROM service_request")


@dataclass
class Person:
    """Somebody with marks that nothing else has. ``numbers`` are those of their reports."""

    sign: str
    phone: str
    colour: str
    numbers: list[str] = field(default_factory=list)
    account: int = 0

    @property
    def email(self) -> str:
        return f"{self.sign}mail@{self.sign}.example"

    @property
    def identity(self) -> dict[str, str]:
        return {
            "first_name": f"{self.sign}first".title(),
            "last_name": f"{self.sign}last".title(),
            "email": self.email.title(),
            "phone": self.phone,
            "device_id": f"{self.sign}-device-1",
            "account_id": f"{self.sign}-account",
        }

    def words(self, where: str) -> str:
        return f"{self.sign} wrote this: {where}"

    def marks(self) -> re.Pattern[str]:
        """All that tells of them."""
        number = r"\D?".join(self.phone[-7:])
        return re.compile(rf"{self.sign}|{number}", re.IGNORECASE)


Traces = Callable[[Person], dict[str, int]]
"""Finds where somebody is named, and how often."""
ANN = ("zqann", "+1 215 555 0198", "red")
BOB = ("yqbob", "+1 215 555 0177", "blue")


@pytest.fixture
def environment(environment: Environment, tmp_path: Path) -> Environment:
    """The city, whose text messages become files of the test."""
    return replace(environment, sms=FileSms(tmp_path / "sms"))


@pytest.fixture
def live(
    client: FlaskClient,
    city: Connection,
    environment: Environment,
    phila: Jurisdiction,
    api_key: str,
    mailbox: Mailbox,
    work: Callable[[], int],
) -> Callable[..., Person]:
    """Let somebody live through all that there is."""
    where = (environment, HERE)

    def file(person: Person, service_code: str, **fields: Any) -> dict[str, str]:
        form = {
            "service_code": service_code,
            "api_key": api_key,
            **PLACE,
            **person.identity,
            "description": person.words(service_code),
            "media_url": f"https://{person.sign}.example/1.jpg",
            **fields,
        }
        response = client.post(f"{API}/requests.json", data=form)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()[0]  # type: ignore[no-any-return]

    def newest_link(person: Person, path: str) -> str:
        (*_, found) = [each for each in mailbox.messages if each["To"].lower() == person.email]
        return link(found, path)

    def run(sign: str, phone: str, colour: str) -> Person:
        person = Person(sign, phone, colour)
        car = file(
            person,
            "SR-PD01",
            **{
                "attribute[vehicle_type]": "car",
                "attribute[color]": person.words("colour"),
                "attribute[license_plate]": person.words("plate"),
                "media": photo(colour),
            },
            client_request_id=f"report of a {colour} car",
            description=f"{person.words('SR-PD01')}, call {person.phone}",
        )["service_request_id"]
        key = city.scalar(NEWEST)
        remove_personal(environment, CaseRef("phila.gov", car), STAFF)
        work()
        client.post(newest_link(person, "follow/confirm"))

        annotate(
            environment, CaseRef("phila.gov", car), STAFF, f"{person.identity['last_name']} called from {person.phone}"
        )
        comment(
            environment, CaseRef("phila.gov", car), STAFF, Change(text=f"Thank you, {person.identity['first_name']}!")
        )
        comment(environment, CaseRef("phila.gov", car), STAFF, Change(text="A tow truck is on its way."))
        progress(
            environment, CaseRef("phila.gov", car), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which street?")
        )
        work()
        client.post(newest_link(person, "answer"), data={"words": person.words("answer")})
        progress(
            environment,
            CaseRef("phila.gov", car),
            STAFF,
            Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=f"Done, {person.email}"),
        )
        work()
        client.post(newest_link(person, "fixed"), data={"fixed": "no", "words": person.words("fixed")})
        redact_photo(environment, city.scalar(text("SELECT max(key) FROM media")), [Box(0, 0, 0.5, 0.5)], STAFF)

        # A token, a duplicate, a part, a referral, a "me too".
        inlet = {"attribute[problem_type]": "clogged", "attribute[inlet_location]": person.words("inlet")}
        token = file(person, "SR-WD01", **inlet, media=photo(colour, 41))["token"]
        give_number(environment, city.scalar(NEWEST))
        drain = client.get(f"{API}/tokens/{token}.json").get_json()[0]["service_request_id"]
        wall = {"attribute[property_type]": "public", "attribute[paint_color]": person.words("paint")}
        tag, again = (file(person, "SR-CL01", **wall)["service_request_id"] for _ in range(2))
        endorse(CaseRef(HERE, tag), channel="app")
        merge(environment, CaseRef("phila.gov", again), STAFF, tag)
        (part,) = split(environment, CaseRef("phila.gov", drain), STAFF, [Part("SR-CL02", person.words("part"))])
        refer(environment, CaseRef("phila.gov", tag), STAFF, "pgw", note="They have it.")
        person.numbers = [car, drain, tag, again, str(part)]

        follow.follow_service(*where, "SR-CL01", person.email)
        work()
        client.post(newest_link(person, "follow/confirm"))
        follow.follow_radius(*where, Point(-75.1652, 39.9526), 200, person.email, daily=True)
        work()
        client.post(newest_link(person, "follow/confirm"))
        follow.follow_service(*where, "SR-ST02", person.phone)

        person.account = sign_in.by_link(make_link(environment, person.email, "sign_in").rpartition("/")[2])
        noted = {"note": f"{person.email} called again"}
        undo_batch(
            start_batch(*where, [(car, 1)], "note", noted, Actor("staff", account=person.account)), person.account
        )
        store_unsent_photos(environment, [clean_image(photo(colour, 42)[0].read())])
        begin(environment, person.account, "link", f"Browser of {sign}", second_factor=False)
        make_link(environment, person.email, "sign_in")
        ask_for_link(environment, person.email, "sign_in", "203.0.113.7")
        issue_key(phila, f"A {colour} app", contact=f"{colour} app <{person.email}>")
        address = f"c/o {person.identity['last_name']}, 12 Main St"
        file(person, "SR-ST02", **{"attribute[materials][]": "tires", "address_string": address})
        work()
        assert key
        return person

    return run


@pytest.fixture
def ann(live: Callable[..., Person], environment: Environment) -> Person:
    """Whose data it is about."""
    add_webhook(environment, HERE, "https://8.8.8.8/hook", (), STAFF)
    return live(*ANN)


@pytest.fixture
def bob(live: Callable[..., Person], ann: Person) -> Person:
    """Somebody else, who must not be touched."""
    return live(*BOB)


def photo(colour: str, width: int = 40) -> tuple[io.BytesIO, str]:
    """A photo that nobody else has."""
    written = io.BytesIO()
    Image.new("RGB", (width, 30), colour).save(written, "jpeg")
    return io.BytesIO(written.getvalue()), "car.jpg"


COLUMNS = text(
    "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
    " JOIN information_schema.tables t USING (table_schema, table_name)"
    " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'spatial_ref_sys'"
)


@pytest.fixture
def traces(city: Connection, app: Flask) -> Traces:
    """Where a person is named: every column of every table of the database, with how many rows, and every file."""

    def run(person: Person) -> dict[str, int]:
        database.session.remove()
        marks, found = person.marks(), {}
        for table, column, kind in city.execute(COLUMNS).all():
            as_text = f"encode({column}, 'escape')" if kind == "bytea" else f'"{column}"::text'
            values = city.execute(text(f"SELECT {as_text} FROM {table}")).scalars()
            if hits := sum(bool(marks.search(each)) for each in values if each):
                found[f"{table}.{column}"] = hits
        return found | {name: 1 for name, content in files(app) if marks.search(content.decode("latin-1"))}

    return run


def files(app: Flask) -> Iterator[tuple[str, bytes]]:
    """Every file that is kept, with its content."""
    root: Path = app.extensions["settings"].media_dir
    for path in root.rglob("*"):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()
