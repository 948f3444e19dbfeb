"""``open311 keys``: issued, listed, revoked, and one kept in a file for development."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from tests.conftest import API, GRAFFITI, SANDBOX
from tests.georeport.small_city import serve


def files(client: FlaskClient, api_key: str, base: str = API) -> int:
    """The status with which a report under this key is answered."""
    return client.post(f"{base}/requests.json", data={**GRAFFITI, "api_key": api_key}).status_code


def closes(client: FlaskClient, number: str, api_key: str) -> int:
    form = {"service_request_id": number, "api_key": api_key, "status": "CLOSED", "description": "Gone."}
    return client.post(f"{API}/servicerequestupdates.json", data=form).status_code


def issued(run: Any, *words: str) -> str:
    (api_key,) = run("keys", "issue", *words).split()
    return str(api_key)


def number_of(run: Any, name: str) -> str:
    """The number that the list shows for a client."""
    (line,) = [line for line in run("keys", "list").splitlines() if f"\t{name}\t" in line]
    return str(line.split("\t")[0])


def test_a_key_that_was_issued_files_reports_in_its_jurisdiction_only(run: Any, client: FlaskClient) -> None:
    api_key = issued(run, "Our app")
    assert len(api_key) == 32
    assert (files(client, api_key), files(client, api_key, SANDBOX)) == (200, 403)
    sandbox = issued(run, "Our app", "--jurisdiction", "sandbox.phila.gov")
    assert (files(client, sandbox), files(client, sandbox, SANDBOX)) == (403, 200)


def test_scopes_say_what_a_key_may_do(run: Any, client: FlaskClient, report: Any) -> None:
    number = report()
    assert closes(client, number, issued(run, "files")) == 403
    assert files(client, issued(run, "updates", "--scope", "updates")) == 403
    both = issued(run, "both", "--scope", "updates", "--scope", "requests")
    assert (files(client, both), closes(client, number, both)) == (200, 200)


def test_a_key_may_have_a_limit_of_its_own(run: Any, client: FlaskClient) -> None:
    api_key = issued(run, "slow", "--writes-per-minute", "2")
    assert [files(client, api_key) for _ in range(3)] == [200, 200, 429]


def test_a_key_is_stored_nowhere(run: Any, city: Connection) -> None:
    api_key = issued(run, "Our app", "--contact", "ann@example.net")
    (stored,) = city.execute(text("SELECT to_jsonb(c)::text FROM api_client c WHERE name = 'Our app'")).scalars()
    assert api_key not in stored
    assert "ann@example.net" in stored


def test_the_list_names_clients_and_no_keys(run: Any) -> None:
    api_key = issued(run, "Our app", "--contact", "ann@example.net", "--scope", "updates")
    told = run("keys", "list")
    (line,) = [line for line in told.splitlines() if "Our app" in line]
    assert line.split("\t")[1:] == ["phila.gov", "Our app", "updates", "ann@example.net"]
    assert api_key not in told


def test_a_revoked_key_is_refused_at_once_by_every_server(run: Any, client: FlaskClient, city: Connection) -> None:
    servers = [client, serve(city, public_url="https://311.example.org")]
    api_key, other = issued(run, "lost"), issued(run, "kept")
    assert [files(server, api_key) for server in servers] == [200, 200]
    number = number_of(run, "lost")
    assert run("keys", "revoke", number) == f"key {number} is revoked\n"
    assert [files(server, api_key) for server in servers] == [403, 403]
    assert [files(server, other) for server in servers] == [200, 200]
    (line,) = [line for line in run("keys", "list").splitlines() if "\tlost\t" in line]
    assert line.split("\t")[3] == "revoked"


def test_a_key_is_revoked_once(run: Any, refused: Any) -> None:
    issued(run, "lost")
    number = number_of(run, "lost")
    run("keys", "revoke", number)
    assert refused("keys", "revoke", number, exit_code=1) == f"no key {number}, or revoked already"


def test_a_key_for_development_stays_the_same(run: Any, client: FlaskClient, report: Any, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "api-key"
    first = run("keys", "ensure-development", "--file", str(file))
    assert run("keys", "ensure-development", "--file", str(file)) == first == file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (files(client, first.strip()), closes(client, report(), first.strip())) == (200, 200)


@pytest.mark.parametrize("content", [None, "", "of another database\n"])
def test_a_key_for_development_that_is_worth_nothing_is_made_anew(
    run: Any, client: FlaskClient, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "api-key"
    if content is None:
        run("keys", "ensure-development", "--file", str(file))
        run("keys", "revoke", number_of(run, "development"))
    else:
        file.write_text(content)
    before = file.read_text()
    api_key = run("keys", "ensure-development", "--file", str(file))
    assert before != api_key == file.read_text()
    assert files(client, api_key.strip()) == 200


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["issue"], "Missing argument 'NAME'"),
        (["issue", " "], "is empty"),
        (["issue", "app", "--scope", "everything"], "'everything' is not one of 'requests', 'updates'"),
        (["issue", "app", "--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov"),
        (["issue", "app", "--writes-per-minute", "-1"], "-1 is not in the range"),
        (["issue", "app", "--reads-per-minute", "99999999999"], "is not in the range"),
        (["revoke"], "Missing argument 'CLIENT'"),
        (["revoke", "app"], "'app' is not a valid integer"),
        (["ensure-development", "--file", "/"], "is a directory"),
    ],
)
def test_what_cannot_be_done_is_told(refused: Any, city: Connection, words: list[str], reason: str) -> None:
    assert reason in refused("keys", *words)
    assert city.scalar(text("SELECT count(*) FROM api_client")) == 0


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999"])
def test_only_a_key_that_is_there_is_revoked(refused: Any, number: str) -> None:
    assert refused("keys", "revoke", number, exit_code=1) == f"no key {number}, or revoked already"


def test_a_file_that_cannot_be_written_is_told(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in refused(
        "keys", "ensure-development", "--file", str(tmp_path / "file" / "key"), exit_code=1
    )
    (tmp_path / "picture").write_bytes(b"\xff\xfe")
    assert "cannot be used" in refused("keys", "ensure-development", "--file", str(tmp_path / "picture"), exit_code=1)
