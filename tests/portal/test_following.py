"""Following what is not one request: a kind of report, a part of the city, what is around a place or in an area."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text

from open311.domain.map_frame import SIDE
from tests.mailbox import Mailbox, link, words
from tests.web.html_forms import forms_of

NEAR = {"lat": "39.9526", "long": "-75.1652", "metres": "500"}
SQUARE = "39.95, -75.17\n39.95, -75.16\n39.96, -75.16\n39.96, -75.17"
GEOJSON = (
    '{"type":"Polygon","coordinates":[[[-75.17,39.95],[-75.16,39.95],[-75.16,39.96],[-75.17,39.96],[-75.17,39.95]]]}'
)


@pytest.fixture
def ward(city: Connection) -> str:
    """The ward in which reports of tests lie."""
    found = (
        "SELECT b.code FROM boundary b JOIN boundary_layer l ON l.key = b.layer WHERE l.jurisdiction = 'phila.gov'"
        " AND l.layer = 'ward' AND ST_Covers(b.geometry, ST_SetSRID(ST_MakePoint(-75.1652, 39.9526), 4326))"
    )
    return f"ward:{city.scalar(text(found))}"


def test_the_beginning_leads_to_every_page(client: FlaskClient) -> None:
    page = client.get("/follow").text
    for path in ("service", "boundary", "place", "area"):
        assert f'href="/follow/{path}"' in page
        assert client.get(f"/follow/{path}").status_code == 200


@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize(
    ("path", "form", "followed"),
    [
        ("service", {"service": "SR-CL01"}, "all reports of Graffiti Removal"),
        ("boundary", {"boundary": ""}, "reports in Political ward"),
        ("place", NEAR, "reports in the area you chose"),
        ("area", {"area": SQUARE}, "reports in the area you chose"),
        ("area", {"area": GEOJSON}, "reports in the area you chose"),
    ],
)
def test_it_is_followed_once_the_address_is_confirmed(
    city: Connection,
    client: FlaskClient,
    mailbox: Mailbox,
    work: Any,
    report: Any,
    ward: str,
    path: str,
    form: dict[str, str],
    followed: str,
    daily: bool,
) -> None:
    form = {**form, "boundary": ward, "email": "near@example.org", **({"daily": "yes"} if daily else {})}
    assert "Look into your mail" in client.post(f"/follow/{path}", data=form).text
    assert work() == 1
    (asked,) = mailbox.messages
    assert followed in " ".join(words(asked).split())
    client.post(link(asked, "follow/confirm"))
    number = report()
    assert work() == (0 if daily else 1)
    row = city.execute(text("SELECT rhythm, confirmed_at IS NOT NULL, language FROM subscription")).one()
    assert tuple(row) == ("daily" if daily else "instant", True, "en")
    states = city.scalars(text("SELECT state FROM message WHERE event = 'received'")).all()
    assert states == ["collected" if daily else "sent"]
    assert daily or number in mailbox.messages[-1]["Subject"]


@pytest.mark.parametrize(
    ("path", "form", "field", "fault"),
    [
        ("service", {"service": ""}, "service", "Choose a kind of report"),
        ("service", {"service": "SR-NONE"}, "service", "Choose a kind of report"),
        ("boundary", {"boundary": "ward:none"}, "boundary", "Choose a part of the city"),
        ("boundary", {}, "boundary", "Choose a part of the city"),
        ("place", {"lat": "", "long": "", "metres": "500"}, "lat", "Choose a place on the map"),
        ("place", {"lat": "nan", "long": "1"}, "lat", "Choose a place on the map"),
        ("place", {"lat": "91", "long": "1"}, "lat", "Choose a place on the map"),
        ("area", {"area": "39.95, -75.17\n39.95, -75.16"}, "area", "Set at least three corners"),
        ("area", {"area": "somewhere"}, "area", "Set at least three corners"),
        ("area", {"area": '{"type":"Point","coordinates":[-75,40]}'}, "area", "Set at least three corners"),
        ("area", {"area": ""}, "area", "Set at least three corners"),
        ("service", {"service": "SR-CL01", "email": "nobody"}, "email", "Write an e-mail address"),
    ],
)
def test_what_cannot_be_followed_is_told_beside_its_field(
    city: Connection, client: FlaskClient, path: str, form: dict[str, str], field: str, fault: str
) -> None:
    answer = client.post(f"/follow/{path}", data={"email": "near@example.org", "daily": "yes", **form})
    assert answer.status_code == 422
    assert answer.text.count(fault) == 2  # at the top, and beside the field
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert 'value="yes" checked' in answer.text  # what was sent is still there
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0


def test_a_service_that_nobody_may_read_of_is_not_offered(client: FlaskClient, phila: Any) -> None:
    offered = set(re.findall(r'<option value="([^"]+)"', client.get("/follow/service").text))
    hidden = {code for code, each in phila.services.items() if each.retired or each.publishing == "private"}
    assert hidden
    assert offered == set(phila.services) - hidden


def test_every_ward_is_offered_by_its_name(client: FlaskClient) -> None:
    page = client.get("/follow/boundary?boundary=ward:7").text
    assert '<option value="ward:7" selected>Sample ward 7</option>' in page
    assert page.count('<option value="ward:') == 12
    assert page.index('"ward:9"') < page.index('"ward:10"')


# What somebody follows


def follows(client: FlaskClient, mailbox: Mailbox, work: Any, address: str) -> str:
    """Follow three things; answers the link with which the last letter is ended."""
    for path, form in (
        ("service", {"service": "SR-CL01"}),
        ("service", {"service": "SR-ST02"}),
        ("area", {"area": SQUARE}),
    ):
        client.post(f"/follow/{path}", data={**form, "email": address})
        work()
        client.post(link(mailbox.messages[-1], "follow/confirm"))
    return link(mailbox.messages[-1], "follow/end")


def left(city: Connection) -> list[tuple[str, str]]:
    """Who is still written to about what."""
    wanted = "SELECT address, target FROM subscription WHERE ended_at IS NULL ORDER BY key"
    return [
        (address, "area" if target.startswith("area:") else target) for address, target in city.execute(text(wanted))
    ]


def test_every_letter_leads_to_what_its_reader_follows(
    city: Connection, client: FlaskClient, mailbox: Mailbox, work: Any
) -> None:
    follows(client, mailbox, work, "other@example.org")
    path = follows(client, mailbox, work, "me@example.org")
    page = client.get(path).text
    assert "all reports of Graffiti Removal" in page
    assert "all reports of Illegal Dumping" in page
    assert page.count("reports in the area you chose") == 1  # what the letter itself was about
    assert "example.org" not in page
    (dumping,) = re.findall(r'Dumping</span>\s*<button class="link-button" name="what" value="([^"]+)"', page)
    answer = client.post(path, data={"what": dumping})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert [code for address, code in left(city) if address == "me@example.org"] == ["service:SR-CL01", "area"]
    assert "Dumping" not in client.get(path).text
    client.post(path, data={"what": "all"})
    assert left(city) == [("other@example.org", each) for each in ("service:SR-CL01", "service:SR-ST02", "area")]
    assert "You no longer follow" in client.get(path).text


def test_nobody_ends_what_others_follow(city: Connection, client: FlaskClient, mailbox: Mailbox, work: Any) -> None:
    path = follows(client, mailbox, work, "me@example.org")
    follows(client, mailbox, work, "other@example.org")
    theirs = city.scalars(text("SELECT uuid::text FROM subscription WHERE address LIKE 'other%'")).all()
    before = left(city)
    for what in (*theirs, "nothing", "'"):
        client.post(path, data={"what": what})
    assert left(city) == before
    assert client.post("/follow/end/made-up", data={"what": "all"}).status_code == 404


# The map


def form_of(page: str) -> tuple[dict[str, str], str]:
    """What the form with the map sends, and the address of its picture."""
    (form,) = forms_of(page, "/follow")
    (picture,) = form.element.xpath(".//input[@type='image']/@src")
    return {name: values[0] for name, values in form.values.items()}, str(picture)


def click(client: FlaskClient, page: str, path: str, x: int, y: int) -> str:
    """The page that comes after a click on the map."""
    return client.post(path, data={**form_of(page)[0], "map.x": x, "map.y": y}).text


def move(client: FlaskClient, page: str, path: str, name: str) -> str:
    """The page that comes after a button beside the map."""
    (value,) = re.findall(rf'name="move" value="(\w+)">{name}<', page)
    return client.post(path, data={**form_of(page)[0], "move": value}).text


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="text"[^>]*? value="([^"]*)"', page)
    return found[1] if found else ""


def test_a_click_chooses_the_place_and_closer_chooses_it_better(client: FlaskClient) -> None:
    page = click(client, client.get("/follow/place").text, "/follow/place", SIDE // 2, SIDE // 2)
    lat, long = float(value(page, "lat")), float(value(page, "long"))
    assert (lat, long) == (pytest.approx(40.0025, abs=0.001), pytest.approx(-75.118, abs=0.001))
    page = move(client, page, "/follow/place", "Closer")
    assert float(value(page, "lat")) == lat
    page = click(client, page, "/follow/place", SIDE // 2, 0)  # half of a map that is half as high
    assert float(value(page, "lat")) - lat == pytest.approx(0.271 / 4, abs=0.001)
    assert form_of(page)[0]["at"].startswith(value(page, "lat"))  # what was chosen is in the middle


def test_the_keyboard_presses_the_map_without_choosing(client: FlaskClient) -> None:
    page = click(client, client.get("/follow/place").text, "/follow/place", 0, 0)
    assert value(page, "lat") == ""


def test_corners_are_clicked_one_after_the_other_and_taken_back(client: FlaskClient) -> None:
    page = client.get("/follow/area").text
    for x, y in ((100, 100), (150, 100), (150, 150), (10, 10)):
        page = click(client, page, "/follow/area", x, y)
    page = move(client, page, "/follow/area", "Take the last corner back")
    corners = form_of(page)[0]["area"].splitlines()
    assert len(corners) == 3
    drawn = etree.fromstring(client.get(form_of(page)[1]).data)
    assert drawn.find("{*}g/{*}polygon").get("points").split()[0] == "100.0,100.0"
    form = {"area": "\n".join(corners), "email": "near@example.org"}
    assert "Look into your mail" in client.post("/follow/area", data=form).text


def test_the_picture_shows_the_wards_that_are_seen(client: FlaskClient) -> None:
    whole = etree.fromstring(client.get("/follow/map.svg").data)
    assert {each.text for each in whole.iter("{*}text")} == {str(ward) for ward in range(1, 13)}
    assert whole.get("width") == str(SIDE)
    answer = client.get("/follow/map.svg", query_string={"at": "39.9526,-75.1652", "zoom": "8", **NEAR})
    assert answer.content_type.startswith("image/svg+xml")
    close = etree.fromstring(answer.data)
    assert len(list(close.iter("{*}text"))) <= 4
    (circle, middle) = close.iter("{*}circle")
    assert float(circle.get("r")) == pytest.approx(500 / (30_100 / 2**8) * SIDE, rel=0.05)
    assert (middle.get("cx"), middle.get("cy")) == ("144.0", "144.0")


@pytest.mark.parametrize(
    "query",
    [
        "zoom=99999&at=x",
        "zoom=-1&at=1e999,2",
        "at=nan,nan",
        "area=%3Csvg%3E&metres=7",
        "lat=1&long=2&metres=%22",
        "map.x=99999999999&map.y=-5",
        "at=90,180&zoom=8",
    ],
)
@pytest.mark.parametrize("path", ["/follow/map.svg", "/follow/place", "/follow/area"])
def test_a_query_that_somebody_made_up_does_no_harm(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200
    assert "<svg>" not in answer.text


STEPS = ("Closer", "North", "South", "West", "East", "a click")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("path", ["/follow/place", "/follow/area"])
def test_nothing_typed_is_lost_by_a_step_on_the_map(client: FlaskClient, path: str, step: str) -> None:
    (form,) = forms_of(client.get(path).text, path)
    typed = {"email": "half typed", "daily": "yes", "metres": "2000", "area": SQUARE, "lat": "39.95", "long": "-75.1"}
    page = client.post(path, data={**form.values, **typed, "move": "nowhere"}).text
    page = click(client, page, path, 70, 80) if step == "a click" else move(client, page, path, step)
    sent, picture = form_of(page)
    chosen = {"lat", "long"} if step == "a click" else set()
    expected = {name: value for name, value in typed.items() if name in form.values or name == "daily"}
    kept = {name: sent.get(name, "").replace("\r", "") for name in expected}
    if step == "a click" and path == "/follow/area":
        assert kept.pop("area").startswith(expected.pop("area"))
    assert {name: kept[name] for name in kept if name not in chosen} == {
        name: value for name, value in expected.items() if name not in chosen
    }
    assert "govuk-error-message" not in page
    assert "half" not in picture


def test_no_address_of_the_map_holds_an_e_mail_address(client: FlaskClient) -> None:
    page = client.post("/follow/place", data={"email": "ann@example.org", "move": "closer", "at": "39.95,-75.1"}).text
    assert "ann@example.org" not in "".join(re.findall(r'(?:href|src|action)="([^"]*)"', page))
    assert forms_of(page, "/follow/place")[0].action == "/follow/place"


def test_enter_in_a_field_does_not_press_the_map(client: FlaskClient) -> None:
    for path in ("/follow/place", "/follow/area"):
        (form,) = forms_of(client.get(path).text, path)
        first = form.element.xpath(".//button | .//input[@type='image' or @type='submit']")[0]
        assert (first.tag, first.get("name")) == ("button", None)
