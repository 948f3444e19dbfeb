"""Limits of reading and writing: who is counted, what is told, and that processes agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from open311.actions.accounts.keys import issue_key, revoke_key
from open311.actions.base.environment import Environment
from open311.catalog.city import Jurisdiction
from tests.conftest import API, GRAFFITI, SANDBOX
from tests.forgetting import forgotten
from tests.georeport.small_city import serve, small_city

MINUTE, HOUR = 60, 3600
PUBLIC_URL = "https://311.example.org"


@pytest.fixture(autouse=True)
def minute() -> None:
    """Enough of a minute for one test: counting begins anew with each."""
    left = MINUTE - time.time() % MINUTE
    if left < 4:
        time.sleep(left)


@pytest.fixture
def server(city: Connection, tmp_path: Path) -> Callable[..., FlaskClient]:
    """Start a server of a city with one service, with settings of its own and so many anonymous reports an hour."""

    def run(anonymous: int = 0, sandbox_anonymous: int | None = None, **settings: Any) -> FlaskClient:
        def change(files: dict[str, Any]) -> None:
            files["jurisdictions"][0]["anonymous_per_hour"] = anonymous
            files["jurisdictions"][1]["anonymous_per_hour"] = sandbox_anonymous or 0

        directory = small_city(tmp_path / str(len(list(tmp_path.iterdir()))), change, "SR-CL01")
        return serve(city, city_dir=directory, public_url=PUBLIC_URL, **settings)

    return run


@pytest.fixture
def key(phila: Jurisdiction, city: Connection) -> Callable[..., str]:
    """Issue a key with limits of its own."""

    def run(**limits: int) -> str:
        return issue_key(phila, "app", scopes=("requests", "updates"), **limits)

    return run


def read(client: FlaskClient, path: str = f"{API}/services.json", address: str = "192.0.2.1", **query: str) -> int:
    return client.get(path, query_string=query or None, environ_overrides={"REMOTE_ADDR": address}).status_code


def write(
    client: FlaskClient, key: str = "", address: str = "192.0.2.1", path: str = f"{API}/requests.json", **fields: str
) -> TestResponse:
    form = {**GRAFFITI, **({"api_key": key} if key else {}), **fields}
    return client.post(path, data=form, environ_overrides={"REMOTE_ADDR": address})


def written(client: FlaskClient, count: int, *args: Any, **kwargs: Any) -> list[int]:
    return [write(client, *args, **kwargs).status_code for _ in range(count)]


def check_refusal(response: TestResponse, window: int, reason: str) -> None:
    """429 with one error, and a wait that reaches into the next window and no further."""
    assert response.status_code == 429
    if "json" in response.headers["Content-Type"]:
        ((code, description),) = [(error["code"], error["description"]) for error in response.get_json()]
    else:
        (error,) = etree.fromstring(response.data)
        code, description = int(error.findtext("code") or 0), error.findtext("description")
    assert (code, description) == (429, reason)
    wait = response.headers["Retry-After"]
    assert wait.isdigit()
    assert window - time.time() % window <= int(wait) <= window


# Reading


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_reads_above_the_limit_are_refused(server: Any, suffix: str) -> None:
    client = server(reads_per_minute=2)
    path = f"{API}/requests.{suffix}?page_size=1"
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    check_refusal(client.get(path), MINUTE, "at most 2 reads a minute")


def test_without_a_setting_nobody_is_limited(server: Any) -> None:
    client = server()
    assert {read(client) for _ in range(20)} == {200}


@pytest.mark.parametrize(
    "resource",
    ["discovery", "services", "services/SR-CL01", "requests", "requests/1", "tokens/1", "servicerequestupdates"],
)
def test_every_kind_of_reading_counts(server: Any, resource: str) -> None:
    client = server(reads_per_minute=1)
    assert read(client, f"{API}/{resource}.json") in (200, 404)
    assert read(client, f"{API}/{resource}.xml") == 429


@pytest.mark.parametrize("path", [f"{API}/boundaries.json", f"{API}/boundaries/ward.geojson"])
def test_reading_boundaries_counts(server: Any, path: str) -> None:
    client = server(reads_per_minute=1)
    assert [read(client, path) for _ in range(2)] == [200, 429]


def test_head_counts_as_a_read(server: Any) -> None:
    client = server(reads_per_minute=2)
    statuses = [client.open(f"{API}/services.json", method=method).status_code for method in ("HEAD", "GET", "HEAD")]
    assert statuses == [200, 200, 429]


def test_questions_that_are_refused_count_too(server: Any) -> None:
    client = server(reads_per_minute=2)
    assert [read(client, f"{API}/requests.json?page=no") for _ in range(3)] == [400, 400, 429]


def test_every_address_has_a_limit_of_its_own(server: Any) -> None:
    client = server(reads_per_minute=1)
    addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"] * 2
    assert [read(client, address=address) for address in addresses] == [200, 200, 200, 429, 429, 429]


def test_every_key_has_a_limit_of_its_own_wherever_it_comes_from(server: Any, key: Any) -> None:
    client = server(reads_per_minute=2)
    one, two = key(), key()
    assert [read(client, api_key=one, address=f"192.0.2.{i}") for i in range(3)] == [200, 200, 429]
    assert [read(client, api_key=two, address="192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert read(client, address="192.0.2.1") == 200


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (5, 5), (0, 9)])
def test_a_key_may_have_another_read_limit(server: Any, key: Any, limit: int, expected: int) -> None:
    client, api_key = server(reads_per_minute=3), key(reads_per_minute=limit)
    assert [read(client, api_key=api_key) for _ in range(9)].count(200) == expected


def test_a_keys_own_read_limit_counts_where_nobody_else_has_one(server: Any, key: Any) -> None:
    client, mine = server(), {"api_key": key(reads_per_minute=1)}
    assert [read(client, **query) for query in (mine, mine, {}, {"api_key": "wrong"}, {})] == [200, 429, 200, 200, 200]


def test_a_key_that_is_worth_nothing_is_counted_by_its_address(server: Any, city: Connection, key: Any) -> None:
    client, revoked = server(reads_per_minute=2), key(reads_per_minute=100)
    revoke_key(city.scalar(text("SELECT key FROM api_client")))
    assert [read(client, api_key=given) for given in ("wrong", revoked, "wrong too")] == [200, 200, 429]


def test_reading_is_counted_for_each_jurisdiction(server: Any) -> None:
    client = server(reads_per_minute=1)
    for base in (API, SANDBOX):
        assert [read(client, f"{base}/requests.json") for _ in range(2)] == [200, 429]


def test_writing_does_not_count_as_reading(server: Any, key: Any) -> None:
    client, api_key = server(reads_per_minute=1), key()
    assert written(client, 3, api_key) == [200] * 3
    assert [read(client), read(client), write(client, api_key).status_code] == [200, 429, 200]


# Writing


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("resource", ["requests", "servicerequestupdates"])
def test_writes_above_the_limit_are_refused(server: Any, key: Any, resource: str, suffix: str) -> None:
    client, api_key = server(writes_per_minute=2), key()
    number = write(client, api_key).get_json()[0]["service_request_id"]
    path = f"{API}/{resource}.{suffix}"
    fields = {"path": path, "service_request_id": number, "description": "Seen"}
    assert write(client, api_key, **fields).status_code == 200
    check_refusal(write(client, api_key, **fields), MINUTE, "at most 2 writes in 60 seconds")


def test_all_processes_count_together(server: Any, key: Any, city: Connection) -> None:
    here, elsewhere, api_key = server(writes_per_minute=3), server(writes_per_minute=3), key()
    clients = [here, elsewhere, here, elsewhere, here]
    assert [write(client, api_key).status_code for client in clients] == [200, 200, 200, 429, 429]
    assert city.execute(text("SELECT used FROM rate_window")).scalars().all() == [5]
    assert city.scalar(text("SELECT count(*) FROM service_request")) == 3


def test_what_is_refused_counts_too(server: Any, key: Any) -> None:
    client, api_key = server(writes_per_minute=4), key()
    statuses = [
        write(client, api_key, **fields).status_code
        for fields in ({"lat": "north"}, {"service_code": "SR-NONE"}, {"service_code": ""}, {}, {})
    ]
    assert statuses == [400, 404, 400, 200, 429]


def test_the_key_is_looked_at_before_the_limit(server: Any, key: Any, city: Connection) -> None:
    client, api_key = server(writes_per_minute=1), key()
    assert written(client, 2, api_key) == [200, 429]
    assert [write(client, wrong).status_code for wrong in ("", "wrong", api_key[:-1])] == [403] * 3
    assert city.scalar(text("SELECT count(*) FROM rate_window")) == 1


def test_the_limit_is_looked_at_before_the_report(server: Any, key: Any) -> None:
    client, api_key = server(writes_per_minute=1), key()
    assert write(client, api_key).status_code == 200
    for fields in ({"lat": "north"}, {"service_code": "SR-NONE"}, {"service_code": ""}):
        assert write(client, api_key, **fields).status_code == 429


def test_every_key_writes_up_to_a_limit_of_its_own(server: Any, key: Any) -> None:
    client = server(writes_per_minute=1)
    for api_key in (key(), key()):
        assert written(client, 2, api_key) == [200, 429]


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (4, 4), (0, 6)])
def test_a_key_may_have_another_write_limit(server: Any, key: Any, limit: int, expected: int) -> None:
    client, api_key = server(writes_per_minute=2), key(writes_per_minute=limit)
    assert written(client, 6, api_key).count(200) == expected


def test_a_key_may_be_limited_where_others_are_not(server: Any, key: Any) -> None:
    client, limited, free = server(), key(writes_per_minute=1), key()
    assert written(client, 3, limited) == [200, 429, 429]
    assert written(client, 3, free) == [200] * 3


def test_the_next_minute_begins_anew(server: Any, key: Any, city: Connection) -> None:
    client, api_key = server(writes_per_minute=1), key()
    assert written(client, 2, api_key) == [200, 429]
    city.execute(text("UPDATE rate_window SET starts_at = starts_at - interval '1 minute'"))
    assert written(client, 2, api_key) == [200, 429]


def test_counters_that_no_limit_looks_at_are_forgotten(
    server: Any, key: Any, city: Connection, environment: Environment
) -> None:
    client, api_key = server(writes_per_minute=1), key()
    write(client, api_key)
    assert forgotten(environment)["counters"] == 0
    city.execute(text("UPDATE rate_window SET starts_at = starts_at - interval '25 hours'"))
    assert forgotten(environment)["counters"] == 1
    assert write(client, api_key).status_code == 200


# Writing without a key


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_without_a_key_nobody_writes_unless_the_city_says_so(server: Any, suffix: str) -> None:
    client = server()
    for resource in ("requests", "servicerequestupdates"):
        assert write(client, path=f"{API}/{resource}.{suffix}").status_code == 403


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_city_may_take_a_few_reports_an_hour_without_a_key(server: Any, suffix: str) -> None:
    client, path = server(anonymous=2), f"{API}/requests.{suffix}"
    assert written(client, 2, path=path) == [200, 200]
    check_refusal(write(client, path=path), HOUR, "at most 2 writes in 3600 seconds")


def test_every_address_writes_up_to_a_limit_of_its_own(server: Any) -> None:
    client = server(anonymous=1)
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1"):
        assert written(client, 2, address=address) == [200, 429]


def test_every_jurisdiction_decides_for_itself(server: Any) -> None:
    client = server(anonymous=1, sandbox_anonymous=2)
    assert written(client, 2) == [200, 429]
    assert written(client, 3, path=f"{SANDBOX}/requests.json") == [200, 200, 429]
    assert written(server(sandbox_anonymous=1), 1) == [403]


def test_reports_without_a_key_are_counted_over_all_processes(server: Any) -> None:
    here, elsewhere = server(anonymous=3), server(anonymous=3)
    assert [write(client).status_code for client in (here, elsewhere) * 2] == [200, 200, 200, 429]


def test_refused_reports_without_a_key_count_too(server: Any) -> None:
    client = server(anonymous=2)
    assert [write(client, lat=lat).status_code for lat in ("north", "39.95", "39.95")] == [400, 200, 429]


def test_a_wrong_key_is_worse_than_none(server: Any) -> None:
    client = server(anonymous=1)
    assert write(client, "wrong").status_code == 403
    assert write(client).status_code == 200


def test_whoever_has_a_key_is_not_held_up_by_those_who_have_none(server: Any, key: Any) -> None:
    client, api_key = server(anonymous=1), key()
    assert written(client, 2) == [200, 429]
    assert written(client, 2, api_key) == [200, 200]


def test_updates_always_need_a_key(server: Any) -> None:
    client = server(anonymous=5)
    number = write(client).get_json()[0]["service_request_id"]
    path = f"{API}/servicerequestupdates.json"
    assert write(client, path=path, service_request_id=number, description="Mine").status_code == 403


# Who the address is


def test_the_address_is_that_of_the_client_behind_a_trusted_proxy(server: Any) -> None:
    client = server(anonymous=1, trusted_proxies=1)
    for forwarded, status in (("192.0.2.7", 200), ("192.0.2.8", 200), ("192.0.2.9, 192.0.2.7", 429)):
        response = client.post(f"{API}/requests.json", data=GRAFFITI, headers={"X-Forwarded-For": forwarded})
        assert response.status_code == status


def test_nobody_changes_their_address_by_saying_so(server: Any) -> None:
    client = server(anonymous=1)
    for forwarded, status in (("192.0.2.7", 200), ("192.0.2.8", 429)):
        response = client.post(f"{API}/requests.json", data=GRAFFITI, headers={"X-Forwarded-For": forwarded})
        assert response.status_code == status
