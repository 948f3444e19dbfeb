"""A change survives being stored for a batch."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.photo import StoredPhoto

PHOTO = StoredPhoto("a.jpg", "b.jpg", 40, 30)


@pytest.mark.parametrize(
    "change",
    [
        Change(),
        Change(text="We look into it.", note="Ask Ann"),
        Change(Status.CLOSED, Outcome.RESOLVED, text="Painted over."),
        Change(Status.SCHEDULED, scheduled=datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_what_was_stored_as_json_is_read_back_as_it_was(change: Change) -> None:
    assert Change.read(json.loads(json.dumps(change.plain))) == change


def test_what_clients_add_is_no_part_of_a_batch() -> None:
    change = Change(Status.CLOSED, Outcome.RESOLVED, text="Done.", photos=(PHOTO,), media_url="https://x.example/a.jpg")
    assert Change.read(change.plain) == Change(Status.CLOSED, Outcome.RESOLVED, text="Done.", photos=(PHOTO,))
