"""A city at work, for pages of staff: invented service requests, two people, and one case with a story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import text

from open311.actions.accounts.credentials import hash_password
from open311.actions.accounts.keys import issue_key
from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate, comment, progress
from open311.actions.cases.relate import merge
from open311.actions.city.sample import load_sample
from open311.app import create_app
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.priority import Priority
from open311.domain.roles import Grant, Role
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API

CITY = "phila.gov"
EMAIL, PASSWORD = "ana@phila.example", "four words are good"
BY = Actor("staff:tests")
POTHOLE = {
    "service_code": "SR-ST01",
    "attribute[defect_type]": "pothole",
    "description": "A deep hole in the right lane, just before the crossing. Two cars had a flat tire here today.",
    "address": "1401 John F Kennedy Blvd",
    "lat": "39.95335",
    "long": "-75.16540",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "ann@mail.example",
}


@dataclass(frozen=True)
class Office:
    """What was made: the case with a story, and another of the same kind that came later."""

    number: str
    later: str


def furnish(database_url: str, directory: Path, requests: int = 120) -> Office:
    """Fill a migrated database that has a catalogue."""
    app = create_app(Settings(database_url, media_dir=directory / "media", public_url="http://127.0.0.1"))
    environment = app.extensions["open311"]
    with app.app_context():
        try:
            for _ in load_sample(environment, environment.city.first, requests, now(), days=30):
                pass
            return _work(app, environment)
        finally:
            database.session.remove()
            for engine in database.engines.values():
                engine.dispose()


def _work(app: Flask, environment: Environment) -> Office:
    keys = [_staff(environment, *who) for who in ((EMAIL, "Ana Works"), ("ben@phila.example", "Ben Rhodes"))]
    ana, ben = (Actor("staff", account=key, grants=(Grant(Role.SUPERVISOR),)) for key in keys)
    api_key = issue_key(environment.city.first, "Philly311 app")
    number, same, later = (_file(app, api_key, **more) for more in ({"media": _photo()}, {}, {}))
    for each, days, late in ((number, 9, 2), (same, 3, -3), (later, 0, -1)):
        _date(each, days, late)
    database.session.execute(text("UPDATE subscription SET confirmed_at = now()"))
    database.session.commit()
    comment(environment, CaseRef(CITY, number), ana, Change(text="Thank you. We send a crew to look at it this week."))
    prioritise(environment, CaseRef(CITY, number), ana, Priority.HIGH, reason="Flat tires")
    assign(environment, CaseRef(CITY, number), ana, team="highways", assignee=keys[0], reason="On your way on Thursday")
    progress(
        environment,
        CaseRef(CITY, number),
        ben,
        Change(Status.IN_PROGRESS, text="A crew has looked at it.", note="Needs a plate"),
    )
    annotate(
        environment, CaseRef(CITY, number), ben, "The plate is ordered. The water main below is not ours to touch."
    )
    merge(environment, CaseRef(CITY, same), ana, number)
    for place, row in enumerate(_open()):
        if place % 4 == 0:
            assign(environment, CaseRef(CITY, row), ana, assignee=keys[place // 4 % 2])
        if place % 9 == 1:
            progress(
                environment,
                CaseRef(CITY, row),
                ana,
                Change(Status.WAITING_ON_REPORTER, text="Which side of the street is it?"),
            )
        if place % 9 == 4:
            progress(
                environment, CaseRef(CITY, row), ana, Change(Status.SCHEDULED, scheduled=now() + timedelta(days=2))
            )
        if place in (5, 11):
            progress(
                environment,
                CaseRef(CITY, row),
                ana,
                Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="It is done."),
            )
            progress(
                environment, CaseRef(CITY, row), Actor("reporter"), Change(Status.DISPUTED, note="It is still there.")
            )
        if place % 13 == 6:
            prioritise(environment, CaseRef(CITY, row), ana, Priority.URGENT)
    return Office(number, later)


def _staff(environment: Environment, email: str, name: str) -> int:
    key = grant_role(environment, email, Grant(Role.SUPERVISOR), BY, name)
    database.session.execute(
        text("UPDATE account SET password_hash = :hash WHERE key = :key"),
        {"hash": hash_password(PASSWORD, email), "key": key},
    )
    database.session.commit()
    return key


def _file(app: Flask, api_key: str, **more: Any) -> str:
    answer = app.test_client().post(f"{API}/requests.json", data={**POTHOLE, "api_key": api_key, **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()[0]["service_request_id"])


def _date(number: str, days: int, late: int) -> None:
    """Let it have come so many days ago, and be so many late. What is published stays; pages of staff do not ask it."""
    database.session.execute(
        text(
            "UPDATE service_request SET requested_datetime = requested_datetime - make_interval(days => :days),"
            " expected_datetime = now() - make_interval(days => :late) WHERE service_request_id = :number"
        ),
        {"number": number, "days": days, "late": late},
    )
    database.session.commit()


def _open() -> list[str]:
    sql = "SELECT service_request_id FROM service_request WHERE origin = 'sample' AND status <> 'closed' ORDER BY key"
    return list(database.session.execute(text(sql)).scalars())


def _photo() -> tuple[BytesIO, str]:
    """A street with a hole, drawn."""
    picture = Image.new("RGB", (800, 600), "#8d8f91")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 800, 150), fill="#b9c7cf")
    draw.polygon(((360, 600), (395, 150), (405, 150), (440, 600)), fill="#e8e2c8")
    draw.ellipse((470, 320, 720, 450), fill="#4c4a47")
    draw.ellipse((500, 345, 690, 440), fill="#2c2a28")
    written = BytesIO()
    picture.save(written, "jpeg")
    written.seek(0)
    return written, "hole.jpg"
