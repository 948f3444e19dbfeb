"""What tests share: the city of this checkout on a real PostGIS, everything rolled back after each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Connection, make_url

from open311.actions.accounts.keys import issue_key
from open311.actions.base.environment import Environment
from open311.actions.city.load_city import load_city
from open311.actions.places.load_boundaries import load_samples
from open311.app import create_app
from open311.catalog.city import Jurisdiction
from open311.domain.roles import Role
from open311.models import schema
from open311.models.base import database
from open311.queries.reading import READ
from open311.settings import Settings
from tests.checks import check_publications
from tests.contract.contracts import check_answer
from tests.mailbox import Mailbox, receiving

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
API = "/open311/v2"
SANDBOX = "/open311/test/v2"


def make_database(url: str, template: str | None = None) -> None:
    """Make the database anew, empty or as a copy of another."""
    drop_database(url)
    with _administration(url) as (connection, name):
        source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name) + source)
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))  # it need not last


def drop_database(url: str) -> None:
    """Take the database away, whoever uses it."""
    with _administration(url) as (connection, name):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@contextmanager
def _administration(url: str) -> Iterator[tuple[psycopg.Connection[Any], sql.Identifier]]:
    """A connection beside the database, and the database's name."""
    target = make_url(url)
    admin = target.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        yield connection, sql.Identifier(str(target.database))


@pytest.fixture(scope="session")
def database_url() -> str:
    """The tests' own database, made anew from migrations alone; one for each of several pytest workers."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.exit("TEST_DATABASE_URL is not set; run script/test", 2)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        named = make_url(url)
        url = named.set(database=f"{named.database}_{worker}").render_as_string(hide_password=False)
        os.environ["DATABASE_URL"] = url  # for the processes that tests start
    make_database(url)
    return url


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Mailbox]:
    """A real SMTP server, to which the application sends."""
    with receiving() as box:
        yield box


@pytest.fixture(scope="session")
def app(database_url: str, mail_server: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with tables, catalogue and sample wards."""
    settings = Settings(
        database_url=database_url,
        media_dir=tmp_path_factory.mktemp("media"),
        public_url="https://311.example.org",
        pool_size=2,
        smtp_url=mail_server.url,
        secret_key="only the tests know what this is",
        second_factor_roles=frozenset({Role.ADMINISTRATOR}),  # so that most tests sign in by password alone
    )
    app = create_app(settings)
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        with database.engine.connect() as connection:
            schema.migrate(connection)
            connection.commit()
        environment = app.extensions["open311"]
        load_city(environment)
        load_samples(environment)
        database.session.remove()
        database.session.configure(join_transaction_mode="create_savepoint")
    yield app
    environment.mail.close()  # what this thread kept open
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture(scope="module")
def own_database(app: Flask, database_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the tests' database for one module, whose rows are seen by other threads and processes."""
    with app.app_context():
        database.session.remove()
        for engine in database.engines.values():
            engine.dispose()
    url = make_url(database_url)
    name = f"{url.database}_{request.module.__name__.rpartition('.')[2]}"
    own = url.set(database=name).render_as_string(hide_password=False)
    make_database(own, url.database)
    yield own
    drop_database(own)


@pytest.fixture(scope="module")
def other_app(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A server on a database of its own, where threads see what others commit."""
    app = create_app(Settings(database_url=own_database, media_dir=tmp_path_factory.mktemp("media"), pool_size=8))
    app.config["TESTING"] = True
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


class _Reader:
    """Hot reads of a test see what the test wrote: they use its connection."""

    def __init__(self, connection: Any) -> None:
        self.driver_connection = connection.connection.driver_connection

    def raw_connection(self) -> _Reader:
        return self

    def close(self) -> None:
        """The connection stays open until the test ends."""


@pytest.fixture
def city(app: Flask) -> Iterator[Any]:
    """The city's database inside a transaction; all that a test writes is undone.

    Before that, every publication must equal a fresh rendering of its service request.
    """
    with app.app_context():
        engines = database.engines
        engine, reader = engines[None], engines[READ]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]
            engines[READ] = _Reader(connection)  # type: ignore[assignment]
            try:
                yield connection
                check_publications(app.extensions["open311"])
            finally:
                database.session.remove()
                engines[None], engines[READ] = engine, reader
                outer.rollback()


class CheckedClient(FlaskClient):
    """A client that holds every answer of the API against its published contract."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Call, check, answer."""
        response = super().open(*args, **kwargs)
        request = response.request
        address = request.path.replace("?", "%3F") + (
            f"?{request.query_string.decode()}" if request.query_string else ""
        )
        kind = response.headers.get("Content-Type", "")
        check_answer(address, response.status_code, kind, response.get_data(), method=request.method)
        return response


@pytest.fixture
def client(app: Flask, city: Any) -> FlaskClient:
    """A client of the API inside the test's transaction."""
    app.test_client_class = CheckedClient
    return app.test_client()


@pytest.fixture
def mailbox(mail_server: Mailbox) -> Mailbox:
    """What comes by mail during the test."""
    mail_server.clear()
    return mail_server


@pytest.fixture
def environment(app: Flask) -> Environment:
    """What actions work with."""
    return app.extensions["open311"]


@pytest.fixture
def with_parts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Environment]:
    """Replace parts of the environment until the test ends; answers the new one."""

    def run(**parts: Any) -> Environment:
        made = replace(app.extensions["open311"], **parts)
        monkeypatch.setitem(app.extensions, "open311", made)
        return made

    return run


@pytest.fixture
def phila(environment: Environment) -> Jurisdiction:
    """The city itself."""
    return environment.city.jurisdictions["phila.gov"]


@pytest.fixture
def api_key(city: Any, phila: Jurisdiction) -> str:
    """A key that may file service requests and change their status."""
    return issue_key(phila, "tests", scopes=("requests", "updates"))


@pytest.fixture
def file_key(city: Any, phila: Jurisdiction) -> str:
    """A key that may only file service requests."""
    return issue_key(phila, "app", scopes=("requests",))


@pytest.fixture
def statements(city: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All SQL that the database is sent, by whatever way."""
    sent: list[str] = []

    class Noted(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            sent.append(str(query))
            return super().execute(query, *args, **kwargs)

        def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
            sent.append(str(query))
            super().executemany(query, *args, **kwargs)

    monkeypatch.setattr(city.connection.driver_connection, "cursor_factory", Noted)
    return sent


PLACE = {"lat": "39.9526", "long": "-75.1652"}
GRAFFITI = {"service_code": "SR-CL01", "attribute[property_type]": "public", **PLACE}
"""A complete report of graffiti, without a key."""


@pytest.fixture
def report(client: FlaskClient, api_key: str) -> Any:
    """File a service request; answers its number. Fields given replace those of a report of graffiti."""

    def run(base: str = API, **fields: Any) -> str:
        form = {**GRAFFITI, "api_key": api_key, "description": "A tag on the wall", **fields}
        response = client.post(f"{base}/requests.json", data={k: v for k, v in form.items() if v is not None})
        assert response.status_code == 200, response.get_data(as_text=True)
        return str(response.get_json()[0]["service_request_id"])

    return run


def moment(text: str) -> datetime:
    """A moment from its W3C form."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).astimezone(UTC)
    raise AssertionError(f"{text!r} is not W3C")
