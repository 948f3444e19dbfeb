"""Conditional GET, and answers kept in memory: neither ever tells what is no longer so.

A transaction that is under way has no validator, so these tests commit, on a database of their own. Transactions of
other databases of the same PostgreSQL count too (``queries/publications/versions``), hence ``settled``.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, text
from werkzeug.test import TestResponse

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, moderate, progress
from open311.actions.intake.submit import give_number
from open311.actions.places.load_boundaries import load_boundaries
from open311.actions.publications.republish import republish
from open311.api.answer_cache import CACHE_MARK, MAX_CACHE_BYTES, AnswerCache, CacheMark
from open311.app import create_app
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API, GRAFFITI, SANDBOX, CheckedClient

pytestmark = pytest.mark.alone
PATIENCE = 30.0
"""Seconds until a transaction that has not ended counts as a fault."""
LISTINGS = (
    f"{API}/requests.json",
    f"{API}/requests.xml",
    f"{API}/requests",
    f"{API}/requests.json?status=open&page_size=1",
    f"{API}/requests.json?ward=1",
    f"{API}/requests.xml?bbox=-75.2,39.9,-75.1,40",
    f"{API}/requests.json?service_request_id=1,2",
)
STAFF = Actor("staff:test")


class Server:
    """One process of several over the same database."""

    def __init__(self, database_url: str, directory: Path, **settings: Any) -> None:
        self.app = create_app(Settings(database_url=database_url, media_dir=directory, pool_size=3, **settings))
        self.app.config["TESTING"] = True
        self.app.test_client_class = CheckedClient
        self.environment: Environment = self.app.extensions["open311"]
        self.city = self.environment.city.jurisdictions["phila.gov"]
        with self.app.app_context():
            self.api_key = issue_key(self.city, "tests")

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def get(self, path: str, held: str | None = None, **headers: str) -> TestResponse:
        """Read, as somebody who holds an answer with this ETag or none."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named | ({"If-None-Match": held} if held else {}))

    def settled(self, path: str, **headers: str) -> TestResponse:
        """Read once every transaction that began before the last change has ended."""
        end = time.monotonic() + PATIENCE
        while "ETag" not in (response := self.get(path, **headers)).headers and time.monotonic() < end:
            time.sleep(0.01)
        assert "ETag" in response.headers, "a transaction that began before does not end"
        return response

    def etag(self, path: str) -> str:
        return self.settled(path).headers["ETag"]

    def post(self, **fields: str) -> dict[str, str]:
        """File a report; answers the receipt."""
        response = self.client.post(f"{API}/requests.json", data={**GRAFFITI, "api_key": self.api_key, **fields})
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()[0]  # type: ignore[no-any-return]

    def report(self, **fields: str) -> str:
        """File a report; answers its number."""
        return self.post(**fields)["service_request_id"]

    def do(self, action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run an action, as a command or a job does."""
        with self.app.app_context():
            return action(self.environment, *args, **kwargs)

    def close(self) -> None:
        with self.app.app_context():
            for engine in database.engines.values():
                engine.dispose()


@pytest.fixture(scope="module")
def start(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start another server process, with settings of its own."""
    started: list[Server] = []

    def run(**settings: Any) -> Server:
        started.append(Server(own_database, tmp_path_factory.mktemp("media"), **settings))
        return started[-1]

    yield run
    for server in started:
        server.close()


@pytest.fixture(scope="module")
def here(start: Callable[..., Server]) -> Server:
    return start(public_url="https://311.example.org")


@pytest.fixture(scope="module")
def elsewhere(start: Callable[..., Server]) -> Server:
    return start(public_url="https://311.example.org")


@pytest.fixture(autouse=True)
def minute() -> None:
    """Enough of a minute for one test: what is kept, and counted, begins anew with each."""
    left = 60 - time.time() % 60
    if left < 5:
        time.sleep(left)


@pytest.fixture
def other(own_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else to the same database."""
    url = make_url(own_database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


def numbers(response: TestResponse) -> list[str]:
    return [case["service_request_id"] for case in response.get_json()]


# The validator


@pytest.mark.parametrize("path", LISTINGS)
def test_who_holds_a_listing_is_told_so_without_a_body(here: Server, path: str) -> None:
    whole = here.settled(path)
    etag = whole.headers["ETag"]
    assert whole.status_code == 200
    assert etag.startswith('W/"')
    for method in ("GET", "GET", "HEAD"):
        answer = here.client.open(path, method=method, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data) == (304, b"")
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(answer.headers.keys())
        for name in ("ETag", "Vary", "Cache-Control", "Access-Control-Allow-Origin"):
            assert answer.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", ["/feeds/requests.atom?status=open", "/feeds/requests/{}.atom"])
def test_who_holds_a_feed_is_sent_nothing_until_something_published_changes(here: Server, path: str) -> None:
    number = here.report()
    path = path.format(number)
    etag = here.etag(path)
    answer = here.get(path, etag)
    assert (answer.status_code, answer.data) == (304, b"")
    assert here.get(path, etag, Accept_Language="es").status_code == 200  # other words
    here.do(comment, CaseRef("phila.gov", number), STAFF, Change(text="Soon."))
    assert here.get(path, etag).status_code == 200


@pytest.mark.parametrize("form", ["{}", 'W/"other", {}', '"other",{}', "*", "strong"])
def test_every_form_of_if_none_match_is_understood(here: Server, form: str) -> None:
    etag = here.etag(LISTINGS[0])
    held = etag.removeprefix("W/") if form == "strong" else form.format(etag)
    assert here.get(LISTINGS[0], held).status_code == 304


@pytest.mark.parametrize("held", ['W/"other"', '"', "", "garbage", 'W/""', ","])
def test_who_holds_something_else_gets_the_listing(here: Server, held: str) -> None:
    etag = here.etag(LISTINGS[0])
    for wrong in (held, etag.swapcase()):
        assert here.get(LISTINGS[0], wrong).status_code == 200


def test_every_question_has_a_validator_of_its_own(here: Server) -> None:
    etags = {path: here.etag(path) for path in LISTINGS if path != f"{API}/requests"}
    assert len(set(etags.values())) == len(etags)
    assert here.settled(f"{API}/requests", Accept="application/json").headers["ETag"] != here.etag(f"{API}/requests")


def test_the_validator_is_the_same_in_every_process_and_encoding(here: Server, elsewhere: Server) -> None:
    for path in LISTINGS:
        etag = here.etag(path)
        assert elsewhere.etag(path) == etag
        assert here.settled(path, Accept_Encoding="gzip").headers["ETag"] == etag


def closed(server: Server, number: str) -> None:
    server.do(progress, CaseRef("phila.gov", number), STAFF, Change(Status.CLOSED, Outcome.RESOLVED, text="Gone."))


def commented(server: Server, number: str) -> None:
    server.do(comment, CaseRef("phila.gov", number), STAFF, Change(text="Seen."))


def hidden(server: Server, number: str) -> None:
    server.do(moderate, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)


def republished(server: Server, number: str) -> None:
    server.do(lambda environment: list(republish(environment, "phila.gov")))


def filed(server: Server, number: str) -> None:
    assert server.report() != number


def numbered(server: Server, number: str) -> None:
    """Give a report that got a token its number, as the job does."""
    server.post(service_code="SR-WD01", **{"attribute[problem_type]": "clogged"})
    with server.app.app_context():
        key = database.session.scalar(text("SELECT max(key) FROM service_request WHERE service_request_id IS NULL"))
    server.do(give_number, key)


def bounded(server: Server, number: str) -> None:
    """Load boundaries, the sample once more."""
    layer = server.city.layers["ward"]
    with server.app.app_context():
        load_boundaries(
            [server.city],
            layer,
            str(server.environment.city.directory / layer.sample_file),
            vintage="sample",
        )


CHANGES = [filed, numbered, closed, commented, hidden, republished, bounded]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", [f"{API}/requests.json", f"{API}/requests.xml?ward=1"])
def test_whatever_changes_what_is_published_changes_the_validator(
    here: Server, elsewhere: Server, path: str, change: Callable[[Server, str], None]
) -> None:
    number = here.report()
    before = here.etag(path)
    change(elsewhere, number)
    answer = here.get(path, before)
    assert answer.status_code == 200
    assert answer.headers.get("ETag") != before
    assert here.etag(path) != before


def private(server: Server) -> None:
    receipt = server.post(service_code="SR-FD01", **{"attribute[complaint_or_compliment]": "complaint"})
    assert server.get(f"{API}/requests/{receipt['service_request_id']}.json").status_code == 404


def pending(server: Server) -> None:
    assert "token" in server.post(service_code="SR-WD01", **{"attribute[problem_type]": "clogged"})


def refused(server: Server) -> None:
    form = {**GRAFFITI, "api_key": server.api_key, "lat": "north"}
    assert server.client.post(f"{API}/requests.json", data=form).status_code == 400


@pytest.mark.parametrize("change", [private, pending, refused])
def test_what_nobody_may_see_changes_no_validator(here: Server, change: Callable[[Server], None]) -> None:
    before = here.etag(LISTINGS[0])
    change(here)
    assert here.get(LISTINGS[0], before).status_code == 304


def test_another_jurisdiction_changes_no_validator(here: Server) -> None:
    before = here.etag(f"{SANDBOX}/requests.json")
    here.report()
    assert here.get(f"{SANDBOX}/requests.json", before).status_code == 304


def test_while_a_change_is_under_way_there_is_no_validator(here: Server, other: psycopg.Connection[Any]) -> None:
    before = here.etag(LISTINGS[0])
    other.execute("SELECT pg_current_xact_id()")  # A transaction that may still publish something.
    assert here.get(LISTINGS[0], before).status_code == 304
    number = here.report()
    for _ in range(2):
        answer = here.get(LISTINGS[0], before)
        assert answer.status_code == 200
        assert "ETag" not in answer.headers
        assert number in numbers(answer)
    other.rollback()
    assert here.etag(LISTINGS[0]) != before


def test_a_change_that_commits_late_is_seen(here: Server, other: psycopg.Connection[Any]) -> None:
    late, early = here.report(description="Late"), here.report(description="Early")
    path = f"{API}/requests.json?service_request_id={late},{early}"
    before = here.etag(path)
    change = (
        "UPDATE publication SET written = pg_current_xact_id(), json = convert_to("
        "replace(convert_from(json, 'UTF8'), 'Late', 'Later'), 'UTF8') WHERE service_request_id = %s"
    )
    other.execute(change, (late,))
    here.do(comment, CaseRef("phila.gov", early), STAFF, Change(text="Seen."))
    between = here.get(path)
    assert "ETag" not in between.headers
    other.commit()
    after = here.settled(path)
    assert after.headers["ETag"] != before
    assert (b"Later" in between.data, b"Later" in after.data) == (False, True)


# Answers kept in memory


@pytest.fixture
def warm(here: Server, other: psycopg.Connection[Any]) -> Iterator[str]:
    """The path of a listing that is kept, of a request whose document was then changed as no action would do it.

    So whoever reads ``Old`` was answered from memory, and whoever reads ``New`` from the database.
    """
    number = here.report(description="Old " + "words " * 300)
    path = f"{API}/requests.json?service_request_id={number}"
    here.settled(path)
    swap = (
        "UPDATE publication SET json = convert_to(replace(convert_from(json, 'UTF8'), %s, %s), 'UTF8')"
        " WHERE service_request_id = %s"
    )
    other.execute(swap, ("Old", "New", number))
    other.commit()
    yield path
    other.execute(swap, ("New", "Old", number))
    other.commit()


def test_a_repeated_question_is_answered_from_memory(here: Server, elsewhere: Server, warm: str) -> None:
    for _ in range(3):
        answer = here.get(warm)
        assert answer.status_code == 200
        assert b"Old words" in answer.data
    assert b"New words" in elsewhere.get(warm).data


@pytest.mark.parametrize(
    "another",
    [
        {"headers": {"Accept": "application/json"}},
        {"headers": {"Accept-Encoding": "gzip"}},
        {"headers": {"Host": "other.example.org"}},
        {"base_url": "https://localhost"},
        {"method": "HEAD"},
        {"api_key": True},
    ],
    ids=str,
)
def test_what_was_kept_answers_no_other_question(here: Server, warm: str, another: dict[str, Any]) -> None:
    another = dict(another)
    method = another.pop("method", "GET")
    path = warm + (f"&api_key={here.api_key}" if another.pop("api_key", None) else "")
    answer = here.client.open(path, method=method, **another)
    plain = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") else answer.data
    assert b"Old words" not in plain
    assert method == "HEAD" or b"New words" in plain
    assert b"Old words" in here.get(warm).data


@pytest.mark.parametrize("first", ["gzip", "identity"])
def test_who_asks_for_gzip_and_who_does_not_both_get_what_they_can_read(here: Server, first: str) -> None:
    number = here.report(description="words " * 300)
    path = f"{API}/requests.xml?service_request_id={number}"
    for encoding in [first, "identity", "gzip"] * 2:
        answer = here.settled(path, Accept_Encoding=encoding)
        assert answer.headers.get("Content-Encoding") == ("gzip" if encoding == "gzip" else None)
        assert answer.data.startswith(b"\x1f\x8b" if encoding == "gzip" else b"<?xml")
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_addresses_in_what_is_kept_are_those_that_the_client_knows(start: Callable[..., Server]) -> None:
    server = start()
    server.report(), server.report()
    for base in ("http://one.example", "http://two.example", "https://one.example", "http://one.example:8311") * 2:
        for path, read in (
            (f"{API}/requests.json?page_size=1", lambda answer: answer.headers["Link"]),
            (f"{API}/discovery.json", lambda answer: answer.get_json()["endpoints"][0]["url"]),
        ):
            assert read(server.client.get(path, base_url=base)).lstrip("<").startswith(f"{base}{API}")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_what_is_kept_is_never_older_than_what_another_process_changed(
    here: Server, elsewhere: Server, suffix: str, change: Callable[[Server, str], None]
) -> None:
    path = f"{API}/requests.{suffix}"
    number = here.report()
    here.settled(path)
    assert number.encode() in here.get(path).data
    change(elsewhere, number)
    answer = here.get(path)
    assert answer.data == elsewhere.get(f"{path}?jurisdiction_id=phila.gov").data
    assert (number.encode() in answer.data) is (change is not hidden)


def test_a_report_is_in_the_list_as_soon_as_it_is_answered(here: Server, elsewhere: Server) -> None:
    for server in (here, elsewhere) * 5:
        number = server.report()
        assert numbers(here.get(LISTINGS[0]))[0] == numbers(elsewhere.get(LISTINGS[0]))[0] == number


def test_when_the_database_fails_what_is_kept_is_not_told(here: Server, other: psycopg.Connection[Any]) -> None:
    here.settled(LISTINGS[0])
    other.execute("ALTER TABLE publication RENAME TO away")
    other.commit()
    try:
        answer = here.get(LISTINGS[0])
    finally:
        other.execute("ALTER TABLE away RENAME TO publication")
        other.commit()
    assert answer.status_code == 500
    assert answer.get_json()[0]["code"] == 500
    assert here.get(LISTINGS[0]).status_code == 200


@pytest.mark.parametrize("resource", ["services.json", "requests.xml"])
def test_what_is_kept_counts_as_a_read(start: Callable[..., Server], here: Server, resource: str) -> None:
    here.etag(LISTINGS[0])
    server = start(reads_per_minute=3)
    for _ in range(3):
        assert server.get(f"{API}/{resource}").status_code == 200
    answer = server.get(f"{API}/{resource}")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_nothing_new_counts_as_one_read(start: Callable[..., Server], here: Server) -> None:
    etag = here.etag(LISTINGS[0])
    server = start(reads_per_minute=4, public_url="https://311.example.org")
    statuses = [server.get(LISTINGS[0], held).status_code for held in (etag, etag, None, etag, None)]
    assert statuses == [304, 304, 200, 304, 429]


def test_what_is_kept_has_bounds(here: Server) -> None:
    size = MAX_CACHE_BYTES // 20
    asked: list[str] = []

    def large(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.append(environ["QUERY_STRING"])
        environ[CACHE_MARK] = CacheMark("phila.gov")
        start_response("200 OK", [])
        return [bytes(size)]

    keeper = AnswerCache(large, here.app)

    def ask(query: int) -> bool:
        """Whether the answer was kept."""
        before = len(asked)
        environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": str(query)}
        assert len(b"".join(keeper(environ, lambda *_: None))) == size
        return len(asked) == before

    assert not any(ask(query) for query in range(60))
    kept = [query for query in reversed(range(60)) if ask(query)]
    assert kept == list(reversed(range(60 - len(kept), 60)))
    assert 15 < len(kept) < 20
