"""The disk of the photos is full: the report is kept, says what is missing, and nothing half-written stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.actions.base.environment import Environment
from open311.adapters.files import LocalFiles
from open311.api import bodies
from open311.domain.moment import now
from tests.conftest import API, GRAFFITI
from tests.disk import full_disk, noise


def files_in(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("count", [1, 3])
def test_a_report_is_kept_without_the_photos_for_which_there_is_no_room(
    client: FlaskClient, api_key: str, environment: Environment, count: int
) -> None:
    root = environment.stores.files.root  # type: ignore[attr-defined]
    before = files_in(root)
    photos = [noise() for _ in range(count)]
    form: dict[str, Any] = {**GRAFFITI, "api_key": api_key, "description": "No room", "media": photos}
    with full_disk():
        answer = client.post(f"{API}/requests.json", data=form, headers={"Idempotency-Key": f"full{count}"})
    assert answer.status_code == 200
    (receipt,) = answer.get_json()
    assert receipt["service_notice"].count("no room") == count
    (case,) = client.get(f"{API}/requests/{receipt['service_request_id']}.json").get_json()
    assert (case["description"], case["media_url"]) == ("No room", None)
    assert files_in(root) == before


def test_an_update_is_kept_without_the_photos_for_which_there_is_no_room(
    client: FlaskClient, api_key: str, report: Any
) -> None:
    form = {
        "api_key": api_key,
        "service_request_id": report(),
        "update_id": "full",
        "status": "OPEN",
        "updated_datetime": now().isoformat(),
        "description": "No room here",
        "media": noise(),
    }
    with full_disk():
        answer = client.post(f"{API}/servicerequestupdates.json", data=form)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert "no room" in answer.get_json()[0]["service_notice"]
    told = client.get(f"{API}/servicerequestupdates.json").get_json()
    assert "No room here" in [each["description"] for each in told]


def test_a_body_for_which_there_is_no_room_gets_503(
    client: FlaskClient, api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MEMORY_BYTES", 100)
    with full_disk():
        answer = client.post(f"{API}/requests.json", data={**GRAFFITI, "api_key": api_key, "description": "x" * 1000})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_what_cannot_be_stored_leaves_nothing_behind(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(OSError, match="File too large"):
        LocalFiles(tmp_path).save(b"x" * 1000, "jpg")
    assert files_in(tmp_path) == set()
