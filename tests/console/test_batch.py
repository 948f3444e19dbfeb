"""Many cases at once: nothing is seen for ten seconds, then each is done whole or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.accounts.staff import set_active
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.batch import do_batch, undo_batch
from open311.actions.cases.progress import progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Status
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, Browser
from tests.console.conftest import words

OTHER = Actor("staff")
CLOSE = {"act": "update", "status": "closed", "outcome": "resolved", "text": "The storm's branches are gone."}


@pytest.fixture
def ticked(desk: Browser, report: Any, city: Connection) -> Callable[..., list[str]]:
    """Tick some fresh cases in the list; answers their numbers."""

    def run(count: int = 3) -> list[str]:
        numbers = [report(email=f"{each}@example.org") for each in range(count)]
        city.execute(text("UPDATE subscription SET confirmed_at = now()"))
        send(desk, numbers)
        return numbers

    return run


def send(desk: Browser, numbers: list[str], /, **fields: str) -> int:
    """Send the form with these numbers, in the versions that its page holds."""
    desk.get("/staff/bulk") if "csrf" not in desk.text else None
    versions = dict(re.findall(r'name="(version-\d+)" value="(\d+)"', desk.text))
    (token, *_) = re.findall(r'name="csrf" value="([^"]+)"', desk.text)
    form = {"csrf": token, "number": numbers, **versions, **fields}
    desk.page = desk.client.post("/staff/bulk", data=form, base_url=HOME)
    return desk.page.status_code


def held(city: Connection) -> tuple[int, str]:
    return tuple(city.execute(text("SELECT key, uuid::text FROM batch_change ORDER BY key DESC LIMIT 1")).one())


def states(city: Connection) -> list[str]:
    return list(city.execute(text("SELECT status FROM service_request ORDER BY key")).scalars())


def test_nothing_is_seen_until_it_is_done(
    desk: Browser, ticked: Any, city: Connection, environment: Environment
) -> None:
    numbers = ticked()
    tables = ("service_request", "service_request_update", "publication", "message", "audit_log")

    def stored() -> list[Any]:
        return [city.execute(text(f"SELECT to_jsonb({table}) FROM {table} ORDER BY 1")).all() for table in tables]

    before = stored()
    assert send(desk, numbers, do="hold", **CLOSE) == 303
    desk.get(desk.page.headers["Location"])
    assert "3 requests will change in a few seconds" in words(desk)
    assert stored() == before
    key, _ = held(city)
    waits = "SELECT scheduled_at - clock_timestamp() < '11 s' FROM procrastinate_jobs WHERE task_name = 'do_batch'"
    assert city.scalar(text(waits)) is True
    assert do_batch(environment, key) == 3
    assert states(city) == ["closed"] * 3
    assert do_batch(environment, key) == 0
    told = "SELECT count(*) FROM service_request_update WHERE status = 'closed' AND account IS NOT NULL"
    assert city.scalar(text(told)) == 3
    assert city.scalar(text("SELECT count(*) FROM audit_log WHERE act = 'close'")) == 3
    desk.get(desk.page.request.path)
    assert words(desk).count("changed") == 3


def test_it_is_taken_back_whole(desk: Browser, ticked: Any, city: Connection, environment: Environment) -> None:
    numbers = ticked()
    send(desk, numbers, do="hold", **CLOSE)
    desk.get(desk.page.headers["Location"])
    desk.send(f"/staff/bulk/{held(city)[1]}/undo")
    assert "Nothing was changed, and nobody was told anything" in words(desk)
    assert do_batch(environment, held(city)[0]) == 0
    assert states(city) == ["received"] * 3


def test_too_late_is_too_late(desk: Browser, ticked: Any, city: Connection, environment: Environment) -> None:
    send(desk, ticked(1), do="hold", **CLOSE)
    key, uuid = held(city)
    do_batch(environment, key)
    desk.get(f"/staff/bulk/{uuid}")
    desk.send(f"/staff/bulk/{uuid}/undo")
    assert "Too late" in words(desk)
    assert states(city) == ["closed"]


def test_what_is_refused_says_why_and_the_rest_is_done(
    desk: Browser, ticked: Any, city: Connection, environment: Environment
) -> None:
    numbers = ticked()
    send(desk, numbers, do="hold", **CLOSE)
    progress(environment, CaseRef("phila.gov", numbers[1]), OTHER, Change(Status.IN_PROGRESS))
    key, uuid = held(city)
    assert do_batch(environment, key) == 2
    assert states(city) == ["closed", "in_progress", "closed"]
    desk.get(f"/staff/bulk/{uuid}")
    assert "Done, but for 1" in words(desk)
    assert f"{numbers[1]} not changed: {numbers[1]} was changed meanwhile" in words(desk)


def test_what_one_may_counts_when_it_is_done(
    desk: Browser, ticked: Any, city: Connection, environment: Environment
) -> None:
    send(desk, ticked(2), do="hold", **CLOSE)
    key, _ = held(city)
    set_active(city.scalar(text("SELECT account FROM batch_change")), False, Actor("staff:tests"))
    assert do_batch(environment, key) == 0
    refusals = city.execute(text("SELECT DISTINCT refusal FROM batch_case")).scalars().all()
    assert refusals == ["your account was disabled"]


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"act": "assign", "desk": "parks-recreation/trees", "reason": "Storm"}, "team", "trees"),
        ({"act": "priority", "priority": "2", "why": "Storm"}, "priority", 2),
        ({"act": "update", "status": "acknowledged"}, "status", "acknowledged"),
    ],
)
def test_each_act_is_done_to_all(
    desk: Browser,
    ticked: Any,
    city: Connection,
    environment: Environment,
    fields: dict[str, str],
    column: str,
    value: object,
) -> None:
    assert send(desk, ticked(2), do="hold", **fields) == 303
    assert do_batch(environment, held(city)[0]) == 2
    assert city.execute(text(f"SELECT {column} FROM service_request")).scalars().all() == [value] * 2


def test_a_note_is_added_to_all(desk: Browser, ticked: Any, city: Connection, environment: Environment) -> None:
    assert send(desk, ticked(2), do="hold", act="note", note="Storm of Tuesday") == 303
    assert do_batch(environment, held(city)[0]) == 2
    noted = "SELECT count(*) FROM service_request_update WHERE note = 'Storm of Tuesday'"
    assert city.scalar(text(noted)) == 2


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "Choose what is to be done"),
        ({"act": "assign"}, "Choose who is to have them"),
        ({"act": "update", "status": "closed"}, "Choose how it ended"),
        ({"act": "update"}, "Choose the new state"),
        ({"act": "note"}, "Write the note"),
        ({"act": "priority"}, "Choose a priority"),
    ],
)
def test_a_fault_is_told_and_the_ticks_stay(
    desk: Browser, ticked: Any, city: Connection, fields: dict[str, str], fault: str
) -> None:
    numbers = ticked(2)
    assert send(desk, numbers, do="hold", **fields) == 422
    assert fault in words(desk)
    assert all(number in words(desk) for number in numbers)
    assert city.scalar(text("SELECT count(*) FROM batch_change")) == 0


def test_it_is_nobody_elses(signed_in: Any, desk: Browser, ticked: Any, city: Connection) -> None:
    send(desk, ticked(1), do="hold", **CLOSE)
    uuid = held(city)[1]
    other = signed_in(Role.SUPERVISOR, "other@phila.example")
    assert other.get(f"/staff/bulk/{uuid}").status_code == 404
    assert not undo_batch(uuid, city.scalar(text("SELECT max(key) FROM account")))
    assert desk.get("/staff/bulk").status_code == 200
