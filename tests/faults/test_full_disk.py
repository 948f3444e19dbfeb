"""The disk of the photos is full: the report is kept, says what is missing, and nothing half-written stays."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from open311.actions.base.environment import Environment
from open311.adapters.files import LocalFiles
from tests.conftest import API, GRAFFITI


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_in(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("count", [1, 3])
def test_a_report_is_kept_without_the_photos_for_which_there_is_no_room(
    client: FlaskClient, api_key: str, environment: Environment, count: int
) -> None:
    root = environment.stores.files.root  # type: ignore[attr-defined]
    before = files_in(root)
    photos = []
    for each in range(count):
        drawn = io.BytesIO()
        Image.effect_noise((64, 64 + each), 90).convert("RGB").save(drawn, "JPEG")
        photos.append((io.BytesIO(drawn.getvalue()), f"wall{each}.jpg"))
    form: dict[str, Any] = {**GRAFFITI, "api_key": api_key, "description": "No room", "media": photos}
    with full_disk():
        answer = client.post(f"{API}/requests.json", data=form, headers={"Idempotency-Key": f"full{count}"})
    assert answer.status_code == 200
    (receipt,) = answer.get_json()
    assert receipt["service_notice"].count("no room") == count
    (case,) = client.get(f"{API}/requests/{receipt['service_request_id']}.json").get_json()
    assert (case["description"], case["media_url"]) == ("No room", None)
    assert files_in(root) == before


def test_what_cannot_be_stored_leaves_nothing_behind(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(OSError, match="File too large"):
        LocalFiles(tmp_path).save(b"x" * 1000, "jpg")
    assert files_in(tmp_path) == set()
