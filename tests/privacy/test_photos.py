"""Photos wait for review where a service says so; what is blackened is gone from everything that is shown."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.photo_review import approve_photo, hide_photo, read_original, redact_photo, see_photo
from open311.domain.errors import InvalidArgument, NotAllowed, UnknownPhoto
from open311.domain.photo import Box
from open311.domain.roles import Act, Grant, Role
from tests.accounts.conftest import open_browser, signed_in, staff
from tests.conftest import API
from tests.privacy.conftest import STAFF
from tests.privacy.pictures import CAR, SIZE, picture, yellow

__all__ = ["open_browser", "signed_in", "staff"]
PLATE = Box(0.25, 0.5, 0.5, 0.75)
"""Where the photo of the tests is yellow on red."""


@pytest.fixture
def car(report: Any, city: Connection) -> tuple[str, int]:
    """The number of a request whose photo waits, and the photo's."""
    number = report(**CAR, media=picture())
    return number, city.scalar(text("SELECT max(key) FROM media"))


@pytest.fixture
def shown(client: FlaskClient) -> Callable[[str], list[bytes]]:
    """What everybody sees of a request's photos: both of each, as far as they are named and served."""

    def run(number: str) -> list[bytes]:
        (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
        photos = case["extended_attributes"]["photos"]
        assert case["media_url"] == (photos[0]["url"] if photos else None)
        answers = [client.get(each[url]) for each in photos for url in ("url", "thumbnail_url")]
        assert {answer.status_code for answer in answers} <= {200}
        return [answer.data for answer in answers]

    return run


def names(city: Connection) -> list[str]:
    row = city.execute(text("SELECT file, thumbnail, original FROM media")).one()
    return [name for name in row if name]


def test_a_photo_waits_and_is_served_to_nobody(
    client: FlaskClient, city: Connection, car: tuple[str, int], shown: Any
) -> None:
    assert shown(car[0]) == []
    assert {client.get(f"/media/{name}").status_code for name in names(city)} == {404}


def test_an_approved_photo_is_shown_and_a_hidden_one_no_more(
    environment: Environment, car: tuple[str, int], shown: Any
) -> None:
    number, key = car
    approve_photo(environment, key, STAFF)
    assert [yellow(each) > 100 for each in shown(number)] == [True, True]
    hide_photo(environment, key, STAFF)
    assert shown(number) == []


@pytest.mark.parametrize(
    "act", [approve_photo, hide_photo, lambda environment, key, actor: redact_photo(environment, key, [PLATE], actor)]
)
def test_a_reviewed_photo_is_a_change_of_its_request(
    client: FlaskClient, city: Connection, environment: Environment, car: tuple[str, int], act: Any
) -> None:
    number, key = car
    city.execute(text("UPDATE service_request SET updated_datetime = updated_datetime - interval '2 days'"))
    act(environment, key, STAFF)
    (case,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert case["updated_datetime"] >= case["requested_datetime"]


def test_what_is_blackened_is_gone_from_the_photo_and_its_thumbnail(
    client: FlaskClient, city: Connection, environment: Environment, car: tuple[str, int], shown: Any
) -> None:
    number, key = car
    before = names(city)
    redact_photo(environment, key, [PLATE], STAFF)
    full, small = shown(number)
    assert yellow(full) == yellow(small) == 0
    image = Image.open(io.BytesIO(full)).convert("RGB")
    assert (image.getpixel((300, 375)), image.size) == ((0, 0, 0), SIZE)
    red, *_ = image.getpixel((600, 100))  # type: ignore[misc]
    assert red > 240
    assert [client.get(f"/media/{name}").status_code for name in before] == [404, 404]
    assert [environment.stores.files.read(name) for name in before] == [None, None]


def test_the_original_is_kept_apart_and_reading_it_is_noted(
    client: FlaskClient, city: Connection, environment: Environment, car: tuple[str, int], staff: Any
) -> None:
    _, key = car
    with pytest.raises(UnknownPhoto):
        read_original(environment, key, STAFF)
    redact_photo(environment, key, [PLATE], STAFF)
    redact_photo(environment, key, [Box(0, 0, 0.1, 0.1)], STAFF)  # what was redacted before is no original
    assert yellow(read_original(environment, key, STAFF)) > 1000
    assert client.get(f"/media/{names(city)[2]}").status_code == 404
    acts = city.execute(text("SELECT act FROM audit_log ORDER BY key")).scalars().all()
    assert acts.count("moderate") == 2
    assert acts[-1] == "read_personal"
    moderator = Actor("staff", account=staff(Role.MODERATOR), grants=(Grant(Role.MODERATOR),))
    with pytest.raises(NotAllowed):
        read_original(environment, key, moderator)


def test_equal_photos_of_two_requests_are_redacted_apart(
    environment: Environment, city: Connection, report: Any, shown: Any
) -> None:
    one, other = (report(**CAR, media=picture()) for _ in range(2))
    first, second = city.execute(text("SELECT key FROM media ORDER BY key")).scalars().all()
    approve_photo(environment, second, STAFF)
    redact_photo(environment, first, [PLATE], STAFF)
    assert [yellow(each) > 0 for each in shown(one) + shown(other)] == [False, False, True, True]


@pytest.mark.parametrize("boxes", [[], [PLATE] * 21])
def test_a_redaction_has_some_boxes(environment: Environment, car: tuple[str, int], boxes: list[Box]) -> None:
    with pytest.raises(InvalidArgument, match="1 to 20 boxes"):
        redact_photo(environment, car[1], boxes, STAFF)


def test_a_photo_elsewhere_is_not_shown_where_photos_are_reviewed(client: FlaskClient, report: Any) -> None:
    number = report(**CAR, media_url="https://elsewhere.example/1.jpg")
    assert client.get(f"{API}/requests/{number}.json").get_json()[0]["media_url"] is None


@pytest.mark.parametrize("act", [approve_photo, hide_photo, lambda e, k, a: redact_photo(e, k, [PLATE], a)])
def test_reviewing_takes_the_act_for_this_very_case(
    environment: Environment, city: Connection, car: tuple[str, int], staff: Any, act: Any
) -> None:
    narrow = Actor("staff", account=staff(Role.MODERATOR), grants=(Grant(Role.MODERATOR, department="streets"),))
    with pytest.raises(NotAllowed):
        act(environment, car[1], narrow)
    with pytest.raises(NotAllowed):
        see_photo(environment, car[1], [], narrow)
    assert city.scalar(text("SELECT moderation FROM media")) == "pending"
    act(
        environment,
        car[1],
        Actor("staff", account=narrow.account, grants=(Grant(Role.MODERATOR, department="police"),)),
    )
    assert city.scalar(text("SELECT act FROM audit_log ORDER BY key DESC LIMIT 1")) == Act.MODERATE


# Pages


@pytest.fixture
def page(signed_in: Any, car: tuple[str, int]) -> Any:
    """A browser of a moderator, on the photo's page."""
    browser = signed_in(Role.MODERATOR)
    browser.get("/staff/photos")
    assert f"/staff/photos/{car[1]}" in browser.text
    browser.get(f"/staff/photos/{car[1]}")
    return browser


def fields(browser: Any) -> dict[str, str]:
    """What the form of a page holds, as a browser would send it back."""
    found = re.findall(r'<input(?=[^>]*\bname="([^"]+)")(?=[^>]*\btype="(?:text|hidden)")([^>]*)>', browser.text)
    values = {name: (re.search(r'value="([^"]*)"', rest) or [None, ""])[1] for name, rest in found}
    return {name: value or "" for name, value in values.items() if name != "csrf"}


def click(browser: Any, x: int, y: int) -> None:
    browser.send(**fields(browser), **{"picture.x": str(x), "picture.y": str(y)})


def test_two_clicks_make_a_box_and_a_button_blackens_it(page: Any, car: tuple[str, int], shown: Any) -> None:
    click(page, 160, 240)  # the picture is shown 640 by 480
    assert "Now click the opposite one" in page.text
    click(page, 320, 360)
    assert fields(page)["left1"], page.text
    assert [float(fields(page)[f"{edge}1"]) for edge in ("left", "top", "right", "bottom")] == [25, 50, 50, 75]
    page.send(**fields(page), do="redact")
    assert "No photo waits" in page.text
    assert [yellow(each) for each in shown(car[0])] == [0, 0]


def test_the_picture_shows_the_boxes_before_they_are_there(page: Any, car: tuple[str, int], app: Flask) -> None:
    assert yellow(page.client.get(f"/staff/photos/{car[1]}/picture", base_url="https://311.example.org").data) > 1000
    page.send(left1="25", top1="50", right1="50,0", bottom1="75", do="show")
    assert "0.2500,0.5000,0.5000,0.7500" in page.text.replace("%2C", ",")
    tried = f"/staff/photos/{car[1]}/picture?boxes={PLATE}"
    assert yellow(page.client.get(tried, base_url="https://311.example.org").data) == 0


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"left1": "x", "do": "redact"}, "Box 1: enter its edges"),
        ({"left1": "50", "top1": "0", "right1": "40", "bottom1": "9", "do": "show"}, "Box 1: enter its edges"),
        ({"do": "redact"}, "1 to 20 boxes"),
        ({"left1": "0", "top1": "0", "right1": "9", "bottom1": "9", "do": "approve"}, "There are boxes"),
        ({"corner": "0.5,0.5", "picture.x": "320", "picture.y": "240"}, "A box goes from"),
        ({"corner": "here", "picture.x": "1", "picture.y": "2"}, "Click the first corner again"),
    ],
)
def test_what_is_wrong_is_said_and_decides_nothing(
    page: Any, city: Connection, sent: dict[str, str], told: str
) -> None:
    assert page.send(**sent).status_code == 422
    assert told in page.text
    assert city.scalar(text("SELECT moderation FROM media")) == "pending"


@pytest.mark.parametrize(("button", "photos"), [("approve", 2), ("hide", 0)])
def test_a_button_shows_or_hides_it(page: Any, car: tuple[str, int], shown: Any, button: str, photos: int) -> None:
    page.send(do=button)
    assert len(shown(car[0])) == photos


def test_a_reviewer_sees_what_lies_within_the_grant(signed_in: Any, car: tuple[str, int]) -> None:
    browser = signed_in(Role.MODERATOR, department="streets")
    browser.get("/staff/photos")
    assert "No photo waits" in browser.text
    assert browser.get(f"/staff/photos/{car[1]}").status_code == 403
    assert browser.get(f"/staff/photos/{car[1]}/picture").status_code == 403
    assert browser.get("/staff/photos/99999999999999999999").status_code == 404


def test_older_photos_of_others_do_not_stand_before_those_of_a_reviewer(
    signed_in: Any, report: Any, car: tuple[str, int], city: Connection
) -> None:
    columns = "service_request, kind, file, thumbnail, width, height, alt_text, moderation"
    city.execute(text(f"INSERT INTO media ({columns}) SELECT {columns} FROM media, generate_series(1, 1000)"))
    later = report(**CAR, media=picture())
    key = city.scalar(text("SELECT max(key) FROM media"))
    city.execute(text("UPDATE service_request SET department = 'streets' WHERE service_request_id = :n"), {"n": later})
    browser = signed_in(Role.MODERATOR, department="streets")
    browser.get("/staff/photos")
    assert re.findall(r'href="/staff/photos/(\d+)"', browser.text) == [str(key)]


@pytest.mark.parametrize(("boundary", "waits"), [("ward:5", True), ("ward:6", False)])
def test_a_reviewer_of_a_boundary_sees_what_lies_there(
    signed_in: Any, car: tuple[str, int], boundary: str, waits: bool
) -> None:
    browser = signed_in(Role.MODERATOR, boundary=boundary)
    browser.get("/staff/photos")
    assert (f"/staff/photos/{car[1]}" in browser.text) is waits


def test_the_page_leads_to_the_original_for_those_who_may(
    signed_in: Any, environment: Environment, car: tuple[str, int]
) -> None:
    redact_photo(environment, car[1], [PLATE], STAFF)
    browser = signed_in(Role.SUPERVISOR)
    browser.get(f"/staff/photos/{car[1]}")
    assert f"/staff/photos/{car[1]}/original" in browser.text
    assert yellow(browser.get(f"/staff/photos/{car[1]}/original").data) > 1000


# Commands


def test_photos_are_reviewed_at_the_command_line(
    run: Callable[..., str], refused: Callable[..., str], car: tuple[str, int], shown: Any, tmp_path: Path
) -> None:
    number, key = car
    assert run("photos", "list") == f"{key}\t{number}\tAbandoned Vehicle\t800x600\n"
    run("photos", "approve", str(key))
    assert len(shown(number)) == 2
    run("photos", "redact", str(key), "--box", str(PLATE))
    assert [yellow(each) for each in shown(number)] == [0, 0]
    assert "redacted" in run("photos", "list", "--state", "approved")
    run("photos", "original", str(key), "--output", tmp_path / "was.jpg")
    assert yellow((tmp_path / "was.jpg").read_bytes()) > 1000
    run("photos", "hide", str(key))
    assert shown(number) == []
    assert "no photo 0" in refused("photos", "hide", "0", exit_code=1)
    assert "is no box like" in refused("photos", "redact", str(key), "--box", "1,2", exit_code=1)
