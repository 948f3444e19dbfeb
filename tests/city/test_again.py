"""Importing again: nothing happens twice, changes come through with their history, nobody's work is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, moderate, progress
from open311.actions.city.import_batch import CASES_PER_BATCH
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.models.base import database
from tests.city.conftest import PHILADELPHIA, Importing
from tests.jobs.conftest import wait_for

HEADER = "service_request_id,service_code,status,status_notes,requested_datetime,updated_datetime,address,lat,lon"
OPEN = "1,SR-ST02,Open,,2024-05-01T10:00:00Z,2024-05-01T10:00:00Z,1 Vine St,39.95,-75.16"
CLOSED = "1,SR-ST02,Closed,Issue Resolved,2024-05-01T10:00:00Z,2024-05-09T10:00:00Z,1 Vine St,39.95,-75.16"
OTHER = "2,SR-ST02,Open,,2024-05-02T10:00:00Z,2024-05-02T10:00:00Z,2 Vine St,39.96,-75.16"
STAFF = Actor("staff:ada")


@pytest.fixture
def again(importing: Importing) -> Any:
    """Import these rows; answers the first line told."""

    def run(*rows: str) -> str:
        told = importing.run(importing.csv("\n".join([HEADER, *rows]) + "\n"), PHILADELPHIA)
        return next(line for line in told.splitlines() if " rows: " in line)

    return run


@pytest.fixture
def environment(importing: Importing) -> Environment:
    found: Environment = importing.app.extensions["open311"]
    return found


def history(importing: Importing) -> list[Any]:
    return importing.ask(
        "SELECT r.service_request_id, u.kind, u.public, u.status, u.description, u.changes, u.occurred_at::text"
        " FROM service_request_update u JOIN service_request r ON r.key = u.service_request ORDER BY u.key"
    )


def test_the_same_file_changes_nothing(importing: Importing, again: Any) -> None:
    again(OPEN, OTHER)
    before, written = importing.stored(), importing.ask("SELECT key, written::text FROM publication p(key) ORDER BY 1")
    assert again(OPEN, OTHER) == "2 rows: 0 new, 0 changed, 2 as before, 0 refused"
    assert importing.stored() == before
    assert importing.ask("SELECT key, written::text FROM publication p(key) ORDER BY 1") == written


def test_a_step_in_the_file_changes_one_case_and_adds_to_its_history(importing: Importing, again: Any) -> None:
    again(OPEN, OTHER)
    before = history(importing)
    assert again(CLOSED, OTHER) == "2 rows: 0 new, 1 changed, 1 as before, 0 refused"
    assert importing.case("status, outcome, version", "1") == ("closed", "resolved", 2)
    assert importing.case("status, version", "2") == ("received", 1)
    (*kept, (number, kind, public, status, text, changes, occurred_at)) = history(importing)
    assert kept == before
    assert (number, kind, public, status, text) == ("1", "status", True, "closed", "Issue Resolved")
    assert occurred_at == "2024-05-09 10:00:00+00"
    assert changes["status"] == ["received", "closed"]
    assert set(changes) == {"status", "outcome", "closed_datetime", "updated_datetime"}


def test_a_case_that_is_closed_opened_and_closed_again_has_every_step(importing: Importing, again: Any) -> None:
    for row in (OPEN, CLOSED, OPEN, CLOSED):
        again(row)
    assert [status for _, _, _, status, *_ in history(importing)] == ["received", "closed", "received", "closed"]


def test_a_corrected_address_is_noted_and_not_public(importing: Importing, again: Any) -> None:
    again(OPEN)
    assert again(OPEN.replace("1 Vine St", "7 Vine St")) == "1 rows: 0 new, 1 changed, 0 as before, 0 refused"
    assert importing.case("address", "1") == "7 Vine St"
    (_, kind, public, status, text, changes, _) = history(importing)[-1]
    assert (kind, public, status, text) == ("system", False, None, None)
    assert changes == {"address": ["1 Vine St", "7 Vine St"]}


def test_a_moved_point_takes_its_boundaries_along(importing: Importing, again: Any) -> None:
    again(OPEN)
    before = importing.stored()[0][3]
    again(OPEN.replace("39.95,-75.16", "40.05,-75.02"))
    after = importing.stored()[0][3]
    assert len(before) == len(after) == 1
    assert before != after


def test_a_row_that_is_gone_from_the_file_stays(importing: Importing, again: Any) -> None:
    again(OPEN, OTHER)
    again(OPEN)
    assert importing.case("status", "2") == "received"


def test_what_residents_filed_is_never_overwritten(importing: Importing, environment: Environment, again: Any) -> None:
    again(OPEN)
    with importing.app.test_client() as client:
        made = importing.app.test_cli_runner().invoke(args=["keys", "issue", "tests"])
        key = made.output.split()[-1]
        form = {
            "service_code": "SR-ST02",
            "address_string": "5 Elm St",
            "api_key": key,
            "attribute[materials]": "tires",
        }
        answer = client.post("/open311/v2/requests.json", data=form)
        number = answer.get_json()[0]["service_request_id"]
    before = importing.case("address, status, origin", number)
    told = importing.run(importing.csv(f"{HEADER}\n{CLOSED.replace('1,', f'{number},', 1)}\n"), PHILADELPHIA)
    assert "1 rows: 0 new, 0 changed, 0 as before, 0 refused" in told
    assert "1 filed here, or worked on here since: left as they are" in told
    assert importing.case("address, status, origin", number) == before == ("5 Elm St", "received", None)


@pytest.mark.parametrize(
    "work",
    [
        lambda e: progress(
            e, CaseRef("phila.gov", "1"), STAFF, Change(Status.CLOSED, outcome=Outcome.NOT_FOUND, text="Nothing there.")
        ),
        lambda e: moderate(e, CaseRef("phila.gov", "1"), STAFF, Moderation.HIDDEN),
    ],
    ids=["closed", "hidden"],
)
def test_what_staff_decided_is_never_overwritten(
    importing: Importing, environment: Environment, again: Any, work: Any
) -> None:
    again(OPEN)
    work(environment)
    database.session.remove()
    before = importing.stored()
    assert again(OPEN) == "1 rows: 0 new, 0 changed, 0 as before, 0 refused"
    assert importing.stored() == before


def test_a_comment_does_not_stop_changes(importing: Importing, environment: Environment, again: Any) -> None:
    again(OPEN)
    comment(environment, CaseRef("phila.gov", "1"), Actor("client"), Change(text="Still there"))
    database.session.remove()
    assert again(CLOSED) == "1 rows: 0 new, 1 changed, 0 as before, 0 refused"


def test_the_same_numbers_live_in_each_jurisdiction(importing: Importing, again: Any) -> None:
    again(OPEN)
    importing.run(importing.csv(f"{HEADER}\n{CLOSED}\n"), PHILADELPHIA, "--jurisdiction", "sandbox.phila.gov")
    found = importing.ask("SELECT jurisdiction, status FROM service_request ORDER BY jurisdiction")
    assert found == [("phila.gov", "received"), ("sandbox.phila.gov", "closed")]


MANY = 17_000
AT_WORK = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    " AND state <> 'idle'"
)
HOLD = """
INSERT INTO service_request (jurisdiction, service_request_id, service_code, service_name, department,
    agency_responsible, status, requested_datetime, updated_datetime, channel, moderation)
VALUES ('phila.gov', %s, 'SR-CL01', 'Graffiti', 'clip', 'CLIP', 'received', now(), now(), 'api', 'approved')
"""


def write_many(path: Path) -> Path:
    """A file of several batches, with a few rows that are refused."""
    with path.open("w") as file:
        file.write(f"{HEADER}\n")
        for number in range(MANY):
            code = "NONE" if number % 5_000 == 77 else "SR-ST02"
            place = f"{39.9 + number % 100 / 1000:.3f},{-75.2 + number % 89 / 1000:.3f}"
            file.write(f"{number},{code},Open,,2024-05-01T10:00:00Z,,{number} Vine St,{place}\n")
    return path


@pytest.mark.slow
def test_an_import_that_was_killed_and_started_again_ends_the_same(
    importing: Importing, own_database: str, tmp_path: Path
) -> None:
    file = write_many(tmp_path / "many.csv")
    command = [Path(sys.executable).parent / "open311", "import", "requests", file, "--mapping", PHILADELPHIA]
    environment = {**os.environ, "DATABASE_URL": own_database}
    with psycopg.connect(own_database.replace("+psycopg", "")) as other:
        for number in (7_000, 12_000, 16_000):  # all batches but the first wait for these numbers
            other.execute(HOLD, (str(number),))
        running = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
        wait_for(lambda: importing.ask("SELECT FROM publication LIMIT 1"))
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
        other.rollback()
    wait_for(lambda: importing.ask(AT_WORK) == [(0,)])
    assert importing.ask("SELECT count(*) FROM service_request") == [(there := CASES_PER_BATCH,)]
    told = importing.run(file, PHILADELPHIA)
    assert f"{MANY} rows: {MANY - 4 - there} new, 0 changed, {there} as before, 4 refused" in told
    assert sorted(importing.refused()) == [79, 5_079, 10_079, 15_079]
    assert importing.ask("SELECT count(*), count(DISTINCT service_request) FROM service_request_update") == [
        (MANY - 4, MANY - 4)
    ]
    assert importing.ask("SELECT count(*) FROM publication") == [(MANY - 4,)]
    ((first,),) = importing.ask("SELECT convert_from(json, 'UTF8') FROM publication WHERE service_request_id = '16999'")
    assert json.loads(first)["address"] == "16999 Vine St"
