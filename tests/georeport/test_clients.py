"""Reports byte for byte as clients in use send them: each is taken, and comes back as it was meant."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image

from tests.conftest import API

KEY = "THE-KEY"
"""Stands for the key in what is sent."""
FORM = "application/x-www-form-urlencoded"


class Sent(NamedTuple):
    """One POST, and what must be read afterwards."""

    suffix: str
    body: str | bytes
    kind: str | None = FORM
    query: str = ""
    expected: dict[str, Any] = {}
    surface: Sequence[str] = ()
    photo: bool = False


def photo(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, kind)
    return written.getvalue()


def multipart(
    boundary: str, fields: Sequence[tuple[str, str]], head: str = "", file: tuple[str, str] | None = None
) -> bytes:
    """Fields with a header of each part, and a photo (name of the field, kind of picture)."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n{head}\r\n{value}'.encode() for name, value in fields]
    if file:
        name, kind = file
        disposition = f'Content-Disposition: form-data; name="{name}"; filename="a.{kind}"'
        parts.append(f"{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n".encode() + photo(kind))
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


GRAFFITI = [
    ("service_code", "SR-CL01"),
    ("jurisdiction_id", "phila.gov"),
    ("api_key", KEY),
    ("attribute[property_type]", "public"),
    ("lat", "39.952583"),
    ("long", "-75.165222"),
    ("description", "Größe"),
]
HERE = {"lat": 39.952583, "long": -75.165222}
J2 = "===1700000000000==="

CLIENTS = {
    "FixMyStreet": Sent(
        "xml",
        f"jurisdiction_id=phila.gov&api_key={KEY}&service_code=SR-CL01&lat=39.952583&long=-75.165222"
        "&description=title%3A+Gr%C3%B6%C3%9Fe%0A%0Adetail%3A+a+tag+%26+more%0A&email=ann%40example.net"
        "&first_name=Ann&last_name=&media_url=http%3A%2F%2Ffms.example%2F1.jpeg&attribute%5Bproperty_type%5D=public"
        "&attribute%5Beasting%5D=529025&attribute%5Bnorthing%5D=179716&attribute%5Bfixmystreet_id%5D=4711"
        "&attribute%5Buprn%5D=&attribute%5Bclosest_address%5D=1+Main+St&deviceid=FixMyStreet",
        expected={
            **HERE,
            "description": "title: Größe\n\ndetail: a tag & more",
            "media_url": "http://fms.example/1.jpeg",
        },
    ),
    "FixMyStreet, place not on the map": Sent(
        "xml",
        f"jurisdiction_id=phila.gov&api_key={KEY}&service_code=SR-CL01&address_id=%23NOTPINPOINTED%23"
        "&attribute%5Bproperty_type%5D=public&description=Tag",
        expected={"lat": None, "address_id": "#NOTPINPOINTED#"},
    ),
    "FixMyStreet, uploading photos": Sent(
        "xml",
        multipart("xYzZY", GRAFFITI, file=("photo1", "jpeg")),
        "multipart/form-data; boundary=xYzZY",
        expected={**HERE, "description": "Größe"},
        photo=True,
    ),
    "Bloomington's Android app": Sent(
        "json",
        f"service_code=SR-CL01&jurisdiction_id=phila.gov&api_key={KEY}&lat=39.952583&long=-75.165222&address_string="
        "&attribute%5Bproperty_type%5D=public&attribute%5Bsurface%5D%5B%5D=brick&attribute%5Bsurface%5D%5B%5D=wood"
        "&device_id=abc&first_name=&last_name=&email=&phone=&description=",
        expected={**HERE, "address": None, "description": None},
        surface=("brick", "wood"),
    ),
    "Bloomington's Android app, with a photo": Sent(
        "json",
        multipart(
            "mG-_yXb8Zs0QWr",
            [*GRAFFITI, ("attribute[surface][]", "brick"), ("attribute[surface][]", "wood")],
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n",
            file=("media", "png"),
        ),
        "multipart/form-data; boundary=mG-_yXb8Zs0QWr; charset=UTF-8",
        expected={**HERE, "description": "Größe"},
        surface=("brick", "wood"),
        photo=True,
    ),
    "Bloomington's iOS app": Sent(
        "json",
        f"api_key={KEY}&jurisdiction_id=phila.gov&service_code=SR-CL01&lat=39.952583&long=-75.165222"
        "&attribute[property_type]=public&attribute[surface][]=brick&attribute[surface][]=wood&description=Gr%C3%B6%C3%9Fe",
        f"{FORM}; charset=utf-8",
        expected={**HERE, "description": "Größe"},
        surface=("brick", "wood"),
    ),
    "Bloomington's iOS app, with a photo": Sent(
        "json",
        multipart("Boundary+0xAbCdEfGbOuNdArY", GRAFFITI, file=("media", "png")),
        "multipart/form-data; boundary=Boundary+0xAbCdEfGbOuNdArY",
        expected=HERE,
        photo=True,
    ),
    "three (Python)": Sent(
        "json",
        f"attribute%5Bproperty_type%5D=public&attribute%5Bsurface%5D%5B%5D=brick&address_string=1+N+Broad+St"
        f"&service_code=SR-CL01&jurisdiction_id=phila.gov&api_key={KEY}",
        expected={"lat": None, "address": "1 N Broad St"},
        surface=("brick",),
    ),
    "three (Python), with a photo": Sent(
        "json",
        multipart("0f2d6a7bb8d14fc3a1c2", GRAFFITI, file=("media", "png")),
        "multipart/form-data; boundary=0f2d6a7bb8d14fc3a1c2",
        expected=HERE,
        photo=True,
    ),
    "pyopen311": Sent(
        "xml",
        "service_code=SR-CL01&lat=39.952583&long=-75.165222&attribute%5Bproperty_type%5D=public",
        query=f"api_key={KEY}&jurisdiction_id=phila.gov",
        expected=HERE,
    ),
    "open311 for node": Sent(
        "json",
        f"service_code=SR-CL01&lat=39.952583&long=-75.165222&attribute%5Bproperty_type%5D=public&api_key={KEY}",
        query="jurisdiction_id=phila.gov",
        expected=HERE,
    ),
    "the first client for node": Sent(
        "xml",
        "",
        None,
        f"api_key={KEY}&service_code=SR-CL01&lat=39.952583&long=-75.165222&attribute%5Bproperty_type%5D=public",
        expected=HERE,
    ),
    "open311_java": Sent(
        "json",
        f"api_key={KEY}&jurisdiction_id=phila.gov&service_code=SR-CL01&address=1+N+Broad+St"
        "&attribute%5Bproperty_type%5D=public&description=Tag",
        f"{FORM}; charset=UTF-8",
        expected={"lat": None, "address": "1 N Broad St", "description": "Tag"},
    ),
    "OneBusAway, without a point and a boundary that nobody quotes": Sent(
        "json",
        multipart(
            J2,
            [
                ("attribute[property_type]", "public"),
                ("attribute[surface][]", "brick"),
                ("api_key", KEY),
                ("service_code", "SR-CL01"),
                ("service_name", "Graffiti Removal"),
                ("jurisdiction_id", "phila.gov"),
                ("address_string", "1 N Broad St"),
                ("description", "Größe"),
                ("email", "ann@example.net\r\n"),
            ],
            "Content-Type: text/plain; charset=UTF-8\r\n",
        ),
        f"multipart/form-data; boundary={J2}",
        expected={"lat": None, "address": "1 N Broad St", "description": "Größe"},
        surface=("brick",),
    ),
    "OneBusAway, the key last and followed by a stray line feed": Sent(
        "json",
        multipart(
            J2,
            [
                ("attribute[property_type]", "public"),
                ("service_code", "SR-CL01"),
                ("lat", "39.952583"),
                ("long", "-75.165222"),
                ("api_key", f"{KEY}\r\n"),
            ],
            "Content-Type: text/plain; charset=UTF-8\r\n",
        ),
        f"multipart/form-data; boundary={J2}",
        expected=HERE,
    ),
    "OneBusAway, with a photo followed by a stray line feed": Sent(
        "json",
        multipart(J2, GRAFFITI, file=("media", "png")).replace(f"\r\n--{J2}--".encode(), f"\r\n\r\n--{J2}--".encode()),
        f"multipart/form-data; boundary={J2}",
        expected=HERE,
        photo=True,
    ),
}


def number_of(response: Any, suffix: str) -> str:
    """As clients read it: the first one's."""
    if suffix == "xml":
        return str(etree.fromstring(response.data).findtext("request/service_request_id"))
    return str(response.get_json()[0]["service_request_id"])


@pytest.mark.parametrize("sent", CLIENTS.values(), ids=CLIENTS)
def test_a_report_is_taken_as_this_client_sends_it(client: FlaskClient, api_key: str, sent: Sent) -> None:
    body = sent.body if isinstance(sent.body, bytes) else sent.body.encode()
    response = client.post(
        f"{API}/requests.{sent.suffix}",
        query_string=sent.query.replace(KEY, api_key),
        data=body.replace(KEY.encode(), api_key.encode()),
        content_type=sent.kind,
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    number = number_of(response, sent.suffix)
    (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    assert {name: case[name] for name in sent.expected} == sent.expected
    answers = [(answer["name"], answer["code"]) for answer in case["attributes"]]
    assert answers == [("property_type", "public"), *(("surface", value) for value in sent.surface)]
    assert len(case["extended_attributes"]["photos"]) == sent.photo


def test_one_trouble_of_a_client_is_told_first(client: FlaskClient, api_key: str) -> None:
    """The apps show ``errors[0].description`` and nothing else."""
    form = {"api_key": api_key, "service_code": "SR-CL01", "lat": "39.95", "long": "-75.16"}
    (error,) = client.post(f"{API}/requests.json", data=form).get_json()
    assert error["description"].startswith("property_type required")
