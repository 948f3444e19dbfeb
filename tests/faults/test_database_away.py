"""The database is away, hangs, or is lost in the middle: answers say so, soon, in the format that was asked for."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from open311.actions.accounts.keys import issue_key
from open311.app import create_app
from open311.models.base import database
from open311.models.patience import HTTP, Patience
from open311.queries.reading import Statement, fetch
from open311.settings import Settings
from tests.conftest import API, GRAFFITI
from tests.faults.line import Line, line_to

pytestmark = pytest.mark.slow

PATIENCE = Patience(statement_seconds=1, lock_seconds=1, idle_seconds=5)
SOON_SECONDS = 15
"""Much more than any answer takes; much less than forever."""
SECRET = "only the tests know what this is"


@pytest.fixture(scope="module")
def lined(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Line, Flask]]:
    directory = Path(tempfile.mkdtemp(prefix="o311-"))  # a socket's path must be short
    with line_to(own_database, directory) as (line, url):
        settings = Settings(url, media_dir=tmp_path_factory.mktemp("media"), secret_key=SECRET, pool_size=2)
        app = create_app(settings, PATIENCE)
        yield line, app
        with app.app_context():
            for engine in database.engines.values():
                engine.dispose()
    shutil.rmtree(directory)


@pytest.fixture
def line(lined: tuple[Line, Flask]) -> Iterator[Line]:
    yield lined[0]
    lined[0].mend()


@pytest.fixture
def client(lined: tuple[Line, Flask], line: Line) -> FlaskClient:
    made = lined[1].test_client()
    assert made.get(f"{API}/requests.json").status_code == 200  # so that connections wait in the pools
    return made


@pytest.fixture
def key(lined: tuple[Line, Flask], line: Line) -> str:
    app = lined[1]
    with app.app_context():
        made = issue_key(app.extensions["open311"].city.jurisdictions["phila.gov"], "tests")
        database.session.remove()
        return made


def fail(line: Line, how: str) -> None:
    line.hang() if how == "hangs" else line.cut()


@pytest.mark.parametrize("how", ["is cut", "hangs"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{API}/requests.json", "application/json"),
        (f"{API}/requests.xml?ward=5", "text/xml"),
        (f"{API}/requests/1.json", "application/json"),
        (f"{API}/requests.json?extensions=true&api_key=x", "application/json"),
        (f"{API}/tokens/x.xml", "text/xml"),
        (f"{API}/servicerequestupdates.json", "application/json"),
        (f"{API}/boundaries/ward.geojson", "application/json"),
        ("/feeds/requests.atom", "text/xml"),
        ("/media/" + "0" * 64 + ".jpg", "text/xml"),
    ],
)
def test_the_api_answers_503_in_the_format_asked_for(
    client: FlaskClient, line: Line, how: str, path: str, kind: str
) -> None:
    fail(line, how)
    began = time.monotonic()
    answer = client.get(path)
    assert time.monotonic() - began < SOON_SECONDS
    assert (answer.status_code, answer.mimetype) == (503, kind)
    assert int(answer.headers["Retry-After"]) > 0
    if kind == "application/json":
        assert answer.get_json()[0]["code"] == 503
    else:
        assert etree.fromstring(answer.data).findtext(".//code") == "503"


@pytest.mark.parametrize("how", ["is cut", "hangs"])
@pytest.mark.parametrize(
    "path", ["/", "/staff", "/account", "/follow", "/follow/boundary", "/signin/staff", "/nothing-here"]
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_people_get_a_page_or_503_with_a_page(
    client: FlaskClient, line: Line, how: str, path: str, signed_in: bool
) -> None:
    if signed_in:
        with client.session_transaction() as session:
            session["token"] = "a token that only the database knows"
    fail(line, how)
    began = time.monotonic()
    answer = client.get(path, headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert time.monotonic() - began < SOON_SECONDS
    assert answer.status_code in (200, 303, 404, 503)
    if signed_in and path in ("/staff", "/account"):
        assert answer.status_code == 503
    if answer.status_code != 303:
        assert answer.mimetype == "text/html"
        assert b"</html>" in answer.data
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        assert b"Not now" in answer.data


@pytest.mark.parametrize("how", ["is cut", "hangs"])
def test_a_write_says_that_nothing_was_stored_and_works_again_afterwards(
    client: FlaskClient, line: Line, key: str, how: str
) -> None:
    form = {**GRAFFITI, "api_key": key}
    fail(line, how)
    answer = client.post(f"{API}/requests.json", data=form)
    assert answer.status_code == 503
    assert "nothing was stored" in answer.get_json()[0]["description"]
    line.mend()
    assert client.post(f"{API}/requests.json", data=form).status_code == 200


def test_a_commit_whose_answer_is_lost_is_not_called_a_failure_and_counts_once(
    client: FlaskClient, line: Line, key: str, own_database: str
) -> None:
    form = {**GRAFFITI, "api_key": key, "description": "Lost on the way"}
    sent = {"data": form, "headers": {"Idempotency-Key": "once only"}}
    line.cut_at = b"COMMIT"
    answer = client.post(f"{API}/requests.json", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 503
    said = answer.get_json()[0]["description"]
    assert "not known" in said
    assert "Idempotency-Key" in said
    line.mend()
    again: Any = client.post(f"{API}/requests.json", **sent)  # type: ignore[arg-type]
    assert again.status_code == 200
    found = client.get(f"{API}/requests.json?q=Lost on the way").get_json()
    assert [each["service_request_id"] for each in found] == [again.get_json()[0]["service_request_id"]]


@pytest.mark.parametrize("how", ["is cut", "hangs"])
def test_health_says_which_part_fails_and_nothing_else(client: FlaskClient, line: Line, how: str) -> None:
    assert client.get("/health/ready").data == b"ok\n"
    fail(line, how)
    assert client.get("/health/live").data == b"ok\n"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.data) == (503, b"database fails\ntables fails\n")
    line.mend()
    assert client.get("/health/ready").status_code == 200


def test_a_statement_that_takes_too_long_ends_by_itself(lined: tuple[Line, Flask], line: Line) -> None:
    began = time.monotonic()
    with lined[1].app_context(), pytest.raises(Exception, match="statement timeout"):
        fetch(Statement("SELECT pg_sleep(30)"))
    assert time.monotonic() - began < SOON_SECONDS


def test_every_answer_over_http_has_limits() -> None:
    assert 0 < HTTP.lock_seconds <= HTTP.statement_seconds <= 30
    assert HTTP.idle_seconds > 0


def test_a_directory_of_photos_that_cannot_be_written_is_told(lined: tuple[Line, Flask], client: FlaskClient) -> None:
    files = lined[1].extensions["open311"].stores.files
    root, files.root = files.root, Path("/proc/no-such-disk")
    try:
        answer = client.get("/health/ready")
    finally:
        files.root = root
    assert (answer.status_code, answer.data) == (503, b"photos fails\n")
