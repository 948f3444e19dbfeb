"""Numbers of other systems: each opens wherever it is given, or its row is refused; outliers move nothing."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from open311.actions.base.environment import Environment
from open311.actions.intake.submit import submit
from open311.api.endpoint import Number
from open311.domain.draft import Draft
from open311.domain.number import MAX_NUMBER_CHARACTERS, number_fault
from open311.models.base import database
from tests.city.conftest import Importing

OPENED = [
    "24/00123", "2024/WARD-5/17", "A/B/C", "A B", "x.json", "x.atom", "1.2.xml", "MÄÖ-1", "#77", "a%2Fb",
    "%41", "123?x", "1&2=3", "a;b", "a\\b", "a+b", "[7]", "<7>", "'7'x", "~", "*", "$1", "@me", ":7", "24/merge.1",
    "案件-7", "x" * MAX_NUMBER_CHARACTERS, "a..b", "...7", "7:30/8", "requests", "feeds", "24/00123.json",
]  # fmt: skip
REFUSED = [
    "24/..", "../24", "24-1,2", "1,5", ",7", "24/./7", "/24", "24/", "24//7", "24/merge", "24/photo/7",
    "x" * (MAX_NUMBER_CHARACTERS + 1), "7\u200b7", "7\u202e7", "7\u00ad7",
]  # fmt: skip


def rows(*numbers: str) -> str:
    """A CSV of one row for each number."""
    header = "service_request_id,service_code,status,requested_datetime,lat,lon\n"
    quoted = ('"' + number.replace('"', '""') + '"' for number in numbers)
    return header + "".join(f"{each},SR-CL01,Open,2026-11-20T10:00:00Z,39.95,-75.16\n" for each in quoted)


def test_every_number_that_is_listed_opens_in_the_api_the_feed_and_on_pages(importing: Importing) -> None:
    told = importing.run(importing.csv(rows(*OPENED)), importing.mapping())
    assert f"{len(OPENED)} rows: {len(OPENED)} new" in told, importing.refused()
    with importing.app.test_client() as client:
        listed = client.get("/open311/v2/requests.json?start_date=2026-11-19T00:00:00Z&page_size=100").get_json()
        assert {each["service_request_id"] for each in listed} == set(OPENED)
        for number in OPENED:
            address = quote(number, safe="")
            for path in (
                f"/open311/v2/requests/{address}.json",
                f"/open311/v2/requests/{address}.json?extensions=true",
            ):
                (one,) = client.get(path).get_json()
                assert one["service_request_id"] == number
            assert client.get(f"/open311/v2/requests/{address}.xml").status_code == 200
            (one,) = client.get("/open311/v2/requests.json", query_string={"service_request_id": number}).get_json()
            assert one["service_request_id"] == number
            assert client.get(
                "/open311/v2/servicerequestupdates.json", query_string={"service_request_id": number}
            ).get_json()
            assert client.get(f"/feeds/requests/{address}.atom").status_code == 200
            assert client.get(f"/r/{address}/follow").status_code == 200
        unquoted = client.get("/open311/v2/requests/24/00123.json")
        assert unquoted.get_json()[0]["service_request_id"] == "24/00123"


def test_what_no_address_can_say_is_refused_with_the_reason(importing: Importing) -> None:
    told = importing.run(importing.csv(rows(*REFUSED, "77")), importing.mapping())
    assert f"{len(REFUSED) + 1} rows: 1 new, 0 changed, 0 as before, {len(REFUSED)} refused" in told
    assert f"{len(REFUSED)} refused: a number that no address can have" in told
    assert all("cannot be opened: " in reason for reason in importing.refused().values())


def test_every_route_about_a_request_takes_numbers_with_slashes(app: Flask) -> None:
    def about_one(rule: Rule) -> bool:
        return not {"number", "service_request_id"}.isdisjoint(rule.arguments)

    rules = [rule for rule in app.url_map.iter_rules() if about_one(rule)]
    assert len(rules) > 10
    for rule in rules:
        (name,) = {"number", "service_request_id"} & rule.arguments
        assert isinstance(rule._converters[name], Number), f"{rule.rule}: write <number:{name}>"
        after = rule.rule.partition(f":{name}>")[2].lstrip("/").split("/")[0]
        if after and "<" not in after and not after.startswith("."):
            assert number_fault(f"24/{after}"), f"a number could end like the page {rule.rule}"


def next_number(importing: Importing, jurisdiction: str = "phila.gov") -> str:
    """The number that the next report gets."""
    environment: Environment = importing.app.extensions["open311"]
    city = environment.city.jurisdictions[jurisdiction]
    draft = Draft.of(city.key, "SR-ST02", lat="39.95", long="-75.16", answers={"materials": ["tires"]})
    number = submit(environment, city, draft).service_request_id
    database.session.remove()
    return str(number)


OUTLIERS = [
    "999999999999999", "99999999999999999999", "9223372036854775807", "000000000000007", "4294967296", "12345678901",
    "-5", "1e15",
]  # fmt: skip


@pytest.mark.parametrize("outlier", OUTLIERS)
@pytest.mark.parametrize("jurisdiction", ["phila.gov", "sandbox.phila.gov"])
def test_one_outlier_moves_the_numbers_of_nobody(importing: Importing, outlier: str, jurisdiction: str) -> None:
    before = int(next_number(importing))
    numbers = [str(before + 1000 + each) for each in range(5)]
    importing.run(importing.csv(rows(*numbers, outlier)), importing.mapping(), "--jurisdiction", jurisdiction)
    after = before + 1005 if jurisdiction == "phila.gov" else before + 1
    assert next_number(importing) == str(after)


def test_long_numbers_that_are_the_rule_are_gone_on_after(importing: Importing, own_database: str) -> None:
    (start,) = importing.ask("SELECT last_value, is_called FROM service_request_number")
    try:
        many = [str(101_004_113_000 + each) for each in range(150)]
        importing.run(importing.csv(rows(*many, "999999999999999")), importing.mapping())
        assert next_number(importing) == "101004113150"
    finally:
        importing.ask(f"SELECT setval('service_request_number', {start[0]}, {start[1]}) ")


def test_a_number_that_an_import_brought_is_never_given_again(importing: Importing) -> None:
    given = int(next_number(importing))
    there = {str(given + each) for each in (1, 2, 4)}
    sandbox = "sandbox.phila.gov"
    importing.run(importing.csv(rows(*there)), importing.mapping(), "--jurisdiction", sandbox)
    assert [next_number(importing, sandbox) for _ in range(2)] == [str(given + 3), str(given + 5)]
