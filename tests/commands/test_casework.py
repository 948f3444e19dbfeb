"""What ``open311 requests`` does of casework: assign, prioritise, refer, merge, split, keep private, redact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from tests.conftest import API

BY = ("--by", "ann")


@pytest.fixture
def row(city: Connection) -> Callable[..., Any]:
    """Columns of a service request by its number."""

    def run(number: str, columns: str) -> Any:
        query = text(f"SELECT {columns} FROM service_request WHERE service_request_id = :number")
        return tuple(city.execute(query, {"number": number}).one())

    return run


@pytest.fixture
def newest(city: Connection) -> Callable[[], tuple[str, str, str | None]]:
    """Kind, actor and note of the newest row of history."""
    query = text("SELECT kind, actor, note FROM service_request_update ORDER BY key DESC LIMIT 1")
    return lambda: tuple(city.execute(query).one())  # type: ignore[return-value]


def seen(client: FlaskClient, number: str) -> int:
    """The status with which the API answers for a service request."""
    return client.get(f"{API}/requests/{number}.json").status_code


def test_assign_gives_it_to_a_team_of_another_department(run: Any, report: Any, row: Any, newest: Any) -> None:
    number = report()
    words = ("--department", "streets", "--team", "highways", "--reason", "It is on the road")
    assert run("requests", "assign", number, *BY, *words) == f"{number} is assigned\n"
    assert row(number, "department, team") == ("streets", "highways")
    assert newest() == ("assignment", "staff:ann", "It is on the road")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--department", "nobody"), "no department 'nobody'"),
        (("--department", "streets"), "needs a reason"),
        (("--department", "peco"), "is outside the city"),
        (("--team", "nobody"), "has no team 'nobody'"),
    ],
)
def test_assign_says_why_it_does_not(refused: Any, report: Any, row: Any, words: tuple[str, ...], reason: str) -> None:
    number = report()
    before = row(number, "department, team")
    assert reason in refused("requests", "assign", number, *BY, *words, exit_code=1)
    assert row(number, "department, team") == before


def test_prioritise_says_how_urgent_it_is(run: Any, refused: Any, report: Any, row: Any, newest: Any) -> None:
    number = report()
    told = run("requests", "prioritise", number, "urgent", *BY, "--reason", "A school is near")
    assert told == f"{number} has priority urgent\n"
    assert row(number, "priority") == (2,)
    assert newest() == ("assignment", "staff:ann", "A school is near")
    assert "'soon' is not one of" in refused("requests", "prioritise", number, "soon")


def test_refer_hands_it_to_a_body_outside_and_says_so(
    run: Any, refused: Any, client: FlaskClient, report: Any, row: Any
) -> None:
    number = report()
    assert run("requests", "refer", number, "peco", *BY) == f"{number} is referred to peco\n"
    assert row(number, "status") == ("referred",)
    (found,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert "passed this on to" in found["status_notes"]
    assert "no body outside the city" in refused("requests", "refer", report(), "streets", exit_code=1)


def test_merge_makes_a_duplicate_that_follows_and_unmerge_takes_it_back(
    run: Any, refused: Any, report: Any, row: Any
) -> None:
    first, second = report(), report()
    assert run("requests", "merge", second, first, *BY) == f"{second} is a duplicate of {first}\n"
    run("requests", "close", first, *BY, "--outcome", "resolved", "--text", "Painted over.")
    assert row(second, "status, outcome") == ("closed", "resolved")
    assert "a duplicate already" in refused("requests", "merge", second, first, exit_code=1)
    assert run("requests", "unmerge", second, *BY) == f"{second} is no duplicate\n"
    assert "is no duplicate" in refused("requests", "unmerge", second, exit_code=1)


def test_split_files_each_part_at_the_same_place(run: Any, refused: Any, client: FlaskClient, report: Any) -> None:
    number = report(address_string="1 N Broad St")
    told = run("requests", "split", number, *BY, "SR-ST02=The trash", "SR-ST03=The hole")
    parts = told.removeprefix(f"{number} is split into ").strip().split(", ")
    assert len(parts) == 2
    for part, code in zip(parts, ("SR-ST02", "SR-ST03"), strict=True):
        (found,) = client.get(f"{API}/requests/{part}.json").get_json()
        assert (found["service_code"], found["address"]) == (code, "1 N Broad St")
    assert "is not SERVICE_CODE=DESCRIPTION" in refused("requests", "split", number, "SR-ST02")


def test_private_keeps_it_to_staff_and_undo_shows_it_again(run: Any, client: FlaskClient, report: Any) -> None:
    number = report()
    assert run("requests", "private", number, *BY) == f"{number} is private\n"
    assert seen(client, number) == 404
    assert run("requests", "private", number, *BY, "--undo") == f"{number} is as public as its service\n"
    assert seen(client, number) == 200


def test_redact_takes_the_reporters_words_or_those_of_one_entry(
    run: Any, refused: Any, city: Connection, client: FlaskClient, report: Any
) -> None:
    number = report(description="Mrs Quackenbush did it")
    run("requests", "update", number, *BY, "--text", "We asked Mrs Quackenbush")
    entry = city.scalar(text("SELECT uuid::text FROM service_request_update ORDER BY key DESC LIMIT 1"))
    assert run("requests", "redact", number, *BY, "--reason", "A name") == f"{number} is redacted\n"
    run("requests", "redact", number, *BY, "--update", str(entry), "--reason", "A name")
    answer = client.get(f"{API}/requests/{number}.json?extensions=true").get_data(as_text=True)
    assert "Quackenbush" not in answer
    assert "[removed]" in answer
    again = ("requests", "redact", number, "--update", str(entry), "--reason", "A name")
    assert "no entry" in refused(*again, exit_code=1)
