"""Photos of forms that staff began and perhaps never sent."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write_returning
from open311.actions.intake.photos import delete_shown
from open311.actions.privacy.kind import Expiry, Kind
from open311.queries.privacy.due import old_rows
from open311.queries.reading import Statement

_PHOTOS = Statement("DELETE FROM unsent_photo WHERE key = ANY(:photos) RETURNING file, thumbnail")


def forget_unsent_photos(environment: Environment, photos: list[Any]) -> None:
    """Delete photos of forms, but for those that a case has got meanwhile."""
    rows = write_returning(_PHOTOS, {"photos": photos})
    delete_shown(environment, [name for row in rows for name in row])


KIND = Kind(
    columns="unsent_photo: file thumbnail",
    stays="They are of staff at work, belong to nobody's report, and go after days.",
    expiries=(Expiry("unsent_photos", old_rows("unsent_photo", "created_at"), forget_unsent_photos),),
)
