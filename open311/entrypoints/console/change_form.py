"""The part of a form that says what changes about a case: one for the update of one case, of many, and on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from open311.domain.change import Change
from open311.domain.lifecycle import Lack, Outcome, Status, lacks
from open311.domain.photo import StoredPhoto
from open311.entrypoints.console.blueprint import city
from open311.web import fields, phrases
from open311.web.fields import Field
from open311.web.forms import Form

STATUS = fields.choice("status", Status)
OUTCOME = fields.choice("outcome", Outcome)
SCHEDULED = fields.line("scheduled")
TEXT = fields.text("text")
NOTE = fields.text("note")
CHANGE = (STATUS, OUTCOME, SCHEDULED, TEXT, NOTE)
_AT: dict[Lack, Field[str] | Field[Outcome | None]] = {
    Lack.OUTCOME: OUTCOME,
    Lack.TEXT: TEXT,
    Lack.SCHEDULED: SCHEDULED,
}


def change_of(form: Form, photos: Sequence[StoredPhoto] = ()) -> Change:
    """What the form asks for. Outcome and day count only with the step that they belong to.

    What the step lacks by the rule of the lifecycle is noted as wrong in the form.
    """
    status = form[STATUS]
    change = Change(
        status=status,
        outcome=form[OUTCOME] if status is Status.CLOSED else None,
        scheduled=planned(form[SCHEDULED]) if status is Status.SCHEDULED else None,
        text=form[TEXT],
        note=form[NOTE],
        photos=tuple(photos),
    )
    note_lacks(form, change)
    return change


def note_lacks(form: Form, change: Change) -> None:
    """Note in the form what the step lacks: an outcome, a text, a day."""
    if form.sent and change.status:
        for what in lacks(change.status, change.outcome, change.text, change.scheduled):
            form.wrong(_AT[what], phrases.lack(what))


def planned(written: str) -> datetime | None:
    """The hour at which the city begins to work on a day; None for anything that is no day, or is over."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    zone = ZoneInfo(city().timezone)
    return datetime.combine(day, city().calendar.opens, zone) if day >= datetime.now(zone).date() else None
