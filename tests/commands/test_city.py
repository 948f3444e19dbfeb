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


def renamed(data: dict[str, Any]) -> None:
    """The same city under another key."""
    data["jurisdictions"][0].update(key="new.example", jurisdiction_id="phila.gov")
    data["jurisdictions"][1:] = []
    data["endpoints"] = [{"path": "/open311/v2", "type": "production", "jurisdictions": ["new.example"]}]


@pytest.fixture
def elsewhere(run: Any, report: Any, city: Connection, tmp_path: Path) -> Any:
    """Load another city's files, or the same with another key, over a database with a service request of this one."""
    run("city", "load")
    report()

    def load(*options: str, exit_code: int = 0) -> str:
        directory = tmp_path / "city"
        if not directory.exists():
            small_city(directory, renamed, "SR-CL01")
        return invoke(serve(city, city_dir=directory).application, "city", "load", *options, exit_code=exit_code)

    return load


def test_files_that_would_hide_service_requests_are_not_loaded(elsewhere: Any, city: Connection) -> None:
    before = city.scalar(text("SELECT count(*) FROM catalogue_version"))
    told = elsewhere(exit_code=1)
    assert told.startswith(
        "Error: the database holds 1 service requests of phila.gov, which is not in config/city.yaml"
    )
    assert "--forget-jurisdiction phila.gov" in told
    assert len(told.splitlines()) == 1
    assert city.scalar(text("SELECT count(*) FROM catalogue_version")) == before


def test_files_are_loaded_where_a_jurisdiction_is_forgotten_on_purpose(
    elsewhere: Any, run: Any, city: Connection
) -> None:
    told = elsewhere("--forget-jurisdiction", "phila.gov")
    assert "phila.gov is forgotten; its 1 service requests stay, and nobody sees them" in told
    assert "forgotten" not in elsewhere()
    assert city.scalar(text("SELECT count(*) FROM service_request")) == 1
    city.execute(text("DELETE FROM published_service WHERE jurisdiction = 'new.example'"))
    run("city", "load")  # named again, it is seen again, and would be missed again
    assert "1 service requests of phila.gov" in elsewhere(exit_code=1)


@pytest.mark.parametrize("key", ["new.example", "never.example"])
def test_what_is_there_or_never_was_is_not_forgotten(elsewhere: Any, key: str) -> None:
    assert f"no jurisdiction {key!r} can be forgotten" in elsewhere("--forget-jurisdiction", key, exit_code=1)


@pytest.mark.parametrize("sample", [False, True])
def test_a_jurisdiction_of_which_nothing_but_a_sample_is_there_is_missed_by_nobody(
    run: Any, city: Connection, tmp_path: Path, sample: bool
) -> None:
    run("city", "load")
    if sample:
        run("sample", "load", "--requests", "3")
    directory = small_city(tmp_path / "city", renamed, "SR-CL01")
    assert "1 services" in invoke(serve(city, city_dir=directory).application, "city", "load")
