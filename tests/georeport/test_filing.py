"""POST requests: what is taken, what is refused, what is answered, what everybody sees of it."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import moderate
from open311.domain.case_ref import CaseRef
from open311.domain.exposure import Moderation
from tests.conftest import API, GRAFFITI, PLACE

FIRE_COMPLAINT = {"service_code": "SR-FD01", "attribute[complaint_or_compliment]": "complaint", **PLACE}
"""Of a private service."""
POLICE_COMPLAINT = {**FIRE_COMPLAINT, "service_code": "SR-PD02"}
"""Of a private blackbox service."""
FIRE_HAZARD = {"service_code": "SR-LI16", "attribute[building_kind]": "house", **PLACE}
"""Of a service whose places are published as blocks."""
ANYTHING = {"service_code": "SR-MI01", **PLACE}
"""Of a reviewed service without questions."""
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def post(client: FlaskClient, api_key: str) -> Any:
    """Send a form; fields given replace those of a report of graffiti, none leaves one out."""

    def run(changes: dict[str, Any] | None = None, path: str = f"{API}/requests.json") -> TestResponse:
        form = {**GRAFFITI, "api_key": api_key, **(changes or {})}
        return client.post(path, data={name: value for name, value in form.items() if value is not None})

    return run


@pytest.fixture
def filed(client: FlaskClient, post: Any) -> Any:
    """File a service request and read it."""

    def run(changes: dict[str, Any] | None = None, query: str = "") -> dict[str, Any]:
        response = post(changes)
        assert response.status_code == 200, response.get_data(as_text=True)
        return read(client, response.get_json()[0]["service_request_id"], query)

    return run


def read(client: FlaskClient, number: str, query: str = "") -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json{query}").get_json()
    return found


def read_xml(client: FlaskClient, number: str, query: str = "") -> dict[str, str | None]:
    (found,) = etree.fromstring(client.get(f"{API}/requests/{number}.xml{query}").data)
    return {element.tag: element.text for element in found}


def reasons(response: TestResponse) -> list[str]:
    return [error["description"] for error in response.get_json()]


def answers(case: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for attribute in case["attributes"]:
        found.setdefault(attribute["name"], []).append(attribute["code"])
    return found


def approve(environment: Environment, number: str) -> None:
    moderate(environment, CaseRef("phila.gov", number), Actor("staff:test"), Moderation.APPROVED)


# The answer


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_report_gets_a_number(post: Any, suffix: str) -> None:
    response = post(path=f"{API}/requests.{suffix}")
    assert response.status_code == 200
    if suffix == "json":
        (receipt,) = response.get_json()
    else:
        receipt = {element.tag: element.text for element in etree.fromstring(response.data)[0]}
    assert receipt["service_request_id"].isdigit()
    assert set(receipt) == {"service_request_id", "service_notice", "account_id"}


def test_every_report_gets_a_number_of_its_own(report: Any) -> None:
    assert report() != report()


def test_a_filed_request_can_be_read_by_number(filed: Any) -> None:
    case = filed({"description": "A tag & a <heart>", "zipcode": "19107", "address_string": "1 N Broad St"})
    assert case["status"] == "open"
    assert case["description"] == "A tag & a <heart>"
    assert case["service_name"] == "Graffiti Removal"
    assert (case["lat"], case["long"]) == (39.9526, -75.1652)
    assert (case["address"], case["zipcode"]) == ("1 N Broad St", "19107")
    assert case["requested_datetime"] == case["updated_datetime"]
    assert case["expected_datetime"] > case["requested_datetime"]


def test_a_blackbox_service_gives_neither_number_nor_token(post: Any) -> None:
    (receipt,) = post(POLICE_COMPLAINT).get_json()
    assert set(receipt) == {"service_notice", "account_id"}
    assert "no service request number" in receipt["service_notice"]


# Whom and what for: the key is looked at first, then the service, then the rest


def test_without_a_key_nothing_is_taken(client: FlaskClient) -> None:
    response = client.post(f"{API}/requests.json", data=GRAFFITI)
    assert response.status_code == 403
    assert response.get_json()[0]["code"] == 403


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize(("service_code", "status"), [(None, 400), ("", 400), ("SR-NONE", 404), ("sr-cl01", 404)])
def test_the_key_is_looked_at_before_the_service(post: Any, service_code: str | None, status: int, suffix: str) -> None:
    path = f"{API}/requests.{suffix}"
    assert post({"service_code": service_code, "api_key": None}, path).status_code == 403
    assert post({"service_code": service_code}, path).status_code == status


def test_an_unknown_service_is_told_before_what_else_is_missing(post: Any) -> None:
    assert post({"service_code": "SR-NONE", "lat": None, "long": None}).status_code == 404


def test_a_missing_service_is_named(post: Any) -> None:
    assert reasons(post({"service_code": None}))[0].startswith("service_code required")


@pytest.mark.parametrize("where", ["form", "query"])
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_key_and_jurisdiction_come_in_the_form_or_the_query(
    client: FlaskClient, api_key: str, where: str, suffix: str
) -> None:
    named = {"api_key": api_key, "jurisdiction_id": "phila.gov"}
    form, query = ({**GRAFFITI, **named}, {}) if where == "form" else (GRAFFITI, named)
    assert client.post(f"{API}/requests.{suffix}", data=form, query_string=query).status_code == 200


def test_everything_may_come_in_the_query(client: FlaskClient, api_key: str) -> None:
    response = client.post(f"{API}/requests.json", query_string={**GRAFFITI, "api_key": api_key, "description": "Hi"})
    assert read(client, response.get_json()[0]["service_request_id"])["description"] == "Hi"


def test_the_form_wins_over_the_query(client: FlaskClient, api_key: str) -> None:
    form = {**GRAFFITI, "api_key": api_key, "jurisdiction_id": "phila.gov", "description": "of the form"}
    query = {"api_key": "wrong", "jurisdiction_id": "elsewhere.gov", "description": "of the query"}
    response = client.post(f"{API}/requests.json", data=form, query_string=query)
    assert read(client, response.get_json()[0]["service_request_id"])["description"] == "of the form"


# The place: any of the three ways is enough, and empty is absent


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"lat": "39.952612", "long": "-75.165234"}, {"lat": 39.952612, "long": -75.165234, "address": None}),
        ({"lat": " 39.95 ", "long": "-75\r\n"}, {"lat": 39.95, "long": -75}),
        ({"lat": "-90", "long": "180"}, {"lat": -90, "long": 180}),
        ({"lat": "0", "long": "0.0"}, {"lat": 0, "long": 0}),
        ({**PLACE, "address_string": "", "address_id": ""}, {"lat": 39.9526, "address": None, "address_id": None}),
        ({**PLACE, "address_string": "1 N Broad St"}, {"lat": 39.9526, "address": "1 N Broad St"}),
        ({"address_string": "1 N Broad St"}, {"lat": None, "long": None, "address": "1 N Broad St"}),
        ({"lat": "", "long": "", "address_string": "1 N Broad St"}, {"lat": None, "address": "1 N Broad St"}),
        ({"address": "1 N Broad St"}, {"lat": None, "address": "1 N Broad St"}),
        ({"address": "alias", "address_string": "1 N Broad St"}, {"address": "1 N Broad St"}),
        ({"address_id": "#NOTPINPOINTED#"}, {"lat": None, "address": None, "address_id": "#NOTPINPOINTED#"}),
    ],
)
def test_every_form_of_a_place_is_taken(filed: Any, place: dict[str, str], expected: dict[str, Any]) -> None:
    case = filed({"lat": None, "long": None, **place})
    assert {name: case[name] for name in expected} == expected


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lat": "", "long": "", "address_string": " ", "address_id": ""},
        {"lat": "39.95"},
        {"long": "-75.16"},
        {"lat": "39.95", "address_string": "1 N Broad St"},
        *(
            {"lat": lat, "long": long}
            for lat, long in [
                ("NaN", "-75.16"),
                ("39.95", "Infinity"),
                ("-inf", "-75.16"),
                ("39.95", "1e999"),
                ("90.0001", "-75.16"),
                ("39.95", "-180.1"),
                ("39,95", "-75,16"),
                ("north", "west"),
                ("3_9.95", "-75.16"),
            ]
        ),
        {"lat": "NaN", "long": "NaN", "address_string": "1 N Broad St"},
    ],
)
def test_a_place_that_is_none_is_refused(post: Any, place: dict[str, str]) -> None:
    response = post({"lat": None, "long": None, **place})
    assert response.status_code == 400
    assert any(word in reasons(response)[0] for word in ("lat", "location"))


# The questions of the service


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("attribute[surface]=brick", ["brick"]),
        ("attribute[surface]=brick&attribute[surface]=wood", ["brick", "wood"]),
        ("attribute[surface][]=brick&attribute[surface][]=wood", ["brick", "wood"]),
        ("attribute%5Bsurface%5D=brick", ["brick"]),
        ("attribute%5Bsurface%5D%5B%5D=brick&attribute%5Bsurface%5D%5B%5D=wood", ["brick", "wood"]),
        ("attribute[surface]=brick&attribute[surface][]=wood", ["brick", "wood"]),
        ("attribute[surface][]=brick&attribute[surface][]=brick", ["brick"]),
        ("attribute[surface][]=&attribute[surface][]=+brick+", ["brick"]),
        ("attribute[surface][0]=brick&attribute[surface][1]=wood", ["brick", "wood"]),
        ("attribute%5Bsurface%5D%5B10%5D=brick", ["brick"]),
        ("attribute[surface][a]=brick", None),
        ("attribute[surface]=", None),
    ],
)
def test_answers_come_with_brackets_or_repeated_encoded_or_not(
    client: FlaskClient, api_key: str, sent: str, expected: list[str] | None
) -> None:
    body = f"api_key={api_key}&service_code=SR-CL01&lat=39.95&long=-75.16&attribute[property_type]=public&{sent}"
    response = client.post(f"{API}/requests.json", data=body, content_type=FORM)
    case = read(client, response.get_json()[0]["service_request_id"], "?extensions=true")
    assert answers(case).get("surface") == expected
    assert answers(case)["property_type"] == ["public"]


def test_answers_of_every_datatype_are_taken(filed: Any) -> None:
    given = {"paint_color": " off-white ", "floor": "2.5", "painted_surface": "yes", "surface": "metal"}
    case = filed({f"attribute[{code}]": value for code, value in given.items()}, "?extensions=true")
    assert answers(case) == {
        "property_type": ["public"],
        "surface": ["metal"],
        "painted_surface": ["yes"],
        "paint_color": ["off-white"],
        "floor": ["2.5"],
    }


def test_answers_that_are_not_public_are_kept_and_not_shown(city: Connection, filed: Any) -> None:
    case = filed({"attribute[reporter_is_owner]": "yes"}, "?extensions=true")
    assert "reporter_is_owner" not in answers(case)
    assert city.scalar(text("SELECT values FROM answer WHERE code = 'reporter_is_owner'")) == ["yes"]


def test_unknown_answers_and_fields_are_ignored(filed: Any) -> None:
    extra = {"attribute[easting]": "1", "attribute[fixmystreet_id]": "2", "attribute[][]": "3", "service_name": "Elves"}
    assert filed({**extra, "deviceid": "x"})["service_name"] == "Graffiti Removal"


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_each_missing_answer_is_an_error_of_its_own(post: Any, suffix: str) -> None:
    response = post({"service_code": "SR-ST03", "attribute[extent]": " "}, f"{API}/requests.{suffix}")
    assert response.status_code == 400
    found = reasons(response) if suffix == "json" else etree.fromstring(response.data).xpath("error/description/text()")
    assert [reason.split(":")[0] for reason in found] == ["material_missed required", "extent required"]


def test_wrong_answers_are_refused_all_at_once(post: Any) -> None:
    response = post(
        {
            "attribute[property_type]": "castle",
            "attribute[surface][]": ["brick", "plasma"],
            "attribute[painted_surface][]": ["yes", "no"],
            "attribute[floor]": "first",
        }
    )
    assert response.status_code == 400
    named = [reason.split(":")[0] for reason in reasons(response)]
    assert named == ["property_type", "surface", "painted_surface", "floor"]
    assert "castle" in reasons(response)[0]
    assert "plasma" in reasons(response)[1]
    assert "brick" not in reasons(response)[1].split("is not one of")[0]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("2026-01-31T08:45:00-05:00", 200),
        ("2026-01-31 08:45", 200),
        ("2026-01-31", 200),
        ("yesterday", 400),
        ("2026-02-30T08:00:00Z", 400),
    ],
)
def test_a_datetime_answer_must_be_one(post: Any, given: str, status: int) -> None:
    asked = {"attribute[material_missed]": "trash", "attribute[extent]": "block", "attribute[set_out_datetime]": given}
    assert post({"service_code": "SR-ST03", **asked}).status_code == status


@pytest.mark.parametrize("given", ["nan", "inf", "1e400", "١"])
def test_a_number_answer_must_be_one(post: Any, given: str) -> None:
    assert reasons(post({"attribute[floor]": given}))[0].startswith("floor")


def test_faults_of_place_text_and_answers_are_told_together(post: Any) -> None:
    response = post({"lat": "91", "description": "x" * 4001, "attribute[property_type]": None})
    told = " ".join(reasons(response))
    assert len(reasons(response)) == 3
    assert all(word in told for word in ("lat", "description", "property_type required"))


# Text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Tom & Jerry <b>x</b> ]]> &amp; \"q\" 'a'", "Tom & Jerry x ]]> & \"q\" 'a'"),
        ("a\x00b\x0bc\x1fd\x7fe\ufffef", "abcdef"),
        ("Paint 🎨 in the שלום 街", "Paint 🎨 in the שלום 街"),
        ("Cafe\u0301", "Café"),
        ("  one\r\ntwo\rthree\tfour  ", "one\ntwo\nthree\tfour"),
    ],
)
def test_text_comes_back_as_it_was_without_what_xml_cannot_hold(
    client: FlaskClient, filed: Any, sent: str, kept: str
) -> None:
    case = filed({"description": sent})
    assert case["description"] == kept
    assert read_xml(client, case["service_request_id"])["description"] == kept


@pytest.mark.parametrize(
    "word", [b"caf\xe9 \xe2\x82\xac", b"caf%E9 %E2%82%AC", b"caf%c3%a9 \xe2\x82\xac", b"caf\xe9 \x80"]
)
@pytest.mark.parametrize("multipart", [False, True])
def test_letters_of_an_older_program_are_read(client: FlaskClient, api_key: str, word: bytes, multipart: bool) -> None:
    fields = {**{name: value.encode() for name, value in GRAFFITI.items()}, "api_key": api_key.encode()}
    if multipart:
        fields["description"] = unquote_to_bytes(word)
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
            for name, value in fields.items()
        ]
        body, kind = b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b"
    else:
        fields["description"] = word
        body, kind = b"&".join(b"%s=%s" % (name.encode(), value) for name, value in fields.items()), FORM
    answer = client.post(f"{API}/requests.json", data=body, content_type=kind)
    assert answer.status_code == 200, answer.text
    assert read(client, answer.get_json()[0]["service_request_id"])["description"] == "café €"


def test_all_in_the_query_and_no_body_is_a_report(client: FlaskClient, api_key: str) -> None:
    everything = {**GRAFFITI, "api_key": api_key}
    for kind in (None, "application/json", "multipart/form-data"):
        answer = client.post(f"{API}/requests.json", query_string=everything, content_type=kind)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("field", ["address_string", "address_id", "zipcode"])
def test_every_text_field_is_cleaned(client: FlaskClient, filed: Any, field: str) -> None:
    case = filed({field: " a\x0bb &\r\n<c> \r\n"})
    name = field.removesuffix("_string")
    assert case[name] == read_xml(client, case["service_request_id"])[name] == "ab & <c>"


def test_control_characters_in_answers_do_not_break_the_listing(client: FlaskClient, filed: Any) -> None:
    case = filed({"attribute[paint_color]": "re\x0bd & <blue>"}, "?extensions=true")
    assert answers(case)["paint_color"] == ["red & <blue>"]
    assert "re\x0bd" not in client.get(f"{API}/requests.xml?extensions=true").get_data(as_text=True)


@pytest.mark.parametrize("letter", ["x", "🎨", "é"])
def test_a_description_has_4000_characters(filed: Any, post: Any, letter: str) -> None:
    assert filed({"description": f" {letter * 4000}\r\n"})["description"] == letter * 4000
    response = post({"description": letter * 4001})
    assert response.status_code == 400
    assert "4000" in reasons(response)[0]


@pytest.mark.parametrize("field", ["address_string", "zipcode", "media_url", "first_name", "email"])
def test_lines_that_are_too_long_are_refused(post: Any, field: str) -> None:
    response = post({field: "x" * 501})
    assert response.status_code == 400
    assert reasons(response)[0].startswith(field.removesuffix("_string"))


def test_the_clients_own_picture_stays_a_link(filed: Any) -> None:
    assert filed({"media_url": "http://example.net/a.jpg?b=1&c=2"})["media_url"] == "http://example.net/a.jpg?b=1&c=2"


@pytest.mark.parametrize("address", ["http://[bad", "javascript:alert(1)", "not a url", "data:image/png;base64,AA"])
def test_an_address_that_is_none_loses_no_report(client: FlaskClient, filed: Any, address: str) -> None:
    assert filed({"media_url": address})["media_url"] is None
    assert client.get("/feeds/requests.atom").status_code == 200


PERSONAL = {
    "first_name": "Zebulon",
    "last_name": "Quackenbush",
    "email": "zq@example.net",
    "phone": "+1 215 555 0142",
    "device_id": "device-4711",
    "account_id": "account-0815",
}


def test_personal_data_is_kept_and_never_answered(city: Connection, client: FlaskClient, post: Any) -> None:
    response = post(PERSONAL)
    number = response.get_json()[0]["service_request_id"]
    seen = response.get_data(as_text=True)
    for path in ("requests", f"requests/{number}"):
        for suffix in ("json", "xml"):
            for query in ("", "?extensions=true"):
                seen += client.get(f"{API}/{path}.{suffix}{query}").get_data(as_text=True)
    assert number in seen
    assert [value for value in PERSONAL.values() if value in seen] == []
    assert city.scalar(text("SELECT last_name FROM person")) == "Quackenbush"
    contacts = set(city.scalars(text("SELECT value FROM contact_point")))
    assert contacts == {"zq@example.net", "+1 215 555 0142", "device-4711"}


# What a service keeps to itself


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_reports_of_a_private_service_are_seen_by_nobody(client: FlaskClient, post: Any, suffix: str) -> None:
    (receipt,) = post({**FIRE_COMPLAINT, "description": "Private words"}).get_json()
    number = receipt["service_request_id"]
    assert "never sees" in receipt["service_notice"]
    for query in ("", "?extensions=true"):
        assert client.get(f"{API}/requests/{number}.{suffix}{query}").status_code == 404
    for query in ("", f"?service_request_id={number}", "?service_code=SR-FD01", "?extensions=true"):
        answer = client.get(f"{API}/requests.{suffix}{query}").get_data(as_text=True)
        assert "Private words" not in answer
        assert number not in answer


def test_reports_of_a_reviewed_service_show_text_and_place_after_approval(
    client: FlaskClient, environment: Environment, post: Any
) -> None:
    told = {"description": "Somebody's own words", "address_string": "1 N Broad St", "zipcode": "19107"}
    number = post({**ANYTHING, **told, "attribute[property_type]": None}).get_json()[0]["service_request_id"]
    before = read(client, number)
    hidden = ("description", "address", "address_id", "zipcode", "lat", "long", "media_url")
    assert [before[name] for name in hidden] == [None] * len(hidden)
    assert (before["status"], before["service_code"]) == ("open", "SR-MI01")
    assert number in client.get(f"{API}/requests.json").get_data(as_text=True)
    assert client.get(f"{API}/requests.json?lat=39.9526&long=-75.1652&radius=500").get_json() == []
    approve(environment, number)
    after = read(client, number)
    assert (after["description"], after["address"]) == ("Somebody's own words", "1 N Broad St")
    assert (after["lat"], after["long"]) == (39.9526, -75.1652)


# A refusal leaves nothing behind

TABLES = ("service_request", "person", "contact_point", "answer", "media", "token", "publication")


@pytest.mark.parametrize(
    "changes",
    [
        {"api_key": "wrong"},
        {"service_code": "SR-NONE"},
        {"lat": None},
        {"attribute[property_type]": "castle"},
        {"attribute[property_type]": None},
        {"description": "x" * 4001},
        {"jurisdiction_id": "elsewhere.gov"},
    ],
)
def test_a_refused_report_leaves_nothing_behind(city: Connection, post: Any, changes: dict[str, Any]) -> None:
    photo = (io.BytesIO(picture()), "a.jpg")
    assert post({**PERSONAL, "media": photo, **changes}).status_code in (400, 403, 404)
    assert {table: city.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES} == dict.fromkeys(TABLES, 0)


# Photos


def picture(colour: int = 200, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture twice as wide as high."""
    written = io.BytesIO()
    Image.new("RGB", (64, 32), (colour, 0, 0)).save(written, kind, **options)
    return written.getvalue()


def upload(name: str, content: bytes, file: str = "photo.jpg", kind: str | None = None) -> dict[str, Any]:
    return {name: (io.BytesIO(content), file, kind) if kind else (io.BytesIO(content), file)}


def local(url: str) -> str:
    """The path of an address of this server."""
    assert url.startswith("https://311.example.org/")
    return url.removeprefix("https://311.example.org")


def test_a_photo_is_stored_upright_without_a_trace_of_its_place(client: FlaskClient, filed: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 57.0, 9.0), 3: "W", 4: (75.0, 9.0, 54.0)})
    case = filed(upload("media", picture(exif=exif)), "?extensions=true")
    (photo,) = case["extended_attributes"]["photos"]
    assert photo["url"] == case["media_url"]
    for url in (photo["url"], photo["thumbnail_url"]):
        answer = client.get(local(url))
        assert answer.status_code == 200
        assert answer.content_type == "image/jpeg"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(answer.data)) as stored:
            assert stored.size == (32, 64)
            assert not stored.getexif()
        assert b"Maker" not in answer.data


@pytest.mark.parametrize("name", ["media", "photo1", "file_7", "media_url"])
def test_a_photo_may_come_under_any_name(filed: Any, name: str) -> None:
    assert filed(upload(name, picture()))["media_url"].startswith("https://311.example.org/media/")


def test_the_field_media_comes_first(client: FlaskClient, filed: Any) -> None:
    case = filed({**upload("another", picture(10)), **upload("media", picture(250))})
    with Image.open(io.BytesIO(client.get(local(case["media_url"])).data)) as stored:
        assert stored.getpixel((0, 0))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xe0 no picture", picture()[:40], b"%PDF-1.7\n", b"<svg xmlns='x'/>"]
)
def test_a_broken_photo_does_not_lose_the_report(filed: Any, content: bytes) -> None:
    case = filed({**upload("media", content), "description": "Still here"})
    assert (case["description"], case["media_url"]) == ("Still here", None)


def test_a_good_photo_behind_a_broken_one_is_taken(filed: Any) -> None:
    assert filed({**upload("media", b"broken"), **upload("photo2", picture())})["media_url"]


@pytest.mark.parametrize(
    ("file", "kind"), [("photo.txt", "text/plain"), ("photo", "application/octet-stream"), ("../../x.jpg", "image/gif")]
)
def test_a_photo_is_known_by_its_content_not_by_its_name(client: FlaskClient, filed: Any, file: str, kind: str) -> None:
    case = filed(upload("media", picture(kind="PNG"), file, kind))
    assert client.get(local(case["media_url"])).data.startswith(b"\xff\xd8")


def test_five_photos_are_kept_and_further_ones_ignored(client: FlaskClient, filed: Any) -> None:
    photos: dict[str, Any] = {}
    for number in range(7):
        photos |= upload(f"photo{number}", picture(number * 30))
    kept = filed(photos, "?extensions=true")["extended_attributes"]["photos"]
    assert len({photo["url"] for photo in kept}) == len(kept) == 5


@pytest.mark.parametrize("form", [FIRE_COMPLAINT, POLICE_COMPLAINT, FIRE_HAZARD, ANYTHING])
def test_photos_of_private_blurred_and_unreviewed_requests_are_not_served(
    city: Connection, client: FlaskClient, post: Any, form: dict[str, str]
) -> None:
    assert post({**form, **upload("media", picture())}).status_code == 200
    for file in city.execute(text("SELECT file, thumbnail FROM media")).one():
        assert client.get(f"/media/{file}").status_code == 404
    listed = client.get(f"{API}/requests.json?extensions=true").get_json()
    assert [(case["media_url"], case["extended_attributes"]["photos"]) for case in listed] in ([], [(None, [])])


def test_a_reviewed_photo_is_served_after_approval(client: FlaskClient, environment: Environment, post: Any) -> None:
    response = post({**ANYTHING, **upload("media", picture())})
    number = response.get_json()[0]["service_request_id"]
    approve(environment, number)
    assert client.get(local(read(client, number)["media_url"])).status_code == 200


@pytest.mark.parametrize("name", ["nothing.jpg", "0" * 64 + ".jpg", "..%2f..%2fetc%2fpasswd"])
def test_photos_that_are_none_are_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


# What was not kept is told


def receipt(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.get_data(as_text=True)
    (found,) = response.get_json()
    return found  # type: ignore[no-any-return]


GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


@pytest.mark.parametrize(
    ("content", "reason"), [(GIF, "unreadable"), (b"<html>", "unreadable"), (picture()[:-300], "cut_off")]
)
def test_the_receipt_says_which_photo_was_not_kept_and_why(post: Any, content: bytes, reason: str) -> None:
    got = receipt(post({**ANYTHING, **upload("media", content)}))
    (told,) = got["media_not_kept"]
    assert (told["media"], told["reason"]) == ("media", reason)
    assert "Media was not kept: it is" in got["service_notice"]


def test_of_several_photos_the_receipt_names_those_that_were_not_kept(post: Any) -> None:
    photos = {**upload("media", picture()), **upload("a", GIF), **upload("b", picture(9)), **upload("c", b"x")}
    got = receipt(post({**ANYTHING, **photos}))
    assert [each["media"] for each in got["media_not_kept"]] == ["media 2", "media 4"]


def test_photos_above_the_limit_are_told(post: Any) -> None:
    photos: dict[str, Any] = {}
    for number in range(7):
        photos |= upload(f"photo{number}", picture(number * 30))
    got = receipt(post({**ANYTHING, **photos}))
    assert [each["reason"] for each in got["media_not_kept"]] == ["too_many", "too_many"]


@pytest.mark.parametrize("address", ["photo.jpg", "file:///etc/passwd", "javascript:alert(1)", "https://"])
def test_an_address_of_a_photo_that_is_none_is_told(post: Any, address: str) -> None:
    got = receipt(post({**ANYTHING, "media_url": address}))
    assert [(each["media"], each["reason"]) for each in got["media_not_kept"]] == [("media_url", "no_address")]


def test_a_receipt_for_which_all_was_kept_is_as_it_always_was(post: Any) -> None:
    empty = {"media": (io.BytesIO(b""), "")}
    for more in ({}, upload("media", picture()), empty, {"media_url": "https://example.net/a.jpg"}):
        assert "media_not_kept" not in receipt(post({**ANYTHING, **more}))


def test_the_same_report_again_is_told_the_same(post: Any) -> None:
    first, again = (receipt(post({**ANYTHING, "client_request_id": "one", **upload("media", GIF)})) for _ in range(2))
    assert first == again
    assert first["media_not_kept"]


def test_a_receipt_in_xml_names_what_was_not_kept(client: FlaskClient, api_key: str) -> None:
    form = {**ANYTHING, "api_key": api_key, **upload("media", GIF)}
    said = client.post(f"{API}/requests.xml", data=form).get_data(as_text=True)
    assert "<media_not_kept><not_kept><media>media</media><reason>unreadable</reason>" in said


@pytest.mark.parametrize(("email", "told"), [("nobody", True), ("a@b@c.example", True), ("Ann <a@b.example>", False)])
def test_an_address_to_which_no_letter_can_be_sent_is_told(post: Any, email: str, told: bool) -> None:
    assert ("No letters can be sent" in receipt(post({**ANYTHING, "email": email}))["service_notice"]) is told
