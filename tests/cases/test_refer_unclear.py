"""What another server has, or may have, is filed there once, and staff know that nobody knows its number."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.refer import forward, mirror_referrals, refer
from open311.adapters import outbound
from open311.adapters.outbound import Outbound
from open311.catalog.city import RemoteServer
from open311.domain.case_ref import CaseRef
from open311.models.base import database
from tests.conftest import API

STAFF = Actor("staff")


class Stub:
    """Files what it is sent; ``answer`` is what it says of it, None to say nothing until the connection ends."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.answer: bytes | None = b"[]"
        self.filed: list[bytes] = []
        self.listed: list[dict[str, Any]] = []
        self.hang_up = False


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.filed.append(self.rfile.read(int(self.headers["Content-Length"])))
            if made.hang_up:
                self.close_connection = True
                return
            if made.answer is None:
                time.sleep(1.5)
                return
            self.say(made.status, made.answer)

        def do_GET(self) -> None:
            self.say(200, orjson.dumps(made.listed))

        def say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        made.url = f"http://127.0.0.1:{listening.server_address[1]}{API}"
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


@pytest.fixture
def environment(environment: Environment, stub: Stub) -> Environment:
    """The city, where PECO has the stub."""
    return with_server(environment, stub.url)


def with_server(environment: Environment, url: str) -> Environment:
    phila = environment.city.jurisdictions["phila.gov"]
    peco = replace(phila.departments["peco"], open311=RemoteServer(url, {"*": "POLE"}))
    jurisdictions = {"phila.gov": replace(phila, departments={**phila.departments, "peco": peco})}
    city = replace(environment.city, jurisdictions=jurisdictions)
    return replace(environment, outbound=Outbound.allowing("127.0.0.1/32"), city=city)


@pytest.fixture
def referred(city: Connection, environment: Environment, report: Any) -> str:
    number = str(report())
    refer(environment, CaseRef("phila.gov", number), STAFF, "peco")
    return number


@pytest.fixture
def look(city: Connection) -> Callable[[Environment], None]:
    """Let the worker try and look again, three times."""

    def run(environment: Environment) -> None:
        key = city.scalar(text("SELECT max(key) FROM referral"))
        forward(environment, key)
        for _ in range(3):
            database.session.remove()
            city.execute(text("UPDATE referral SET next_look_at = now() - interval '1 second'"))
            mirror_referrals(environment)

    return run


def notes(city: Connection) -> list[str]:
    return list(city.scalars(text("SELECT note FROM service_request_update WHERE kind = 'system' ORDER BY key")))


UNREADABLE = [
    b"",
    b"<html>Thank you</html>",
    b"<service_requests><request><service_request_id>7</service_request_id></request></service_requests>",
    b'{"service_requests":[{"service_request_id":"7"}]}',
    b"[]",
    b'[{"service_request_id":null,"token":null}]',
    b"[" + b" " * 1_100_000 + b"]",
]


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("answer", UNREADABLE, ids=lambda answer: answer[:20])
def test_a_success_that_cannot_be_read_is_filed_once_and_staff_are_told(
    city: Connection, environment: Environment, stub: Stub, referred: str, look: Any, status: int, answer: bytes
) -> None:
    stub.status, stub.answer = status, answer
    look(environment)
    assert len(stub.filed) == 1
    (told,) = notes(city)
    assert told.startswith("PECO has this, but its answer cannot be read")
    assert told.endswith("It is not filed there again.")
    assert city.scalar(text("SELECT status FROM service_request")) == "referred"


@pytest.mark.parametrize("how", ["silence", "hang up", "502", "504"])
def test_what_may_have_arrived_is_not_sent_again(
    city: Connection, environment: Environment, stub: Stub, referred: str, look: Any, how: str,
    monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(outbound, "CALL_SECONDS", 0.5)
    stub.hang_up = how == "hang up"
    stub.status, stub.answer = (int(how), b"") if how.isdigit() else (200, None)
    look(environment)
    assert len(stub.filed) == 1
    (told,) = notes(city)
    assert told.startswith("PECO may have this")


def test_what_is_found_in_the_list_of_the_other_server_gets_its_number(
    city: Connection, environment: Environment, stub: Stub, referred: str, look: Any
) -> None:
    stub.answer = b"<html>"
    mark = f"City of Philadelphia, service request {referred}"
    stub.listed = [{"service_request_id": "77", "status": "open", "description": f"A tag\n\n{mark}"}]
    look(environment)
    assert city.execute(text("SELECT remote_id, unclear_since FROM referral")).one() == ("77", None)
    assert notes(city)[1:] == ["PECO has this under the number 77."]
    assert len(stub.filed) == 1


def test_a_worker_that_is_stopped_while_it_sends_does_not_send_again(
    city: Connection, environment: Environment, stub: Stub, referred: str, look: Any
) -> None:
    city.execute(text("UPDATE referral SET unclear_since = now()"))
    look(environment)
    assert stub.filed == []
    assert [each.partition(":")[0] for each in notes(city)] == ["PECO may have this"]


def test_a_server_that_cannot_be_reached_gets_it_later(
    city: Connection, environment: Environment, stub: Stub, referred: str, look: Any
) -> None:
    look(with_server(environment, "http://127.0.0.1:9"))
    stub.status = 503
    look(environment)
    assert notes(city) == []
    stub.filed.clear()
    stub.status, stub.answer = 200, b'[{"service_request_id":"7"}]'
    look(environment)
    assert len(stub.filed) == 1
    assert city.scalar(text("SELECT remote_id FROM referral")) == "7"
