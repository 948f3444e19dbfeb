"""A layer is loaded while others publish, on connections of their own: every tag is right afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any, LiteralString

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.city.import_batch import add_cases
from open311.actions.places.load_boundaries import Loaded, load_boundaries
from open311.actions.publications.publish import publish
from tests.georeport.conftest import ago, case
from tests.places.layers import EAST, WEST, layer_file, square

HERE, YESTERDAY = "phila.gov", ago(days=1)
PATIENCE = 60
"""Seconds, on a busy machine."""


@pytest.fixture
def environment(other_app: Flask) -> Environment:
    """What actions on the module's own database work with."""
    found: Environment = other_app.extensions["open311"]
    return found


@pytest.fixture
def beside(other_app: Flask) -> Iterator[Callable[..., Future[Any]]]:
    """Do something in a thread with a connection of its own."""
    with ThreadPoolExecutor(4) as pool:

        def run(act: Callable[..., Any], *given: Any) -> Any:
            with other_app.app_context():
                return act(*given)

        yield lambda act, *given: pool.submit(run, act, *given)


@pytest.fixture
def ask(own_database: str) -> Iterator[Callable[[str], list[Any]]]:
    """Ask the database, on a connection of the test's own."""
    address = make_url(own_database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:

        def run(query: LiteralString) -> list[Any]:
            cursor = other.execute(query)
            return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture
def wait_for_waiting(ask: Callable[[str], list[Any]]) -> Callable[..., None]:
    """Wait until so many transactions wait for another one, or one of them ended without."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def wait(count: int, doing: Future[Any]) -> None:
        end = monotonic() + PATIENCE
        while monotonic() < end and not doing.done() and ask(query) != [(count,)]:
            sleep(0.02)

    return wait


@pytest.fixture
def load(environment: Environment, tmp_path: Path) -> Callable[..., Loaded]:
    """Load wards as one vintage, the same each time."""
    here = environment.city.jurisdictions[HERE]

    def run(*wards: tuple[int, Any]) -> Loaded:
        file = layer_file(tmp_path, *((number, square(*where)) for number, where in wards))
        return load_boundaries([here], here.layers["ward"], file)[HERE]

    return run


@pytest.fixture
def tags(ask: Callable[[str], list[Any]]) -> Callable[[], list[Any]]:
    """Every tag of these tests: the number of the request, and the ward (none: it is gone)."""
    return lambda: ask(
        "SELECT r.service_request_id, b.code FROM request_boundary tag"
        " JOIN service_request r ON r.key = tag.service_request LEFT JOIN boundary b ON b.key = tag.boundary"
        " WHERE r.origin = 'beside' ORDER BY 1, 2"
    )


@pytest.fixture(autouse=True)
def two_wards(other_app: Flask, load: Callable[..., Loaded], ask: Callable[[str], list[Any]]) -> None:
    """Both wards are loaded, and nothing is filed."""
    ask("SET open311.rewrite_history = 'on'")
    ask("DELETE FROM service_request WHERE origin = 'beside'")
    ask("TRUNCATE request_boundary")
    with other_app.app_context():
        load((1, WEST), (2, EAST))


def file(environment: Environment, number: str) -> None:
    add_cases(environment, HERE, "beside", [case(number, YESTERDAY)])


@transaction
def slowly(act: Callable[..., None], given: tuple[Any, ...], done: Event, go_on: Event) -> None:
    """Do it, and commit only when that is allowed."""
    act(*given)
    done.set()
    assert go_on.wait(PATIENCE)


def change(environment: Environment, number: str, changed: str) -> None:
    """Change a column of the case, and publish it again."""
    keys = connection().execute(
        f"UPDATE service_request SET {changed} WHERE service_request_id = %s RETURNING key", (number,)
    )
    publish(environment, [row[0] for row in keys.fetchall()])


def test_a_report_that_is_filed_while_a_layer_loads_is_tagged(
    environment: Environment, beside: Any, load: Any, wait_for_waiting: Any, tags: Any
) -> None:
    done, go_on = Event(), Event()
    filing = beside(slowly, file, (environment, "while"), done, go_on)
    assert done.wait(PATIENCE)
    loading = beside(load, (7, WEST), (8, EAST))
    wait_for_waiting(1, loading)
    later = beside(file, environment, "later")
    wait_for_waiting(2, loading)
    go_on.set()
    filing.result(PATIENCE)
    later.result(PATIENCE)
    assert loading.result(PATIENCE).tags == 1
    assert tags() == [("later", "7"), ("while", "7")]


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ("point = ST_SetSRID(ST_MakePoint(-75.1, 40), 4326)", [("changed", "8")]),
        ("private = true", []),
        ("status_notes = 'looked at'", [("changed", "7")]),
    ],
    ids=["moved", "taken back", "in place"],
)
def test_a_report_that_changes_while_a_layer_loads_is_tagged_where_it_is_now(
    environment: Environment,
    beside: Any,
    load: Any,
    wait_for_waiting: Any,
    tags: Any,
    changed: str,
    left: list[Any],
) -> None:
    beside(file, environment, "changed").result(PATIENCE)
    assert tags() == [("changed", "1")]
    done, go_on = Event(), Event()
    changing = beside(slowly, change, (environment, "changed", changed), done, go_on)
    assert done.wait(PATIENCE)
    loading = beside(load, (7, WEST), (8, EAST))
    wait_for_waiting(1, loading)
    go_on.set()
    changing.result(PATIENCE)
    loading.result(PATIENCE)
    assert tags() == left
