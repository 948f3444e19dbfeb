"""``open311 city load``: the database follows the city's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from tests.commands.conftest import invoke
from tests.conftest import API
from tests.georeport.small_city import serve, small_city

SUMMARY = "Philadelphia: 2 jurisdictions, {} services"


@pytest.fixture
def load(city: Connection, tmp_path: Path) -> Any:
    """Run the command with other files: one service, changed; answers what it told."""

    def run(**changes: str) -> list[str]:
        directory = small_city(tmp_path / str(len(list(tmp_path.iterdir()))), lambda _: None, "SR-CL01")
        file = directory / "service_definitions" / "SR-CL01.yaml"
        file.write_text(file.read_text() + "".join(f"{name}: {value}\n" for name, value in changes.items()))
        other = serve(city, city_dir=directory, public_url="https://311.example.org").application
        return invoke(other, "city", "load").splitlines()

    return run


def test_loading_again_changes_nothing(run: Any, client: FlaskClient) -> None:
    summary = SUMMARY.format(114)
    assert run("city", "load").splitlines() == [summary]
    before = client.get(f"{API}/discovery.json").data
    assert run("city", "load").splitlines() == [summary]
    assert client.get(f"{API}/discovery.json").data == before


def test_a_change_of_the_files_is_noted_once(load: Any, city: Connection) -> None:
    versions = text("SELECT count(*) FROM catalogue_version")
    before = city.scalar(versions)
    assert load() == ["the catalogue changed", SUMMARY.format(2)]
    assert load() == [SUMMARY.format(2)]
    assert city.scalar(versions) == before + 1


def test_numbers_from_another_postgresql_are_given_anew(run: Any, report: Any, city: Connection) -> None:
    number = report()
    city.execute(text("UPDATE publication SET written = '9000000000000' WHERE service_request_id = :n"), {"n": number})
    city.execute(text("INSERT INTO publication_change (jurisdiction, written) VALUES ('phila.gov', '9000000000001')"))
    run("city", "load")
    for table in ("publication", "publication_change"):
        assert city.scalar(text(f"SELECT max(written) = pg_current_xact_id() FROM {table}"))


def test_sample_boundaries_come_where_a_layer_has_none(run: Any, city: Connection, client: FlaskClient) -> None:
    city.execute(text("DELETE FROM boundary_layer WHERE jurisdiction = 'phila.gov'"))
    assert client.get(f"{API}/boundaries.json").get_json() == []
    assert run("city", "load").splitlines()[0] == "phila.gov: 12 sample boundaries of layer ward"
    (layer,) = client.get(f"{API}/boundaries.json").get_json()
    assert (layer["sample"], layer["boundaries"]) == (True, 12)


def test_what_became_less_public_is_gone_at_once(load: Any, run: Any, report: Any, client: FlaskClient) -> None:
    number = report()
    assert client.get(f"{API}/requests/{number}.json").status_code == 200
    told = load(publishing="private")
    assert "Graffiti Removal is less public now; its publications are rendered again" in told
    assert client.get(f"{API}/requests/{number}.json").status_code == 404
    run("publish", "--all")  # with this city's own files again
    assert client.get(f"{API}/requests/{number}.json").status_code == 200
