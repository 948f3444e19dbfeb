"""``open311 boundaries``: layers loaded, listed and removed; ``tests/places`` has what loading does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from tests.conftest import API, SANDBOX
from tests.places.layers import EAST, WEST, layer_file, square

COUNTED = "2 features, 2 boundaries, 0 repaired, 0 refused"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A file of two wards, which meet west of where reports of these tests lie."""
    return layer_file(tmp_path, (1, square(*WEST)), (2, square(*EAST)))


@pytest.fixture
def layers(city: Connection) -> Callable[[], Any]:
    """Every layer that is loaded."""
    query = text(
        "SELECT jurisdiction, layer, vintage, valid_from::text, valid_to::text FROM boundary_layer ORDER BY 1, 3"
    )
    return lambda: [tuple(row) for row in city.execute(query)]


def test_a_layer_is_loaded_wherever_it_is_named_and_requests_are_tagged(
    run: Any, client: FlaskClient, report: Any, source: str, layers: Any
) -> None:
    number = report()
    assert run("boundaries", "load", "ward", source).splitlines() == [
        f"phila.gov: {COUNTED}, 1 tags of service requests",
        f"sandbox.phila.gov: {COUNTED}, 0 tags of service requests",
    ]
    listed = [row["service_request_id"] for row in client.get(f"{API}/requests.json?ward=1").get_json()]
    assert listed == [number]
    assert layers() == [
        (jurisdiction, "ward", "2019", None, None) for jurisdiction in ("phila.gov", "sandbox.phila.gov")
    ]


def test_a_layer_is_loaded_for_one_jurisdiction_only(run: Any, client: FlaskClient, source: str) -> None:
    assert run("boundaries", "load", "ward", source, "--jurisdiction", "phila.gov").count("\n") == 1
    samples = [client.get(f"{base}/boundaries.json").get_json()[0]["sample"] for base in (API, SANDBOX)]
    assert samples == [False, True]


def test_vintage_and_days_may_be_named(run: Any, source: str, layers: Any) -> None:
    words = ("--vintage", "old.1", "--valid-from", "1990-01-01", "--valid-to", "2018-12-31")
    run("boundaries", "load", "ward", source, "--jurisdiction", "phila.gov", *words)
    assert layers()[0] == ("phila.gov", "ward", "old.1", "1990-01-01", "2018-12-31")


def test_the_list_names_what_is_loaded_and_what_is_in_force(run: Any, source: str) -> None:
    for words in (["--vintage", "1990"], ["--vintage", "2020", "--valid-from", "2020-01-01"]):
        run("boundaries", "load", "ward", source, "--jurisdiction", "phila.gov", *words)
    assert run("boundaries", "list").splitlines() == [
        "phila.gov\tward@2020\t2\tcurrent",
        "phila.gov\tward@1990\t2\t",
        "sandbox.phila.gov\tward@sample\t12\tcurrent",
    ]


@pytest.mark.parametrize(
    ("words", "reason", "exit_code"),
    [
        (["load"], "Missing argument 'LAYER'", 2),
        (["load", "ward"], "Missing argument 'SOURCE'", 2),
        (["load", "castle", "SOURCE"], "no layer 'castle' in config/boundaries.yaml", 2),
        (["load", "ward", "SOURCE", "--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov", 2),
        (["load", "ward", "SOURCE", "--valid-from", "soon"], "'soon' does not match the format", 2),
        (["load", "ward", "SOURCE", "--valid-from", "2020-01-02", "--valid-to", "2020-01-01"], "lies before", 2),
        (["load", "ward", "SOURCE", "--vintage", ""], "letters, digits", 2),
        (["load", "ward", "SOURCE", "--vintage", "2020:5"], "letters, digits", 2),
        (["load", "ward", "SOURCE", "--vintage", "sample"], "'sample' is reserved for", 2),
        (["load", "ward", "/nothing.geojson"], "/nothing.geojson cannot be read", 1),
        (["load", "ward", "/etc/passwd"], "/etc/passwd cannot be read", 1),
        (["load", "council_district", "SOURCE"], "no property 'district'", 1),
    ],
    ids=str,
)
def test_what_cannot_be_loaded_is_told_and_changes_nothing(
    refused: Any, source: str, layers: Any, words: list[str], reason: str, exit_code: int
) -> None:
    before = layers()
    given = [source if word == "SOURCE" else word for word in words]
    assert reason in refused("boundaries", *given, exit_code=exit_code)
    assert layers() == before


def test_a_vintage_is_removed_with_its_tags_and_the_one_before_is_in_force_again(
    run: Any, client: FlaskClient, report: Any, source: str, city: Connection
) -> None:
    number = report(long="-75.2")
    for words in (["--vintage", "1990"], ["--vintage", "2020", "--valid-from", "2020-01-01"]):
        run("boundaries", "load", "ward", source, *words)
    assert run("boundaries", "remove", "ward", "--vintage", "2020").splitlines() == [
        "phila.gov: ward@2020 removed, 2 boundaries, 1 tags of service requests; ward@1990 is in force now",
        "sandbox.phila.gov: ward@2020 removed, 2 boundaries, 0 tags of service requests; ward@1990 is in force now",
    ]
    answer = client.get(f"{API}/requests.json?ward=1")
    assert [row["service_request_id"] for row in answer.get_json()] == [number]
    assert "no ward is in force now" in run("boundaries", "remove", "ward", "--vintage", "1990")
    assert client.get(f"{API}/requests.json?ward=1").status_code == 400
    for table in ("boundary_layer", "boundary", "boundary_part", "request_boundary"):
        assert city.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_a_vintage_is_removed_from_one_jurisdiction_only(run: Any, source: str) -> None:
    run("boundaries", "load", "ward", source)
    run("boundaries", "remove", "ward", "--vintage", "2019", "--jurisdiction", "sandbox.phila.gov")
    assert run("boundaries", "list").splitlines() == ["phila.gov\tward@2019\t2\tcurrent"]


@pytest.mark.parametrize(
    ("words", "reason", "exit_code"),
    [
        (["ward", "--vintage", "1890"], "ward@1890 is not loaded; loaded are ward@sample", 1),
        (["castle", "--vintage", "1"], "castle@1 is not loaded; loaded are none of its kind", 1),
        (["ward"], "Missing option '--vintage'", 2),
        ([], "Missing argument 'LAYER'", 2),
    ],
    ids=str,
)
def test_what_is_not_there_cannot_be_removed(
    refused: Any, layers: Any, words: list[str], reason: str, exit_code: int
) -> None:
    before = layers()
    assert reason in refused("boundaries", "remove", *words, exit_code=exit_code)
    assert layers() == before
