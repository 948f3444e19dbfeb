"""/staff/r/NUMBER/update: a step, words for the public, a note, photos; and the letter, before it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment, current_environment
from open311.actions.cases import update as updating
from open311.actions.cases.progress import act_of
from open311.actions.intake.photos import clean_photos, store_unsent_photos
from open311.domain.change import Change
from open311.domain.draft import DESCRIPTION_LIMIT
from open311.domain.lifecycle import STEPS, Outcome, Status
from open311.domain.photo import MAX_PHOTOS, StoredPhoto
from open311.domain.roles import Act, may
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.desk import (
    act_once_seen,
    acting_page,
    case_in_hand,
    keep_photos,
    kept_photos,
    once_only,
    ref,
)
from open311.queries.cases.in_hand import CaseInHand
from open311.web.gate import me

ELSEWHERE = frozenset({Status.WAITING_ON_REPORTER, Status.REFERRED, Status.DISPUTED})
"""Steps with a page of their own, and the one that only reporters take."""


def steps(case: CaseInHand) -> list[Status]:
    """The states that the lifecycle allows from here, and whoever looks may bring it into."""
    if case.duplicate_of:
        return []

    def allowed(status: Status) -> bool:
        needed = {act_of(status)} | ({Act.REOPEN} if case.status is Status.DISPUTED else set())
        return all(may(me().grants, act, case.scope) for act in needed)

    return [each for each in Status if each in STEPS[case.status] - ELSEWHERE and allowed(each)]


@blueprint.route("/r/<number>/update", methods=["GET", "POST"], access=Act.NOTE)
def update(number: str) -> AnyResponse:
    """The form, the form with a ready text, the preview, or the deed."""
    case = case_in_hand(number, Act.NOTE)
    if request.method == "GET":
        return _show(case, {}, typed=_nothing(case))
    if request.form.get("do") == "fill":
        return _show(case, {}, typed=_filled(case))
    photos, errors = _photos()
    change, wrong = _change(photos)
    errors |= wrong
    typed = {**request.form, "kept": keep_photos(photos), "photos": photos}
    if errors:
        return _show(case, errors, status=422, typed=typed)

    def act(environment: Environment) -> object:
        named = ref(case)
        return updating.update(environment, named, me().actor, change, once=once_only(named, change))

    def show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        return _show(case, errors, typed=typed, **what)

    return act_once_seen(case, act, change, show, field="status", said=f"{number} is updated")


def _show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
    possible = steps(case)
    return acting_page(
        "update",
        case,
        errors,
        steps=possible,
        offers=replies.offers(case, possible),
        may_comment=may(me().grants, Act.COMMENT, case.scope),
        **what,
    )


def _nothing(case: CaseInHand) -> dict[str, Any]:
    """An empty form; the only step that there is, is not chosen for anybody."""
    return {"status": "", "text": "", "note": "", "photos": ()}


def _filled(case: CaseInHand) -> dict[str, Any]:
    """What was typed, with a ready text in place; it brings its state and outcome where none was chosen."""
    photos, _ = _photos()
    typed: dict[str, Any] = {**request.form, "kept": keep_photos(photos), "photos": photos}
    offered = replies.chosen(case, steps(case), request.form.get("reply", ""))
    if offered is None:
        return typed
    typed["text"] = replies.text_of(case, offered.reply, offered.language)
    typed["status"] = typed.get("status") or str(offered.reply.status)
    if offered.reply.outcome and not typed.get("outcome"):
        typed["outcome"] = str(offered.reply.outcome)
    return typed


def _photos() -> tuple[tuple[StoredPhoto, ...], dict[str, str]]:
    """The photos that came now and earlier, and what is wrong with them."""
    uploads = [data for file in request.files.getlist("photos") if (data := file.read())]
    cleaned = clean_photos(uploads)
    photos = (*kept_photos(), *store_unsent_photos(current_environment(), cleaned))
    if len(photos) > MAX_PHOTOS:
        return photos[:MAX_PHOTOS], {"photos": f"Choose at most {MAX_PHOTOS} photos"}
    unread = len(uploads) - len(cleaned)
    return photos, {"photos": "A file is no photo that can be read (JPEG, PNG, WebP or HEIC)"} if unread else {}


def _change(photos: tuple[StoredPhoto, ...]) -> tuple[Change, dict[str, str]]:
    """What the form asks for, and what is missing in it, by field."""
    form, errors = request.form, {}
    status = next((each for each in Status if each == form.get("status")), None)
    change = Change(status=status, text=form.get("text", ""), note=form.get("note", ""), photos=photos)
    for name in ("text", "note"):
        if len(form.get(name, "")) > DESCRIPTION_LIMIT:
            errors[name] = f"At most {DESCRIPTION_LIMIT} characters"
    if status is Status.CLOSED:
        outcome = next((each for each in Outcome if each == form.get("outcome")), None)
        change = replace(change, outcome=outcome)
        if outcome is None:
            errors["outcome"] = "Choose how it ended"
        if not change.text.strip():
            errors["text"] = "Tell the public why it is closed"
    if status is Status.SCHEDULED:
        change = replace(change, scheduled=planned(form.get("scheduled", "")))
        if change.scheduled is None:
            errors["scheduled"] = "Enter the day for which it is planned, today or later"
    if status is None and not (change.text.strip() or change.note.strip()):
        errors["status"] = "Choose what happens now, or write something"
    if status is None and photos:
        errors["photos"] = "Choose a new state: photos are kept with it"
    return change, errors


def planned(written: str) -> datetime | None:
    """The hour at which the city's day begins on a day of a form; none for no day, and for one that is over."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    zone = ZoneInfo(city().timezone)
    return datetime.combine(day, city().calendar.opens, zone) if day >= datetime.now(zone).date() else None
