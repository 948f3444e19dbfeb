"""What is asked of boundaries that are not there is refused with a sentence, on every surface; nothing else is."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.conftest import API
from tests.georeport.conftest import case

UNKNOWN = [
    ("boundary=ward:99", "there is no boundary ward:99"),
    ("ward=99", "there is no boundary ward:99"),
    ("ward=5'%20OR%201=1", "there is no boundary ward:5' OR 1=1"),
    ("ward=05", "there is no boundary ward:05"),
    ("boundary=ward:5&boundary=ward:99", "there is no boundary ward:99"),
    ("ward=5&boundary=ward@sample:99", "there is no boundary ward@sample:99"),
    ("boundary=ward@1990:5", "ward@1990 is not loaded"),
    ("boundary=zip:19147", "zip is not loaded"),
    ("boundary=castle:5", "no boundary layer 'castle'"),
    ("boundary=5", "layer:code or layer@vintage:code expected"),
    ("zip=19147", "zip is no parameter; write boundary=zip:19147"),
    ("zips=19147", "zips is no parameter; write boundary=zip:19147"),
    ("Ward=5", "Ward is no parameter; write boundary=ward:5"),
    ("council-district=3", "council-district is no parameter; write boundary=council_district:3"),
    ("district=3", "district is no parameter; write boundary=council_district:3"),
    ("zip_code=19147", "zip_code is no parameter; write boundary=zip:19147"),
    ("zipcode=19147", "zipcode is no parameter; write boundary=zip:19147"),
    ("police_districts=", "police_districts is no parameter; write boundary=police_district:CODE"),
]


@pytest.fixture
def there(put: Any) -> None:
    """One request in ward 5, and one outside of all wards."""
    put(case("1"), case("2", lat=39.5))


@pytest.mark.parametrize(("asked", "reason"), UNKNOWN)
@pytest.mark.parametrize("beside", ["", "&status=open", "&extensions=true", "&page=2"])
def test_a_boundary_that_is_not_there_is_refused_by_list_and_feed_alike(
    client: FlaskClient, there: None, asked: str, reason: str, beside: str
) -> None:
    listed = client.get(f"{API}/requests.json?{asked}{beside}")
    fed = client.get(f"/feeds/requests.atom?{asked}{beside}")
    assert (listed.status_code, fed.status_code) == (400, 400)
    assert reason in listed.get_json()[0]["description"]
    assert ElementTree.fromstring(fed.data).findtext("error/description") == listed.get_json()[0]["description"]


@pytest.mark.parametrize("asked", ["ward=12", "boundary=ward:12", "boundary=ward@sample:12", "ward=12&page=7"])
def test_a_boundary_that_is_there_and_holds_nothing_is_empty_on_list_and_feed_alike(
    client: FlaskClient, there: None, asked: str
) -> None:
    assert client.get(f"{API}/requests.json?{asked}").get_json() == []
    assert b"<entry>" not in client.get(f"/feeds/requests.atom?{asked}").data


@pytest.mark.parametrize(
    "asked", ["utm_source=mail", "wardrobe=5", "limit=3", "format=json", "_=1", "address=5", "x[]=1"]
)
def test_parameters_that_nobody_knows_and_look_like_no_layer_are_passed_over(
    client: FlaskClient, there: None, asked: str
) -> None:
    assert len(client.get(f"{API}/requests.json?{asked}").get_json()) == 2


def test_a_vintage_that_is_not_in_force_is_told_with_the_way_to_ask_for_it(
    client: FlaskClient, there: None, load: Any
) -> None:
    load("zip", {"19147": (-75.3, 39.9, -74.9, 40.0)}, vintage="2010", valid_from=date(2010, 1, 1))
    assert client.get(f"{API}/requests.json?boundary=zip:19147").status_code == 200
    load("zip", {"19147": (-75.3, 39.9, -74.9, 40.0)}, vintage="2010", valid_to=date(2015, 12, 31))
    for address in (f"{API}/requests.json", "/feeds/requests.atom"):
        answer = client.get(f"{address}?boundary=zip:19147")
        assert answer.status_code == 400
        assert "no vintage of zip is in force today" in answer.get_data(as_text=True)
        assert client.get(f"{address}?boundary=zip@2010:19147").status_code == 200
